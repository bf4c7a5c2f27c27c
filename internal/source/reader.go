package source

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// await calls f, which may block for ever, and returns its error, or the context's when that ends
// before. late is called if f succeeds afterwards.
func await(ctx context.Context, f func() error, late func()) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		go func() {
			if <-done == nil && late != nil {
				late()
			}
		}()
		return ctx.Err()
	}
}

// pieceSize is the size of the pieces, in bytes, in which a reader that may block is read.
const pieceSize = 32 << 10

// piece is what one call read into a buffer of its own, which a call that was given up keeps.
type piece struct {
	buf []byte
	n   int
	err error
}

var pieces = sync.Pool{New: func() any { return &piece{buf: make([]byte, pieceSize)} }}

// patiently calls read with a buffer of at most len(b) bytes, and copies to b what it read. It ends
// with ctx.
func patiently(ctx context.Context, b []byte, read func(p []byte) (int, error)) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	p := pieces.Get().(*piece)
	err := await(ctx, func() error {
		p.n, p.err = read(p.buf[:min(len(b), pieceSize)])
		return nil
	}, nil)
	if err != nil {
		return 0, err
	}
	n, err := copy(b, p.buf[:p.n]), p.err
	pieces.Put(p)
	return n, err
}

// patientReader reads from a reader that may block, and ends with its context.
type patientReader struct {
	ctx context.Context
	r   io.Reader
}

func (p *patientReader) Read(b []byte) (int, error) { return patiently(p.ctx, b, p.r.Read) }

// bounded makes a ReaderAt end with ctx, unless it cannot block anyway.
func bounded(ctx context.Context, at io.ReaderAt) io.ReaderAt {
	switch at.(type) {
	case *os.File, *bytes.Reader, *strings.Reader:
		return at
	}
	return &patientReaderAt{ctx, at}
}

type patientReaderAt struct {
	ctx context.Context
	at  io.ReaderAt
}

func (p *patientReaderAt) ReadAt(b []byte, off int64) (int, error) {
	done := 0
	for {
		from := off + int64(done) // a call that was given up may read it later
		n, err := patiently(p.ctx, b[done:], func(part []byte) (int, error) { return p.at.ReadAt(part, from) })
		done += n
		if err != nil || done == len(b) {
			return done, err
		}
	}
}

// seekerAt reads at any offset from what can only be read where it stands.
type seekerAt struct {
	mu     sync.Mutex
	r      io.Reader
	seeker io.Seeker
}

func (s *seekerAt) ReadAt(p []byte, off int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.seeker.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.r, p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}

// rewind puts the seeker at off, unless a Read that was given up still holds it.
func (s *seekerAt) rewind(off int64) error {
	if !s.mu.TryLock() {
		return nil
	}
	defer s.mu.Unlock()
	_, err := s.seeker.Seek(off, io.SeekStart)
	return err
}

// Counted counts what is read, and keeps the error, which a parser in front of it may hide. An end
// before Want bytes is an error.
type Counted struct {
	R       io.Reader
	N, Want int64
	Err     error
}

func (c *Counted) Read(p []byte) (int, error) {
	n, err := c.R.Read(p)
	c.N += int64(n)
	switch {
	case err == io.EOF && c.N < c.Want:
		c.Err = fmt.Errorf("it ended after %d of %d bytes: %w", c.N, c.Want, io.ErrUnexpectedEOF)
		err = c.Err
	case err != nil && err != io.EOF:
		c.Err = err
	}
	return n, err
}

// WithContext makes a reader end with ctx, between two reads. It hides an [io.WriterTo], so that
// copying uses the copier's buffer.
func WithContext(ctx context.Context, r io.Reader) io.Reader { return &contextReader{ctx, r} }

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
