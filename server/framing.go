package server

import (
	"errors"
	"io"
	"net"

	"github.com/wxup/wxup/explain"
)

// framing is what is wrong with how a request tells where its body ends. Nothing is judged on a
// body that could not be read to its end.
type framing struct {
	short  int64  // bytes that the Content-Length announced and that did not come
	chunks error  // why a chunked body could not be read to its end
	got    int64  // bytes of the body that came
	after  []byte // the beginning of what came behind the form
}

// badChunks reports whether the body is not a sequence of chunks, rather than one that breaks off.
func (f *framing) badChunks() bool { return f.chunks != nil && !waited(f.chunks) }

// waited reports whether a body has no end because more of it was waited for.
func waited(err error) bool {
	var timeout net.Error
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &timeout) && timeout.Timeout() || broke(err)
}

// report explains a request whose body has no end.
func (f *framing) report(size int64) *explain.Report {
	var r explain.Report
	switch {
	case f.short > 0:
		r = explain.Short(f.short, size)
	case f.chunks != nil:
		r = explain.Chunks(f.chunks.Error(), waited(f.chunks), f.got, f.after)
	default:
		return nil
	}
	return &r
}
