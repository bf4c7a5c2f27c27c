package explain

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
)

// A byteText is what a program makes of bytes that it was to leave as they are.
type byteText struct {
	how   string
	write func(dst, b []byte) []byte
}

// byteTexts are the texts that print the value of each byte.
var byteTexts = []byteText{
	{"[255, 216, …]", numbers("[", ", ", "]", false)},
	{"255,216,…", numbers("", ",", "", false)},
	{"[255,216,…]", numbers("[", ",", "]", false)},
	{"[255 216 …]", numbers("[", " ", "]", false)},
	{"[-1, -40, …]", numbers("[", ", ", "]", true)},
	{"[-1,-40,…]", numbers("[", ",", "]", true)},
	{"{255, 216, …}", numbers("{", ", ", "}", false)},
	{`b'\xff\xd8…'`, func(dst, b []byte) []byte { return appendRepr(dst, b) }},
	{`bytearray(b'\xff\xd8…')`, func(dst, b []byte) []byte {
		return append(appendRepr(append(dst, "bytearray("...), b), ')')
	}},
	{"b'base64'", func(dst, b []byte) []byte {
		return append(base64.StdEncoding.AppendEncode(append(dst, "b'"...), b), '\'')
	}},
	{"base64url", func(dst, b []byte) []byte { return base64.URLEncoding.AppendEncode(dst, b) }},
	{"base64url", func(dst, b []byte) []byte { return base64.RawURLEncoding.AppendEncode(dst, b) }},
	{"base64", func(dst, b []byte) []byte { return base64.RawStdEncoding.AppendEncode(dst, b) }},
	{`"base64"`, func(dst, b []byte) []byte {
		return append(base64.StdEncoding.AppendEncode(append(dst, '"'), b), '"')
	}},
}

// numbers writes each byte as a decimal number, from -128 to 127 if it is signed.
func numbers(open, comma, shut string, signed bool) func(dst, b []byte) []byte {
	return func(dst, b []byte) []byte {
		dst = append(dst, open...)
		for i, c := range b {
			if i > 0 {
				dst = append(dst, comma...)
			}
			n := int64(c)
			if signed {
				n = int64(int8(c))
			}
			dst = strconv.AppendInt(dst, n, 10)
		}
		return append(dst, shut...)
	}
}

// appendRepr writes bytes as Python's repr does.
func appendRepr(dst, b []byte) []byte {
	quote := byte('\'')
	if bytes.IndexByte(b, '\'') >= 0 && bytes.IndexByte(b, '"') < 0 {
		quote = '"'
	}
	dst = append(dst, 'b', quote)
	for _, c := range b {
		switch {
		case c == '\\' || c == quote:
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\r':
			dst = append(dst, `\r`...)
		case c == '\t':
			dst = append(dst, `\t`...)
		case c < ' ' || c > '~':
			dst = fmt.Appendf(dst, `\x%02x`, c)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, quote)
}

// signExtended returns hex in which bytes from 0x80 up were printed as negative integers of 32
// bits; of the others a leading zero is lost, as in Java's Integer.toHexString.
func signExtended(sum []byte) string {
	var s []byte
	for _, c := range sum {
		s = fmt.Appendf(s, "%x", uint32(int32(int8(c))))
	}
	return string(s)
}
