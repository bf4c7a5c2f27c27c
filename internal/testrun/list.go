package main

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// before lists the tests of commit c4f0ac7, one a line: the package's directory and the function.
//
//go:embed before.txt
var before string

// gone says where each test of that list runs now, or what replaced it, if no test has its name any
// more.
//
//go:embed gone.txt
var gone string

// testFunctions lists the tests, examples and fuzz targets of all modules below root, by the
// directory of their package.
func testFunctions(root string) (map[string][]string, error) {
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir, _ := filepath.Rel(root, filepath.Dir(path))
		dir = filepath.ToSlash(dir)
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && isTest(f.Name.Name) {
				found[dir] = append(found[dir], f.Name.Name)
			}
		}
		return nil
	})
	for _, names := range found {
		slices.Sort(names)
	}
	return found, err
}

// isTest reports whether go test runs a function of this name.
func isTest(name string) bool {
	for _, prefix := range []string{"Test", "Example", "Fuzz"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && name != "TestMain" {
			r, _ := utf8.DecodeRuneInString(rest)
			return rest == "" || !unicode.IsLower(r)
		}
	}
	return false
}

// pairs reads lines of two fields, of which the second may have spaces.
func pairs(text string) (list [][2]string) {
	for line := range strings.Lines(text) {
		if a, b, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(line, "#") {
			list = append(list, [2]string{a, strings.TrimSpace(b)})
		}
	}
	return list
}

// lost lists the tests of before that no test has the name of any more and that gone does not
// mention.
func lost(now map[string][]string) (list []string) {
	names := map[string]bool{}
	for _, inPackage := range now {
		for _, n := range inPackage {
			names[n] = true
		}
	}
	for _, x := range pairs(gone) {
		names[x[0]] = true
	}
	for _, x := range pairs(before) {
		if !names[x[1]] {
			list = append(list, x[0]+" "+x[1])
		}
	}
	return list
}

// writeList writes docs/tests.md.
func writeList(out io.Writer, root string) error {
	now, err := testFunctions(root)
	if err != nil {
		return err
	}
	was := map[string]int{}
	for _, x := range pairs(before) {
		was[x[0]]++
	}
	fmt.Fprint(out, "# Tests\n\nWritten by `make docs`. Tests, examples and fuzz targets of each package, at commit c4f0ac7 "+
		"and now; all of them\nrun in `make test`, fuzz targets with their seeds. Table tests count as one.\n\n"+
		"| package | c4f0ac7 | now |\n|---|--:|--:|\n")
	sumWas, sumNow := 0, 0
	dirs := slices.Collect(maps.Keys(was))
	dirs = slices.AppendSeq(dirs, maps.Keys(now))
	slices.Sort(dirs)
	for _, dir := range slices.Compact(dirs) {
		fmt.Fprintf(out, "| %s | %d | %d |\n", dir, was[dir], len(now[dir]))
		sumWas, sumNow = sumWas+was[dir], sumNow+len(now[dir])
	}
	fmt.Fprintf(out, "| **all** | %d | %d |\n\n", sumWas, sumNow)
	fmt.Fprint(out, "## Tests that left `make test`, or have another name\n\n| test | where it runs now |\n|---|---|\n")
	for _, x := range pairs(gone) {
		fmt.Fprintf(out, "| %s | %s |\n", x[0], x[1])
	}
	if list := lost(now); len(list) > 0 {
		return fmt.Errorf("these tests are gone; say in internal/testrun/gone.txt where they run now:\n%s", strings.Join(list, "\n"))
	}
	return nil
}
