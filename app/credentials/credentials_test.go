package credentials

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/app/internal/phrase/phrasetest"
	"github.com/wxup/wxup/app/settings"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/internal/need"
)

func TestChinese(t *testing.T) { phrasetest.Complete(t, texts) }

// serverEnv is what a local server writes.
var serverEnv = map[string]string{
	"WXUP_HTTPS_URL": "https://127.0.0.1:8443", "WXUP_MCHID": "1900000001", "WXUP_MCH_KEY_FILE": "/local/key.pem", "WXUP_APIV3_KEY": "local",
	"WXUP_APPID": "wxlocal", "WXUP_APPSECRET": "localsecret",
}

func places(environ ...string) Places {
	return Places{
		Settings: &settings.Settings{File: &settings.File{}}, Environ: environ, Data: "wxup-data", EnvFile: "wxup-data/wxup.env",
		ReadEnv: func(string) (map[string]string, error) { return serverEnv, nil },
	}
}

// TestOneSource checks that credentials are never mixed.
func TestOneSource(t *testing.T) {
	for _, c := range []struct {
		environ []string
		want    Kind
		values  int
	}{
		{nil, Server, len(serverEnv)},
		{[]string{"HOME=/", "WXUP_LANG=zh", "WXUP_RETRIES=2", "WXUP_MCHID="}, Server, len(serverEnv)},
		{[]string{"WXUP_ACCESS_TOKEN=real"}, Environment, 1},
		{[]string{"WXUP_MCH_SERIAL=00"}, Environment, 1},
		{[]string{"WXUP_APIV3_KEY_FILE=k"}, Environment, 1},
		{[]string{"WXUP_HTTPS_URL=https://127.0.0.1:1"}, Environment, 1},
		{[]string{"WXUP_MCHID=1", "WXUP_MCH_KEY_FILE=k", "OTHER=x"}, Environment, 2},
	} {
		s := Choose(t.Context(), places(c.environ...))
		if s.Kind != c.want || len(s.Values) != c.values {
			t.Errorf("%v: source %d with %v", c.environ, s.Kind, s.Values)
		}
	}

	p := places("WXUP_MCHID=1900000002", "WXUP_APPSECRET=env")
	p.Settings.Profile = &settings.Profile{Name: "shop", Credentials: map[string]settings.Credential{"appid": {Text: "wx1"}}}
	if s := Choose(t.Context(), p); s.Kind != Profile || len(s.Values) != 1 || s.Values["WXUP_APPID"] != "wx1" {
		t.Errorf("a profile takes from elsewhere: %v", s.Values)
	}
}

// TestNoMixedAddress checks that a real token does not go to a local server, nor a local one to the
// real WeChat.
func TestNoMixedAddress(t *testing.T) {
	ep := endpoint(t, "article")
	c, err := Choose(t.Context(), places("WXUP_ACCESS_TOKEN=real")).Client(t.Context(), ServerChoice{}, ep)
	if err != nil || c.BaseURL != "" {
		t.Errorf("a token of the environment: %+v, %v, want a client of the real WeChat", c, err)
	}
	if _, err := Choose(t.Context(), places()).Client(t.Context(), ServerChoice{URL: RealWeChat}, ep); err == nil || !strings.Contains(err.Error(), "those of a local server") {
		t.Errorf("a local app at the real WeChat: %v", err)
	}
	c, err = Choose(t.Context(), places()).Client(t.Context(), ServerChoice{}, ep)
	if err != nil || c.BaseURL != serverEnv["WXUP_HTTPS_URL"] {
		t.Errorf("a local app: %+v, %v", c, err)
	}
	if _, err := Choose(t.Context(), places()).Client(t.Context(), ServerChoice{URL: "127.0.0.1:8080", Origin: "--server"}, ep); err == nil || !strings.HasPrefix(err.Error(), "--server is not an address") {
		t.Errorf("an address that is not a URL: %v", err)
	}
}

func TestNoCredentials(t *testing.T) {
	nothing := places()
	nothing.ReadEnv = func(string) (map[string]string, error) { return nil, fs.ErrNotExist }
	withProfiles := nothing
	withProfiles.Settings = &settings.Settings{File: &settings.File{Profiles: map[string]*settings.Profile{"shop": {}, "news": {}}}}
	chosen := nothing
	chosen.Settings = &settings.Settings{File: &settings.File{Path: "c.yaml"}, Profile: &settings.Profile{Name: "news"}}
	for _, c := range []struct {
		places   Places
		endpoint string
		en, zh   string
	}{
		{nothing, "marketing", "set WXUP_MCHID and WXUP_MCH_KEY_FILE, or start wxup serve", "请设置 WXUP_MCHID 和 WXUP_MCH_KEY_FILE"},
		{nothing, "article", "set WXUP_APPID and WXUP_APPSECRET, or start", "请设置 WXUP_APPID 和 WXUP_APPSECRET"},
		{withProfiles, "article", "or choose a profile with --profile: news shop", "用 --profile 选择：news shop"},
		{places("WXUP_ACCESS_TOKEN=t"), "marketing", "the environment has WXUP_ACCESS_TOKEN, so nothing is taken from wxup-data/wxup.env", "环境变量中已有 WXUP_ACCESS_TOKEN"},
		{chosen, "secapi", "the profile news in c.yaml lacks mchid and apiv2_key", "profile news（c.yaml）中没有 mchid 和 apiv2_key"},
	} {
		_, err := Choose(t.Context(), c.places).Client(t.Context(), ServerChoice{}, endpoint(t, c.endpoint))
		if err == nil || !strings.Contains(err.Error(), c.en) || !strings.Contains(phrase.In(err, "zh"), c.zh) {
			t.Errorf("%s: %v\n%s", c.endpoint, err, phrase.In(err, "zh"))
		}
	}
}

// TestAwait checks that nothing waits for a server that is not starting, and what it waits for if
// one is.
func TestAwait(t *testing.T) {
	dir := t.TempDir()
	p := places()
	p.Data, p.Wait = dir, true
	reads := 0
	p.ReadEnv = func(string) (map[string]string, error) { reads++; return nil, fs.ErrNotExist }
	old := time.Now().Add(-time.Minute)
	if err := os.Chtimes(dir, old, old); err != nil {
		t.Fatal(err)
	}
	if s := Choose(t.Context(), p); reads != 1 || len(s.Values) > 0 {
		t.Errorf("beside an old directory wxup.env was read %d times, want 1", reads)
	}
	p.Wait, reads = false, 0
	if Choose(t.Context(), p); reads != 1 {
		t.Errorf("without waiting wxup.env was read %d times, want 1", reads)
	}

	p.Wait, reads = true, 0
	if err := os.Chtimes(dir, time.Now(), time.Now().Add(time.Hour)); err != nil { // a server is starting
		t.Fatal(err)
	}
	p.ReadEnv = func(string) (map[string]string, error) {
		if reads++; reads < 3 {
			return nil, fs.ErrNotExist
		}
		return serverEnv, nil
	}
	if s := Choose(t.Context(), p); reads != 3 || len(s.Values) == 0 {
		t.Errorf("beside a new directory wxup.env was read %d times, want until it is there", reads)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	p.ReadEnv = func(string) (map[string]string, error) { return nil, fs.ErrNotExist }
	Choose(stopped, p) // does not hang
}

// TestVariableThatHoldsTheValue checks that no secret of a _FILE variable is ever shown.
func TestVariableThatHoldsTheValue(t *testing.T) {
	const pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg/kq+hkiG9w0==\n-----END PRIVATE KEY-----\n"
	for _, secret := range []string{
		"0123456789abcdef0123456789ABCDEF", pem, strings.ReplaceAll(pem, "\n", `\n`), "MIIEvQIBADANBgkqhkiG9w0BAQEF/AASCBKcwggSj+AgEAAoIBAQC7", "75_abcDEF-0123456789",
	} {
		for _, name := range []string{"apiv3_key", "apiv2_key", "mch_key", "appsecret", "access_token", "platform_cert", "mch_p12"} {
			v := Values{settings.Variable(name) + "_FILE": secret}
			_, variable, err := v.Text(name)
			var problem *FileError
			if !errors.As(err, &problem) || problem.Problem != IsValue {
				t.Errorf("%s with %.20q…: %v", variable, secret, err)
				continue
			}
			for _, lang := range []string{"en", "zh"} {
				if text := phrase.In(err, lang); strings.Contains(text, secret[:10]) || !strings.Contains(text, settings.Variable(name)) {
					t.Errorf("%s: %s", variable, text)
				}
			}
		}
	}
}

func TestFileProblems(t *testing.T) {
	dir := t.TempDir()
	loose, private := filepath.Join(dir, "loose.pem"), filepath.Join(dir, "private.pem")
	os.WriteFile(loose, []byte("k\n"), 0o644)
	os.Chmod(loose, 0o644) // whatever the umask
	os.WriteFile(private, []byte("\ufeffkey\r\n"), 0o600)
	for _, c := range []struct {
		file string
		want FileProblem
		is   error
	}{
		{filepath.Join(dir, "gone"), Missing, fs.ErrNotExist}, {"apiclient_key.pem", Missing, fs.ErrNotExist}, {dir, NotRegular, nil},
		{"https://example.com/apiclient_key.pem", IsURL, nil}, {loose, TooOpen, nil},
	} {
		if c.want == TooOpen && runtime.GOOS == "windows" {
			continue
		}
		_, err := Values{"WXUP_APIV3_KEY_FILE": c.file}.Line("apiv3_key")
		var problem *FileError
		if !errors.As(err, &problem) || problem.Problem != c.want || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v", c.file, err)
		}
	}
	if line, err := (Values{"WXUP_APIV3_KEY_FILE": private}).Line("apiv3_key"); line != "key" || err != nil {
		t.Errorf("a file with a byte order mark and Windows line ends: %q, %v", line, err)
	}
}

func TestClean(t *testing.T) {
	s := Choose(t.Context(), places("WXUP_MCHID=1900000001\r", `WXUP_APPID="wx1"`, "WXUP_APPSECRET='s'\r", "WXUP_APIV3_KEY= k ", "WXUP_APIV2_KEY=it's"))
	want := Values{"WXUP_MCHID": "1900000001", "WXUP_APPID": "wx1", "WXUP_APPSECRET": "s", "WXUP_APIV3_KEY": " k", "WXUP_APIV2_KEY": "it's"}
	for variable, value := range want {
		if s.Values[variable] != value {
			t.Errorf("%s is %q, want %q", variable, s.Values[variable], value)
		}
	}
	if len(s.Notes) != 4 {
		t.Errorf("%d notes, want 2 of carriage returns and 2 of quotes: %v", len(s.Notes), s.Notes)
	}
}

func TestMerchant(t *testing.T) {
	ca, err := devkeys.NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cert, key, err1 := ca.Merchant("1900009191")
	other, _, err2 := ca.Merchant("1900009192")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	with := func(pairs ...string) Values {
		v := Values{"WXUP_MCHID": "1900009191", "WXUP_MCH_KEY": string(key), "WXUP_MCH_CERT": string(cert)}
		for i := 0; i < len(pairs); i += 2 {
			v[pairs[i]] = pairs[i+1]
		}
		return v
	}
	c, err := with().client(true)
	if err != nil || c.Merchant.MchID != "1900009191" || c.Merchant.PrivateKey == nil || c.Merchant.Certificate.Certificate == nil {
		t.Errorf("a whole merchant: %+v, %v", c, err)
	}
	for want, v := range map[string]Values{
		"WXUP_MCH_KEY holds the certificate and WXUP_MCH_CERT the private key": with("WXUP_MCH_KEY", string(cert), "WXUP_MCH_CERT", string(key)),
		"does not match": with("WXUP_MCH_CERT", string(other)),
		"WXUP_MCH_KEY holds a path; set WXUP_MCH_KEY_FILE": with("WXUP_MCH_KEY", "keys/apiclient_key.pem"),
		"WXUP_PLATFORM_PUBKEY_ID":                          with("WXUP_PLATFORM_PUBKEY", string(cert)),
		"needs the merchant's client certificate":          with("WXUP_MCH_CERT", ""),
		"WXUP_MCH_P12_FILE: gone.p12 does not exist":       with("WXUP_MCH_CERT", "", "WXUP_MCH_P12_FILE", "gone.p12"),
	} {
		if _, err := v.client(true); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	known, err := with().Known(Given{})
	if err != nil || len(known.Merchant.Keys) != 1 || known.Merchant.ID != "1900009191" {
		t.Errorf("known: %+v, %v", known, err)
	}
}

func TestOutput(t *testing.T) {
	need.That(t, runtime.GOOS != "windows", "sh", "use Unix")
	for _, x := range []struct{ line, want, err string }{
		{"printf 'a secret\\n'", "a secret", ""},
		{"printf 'two\\nlines\\r\\n'", "two\nlines", ""},
		{"echo secret; exit 3", "", "exit status 3"},
		{"true", "", "it printed nothing"},
		{"head -c 100000 /dev/zero", "", "it printed more than 65536 bytes"},
		{"no-such-command-here", "", "run it by hand"},
	} {
		got, err := output(t.Context(), []string{"sh", "-c", x.line})
		if x.err == "" && (err != nil || got != x.want) || x.err != "" && (err == nil || !strings.Contains(err.Error(), x.err) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: %q, %v", x.line, got, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := output(ctx, []string{"sleep", "600"}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped by the user: %v", err)
	}
}

func endpoint(t *testing.T, name string) *wxup.Endpoint {
	t.Helper()
	ep, ok := wxup.LookupEndpoint(name)
	if !ok {
		t.Fatal(name)
	}
	return ep
}
