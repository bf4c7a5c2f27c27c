package capture

import (
	"bytes"
	"slices"
	"strings"
)

// boundaryOf is the boundary that a Content-Type names; "" if it names none or is not a form's.
func boundaryOf(contentType string) string {
	kind, rest, _ := strings.Cut(contentType, ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "multipart/form-data") {
		return ""
	}
	for pair := range strings.SplitSeq(rest, ";") {
		name, value, _ := strings.Cut(pair, "=")
		if strings.EqualFold(strings.TrimSpace(name), "boundary") {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

// isForm reports whether a Content-Type is that of a form, with a boundary or without.
func isForm(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "multipart/form-data")
}

// restoreLineEnds puts the CRs back that copying took from a form, every one of them. If want is
// the Content-Length, the guess with that length is the right one, and sure is true. body is
// answered as it is if it was sent so.
func restoreLineEnds(body []byte, boundary string, want int64) (restored []byte, sure bool) {
	frames := restoreFrames(body, boundary)
	all := bytes.ReplaceAll(body, []byte("\n"), []byte("\r\n"))
	if want < 0 {
		return frames, false
	}
	if int64(len(body)) == want {
		return body, true
	}
	for _, guess := range [][]byte{frames, all} {
		// Editors add a last line end, and copying loses it.
		for _, g := range [][]byte{guess, bytes.TrimSuffix(guess, []byte("\r\n"))} {
			if int64(len(g)) == want {
				return g, true
			}
		}
		if int64(len(guess))+2 == want && !bytes.HasSuffix(guess, []byte("\r\n")) {
			return append(slices.Clip(guess), "\r\n"...), true
		}
	}
	return frames, false
}

// restoreFrames puts the CRs back only where a form must have them: around delimiters and after the
// lines of headers.
func restoreFrames(body []byte, boundary string) []byte {
	out := make([]byte, 0, len(body)+256)
	delimiter, last := []byte("--"+boundary), []byte("--"+boundary+"--")
	inHeader := false
	for len(body) > 0 {
		i := bytes.IndexByte(body, '\n')
		line, end := body, ""
		if i >= 0 {
			line, end = body[:i], "\n"
			body = body[i+1:]
		} else {
			body = nil
		}
		trimmed := bytes.TrimRight(line, " \t")
		switch {
		case bytes.Equal(trimmed, delimiter), bytes.Equal(trimmed, last):
			if cut, ok := bytes.CutSuffix(out, []byte("\n")); ok && !bytes.HasSuffix(cut, []byte("\r")) {
				out = append(cut, "\r\n"...)
			}
			inHeader = len(trimmed) == len(delimiter)
		case !inHeader:
			out = append(append(out, line...), end...)
			continue
		case len(line) == 0:
			inHeader = false
		}
		out = append(out, line...)
		if end != "" {
			out = append(out, "\r\n"...)
		}
	}
	return out
}
