package capture

import (
	"strings"
)

// A line is one command, taken apart as its shell would.
type line struct {
	words      []string
	stdin      string   // the file behind <
	unknown    []string // what only the shell knew, as it may be shown: $TOKEN, %TOKEN%
	left       []string // the same, as it was left in the words
	cmd        bool     // read as for cmd.exe
	powerShell bool     // read as for PowerShell
	lostQuotes bool     // a word holds quotes that PowerShell before 7.3 takes away
	joined     bool     // line ends were passed over that end a command
	end        int      // where the command ended in the text
}

const wordsMost = 20_000

var errOpenQuote = texts.Errorf("a quote is opened in this curl line and never closed; copy the line again, to its end")

// A lexer takes a line for sh apart:
//
//	'…'       as it stands                     \x          x; a line end vanishes
//	"…"       with \" \\ \$ \` and \ line end  $'…'        with \n \r \t \xFF ￿ \' … (bash, zsh)
//	# …       a comment                        2>&1 >file  not curl's
type lexer struct {
	text string
	pos  int
	line line

	word   strings.Builder
	begun  bool // there is a word, though it may be empty
	quoted bool // a quote was in it
	skip   bool // the next word belongs to a redirection
	input  bool // … and is the file of <
	open   bool // a bracket was not closed: no others are looked for
}

func (x *lexer) done() (line, error) {
	x.endWord()
	if len(x.line.words) >= wordsMost {
		return x.line, texts.Errorf("this curl line has too many words; is it one?")
	}
	x.line.end = x.pos
	return x.line, nil
}

func (x *lexer) peek() byte {
	if x.pos < len(x.text) {
		return x.text[x.pos]
	}
	return 0
}

func (x *lexer) put(c byte) {
	x.word.WriteByte(c)
	x.begun = true
}

func (x *lexer) quote(s string) {
	x.word.WriteString(s)
	x.begun, x.quoted = true, true
}

func (x *lexer) endWord() {
	if !x.begun {
		return
	}
	switch {
	case x.skip && x.input:
		x.line.stdin = x.word.String()
	case !x.skip:
		x.line.words = append(x.line.words, x.word.String())
	}
	x.word.Reset()
	x.begun, x.quoted, x.skip, x.input = false, false, false, false
}

// goesOn reports whether the command goes on behind a line end that should end it: pages lose the
// backslashes of their examples, and no command begins with an option or a URL.
func (x *lexer) goesOn() bool {
	rest := strings.TrimLeft(x.text[x.pos:min(len(x.text), x.pos+256)], " \t\r\n")
	quoted := strings.TrimLeft(rest, `'"`)
	option := len(rest) > 1 && rest[0] == '-' && (rest[1] == '-' || 'A' <= rest[1] && rest[1] <= 'Z' || 'a' <= rest[1] && rest[1] <= 'z')
	if !option && !strings.HasPrefix(quoted, "https://") && !strings.HasPrefix(quoted, "http://") {
		return false
	}
	x.line.joined = true
	return true
}

// redirect reads < and >, with the number before them.
func (x *lexer) redirect(c byte) {
	if x.begun && !x.quoted && strings.Trim(x.word.String(), "0123456789") == "" {
		x.word.Reset()
		x.begun = false
	}
	x.endWord()
	x.skip, x.input = true, c == '<' && x.peek() != '<' && x.peek() != '('
	for x.peek() == '>' || x.peek() == '<' || x.peek() == '|' {
		x.pos++
	}
}

// lineEndLen is the length of the line end that s begins with; 0 if it begins with none.
func lineEndLen(s string) int {
	switch {
	case strings.HasPrefix(s, "\n"):
		return 1
	case strings.HasPrefix(s, "\r\n"):
		return 2
	}
	return 0
}

func lineLen(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i
	}
	return len(s)
}
