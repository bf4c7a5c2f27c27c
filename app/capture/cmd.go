package capture

import (
	"regexp"
	"strings"
)

// On Windows two programs read a line, one after the other:
//
//	cmd.exe           ^x is x, ^ at the end of a line goes on with the next, and of ^ and two line
//	                  ends one is left. All of it only outside of quotes.
//	the C runtime     "a b" is one word, \" a quote, \\" a backslash at the end of one. "" in quotes
//	                  is a quote, too
//
// Browsers write for both: ^"{\^"filename\^":…}^" (Chrome now), "{""filename"":…}" (Chrome and
// Firefox before).

var (
	shNewline  = regexp.MustCompile(`\\[ \t]*\r?\n`)
	cmdNewline = regexp.MustCompile(`\^[ \t]*\r?\n`)
	cmdDoubled = regexp.MustCompile(`[^\s=]""[^\s"]|""[^\s"]+""`)
	cmdName    = regexp.MustCompile(`%[A-Za-z_][A-Za-z0-9_]{2,39}%`)
)

// isCmd reports whether a line is written for cmd.exe.
func isCmd(text string) bool {
	text = text[:min(len(text), 1<<20)]
	sh, cmd := shNewline.FindStringIndex(text), cmdNewline.FindStringIndex(text)
	switch {
	case cmd != nil && (sh == nil || cmd[0] < sh[0]):
		return true
	case sh != nil || strings.Contains(text, "'"):
		return false
	}
	return strings.Contains(text, `^"`) || cmdDoubled.MatchString(text)
}

// cmdLine takes the command apart that text begins with.
func cmdLine(text string) (line, error) {
	plain, l := withoutCarets(text)
	l.cmd = true
	l.unknown = cmdName.FindAllString(text[:l.end], 20)
	l.left = l.unknown
	var err error
	l.words, err = crtWords(plain)
	return l, err
}

// withoutCarets does the work of cmd.exe.
func withoutCarets(text string) (plain string, l line) {
	var b strings.Builder
	inQuotes := false
	i := 0
	for ; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '"':
			inQuotes = !inQuotes
		case inQuotes:
		case c == '^':
			rest := text[i+1:]
			if n := lineEndLen(strings.TrimLeft(rest, " \t")); n > 0 {
				n += len(rest) - len(strings.TrimLeft(rest, " \t"))
				i += n
				if n := lineEndLen(text[i+1:]); n > 0 {
					i += n
					b.WriteByte('\n')
					continue
				}
				b.WriteByte(' ')
				continue
			}
			i++
			if i >= len(text) {
				continue
			}
			c = text[i]
		case c == '\n':
			x := &lexer{text: text, pos: i + 1}
			if !x.goesOn() {
				l.end = i + 1
				return b.String(), l
			}
			l.joined = true
			c = ' '
		case c == '&', c == '|', c == '>', c == '<':
			l.end = i + 1
			if c == '>' || c == '<' {
				l.end = i + lineLen(text[i:])
			}
			return b.String(), l
		case c == '\r':
			continue
		}
		b.WriteByte(c)
	}
	l.end = len(text)
	return b.String(), l
}

// crtWords does the work of the C runtime.
func crtWords(s string) ([]string, error) {
	var list []string
	for {
		s = strings.TrimLeft(s, " \t")
		if s == "" || len(list) >= wordsMost {
			return list, nil
		}
		var b strings.Builder
		inQuotes := false
		i := 0
		for ; i < len(s); i++ {
			c := s[i]
			if !inQuotes && (c == ' ' || c == '\t') {
				break
			}
			switch c {
			case '\\':
				n := len(s[i:]) - len(strings.TrimLeft(s[i:], `\`))
				i += n - 1
				if i+1 >= len(s) || s[i+1] != '"' {
					b.WriteString(strings.Repeat(`\`, n))
					continue
				}
				b.WriteString(strings.Repeat(`\`, n/2))
				if n%2 == 1 {
					i++
					b.WriteByte('"')
				}
			case '"':
				if inQuotes && i+1 < len(s) && s[i+1] == '"' {
					i++
					b.WriteByte('"')
					continue
				}
				inQuotes = !inQuotes
			default:
				b.WriteByte(c)
			}
		}
		if inQuotes {
			return nil, errOpenQuote
		}
		list = append(list, b.String())
		s = s[i:]
	}
}
