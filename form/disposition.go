package form

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// A part's headers, in some of the ways they are really sent; all of these are read:
//
//	Content-Disposition: form-data; name="meta";                             wechatpay-go, and the documents: a ; at the end
//	Content-Disposition:form-data;name="meta"                                hand-written PHP: no blanks
//	Content-Disposition: form-data; name=file; filename=a.jpg; filename*=utf-8''a.jpg     .NET: no quotes
//	Content-Disposition: form-data; name="file"; filename="a%22b.jpg"        curl, requests, Node, browsers
//	Content-Disposition: form-data; name="file"; filename="a\"b.jpg"         Go, older curl
//	Content-Disposition: form-data; name="file"; filename="C:\pics\a.jpg"    PHP on Windows: the whole path
//
// RFC 7578 (multipart/form-data), RFC 2045 §5.1 (parameters), RFC 8187 (filename*).

// parseHeader fills the part from its raw header lines. They were checked line by line as they arrived: each is
// "name: value" or a continuation, ends with CR LF, and holds no control character but TAB.
func (p *Part) parseHeader() error {
	text := string(p.Header)
	if strings.Contains(text, "\r\n ") || strings.Contains(text, "\r\n\t") {
		text = strings.NewReplacer("\r\n ", " ", "\r\n\t", " ").Replace(text)
		p.warn(WarnFolded, "")
	}
	var disposition, contentType, encoding *string
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		if trimmed := strings.TrimRight(name, " \t"); trimmed != name {
			name = trimmed
			p.warn(WarnBlankBeforeColon, quote(name))
		}
		var seen **string
		switch strings.ToLower(name) {
		case "content-disposition":
			seen = &disposition
		case "content-type":
			seen = &contentType
		case "content-transfer-encoding":
			seen = &encoding
		case "content-length":
			p.warn(WarnPartLength, quote(value)) // neither believed nor checked
			continue
		default:
			continue
		}
		if *seen != nil {
			p.warn(WarnDuplicateHeader, quote(name))
			continue
		}
		*seen = &value
	}
	if encoding != nil {
		switch strings.ToLower(*encoding) {
		case "7bit", "8bit", "binary":
		default:
			p.warn(WarnTransferEncoding, quote(*encoding))
		}
	}
	if contentType != nil {
		p.ContentType = *contentType
	}
	if disposition == nil {
		return errorf(ErrNoDisposition, "headers %s", quote(p.Header))
	}
	return p.parseDisposition(*disposition)
}

// parseDisposition reads the value of Content-Disposition.
func (p *Part) parseDisposition(value string) error {
	kind, rest, _ := strings.Cut(value, ";")
	kind = strings.Trim(kind, " \t")
	switch {
	case strings.EqualFold(kind, "form-data"):
	case strings.ContainsAny(kind, fullWidth):
		return errorf(ErrFullWidth, "%s", quote(value))
	case !isToken(kind):
		return errorf(ErrNoDisposition, "%s", quote(value))
	default:
		p.warn(WarnNotFormData, quote(kind))
	}

	var name, plain, star *string
	for {
		var par param
		var err error
		par, rest, err = nextParam(rest)
		if err != nil {
			return err
		}
		if par.name == "" {
			break
		}
		var seen **string
		switch strings.ToLower(par.name) {
		case "name":
			seen = &name
		case "filename":
			seen = &plain
		case "filename*":
			seen = &star
		default:
			if n := len("filename*"); len(par.name) > n && strings.EqualFold(par.name[:n], "filename*") {
				return errorf(ErrFilenameStar, "a name in pieces, %s", quote(par.name))
			}
			continue
		}
		if *seen != nil {
			return errorf(ErrDuplicate, "%s, %s", strings.ToLower(par.name), quote(par.value))
		}
		if seen != &star && !par.quoted {
			if v := par.value; len(v) >= 2 && v[0] == '\'' && v[len(v)-1] == '\'' {
				par.value = v[1 : len(v)-1]
				p.warn(WarnSingleQuotes, par.name)
			} else {
				p.warn(WarnUnquoted, par.name)
			}
		}
		if strings.ContainsFunc(par.value, isControl) {
			return errorf(ErrControl, "%s=%s", strings.ToLower(par.name), quote(par.value))
		}
		*seen = &par.value
	}

	if name != nil {
		p.Name = unescape(*name)
	}
	if p.Name == "" {
		p.warn(WarnNoName, quote(value))
	}
	if star != nil {
		decoded, err := decodeStar(*star)
		if err != nil {
			return err
		}
		p.HasFilename, p.FilenameStar = true, plain == nil
		p.Filename, p.star = decoded, decoded
	}
	if plain != nil {
		p.HasFilename, p.plain = true, *plain
		// The real servers read the plain one, so it counts. But where a name is not ASCII .NET writes a mail header's
		// =?utf-8?B?…?= there, in which nobody finds an extension.
		if star == nil || !(strings.HasPrefix(*plain, "=?") && strings.HasSuffix(*plain, "?=")) {
			p.Filename = unescape(*plain)
		}
	}
	if p.FilenameStar {
		p.warn(WarnFilenameStar, quote(p.Filename))
	}
	if !utf8.ValidString(p.Name) || !utf8.ValidString(p.Filename) {
		p.warn(WarnNotUTF8, quote(p.Name+p.Filename))
	}
	return nil
}

// SameName reports whether name is this part's file name in one of the readings that a server may give it: Filename;
// the characters as they stand between the quotes, escapes left as they are; the decoded filename*; the Base of Filename.
// A server that compares meta.filename with the file name asks this, and refuses nobody for an escape.
func (p *Part) SameName(name string) bool {
	if !p.HasFilename || name == "" {
		return false
	}
	return name == p.Filename || name == p.plain || name == p.star || name == Base(p.Filename)
}

// A param is one name=value of a header.
type param struct {
	name, value string
	quoted      bool // in double quotes
}

// fullWidth is the punctuation that a Chinese input method puts where : ; = and " belong.
const fullWidth = "：；＝“”＂"

// nextParam cuts the first parameter off s, which begins after the header's type or after a parameter. Blanks and
// semicolons around it are skipped, so that neither ";name=x" nor a ";" at the end is a problem. At the end of s the
// parameter has no name.
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

// unquote cuts a quoted string off s, which begins after its opening quote. It leaves the escapes in.
func unquote(s string) (value, rest string, ok bool) {
	end := 0
	for ; end < len(s) && s[end] != '"'; end++ {
		if s[end] == '\\' {
			end++ // whatever follows does not end it
		}
	}
	if end >= len(s) {
		return "", "", false
	}
	return s[:end], s[end+1:], true
}

// unescape undoes the escapes of a name: \" and \\, and %22, which browsers write for a quote. Any other backslash is one,
// for there are clients that send Windows paths as they are; and the browsers' %0D and %0A stay, for no name needs a
// line break.
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

// isToken says whether s can be the name of a header or a parameter (RFC 9110 §5.6.2).
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
