package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/manpage"
	"github.com/wxup/wxup/internal/need"
)

// Every page is rendered by the real tools, in both languages, without a complaint.
func TestManPages(t *testing.T) {
	mandoc, _ := exec.LookPath("mandoc")
	man, _ := exec.LookPath("man")
	need.That(t, mandoc != "" || man != "", "man or mandoc", need.Setup)
	for _, lang := range []string{"en", "zh"} {
		p, _ := testRoot()
		p.lang = lang
		dir := t.TempDir()
		root := rootCommand(p)
		manual := manpage.Pages{Lang: lang, Version: "wxup 1", Date: "2026-11-29"}
		if err := manual.WriteAll(dir, root); err != nil {
			t.Fatal(err)
		}
		pages := 0
		manpage.Walk(root, func(cmd *cobra.Command) error {
			pages++
			page := filepath.Join(dir, manpage.Name(cmd)+".1")
			if mandoc != "" {
				lint, _ := exec.Command(mandoc, "-T", "lint", "-W", "warning", page).CombinedOutput()
				for line := range strings.Lines(string(lint)) {
					if !strings.Contains(line, "missing date") { // a test is built from no commit
						t.Error(line)
					}
				}
				out, err := exec.Command(mandoc, "-T", "utf8", page).CombinedOutput()
				if err != nil || !strings.Contains(unstruck(string(out)), manpage.Name(cmd)+" - "+cmd.Short[:6]) {
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
			for _, want := range []string{"--parallel int", "wxup put photos/ logo.png=article --to marketing --fit", map[string]string{"en": "A ledger remembers what was uploaded", "zh": "上传记录会被保存"}[lang]} {
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
