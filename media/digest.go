package media

import (
	"crypto/md5"
	"crypto/sha256"
	"hash"
)

// The digests that an upload states of its file.
const (
	SHA256 = "sha256" // APIv3: meta.sha256
	MD5    = "md5"    // APIv2: media_hash. It detects damage, not forgery
	SM3    = "sm3"    // APIv3: electronic invoices (digest_alogrithm, sic)
)

// NewDigest returns a new hash for one of the names above, false for any other. The names are in
// lower case.
func NewDigest(name string) (hash.Hash, bool) {
	switch name {
	case SHA256:
		return sha256.New(), true
	case MD5:
		return md5.New(), true
	case SM3:
		return NewSM3(), true
	}
	return nil, false
}
