package inspector

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// run is a stretch of a text of one kind. Kind is the class that the style sheet draws a mark for;
// Text is what stands in the page: the character itself where that does no harm, so that copying
// gives what was sent.
type run struct {
	Kind  string // "" for plain text; lf, cr, tab, sp (blanks), odd, byte
	Text  string
	Title string // of what is not plain
}

// runs takes a text apart into what is seen and what is not.
func runs(s string) []run {
	var list []run
	plain := func(text string) {
		if n := len(list); n > 0 && list[n-1].Kind == "" {
			list[n-1].Text += text
			return
		}
		list = append(list, run{Text: text})
	}
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == ' ':
			for n < len(s) && s[n] == ' ' {
				n++
			}
			list = append(list, run{"sp", s[:n], fmt.Sprintf("%d × 0x20", n)})
		case r == '\n':
			list = append(list, run{"lf", "\n", "LF 0x0A"})
		case r == '\r':
			list = append(list, run{"cr", "", "CR 0x0D"})
		case r == '\t':
			list = append(list, run{"tab", "\t", "TAB 0x09"})
		case r == utf8.RuneError && n == 1:
			list = append(list, run{"byte", fmt.Sprintf("%02X", s[0]), fmt.Sprintf("0x%02X", s[0])})
		case unseen(r):
			list = append(list, run{"odd", fmt.Sprintf("U+%04X", r), runeName(r)})
		default:
			plain(s[:n])
		}
		s = s[n:]
	}
	return list
}

// unseen reports whether a character is drawn as nothing, or changes how its neighbours are drawn:
// control and format characters, blanks that are not 0x20, turns of direction.
func unseen(r rune) bool {
	return r != ' ' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Z, unicode.Co, unicode.Cs) ||
		r == 0x115f || r == 0x1160 || r == 0x3164 || r == 0xffa0)
}

func runeName(r rune) string {
	switch {
	case r == 0xfeff:
		return "byte order mark"
	case r == 0xa0:
		return "no-break space"
	case r == 0x3000:
		return "ideographic space"
	case r >= 0x200b && r <= 0x200d:
		return "zero width"
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return "turns the direction of the text"
	}
	return fmt.Sprintf("U+%04X", r)
}

// plain makes strangers' text fit for one line of a page: what is not seen is written out.
func plain(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, unseen) {
		return s
	}
	var b strings.Builder
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unseen(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}
