// Package house measures the structure of this repository: which files of a package use which, and
// how long files are.
//
// A file depends on another file of its package if it uses an identifier that is declared there: a
// type, function, variable or constant, but also a method or a field, which count where they are
// declared. A package reads well if its files can be put in an order in which all dependencies
// point the same way. The order chosen is the one in which the fewest references run against it;
// each pair of files that is left with such references is an arrow back up.
//
// Its test holds every package to its arrows back up, and every file to [MaxLines] lines. To see
// the figures:
//
//	go run ./internal/house/report
//	go run ./internal/house/report wxup/server
//
// It is for those who change wxup; nothing in the program uses it.
package house

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// MaxLines is the most lines that a Go file may have, tests excepted.
const MaxLines = 400

// Package is what was measured of one package.
type Package struct {
	Path   string // below github.com/wxup
	Files  []File // those that use others first
	Arrows []Arrow
}

// File is one Go file of a package.
type File struct {
	Name  string
	Lines int
}

// Arrow is a dependency that runs against the order of the files.
type Arrow struct {
	From, To   string
	Names      []string // the identifiers declared in To that From uses
	References int      // how often it uses them
}

// References is how many references run against the order of the package's files.
func (p *Package) References() int {
	n := 0
	for _, a := range p.Arrows {
		n += a.References
	}
	return n
}

// Lines is how many lines the package's files have.
func (p *Package) Lines() int {
	n := 0
	for _, f := range p.Files {
		n += f.Lines
	}
	return n
}

// Longest is the package's longest file.
func (p *Package) Longest() File {
	return slices.MaxFunc(p.Files, func(a, b File) int { return cmp.Compare(a.Lines, b.Lines) })
}

// Modules are the modules of the workspace, as folders.
func Modules(root string) []string {
	return []string{root, filepath.Join(root, "fit"), filepath.Join(root, "app")}
}

// Measure measures every package of the module in dir. Files for other systems and tests are left
// out.
func Measure(dir string) ([]Package, error) {
	all, err := list(dir)
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	for _, p := range all {
		exports[p.ImportPath] = p.Export
	}
	var packages []Package
	for _, p := range all {
		if p.DepOnly || len(p.GoFiles) == 0 {
			continue
		}
		measured, err := measure(p, exports)
		if err != nil {
			return nil, err
		}
		packages = append(packages, measured)
	}
	slices.SortFunc(packages, func(a, b Package) int { return cmp.Compare(a.Path, b.Path) })
	return packages, nil
}

func measure(p listed, exports map[string]string) (Package, error) {
	found, err := uses(p, exports)
	if err != nil {
		return Package{}, err
	}
	names := slices.Sorted(slices.Values(p.GoFiles))
	refs := make(graph, len(names))
	for i := range refs {
		refs[i] = make([]int, len(names))
	}
	for u, used := range found {
		refs[slices.Index(names, u.from)][slices.Index(names, u.to)] = used.sum()
	}
	measured := Package{Path: short(p.ImportPath)}
	at := map[string]int{}
	for i, node := range order(refs) {
		at[names[node]] = i
		lines, err := lines(filepath.Join(p.Dir, names[node]))
		if err != nil {
			return Package{}, err
		}
		measured.Files = append(measured.Files, File{names[node], lines})
	}
	for u, used := range found {
		if at[u.to] < at[u.from] {
			measured.Arrows = append(measured.Arrows, Arrow{u.from, u.to, slices.Sorted(maps.Keys(used)), used.sum()})
		}
	}
	slices.SortFunc(measured.Arrows, func(a, b Arrow) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return measured, nil
}

func (r references) sum() int {
	n := 0
	for _, times := range r {
		n += times
	}
	return n
}

func lines(name string) (int, error) {
	text, err := os.ReadFile(name)
	return strings.Count(string(text), "\n"), err
}

func (a Arrow) String() string {
	return fmt.Sprintf("%s → %s: %s", a.From, a.To, strings.Join(a.Names, " "))
}
