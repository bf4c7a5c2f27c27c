package capture

import (
	"bytes"
	"strings"
)

// addData adds the argument of a -d or of one of its kin to the body. Several are joined by &,
// those of --json by nothing.
//
//	-d, --data, --data-ascii   text, or @file without its line ends and NULs
//	--data-binary              text, or @file
//	--data-raw                 text, an @ being one
//	--data-urlencode           text · =text · name=text · @file · name@file: what follows is encoded
//	--json                     as --data-binary, and two headers
func (c *command) addData(option, arg string) error {
	var piece []byte
	fromFile := false
	var err error
	switch option {
	case "data-raw":
		piece = []byte(arg)
	case "data-urlencode":
		if piece, err = c.encoded(arg); err != nil {
			return err
		}
	default:
		piece = []byte(arg)
		if name, ok := strings.CutPrefix(arg, "@"); ok {
			if piece, err = c.readFile(name); err != nil {
				return err
			}
			fromFile = true
			if option == "data" || option == "data-ascii" {
				if bytes.IndexByte(piece, 0) >= 0 {
					c.note(noteBinaryData)
				}
				piece = withoutLineEnds(piece)
			}
		}
	}
	if option == "json" {
		c.json = true
	} else if c.data != nil {
		c.data = append(c.data, '&')
	}
	if c.data == nil && fromFile {
		c.data = piece // not copied: it is the file
	} else {
		if int64(len(piece)) > c.r.fileLeft {
			return errTooLarge
		}
		c.r.fileLeft -= int64(len(piece))
		c.data = append(c.data[:len(c.data):len(c.data)], piece...)
	}
	if c.data == nil {
		c.data = []byte{}
	}
	c.inline = c.inline || !fromFile
	return nil
}

// encoded is the argument of a --data-urlencode, encoded.
func (c *command) encoded(arg string) ([]byte, error) {
	i := strings.IndexByte(arg, '=')
	if i < 0 {
		i = strings.IndexByte(arg, '@')
	}
	if i < 0 {
		return urlEncode([]byte(arg)), nil
	}
	name, content := arg[:i], []byte(arg[i+1:])
	if arg[i] == '@' {
		var err error
		if content, err = c.readFile(arg[i+1:]); err != nil {
			return nil, err
		}
	}
	if name == "" {
		return urlEncode(content), nil
	}
	return append([]byte(name+"="), urlEncode(content)...), nil
}

// urlEncode encodes all but letters, digits and -._~, and writes a blank as +.
func urlEncode(content []byte) []byte {
	const hex = "0123456789ABCDEF"
	out := make([]byte, 0, len(content)+len(content)/4)
	for _, c := range content {
		switch {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', strings.IndexByte("-._~", c) >= 0:
			out = append(out, c)
		case c == ' ':
			out = append(out, '+')
		default:
			out = append(out, '%', hex[c>>4], hex[c&15])
		}
	}
	return out
}

func withoutLineEnds(content []byte) []byte {
	if !bytes.ContainsAny(content, "\r\n\x00") {
		return content
	}
	out := make([]byte, 0, len(content))
	for _, c := range content {
		if c != '\r' && c != '\n' && c != 0 {
			out = append(out, c)
		}
	}
	return out
}

// addQuery takes the argument of a --url-query.
func (c *command) addQuery(arg string) error {
	if raw, ok := strings.CutPrefix(arg, "+"); ok {
		c.queries = append(c.queries, raw)
		return nil
	}
	encoded, err := c.encoded(arg)
	c.queries = append(c.queries, string(encoded))
	return err
}
