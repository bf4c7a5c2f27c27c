package self

import (
	"path/filepath"
	"slices"
	"testing"
)

func TestWords(t *testing.T) {
	built := filepath.FromSlash("/tmp/go-build42/b001/exe/wxup")
	for _, c := range []struct {
		exe, arg0, want string
		files           []string
	}{
		{"/usr/bin/wxup", "wxup", "wxup", nil},
		{"/home/a/wxup", "./wxup", "./wxup", nil},
		{"/home/a b/wxup", "/home/a b/wxup", "'/home/a b/wxup'", nil},
		{built, built, "go run ./app/cmd/wxup", []string{"app/cmd/wxup/readyz.go"}},
		{built, built, "go run .", []string{"readyz.go"}},
	} {
		exists := func(name string) bool { return slices.Contains(c.files, filepath.ToSlash(name)) }
		if got := wordsAs(c.exe, c.arg0, exists); got != c.want {
			t.Errorf("%s started as %s is %q, want %q", c.exe, c.arg0, got, c.want)
		}
	}
}
