// Package need skips a test that needs something this machine does not have, and says how to get
// it:
//
//	zsh := need.Program(t, "zsh", "make setup") // or skip with "needs zsh: make setup"
//
// The test runner (internal/testrun) collects these messages in its table of skips. With
// WXUP_REQUIRE_ALL=1, as in .ci/run, such a test fails instead.
package need

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Setup is the command that installs what the full set of tests needs.
const Setup = "make setup"

// That skips the test unless ok, with the message "needs WHAT: HOW". HOW is the command that
// provides WHAT.
func That(t testing.TB, ok bool, what, how string) {
	t.Helper()
	if ok {
		return
	}
	if os.Getenv("WXUP_REQUIRE_ALL") == "1" {
		t.Fatalf("needs %s: %s (WXUP_REQUIRE_ALL is set: nothing may be skipped)", what, how)
	}
	t.Skipf("needs %s: %s", what, how)
}

// Program returns the path of a program, and skips the test if PATH does not have it.
func Program(t testing.TB, name, how string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	That(t, err == nil, name, how)
	return path
}

// Variable skips a test that runs only on request, unless the environment variable is set to 1.
// where is the command that sets it and runs the test. WXUP_REQUIRE_ALL does not count as a
// request.
func Variable(t testing.TB, name, where string) {
	t.Helper()
	if os.Getenv(name) != "1" {
		t.Skipf("needs %s=1: %s", name, where)
	}
}

// Time skips a test that takes long under -short, as in make fast.
func Time(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs more time: make test")
	}
}

// Corpus returns the directory that WXUP_CORPUS names, or fallback, and skips the test if it has no
// MANIFEST.tsv. WXUP_REQUIRE_ALL does not require it: the corpus of image files is too large for
// the repository.
func Corpus(t testing.TB, fallback string) string {
	t.Helper()
	dir := os.Getenv("WXUP_CORPUS")
	if dir == "" {
		dir = fallback
	}
	if _, err := os.Stat(filepath.Join(dir, "MANIFEST.tsv")); err != nil {
		t.Skipf("needs a corpus of image files: set WXUP_CORPUS to its directory")
	}
	return dir
}
