package form

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// Limits bound what a Reader takes from strangers. The zero value is the defaults; a value below one is its default.
// The content of a part has no limit here: cap the body (http.MaxBytesReader), and give Part.Text its max.
type Limits struct {
	Parts    int   // parts in a form; default 16
	Header   int64 // bytes of one part's header lines, line ends included; default 8 KiB
	Preamble int64 // bytes before the first delimiter; default 4 KiB
}

// A Reader takes a form apart. It is for one goroutine.
//
// It holds one buffer of 16 KiB (more only if Limits ask for more). The first error ends it: every later call answers the
// same.
type Reader struct {
	body     io.Reader
	bodyErr  error // what the body answered last: io.EOF, or worse
	lim      Limits
	boundary string
	needle   []byte // LF, two dashes, boundary

	// The window, buf[r:w], is what has been read from the body and not yet used. It begins with ready bytes of content;
	// if delim is not 0, that many bytes of a delimiter line follow, with the line breaks on both its sides.
	buf          []byte
	r, w         int
	read         int64 // from the body, in all
	ready, delim int
	last         bool // that delimiter is the closing one
	start        bool // no content yet: a delimiter may stand here without a line break before it
	used         int64

	parts    int
	part     *Part // the one being read
	fail     error // sticky
	warnings []Warning
}

// A Part is one part of a form, and a stream of its content. It is good until the Reader's Next is called again.
type Part struct {
	Number       int    // counted from 1
	Name         string // may be empty
	Filename     string // as the client sent it, escapes undone: possibly a whole local path, and never fit to be a path here
	HasFilename  bool   // there is a filename, maybe an empty one. The real service reads a meta that has one as empty
	FilenameStar bool   // only filename* is there, and Filename is from it
	ContentType  string // as sent; "" if absent
	Header       []byte // the header lines as received, without the empty line after them
	Offset       int64  // where in the body the content begins: who keeps the body's bytes has the content too

	plain, star string // filename as between the quotes; filename* decoded
	r           *Reader
}

// NewReader prepares to read a form from body, the body of a request whose Content-Type header is contentType. It does
// not touch body yet. Errors: ErrNotMultipart, ErrBoundary, and those of a header's parameters.
func NewReader(body io.Reader, contentType string, lim Limits) (*Reader, error) {
	if lim.Parts < 1 {
		lim.Parts = 16
	}
	if lim.Header < 1 {
		lim.Header = 8 << 10
	}
	if lim.Preamble < 1 {
		lim.Preamble = 4 << 10
	}
	r := &Reader{body: body, lim: lim, start: true}
	if err := r.parseContentType(contentType); err != nil {
		return nil, err
	}
	return r, nil
}

// parseContentType finds the boundary. Seen: multipart/form-data;boundary=x · …; boundary="x" (.NET) · …; boundary=x;
// charset=UTF-8 (httpmime) · no boundary at all (wechatpayv3 for Python, wechatpay-java over Apache's client).
func (r *Reader) parseContentType(value string) error {
	kind, rest, _ := strings.Cut(value, ";")
	kind = strings.Trim(kind, " \t")
	if !strings.EqualFold(kind, "multipart/form-data") {
		if strings.ContainsAny(kind, fullWidth) {
			return errorf(ErrFullWidth, "Content-Type %s", quote(value))
		}
		return errorf(ErrNotMultipart, "Content-Type %s", quote(value))
	}
	found, quoted := "", false
	for {
		var p param
		var err error
		if p, rest, err = nextParam(rest); err != nil {
			return err
		}
		if p.name == "" {
			break
		}
		if !strings.EqualFold(p.name, "boundary") {
			continue
		}
		if found != "" {
			return errorf(ErrDuplicate, "boundary, %s", quote(p.value))
		}
		found, quoted = p.value, p.quoted
	}
	if found == "" {
		return nil // Next looks for it in the body
	}
	if quoted {
		r.warn(WarnQuotedBoundary, quote(found))
	}
	return r.setBoundary(found)
}

const maxBoundary = 70 // characters; RFC 2046 §5.1.1

// setBoundary takes any visible ASCII, which is a little more than the RFC allows.
func (r *Reader) setBoundary(b string) error {
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

// Warnings lists the leniencies used so far, in the order of the body; after Next has answered io.EOF, all of them (of a
// body made to collect them, the first 100).
func (r *Reader) Warnings() []Warning { return r.warnings }

func (r *Reader) warn(id WarningID, detail string) {
	if len(r.warnings) < 100 {
		r.warnings = append(r.warnings, Warning{ID: id, Part: r.parts, Detail: detail})
	}
}

func (p *Part) warn(id WarningID, detail string) { p.r.warn(id, detail) }

// Next skips what is left of the part before and gives the next one, at the start of its content. It answers io.EOF after
// the closing delimiter, and only then is the form known to be whole; what follows the delimiter is not read. Any other
// error is an *Error.
func (r *Reader) Next() (*Part, error) {
	if r.fail != nil {
		return nil, r.fail
	}
	r.part = nil
	p, err := r.next()
	if err != nil {
		return nil, r.failed(err)
	}
	r.part = p
	return p, nil
}

func (r *Reader) next() (*Part, error) {
	if r.parts == 0 {
		if err := r.skipPreamble(); err != nil {
			return nil, err
		}
	}
	for {
		err := r.advance()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		r.use(r.ready)
	}
	if line := bytes.TrimRight(r.window()[:r.delim], "\r\n"); line[len(line)-1] == ' ' || line[len(line)-1] == '\t' {
		r.warn(WarnPadding, quote(line))
	}
	r.r += r.delim
	r.delim = 0
	if r.last {
		return nil, io.EOF
	}
	if r.parts++; r.parts > r.lim.Parts {
		return nil, errorf(ErrTooManyParts, "more than %d", r.lim.Parts)
	}
	header, err := r.readHeader()
	if err != nil {
		return nil, err
	}
	r.start, r.used = true, 0
	p := &Part{Number: r.parts, Header: header, Offset: r.read - int64(len(r.window())), r: r}
	if err := p.parseHeader(); err != nil {
		return nil, err
	}
	return p, nil
}

// failed makes err final.
func (r *Reader) failed(err error) error {
	if e, ok := err.(*Error); ok {
		e.Part = r.parts
	}
	r.fail = err
	return err
}

var errStale = errors.New("form: a Part was read after the Reader's Next was called again")

// advance waits until the window begins with content of this part. At the part's end it answers io.EOF.
func (p *Part) advance() error {
	if p.r.part != p {
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

// Read reads content as it was sent; no transfer encoding is undone. It answers io.EOF only when the delimiter after the
// part has been seen, and an *Error (ErrTruncated, …) if it never comes.
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

// WriteTo writes what is left of the content to w, straight from the Reader's buffer: io.Copy uses it.
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

// Text reads what is left of a small part whole: the raw bytes of meta, say. If that is more than max bytes it answers
// ErrTextTooLong, having kept no more than max; the Reader can go on to the next part.
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
