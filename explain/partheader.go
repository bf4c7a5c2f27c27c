package explain

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/wxup/wxup/explain/text"
)

// maxPartHeader is how much of a part is looked at for its header.
const maxPartHeader = 4 << 10

// headerMistakes are mistakes in the header of a part that hide the part, and how to undo them.
var headerMistakes = []struct {
	cause string
	wrong *regexp.Regexp
	right string
}{
	{"form.broken_name", regexp.MustCompile(`(filename="[^"\r\n]*)[\r\n]+([^"\r\n]*")`), "$1$2"},
	{"form.header_colon", regexp.MustCompile(`(?im)^(content-(?:disposition|type))(?:[ \t]*=[ \t]*|[ \t]+(form-data))`), "$1: $2"},
	{"form.header_joined", regexp.MustCompile(`(?i)(["\w/])[ \t;,]+(content-(?:disposition|type|length|transfer-encoding)[ \t]*:)`), "$1\r\n$2"},
	{"form.disposition_type", regexp.MustCompile(`(?im)^(content-disposition[ \t]*:[ \t]*)(?:["']form-data["'][ \t]*[;,]?|form-data[ \t]*,|form-data[ \t])[ \t]*((?:file)?name)`), "${1}form-data; $2"},
	{"form.parameter_separator", regexp.MustCompile(`(?i)(name="[^"\r\n]*")[ \t]*,?[ \t]*((?:file)?name\*?[ \t]*=)`), "$1; $2"},
}

// headerLine matches a line of a header, or its continuation.
var headerLine = regexp.MustCompile("^(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*:|[ \t])")

// mendHeaders undoes the mistakes in the headers of the parts.
func mendHeaders(body []byte, boundary string) (mended []byte, found []fault) {
	delimiter := []byte("--" + boundary + "\r\n")
	rest := body
	for {
		at := bytes.Index(rest, delimiter)
		if at < 0 {
			return append(mended, rest...), found
		}
		at += len(delimiter)
		mended = append(mended, rest[:at]...)
		rest = rest[at:]
		lead := len(rest) - len(bytes.TrimLeft(rest[:min(len(rest), 64)], "\r\n")) - max(0, len(rest)-64)
		if lead > 0 && bytes.HasPrefix(bytes.ToLower(rest[lead:min(len(rest), 64)]), []byte("content-disposition")) {
			found = append(found, fault{"form.line_before_headers", ""})
			rest = rest[lead:]
		}
		end := bytes.Index(rest[:min(len(rest), maxPartHeader)], []byte("\r\n\r\n"))
		if end < 0 || bytes.Contains(rest[:end], delimiter[:len(delimiter)-2]) {
			continue
		}
		header, flaws := mendHeader(string(rest[:end]))
		if content := rest[end+4:]; len(flaws) == 0 && !bytes.HasPrefix(content, delimiter[:len(delimiter)-2]) {
			header, flaws = withoutJunk(header)
		}
		mended, found, rest = append(mended, header...), append(found, flaws...), rest[end:]
	}
}

// mendHeader undoes the mistakes in one header, which has no line end at its end.
func mendHeader(header string) (mended string, found []fault) {
	for _, m := range headerMistakes {
		for range 4 { // one may be hidden behind another of its kind
			at := m.wrong.FindStringIndex(header)
			if at == nil {
				break
			}
			begin := strings.LastIndex(header[:at[0]+1], "\n") + 1
			line, _, _ := strings.Cut(header[begin:], "\n")
			if m.cause == "form.broken_name" {
				line = header[begin:at[1]]
			}
			found = append(found, fault{m.cause, text.Visible(strings.TrimRight(line, "\r"), 90)})
			header = header[:at[0]] + m.wrong.ReplaceAllString(header[at[0]:at[1]], m.right) + header[at[1]:]
		}
	}
	return header, found
}

// withoutJunk removes the one line of a header that is not a header line: a text without a colon.
func withoutJunk(header string) (mended string, found []fault) {
	var lines []string
	for line := range strings.SplitSeq(header, "\r\n") {
		if headerLine.MatchString(line) {
			lines = append(lines, line)
			continue
		}
		if len(found) > 0 || line == "" || len(line) > 200 || strings.ContainsAny(line, "{}<>") || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == '\uFFFD' }) {
			return header, nil
		}
		found = append(found, fault{"form.header_colon", text.Visible(line, 90)})
	}
	if mended = strings.Join(lines, "\r\n"); !strings.Contains(strings.ToLower(mended), "content-disposition") {
		return header, nil
	}
	return mended, found
}
