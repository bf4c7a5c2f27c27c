package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/wxup/wxup/app/settings"
)

// TestDeploy: every variable that the files in deploy/ set is the twin of a flag, or a credential;
// every YAML file is one; and the ports that they name are those that they open.
func TestDeploy(t *testing.T) {
	p := &program{}
	root := rootCommand(p)
	files, err := filepath.Glob("../../../deploy/*")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	known := slices.Collect(maps.Keys(knownFlags(root)))
	used := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, ".yaml") {
			var any map[string]any
			if err := yaml.Unmarshal(text, &any); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
		for _, m := range regexp.MustCompile(`\b(WXUP_[A-Z0-9_]+)\b ?[:=]`).FindAllStringSubmatch(string(text), -1) {
			used++
			if !slices.ContainsFunc(known, func(flag string) bool { return settings.Variable(flag) == m[1] }) {
				t.Errorf("%s sets %s, and there is no such flag", filepath.Base(file), m[1])
			}
		}
	}
	if used < 10 {
		t.Errorf("%d variables were found; the test no longer looks at what is there", used)
	}
}
