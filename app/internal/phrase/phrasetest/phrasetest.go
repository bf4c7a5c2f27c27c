// Package phrasetest checks the catalogues of a package.
package phrasetest

import (
	"errors"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wxup/wxup/app/internal/phrase"
)

// Complete checks the package in the working directory: each text that its files say has a Chinese
// one with the same verbs, and nothing else is in the catalogues. Texts are said by the methods
// Text and Errorf of a variable named texts, and by methods named t. They are literals, or
// constants of the package or of package words.
func Complete(t *testing.T, catalogues ...phrase.Catalogue) {
	t.Helper()
	used := saidTexts(t)
	chinese := phrase.Catalogue{}
	for _, c := range catalogues {
		for en, zh := range c {
			if _, twice := chinese[en]; twice {
				t.Errorf("%q is in two catalogues", en)
			}
			chinese[en] = zh
		}
	}
	for en := range used {
		zh, ok := chinese[en]
		if !ok {
			t.Errorf("no catalogue has the Chinese of %q", en)
		} else if ve, vz := verbs(en), verbs(zh); !slices.Equal(ve, vz) &&
			!(strings.Contains(zh, "%[") && slices.Equal(slices.Sorted(slices.Values(ve)), slices.Sorted(slices.Values(vz)))) {
			t.Errorf("%q and %q have different verbs", en, zh)
		}
	}
	for en := range chinese {
		if !used[en] {
			t.Errorf("nothing says %q", en)
		}
	}
}

var verb = regexp.MustCompile(`%(?:\[\d\])?[-+#0-9.]*[a-zA-Z]`)

// verbs returns the verbs of a format in the order of their arguments; formats with %[1]s are
// compared as sets.
func verbs(format string) []string {
	list := verb.FindAllString(format, -1)
	for i, v := range list {
		if end := strings.IndexByte(v, ']'); end >= 0 {
			list[i] = "%" + v[end+1:]
		}
	}
	return list
}

func saidTexts(t *testing.T) map[string]bool {
	t.Helper()
	sources, err1 := filepath.Glob("*.go")
	others, err2 := filepath.Glob("../../words/*.go")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	constants := map[string]ast.Expr{}
	var said []ast.Expr
	set := token.NewFileSet()
	for _, source := range append(sources, others...) {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, source, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if i < len(n.Values) {
						constants[name.Name] = n.Values[i]
					}
				}
			case *ast.CallExpr:
				if says(n) {
					said = append(said, n.Args[0])
				}
			}
			return true
		})
	}
	used := map[string]bool{}
	for _, e := range said {
		text, ok := constantText(e, constants)
		if !ok {
			t.Errorf("%s: the text is not a constant", set.Position(e.Pos()))
			continue
		}
		used[text] = true
	}
	return used
}

func says(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 {
		return false
	}
	catalogue, _ := sel.X.(*ast.Ident)
	switch sel.Sel.Name {
	case "t":
		return true
	case "Text", "Errorf":
		return catalogue != nil && catalogue.Name == "texts"
	}
	return false
}

// constantText evaluates literals, named constants and their concatenations.
func constantText(e ast.Expr, constants map[string]ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		v := constant.MakeFromLiteral(e.Value, e.Kind, 0)
		if v.Kind() == constant.String {
			return constant.StringVal(v), true
		}
	case *ast.Ident:
		if value, ok := constants[e.Name]; ok {
			return constantText(value, constants)
		}
	case *ast.SelectorExpr:
		return constantText(e.Sel, constants)
	case *ast.BinaryExpr:
		x, ok1 := constantText(e.X, constants)
		y, ok2 := constantText(e.Y, constants)
		return x + y, ok1 && ok2 && e.Op == token.ADD
	case *ast.ParenExpr:
		return constantText(e.X, constants)
	}
	return "", false
}
