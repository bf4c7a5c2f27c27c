// Package store keeps uploaded files: [Store] is a [server.Keeper] that keeps them here, on any [Blobs].
//
// Two parts work side by side and know nothing of each other:
//
//	Store  the bytes: Blobs by digest, on a directory (fsblob) or another system's objects
//	Index  everything else: accounts, tokens, nonces, quotas, exchanges (sqlindex)
//
// A file is stored before the exchange that brought it is recorded, so a record without its file cannot be; a file
// without a record can (the power went in between), and costs only its room.
//
// The same bytes are stored once, whoever sends them. What tells two uploads apart is the ID, which says everything that
// is needed to serve a file, in a form that nobody else can make or read: see id.go. So serving needs no index.
//
// Those who write another backend for Blobs run it through storetest.TestBlobs. Those who only run a server need none of
// this; cmd/wxup puts it together.
package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/wxup/wxup/server"
)

// Blobs keeps bytes under their SHA-256, as lower-case hex of 64 digits. It is safe for concurrent use. A digest that is
// not one (see [ValidDigest]) is an error to Put and unknown to the others.
type Blobs interface {
	// Put stores content, which it reads from its start. The bytes must be size many and have the digest, else it fails
	// with ErrMismatch and keeps nothing. When it returns nil they survive a loss of power. Bytes that are there already
	// are not written again, but count as put now.
	Put(ctx context.Context, sha256 string, size int64, content io.ReadSeeker) error
	// Open gives the bytes; it fails with server.ErrUnknown if there are none.
	Open(ctx context.Context, sha256 string) (*Blob, error)
	// Stat tells what is known without opening; it fails with server.ErrUnknown if there are none.
	Stat(ctx context.Context, sha256 string) (Info, error)
	// Delete removes what was last put before the given time, and nothing else: what was put again since then may belong
	// to an upload that is just being recorded. It is no error if there is nothing to remove.
	Delete(ctx context.Context, sha256 string, before time.Time) error
	// List goes through all of it in no order. What comes or goes meanwhile may be listed or not; all else is, once.
	List(ctx context.Context) iter.Seq2[Info, error]
}

// Info is what is known of stored bytes.
type Info struct {
	SHA256 string
	Size   int64
	Put    time.Time // when they were last put
}

// Blob is opened bytes. It stays readable if they are deleted meanwhile, or fails; it never gives other bytes.
type Blob struct {
	io.ReadSeekCloser
	Info
}

// ErrMismatch is the error of content that is not what its digest and size say.
var ErrMismatch = errors.New("the content is not what its digest says")

// ValidDigest reports whether s is a SHA-256 as [Blobs] takes it: 64 digits of lower-case hex. It is safe as a file name.
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

// Store is a [server.Keeper] on Blobs. Make it with [New].
type Store struct {
	Blobs Blobs
	seal  seal
}

// SecretSize is the length of a Store's secret in bytes.
const SecretSize = 32

// New makes a Store. The secret makes the IDs: who has it can make and read them, and with another one every ID that was
// ever handed out is unknown. So it is made once, at random, and kept as long as the files are.
func New(blobs Blobs, secret []byte) (*Store, error) {
	seal, err := newSeal(secret)
	if err != nil {
		return nil, fmt.Errorf("make the keys of IDs: %w", err)
	}
	return &Store{blobs, seal}, nil
}

// Keep stores content and fills in m.ID.
func (s *Store) Keep(ctx context.Context, m *server.Media, content io.ReadSeeker) error {
	id, err := s.seal.make(m.Account, m.Endpoint, note{m.SHA256, m.Public, m.Format})
	if err != nil {
		return fmt.Errorf("make an ID: %w", err)
	}
	if err := s.Blobs.Put(ctx, m.SHA256, m.Size, content); err != nil {
		return fmt.Errorf("store %s: %w", m.SHA256, err)
	}
	m.ID = id
	return nil
}

// Open finds a file by its ID. One that this Store did not make is [server.ErrUnknown], and costs no look at the Blobs.
func (s *Store) Open(ctx context.Context, id string) (*server.Content, error) {
	n, ok := s.seal.open(id)
	if !ok {
		return nil, server.ErrUnknown
	}
	b, err := s.Blobs.Open(ctx, n.sha256)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", n.sha256, err)
	}
	return &server.Content{
		ReadSeekCloser: b.ReadSeekCloser, SHA256: n.sha256, Size: b.Size, Format: n.format, Public: n.public,
	}, nil
}

var _ server.Keeper = (*Store)(nil)
