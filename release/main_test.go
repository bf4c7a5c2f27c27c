package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestProxy: the modules of a commit can be had from the proxy, and what they require of each other
// is there.
func TestProxy(t *testing.T) {
	src, err := checkout(t.Context(), filepath.Join(t.TempDir(), "src"))
	if err != nil {
		t.Fatal(err)
	}
	proxy := t.TempDir()
	if err := src.serve(proxy); err != nil {
		t.Fatal(err)
	}
	gopath := t.TempDir()
	t.Cleanup(func() { removeAll(filepath.Join(gopath, "pkg")) })
	for _, name := range modules {
		path := strings.TrimSuffix(root+"/"+name, "/")
		cmd := exec.Command("go", "mod", "download", path+"@"+src.version)
		cmd.Dir = gopath
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOPATH="+gopath, "GOMODCACHE="+filepath.Join(gopath, "pkg", "mod"),
			"GOPROXY="+fileURL(proxy), "GONOSUMDB="+root)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", path, err, out)
		}
		got, err := os.ReadFile(filepath.Join(gopath, "pkg", "mod", "cache", "download", filepath.FromSlash(path), "@v", src.version+".mod"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(got), "replace") || strings.Contains(string(got), root+" v0.0.0\n") {
			t.Errorf("%s: go.mod\n%s", path, got)
		}
	}
}

// TestGoMod: what nobody could install is not released.
func TestGoMod(t *testing.T) {
	for _, c := range []struct{ version, mod, want string }{
		{"v0.0.0-dev.1.a", "module x\n\ngo 1.26\n\nrequire github.com/wxup/wxup v0.0.0\n", ""},
		{"v0.1.0", "module x\n\ngo 1.26\n\nrequire github.com/wxup/wxup v0.1.0\n", ""},
		{"v0.1.0", "module x\n\ngo 1.26\n\nrequire github.com/wxup/wxup v0.0.0\n", "set it before tagging"},
		{"v0.1.0", "module x\n\ngo 1.26\n\nreplace github.com/wxup/wxup => ../\n", "replace directive"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(c.mod), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := (&source{version: c.version}).goMod(dir)
		switch {
		case c.want == "" && (err != nil || strings.Contains(string(got), "require") && !strings.Contains(string(got), root+" "+c.version)):
			t.Errorf("%q at %s: %v, %s", c.mod, c.version, err, got)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%q at %s: error %v, want %q in it", c.mod, c.version, err, c.want)
		}
	}
}
