package capture

import (
	"regexp"
	"strings"
)

// PowerShell takes a line apart before curl.exe sees it:
//
//	'…'    as it stands; '' is a quote       "…"    with `" `n `t `$ "" and variables
//	`x     x; at the end of a line the next one goes on
//
// What it then hands to a program depends on its version. Up to 7.2 quotes inside a word must be
// written as \", since they are lost otherwise; from 7.3 they arrive as they stand. A line that
// holds \" is taken for one of the former kind.
var (
	psNewline = regexp.MustCompile("[ \t]`[ \t]*\r?\n")
	psName    = regexp.MustCompile(`^(?:env:)?[A-Za-z_][A-Za-z0-9_]*|^\{[^}\n]*\}|^\(`)
)

// isPowerShell reports whether a line is written for PowerShell.
func isPowerShell(text string) bool {
	text = text[:min(len(text), 1<<20)]
	ps, sh := psNewline.FindStringIndex(text), shNewline.FindStringIndex(text)
	return ps != nil && (sh == nil || ps[0] < sh[0])
}

var psEscapes = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', '0': 0, 'a': 7, 'b': 8, 'f': 12, 'v': 11, 'e': 27}

// powerShellLine takes the command apart that text begins with.
func powerShellLine(text string) (line, error) {
	x := &lexer{text: text}
	x.line.powerShell = true
	for x.pos < len(x.text) && len(x.line.words) < wordsMost {
		c := x.text[x.pos]
		x.pos++
		switch c {
		case '\r':
		case '\n':
			x.endWord()
			if !x.goesOn() {
				return x.psDone()
			}
		case ' ', '\t':
			x.endWord()
		case '`':
			x.psBacktick()
		case '\'':
			if err := x.psQuoted(); err != nil {
				return x.line, err
			}
		case '"':
			if err := x.psDoubleQuoted(); err != nil {
				return x.line, err
			}
		case '$':
			x.psVariable()
		case ';', '|', ')':
			x.pos--
			return x.psDone()
		default:
			x.put(c)
		}
	}
	return x.psDone()
}

// psDone ends the line, with the quotes of its words as curl.exe gets them.
func (x *lexer) psDone() (line, error) {
	l, err := x.done()
	for i, w := range l.words {
		if strings.Contains(w, `\"`) {
			l.words[i] = strings.ReplaceAll(w, `\"`, `"`)
		} else if strings.Contains(w, `"`) {
			l.lostQuotes = true
		}
	}
	return l, err
}

// psBacktick reads what follows a backtick outside of quotes.
func (x *lexer) psBacktick() {
	rest := x.text[x.pos:]
	trimmed := strings.TrimLeft(rest, " \t")
	if n := lineEndLen(trimmed); n > 0 {
		x.pos += len(rest) - len(trimmed) + n
		x.endWord()
		return
	}
	x.psEscape()
}

func (x *lexer) psEscape() {
	if x.pos >= len(x.text) {
		return
	}
	c := x.text[x.pos]
	x.pos++
	if e, ok := psEscapes[c]; ok {
		c = e
	}
	x.put(c)
}

func (x *lexer) psQuoted() error {
	x.quote("")
	for {
		i := strings.IndexByte(x.text[x.pos:], '\'')
		if i < 0 {
			return errOpenQuote
		}
		x.quote(x.text[x.pos : x.pos+i])
		x.pos += i + 1
		if x.peek() != '\'' {
			return nil
		}
		x.put('\'')
		x.pos++
	}
}

func (x *lexer) psDoubleQuoted() error {
	x.quote("")
	for x.pos < len(x.text) {
		c := x.text[x.pos]
		x.pos++
		switch {
		case c == '"' && x.peek() == '"':
			x.put('"')
			x.pos++
		case c == '"':
			return nil
		case c == '`':
			x.psEscape()
		case c == '$':
			x.psVariable()
		default:
			x.put(c)
		}
	}
	return errOpenQuote
}

// psVariable leaves a variable as it is: only PowerShell knew what it stands for.
func (x *lexer) psVariable() {
	rest := x.text[x.pos:]
	n := len(psName.FindString(rest))
	if strings.HasPrefix(rest, "(") {
		n = x.closing(rest, '(', ')')
	}
	x.pos += n
	whole := "$" + rest[:n]
	x.quote(whole)
	if n == 0 {
		return
	}
	shown := whole
	if strings.HasPrefix(rest, "(") {
		shown = "$(…)" // a command may hold a secret
	}
	x.only(shown, whole)
}
