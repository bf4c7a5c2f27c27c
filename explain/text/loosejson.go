package text

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLoose is the length in bytes of the longest text that is read as people write JSON by hand.
const maxLoose = 8 << 10

// maxDeep is how many objects and lists may lie inside each other.
const maxDeep = 8

// LooseJSON reads a JSON object as people write it without a JSON encoder, and lists what JSON does
// not allow in it. Each kind is listed once, where it is first. It fails on a text that cannot be
// read as an object even so.
func LooseJSON(s string) (flaws []Flaw, ok bool) {
	if len(s) > maxLoose {
		return nil, false
	}
	l := &looseJSON{rest: s, all: s}
	if !l.object() {
		return nil, false
	}
	return l.flaws, true
}

// looseJSON is a text that is being read.
type looseJSON struct {
	all, rest string
	deep      int
	flaws     []Flaw
}

// flaw notes what JSON does not allow, at the place where the rest begins.
func (l *looseJSON) flaw(cause, what string) {
	if slices.ContainsFunc(l.flaws, func(f Flaw) bool { return f.Cause == cause }) {
		return
	}
	l.flaws = append(l.flaws, NewFlaw(cause, fmt.Sprintf("%s (%d)", Visible(what, 16), len(l.all)-len(l.rest))))
}

func (l *looseJSON) skip(n int) { l.rest = l.rest[n:] }

// blanks skips blanks and comments.
func (l *looseJSON) blanks() {
	for {
		l.rest = strings.TrimLeftFunc(l.rest, func(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' })
		end, n := "\n", 0
		mark := prefixOf(l.rest, "//", "/*", "#")
		switch mark {
		case "":
			return
		case "/*":
			end, n = "*/", 2
		}
		l.flaw("json.comment", mark)
		i := strings.Index(l.rest, end)
		if i < 0 {
			i, n = len(l.rest), 0
		}
		l.skip(i + n)
	}
}

// object reads an object and what follows it.
func (l *looseJSON) object() bool {
	l.blanks()
	if !strings.HasPrefix(l.rest, "{") {
		i := strings.IndexByte(l.rest, '{')
		if i < 0 {
			return false
		}
		if head := strings.TrimSpace(l.rest[:i]); head == "[" {
			l.flaw("json.list", "[")
		} else {
			l.flaw("json.head", shortWord(head))
		}
		l.skip(i)
	}
	if !l.members('}') {
		return false
	}
	l.blanks()
	switch rest := strings.TrimSpace(l.rest); {
	case rest == "" || rest == "]" && l.has("json.list"):
	default:
		l.flaw("json.tail", firstRune(rest))
	}
	return true
}

// prefixOf returns the first of the prefixes that a text has, or "".
func prefixOf(s string, prefixes ...string) string {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return p
		}
	}
	return ""
}

// shortWord returns a word, or how a long one begins, of which a part may be a secret's.
func shortWord(s string) string {
	if len(s) > 16 {
		return firstRune(s) + "…"
	}
	return s
}

func firstRune(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}

func (l *looseJSON) has(cause string) bool {
	return slices.ContainsFunc(l.flaws, func(f Flaw) bool { return f.Cause == cause })
}

// members reads the members of an object, or the values of a list, with their brackets.
func (l *looseJSON) members(end byte) bool {
	if l.deep++; l.deep > maxDeep {
		return false
	}
	defer func() { l.deep-- }()
	l.skip(1)
	for n := 0; ; n++ {
		l.blanks()
		if l.rest == "" {
			l.flaw("json.unclosed", string(end))
			return true
		}
		if l.rest[0] == end {
			l.skip(1)
			return true
		}
		if n > 0 && !l.separator(end) {
			return false
		}
		l.blanks()
		if l.rest == "" || l.rest[0] == end {
			continue // behind a comma too many, which separator has noted
		}
		if end == '}' && (!l.word(":=：") || !l.colon()) {
			return false
		}
		if !l.value() {
			return false
		}
	}
}

// separator reads what stands between two members: a comma.
func (l *looseJSON) separator(end byte) bool {
	for _, sep := range []string{",", ";", "，", "；", "、", "&"} {
		if !strings.HasPrefix(l.rest, sep) {
			continue
		}
		if sep != "," {
			l.flaw("json.separator", sep)
		}
		at := *l
		l.skip(len(sep))
		l.blanks()
		if l.rest == "" || l.rest[0] == end || l.rest[0] == ',' {
			flaws := l.flaws
			*l = at
			l.flaws = flaws
			l.flaw("json.comma_extra", ","+l.rest[len(sep):min(len(l.rest), len(sep)+1)])
			l.skip(len(sep))
			for strings.HasPrefix(l.rest, ",") {
				l.skip(1)
			}
		}
		return true
	}
	if strings.ContainsAny(l.rest[:1], `"'`) {
		l.flaw("json.comma_missing", l.rest[:1])
		return true
	}
	return false
}

// colon reads what stands between a name and its value.
func (l *looseJSON) colon() bool {
	l.blanks()
	for _, sep := range []string{":", "=>", "=", "："} {
		if strings.HasPrefix(l.rest, sep) {
			if sep != ":" {
				l.flaw("json.separator", sep)
			}
			l.skip(len(sep))
			return true
		}
	}
	return false
}

// foreignWords are values of other languages that JSON does not have.
var foreignWords = []string{"True", "False", "None", "nil", "NULL", "undefined", "NaN", "Infinity"}

func (l *looseJSON) value() bool {
	l.blanks()
	if l.rest == "" {
		return false
	}
	switch l.rest[0] {
	case '{':
		return l.members('}')
	case '[':
		return l.members(']')
	}
	return l.word(",;}]&，")
}

// otherQuotes are quotes that JSON does not have, and what ends a text that they begin.
var otherQuotes = map[rune]string{'\'': "'", '`': "`", '“': "”“", '”': "”", '‘': "’‘", '’': "’", '＂': "＂", '「': "」", '«': "»"}

// word reads a name or a value: a string, or what stands there without quotes up to one of the
// bytes in ends.
func (l *looseJSON) word(ends string) bool {
	r, n := utf8.DecodeRuneInString(l.rest)
	if r == '"' {
		l.skip(1)
		return l.text(`"`, ends)
	}
	if closing := otherQuotes[r]; closing != "" {
		l.flaw("json.quotes", string(r))
		l.skip(n)
		return l.text(closing, ends)
	}
	i := strings.IndexAny(l.rest, ends)
	if i < 0 {
		i = len(l.rest)
	}
	bare := strings.TrimSpace(l.rest[:i])
	switch {
	case bare == "":
		return false
	case slices.Contains(foreignWords, bare):
		l.flaw("json.literal", bare)
	case strings.ContainsAny(ends, "}") && isJSONWord(bare):
	default:
		if strings.ContainsAny(bare, "\"{}[]") {
			return false
		}
		if strings.ContainsAny(ends, "}") {
			bare = firstRune(bare) + "…" // a value may be a secret
		}
		l.flaw("json.unquoted", shortWord(bare))
	}
	l.skip(i)
	return true
}

// isJSONWord reports whether a text without quotes is a value in JSON.
func isJSONWord(s string) bool {
	return s == "true" || s == "false" || s == "null" || strings.Trim(s, "0123456789.eE+-") == ""
}

// text reads the rest of a string, to one of the quotes that may end it.
func (l *looseJSON) text(closing, ends string) bool {
	for l.rest != "" {
		r, n := utf8.DecodeRuneInString(l.rest)
		switch {
		case r == '\\':
			if len(l.rest) == 1 {
				return false
			}
			if n = 2; !isEscape(l.rest) {
				l.flaw("json.backslash", l.rest[:2])
				if l.rest[1] != '\'' {
					n = 1
				}
			}
		case strings.ContainsRune(closing, r):
			after := strings.TrimLeft(l.rest[n:], " \t\r\n")
			if after == "" || strings.ContainsAny(after[:1], ends+":=,;}]&/#\"'") || strings.HasPrefix(after, "，") || strings.HasPrefix(after, "：") {
				l.skip(n)
				return true
			}
			l.flaw("json.inner_quote", string(r))
		case r < ' ':
			l.flaw("json.control", fmt.Sprintf("%c", r))
		}
		l.skip(n)
	}
	if l.has("json.inner_quote") {
		return false // which quote ends the string is not known
	}
	l.flaw("json.unclosed", closing)
	return true
}

// isEscape reports whether s begins with an escape of JSON.
func isEscape(s string) bool {
	if len(s) < 2 {
		return false
	}
	if s[1] == 'u' {
		return len(s) >= 6 && IsHex(s[2:6])
	}
	return strings.IndexByte(`"\/bfnrt`, s[1]) >= 0
}
