// Package self knows this program: how it was started and built, and where it runs.
package self

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/wxup/wxup/app/internal/shellword"
)

// Words returns this program as words to paste into the shell that it was started from.
func Words() string {
	exe, err := os.Executable()
	if err != nil {
		return "wxup"
	}
	return wordsAs(exe, os.Args[0], func(name string) bool { _, err := os.Stat(name); return err == nil })
}

// wordsAs is [Words] for an executable that was started as arg0. go run builds executables in a
// temporary directory: go-build1234/b001/exe/wxup.
func wordsAs(exe, arg0 string, exists func(string) bool) string {
	if strings.Contains(filepath.ToSlash(exe), "/go-build") && filepath.Base(filepath.Dir(exe)) == "exe" {
		for _, dir := range []string{"./app/cmd/wxup", "./cmd/wxup", "."} {
			if exists(filepath.Join(dir, "readyz.go")) {
				return "go run " + dir
			}
		}
		if info, ok := debug.ReadBuildInfo(); ok && info.Path != "" {
			return "go run " + info.Path
		}
	}
	if !strings.ContainsAny(arg0, `/\`) {
		return strings.TrimSuffix(filepath.Base(arg0), ".exe") // found in PATH
	}
	return shellword.Quote(arg0)
}

// InContainer reports whether this process seems to run in a container.
func InContainer() bool {
	for _, file := range []string{"/.dockerenv", "/run/.containerenv"} {
		if _, err := os.Stat(file); err == nil {
			return true
		}
	}
	return os.Getenv("container") != "" || os.Getenv("KUBERNETES_SERVICE_HOST") != "" || os.Getpid() == 1
}
