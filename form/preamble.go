package form

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// skipPreamble goes to the first delimiter.
func (r *scanner) skipPreamble() error {
	if r.boundary == "" {
		if err := r.sniffBoundary(); err != nil {
			return err
		}
	}
	var head []byte // the body's first line, for error messages
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

// firstLine returns text up to its first line break, at most 96 bytes.
func firstLine(text []byte) []byte {
	line, _, _ := bytes.Cut(text[:min(len(text), 96)], []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

// noDelimiter returns the error of a body that begins with head instead of a delimiter.
func (r *scanner) noDelimiter(head []byte) error {
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
func (r *scanner) sniffBoundary() error {
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

// parseContentType finds the boundary. Clients send multipart/form-data;boundary=x · …;
// boundary="x" (.NET) · …; boundary=x; charset=UTF-8 (httpmime) · no boundary at all (wechatpayv3
// for Python, wechatpay-java over Apache's client).
func (r *scanner) parseContentType(value string) error {
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
	} else if strings.ContainsAny(found, " \t") {
		r.warn(WarnBoundaryBlanks, quote(found))
	}
	return r.setBoundary(found)
}
