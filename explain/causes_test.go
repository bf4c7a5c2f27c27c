package explain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/wxup/wxup/form"
)

var causeID = regexp.MustCompile(`^(v3|v2|account|form|file|digest|clock|observed)(\.[a-z0-9_]+)+$`)

// TestCauses keeps the table complete: every cause that the code names is in it, with all its texts, and no other.
func TestCauses(t *testing.T) {
	named := map[string]bool{}
	for _, id := range namedInSource(t) {
		named[id] = true
	}
	for _, state := range []string{"revoked", "replaced", "expired", "not_yet"} { // judgeCertificate
		named["v3.serial."+state] = true
	}
	named["v3.header.accept"], named["v3.header.user_agent"] = true, true
	for _, c := range form.Causes() {
		named["form."+strings.ReplaceAll(string(c), "-", "_")] = true
	}
	for _, w := range []form.WarningID{form.WarnQuotedBoundary, form.WarnTransferEncoding, form.WarnSingleQuotes, form.WarnNotUTF8} {
		named["form."+strings.ReplaceAll(string(w), "-", "_")] = true
	}
	seen := map[string]bool{}
	for _, c := range Causes() {
		if seen[c.ID] {
			t.Errorf("%s is in the table twice", c.ID)
		}
		seen[c.ID] = true
		if !causeID.MatchString(c.ID) {
			t.Errorf("%s is no id", c.ID)
		}
		if !named[c.ID] {
			t.Errorf("%s is in the table, but no code names it", c.ID)
		}
		for _, w := range []Words{c.Title, c.Fix} {
			if w.EN == "" || w.ZH == "" || !strings.ContainsFunc(w.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || strings.ContainsFunc(w.EN, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%s: a text is missing or in the wrong language: %q", c.ID, w)
			}
			if strings.Contains(w.EN, "{}") != strings.Contains(w.ZH, "{}") {
				t.Errorf("%s: only one language says {}: %q", c.ID, w)
			}
		}
		if strings.Contains(c.Fix.EN, "{}") {
			t.Errorf("%s: a fix does not depend on the value", c.ID)
		}
		for _, lang := range Languages {
			if c.SDK[lang] == "" || strings.Contains(c.SDK[lang], "\n") {
				t.Errorf("%s: not one line for %s", c.ID, lang)
			}
		}
	}
	refused := map[string]bool{"form.unsafe": true, "form.read_failed": true, "form.text_too_long": true, "form.not_multipart": true} // not of a request that arrived, or named in another way
	for id := range named {
		if !seen[id] && !refused[id] && id != "v3.serial" {
			t.Errorf("%s is named, but not in the table", id)
		}
	}
	t.Logf("%d causes", len(seen))
}

// namedInSource lists the ids that stand in the code as literals, the table itself left out.
func namedInSource(t *testing.T) []string {
	var ids []string
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") || strings.HasPrefix(f.Name(), "causes") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, _ := strconv.Unquote(lit.Value); causeID.MatchString(text) && text != "file.Content" {
					ids = append(ids, text)
				}
			}
			return true
		})
	}
	return ids
}

// TestSentences looks at what a report says to a person.
func TestSentences(t *testing.T) {
	c := newClient()
	all(pythonJSON, noLastLF)(c)
	r := V3(c.request(), c.w.known)
	if len(r.Findings) != 2 {
		t.Fatalf("%+v", r)
	}
	f := r.Findings[0]
	if got, want := f.Text("en"), `meta was signed with other blanks or line ends than it was sent with: {"a": "b", "c": "d"}, Python json.dumps`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got := f.Text("zh-CN"); !strings.Contains(got, "空格") {
		t.Errorf("%s", got)
	}
	if !strings.Contains(f.SDK("python"), "json.dumps") || f.SDK("cobol") != "" {
		t.Errorf("%q", f.SDK("python"))
	}
	p := f.Proof
	if p.Kind != ProofSigned || p.Line != 5 || p.SignedLen != p.WantedLen+3-1 || !strings.Contains(p.Signed, `{"filename": "`) || !strings.Contains(p.Wanted, `{"filename":"`) {
		t.Errorf("%+v", p)
	}
	if unknown := (Finding{Cause: "v9.what", Value: "x"}); unknown.Text("en") != "v9.what" || unknown.Fix("zh") != "" {
		t.Errorf("a cause that is in no table: %q, %q", unknown.Text("en"), unknown.Fix("zh"))
	}
}
