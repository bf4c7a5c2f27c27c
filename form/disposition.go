package form

import (
	"strings"
	"unicode/utf8"
)

// Headers of parts as real clients send them; all of these are accepted. In front of each:
// Content-Disposition: form-data;
//
//	name="meta";                                        wechatpay-go, the documents: ; at the end
//	name="meta"     (Content-Disposition:form-data;…)   hand-written PHP: no blanks
//	name=file; filename=a.jpg; filename*=utf-8''a.jpg   .NET: no quotes
//	name="file"; filename="a%22b.jpg"                   curl, requests, Node, browsers
//	name="file"; filename="a\"b.jpg"                    Go, older curl
//	name="file"; filename="C:\pics\a.jpg"               PHP on Windows: the whole path
//
// RFC 7578 (multipart/form-data), RFC 2045 §5.1 (parameters), RFC 8187 (filename*).

// parseHeader fills the part from its raw header lines. checkLine has checked each: it is "name:
// value" or a continuation, ends with CR LF, and holds no control character but TAB.
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
			p.warn(WarnPartLength, quote(value)) // neither used nor checked
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
		if par.name != strings.ToLower(par.name) {
			p.warn(WarnParameterCase, quote(par.name))
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
		// The real servers read the plain one, so it takes precedence. For a name that is not
		// ASCII, .NET writes a mail header's =?utf-8?B?…?= there, which has no extension.
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
