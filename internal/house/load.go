package house

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// listed is what "go list -json" says of a package.
type listed struct {
	ImportPath string
	Dir        string
	Export     string // the file with the compiled package's types
	GoFiles    []string
	ImportMap  map[string]string
	DepOnly    bool
}

// list runs "go list" over the packages of the module in dir. It compiles what is not in the build
// cache.
func list(dir string) ([]listed, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,ImportMap,DepOnly", "./...")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list in %s: %w\n%s", dir, err, stderr.Bytes())
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list in %s: %w", dir, err)
		}
		all = append(all, p)
	}
}

// A use is one file that refers to what another file of its package declares.
type use struct{ from, to string }

// references are the identifiers that a use refers to, and how often.
type references map[string]int

// uses type-checks a package and returns which of its files use which.
func uses(p listed, exports map[string]string) (map[use]references, error) {
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	open := func(path string) (io.ReadCloser, error) {
		if mapped, ok := p.ImportMap[path]; ok {
			path = mapped
		}
		file, ok := exports[path]
		if !ok {
			return nil, fmt.Errorf("no export data for %s", path)
		}
		return os.Open(file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: importer.ForCompiler(fset, "gc", open)}
	pkg, err := conf.Check(p.ImportPath, fset, files, info)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.ImportPath, err)
	}
	found := map[use]references{}
	for ident, obj := range info.Uses {
		if obj.Pkg() != pkg || !obj.Pos().IsValid() {
			continue
		}
		u := use{filepath.Base(fset.Position(ident.Pos()).Filename), filepath.Base(fset.Position(declared(obj)).Filename)}
		if u.from == u.to {
			continue
		}
		if found[u] == nil {
			found[u] = references{}
		}
		found[u][obj.Name()]++
	}
	return found, nil
}

// declared is where an object is declared; for one of an instantiated type, where the generic one
// is.
func declared(obj types.Object) token.Pos {
	switch o := obj.(type) {
	case *types.Var:
		return o.Origin().Pos()
	case *types.Func:
		return o.Origin().Pos()
	}
	return obj.Pos()
}

// short is a package's path below the module's host and owner: wxup/app/node.
func short(path string) string {
	return strings.TrimPrefix(path, "github.com/wxup/")
}
