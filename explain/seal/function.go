package seal

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"hash"

	"github.com/wxup/wxup/media"
)

// Function is a hash that signatures are made with.
type Function struct {
	oid  string // in a DigestInfo; "" if it has none
	Name string
	New  func() hash.Hash
}

// functions lists them, the right one first.
var functions = []*Function{
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

// SHA256 is the function of a right signature.
var SHA256 = functions[0]

// Sized lists the functions whose sums have n bytes.
func Sized(n int) (list []*Function) {
	for _, f := range functions {
		if f.oid != "" && f.New().Size() == n {
			list = append(list, f)
		}
	}
	return list
}

// both160 is MD5 and SHA-1 side by side, as SSL 3 signed: NID_md5_sha1 of OpenSSL.
type both160 struct{ a, b hash.Hash }

func (h *both160) Write(p []byte) (int, error) { h.a.Write(p); return h.b.Write(p) }
func (h *both160) Sum(b []byte) []byte         { return h.b.Sum(h.a.Sum(b)) }
func (h *both160) Reset()                      { h.a.Reset(); h.b.Reset() }
func (h *both160) Size() int                   { return 36 }
func (h *both160) BlockSize() int              { return 64 }
