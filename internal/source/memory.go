package source

import (
	"bytes"
	"io"
)

// memory is a file that is held in memory.
type memory interface {
	io.ReaderAt
	// look calls f, which must not keep b, and checks that the file was there to its end all the
	// while.
	look(f func(b []byte)) error
}

// heap is a file in the program's own memory.
type heap struct {
	*bytes.Reader
	b []byte
}

func (h heap) look(f func(b []byte)) error {
	f(h.b)
	return nil
}
