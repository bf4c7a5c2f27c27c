package fit

import (
	"bufio"
	"context"
	"io"
)

// reader reads a header from the start of the file.
type reader struct {
	*bufio.Reader
	at, size int64
}

func newReader(ctx context.Context, content *io.SectionReader) *reader {
	return &reader{Reader: bufio.NewReaderSize(fromStart(ctx, content), 64<<10), size: content.Size()}
}

func (r *reader) take(b []byte) error {
	n, err := io.ReadFull(r.Reader, b)
	r.at += int64(n)
	return err
}

func (r *reader) skip(n int64) error {
	for n > 0 {
		m, err := r.Discard(int(min(n, 1<<30)))
		r.at += int64(m)
		n -= int64(m)
		if err != nil {
			return err
		}
	}
	return nil
}

// fromStart returns a reader of content from its start that fails once ctx ends.
func fromStart(ctx context.Context, content *io.SectionReader) io.Reader {
	return &contextReader{ctx, io.NewSectionReader(content, 0, content.Size())}
}

// contextReader fails once its context ends.
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
