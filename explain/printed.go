package explain

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// printedBytes is meta as bytes, as languages print these when they are put into a text: what an f-string, a %v or a + makes
// of them, where a string was meant.
func printedBytes(meta string) []shape {
	numbers := func(of func(c byte) int, sep string) string {
		var b strings.Builder
		for i := range len(meta) {
			if i > 0 {
				b.WriteString(sep)
			}
			fmt.Fprint(&b, of(meta[i]))
		}
		return b.String()
	}
	unsigned := func(c byte) int { return int(c) }
	signed := func(c byte) int { return int(int8(c)) }
	return []shape{
		{pythonBytes(meta), "Python b'…'"},
		{"[" + numbers(unsigned, " ") + "]", "Go %v []byte"},
		{numbers(unsigned, ","), "JavaScript Uint8Array"},
		{"[" + numbers(signed, ", ") + "]", "Java Arrays.toString"},
		{"[" + numbers(unsigned, ", ") + "]", "[123, 34, …]"},
		{"[" + numbers(unsigned, ",") + "]", "[123,34,…]"},
		{`"` + base64.StdEncoding.EncodeToString([]byte(meta)) + `"`, "Go json.Marshal []byte"},
	}
}

// pythonBytes is repr of bytes: b'…', with \x for what is not ASCII; in double quotes if there are single ones alone.
func pythonBytes(s string) string {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.WriteString("b")
	b.WriteByte(quote)
	for i := range len(s) {
		switch c := s[i]; {
		case c == quote || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ' || c >= 0x7F:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte(quote)
	return b.String()
}

// invisible are characters that copying from a page or an editor leaves at the ends of keys and tokens: no-break space,
// zero-width space, joiners, marks of direction, and the byte order mark.
const invisible = "\u00A0\u200B\u200C\u200D\u200E\u200F\u2060\uFEFF"
