package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// module is a Go module of the checkout that has tests.
type module struct {
	name    string // its directory in the checkout; "." is the root
	dir     string
	servers bool // it can start the servers that its tests share
}

// noRace are modules without goroutines: they only compute, and the race detector makes that ten
// times slower.
var noRace = []string{"fit"}

// findModules lists the modules below root that have tests, the root first. The files of Go are
// listed too, for gofmt.
func findModules(root string) (modules []module, goFiles []string, err error) {
	tested := map[string]bool{} // by directory of the module
	var stack []string          // the modules around the directory that is being walked
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata") {
				return filepath.SkipDir
			}
			for len(stack) > 0 && !within(path, stack[len(stack)-1]) {
				stack = stack[:len(stack)-1]
			}
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
				stack = append(stack, path)
			}
			return nil
		}
		if strings.HasSuffix(name, ".go") {
			goFiles = append(goFiles, path)
		}
		if strings.HasSuffix(name, "_test.go") && len(stack) > 0 {
			for len(stack) > 1 && !within(path, stack[len(stack)-1]) {
				stack = stack[:len(stack)-1]
			}
			tested[stack[len(stack)-1]] = true
		}
		return nil
	})
	for dir := range tested {
		name, _ := filepath.Rel(root, dir)
		_, err := os.Stat(filepath.Join(dir, "testservers", "run"))
		modules = append(modules, module{name: filepath.ToSlash(name), dir: dir, servers: err == nil})
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.name, b.name) })
	return modules, goFiles, err
}

func within(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, dir+string(filepath.Separator))
}

// workspace reports whether go.work of the checkout uses the module.
func (m module) workspace(root string) bool {
	text, err := os.ReadFile(filepath.Join(root, "go.work"))
	if err != nil {
		return false
	}
	name := m.name
	if name != "." {
		name = "./" + name
	}
	return slices.Contains(strings.Fields(string(text)), name)
}

// raceDetector reports why tests cannot run with the race detector. It needs a C compiler.
func raceDetector(temp string) error {
	cc, err := exec.Command("go", "env", "CC").Output()
	if err != nil {
		return err
	}
	source, program := filepath.Join(temp, "cc.c"), filepath.Join(temp, "cc")
	defer os.Remove(source)
	defer os.Remove(program)
	text := "#include <pthread.h>\n#include <stdlib.h>\nint main(void) { exit(0); }\n"
	if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
		return err
	}
	words := append(strings.Fields(string(cc)), "-o", program, source)
	if exec.Command(words[0], words[1:]...).Run() != nil {
		return errors.New("needs a C compiler: make setup")
	}
	if out, err := exec.Command("go", "list", "-race", "runtime").CombinedOutput(); err != nil {
		return errors.New(strings.TrimPrefix(strings.TrimSpace(string(out)), "go: ")) // this platform has none, or CGO_ENABLED=0 is set
	}
	return nil
}
