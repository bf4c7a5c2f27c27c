package house

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// english are the documents without a Chinese twin: those for people who work on wxup itself, and
// lists that programs print.
var english = []string{
	"CHANGELOG.md", "CONTRIBUTING.md",
	"docs/architecture.md", "docs/tour.md", "docs/benchmarks.md", "docs/tests.md",
}

// TestTwins: every document for users exists in English and in Chinese, and each names its twin
// under its title.
func TestTwins(t *testing.T) {
	for _, name := range documents(t) {
		if slices.Contains(english, name) {
			continue
		}
		twin, link := strings.TrimSuffix(name, ".md")+".zh-CN.md", "[中文]("
		if base, ok := strings.CutSuffix(name, ".zh-CN.md"); ok {
			twin, link = base+".md", "[English]("
		}
		if _, err := os.Stat(filepath.Join(root, twin)); err != nil {
			t.Errorf("%s has no twin %s", name, twin)
		}
		link += filepath.Base(twin) + ")"
		if lines := strings.SplitN(read(t, name), "\n", 4); len(lines) < 3 || !strings.HasPrefix(lines[2], link) {
			t.Errorf("the third line of %s must begin with %s", name, link)
		}
	}
}

// TestLinks: what a document links to in this repository is there, and a Chinese document links to
// Chinese ones where they exist.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#: ]+)(?:#[^)]*)?\)`)
	for _, name := range documents(t) {
		own := strings.TrimSuffix(filepath.Base(name), ".zh-CN.md") + ".md"
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			target := filepath.Join(root, filepath.Dir(name), m[1])
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which does not exist", name, m[1])
			}
			if !strings.HasSuffix(name, ".zh-CN.md") || strings.HasSuffix(m[1], ".zh-CN.md") || filepath.Base(m[1]) == own {
				continue
			}
			if base, ok := strings.CutSuffix(target, ".md"); ok {
				if _, err := os.Stat(base + ".zh-CN.md"); err == nil {
					t.Errorf("%s links to %s, which exists in Chinese", name, m[1])
				}
			}
		}
	}
}

// documents names the files *.md at the root and in docs/, relative to the root.
func documents(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no documents match %s: %v", pattern, err)
		}
		for _, file := range files {
			name, err := filepath.Rel(root, file)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, filepath.ToSlash(name))
		}
	}
	return names
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
