package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxup/wxup/app/settings"
	"github.com/wxup/wxup/app/words"
)

func testRoot() (*program, *bytes.Buffer) {
	var out bytes.Buffer
	return &program{stdout: &out, stderr: &out, language: language{"en"}}, &out
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The sample of wxup config --help is a configuration.
func TestConfigSample(t *testing.T) {
	p, _ := testRoot()
	c, err := settings.Read(writeFile(t, words.ConfigSample), knownFlags(rootCommand(p)))
	if err != nil {
		t.Fatal(err)
	}
	shop := c.Profiles["shop"]
	if shop == nil || shop.Flags["parallel"].Text != "4" || len(c.Rules) != 2 {
		t.Errorf("%+v", c)
	}
}

// What the documents show is a configuration.
func TestDocumentedConfig(t *testing.T) {
	p, _ := testRoot()
	known := knownFlags(rootCommand(p))
	for _, doc := range []string{"config.md", "config.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", doc))
		if err != nil {
			t.Fatal(err)
		}
		_, sample, _ := strings.Cut(string(text), "```yaml\n")
		sample, _, _ = strings.Cut(sample, "```")
		c, err := settings.Read(writeFile(t, sample), known)
		if err != nil || len(c.Profiles) != 2 || len(c.Rules) != 2 {
			t.Errorf("%s: %v", doc, err)
		}
		for _, name := range settings.CredentialNames {
			if !strings.Contains(string(text), "`"+name+"`") {
				t.Errorf("%s does not name %s", doc, name)
			}
		}
	}
}

// Every flag of put is in the document about them, or speaks for itself in the help.
func TestDocumentedFlags(t *testing.T) {
	p, _ := testRoot()
	known := knownFlags(rootCommand(p))
	for _, doc := range []string{"put.md", "put.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", doc))
		if err != nil {
			t.Fatal(err)
		}
		for _, flag := range []string{"to", "dry-run", "fit", "strip", "quality", "background", "null", "name", "json", "quiet", "parallel", "rate", "retries", "timeout", "again", "ledger", "urls"} {
			if _, ok := known[flag]; !ok || !strings.Contains(string(text), "--"+flag) {
				t.Errorf("%s: --%s", doc, flag)
			}
		}
	}
}
