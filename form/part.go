package form

import (
	"errors"
	"io"
)

// A Part is one part of a form, and a stream of its content. It is valid until the Reader's Next is
// called again.
type Part struct {
	Number       int    // counted from 1
	Name         string // may be empty
	Filename     string // as sent, with escapes undone: may be a whole local path; do not use it as a path
	HasFilename  bool   // there is a filename, perhaps empty; the real service reads a meta with a filename as empty
	FilenameStar bool   // Filename comes from filename*, as there is no plain filename
	ContentType  string // as sent; "" if absent
	Header       []byte // the header lines as received, without the empty line after them
	Offset       int64  // where in the body the content begins, in bytes

	plain, star string // filename as between the quotes; filename* decoded
	r           *scanner
}

// SameName reports whether name is this part's file name in any reading that a server may give it:
// Filename, the characters between the quotes with their escapes, the decoded filename*, or the
// Base of Filename. A server uses it to compare meta.filename, so that no client is refused for an
// escape.
func (p *Part) SameName(name string) bool {
	if !p.HasFilename || name == "" {
		return false
	}
	return name == p.Filename || name == p.plain || name == p.star || name == Base(p.Filename)
}

var errStale = errors.New("form: a Part was read after the Reader's Next was called again")

// advance reads until the window begins with content of this part. At the part's end it returns
// io.EOF.
func (p *Part) advance() error {
	if p.r.reading != p.Number {
		return errStale
	}
	if p.r.fail != nil {
		return p.r.fail
	}
	err := p.r.advance()
	if err != nil && err != io.EOF {
		return p.r.failed(err)
	}
	return err
}

// Read reads content as it was sent, without undoing any transfer encoding. It returns io.EOF only
// after it has seen the delimiter after the part, and an *Error (ErrTruncated, …) if there is none.
func (p *Part) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if err := p.advance(); err != nil {
		return 0, err
	}
	n := copy(b, p.r.window()[:p.r.ready])
	p.r.use(n)
	return n, nil
}

// WriteTo writes the rest of the content to w directly from the Reader's buffer; io.Copy uses it.
func (p *Part) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for {
		if err := p.advance(); err == io.EOF {
			return total, nil
		} else if err != nil {
			return total, err
		}
		n, err := w.Write(p.r.window()[:p.r.ready])
		p.r.use(n)
		total += int64(n)
		if err == nil && p.r.ready > 0 {
			err = io.ErrShortWrite
		}
		if err != nil {
			return total, err
		}
	}
}

// Text returns the rest of a small part, such as the raw bytes of meta. If that is more than max
// bytes it returns ErrTextTooLong and keeps at most max of them; the Reader can still go to the
// next part.
func (p *Part) Text(max int64) ([]byte, error) {
	text := []byte{}
	for {
		if err := p.advance(); err == io.EOF {
			return text, nil
		} else if err != nil {
			return nil, err
		}
		if int64(len(text)+p.r.ready) > max {
			err := errorf(ErrTextTooLong, "field %s, more than %d bytes", quote(p.Name), max)
			err.Part = p.Number
			return nil, err
		}
		text = append(text, p.r.window()[:p.r.ready]...)
		p.r.use(p.r.ready)
	}
}

func (p *Part) warn(id WarningID, detail string) { p.r.warn(id, detail) }
