package explain

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"hash"
)

// notRSA recognizes signatures that no private key has made: a hash of the text, or an HMAC with one of the merchant's
// secrets, as APIv2 and other services use them.
func (e *evidence) notRSA(s *search, list []reading) bool {
	for _, r := range list {
		for _, f := range sized(r) {
			if s.few(&seal{fn: f, want: r.bytes}) {
				e.notSigned(s, r, "v3.key.only_hash", f.name)
				return true
			}
		}
		for _, m := range e.secretKeys() {
			for _, f := range []*function{
				{name: "HMAC-SHA256", fresh: func() hash.Hash { return hmac.New(sha256.New, []byte(m.key)) }},
				{name: "HMAC-MD5", fresh: func() hash.Hash { return hmac.New(md5.New, []byte(m.key)) }},
			} {
				if f.fresh().Size() == len(r.bytes) && s.few(&seal{fn: f, want: r.bytes}) {
					e.notSigned(s, r, "v3.key.hmac", f.name+", "+m.name)
					return true
				}
			}
			if sum := md5.Sum([]byte(string(s.wanted) + "&key=" + m.key)); string(sum[:]) == string(r.bytes) {
				e.add("v3.key.hmac", "MD5, "+m.name, Proof{Kind: ProofMAC, Fact: "MD5(… &key=***)"})
				return true
			}
		}
	}
	for _, r := range list {
		if fns := sized(r); len(fns) > 0 && s.run(&seal{fn: fns[0], want: r.bytes}) {
			e.notSigned(s, r, "v3.key.only_hash", fns[0].name)
			return true
		}
	}
	return false
}

// sized lists the hashes that are as long as a signature is in this reading.
func sized(r reading) []*function {
	var fns []*function
	for _, f := range functions {
		if f.oid != "" && f.fresh().Size() == len(r.bytes) {
			fns = append(fns, f)
		}
	}
	return fns
}

// notSigned reports what was found to have been computed without a private key.
func (e *evidence) notSigned(s *search, r reading, cause, value string) {
	proof := e.compare(ProofMAC, s.text, s.wanted, s.length)
	e.add(cause, value, proof)
	for _, c := range r.causes {
		e.add(c.cause, c.value, proof)
	}
	s.tell(ProofMAC)
}

type secretKey struct{ name, key string }

func (e *evidence) secretKeys() []secretKey {
	var list []secretKey
	if m := e.known.Merchant; m != nil {
		for _, k := range []secretKey{{"APIv3", m.APIv3Key}, {"APIv2", m.APIv2Key}} {
			if k.key != "" {
				list = append(list, k)
			}
		}
	}
	return list
}

// few is run for the single mistakes in small texts alone.
func (s *search) few(x *seal) bool {
	reaches, pick := s.begin(x)
	return alone(reaches, pick, s.try) && s.text != nil
}
