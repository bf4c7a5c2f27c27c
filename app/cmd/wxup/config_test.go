package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func testRoot() (*program, *bytes.Buffer) {
	var out bytes.Buffer
	return &program{stdout: &out, stderr: &out, lang: "en"}, &out
}

func TestConfigErrors(t *testing.T) {
	p, _ := testRoot()
	root := p.root()
	for _, x := range []struct{ text, want string }{
		{"", ""},
		{"# nothing\n", ""},
		{"to: article\nquotas: 2\nparallel: 4\n", ""},
		{"meta: {a: b, c: 1}\nendpoints: [marketing, article]\n", ""},
		{"to:\n", ""},
		{"htpp: x\n", "1: there is no flag --htpp; did you mean http?"},
		{"to: article\nparalel: 4\n", "2: there is no flag --paralel; did you mean parallel?"},
		{"skip_verify: true\n", "1: there is no flag --skip_verify; did you mean skip-verify?"},
		{"profile:\n  shop: {}\n", "2: shop wants a plain value"},
		{"to: [[a]]\n", "1: a list in a list"},
		{"to: a\nto: b\n", "2: to is there already, in line 1"},
		{"- a\n", "1: a mapping is wanted here"},
		{"to: a\n---\nto: b\n", "a second document begins"},
		{"to: 'a\n", "yaml|line 1|found unexpected end"},
		{"profiles:\n  shop:\n    mch_id: x\n", "3: there is no flag --mch_id; did you mean mchid?"},
		{"profiles:\n  shop:\n    mch_key: apiclient_key.pem\n", "3: mch_key is a file: write mch_key: {file: PATH}"},
		{"profiles:\n  shop:\n    apiv3_key: {file: a, env: B}\n", "3: apiv3_key comes from one of file, env and command"},
		{"profiles:\n  shop:\n    apiv3_key: {}\n", "3: apiv3_key comes from one of"},
		{"profiles:\n  shop:\n    apiv3_key: {vault: x}\n", "3: apiv3_key comes from {file: PATH}, {env: NAME} or {command: …}, not from vault"},
		{"profiles:\n  shop:\n    mch_p12: {command: x}\n", "3: mch_p12 is a file"},
		{"profiles:\n  shop:\n    parallel: 4\n    apiv3_key: {command: [pass, show, x]}\n", ""},
		{"profiles: {a: {mchid: 1}, a: {mchid: 2}}\n", "1: a is there already"},
		{"rules:\n  - match: '*.jpg'\n    to: artcle\n", `3: there is no endpoint "artcle"; did you mean article?`},
		{"rules:\n  - to: article\n", "2: the rule lacks match"},
		{"rules:\n  - match: '['\n", `2: "[" is no pattern`},
		{"rules:\n  - match: a\n    for: b\n", "3: a rule has match, to, meta and path, not for"},
		{"rules: {match: a}\n", "1: rules is a list"},
		{"x: &a [*a]\n", "yaml|there is no flag"},
	} {
		_, err := parseConfig("c.yaml", []byte(x.text), root)
		if x.want == "" {
			if err != nil {
				t.Errorf("%q: %v", x.text, err)
			}
			continue
		}
		ok := false
		for want := range strings.SplitSeq(x.want, "|") {
			ok = ok || err != nil && strings.Contains(err.Error(), want)
		}
		if !ok {
			t.Errorf("%q: %v; want %s", x.text, err, x.want)
		}
	}
}

// FuzzConfig: whatever is in the file, there is an answer.
func FuzzConfig(f *testing.F) {
	for _, text := range []string{configSample, "to: article\n", "profiles: {a: {mch_key: {file: x}}}", "a: &x {<<: *x}", "rules: [{match: a}]", "? a\n: b", "x: &a [*a]"} {
		f.Add([]byte(text))
	}
	p, _ := testRoot()
	root := p.root()
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parseConfig("c.yaml", text, root)
		if err == nil {
			c.inlineSecret()
			c.ruleFor("/a/b.jpg")
		}
	})
}

// The sample of wxup config --help is a configuration.
func TestConfigSample(t *testing.T) {
	p, _ := testRoot()
	c, err := parseConfig(filepath.Join("/etc", "wxup", "c.yaml"), []byte(configSample), p.root())
	if err != nil {
		t.Fatal(err)
	}
	shop := c.profiles["shop"]
	if shop == nil || shop.flags["parallel"].value != "4" || shop.credentials["mchid"].text != "1900009191" || len(c.rules) != 2 {
		t.Errorf("%+v", c)
	}
	if got := shop.credentials["mch_key"].file; runtime.GOOS != "windows" && got != "/etc/wxup/apiclient_key.pem" {
		t.Errorf("a relative path is %s, not relative to the file", got)
	}
	home, _ := os.UserHomeDir()
	if got := c.profiles["news"].credentials["appsecret"].file; got != filepath.Join(home, ".secrets", "news") {
		t.Errorf("~ is %s", got)
	}
	if key := c.inlineSecret(); key != "" {
		t.Errorf("an inline secret %s", key)
	}
}

func writeConfig(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInlineSecretNeedsMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED on Windows: file modes")
	}
	const text = "profiles: {shop: {mchid: 1, apiv3_key: abcdefghijklmnopqrstuvwxyz012345}}\n"
	p, _ := testRoot()
	if _, err := readConfig(writeConfig(t, text, 0o600), p.root()); err != nil {
		t.Error(err)
	}
	_, err := readConfig(writeConfig(t, text, 0o644), p.root())
	if err == nil || !strings.Contains(err.Error(), "profiles.shop.apiv3_key") || !strings.Contains(err.Error(), "chmod 600") || strings.Contains(err.Error(), "abcdef") {
		t.Error(err)
	}
	if _, err := readConfig(writeConfig(t, "profiles: {shop: {mchid: 1}}\n", 0o644), p.root()); err != nil {
		t.Error(err)
	}
}

// Flags win over the environment, that over the profile, that over the file; and each says where it is from.
func TestPrecedence(t *testing.T) {
	path := writeConfig(t, "to: article\nparallel: 2\nretries: 7\nrate: 1/s\nprofile: shop\nledger: l.db\nprofiles: {shop: {parallel: 3, retries: 8, rate: 2/s}}\n", 0o600)
	t.Setenv("WXUP_RETRIES", "9")
	t.Setenv("WXUP_RATE", "3/s")
	p, _ := testRoot()
	root := p.root()
	put, _, _ := root.Find([]string{"put"})
	if err := put.ParseFlags([]string{"--config", path, "--rate", "4/s"}); err != nil {
		t.Fatal(err)
	}
	if err := p.settle(put); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ flag, value, from string }{
		{"to", "article", path + ":1"}, {"parallel", "3", path + ":7"}, {"retries", "9", "$WXUP_RETRIES"}, {"rate", "4/s", "--rate"},
		{"timeout", "2m0s", ""}, {"ledger", filepath.Join(filepath.Dir(path), "l.db"), path + ":6"},
	} {
		if got := put.Flags().Lookup(x.flag).Value.String(); got != x.value || p.origins[x.flag] != x.from {
			t.Errorf("%s is %s from %q; want %s from %q", x.flag, got, p.origins[x.flag], x.value, x.from)
		}
	}
}

func TestUnknownProfile(t *testing.T) {
	path := writeConfig(t, "profiles: {shop: {mchid: 1}, news: {appid: wx1}}\n", 0o600)
	for _, x := range []struct {
		args []string
		want string
	}{
		{[]string{"version", "--config", path, "--profile", "shp"}, "news shop"},
		{[]string{"version", "--config", writeConfig(t, "to: article\n", 0o600), "--profile", "shop"}, "has none"},
		{[]string{"version", "--config", "off", "--profile", "shop"}, "no configuration to hold one"},
	} {
		var out bytes.Buffer
		if status := run(context.Background(), x.args, &out, &out); status != exitUsage || !strings.Contains(out.String(), x.want) {
			t.Errorf("%v: %d, %s", x.args, status, out.String())
		}
	}
}

// What commands and files give is bounded, and never in an error.
func TestCommandOutput(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED on Windows: sh")
	}
	for _, x := range []struct{ line, want, err string }{
		{"printf 'a secret\\n'", "a secret", ""},
		{"printf 'two\\nlines\\r\\n'", "two\nlines", ""},
		{"echo secret; exit 3", "", "exit status 3"},
		{"true", "", "gave nothing"},
		{"head -c 100000 /dev/zero", "", "gave more than 65536 bytes"},
		{"no-such-command-here", "", "run it by hand"},
	} {
		got, err := commandOutput(t.Context(), shell(x.line))
		if x.err == "" && (err != nil || got != x.want) || x.err != "" && (err == nil || !strings.Contains(err.Error(), x.err) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: %q, %v", x.line, got, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := commandOutput(ctx, shell("sleep 600")); err != exit(exitStopped) {
		t.Errorf("stopped by the user: %v", err)
	}
}

func TestDistance(t *testing.T) {
	for _, x := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"htpp", "http", 1}, {"kitten", "sitting", 3}, {"图", "图片", 1}} {
		if got := distance(x.a, x.b); got != x.want {
			t.Errorf("%s, %s: %d", x.a, x.b, got)
		}
	}
}

// What the documents show is a configuration.
func TestDocumentedConfig(t *testing.T) {
	p, _ := testRoot()
	root := p.root()
	for _, doc := range []string{"config.md", "config.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", doc))
		if err != nil {
			t.Fatal(err)
		}
		_, sample, _ := strings.Cut(string(text), "```yaml\n")
		sample, _, _ = strings.Cut(sample, "```")
		c, err := parseConfig(doc, []byte(sample), root)
		if err != nil || len(c.profiles) != 2 || len(c.rules) != 2 {
			t.Errorf("%s: %v", doc, err)
		}
		for _, name := range credentialNames {
			if !strings.Contains(string(text), "`"+name+"`") {
				t.Errorf("%s does not name %s", doc, name)
			}
		}
	}
}

// Every flag of put and check is in the document about them, or speaks for itself in the help.
func TestDocumentedFlags(t *testing.T) {
	p, _ := testRoot()
	root := p.root()
	for _, doc := range []string{"put.md", "put.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", doc))
		if err != nil {
			t.Fatal(err)
		}
		for _, flag := range []string{"to", "fit", "strip", "quality", "background", "null", "name", "json", "quiet", "parallel", "rate", "retries", "timeout", "again", "ledger", "urls"} {
			if findFlag(root, flag) == nil || !strings.Contains(string(text), "--"+flag) {
				t.Errorf("%s: --%s", doc, flag)
			}
		}
	}
}
