package explain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/wxup/wxup/form"
)

var causeID = regexp.MustCompile(`^(v3|v2|account|call|http|form|file|digest|json|clock|observed|note)(\.[a-z0-9_]+)+$`)

// TestCauses keeps code and texts in step: the code uses every cause and note of the files, and the
// files have every one that the code uses.
func TestCauses(t *testing.T) {
	used := map[string]bool{}
	for _, id := range idsInSource(t) {
		used[id] = true
	}
	for _, c := range form.Causes() {
		used["form."+strings.ReplaceAll(string(c), "-", "_")] = true
	}
	for _, w := range []form.WarningID{form.WarnQuotedBoundary, form.WarnTransferEncoding, form.WarnSingleQuotes, form.WarnNotUTF8} {
		used["form."+strings.ReplaceAll(string(w), "-", "_")] = true
	}
	// Not causes of a request that arrived, or named in another way.
	for _, id := range []string{"form.unsafe", "form.read_failed", "form.text_too_long", "form.not_multipart"} {
		if !isCause(id) {
			delete(used, id)
		}
	}
	have := map[string]bool{}
	check := func(id string, texts ...Words) {
		have[id] = true
		if !causeID.MatchString(id) {
			t.Errorf("%s is not an id", id)
		}
		if !used[id] {
			t.Errorf("no code uses %s", id)
		}
		for _, w := range texts {
			if !hasHan(w.ZH) || hasHan(w.EN) {
				t.Errorf("%s: a text is in the wrong language: %q", id, w)
			}
			if en, zh := filledIn(w.EN), filledIn(w.ZH); !slices.Equal(en, zh) {
				t.Errorf("%s: the languages differ in what is filled in: %q", id, w)
			}
		}
	}
	for _, c := range Causes() {
		check(c.ID, c.Title, c.Fix)
		if strings.Contains(c.Fix.EN, "{}") {
			t.Errorf("%s: a fix does not depend on the value", c.ID)
		}
	}
	for id, w := range catalog().notes {
		check(id, w)
	}
	for id := range used {
		if !have[id] {
			t.Errorf("the code uses %s, which has no texts", id)
		}
	}
	t.Logf("%d causes, %d notes", len(Causes()), len(catalog().notes))
}

var place = regexp.MustCompile(`\{[0-9]?\}`)

func filledIn(text string) []string {
	return slices.Sorted(slices.Values(place.FindAllString(text, -1)))
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// TestTexts checks the files themselves: short lines, and no block that no other uses.
func TestTexts(t *testing.T) {
	blocks, err := parseBlocks(causeFiles)
	if err != nil {
		t.Fatal(err)
	}
	linked := map[string]bool{}
	for _, b := range blocks {
		linked["fix "+b.links["fix"]], linked["sdk "+b.links["sdk"]], linked["sdk "+b.links["from"]] = true, true, true
	}
	for _, b := range blocks {
		base, family, ok := strings.Cut(b.name, ".")
		if ok && strings.HasPrefix(base, "sdk ") && (family == "v2" || family == "account") && linked[base] {
			continue
		}
		if strings.Contains(b.name, " ") && !linked[b.name] {
			t.Errorf("%s: nothing uses %s", b.at, b.name)
		}
		for key := range b.fields {
			if strings.HasPrefix(b.name, "sdk ") {
				if !slices.Contains(Languages, key) {
					t.Errorf("%s: %s has a field %s", b.at, b.name, key)
				}
			} else if !slices.Contains([]string{"en", "zh", "fix.en", "fix.zh"}, key) || b.links["fix"] != "" && strings.HasPrefix(key, "fix.") {
				t.Errorf("%s: %s has a field %s", b.at, b.name, key)
			}
		}
	}
	names, _ := fs.Glob(causeFiles, "causes/*.txt")
	for _, name := range names {
		text, _ := fs.ReadFile(causeFiles, name)
		for n, line := range strings.Split(string(text), "\n") {
			columns := 0
			for _, c := range strings.ReplaceAll(line, "\t", "    ") {
				if columns++; wide(c) {
					columns++
				}
			}
			if columns > 100 {
				t.Errorf("%s:%d has %d columns", name, n+1, columns)
			}
		}
	}
}

// TestParseTexts gives the parser files that are wrong.
func TestParseTexts(t *testing.T) {
	const sdk = "sdk x\n\tgo a\n\tjava a\n\tphp a\n\tnode a\n\tpython a\n\tcsharp a\n"
	const right = "v3.a sdk:x\n\ten a\n\t\tb\n\tzh 甲\n\t\t乙\n\tfix.en c\n\tfix.zh 丙\n"
	parse := func(text string) (*texts, error) {
		return parseTexts(fstest.MapFS{"causes/a.txt": {Data: []byte(text)}})
	}
	got, err := parse("# comment\n\n" + sdk + right)
	if err != nil || len(got.causes) != 1 || got.causes[0].Title != (Words{"a b", "甲乙"}) || got.sdks[got.causes[0].lines]["go"] != "a" {
		t.Errorf("%+v, %v", got, err)
	}
	for want, text := range map[string]string{
		"v3.a is also at causes/a.txt:8":   sdk + right + right,
		"en or zh is missing":              sdk + strings.Replace(right, "\tzh", "\tfr", 1),
		"fix.en or fix.zh is missing":      sdk + strings.Replace(right, "\tfix.zh 丙\n", "", 1),
		"there is no block sdk x":          right,
		"there is no block fix y":          sdk + strings.Replace(right, "sdk:x", "fix:y sdk:x", 1),
		"has lines for [csharp go":         strings.Replace(sdk, "\tphp a\n", "", 1),
		`a.txt:10: cannot read "no tab"`:   sdk + strings.Replace(right, "\t\tb", "no tab", 1),
		`a.txt:1: cannot read "\ten text"`: "\ten text\n" + sdk,
		`cannot read "\ten b"`:             sdk + strings.Replace(right, "\t\tb", "\ten b", 1),
	} {
		if _, err := parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// idsInSource lists the ids that stand in the code of this package and those below it as literals.
func idsInSource(t *testing.T) []string {
	var ids []string
	var files []string
	for _, pattern := range []string{"*.go", "*/*.go"} {
		list, _ := filepath.Glob(pattern)
		files = append(files, list...)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, _ := strconv.Unquote(lit.Value); causeID.MatchString(text) {
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
	if got, want := f.Text("en"), `meta was signed with different spaces or line breaks than sent: {"a": "b", "c": "d"}, Python json.dumps`; got != want {
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
