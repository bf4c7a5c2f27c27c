package capture

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Quotes and what else a shell does inside of a word.

// backslash reads what follows a backslash outside of quotes.
func (x *lexer) backslash() {
	rest := x.text[x.pos:]
	if n := lineEndLen(rest); n > 0 {
		x.pos += n
		return
	}
	// A blank behind the backslash, which copying adds, makes a word of one blank of it.
	if trimmed := strings.TrimLeft(rest, " \t"); trimmed != rest && lineEndLen(trimmed) > 0 {
		x.pos += len(rest) - len(trimmed) + lineEndLen(trimmed)
		x.line.joined = true
		return
	}
	if rest != "" {
		x.put(rest[0])
		x.pos++
	}
}

func (x *lexer) doubleQuoted() error {
	x.quote("")
	for x.pos < len(x.text) {
		c := x.text[x.pos]
		x.pos++
		switch c {
		case '"':
			return nil
		case '\\':
			rest := x.text[x.pos:]
			n := lineEndLen(rest)
			switch {
			case n > 0:
				x.pos += n
			case rest != "" && strings.IndexByte("\"\\$`", rest[0]) >= 0:
				x.put(rest[0])
				x.pos++
			default:
				x.put(c)
			}
		case '$':
			x.expansion()
		case '`':
			x.backticks()
		default:
			x.put(c)
		}
	}
	return errOpenQuote
}

// ansiQuoted reads $'…' (bash manual, "ANSI-C Quoting"). Chrome writes a body so.
func (x *lexer) ansiQuoted() error {
	x.quote("")
	for x.pos < len(x.text) {
		c := x.text[x.pos]
		x.pos++
		switch {
		case c == '\'':
			return nil
		case c == '\\' && x.pos < len(x.text):
			x.ansiEscape()
		default:
			x.put(c)
		}
	}
	return errOpenQuote
}

var ansiEscapes = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'a': 7, 'b': 8, 'e': 27, 'E': 27, 'f': 12, 'v': 11,
	'\\': '\\', '\'': '\'', '"': '"', '?': '?'}

func (x *lexer) ansiEscape() {
	c := x.text[x.pos]
	x.pos++
	digits, base, most := "", 16, 0
	switch {
	case ansiEscapes[c] != 0:
		x.put(ansiEscapes[c])
		return
	case c == 'x':
		most = 2
	case c == 'u':
		most = 4
	case c == 'U':
		most = 8
	case '0' <= c && c <= '7':
		x.pos--
		base, most = 8, 3
	case c == 'c' && x.pos < len(x.text):
		x.put(x.text[x.pos] & 0x1F)
		x.pos++
		return
	}
	for len(digits) < most && x.pos < len(x.text) && strings.IndexByte("0123456789abcdefABCDEF"[:base+max(0, base-10)], x.text[x.pos]) >= 0 {
		digits += x.text[x.pos : x.pos+1]
		x.pos++
	}
	n, err := strconv.ParseUint(digits, base, 32)
	switch {
	case err != nil: // no digits: the backslash is one
		x.put('\\')
		x.put(c)
	case c == 'u' || c == 'U':
		x.word.Write(utf8.AppendRune(nil, rune(n)))
		x.begun = true
	default:
		x.put(byte(n))
	}
}

// expansion reads what follows a $, for which the shell would put something else, and leaves it as
// it is.
func (x *lexer) expansion() {
	rest := x.text[x.pos:]
	n := 0
	switch {
	case strings.HasPrefix(rest, "("):
		n = x.closing(rest, '(', ')')
	case strings.HasPrefix(rest, "{"):
		n = x.closing(rest, '{', '}')
	default:
		n = nameLen(rest)
	}
	x.pos += n
	whole := "$" + rest[:n]
	x.quote(whole)
	left := whole
	switch {
	case n == 0: // a $ by itself
		return
	case strings.HasPrefix(whole, "$("):
		whole = "$(…)" // a command may hold a secret
	case strings.HasPrefix(whole, "${"):
		if name := whole[2 : 2+nameLen(whole[2:])]; whole != "${"+name+"}" {
			whole = "${" + name + "…}" // and so may what stands for a variable that is not set
		}
	}
	x.only(whole, left)
}

// only notes that only the shell knew what stands for name, which was left as it is.
func (x *lexer) only(name, left string) {
	if len(name) > 64 {
		name = "$…"
	}
	if len(x.line.unknown) < 20 {
		x.line.unknown = append(x.line.unknown, name)
		x.line.left = append(x.line.left, left)
	}
}

// backticks leave a command as it is that the shell would put the output of.
func (x *lexer) backticks() {
	i := strings.IndexByte(x.text[x.pos:], '`')
	if i < 0 {
		x.put('`')
		return
	}
	left := x.text[x.pos-1 : x.pos+i+1]
	x.quote(left)
	x.pos += i + 1
	x.only("$(…)", left)
}

// nameLen is the length of the variable's name that s begins with.
func nameLen(s string) int {
	for i := range len(s) {
		if c := s[i]; c != '_' && (c < '0' || '9' < c) && (c|0x20 < 'a' || 'z' < c|0x20) {
			return i
		}
	}
	return len(s)
}

// closing is the length of a bracketed text; if its end is missing, of what opens it.
func (x *lexer) closing(s string, open, shut byte) int {
	depth := 0
	for i := 0; i < len(s) && !x.open; i++ {
		switch s[i] {
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	x.open = true
	return 1
}
