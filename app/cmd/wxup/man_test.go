package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Every page is rendered by the real tools, in both languages, without a complaint.
func TestManPages(t *testing.T) {
	mandoc, _ := exec.LookPath("mandoc")
	man, _ := exec.LookPath("man")
	if mandoc == "" && man == "" {
		t.Skip("SKIPPED: neither mandoc nor man is there to render the pages")
	}
	for _, lang := range []string{"en", "zh"} {
		p, _ := testRoot()
		p.lang = lang
		dir := t.TempDir()
		root := p.root()
		if err := p.writeMan(root, dir); err != nil {
			t.Fatal(err)
		}
		pages := 0
		documented(root, func(cmd *cobra.Command) error {
			pages++
			page := filepath.Join(dir, manName(cmd)+".1")
			if mandoc != "" {
				lint, _ := exec.Command(mandoc, "-T", "lint", "-W", "warning", page).CombinedOutput()
				for line := range strings.Lines(string(lint)) {
					if !strings.Contains(line, "missing date") { // a test is built from no commit
						t.Error(line)
					}
				}
				out, err := exec.Command(mandoc, "-T", "utf8", page).CombinedOutput()
				if err != nil || !strings.Contains(unstruck(string(out)), manName(cmd)+" - "+cmd.Short[:6]) {
					t.Errorf("mandoc %s: %v\n%s", filepath.Base(page), err, out)
				}
			}
			return nil
		})
		if man != "" {
			cmd := exec.Command(man, "--warnings", "-l", filepath.Join(dir, "wxup-put.1"))
			cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "MANWIDTH=100", "MAN_KEEP_FORMATTING=", "GROFF_NO_SGR=1")
			var warnings bytes.Buffer
			cmd.Stderr = &warnings
			out, err := cmd.Output()
			text := strings.Join(strings.Fields(unstruck(string(out))), " ")
			for _, want := range []string{"--parallel int", "wxup put photos/ logo.png=article --to marketing --fit", map[string]string{"en": "What was uploaded is remembered", "zh": "已上传的会被记住"}[lang]} {
				if !strings.Contains(text, want) {
					t.Errorf("man -l of wxup-put.1 lacks %q:\n%s", want, text)
				}
			}
			if err != nil || warnings.Len() > 0 && lang == "en" { // groff does not know where to break Chinese lines, and says so
				t.Errorf("man -l: %v, %s", err, warnings.String())
			}
		}
		if pages < 15 {
			t.Errorf("only %d pages", pages)
		}
	}
}

// unstruck takes off the overstriking by which man makes letters bold.
func unstruck(s string) string {
	var out []rune
	for _, c := range s {
		if c == '\b' && len(out) > 0 {
			out = out[:len(out)-1]
			continue
		}
		out = append(out, c)
	}
	return string(out)
}
