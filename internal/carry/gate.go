package carry

import (
	"io"
	"sync"
)

// gate stands before a file that is being sent. A transport may go on reading a body after it has
// answered, even one that it has replaced; a closed gate lets no reader through, and none is
// inside.
type gate struct {
	mu     sync.Mutex
	closed bool
	err    error // of reading the file
}

// close returns the error with which reading the file has ended, if any.
func (g *gate) close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	return g.err
}

// gated is a body behind a gate. It is not an io.WriterTo, so that the transport copies it through
// a buffer of its pool.
type gated struct {
	*gate
	r io.Reader
}

func (g *gated) Read(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return 0, io.ErrClosedPipe
	}
	n := 0
	for n < len(p) { // full pieces: the fields, the file and the end are readers of their own, and each piece is a write
		more, err := g.r.Read(p[n:])
		n += more
		if err == nil {
			continue
		}
		if err != io.EOF {
			g.err = err
		}
		return n, err
	}
	return n, nil
}

func (g *gated) Close() error { return nil }
