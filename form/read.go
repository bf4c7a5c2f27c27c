package form

import (
	"bytes"
	"io"
)

// A Reader parses a form. It is not safe for concurrent use.
//
// It has one buffer of 16 KiB (larger only if Limits require it), and of 4 KiB until so much has
// come. The first error is final: later calls return it again.
type Reader struct{ scanner }

// NewReader returns a Reader for the body of a request whose Content-Type header is contentType. It
// does not read from body yet. Errors: ErrNotMultipart, ErrBoundary, and those of a header's
// parameters.
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
	r := &Reader{scanner{body: body, lim: lim, start: true}}
	if err := r.parseContentType(contentType); err != nil {
		return nil, err
	}
	return r, nil
}

// Warnings lists what was tolerated so far, in the order of the body: everything, once Next has
// returned io.EOF, but at most 100 warnings.
func (r *Reader) Warnings() []Warning { return r.warnings }

// Size returns how many bytes of the body were used: once Next has returned io.EOF, the length of
// the form with its closing delimiter.
func (r *Reader) Size() int64 { return r.read - int64(len(r.window())) }

// Next skips the rest of the current part and returns the next one, at the start of its content. It
// returns io.EOF after the closing delimiter; only then is the form known to be complete. It does
// not read what follows the delimiter. Any other error is an *Error.
func (r *Reader) Next() (*Part, error) {
	if r.fail != nil {
		return nil, r.fail
	}
	r.reading = 0
	p, err := r.next()
	if err != nil {
		return nil, r.failed(err)
	}
	r.reading = p.Number
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
	p := &Part{Number: r.parts, Header: header, Offset: r.read - int64(len(r.window())), r: &r.scanner}
	if err := p.parseHeader(); err != nil {
		return nil, err
	}
	return p, nil
}
