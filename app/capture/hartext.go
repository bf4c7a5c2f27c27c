package capture

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// A HAR holds bodies as JSON strings, and a body is not a string. What tools make of the bytes FF
// D8:
//
//	"\u00ff\u00d8"        a character for each byte (ISO-8859-1): Firefox, mitmproxy
//	"\udcff\udcd8"        half a surrogate pair for each byte that is not UTF-8: mitmproxy, if the
//	                      Content-Type has a charset
//	"\ufffd\ufffd"        lost: Charles, and most others
//
// encoding/json makes the third of the second.

// harBytes decodes a JSON string into UTF-8, in which \udc80 … \udcff by themselves are the bytes
// 80 … FF. It returns nil for what is not a string. The decoder that has cut raw out has checked
// its syntax.
func harBytes(raw json.RawMessage) []byte {
	if len(raw) < 2 || raw[0] != '"' {
		return nil
	}
	raw = raw[1 : len(raw)-1]
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw
	}
	out := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 || i+1 >= len(raw) {
			return append(out, raw...)
		}
		out = append(out, raw[:i]...)
		c := raw[i+1]
		raw = raw[i+2:]
		switch c {
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'u':
			r, n := hexRune(raw)
			raw = raw[n:]
			if utf16.IsSurrogate(r) {
				if bytes.HasPrefix(raw, []byte(`\u`)) {
					low, n := hexRune(raw[2:])
					if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
						out = utf8.AppendRune(out, both)
						raw = raw[2+n:]
						continue
					}
				}
				if 0xDC80 <= r && r <= 0xDCFF {
					out = append(out, byte(r))
					continue
				}
			}
			out = utf8.AppendRune(out, r)
			continue
		}
		out = append(out, c)
	}
	return out
}

// hexRune reads the four digits of a \u.
func hexRune(b []byte) (rune, int) {
	if len(b) < 4 {
		return utf8.RuneError, len(b)
	}
	n, err := strconv.ParseUint(string(b[:4]), 16, 16)
	if err != nil {
		return utf8.RuneError, 4
	}
	return rune(n), 4
}

// asBytes reports whether each character of text stands for a byte, and if so makes those bytes of
// it. A known length decides: want is the Content-Length, size what the tool says. Otherwise
// characters that no text has decide, or whether the bytes are UTF-8 once more.
func asBytes(text []byte, want, size int64) []byte {
	bytesOf, ok := latin1(text)
	if !ok {
		return text
	}
	for _, n := range []int64{want, size} {
		switch n {
		case int64(len(text)):
			return text
		case int64(len(bytesOf)):
			return bytesOf
		}
	}
	for i := 0; i+1 < len(text); i++ {
		if text[i] == 0xC2 && text[i+1] < 0xA0 { // U+0080 … U+009F
			return bytesOf
		}
	}
	if utf8.Valid(bytesOf) {
		return bytesOf
	}
	return text
}

// latin1 makes a byte of each character. ok is false if text is ASCII, which is bytes already, or
// has other characters.
func latin1(text []byte) (out []byte, ok bool) {
	ascii := true
	for i := 0; i < len(text); i++ {
		if text[i] < 0x80 {
			continue
		}
		ascii = false
		if text[i] != 0xC2 && text[i] != 0xC3 || i+1 >= len(text) || text[i+1]&0xC0 != 0x80 {
			return nil, false
		}
		i++
	}
	if ascii {
		return nil, false
	}
	out = make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= 0x80 {
			c = c<<6 | text[i+1]&0x3F
			i++
		}
		out = append(out, c)
	}
	return out, true
}

// withoutStreamHeaders takes off the header lines that Firefox shows before a form, as if they were
// part of it.
func withoutStreamHeaders(body []byte, boundary string) []byte {
	delimiter := []byte("--" + boundary)
	if bytes.HasPrefix(body, delimiter) {
		return body
	}
	before, _, found := bytes.Cut(body[:min(len(body), 4<<10)], delimiter)
	if !found || !bytes.HasSuffix(before, []byte("\r\n\r\n")) || !bytes.HasPrefix(bytes.ToLower(before), []byte("content-")) {
		return body
	}
	return body[len(before):]
}
