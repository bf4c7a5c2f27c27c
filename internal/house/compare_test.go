package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// secret matches the names of values that a stranger must not be able to guess byte by byte.
var secret = regexp.MustCompile(`(?i)(sign|signature|mac|secret|token|password|apiv[23]key|session)$`)

// elsewhere are directories without code of the library or the program.
var elsewhere = regexp.MustCompile(`^(testdata|bench|cluster|conformance|\.\w.*)$`)

// kinds are names of values that are compared with constants whose names look like those of
// secrets.
var kinds = regexp.MustCompile(`^(Kind|Problem|p)$`)

// constantTime counts the comparisons in constant time by file and function. None may turn into
// another one.
var constantTime = map[string]int{
	"app/inspector/session.go are":     1,
	"app/inspector/session.go useOnce": 1,
	"app/inspector/session.go session": 1,
	"server/check.go sameDigest":       2, // as sent, and in lower case
	"server/files.go sameSecret":       1,
	"explain/asksecret.go equalSecret": 1, "explain/token.go oneOff": 1,
	"sign/v2.go VerifyV2":       1,
	"sign/v2.go VerifyV2Answer": 1,
}

// harmless are comparisons that tell a stranger nothing, with the reason.
var harmless = map[string]string{
	"app/checkup/merchant.go: APIv3Key, APIv2Key": "both are the user's own",
	"tokens.go: token, rejected":                  "a client's own tokens",
	"tokens.go: AccessToken, rejected":            "a client's own tokens",
	"tokenstore/file.go: token, held":             "a client's own tokens",
	"tokenstore/sql.go: token, held":              "a client's own tokens",
}

// TestConstantTime finds comparisons of secrets with ==, != and bytes.Equal: their time tells how
// many bytes are right. Secrets are compared with crypto/subtle or crypto/hmac.
func TestConstantTime(t *testing.T) {
	files := token.NewFileSet()
	found, seen := map[string]int{}, map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && elsewhere.MatchString(d.Name()) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		short, function := strings.TrimPrefix(filepath.ToSlash(path), "../../"), ""
		ast.Inspect(f, func(n ast.Node) bool {
			var x, y ast.Expr
			switch n := n.(type) {
			case *ast.FuncDecl:
				function = n.Name.Name
				return true
			case *ast.BinaryExpr:
				if n.Op != token.EQL && n.Op != token.NEQ {
					return true
				}
				x, y = n.X, n.Y
			case *ast.CallExpr:
				name := nameOf(n.Fun)
				if name == "ConstantTimeCompare" || name == "Equal" && packageOf(n.Fun) == "hmac" {
					found[short+" "+function]++
				}
				if name != "Equal" || packageOf(n.Fun) != "bytes" {
					return true
				}
				x, y = n.Args[0], n.Args[1]
			default:
				return true
			}
			if fixed(x) || fixed(y) || !secret.MatchString(nameOf(x)) && !secret.MatchString(nameOf(y)) {
				return true
			}
			if kinds.MatchString(nameOf(x)) {
				return true
			}
			at := fmt.Sprintf("%s: %s, %s", short, nameOf(x), nameOf(y))
			if harmless[at] == "" {
				t.Errorf("%s: %s is compared with %s; use crypto/subtle or crypto/hmac", files.Position(n.Pos()), nameOf(x), nameOf(y))
			}
			seen[at] = true
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for at := range harmless {
		if !seen[at] {
			t.Errorf("%s: there is no such comparison any more; take it off the list", at)
		}
	}
	if !maps.Equal(found, constantTime) {
		t.Errorf("comparisons in constant time: found %v, want %v", found, constantTime)
	}
}

// nameOf is the last name of an expression: c of a.b.c, f of f(x).
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.CallExpr:
		return nameOf(e.Fun)
	case *ast.IndexExpr:
		if lit, ok := e.Index.(*ast.BasicLit); ok {
			return strings.Trim(lit.Value, `"`)
		}
		return nameOf(e.X)
	case *ast.SliceExpr:
		return nameOf(e.X)
	case *ast.StarExpr:
		return nameOf(e.X)
	case *ast.ParenExpr:
		return nameOf(e.X)
	}
	return ""
}

func packageOf(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		return nameOf(s.X)
	}
	return ""
}

// fixed reports whether an expression is the same for everybody: a literal, nil, true or false.
func fixed(e ast.Expr) bool {
	if id, ok := e.(*ast.Ident); ok {
		return id.Name == "nil" || id.Name == "true" || id.Name == "false"
	}
	_, ok := e.(*ast.BasicLit)
	return ok
}
