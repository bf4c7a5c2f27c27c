package explain

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	shownBefore = 48  // bytes before the first difference
	shownMost   = 160 // bytes in all
)

// visible makes any bytes fit to be shown: one line, at most so many bytes of them, what cannot be seen made visible.
// A backslash stays one, so that a literal \n and a line end are told apart.
func visible(text string, most int) string {
	var b strings.Builder
	cut := len(text) > most
	if cut {
		for most > 0 && !utf8.RuneStart(text[most]) {
			most--
		}
		text = text[:most]
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

// compare proves by two texts. Of signed it is enough to have a little more than wanted is long, if its length is told.
func (e *evidence) compare(kind string, signed, wanted []byte, signedLen int) Proof {
	p := Proof{Kind: kind, SignedLen: signedLen, WantedLen: len(wanted)}
	s, w := e.mask(string(signed)), e.mask(string(wanted))
	at := 0
	for at < len(s) && at < len(w) && s[at] == w[at] {
		at++
	}
	p.Offset = at
	p.Line = strings.Count(w[:at], "\n") + 1
	p.Signed, p.Wanted = window(s, at), window(w, at)
	return p
}

// window is the part of a text around a place.
func window(text string, at int) string {
	from := 0
	if len(text) > shownMost {
		from = max(0, min(at-shownBefore, len(text)-shownMost))
	}
	for from > 0 && from < len(text) && !utf8.RuneStart(text[from]) && from > at-shownBefore-3 {
		from--
	}
	shown := visible(text[from:], shownMost)
	if from > 0 {
		shown = "…" + shown
	}
	return shown
}

// head joins pieces up to a length.
func head(pieces [][]byte, most int) []byte {
	var b bytes.Buffer
	for _, p := range pieces {
		if b.Len() >= most {
			break
		}
		b.Write(p[:min(len(p), most-b.Len())])
	}
	return b.Bytes()
}

// cutWord shows the beginning of a text that is too long to show, or a secret: never more than a third of it.
func cutWord(s string) string {
	n := min(len(s)/3, 8)
	return fmt.Sprintf("%s… (%d)", visible(s[:n], n), len(s))
}
