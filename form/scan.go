package form

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// This file is the Reader's window on the body: what fills it, and how delimiters and header lines are found in it.

func (r *Reader) window() []byte { return r.buf[r.r:r.w] }

// use drops n bytes of content from the window.
func (r *Reader) use(n int) {
	r.r += n
	r.ready -= n
	r.used += int64(n)
	r.start = r.start && n == 0
}

// advance waits until there is content in the window, ready > 0. It answers io.EOF when a delimiter is next.
func (r *Reader) advance() error {
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

// fill reads more of the body into the window. There is always room: all who wait for more bound what they wait for. If
// there is no more, it answers why.
func (r *Reader) fill() error {
	if r.buf == nil {
		r.buf = make([]byte, max(16<<10, r.lim.Header+1024, r.lim.Preamble+1024))
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

// scan looks through the window for a delimiter, and sets ready and delim. Both are 0 when it needs a longer window.
//
//	CR LF -- boundary *( SP / TAB ) CR LF                 before a part
//	CR LF -- boundary -- *( SP / TAB ) ( CR LF / end )    after the last
//
// A line that merely begins like one (--boundaryX) is content, as it is for other parsers. One that they would disagree
// about (LF without CR before it, text after it) is refused.
func (r *Reader) scan() error {
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
		// The end of the window may be the start of a delimiter: keep as much, and a little more for unfinished to look at.
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

// What lineEnd answers when there is no end.
const (
	content = -1 // this is not a delimiter
	more    = -2 // the window is too short to tell
)

// lineEnd looks at what follows --boundary, and says after how many bytes the delimiter line ends, or content, or more.
func (r *Reader) lineEnd(rest []byte) (end int, last bool, err error) {
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

// unfinished explains a body that ends in content, where a delimiter should still come.
func (r *Reader) unfinished() error {
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

// ended is the error for a body that has no more bytes.
func (r *Reader) ended(where string) error {
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

// skipPreamble goes to the first delimiter.
func (r *Reader) skipPreamble() error {
	if r.boundary == "" {
		if err := r.sniffBoundary(); err != nil {
			return err
		}
	}
	var head []byte // the body's first line, to explain by
	for {
		err := r.advance()
		if head == nil {
			head = bytes.Clone(firstLine(r.window()))
		}
		switch {
		case err == io.EOF:
			if r.used > 0 {
				r.warn(WarnPreamble, quote(head))
			}
			return nil
		case errors.Is(err, ErrTruncated):
			rest, whole := bytes.CutPrefix(head, r.needle[1:])
			if r.used == 0 && (bytes.HasPrefix(r.needle[1:], head) || whole && len(bytes.Trim(rest, " \t-\r")) == 0) {
				return err // cut in the first delimiter itself
			}
			return r.noDelimiter(head)
		case err != nil:
			return err
		case r.used+int64(r.ready) > r.lim.Preamble:
			return r.noDelimiter(head)
		}
		r.use(r.ready)
	}
}

// firstLine is text up to its first line break, or the first 96 bytes of it.
func firstLine(text []byte) []byte {
	line, _, _ := bytes.Cut(text[:min(len(text), 96)], []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

// noDelimiter explains a body that begins with head and not with a delimiter.
func (r *Reader) noDelimiter(head []byte) error {
	switch {
	case r.boundary == "":
	case strings.TrimRight(string(head), " \t-") == strings.TrimRight(r.boundary, "-"):
		return errorf(ErrDashes, "%s", quote(head))
	case bytes.HasPrefix(head, []byte("--")):
		return errorf(ErrOtherBoundary, "Content-Type %s, body %s", quote(r.boundary), quote(head[2:]))
	}
	return errorf(ErrNoDelimiter, "it begins with %s", quote(head))
}

// sniffBoundary takes the boundary from the first line that begins with two dashes.
func (r *Reader) sniffBoundary() error {
	limit := r.lim.Preamble + int64(len("\r\n--")+maxBoundary+len("\r"))
	for from := 0; ; {
		line := r.window()[from:]
		end := bytes.IndexByte(line, '\n')
		switch {
		case end < 0 && int64(from+len(line)) <= limit:
			if r.fill() == nil {
				continue
			}
			if r.bodyErr == io.EOF && r.w > 0 && !bytes.HasPrefix(line, []byte("--")) {
				return r.noDelimiter(firstLine(r.window()))
			}
			return r.ended("in the first delimiter")
		case end < 0 || int64(from+end) > limit:
			return r.noDelimiter(firstLine(r.window()))
		}
		from += end + 1
		boundary, dashes := strings.CutPrefix(strings.TrimRight(string(line[:end]), " \t\r"), "--")
		if !dashes || boundary == "" {
			continue
		}
		if line[end-1] != '\r' {
			return errorf(ErrLineEnds, "after %s", quote(line[:end]))
		}
		r.warn(WarnNoBoundary, quote(boundary))
		return r.setBoundary(boundary)
	}
}

// readHeader takes the header lines of a part, up to the empty line, and looks at the form of each; parseHeader reads
// what they say.
func (r *Reader) readHeader() ([]byte, error) {
	for from := 0; ; {
		win := r.window()
		line := win[from:]
		end := bytes.IndexByte(line, '\n') + 1
		if end > 0 {
			line = line[:end]
		}
		if string(line) == "\r\n" {
			header := bytes.Clone(win[:from])
			r.r += from + end
			return header, nil
		}
		if int64(from+len(line)) > r.lim.Header && string(line) != "\r" {
			// Is it a header, or content that stands where a header should?
			name, _, _ := bytes.Cut(line[:r.lim.Header-int64(from)], []byte(":"))
			if name = bytes.TrimRight(name, " \t"); len(name) > 0 && !isToken(name) && (from == 0 || line[0] != ' ' && line[0] != '\t') {
				return nil, errorf(ErrNoBlankLine, "%s", quote(line))
			}
			return nil, errorf(ErrHeaderTooLong, "more than %d bytes", r.lim.Header)
		}
		if end > 0 {
			if err := r.checkLine(line, from == 0); err != nil {
				return nil, err
			}
			from += end
			continue
		}
		if r.fill() != nil {
			if len(win) == 0 {
				return nil, r.ended("after a delimiter that is not the closing one")
			}
			return nil, r.ended("in the headers of a part")
		}
	}
}

// checkLine refuses a line, which ends with LF, that is no header line.
func (r *Reader) checkLine(line []byte, first bool) error {
	name, _, colon := bytes.Cut(line, []byte(":"))
	folded := !first && (line[0] == ' ' || line[0] == '\t')
	text, crlf := bytes.CutSuffix(line, []byte("\r\n"))
	switch {
	case string(line) == "\n":
		return errorf(ErrLineEnds, "an empty line")
	case !folded && (!colon || !isToken(bytes.TrimRight(name, " \t"))) || bytes.HasPrefix(line, r.needle[1:]):
		if bytes.Contains(name, []byte("：")) {
			return errorf(ErrFullWidth, "%s", quote(line))
		}
		return errorf(ErrNoBlankLine, "%s", quote(line))
	case !crlf:
		return errorf(ErrLineEnds, "after %s", quote(line))
	}
	for i, c := range text {
		if c != '\t' && isControl(rune(c)) {
			return errorf(ErrControl, "%s", quote(text[max(0, i-24):]))
		}
	}
	return nil
}
