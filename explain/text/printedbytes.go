package text

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// printed is a text and what printed it.
type printed struct{ text, by string }

// printedBytes lists meta as languages print bytes where a string was meant: by an f-string, a %v
// or a +.
func printedBytes(meta string) []printed {
	numbers := func(of func(c byte) int, sep string) string {
		var b []byte
		for i := range len(meta) {
			if i > 0 {
				b = append(b, sep...)
			}
			b = strconv.AppendInt(b, int64(of(meta[i])), 10)
		}
		return string(b)
	}
	unsigned := func(c byte) int { return int(c) }
	signed := func(c byte) int { return int(int8(c)) }
	return []printed{
		{pythonBytes(meta), "Python b'…'"},
		{"[" + numbers(unsigned, " ") + "]", "Go %v []byte"},
		{numbers(unsigned, ","), "JavaScript Uint8Array"},
		{"[" + numbers(signed, ", ") + "]", "Java Arrays.toString"},
		{"[" + numbers(unsigned, ", ") + "]", "[123, 34, …]"},
		{"[" + numbers(unsigned, ",") + "]", "[123,34,…]"},
		{`"` + base64.StdEncoding.EncodeToString([]byte(meta)) + `"`, "Go json.Marshal []byte"},
	}
}

// pythonBytes is Python's repr of bytes: b'…', with \x for what is not ASCII, in double quotes if s
// has single quotes only.
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
