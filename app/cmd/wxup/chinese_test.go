package main

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/internal/phrase"
)

// TestChinese runs every command's help, a flag that it does not have, arguments that it does not
// take and a data directory that does not exist, and then refusals and start errors. Each line must
// have Chinese, unless it is a command, a path or data.
func TestChinese(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("WXUP_LANG", "zh")
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CACHE_HOME", dir)
	t.Setenv("XDG_CONFIG_HOME", dir)
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "WXUP_") && name != "WXUP_LANG" {
			t.Setenv(name, "")
			os.Unsetenv(name)
		}
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("text.jpg", "not a picture")
	write("empty.jpg", "")
	write("large.png", "\x89PNG\r\n\x1a\n"+strings.Repeat("x", 3<<20))
	write("bad.yaml", ": [")
	write("unknown.yaml", "nokey: 1\n")
	write("seed.yaml", "merchants:\n  - mchid: x y\n    foo: 1\n  - 3\napps: 1\nplatform: {public_key: none.pem}\n")

	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		args := strings.Fields(cmd.CommandPath())[1:]
		with := func(more ...string) []string { return append(append([]string(nil), args...), more...) }
		expectChinese(t, with("--help"))
		expectChinese(t, with("--no-such-flag"))
		if !cmd.HasSubCommands() && cmd.Name() != "put" && cmd.Name() != "exec" {
			expectChinese(t, with("a", "b", "c", "d"))
		}
		if cmd.Flag("index") != nil && cmd.Name() != "serve" && cmd.Name() != "exec" && !cmd.HasSubCommands() {
			expectChinese(t, with("--data", "none"))
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	p := &program{stdout: new(bytes.Buffer), stderr: new(bytes.Buffer), language: language{phrase.UserLanguage()}}
	walk(rootCommand(p))

	for _, line := range []string{
		"nosuch", "help nosuch", "man nosuch", "completion nosuch", "endpoints nosuch",
		"put", "put none.jpg --to marketing", "put text.jpg", "put text.jpg --to nosuch", "put text.jpg --to marketing",
		"put text.jpg --to marketing --dry-run", "put empty.jpg --to marketing --dry-run", "put large.png --to marketing --dry-run",
		"put text.jpg --to marketing --parallel x", "put text.jpg --to marketing --rate x", "put text.jpg --to marketing --server x",
		"put text.jpg --to marketing --profile x", "put text.jpg --to marketing --config bad.yaml",
		"put text.jpg --to marketing --config unknown.yaml", "put text.jpg --to marketing --config none.yaml",
		"put text.jpg --to marketing --ledger .", "put -",
		"sample sample.gif", "sample text.png x", "why last", "why none.http", "why text.jpg", "why empty.jpg", "why large.png", "doctor", "doctor --server x", "doctor --profile x",
		"env --data none", "readyz --data none", "readyz x://",
		"merchant show 1 --data none", "merchant revoke 1 --data none", "app show 1 --data none", "app set 1 --data none",
		"app add --allow-ip x --data none", "backup b --data none", "migrate --to-index x --data none",
		"exec --data none", "exec --data none -- no-such-program", "ca export --format nosuch --data none",
		"serve --data d --http " + taken.Addr().String(), "serve --data d --http x", "serve --data d --http off",
		"serve --data text.jpg", "serve --data d --seed none.yaml", "serve --data d --seed seed.yaml", "serve --data d --seed bad.yaml",
		"serve --data d --blobs s3:/x", "serve --data d --blobs ftp://x", "serve --data d --blobs s3://x?foo=1",
		"serve --data d --tls-cert text.jpg",
		"serve --data d --tls-cert text.jpg --tls-key text.jpg", "serve --data d --quotas x", "serve --data d --names x",
		"serve --data d --log x", "serve --data d --proxy-others x", "serve --data d --gc-every x", "serve --data d --gc-every -1h",
		"serve --data d --gc-every 0 --keep-exchanges 90d", "serve --data d --keep-images 1h --gc-every 24h", "serve --data d --budget x",
		"serve --data d --trust-proxy x", "serve --data d --config unknown.yaml",
	} {
		expectChinese(t, strings.Fields(line))
	}
}

var (
	chinese = regexp.MustCompile(`\p{Han}`)
	// data matches lines without a text: commands and what they print for programs, variables,
	// paths, and the YAML of a sample.
	data     = regexp.MustCompile(`^\s*(wxup |eval |java |find |pbpaste |(zsh|fish|powershell)  +wxup |[a-z0-9_]+: |- match: |profiles:$|shop:$|news:$|✓ |WXUP_\w+|/\S+$)`)
	flagType = regexp.MustCompile(`^ +(-\w, |    )?--\S+( [a-z]+)?`)
	// sentence matches four words in a row, which Chinese beside them does not excuse.
	sentence = regexp.MustCompile(`(?:\b[a-z]{2,} ){3}[a-z]{2,}\b`)
)

// expectChinese runs the program and checks each line that it prints.
func expectChinese(t *testing.T, args []string) {
	t.Helper()
	var out bytes.Buffer
	if status := run(t.Context(), args, &out, &out); status == exitOK && args[len(args)-1] != "--help" && out.Len() == 0 {
		t.Errorf("wxup %s: prints nothing", strings.Join(args, " "))
	}
	for line := range strings.Lines(out.String()) {
		line = strings.TrimRight(line, "\n")
		if strings.TrimSpace(line) == "" || data.MatchString(line) {
			continue
		}
		line = flagType.ReplaceAllString(line, "")
		if !chinese.MatchString(line) || sentence.MatchString(line) && !strings.Contains(line, "wxup ") {
			t.Errorf("wxup %s: %q is not in Chinese", strings.Join(args, " "), line)
		}
	}
}
