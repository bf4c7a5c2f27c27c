package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"iter"
	"time"
)

// Blobs keeps bytes under their SHA-256, as lower-case hex of 64 digits. It is safe for concurrent
// use. A digest that is not one (see [ValidDigest]) is an error to Put and unknown to the others.
type Blobs interface {
	// Put stores content, which it reads from its start. The bytes must be size many and have the
	// digest, else it fails with ErrMismatch and keeps nothing. When it returns nil they survive a
	// loss of power. Bytes that are there already are not written again.
	Put(ctx context.Context, sha256 string, size int64, content io.ReadSeeker) error
	// Open gives the bytes; it fails with server.ErrNotFound if there are none.
	Open(ctx context.Context, sha256 string) (*Blob, error)
	// Stat tells what is known without opening; it fails with server.ErrNotFound if there are none.
	Stat(ctx context.Context, sha256 string) (Info, error)
	// Delete removes the bytes. It sends nothing after ctx has ended; whether one that failed has
	// removed them, nobody knows. It is not an error if there is nothing to remove. Whether bytes
	// may be removed is an index's to say: see [Remove].
	Delete(ctx context.Context, sha256 string) error
	// List goes through all of it in no order. What comes or goes meanwhile may be listed or not;
	// all else is, once.
	List(ctx context.Context) iter.Seq2[Info, error]
}

// Info is what is known of stored bytes.
type Info struct {
	SHA256 string
	Size   int64
	Put    time.Time // when they were written
}

// Blob is opened bytes. It stays readable if they are deleted meanwhile, or fails; it never gives
// other bytes.
type Blob struct {
	io.ReadSeekCloser
	Info
}

// Check reads the bytes to their end, and fails with [ErrMismatch] if they are not what their
// digest says. size is how many could be read.
func (b *Blob) Check() (size int64, err error) {
	sum := sha256.New()
	size, err = io.Copy(sum, b)
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != b.SHA256 {
		err = ErrMismatch
	}
	return size, err
}

// ErrMismatch is the error of content that is not what its digest and size say.
var ErrMismatch = errors.New("the content is not what its digest says")

// ValidDigest reports whether s is a SHA-256 as [Blobs] takes it: 64 digits of lower-case hex. It
// is safe as a file name.
func ValidDigest(s string) bool {
	if len(s) != 64 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
