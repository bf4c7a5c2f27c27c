package form

import (
	"net/url"
	"strings"
)

// A param is one name=value of a header.
type param struct {
	name, value string
	quoted      bool // in double quotes
}

// fullWidth is the punctuation that a Chinese input method writes for : ; = and ".
const fullWidth = "：；＝“”＂"

// nextParam cuts the first parameter off s, which begins after the header's type or after a
// parameter. It skips blanks and semicolons around it, so that ";name=x" and a ";" at the end are
// accepted. At the end of s it returns a parameter without a name.
func nextParam(s string) (p param, rest string, err error) {
	s = strings.TrimLeft(s, " \t;")
	if s == "" {
		return param{}, "", nil
	}
	end := strings.IndexAny(s, "=;")
	if end < 0 {
		end = len(s)
	}
	p.name = strings.TrimRight(s[:end], " \t")
	if strings.ContainsAny(p.name, fullWidth) {
		return p, "", errorf(ErrFullWidth, "%s", quote(s))
	}
	if end == len(s) || s[end] == ';' || !isToken(p.name) {
		return p, "", errorf(ErrParameter, "%s", quote(s[:end]))
	}

	s = strings.TrimLeft(s[end+1:], " \t")
	if strings.HasPrefix(s, `"`) {
		var ok bool
		p.quoted = true
		if p.value, rest, ok = unquote(s[1:]); !ok {
			return p, "", errorf(ErrQuotes, "%s: %s has no end", quote(p.name), quote(s))
		}
		if after := strings.TrimLeft(rest, " \t"); after != "" && after[0] != ';' {
			return p, "", errorf(ErrQuotes, "%s: %s is followed by %s, not by a semicolon", quote(p.name), quote(p.value), quote(after))
		}
		return p, rest, nil
	}
	p.value, rest, _ = strings.Cut(s, ";")
	p.value = strings.TrimRight(p.value, " \t")
	switch {
	case strings.Contains(p.value, `"`):
		return p, "", errorf(ErrQuotes, "%s: %s", quote(p.name), quote(p.value))
	case strings.Contains(p.value, "；"), strings.IndexAny(p.value, "“”＂") == 0:
		return p, "", errorf(ErrFullWidth, "%s: %s", quote(p.name), quote(p.value))
	}
	return p, rest, nil
}

// unquote cuts a quoted string off s, which begins after the opening quote. It keeps the escapes.
func unquote(s string) (value, rest string, ok bool) {
	end := 0
	for ; end < len(s) && s[end] != '"'; end++ {
		if s[end] == '\\' {
			end++ // an escaped character does not end it
		}
	}
	if end >= len(s) {
		return "", "", false
	}
	return s[:end], s[end+1:], true
}

// unescape undoes the escapes of a name: \" and \\, and %22, which browsers write for a quote.
// Other backslashes stay, as some clients send Windows paths unescaped; so do the browsers' %0D and
// %0A, as no name needs a line break.
func unescape(s string) string {
	return unescaper.Replace(s)
}

var unescaper = strings.NewReplacer(`\"`, `"`, `\\`, `\`, "%22", `"`)

// decodeStar decodes charset'language'percent-encoded, the value of filename* (RFC 8187 §3.2).
func decodeStar(value string) (string, error) {
	charset, tail, ok := strings.Cut(value, "'")
	_, encoded, ok2 := strings.Cut(tail, "'")
	decoded, err := url.PathUnescape(encoded)
	if !ok || !ok2 || err != nil {
		return "", errorf(ErrFilenameStar, "%s", quote(value))
	}
	if strings.EqualFold(charset, "iso-8859-1") {
		runes := make([]rune, len(decoded))
		for i := range len(decoded) {
			runes[i] = rune(decoded[i])
		}
		decoded = string(runes)
	}
	if strings.ContainsFunc(decoded, isControl) {
		return "", errorf(ErrControl, "filename*=%s", quote(decoded))
	}
	return decoded, nil
}

func isControl(c rune) bool { return c < ' ' || c == 0x7F }

// isToken reports whether s can be the name of a header or a parameter (RFC 9110 §5.6.2).
func isToken[T string | []byte](s T) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0:
		default:
			return false
		}
	}
	return len(s) > 0
}
