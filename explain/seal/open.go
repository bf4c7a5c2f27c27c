package seal

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/text"
)

// apply applies the public key to a signature. The result is what the private key was applied to,
// with leading zeros.
func apply(key *rsa.PublicKey, sig []byte) []byte {
	c := new(big.Int).SetBytes(sig)
	if c.Cmp(key.N) >= 0 {
		return nil
	}
	return c.Exp(c, big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size()))
}

// Open reads what a signature holds under a key. It returns nothing if the key cannot have made the
// signature.
func Open(key *rsa.PublicKey, sig []byte) []*Seal {
	em := apply(key, sig)
	if em == nil {
		return nil
	}
	if held, ok := unpad(em); ok {
		return readSeal(held, nil)
	}
	if bare := bytes.TrimLeft(em, "\x00"); len(em)-len(bare) >= 16 && len(bare) >= 16 { // shorter: a forgery such as 1, which every key opens
		return readSeal(bare, []text.Flaw{text.NewFlaw("v3.key.no_padding", "")})
	}
	return openPSS(key, em)
}

// unpad removes the padding of PKCS #1 v1.5, type 1.
func unpad(em []byte) ([]byte, bool) {
	if em[0] != 0 || em[1] != 1 {
		return nil, false
	}
	rest := bytes.TrimLeft(em[2:], "\xFF")
	if len(em)-2-len(rest) < 8 || len(rest) == 0 || rest[0] != 0 {
		return nil, false
	}
	return rest[1:], true
}

// printedHash matches what openssl dgst and sha256sum print.
var printedHash = regexp.MustCompile(`^[\w-]+ ?\([^()\n]*\) ?= ?([0-9A-Fa-f]+)$|^([0-9A-Fa-f]+) [ *][^\n]+$`)

// readSeal reads what follows the padding.
func readSeal(held []byte, flaws []text.Flaw) []*Seal {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}
	if rest, err := asn1.Unmarshal(held, &info); err == nil && len(rest) == 0 {
		oid := info.Algorithm.Algorithm.String()
		for _, h := range functions {
			if h.oid != oid {
				continue
			}
			if len(info.Algorithm.Parameters.FullBytes) == 0 {
				flaws = append(flaws, text.NewFlaw("v3.key.digest_info", "NULL"))
			}
			if h != SHA256 {
				flaws = append(flaws, text.NewFlaw("v3.hash.other", h.Name))
			}
			return []*Seal{{Flaws: flaws, Certain: true, Hash: h, Held: info.Digest}}
		}
		return []*Seal{{Flaws: append(flaws, text.NewFlaw("v3.hash.other", oid)), Certain: true, Held: held}} // no text will match
	}
	// No DigestInfo: the private key was applied to a text, or to a hash in some form.
	var list []*Seal
	of := func(digest []byte, cause, more string) {
		for _, h := range functions {
			if h.New().Size() == len(digest) {
				list = append(list, &Seal{Flaws: append(slices.Clip(flaws), text.NewFlaw(cause, h.Name+more)), Certain: true, Hash: h, Held: digest})
			}
		}
	}
	bare, end := strings.TrimRight(string(held), "\r\n"), ""
	if len(bare) < len(held) {
		end = " + " + text.Visible(string(held[len(bare):]), 8)
	}
	if digest, err := hex.DecodeString(bare); err == nil {
		of(digest, "v3.hash.as_text", end)
	} else if digest, err := base64.StdEncoding.DecodeString(bare); err == nil {
		of(digest, "v3.hash.as_text", end)
	} else if m := printedHash.FindStringSubmatch(bare); m != nil {
		digest, _ := hex.DecodeString(m[1] + m[2])
		of(digest, "v3.hash.printed", "")
	} else {
		of(held, "v3.key.digest_info", "")
	}
	return append(list, &Seal{Flaws: append(slices.Clip(flaws), text.NewFlaw("v3.hash.none", "")), Certain: true, Held: held})
}
