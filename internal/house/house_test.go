package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// TestArrowsBackUp: the files of a package are in layers.
func TestArrowsBackUp(t *testing.T) {
	for _, dir := range Modules(root) {
		packages, err := Measure(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range packages {
			if len(p.Arrows) > 0 {
				t.Errorf("%s has %d arrows back up:", p.Path, len(p.Arrows))
				for _, a := range p.Arrows {
					t.Log("  ", a)
				}
			}
			for _, f := range p.Files {
				if name := p.Path + "/" + f.Name; f.Lines > MaxLines {
					t.Errorf("%s has %d lines, %d at most", name, f.Lines, MaxLines)
				}
			}
		}
	}
}

// TestPlanted: an arrow back up is found, through a method, a field and a constant.
func TestPlanted(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module planted\n\ngo 1.25\n")
	write("a.go", "package planted\n\ntype A struct{ F int }\n\nfunc New() *A { a := &A{F: C}; a.M(); return a }\n")
	write("b.go", "package planted\n\nfunc (a *A) M() { a.F++; a.F-- }\n\nconst D = 1\n")
	write("c.go", "package planted\n\nconst C = D\n")
	t.Setenv("GOWORK", "off")
	packages, err := Measure(dir)
	if err != nil {
		t.Fatal(err)
	}
	// a.go uses M and C, c.go uses D, b.go uses A once and F twice: putting b.go first costs least.
	p := packages[0]
	if len(p.Arrows) != 2 || p.References() != 2 {
		t.Errorf("arrows %v with %d references, want M and D", p.Arrows, p.References())
	}
	write("b.go", "package planted\n\nfunc (a *A) M() {}\n\nconst D = 1\n")
	if packages, err = Measure(dir); err != nil {
		t.Fatal(err)
	}
	if a := packages[0].Arrows; len(a) != 1 || a[0].From != "b.go" || a[0].To != "a.go" || a[0].Names[0] != "A" {
		t.Errorf("arrows %v, want b.go → a.go: A", a)
	}
}

// TestOrder: the order is the best there is, compared with all orders of small graphs.
func TestOrder(t *testing.T) {
	for seed := range 60 {
		n := 3 + seed%4
		refs := make(graph, n)
		for i := range refs {
			refs[i] = make([]int, n)
			for j := range refs[i] {
				if i != j {
					refs[i][j] = max((i*7+j*13+seed*5)%11-6, 0)
				}
			}
		}
		least := -1
		var try func(placed []int)
		try = func(placed []int) {
			if len(placed) == n {
				if b := backwards(refs, placed); least < 0 || b < least {
					least = b
				}
				return
			}
			for i := range n {
				if !slices.Contains(placed, i) {
					try(append(slices.Clone(placed), i))
				}
			}
		}
		try(nil)
		if got := backwards(refs, order(refs)); got != least {
			t.Errorf("graph %d: %d references backwards, %d are possible", seed, got, least)
		}
	}
}

// may says which packages of the library a package of it may import. Reasons: signatures, forms and
// images know nothing of WeChat's endpoints; wire knows the formats and no client; explain is pure;
// the client knows no server; nothing knows the program.
var may = map[string][]string{
	"":              {"/sign", "/form", "/media", "/problem", "/wire", "/internal/source", "/internal/carry", "/internal/pace", "/internal/flight"},
	"/problem":      nil,
	"/wire":         {"/sign"},
	"/sign":         nil,
	"/form":         nil,
	"/media":        nil,
	"/devkeys":      {"/wire"},
	"/explain":      {"", "/sign", "/form", "/media", "/problem", "/wire", "/explain/seal", "/explain/text", "/internal/secret"},
	"/explain/seal": {"/explain/text", "/media", "/sign", "/form", "/wire"},
	"/explain/text": {"", "/form", "/sign", "/media", "/wire"},
	"/server":       {"", "/sign", "/form", "/media", "/problem", "/wire", "/explain", "/internal/secret"},
	"/tokenstore":   {""},
	"/wxuptest":     {"", "/sign", "/media", "/problem", "/wire", "/explain", "/server", "/devkeys"},

	"/internal/source":       nil,
	"/internal/carry":        {"/wire", "/internal/secret"},
	"/internal/secret":       nil,
	"/internal/pace":         nil,
	"/internal/flight":       nil,
	"/internal/need":         nil,
	"/internal/house":        nil,
	"/internal/testrun":      nil,
	"/internal/house/report": {"/internal/house"},
}

// TestImports: the library's packages import each other in one direction, and nothing else but the
// standard library.
func TestImports(t *testing.T) {
	const module = "github.com/wxup/wxup"
	cmd := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "GOWORK=off") // this module alone
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		allowed, ok := may[strings.TrimPrefix(words[0], module)]
		if !ok {
			t.Errorf("%s is new: say here what it may import", words[0])
		}
		seen++
		for _, imported := range words[1:] {
			inner, ours := strings.CutPrefix(imported, module)
			switch {
			case ours && !slices.Contains(allowed, inner):
				t.Errorf("%s imports %s", words[0], imported)
			case !ours && strings.Contains(strings.Split(imported, "/")[0], "."):
				t.Errorf("%s imports %s: the library has no dependencies", words[0], imported)
			}
		}
	}
	if seen < len(may) {
		t.Errorf("looked at %d packages only, of %d", seen, len(may))
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil || strings.Contains(string(mod), "require") {
		t.Errorf("the library's go.mod must have no requirements: %v", err)
	}
	if v := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(mod); v == nil {
		t.Error("go.mod names no Go version")
	}
}

// TestProgramImports: nothing in the program imports the command, and what must know no command
// line imports no cobra.
func TestProgramImports(t *testing.T) {
	err := filepath.WalkDir(filepath.Join(root, "app"), func(path string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		in := filepath.ToSlash(filepath.Dir(strings.TrimPrefix(path, filepath.Join(root, "app")+string(filepath.Separator))))
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			inner := strings.TrimPrefix(imported, "github.com/wxup/wxup/app/")
			if inner == "cmd/wxup" || in != "cmd/wxup" && in != "manpage" && strings.HasPrefix(imported, "github.com/spf13/cobra") {
				t.Errorf("%s imports %s", path, imported)
			}
			if slices.Contains(never[in], inner) {
				t.Errorf("%s imports %s", path, imported)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// never says what a package of the program must not import.
var never = map[string][]string{
	"datadir":        {"node"},
	"batch":          {"term"},
	"store":          {"inspector"},
	"store/fsblob":   {"inspector"},
	"store/s3blob":   {"inspector"},
	"store/sqlindex": {"inspector"},
}

// TestMap: the map of packages in docs/architecture.md has each package, and no others.
func TestMap(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	mapped := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| .+ \\|$").FindAllStringSubmatch(string(text), -1) {
		mapped[m[1]] = true
	}
	for _, dir := range Modules(root) {
		packages, err := Measure(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range packages {
			name := strings.TrimPrefix(strings.TrimPrefix(p.Path, "wxup"), "/")
			if name == "" {
				name = "."
			}
			if !mapped[name] {
				t.Errorf("docs/architecture.md does not list the package %s", name)
			}
			delete(mapped, name)
		}
	}
	for name := range mapped {
		t.Errorf("docs/architecture.md lists %s, which is not a package", name)
	}
}

// TestTour: the files that docs/tour.md and CONTRIBUTING.md name are there.
func TestTour(t *testing.T) {
	for _, name := range []string{"docs/tour.md", "CONTRIBUTING.md"} {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("`([a-z0-9_./]+/[a-z0-9_]+|[a-z0-9_/]+\\.go)`").FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s names %s: %v", name, m[1], err)
			}
		}
	}
}

// literal is a fact of the protocol that is written once, in package wire: the name of a header or
// a host.
var literal = regexp.MustCompile(`^(Wechatpay-[A-Za-z-]+|Request-ID|(api[a-z0-9]*|qyapi|[a-z]+\.api)(\.mch)?\.(weixin\.qq\.com|wechatpay\.cn))$`)

// TestLiterals: no other package of the library spells them.
func TestLiterals(t *testing.T) {
	for _, dir := range Modules(root)[:1] {
		packages, err := Measure(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range packages {
			if p.Path == "wxup/wire" {
				continue
			}
			for _, f := range p.Files {
				name := filepath.Join(root, filepath.FromSlash(strings.TrimPrefix(strings.TrimPrefix(p.Path, "wxup"), "/")), f.Name)
				file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
				if err != nil {
					t.Fatal(err)
				}
				ast.Inspect(file, func(n ast.Node) bool {
					if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
						if text, _ := strconv.Unquote(lit.Value); literal.MatchString(text) {
							t.Errorf("%s/%s spells %q: use package wire's name", p.Path, f.Name, text)
						}
					}
					return true
				})
			}
		}
	}
}
