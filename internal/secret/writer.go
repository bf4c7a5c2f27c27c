package secret

import (
	"io"
	"unsafe"
)

// Writer returns a writer to w that hides the secrets in each call's bytes: a line of a log, a
// printed line. It has the Fd of w, if w has one.
func (s *Set) Writer(w io.Writer) io.Writer { return wrap(w, s.Mask) }

// ConfigWriter is a Writer that hides as [Set.MaskConfig] does.
func (s *Set) ConfigWriter(w io.Writer) io.Writer { return wrap(w, s.MaskConfig) }

func wrap(w io.Writer, mask func(string) string) io.Writer {
	if f, ok := w.(file); ok {
		return &fileWriter{writer{mask, w}, f}
	}
	return &writer{mask, w}
}

type file interface{ Fd() uintptr }

type fileWriter struct {
	writer
	file
}

type writer struct {
	mask func(string) string
	to   io.Writer
}

func (w *writer) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return w.to.Write(b)
	}
	text := unsafe.String(unsafe.SliceData(b), len(b)) // only read, and not kept
	shown := w.mask(text)
	if unsafe.StringData(shown) == unsafe.StringData(text) {
		return w.to.Write(b)
	}
	if _, err := io.WriteString(w.to, shown); err != nil {
		return 0, err
	}
	return len(b), nil
}
