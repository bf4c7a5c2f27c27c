package explain

import (
	"fmt"
	"regexp"
	"strings"
)

func withDigest(f func(c *client) string) func(c *client) {
	return func(c *client) { c.meta = fmt.Sprintf(`{"filename":%s,"sha256":"%s"}`, quoteJSON(c.filename), f(c)) }
}

func withFile(content []byte) func(c *client) {
	return func(c *client) {
		c.file = content
		c.named("filea.jpg")
	}
}

func wrap(s string, n int, sep string) string {
	var parts []string
	for len(s) > n {
		parts, s = append(parts, s[:n]), s[n:]
	}
	return strings.Join(append(parts, s), sep)
}

// jsString is what a JavaScript string makes of bytes, in UTF-8 again.
func jsString(b []byte) string {
	var out strings.Builder
	for len(b) > 0 {
		n := 1
		for n < len(b) && n < 4 && strings.ToValidUTF8(string(b[:n]), "") == "" {
			n++
		}
		if s := string(b[:n]); strings.ToValidUTF8(s, "") == s {
			out.WriteString(s)
			b = b[n:]
			continue
		}
		// A character that was begun and not finished is replaced as a whole.
		out.WriteString("\uFFFD")
		b = b[started(b):]
	}
	return out.String()
}

// started counts the bytes of a character that was begun.
func started(b []byte) int {
	most := 0
	switch c := b[0]; {
	case c >= 0xC2 && c < 0xE0:
		most = 1
	case c >= 0xE0 && c < 0xF0:
		most = 2
	case c >= 0xF0 && c < 0xF5:
		most = 3
	}
	n := 1
	for n <= most && n < len(b) && b[n]&0xC0 == 0x80 {
		// the second byte has narrower bounds after E0, ED, F0 and F4
		if n == 1 && (b[0] == 0xE0 && b[1] < 0xA0 || b[0] == 0xED && b[1] > 0x9F || b[0] == 0xF0 && b[1] < 0x90 || b[0] == 0xF4 && b[1] > 0x8F) {
			break
		}
		n++
	}
	return n
}

func latin1ToUTF8(b []byte) string {
	var out strings.Builder
	for _, c := range b {
		out.WriteRune(rune(c))
	}
	return out.String()
}

var quotedValue = regexp.MustCompile(`([a-z_]+)="([^"]*)"`)
