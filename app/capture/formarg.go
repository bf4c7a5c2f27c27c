package capture

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/wxup/wxup/form"
)

// The argument of -F, as curl reads it (https://curl.se/docs/manpage.html#-F):
//
//	meta={"filename":"a.jpg"};type=application/json     up to the first semicolon, blanks around it
//	                                                    taken off
//	meta="{\"filename\":\"a;b.jpg\"}"                   in quotes, \" and \\ are " and \, and a
//	                                                    semicolon is one
//	file=@pics/a.jpg;type=image/jpeg;filename=b.jpg     a file, sent under the last element of its
//	                                                    name
//	file=@a.jpg,b.jpg                                   several files, as one part of the type
//	                                                    multipart/mixed
//	meta=<meta.json                                     the content of a file, sent as a text
//
// --form-string takes the value as it stands.

// parseForm reads the argument of a -F.
func (c *command) parseForm(arg string) error {
	name, value, ok := strings.Cut(arg, "=")
	if !ok {
		return texts.Errorf("-F takes name=content; curl refuses this line")
	}
	f := formField{name: name}
	switch {
	case strings.HasPrefix(value, "("), name == "" && value == ")":
		return texts.Errorf("-F name=(… makes a form within a form, which WeChat does not take")
	case strings.HasPrefix(value, "@"):
		return c.parseFiles(f, value[1:])
	case strings.HasPrefix(value, "<"):
		p, _, err := parsePart(value[1:], 0)
		if err != nil {
			return err
		}
		content, err := c.readFile(p.data)
		if err != nil {
			return err
		}
		f.content, f.contentType = content, p.contentType
		if f.contentType == "" {
			f.contentType = typeOf(p.data)
		}
		if isPlain(f.contentType) && p.contentType == "" {
			f.contentType = ""
		}
		return c.addField(f, p)
	}
	p, _, err := parsePart(value, 0)
	if err != nil {
		return err
	}
	f.content, f.contentType, f.filename, f.hasFilename = []byte(p.data), p.contentType, p.filename, p.hasFilename
	if f.contentType == "" && f.hasFilename {
		f.contentType = typeOf(f.filename)
	}
	if strings.Contains(p.skipped, `"`) && name == "meta" {
		c.note(noteSemicolon)
	}
	return c.addField(f, p)
}

// parseFiles reads what follows the @.
func (c *command) parseFiles(f formField, list string) error {
	var files []formField
	var parts []formArg
	for {
		p, rest, err := parsePart(list, ',')
		if err != nil {
			return err
		}
		one := f
		one.filename, one.hasFilename, one.contentType = baseName(p.data), true, p.contentType
		if p.hasFilename {
			one.filename = p.filename
		}
		if one.contentType == "" {
			one.contentType = typeOf(one.filename)
		}
		if one.contentType == "" {
			one.contentType = typeOf(p.data)
		}
		if one.contentType == "" {
			one.contentType = "application/octet-stream"
		}
		one.content, err = c.readFile(p.data)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			one.unknown = true
			c.note(noteMissingFile(p.data))
		case err != nil:
			return err
		}
		files, parts = append(files, one), append(parts, p)
		if rest == "" {
			break
		}
		list = rest[1:]
	}
	if len(files) > 1 {
		f.contentType, f.unknown = "multipart/mixed; boundary="+noBoundary, true
		c.note(noteMixed(f.name))
		return c.addField(f, formArg{})
	}
	return c.addField(files[0], parts[0])
}

func (c *command) addField(f formField, p formArg) error {
	if len(c.form) >= linesMost {
		return texts.Errorf("there are more than 1000 -F in this line")
	}
	switch strings.ToLower(p.encoder) {
	case "":
	case "base64":
		f.header = append(f.header, "Content-Transfer-Encoding: "+p.encoder)
		f.content = wrapBase64(f.content)
	default:
		f.header = append(f.header, "Content-Transfer-Encoding: "+p.encoder)
		if strings.EqualFold(p.encoder, "quoted-printable") {
			f.unknown = true
			c.note(noteEncodedFile)
		}
	}
	f.header = append(f.header, p.header...)
	c.form = append(c.form, f)
	return nil
}

// wrapBase64 encodes in lines of 76 characters, as curl does.
func wrapBase64(content []byte) []byte {
	text := base64.StdEncoding.EncodeToString(content)
	var out []byte
	for len(text) > 76 {
		out = append(append(out, text[:76]...), "\r\n"...)
		text = text[76:]
	}
	return append(out, text...)
}

// formArg is what stands behind name=, name=@ or name=<.
type formArg struct {
	data        string
	contentType string
	filename    string
	hasFilename bool
	encoder     string
	header      []string
	skipped     string // what curl does not understand and drops
}

const blanks = " \t\r\n\v\f"

// parsePart reads content and parameters up to end, a comma or 0 for none, and answers what
// follows, end included.
func parsePart(s string, end byte) (p formArg, rest string, err error) {
	p.data, s = formWord(strings.TrimLeft(s, blanks), end)
	typed := "" // from the type on: what is not another parameter belongs to it
	for strings.HasPrefix(s, ";") {
		s = strings.TrimLeft(s[1:], blanks)
		value := ""
		switch {
		case typed == "" && hasPrefixFold(s, "type="):
			typed = strings.TrimLeft(s[len("type="):], blanks)
			s = typed[paramEnd(typed, end):]
			p.contentType = strings.TrimRight(typed[:len(typed)-len(s)], blanks)
			major, minor, ok := strings.Cut(p.contentType, "/")
			if !ok || major == "" || minor == "" || strings.Contains(major, " ") {
				return p, "", texts.Errorf("the type= of -F is not of the form type/subtype; curl refuses this line")
			}
			continue
		case hasPrefixFold(s, "filename="):
			p.filename, s = formWord(strings.TrimLeft(s[len("filename="):], blanks), end)
			p.hasFilename = true
		case hasPrefixFold(s, "encoder="):
			p.encoder, s = formWord(strings.TrimLeft(s[len("encoder="):], blanks), end)
		case hasPrefixFold(s, "headers="):
			value, s = formWord(s[len("headers="):], end)
			if !strings.HasPrefix(value, "@") && !strings.HasPrefix(value, "<") {
				p.header = append(p.header, value)
			}
		case typed != "":
			s = s[paramEnd(s, end):]
			p.contentType = strings.TrimRight(typed[:len(typed)-len(s)], blanks)
			continue
		default:
			value, s = formWord(s, end)
			p.skipped += value
		}
		typed = ""
	}
	return p, s, nil
}

// formWord cuts a word off: in quotes, or up to a semicolon or end, without the blanks after it.
func formWord(s string, end byte) (word, rest string) {
	if strings.HasPrefix(s, `"`) {
		var b strings.Builder
		for i := 1; i < len(s); i++ {
			switch {
			case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '\\' || s[i+1] == '"'):
				i++
			case s[i] == '"':
				after := s[i+1:]
				return b.String(), after[paramEnd(after, end):] // what stands between the quote and the semicolon is dropped
			}
			b.WriteByte(s[i])
		}
		// There is no closing quote: the opening one is a character like others.
	}
	n := paramEnd(s, end)
	return strings.TrimRight(s[:n], blanks), s[n:]
}

// paramEnd is where a parameter ends.
func paramEnd(s string, end byte) int {
	for i := range len(s) {
		if s[i] == ';' || end != 0 && s[i] == end {
			return i
		}
	}
	return len(s)
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// baseName is the name under which curl sends a file. Windows paths get their last element, too:
// where one is given, curl ran on Windows.
func baseName(file string) string {
	if base := form.Base(file); base != "" {
		return base
	}
	return file
}

// types are the types that curl knows by a name's ending.
var types = map[string]string{
	".gif": "image/gif", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".svg": "image/svg+xml",
	".txt": "text/plain", ".htm": "text/html", ".html": "text/html", ".pdf": "application/pdf", ".xml": "application/xml",
}

// typeOf is the type that curl sends for a file of that name; "" if it knows none.
func typeOf(name string) string { return types[strings.ToLower(path.Ext(name))] }

func isPlain(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "text/plain")
}

func (c *command) formString(arg string) error {
	name, value, ok := strings.Cut(arg, "=")
	if !ok {
		return texts.Errorf("--form-string takes name=content; curl refuses this line")
	}
	return c.addField(formField{name: name, content: []byte(value)}, formArg{})
}
