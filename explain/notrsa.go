package explain

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/seal"
)

// notRSA recognizes signatures that no private key made: a hash of the text, or an HMAC with one of
// the merchant's secrets, as APIv2 and other services use them.
func notRSA(d *draft, s *search, readings []seal.Reading, m *Merchant) bool {
	for _, r := range readings {
		for _, h := range seal.Sized(len(r.Bytes)) {
			if s.few(&seal.Seal{Hash: h, Held: r.Bytes}) {
				notSigned(d, s, r, "v3.key.only_hash", h.Name)
				return true
			}
		}
		for _, k := range secretKeys(m) {
			for _, h := range []*seal.Function{
				{Name: "HMAC-SHA256", New: func() hash.Hash { return hmac.New(sha256.New, []byte(k.key)) }},
				{Name: "HMAC-SHA1", New: func() hash.Hash { return hmac.New(sha1.New, []byte(k.key)) }},
				{Name: "HMAC-SHA512", New: func() hash.Hash { return hmac.New(sha512.New, []byte(k.key)) }},
				{Name: "HMAC-MD5", New: func() hash.Hash { return hmac.New(md5.New, []byte(k.key)) }},
			} {
				if h.New().Size() == len(r.Bytes) && s.few(&seal.Seal{Hash: h, Held: r.Bytes}) {
					notSigned(d, s, r, "v3.key.hmac", h.Name+", "+k.name)
					return true
				}
			}
			for _, h := range seal.Sized(len(r.Bytes)) {
				for _, around := range [][2]string{{"", k.key}, {k.key, ""}, {"", "&key=" + k.key}, {"", "\n" + k.key}} {
					sum := h.New()
					io.WriteString(sum, around[0]+string(s.wanted)+around[1])
					s.work.Spend(len(s.wanted))
					if string(sum.Sum(nil)) == string(r.Bytes) {
						d.prove("v3.key.hmac", h.Name+", "+k.name, Proof{Kind: ProofMAC, Fact: h.Name + "(…***)"})
						return true
					}
				}
			}
			if sum := md5.Sum([]byte(string(s.wanted) + "&key=" + k.key)); string(sum[:]) == string(r.Bytes) {
				d.prove("v3.key.hmac", "MD5, "+k.name, Proof{Kind: ProofMAC, Fact: "MD5(… &key=***)"})
				return true
			}
		}
	}
	for _, r := range readings {
		if list := seal.Sized(len(r.Bytes)); len(list) > 0 && s.run(&seal.Seal{Hash: list[0], Held: r.Bytes}) {
			notSigned(d, s, r, "v3.key.only_hash", list[0].Name)
			return true
		}
	}
	return false
}

// notSigned reports what was found to have been computed without a private key.
func notSigned(d *draft, s *search, r seal.Reading, cause, value string) {
	proof := compare(ProofMAC, s.text, s.wanted, s.length, d.secrets)
	d.prove(cause, value, proof)
	d.proveAll(r.Flaws, proof)
	s.tell(d, ProofMAC)
}

type secretKey struct{ name, key string }

func secretKeys(m *Merchant) (list []secretKey) {
	if m == nil {
		return nil
	}
	for _, k := range []secretKey{{"APIv3", m.APIv3Key}, {"APIv2", m.APIv2Key}} {
		if k.key != "" {
			list = append(list, k)
		}
	}
	return list
}

// secretIn returns the name of the known secret that was sent as the signature, in plain, hex or
// base64; "" if none was.
func (k *Known) secretIn(sent string, readings []seal.Reading) string {
	lower := strings.ToLower(sent)
	is := func(value string) bool {
		return len(value) >= 16 && (strings.Contains(lower, strings.ToLower(value)) || slices.ContainsFunc(readings, func(r seal.Reading) bool {
			return bytes.Contains(r.Bytes, []byte(value))
		}))
	}
	for _, m := range append([]*Merchant{k.Merchant}, k.Others...) {
		for _, x := range secretKeys(m) {
			if is(x.key) {
				return x.name + " key"
			}
		}
	}
	for _, x := range k.Secrets {
		if is(x.Value) {
			return "AppSecret"
		}
	}
	return ""
}
