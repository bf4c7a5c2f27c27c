package seal

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha1"
	"hash"

	"github.com/wxup/wxup/explain/text"
)

// openPSS recognizes RSASSA-PSS with the hashes and salts that libraries use.
func openPSS(key *rsa.PublicKey, em []byte) []*Seal {
	bits := key.N.BitLen() - 1
	em = em[len(em)-(bits+7)/8:]
	if em[len(em)-1] != 0xBC {
		return nil
	}
	var list []*Seal
	for _, h := range functions {
		for _, mgf := range []func() hash.Hash{h.New, sha1.New} {
			size := h.New().Size()
			if h.oid == "" || len(em) < size+2 {
				continue
			}
			tag := em[len(em)-1-size : len(em)-1]
			db := mgf1(mgf(), tag, em[:len(em)-1-size])
			db[0] &= 0xFF >> (8*len(em) - bits)
			salt := bytes.TrimLeft(db, "\x00")
			zeros := len(db) - len(salt)
			if len(salt) == 0 || salt[0] != 1 {
				continue
			}
			salt = salt[1:]
			flaws := []text.Flaw{text.NewFlaw("v3.key.pss", "")}
			if h.Name != "SHA-256" {
				flaws = append(flaws, text.NewFlaw("v3.hash.other", h.Name))
			}
			list = append(list, &Seal{Flaws: flaws, Certain: zeros >= 8, Hash: h, check: func(sum []byte) bool {
				again := h.New()
				again.Write(make([]byte, 8))
				again.Write(sum)
				again.Write(salt)
				return bytes.Equal(again.Sum(nil), tag)
			}})
		}
	}
	return list
}

// mgf1 is the mask of RFC 8017 §B.2.1, laid over data.
func mgf1(h hash.Hash, seed, data []byte) []byte {
	out := bytes.Clone(data)
	for i := 0; i < len(out); {
		h.Reset()
		h.Write(seed)
		n := i / h.Size()
		h.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		for _, b := range h.Sum(nil) {
			if i < len(out) {
				out[i] ^= b
				i++
			}
		}
	}
	return out
}
