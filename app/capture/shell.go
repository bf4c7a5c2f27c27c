package capture

import (
	"strings"
)

// shLine takes the command apart that text begins with.
func shLine(text string) (line, error) {
	x := &lexer{text: text}
	for x.pos < len(x.text) && len(x.line.words) < wordsMost {
		c := x.text[x.pos]
		x.pos++
		switch c {
		case '\r':
			if x.peek() != '\n' {
				x.put(c)
			}
		case '\n':
			x.endWord()
			if !x.goesOn() {
				return x.done()
			}
		case ' ', '\t':
			x.endWord()
		case '\\':
			x.backslash()
		case '\'':
			i := strings.IndexByte(x.text[x.pos:], '\'')
			if i < 0 {
				return x.line, errOpenQuote
			}
			x.quote(x.text[x.pos : x.pos+i])
			x.pos += i + 1
		case '"':
			if err := x.doubleQuoted(); err != nil {
				return x.line, err
			}
		case '$':
			switch x.peek() {
			case '\'':
				x.pos++
				if err := x.ansiQuoted(); err != nil {
					return x.line, err
				}
			case '"':
			default:
				x.expansion()
			}
		case '`':
			x.backticks()
		case '#':
			if x.begun {
				x.put(c)
				continue
			}
			x.pos += lineLen(x.text[x.pos:])
		case '>', '<':
			x.redirect(c)
		case '&':
			if x.peek() == '>' {
				x.endWord()
				continue
			}
			if x.skip && !x.begun { // >&1
				continue
			}
			return x.done()
		case ';', '|', '(', ')':
			if c == '(' && x.begun {
				x.put(c)
				continue
			}
			x.pos--
			return x.done()
		default:
			x.put(c)
		}
	}
	return x.done()
}
