package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

const checkout = "../../.."

// TestDocumentedCommands: every command of wxup's in the documents exists, and so do its flags.
func TestDocumentedCommands(t *testing.T) {
	var files []string
	for _, pattern := range []string{"*.md", "docs/*.md", "deploy/*.md"} {
		found, err := filepath.Glob(filepath.Join(checkout, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	root := rootCommand(&program{stdout: io.Discard, stderr: io.Discard})
	inline := regexp.MustCompile("`wxup ([^`]+)`")
	seen := 0
	for _, file := range files {
		name, _ := filepath.Rel(checkout, file)
		lines := fenced(t, file)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inline.FindAllSubmatch(text, -1) {
			lines = append(lines, "wxup "+string(m[1]))
		}
		for _, line := range lines {
			for _, words := range commands(line) {
				seen++
				if problem := unknown(root, words); problem != "" {
					t.Errorf("%s: wxup %s: %s", name, strings.Join(words, " "), problem)
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("the documents have %d commands; are they still found?", seen)
	}
}

// commands returns the arguments of each call of wxup in a line of shell.
func commands(line string) [][]string {
	line, _, _ = strings.Cut(line, " #")
	var calls [][]string
	for _, m := range regexp.MustCompile(`(?:^|[\s(/])wxup ([^|&;)"]+)`).FindAllStringSubmatch(line, -1) {
		calls = append(calls, strings.Fields(m[1]))
	}
	return calls
}

// unknown says which command or flag of words the program does not have.
func unknown(root *cobra.Command, words []string) string {
	if !regexp.MustCompile(`^[a-z]+$`).MatchString(words[0]) || slices.Contains(words, "→") { // not a command
		return ""
	}
	switch words[0] {
	case "help", "completion", "man":
		return ""
	}
	cmd, _, err := root.Find(words)
	if err != nil || cmd == root {
		return "no such command"
	}
	for _, word := range words {
		if word == "--" {
			break
		}
		name, ok := strings.CutPrefix(word, "--")
		name = regexp.MustCompile(`^[a-z0-9-]+`).FindString(name)
		if ok && name != "help" && cmd.Flags().Lookup(name) == nil && cmd.InheritedFlags().Lookup(name) == nil {
			return "no flag --" + name
		}
	}
	return ""
}

// fenced returns the lines of a document's code blocks, each block followed by a line of three
// backticks.
func fenced(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	inside := false
	for line := range bytes.Lines(text) {
		s := strings.TrimRight(string(line), "\r\n")
		if strings.HasPrefix(s, "```") {
			if inside {
				lines = append(lines, "```")
			}
			inside = !inside
		} else if inside {
			lines = append(lines, s)
		}
	}
	return lines
}
