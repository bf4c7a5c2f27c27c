// Package store keeps uploaded files: [Store] is a [server.Keeper] that keeps them here, on any
// [Blobs].
//
// Two parts work side by side and know nothing of each other:
//
//	Store  the bytes: Blobs by digest, on a directory (fsblob) or another system's objects
//	Index  everything else: accounts, tokens, nonces, quotas, exchanges (sqlindex)
//
// A file is stored before the exchange that brought it is recorded, so a record without its file
// cannot be; a file without a record can (the power went in between), and costs only its room.
//
// The same bytes are stored once, no matter who sends them. What tells two uploads apart is the ID,
// which says everything that is needed to serve a file, in a form that nobody else can make or
// read: see id.go. So serving needs no index.
//
// Those who write another backend for Blobs run it through storetest.TestBlobs. Those who only run
// a server need none of this; cmd/wxup puts it together.
package store

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/wxup/wxup/server"
)

// Store is a [server.Keeper] on Blobs. Make it with [New].
type Store struct {
	Blobs Blobs
	// Verify has every file read once, and compared with its digest, before it is given out.
	Verify bool
	// Damaged is told of a file that Verify has found to be another; it may be nil.
	Damaged func(sha256 string)

	seal seal
}

// New makes a Store. The secret makes the IDs: anyone who has it can make and read them, and with
// another one every ID that was ever handed out is unknown. So it is made once, at random, and kept
// as long as the files are.
func New(blobs Blobs, secret []byte) (*Store, error) {
	seal, err := newSeal(secret)
	if err != nil {
		return nil, fmt.Errorf("make the keys of IDs: %w", err)
	}
	return &Store{Blobs: blobs, seal: seal}, nil
}

// Keep stores content and fills in m.ID.
func (s *Store) Keep(ctx context.Context, m *server.Media, content io.ReadSeeker) error {
	id, err := s.seal.make(m.Account, m.Endpoint, note{m.SHA256, m.Public, !m.Expires.IsZero(), m.Format})
	if err != nil {
		return fmt.Errorf("make an ID: %w", err)
	}
	if err := s.Blobs.Put(ctx, m.SHA256, m.Size, content); err != nil {
		return fmt.Errorf("store %s: %w", m.SHA256, err)
	}
	m.ID = id
	return nil
}

// Open finds a file by its ID. One that this Store did not make is [server.ErrNotFound], and costs
// no look at the Blobs. With Verify, one that is damaged is [ErrMismatch].
func (s *Store) Open(ctx context.Context, id string) (*server.Content, error) {
	n, ok := s.seal.open(id)
	if !ok {
		return nil, server.ErrNotFound
	}
	b, err := s.Blobs.Open(ctx, n.sha256)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", n.sha256, err)
	}
	if s.Verify {
		if err := s.verify(b); err != nil {
			b.Close()
			return nil, fmt.Errorf("open %s: %w", n.sha256, err)
		}
	}
	return &server.Content{
		ReadSeekCloser: b.ReadSeekCloser, SHA256: n.sha256, Size: b.Size, Format: n.format, Public: n.public, Ends: n.ends,
	}, nil
}

// Made reports whether an ID is one that this Store, or another one with the same secret, has made.
func (s *Store) Made(id string) bool {
	_, ok := s.seal.open(id)
	return ok
}

// verify reads a file through, and goes back to its start.
func (s *Store) verify(b *Blob) error {
	size, err := b.Check()
	if err == nil && size != b.Size {
		err = ErrMismatch
	}
	if errors.Is(err, ErrMismatch) && s.Damaged != nil {
		s.Damaged(b.SHA256)
	}
	if err != nil {
		return err
	}
	_, err = b.Seek(0, io.SeekStart)
	return err
}

var _ server.Keeper = (*Store)(nil)
