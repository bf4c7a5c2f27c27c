package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible makes text fit to be shown on one line: at max max bytes of it, with characters that
// cannot be seen replaced: ⏎ for LF, ␍ for CR, ␉ for TAB, <FF> for a byte that is not UTF-8. A
// backslash stays one, so that a literal \n and a line end differ.
func Visible(text string, max int) string {
	if len(text) <= max && !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) {
		return text
	}
	var b strings.Builder
	cut := len(text) > max
	if cut {
		for max > 0 && !utf8.RuneStart(text[max]) {
			max--
		}
		text = text[:max]
	}
	for i, c := range text {
		switch {
		case c == '\n':
			b.WriteRune('⏎')
		case c == '\r':
			b.WriteRune('␍')
		case c == '\t':
			b.WriteRune('␉')
		case c == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, "<%02X>", text[i])
		case c < ' ' || c == 0x7F:
			fmt.Fprintf(&b, "<%02X>", c)
		case c != ' ' && !unicode.IsPrint(c):
			fmt.Fprintf(&b, "<U+%04X>", c)
		default:
			b.WriteRune(c)
		}
	}
	if cut {
		b.WriteRune('…')
	}
	return b.String()
}
