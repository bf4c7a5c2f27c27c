package inspector

import (
	"strings"
	"unicode/utf8"

	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/server"
)

// finding is one proved cause, in the language that was asked for.
type finding struct {
	Cause     string            `json:"cause"`
	Title     string            `json:"title"`
	Fix       string            `json:"fix"`
	Certainty explain.Certainty `json:"certainty"`
	Proof     explain.Proof     `json:"proof"`
	SDKs      []fixLine         `json:"sdks,omitempty"`
}

// fixLine is the line to change in one language.
type fixLine struct {
	Language string `json:"language"`
	Name     string `json:"name"`
	Code     string `json:"code"`
}

// languages are those of the SDKs, in the order of the tabs.
var languages = []struct{ id, name string }{
	{"go", "Go"}, {"java", "Java"}, {"php", "PHP"}, {"node", "Node.js"}, {"python", "Python"}, {"csharp", "C#"},
}

// hasCause reports whether a cause, or one of its kind, was proved for an exchange, or is the
// problem it was refused for.
func hasCause(e *server.Exchange, cause string) bool {
	return e.Cause == cause || strings.HasPrefix(e.Cause, cause+".") || string(e.Problem) == cause
}

// findings tells what the explanation of an exchange holds: what was proved, what was ruled out,
// what to look at.
func findings(e *server.Exchange, l lang) (found []finding, ruledOut, check []string) {
	if e.Report == nil {
		return nil, nil, nil
	}
	for _, f := range e.Report.Findings {
		x := finding{Cause: f.Cause, Title: plain(f.Text(string(l))), Fix: plain(f.Fix(string(l))), Certainty: f.Certainty, Proof: f.Proof}
		for _, language := range languages {
			if code := f.SDK(language.id); code != "" {
				x.SDKs = append(x.SDKs, fixLine{language.id, language.name, code})
			}
		}
		found = append(found, x)
	}
	texts := func(notes []explain.Words) (list []string) {
		for _, n := range notes {
			list = append(list, plain(n.In(string(l))))
		}
		return list
	}
	return found, texts(e.Report.RuledOut), texts(e.Report.Check)
}

// comparison is a proof by two texts: what the client has signed, and what it should have.
type comparison struct {
	Signed, Wanted       []piece
	SignedLen, WantedLen int
	Line, Offset         int
}

// piece is a stretch of a text that is the same in both, or is not.
type piece struct {
	Differs bool
	Runs    []run
}

// Compare puts the two texts of a proof side by side; nil if it has none.
func (f finding) Compare() *comparison {
	p := f.Proof
	if p.Signed == "" && (p.Wanted == "" || p.Kind == explain.ProofOpened) { // what was signed is not known
		return nil
	}
	signed, wanted := align(p.Signed, p.Wanted)
	a, b := tokens(signed), tokens(wanted)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	if !strings.HasSuffix(signed, "…") && !strings.HasSuffix(wanted, "…") { // else their ends are not each other's
		for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
			tail++
		}
	}
	return &comparison{pieces(a, head, tail), pieces(b, head, tail), p.SignedLen, p.WantedLen, p.Line, p.Offset}
}

// Fact is what a proof quotes from the request.
func (f finding) Fact() []run { return shownRuns(tokens(f.Proof.Fact)) }

func pieces(tokens []string, head, tail int) []piece {
	var list []piece
	for _, x := range []struct {
		from, to int
		differs  bool
	}{{0, head, false}, {head, len(tokens) - tail, true}, {len(tokens) - tail, len(tokens), false}} {
		if x.from < x.to {
			list = append(list, piece{x.differs, shownRuns(tokens[x.from:x.to])})
		}
	}
	return list
}

// align makes two texts begin at the same place: each was cut for itself, but up to their first
// difference they are the same, so that the beginning of one of them is in the other.
func align(a, b string) (string, string) {
	x, cutX := strings.CutPrefix(a, "…")
	y, cutY := strings.CutPrefix(b, "…")
	if !cutX && !cutY {
		return a, b
	}
	if i := strings.Index(y, beginning(x)); i >= 0 {
		return "…" + x, "…" + y[i:]
	}
	if i := strings.Index(x, beginning(y)); i >= 0 {
		return "…" + x[i:], "…" + y
	}
	return a, b
}

// beginning is enough of a text to find it in another: less than what a proof shows before the
// difference.
func beginning(s string) string {
	list := tokens(s)
	return strings.Join(list[:min(len(list), 12)], "")
}

// tokens takes the text of a [explain.Proof] apart into characters; those that it writes out, such
// as <FF> and <U+200B>, are one token.
func tokens(s string) []string {
	var list []string
	for s != "" {
		_, n := utf8.DecodeRuneInString(s)
		if end := strings.IndexByte(s[:min(len(s), 10)], '>'); s[0] == '<' && end > 0 && isCode(s[1:end]) {
			n = end + 1
		}
		list = append(list, s[:n])
		s = s[n:]
	}
	return list
}

func isCode(s string) bool {
	digits, unicode := strings.CutPrefix(s, "U+")
	return (unicode && len(digits) >= 4 || len(digits) == 2) && strings.Trim(digits, "0123456789ABCDEF") == ""
}

// shownRuns is [runs] for the tokens of a proof.
func shownRuns(tokens []string) []run {
	var list []run
	for _, t := range tokens {
		switch {
		case t == "␍":
			list = append(list, run{"cr", "", "CR 0x0D"})
		case t == "⏎":
			list = append(list, run{"lf", "\n", "LF 0x0A"})
		case t == "␉":
			list = append(list, run{"tab", "\t", "TAB 0x09"})
		case t == " ":
			list = append(list, run{"sp", " ", "0x20"})
		case len(t) > 1 && t[0] == '<':
			kind := "byte"
			if t[1] == 'U' {
				kind = "odd"
			}
			list = append(list, run{kind, t[1 : len(t)-1], t})
		case len(list) > 0 && list[len(list)-1].Kind == "":
			list[len(list)-1].Text += t
		default:
			list = append(list, run{Text: t})
		}
	}
	return list
}
