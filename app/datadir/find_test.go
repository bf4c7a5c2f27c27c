package datadir

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestFind(t *testing.T) {
	home := t.TempDir()
	project := filepath.Join(home, "project")
	deep := filepath.Join(project, "a", "b")
	mkdir := func(dir string) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	make := func(in string) string {
		dir := filepath.Join(in, Name)
		mkdir(filepath.Join(dir, "platform"))
		if err := os.WriteFile(CAFile(dir), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	mkdir(deep)
	want := func(what, dir, home, want string) {
		t.Helper()
		if got, err := Find(dir, home); got != want || err != nil {
			t.Errorf("%s: %s, %v; want %s", what, got, err, want)
		}
	}
	want("there is none", deep, home, filepath.Join(deep, Name))
	outer := make(home)
	want("in the home directory", deep, home, outer)
	want("above the home directory", deep, project, filepath.Join(deep, Name))
	inner := make(project)
	want("nearer", deep, home, inner)
	want("here", project, home, inner)
	if runtime.GOOS == "windows" {
		return
	}
	if err := os.Chmod(inner, 0o770); err != nil {
		t.Fatal(err)
	}
	want("others can write to the nearer one", deep, home, outer)
	if got, err := Find(project, home); err == nil {
		t.Errorf("others can write to the one here: %s", got)
	}
	if err := os.RemoveAll(inner); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outer, inner); err != nil {
		t.Fatal(err)
	}
	want("a symbolic link", deep, home, outer)
	mkdir(filepath.Join(project, "a", Name))
	want("another directory of that name", deep, home, outer)
}
