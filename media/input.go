package media

import (
	"bufio"
	"fmt"
	"io"
	"sync"
)

// A window shows a file in pieces: the next 32 KB in a *bufio.Reader, or all that is left in a
// whole.
type window interface {
	Peek(n int) ([]byte, error)
	Discard(n int) (int, error)
	Buffered() int
}

// whole is a file in memory.
type whole struct{ left []byte }

func (f *whole) Buffered() int { return len(f.left) }

func (f *whole) Peek(n int) ([]byte, error) {
	if n > len(f.left) {
		return f.left, io.EOF
	}
	return f.left[:n], nil
}

func (f *whole) Discard(n int) (int, error) {
	b, err := f.Peek(n)
	f.left = f.left[len(b):]
	return len(b), err
}

// input is a file that is read once, from its start.
type input struct {
	in     window
	format Format
	offset int64
	failed error // of the reader, other than io.EOF
}

// fail returns a verdict, unless the reader failed: then it returns that error.
func (in *input) fail(kind Kind, reason string) error {
	if in.failed != nil {
		return fmt.Errorf("read file: %w", in.failed)
	}
	return &StructureError{Format: in.format, Kind: kind, Offset: in.offset, Reason: reason}
}

func (in *input) note(err error) {
	if err != nil && err != io.EOF {
		in.failed = err
	}
}

// peek returns the next n bytes without consuming them, fewer at the end of the file.
func (in *input) peek(n int) []byte {
	b, err := in.in.Peek(n)
	in.note(err)
	return b
}

// window returns what is available without another read: at least one byte, none at the end of the
// file.
func (in *input) window() []byte {
	if in.in.Buffered() == 0 {
		in.peek(1)
	}
	return in.peek(in.in.Buffered())
}

// skip consumes n bytes and reports whether the file had that many.
func (in *input) skip(n int64) bool {
	for n > 0 {
		did, err := in.in.Discard(int(min(n, 1<<30)))
		in.offset += int64(did)
		n -= int64(did)
		if err != nil {
			in.note(err)
			return false
		}
	}
	return true
}

// borrow returns a pooled window on r, to be given back.
func borrow(r io.Reader) *bufio.Reader {
	in := readers.Get().(*bufio.Reader)
	in.Reset(r)
	return in
}

func giveBack(in *bufio.Reader) {
	in.Reset(nil)
	readers.Put(in)
}

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 32<<10) }}
