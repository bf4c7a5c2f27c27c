// Package shellword writes texts as words of a POSIX shell.
package shellword

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Quote returns s as one word. The shell expands nothing in it, and it has no character that a
// terminal acts on: bytes that are not printable are written as $'\x1b', which bash, zsh and ksh
// read.
func Quote(s string) string {
	switch {
	case s != "" && s[0] != '=' && !strings.ContainsFunc(s, func(r rune) bool { return !plain(r) }):
		return s
	case utf8.ValidString(s) && !strings.ContainsFunc(s, invisible):
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + "'"
}

// Unquote reads a word that [Quote] wrote without $'…', as the values in wxup.env are.
func Unquote(word string) string {
	inner, ok := strings.CutPrefix(word, "'")
	if !ok {
		return word
	}
	return strings.ReplaceAll(strings.TrimSuffix(inner, "'"), `'\''`, "'")
}

// plain reports whether a character means nothing to a shell.
func plain(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+=,", r)
}

// invisible reports whether a character shows as nothing or changes how its neighbours are shown.
func invisible(r rune) bool {
	return r != ' ' && (!unicode.IsPrint(r) || r == 0x115f || r == 0x1160 || r == 0x3164 || r == 0xffa0) // Hangul fillers
}
