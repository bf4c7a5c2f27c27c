package explain

import (
	"bytes"
	"crypto/md5"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"math/big"
	"slices"

	"github.com/wxup/wxup/media"
)

// A seal is what a signature holds, once a key has opened it: something that only the right text matches.
//
//	00 01 FF … FF 00 | DigestInfo{SHA-256, hash}    as it should be: RSASSA-PKCS1-v1_5, RFC 8017 §9.2
//	00 01 FF … FF 00 | hash, or the text itself     the private key was used as if to encrypt
//	masked salt | H | BC                            RSASSA-PSS, RFC 8017 §9.1
//	00 … 00 | hash, or the text itself              RSA without padding
type seal struct {
	causes  []named // how it differs from what it should be
	certain bool    // it cannot be chance that this key opened it; else a text must match, too

	fn    *function // nil: the text itself is held
	want  []byte
	check func(sum []byte) bool // PSS: in the place of a comparison with want
}

// matches reports whether text was signed.
func (s *seal) matches(text []byte) bool {
	switch {
	case s.fn == nil:
		return bytes.Equal(text, s.want)
	case s.fn == sha256Function && s.check == nil: // nearly always, and without an allocation
		sum := sha256.Sum256(text)
		return string(sum[:]) == string(s.want)
	}
	h := s.fn.fresh()
	h.Write(text)
	return s.matchesSum(h.Sum(nil))
}

func (s *seal) matchesSum(sum []byte) bool {
	if s.check != nil {
		return s.check(sum)
	}
	return bytes.Equal(sum, s.want)
}

// A function is a hash that signatures are made with.
type function struct {
	oid   string // in a DigestInfo
	name  string
	fresh func() hash.Hash
}

// functions lists them, the right one first.
var functions = []*function{
	{"2.16.840.1.101.3.4.2.1", "SHA-256", sha256.New},
	{"1.3.14.3.2.26", "SHA-1", sha1.New},
	{"1.2.840.113549.2.5", "MD5", md5.New},
	{"2.16.840.1.101.3.4.2.3", "SHA-512", sha512.New},
	{"2.16.840.1.101.3.4.2.2", "SHA-384", sha512.New384},
	{"2.16.840.1.101.3.4.2.4", "SHA-224", sha256.New224},
	{"2.16.840.1.101.3.4.2.6", "SHA-512/256", sha512.New512_256},
	{"2.16.840.1.101.3.4.2.8", "SHA3-256", func() hash.Hash { return sha3.New256() }},
	{"1.2.156.10197.1.401", "SM3", media.NewSM3},
	{"", "MD5+SHA-1", func() hash.Hash { return &both160{md5.New(), sha1.New()} }},
}

var sha256Function = functions[0]

// apply runs the public key over a signature: what the private key was applied to, with its leading zeros.
func apply(key *rsa.PublicKey, sig []byte) []byte {
	c := new(big.Int).SetBytes(sig)
	if c.Cmp(key.N) >= 0 {
		return nil
	}
	return c.Exp(c, big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size()))
}

// open tries to read what a key makes of a signature. It gives nothing if the key did not make it.
func open(key *rsa.PublicKey, sig []byte) []*seal {
	em := apply(key, sig)
	if em == nil {
		return nil
	}
	if held, ok := unpad(em); ok {
		return readSeal(held, nil)
	}
	if bare := bytes.TrimLeft(em, "\x00"); len(em)-len(bare) >= 16 && len(bare) > 0 {
		return readSeal(bare, []named{{"v3.key.no_padding", ""}})
	}
	return openPSS(key, em)
}

// unpad takes the padding of PKCS #1 v1.5, type 1, off.
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

// readSeal reads what stood behind the padding.
func readSeal(held []byte, causes []named) []*seal {
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
				causes = append(causes, named{"v3.key.digest_info", "NULL"})
			}
			if h != sha256Function {
				causes = append(causes, named{"v3.hash.other", h.name})
			}
			return []*seal{{causes: causes, certain: true, fn: h, want: info.Digest}}
		}
		return []*seal{{causes: append(causes, named{"v3.hash.other", oid}), certain: true, want: held}} // no text will match
	}
	// No DigestInfo: the private key was applied to a text, or to a hash in one form or another.
	var list []*seal
	of := func(digest []byte, cause string) {
		for _, h := range functions {
			if h.fresh().Size() == len(digest) {
				list = append(list, &seal{causes: append(slices.Clip(causes), named{cause, h.name}), certain: true, fn: h, want: digest})
			}
		}
	}
	if hexText.Match(held) && len(held)%2 == 0 {
		digest, _ := hex.DecodeString(string(held))
		of(digest, "v3.hash.as_text")
	} else if digest, err := base64.StdEncoding.DecodeString(string(held)); err == nil {
		of(digest, "v3.hash.as_text")
	} else {
		of(held, "v3.key.digest_info")
	}
	return append(list, &seal{causes: append(slices.Clip(causes), named{"v3.hash.none", ""}), certain: true, want: held})
}

// openPSS recognizes RSASSA-PSS with the hashes and salts that libraries use.
func openPSS(key *rsa.PublicKey, em []byte) []*seal {
	bits := key.N.BitLen() - 1
	em = em[len(em)-(bits+7)/8:]
	if em[len(em)-1] != 0xBC {
		return nil
	}
	var list []*seal
	for _, h := range functions {
		for _, mgf := range []func() hash.Hash{h.fresh, sha1.New} {
			size := h.fresh().Size()
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
			causes := []named{{"v3.key.pss", ""}}
			if h.name != "SHA-256" {
				causes = append(causes, named{"v3.hash.other", h.name})
			}
			list = append(list, &seal{causes: causes, certain: zeros >= 8, fn: h, check: func(sum []byte) bool {
				again := h.fresh()
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

// both160 is MD5 and SHA-1 side by side, as SSL 3 signed: what OpenSSL makes of NID_md5_sha1.
type both160 struct{ a, b hash.Hash }

func (h *both160) Write(p []byte) (int, error) { h.a.Write(p); return h.b.Write(p) }
func (h *both160) Sum(b []byte) []byte         { return h.b.Sum(h.a.Sum(b)) }
func (h *both160) Reset()                      { h.a.Reset(); h.b.Reset() }
func (h *both160) Size() int                   { return 36 }
func (h *both160) BlockSize() int              { return 64 }
