package settings

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/wxup/wxup/app/internal/phrase/phrasetest"
	"github.com/wxup/wxup/app/pick"
	"github.com/wxup/wxup/internal/need"
)

// known are flags of several commands.
var known = Known{
	"to": false, "quotas": false, "parallel": false, "meta": false, "endpoints": false, "http": false, "skip-verify": false, "retries": false,
	"rate": false, "timeout": false, "profile": false, "ledger": true, "config": true,
}

// testFlags returns the flags of a command with some typed.
func testFlags(t *testing.T, typed ...string) *pflag.FlagSet {
	t.Helper()
	flags := pflag.NewFlagSet("put", pflag.ContinueOnError)
	for name := range known {
		flags.String(name, "", "")
	}
	if err := flags.Parse(typed); err != nil {
		t.Fatal(err)
	}
	return flags
}

const sample = `  to: article
  rate: article=500/d
  profile: shop
  profiles:
    shop:
      mchid: "1900009191"
      mch_key: {file: apiclient_key.pem}
      apiv3_key: {command: pass show wechat/apiv3}
      apiv2_key: {env: SHOP_APIV2_KEY}
      parallel: 4
    news:
      appid: wx8397f8696b538317
      appsecret: {file: ~/.secrets/news}
  rules:
    - match: "licences/*"
      to: merchant
    - match: "receipt-*.jpg"
      to: receipt
      meta: {transaction_id: "4200000001", openid: oUpF8uMuAJO_M2pxb1Q9zNjWeS6o}`

func TestErrors(t *testing.T) {
	for _, x := range []struct{ text, want string }{
		{"", ""},
		{"# nothing\n", ""},
		{"to: article\nquotas: 2\nparallel: 4\n", ""},
		{"meta: {a: b, c: 1}\nendpoints: [marketing, article]\n", ""},
		{"to:\n", ""},
		{"htpp: x\n", "1: there is no key htpp; did you mean http?"},
		{"to: article\nparalel: 4\n", "2: there is no key paralel; did you mean parallel?"},
		{"skip_verify: true\n", "1: there is no key skip_verify; did you mean skip-verify?"},
		{"profile:\n  shop: {}\n", "2: shop takes a plain value"},
		{"to: [[a]]\n", "1: a list in a list"},
		{"to: a\nto: b\n", "2: to is already set in line 1"},
		{"- a\n", "1: this must be a mapping"},
		{"to: a\n---\nto: b\n", "a second document begins"},
		{"to: 'a\n", "not YAML"},
		{"profiles:\n  shop:\n    mch_id: x\n", "3: there is no key mch_id; did you mean mchid?"},
		{"profiles:\n  shop:\n    mch_key: apiclient_key.pem\n", "3: mch_key is a file: write mch_key: {file: PATH}"},
		{"profiles:\n  shop:\n    apiv3_key: {file: a, env: B}\n", "3: apiv3_key comes from one of file, env and command"},
		{"profiles:\n  shop:\n    apiv3_key: {}\n", "3: apiv3_key comes from one of"},
		{"profiles:\n  shop:\n    apiv3_key: {vault: x}\n", "3: apiv3_key comes from {file: PATH}, {env: NAME} or {command: …}, not from vault"},
		{"profiles:\n  shop:\n    mch_p12: {command: x}\n", "3: mch_p12 is a file"},
		{"profiles:\n  shop:\n    parallel: 4\n    apiv3_key: {command: [pass, show, x]}\n", ""},
		{"profiles: {a: {mchid: 1}, a: {mchid: 2}}\n", "1: a is already set"},
		{"rules:\n  - match: '*.jpg'\n    to: artcle\n", `3: there is no endpoint "artcle"; did you mean article?`},
		{"rules:\n  - to: article\n", "2: the rule lacks match"},
		{"rules:\n  - match: '['\n", `2: "[" is not a pattern`},
		{"rules:\n  - match: a\n    for: b\n", "3: a rule has match, to, meta and path, not for"},
		{"rules: {match: a}\n", "1: rules is a list"},
		{"x: &a [*a]\n", "yaml|there is no key"},
	} {
		_, err := parse("c.yaml", []byte(x.text), known)
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

// FuzzParse: whatever is in the file, there is an answer.
func FuzzParse(f *testing.F) {
	for _, text := range []string{sample, "to: article\n", "profiles: {a: {mch_key: {file: x}}}", "a: &x {<<: *x}", "rules: [{match: a}]", "? a\n: b", "x: &a [*a]"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parse("c.yaml", text, known)
		if err == nil {
			c.inlineSecret()
			pick.RuleFor(c.Rules, "/a/b.jpg")
		}
	})
}

// TestSample reads a configuration with everything in it.
func TestSample(t *testing.T) {
	c, err := parse(filepath.Join("/etc", "wxup", "c.yaml"), []byte(sample), known)
	if err != nil {
		t.Fatal(err)
	}
	shop := c.Profiles["shop"]
	if shop == nil || shop.Flags["parallel"].Text != "4" || shop.Credentials["mchid"].Text != "1900009191" || len(c.Rules) != 2 {
		t.Errorf("%+v", c)
	}
	if got := shop.Credentials["mch_key"].File; runtime.GOOS != "windows" && got != "/etc/wxup/apiclient_key.pem" {
		t.Errorf("a relative path is %s, not relative to the file", got)
	}
	home, _ := os.UserHomeDir()
	if got := c.Profiles["news"].Credentials["appsecret"].File; got != filepath.Join(home, ".secrets", "news") {
		t.Errorf("~ is %s", got)
	}
	if key := c.inlineSecret(); key != "" {
		t.Errorf("an inline secret %s", key)
	}
}

func writeConfig(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.yaml")
	err := os.WriteFile(path, []byte(text), mode)
	if err := errors.Join(err, os.Chmod(path, mode)); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return path
}

func TestInlineSecretNeedsMode(t *testing.T) {
	need.That(t, runtime.GOOS != "windows", "file modes", "use Unix")
	const text = "profiles: {shop: {mchid: 1, apiv3_key: abcdefghijklmnopqrstuvwxyz012345}}\n"
	if _, err := Read(writeConfig(t, text, 0o600), known); err != nil {
		t.Error(err)
	}
	_, err := Read(writeConfig(t, text, 0o644), known)
	if err == nil || !strings.Contains(err.Error(), "profiles.shop.apiv3_key") || !strings.Contains(err.Error(), "chmod 600") || strings.Contains(err.Error(), "abcdef") {
		t.Error(err)
	}
	if _, err := Read(writeConfig(t, "profiles: {shop: {mchid: 1}}\n", 0o644), known); err != nil {
		t.Error(err)
	}
}

// Flags win over the environment, that over the profile, that over the file; and each says where it
// is from.
func TestPrecedence(t *testing.T) {
	path := writeConfig(t, "to: article\nparallel: 2\nretries: 7\nrate: 1/s\nprofile: shop\nledger: l.db\nprofiles: {shop: {parallel: 3, retries: 8, rate: 2/s}}\n", 0o600)
	t.Setenv("WXUP_RETRIES", "9")
	t.Setenv("WXUP_RATE", "3/s")
	flags := testFlags(t, "--config", path, "--rate", "4/s")
	s, err := Settle(flags, known)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ flag, value, from string }{
		{"to", "article", path + ":1"}, {"parallel", "3", path + ":7"}, {"retries", "9", "$WXUP_RETRIES"}, {"rate", "4/s", "--rate"},
		{"timeout", "", ""}, {"ledger", filepath.Join(filepath.Dir(path), "l.db"), path + ":6"},
	} {
		if got := flags.Lookup(x.flag).Value.String(); got != x.value || s.Origins[x.flag] != x.from {
			t.Errorf("%s is %s from %q; want %s from %q", x.flag, got, s.Origins[x.flag], x.value, x.from)
		}
	}
}

func TestUnknownProfile(t *testing.T) {
	path := writeConfig(t, "profiles: {shop: {mchid: 1}, news: {appid: wx1}}\n", 0o600)
	for _, x := range []struct{ path, profile, want string }{
		{path, "shp", "news shop"},
		{writeConfig(t, "to: article\n", 0o600), "shop", "has none"},
		{"off", "shop", "no configuration that could have one"},
	} {
		if _, err := Settle(testFlags(t, "--config", x.path, "--profile", x.profile), known); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s, --profile %s: %v, want %s", x.path, x.profile, err, x.want)
		}
	}
	s, err := Settle(testFlags(t, "--config", path, "--profile", "news"), known)
	if err != nil || s.Profile.Name != "news" || s.Typed("to") {
		t.Errorf("a profile that is there: %+v, %v", s, err)
	}
}

func TestChinese(t *testing.T) { phrasetest.Complete(t, texts) }

// TestShown checks that what is shown holds no secret.
func TestShown(t *testing.T) {
	path := writeConfig(t, "to: article\nprofile: shop\nprofiles: {shop: {mchid: 1900009191, apiv3_key: verysecret, mch_key: {file: k.pem}, apiv2_key: {env: X_KEY}, appsecret: {command: pass x}}}\n", 0o600)
	t.Setenv("X_KEY", "othersecret")
	s, err := Settle(testFlags(t, "--config", path), known)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, l := range s.CredentialLines() {
		all = append(all, l.Name+"="+l.Value)
	}
	want := "mchid=1900009191 mch_key=" + filepath.Join(filepath.Dir(path), "k.pem") + " apiv3_key=*** apiv2_key=*** appsecret=***"
	if got := strings.Join(all, " "); got != want {
		t.Errorf("credentials %s, want %s", got, want)
	}
	lines, err := s.FlagLines(testFlags(t, "--rate", "5/s"), testFlags(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if want, ok := map[string]Line{"to": {"to", "article", path + ":1"}, "profile": {"profile", "shop", path + ":2"}, "http": {"http", "", ""}}[l.Name]; ok && l != want && l.Name != "profile" {
			t.Errorf("%+v, want %+v", l, want)
		}
	}
	r := pick.Rule{Match: "a/*", Meta: map[string]string{"b": "2", "a": "1"}}
	if got := RuleText(r); got != "a/* a=1 b=2" {
		t.Errorf("rule %s", got)
	}
}
