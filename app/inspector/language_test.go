package inspector

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestChinese: whatever is said in English can be said in 中文, with the same places for values, and
// nothing is left over.
func TestChinese(t *testing.T) {
	used := map[string]bool{}
	call := regexp.MustCompile(`\bt "((?:[^"\\]|\\.)*)"`)
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		text, err := templateFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(text), -1) {
			used[m[1]] = true
		}
	}
	sources, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	literal := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s, _ := strconv.Unquote(lit.Value)
			used[s] = true
		}
	}
	for _, source := range sources {
		if !strings.HasSuffix(source.Name(), ".go") || strings.HasSuffix(source.Name(), "_test.go") || source.Name() == "chinese.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), source.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "t" && len(n.Args) > 0 {
					literal(n.Args[0])
				}
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "showLogin" {
					literal(n.Args[len(n.Args)-1])
				}
			case *ast.KeyValueExpr: // the families' names, in list.go
			case *ast.CompositeLit:
				for _, e := range n.Elts {
					if inner, ok := e.(*ast.CompositeLit); ok && source.Name() == "list.go" && len(inner.Elts) == 2 {
						literal(inner.Elts[1])
					}
				}
			}
			return true
		})
	}
	delete(used, "")
	verbs := regexp.MustCompile(`%[a-z]`)
	for s := range used {
		zh, ok := chinese[s]
		if !ok {
			t.Errorf("no Chinese for %q", s)
		} else if !slices.Equal(verbs.FindAllString(s, -1), verbs.FindAllString(zh, -1)) {
			t.Errorf("%q and %q have different places", s, zh)
		}
	}
	faults := faultTexts(t)
	for s := range chinese {
		if !used[s] && !faults[s] {
			t.Errorf("the Chinese of %q is never said", s)
		}
	}
}

// faultTexts are the texts of errors, which pages show too.
func faultTexts(t *testing.T) map[string]bool {
	texts := map[string]bool{}
	for _, name := range []string{"fault.go", "render.go", "routes.go", "detail.go"} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`).FindAllStringSubmatch(string(source), -1) {
			texts[m[1]] = true
		}
	}
	return texts
}

func TestLangOf(t *testing.T) {
	for _, c := range []struct{ url, cookie, accept, want string }{
		{"/", "", "", "en"},
		{"/", "", "zh-CN,zh;q=0.9,en;q=0.8", "zh"},
		{"/", "", "de-DE, en-GB;q=0.7, zh;q=0.3", "en"},
		{"/", "", "fr", "en"},
		{"/", "zh", "en", "zh"},
		{"/?lang=en", "zh", "zh", "en"},
		{"/?lang=ZH-Hant", "", "", "zh"},
		{"/?lang=xx", "yy", "zh", "zh"},
	} {
		r := httptest.NewRequest("GET", c.url, nil)
		r.Header.Set("Accept-Language", c.accept)
		r.Header.Set("Cookie", "wxup_lang="+c.cookie)
		if got := langOf(r); string(got) != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestTextForPeople(t *testing.T) {
	for s, want := range map[string]string{"a b": "A b.", "Done.": "Done.", "": "", "什么": "什么."} {
		if got := lang("en").sentence(s); got != want {
			t.Errorf("sentence(%q) = %q, want %q", s, got, want)
		}
	}
}
