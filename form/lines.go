package form

import (
	"bytes"
)

// readHeader consumes the header lines of a part, up to the empty line, and checks the form of
// each.
func (r *scanner) readHeader() ([]byte, error) {
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
			// Is it a header, or content in the place of one?
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

// checkLine refuses a line, ended by LF, that is not a header line.
func (r *scanner) checkLine(line []byte, first bool) error {
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
