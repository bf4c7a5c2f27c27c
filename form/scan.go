package form

import (
	"bytes"
	"errors"
	"io"
	"strconv"
)

// Limits bound what a Reader accepts. A value below one means its default. They do not bound the
// content of a part: limit the body (http.MaxBytesReader), and pass a max to Part.Text.
type Limits struct {
	Parts    int   // parts in a form; default 16
	Header   int64 // bytes of one part's header lines, line ends included; default 8 KiB
	Preamble int64 // bytes before the first delimiter; default 4 KiB
}

// scanner is a window on a body: it fills the window, and finds delimiters and header lines in it.
type scanner struct {
	body     io.Reader
	bodyErr  error // the body's last error, io.EOF included
	lim      Limits
	boundary string
	needle   []byte // LF, two dashes, boundary

	// The window, buf[r:w], is what was read from the body and not used yet. It begins with ready
	// bytes of content; if delim is not 0, a delimiter line of delim bytes follows, with the line
	// breaks on both sides.
	buf          []byte
	r, w         int
	read         int64 // from the body, in all
	ready, delim int
	last         bool // that delimiter is the closing one
	start        bool // no content yet: a delimiter needs no line break before it here
	used         int64

	parts    int
	reading  int   // the number of the part being read, 0 between parts
	fail     error // sticky
	warnings []Warning
}

func (r *scanner) window() []byte { return r.buf[r.r:r.w] }

// use drops n bytes of content from the window.
func (r *scanner) use(n int) {
	r.r += n
	r.ready -= n
	r.used += int64(n)
	r.start = r.start && n == 0
}

// advance reads until the window begins with content, ready > 0. It returns io.EOF if a delimiter
// is next.
func (r *scanner) advance() error {
	for r.ready == 0 {
		if r.delim > 0 {
			return io.EOF
		}
		if err := r.scan(); err != nil {
			return err
		}
		if r.ready == 0 && r.delim == 0 {
			if r.bodyErr != nil { // and scan knew it
				return r.unfinished()
			}
			r.fill()
		}
	}
	return nil
}

// firstWindow is the size of the window until so many bytes have come.
const firstWindow = 4 << 10

// fill reads more of the body into the window, or returns why there is no more. There is always
// room, as every caller bounds what it waits for.
func (r *scanner) fill() error {
	if size := max(16<<10, r.lim.Header+1024, r.lim.Preamble+1024); r.buf == nil {
		r.buf = make([]byte, firstWindow)
	} else if len(r.buf) < int(size) && r.read >= firstWindow {
		whole := make([]byte, size)
		r.w, r.r = copy(whole, r.window()), 0
		r.buf = whole
	}
	if r.r > 0 {
		r.w = copy(r.buf, r.buf[r.r:r.w])
		r.r = 0
	}
	for range 100 {
		if r.bodyErr != nil {
			return r.bodyErr
		}
		var n int
		n, r.bodyErr = r.body.Read(r.buf[r.w:])
		r.read += int64(n)
		if r.w += n; n > 0 {
			return nil
		}
	}
	r.bodyErr = io.ErrNoProgress
	return r.bodyErr
}

// maxPadding bounds the blanks between a boundary and the end of its line.
const maxPadding = 128

// scan looks through the window for a delimiter, and sets ready and delim. Both are 0 when it needs
// a longer window.
//
//	CR LF -- boundary *( SP / TAB ) CR LF                 before a part
//	CR LF -- boundary -- *( SP / TAB ) ( CR LF / end )    after the last
//
// A line that only begins like one (--boundaryX) is content, as for other parsers. One that parsers
// disagree about (LF without CR before it, text after it) is refused.
func (r *scanner) scan() error {
	win := r.window()
	dashed := r.needle[1:]
	if r.start && bytes.HasPrefix(win, dashed) {
		end, last, err := r.lineEnd(win[len(dashed):])
		if err != nil || end == more {
			return err
		}
		if end != content {
			if r.parts > 0 {
				r.warn(WarnNoLineBreak, "")
			}
			r.delim, r.last = len(dashed)+end, last
			return nil
		}
	}

	i := bytes.Index(win, r.needle)
	if i < 0 {
		// The end of the window may be the start of a delimiter: keep that much, and a little more
		// for unfinished.
		r.ready = max(0, len(win)-len(r.needle)-16)
		return nil
	}
	after := i + len(r.needle)
	end, last, err := r.lineEnd(win[after:])
	if end == content {
		r.ready = after
		return nil
	}
	cr := i > 0 && win[i-1] == '\r'
	if cr {
		i--
	}
	switch {
	case end == more:
		r.ready = i
	case !cr:
		return errorf(ErrLineEnds, "no CR before %s", quote(win[i:after]))
	case err != nil:
		return err
	default:
		r.ready, r.delim, r.last = i, after-i+end, last
	}
	return nil
}

// What lineEnd returns if there is no end.
const (
	content = -1 // this is not a delimiter
	more    = -2 // the window is too short to tell
)

// lineEnd returns after how many bytes the delimiter line ends, rest being what follows --boundary;
// or content, or more.
func (r *scanner) lineEnd(rest []byte) (end int, last bool, err error) {
	if len(rest) == 0 {
		return more, false, nil
	}
	if rest[0] == '-' {
		if len(rest) == 1 && r.bodyErr != io.EOF {
			return more, false, nil
		}
		if len(rest) == 1 || rest[1] != '-' {
			return content, false, nil
		}
		last, end = true, 2
	}
	for end < len(rest) && (rest[end] == ' ' || rest[end] == '\t') {
		end++
	}
	left := rest[end:]
	switch {
	case end > maxPadding:
	case bytes.HasPrefix(left, []byte("\r\n")):
		return end + 2, last, nil
	case last && r.bodyErr == io.EOF && (len(left) == 0 || string(left) == "\r"):
		return end + len(left), last, nil
	case len(left) == 0, string(left) == "\r":
		return more, last, nil
	case last && left[0] == '\n':
		return end + 1, last, nil
	case left[0] == '\n':
		return end, last, errorf(ErrLineEnds, "after %s", quote(r.needle[1:]))
	case !last && end == 0 && left[0] != '\r':
		return content, false, nil
	}
	return end, last, errorf(ErrDelimiter, "%s is followed by %s", quote(r.needle[1:]), quote(rest))
}

// unfinished returns the error of a body that ends in content, before the closing delimiter.
func (r *scanner) unfinished() error {
	win := r.window()
	if r.bodyErr == io.EOF && !bytes.Contains(win, r.needle) {
		if i := bytes.Index(win, []byte("--"+r.boundary+"--")); i >= 0 {
			return errorf(ErrDelimiter, "no line break before %s", quote(win[i:]))
		}
		if i := bytes.Index(win, []byte("\n"+r.boundary+"--")); i >= 0 {
			return errorf(ErrDashes, "%s", quote(win[i+1:]))
		}
	}
	if r.parts == 0 {
		return r.ended("in the first delimiter")
	}
	return r.ended("in content, after " + strconv.FormatInt(r.used+int64(len(win)), 10) + " bytes of it")
}

// ended returns the error of a body that has no more bytes.
func (r *scanner) ended(where string) error {
	switch {
	case r.bodyErr == io.EOF && r.parts == 0 && r.used == 0 && r.w == 0:
		return &Error{Cause: ErrEmpty}
	case r.bodyErr == io.EOF:
		return &Error{Cause: ErrTruncated, Detail: where}
	case errors.Is(r.bodyErr, io.ErrUnexpectedEOF): // net/http, for a body shorter than its Content-Length
		return &Error{Cause: ErrTruncated, Detail: where, Err: r.bodyErr}
	}
	return &Error{Cause: ErrRead, Detail: where, Err: r.bodyErr}
}

const maxBoundary = 70 // characters; RFC 2046 §5.1.1

// setBoundary accepts any visible ASCII, a little more than the RFC allows.
func (r *scanner) setBoundary(b string) error {
	for i := range len(b) {
		if c := b[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return errorf(ErrBoundary, "%s", quote(b))
		}
	}
	if b == "" || len(b) > maxBoundary || b[len(b)-1] == ' ' {
		return errorf(ErrBoundary, "%s, of %d characters", quote(b), len(b))
	}
	r.boundary, r.needle = b, []byte("\n--"+b)
	return nil
}

func (r *scanner) warn(id WarningID, detail string) {
	if len(r.warnings) < 100 {
		r.warnings = append(r.warnings, Warning{ID: id, Part: r.parts, Detail: detail})
	}
}

// failed makes err final.
func (r *scanner) failed(err error) error {
	if e, ok := err.(*Error); ok {
		e.Part = r.parts
	}
	r.fail = err
	return err
}
