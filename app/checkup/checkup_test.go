package checkup

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wxup/wxup/app/credentials"
	"github.com/wxup/wxup/app/internal/phrase/phrasetest"
	"github.com/wxup/wxup/devkeys"
)

func TestChinese(t *testing.T) { phrasetest.Complete(t, texts) }

// found runs the checks of this machine alone, and returns check → state: detail, with the advice.
func found(t *testing.T, v credentials.Values) map[string]string {
	t.Helper()
	got := map[string]string{}
	Run(t.Context(), Config{
		Source: &credentials.Source{Values: v}, Offline: true,
		Found: func(f Finding) {
			text := string(f.State) + ": " + f.Detail.String() + " → " + f.Do.String()
			if strings.HasPrefix(got[f.Check], string(Failed)) {
				return // the first failure of a check counts
			}
			got[f.Check] = text
		},
	})
	return got
}

// TestMerchant breaks one thing at a time.
func TestMerchant(t *testing.T) {
	ca, err := devkeys.NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cert, key, err1 := ca.Merchant("1900009191")
	otherCert, otherKey, err2 := ca.Merchant("1900009192")
	platform, _, err3 := ca.Platform()
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	loose := filepath.Join(t.TempDir(), "loose.pem")
	err = os.WriteFile(loose, key, 0o644)
	if err := errors.Join(err, os.Chmod(loose, 0o644)); err != nil { // whatever the umask
		t.Fatal(err)
	}
	const api = "0123456789abcdef0123456789ABCDEF"
	for _, c := range []struct{ name, variable, value, check, want string }{
		{"whole", "", "", "pair", "passed: key and certificate belong together"},
		{"whole", "", "", "serial", "passed: "},
		{"whole", "", "", "platform", "passed: certificate"},
		{"another's key", "WXUP_MCH_KEY", string(otherKey), "pair", "failed: the key is not that"},
		{"another's certificate", "WXUP_MCH_CERT", string(otherCert), "certificate", "failed: it is of \"1900009192\""},
		{"the certificate as key", "WXUP_MCH_KEY", string(cert), "key", "failed: WXUP_MCH_KEY: "},
		{"a loose file", "WXUP_MCH_KEY_FILE", loose, "key", "failed: " + loose + " can be reached by its group or by others (mode 0644) → chmod 600"},
		{"a file that is not there", "WXUP_MCH_KEY_FILE", "nowhere.pem", "key", "failed: nowhere.pem is not there → set WXUP_MCH_KEY_FILE"},
		{"the key in place of its file", "WXUP_APIV3_KEY_FILE", api, "APIv3 key", "failed: WXUP_APIV3_KEY_FILE is not the path of a file"},
		{"no key", "WXUP_MCH_KEY", "", "key", "failed: not set"},
		{"a wrong serial", "WXUP_MCH_SERIAL", "00", "serial", "failed: 00 is not the certificate's"},
		{"a short API key", "WXUP_APIV3_KEY", api[1:], "APIv3 key", "failed: the APIv3 key must have 32 characters, not 31"},
		{"a space", "WXUP_APIV3_KEY", api + " ", "APIv3 key", "failed: the APIv3 key begins or ends with a blank"},
		{"the same API keys", "WXUP_APIV2_KEY", api, "APIv3 key", "warning: it is the same as the APIv2 key"},
		{"the own certificate as WeChat's", "WXUP_PLATFORM_CERT", string(cert), "platform", "failed: the platform certificate is the merchant's own"},
		{"a public key without id", "WXUP_PLATFORM_PUBKEY", string(platform), "platform", "failed: the public key's id"},
		{"odd number", "WXUP_MCHID", "x", "mchid", "warning: \"x\" is not"},
		{"a p12 that is not there", "WXUP_MCH_P12_FILE", "gone.p12", "p12", "failed: gone.p12 is not there"},
		{"v2 without certificate", "WXUP_MCH_CERT", "", "certificate", "skipped: "},
	} {
		v := credentials.Values{
			"WXUP_MCHID": "1900009191", "WXUP_MCH_KEY": string(key), "WXUP_MCH_CERT": string(cert), "WXUP_APIV3_KEY": api,
			"WXUP_PLATFORM_CERT": string(platform),
		}
		if c.variable != "" {
			v[c.variable] = c.value
		}
		got := found(t, v)
		if !strings.HasPrefix(got[c.check], c.want) {
			t.Errorf("%s: %s is %q, want %q", c.name, c.check, got[c.check], c.want)
		}
		if c.name == "whole" {
			for check, text := range got {
				if strings.HasPrefix(text, string(Failed)) {
					t.Errorf("%s: %s is %q", c.name, check, text)
				}
			}
		}
		for check, text := range got {
			if strings.Contains(text, api[:16]) {
				t.Errorf("%s: %s shows the key: %s", c.name, check, text)
			}
		}
	}
}

func TestApp(t *testing.T) {
	for _, c := range []struct {
		values      credentials.Values
		check, want string
	}{
		{nil, "credentials", "failed: there are none"},
		{credentials.Values{"WXUP_APPID": "wx0123456789abcdef", "WXUP_APPSECRET": strings.Repeat("a", 32)}, "appsecret", "passed"},
		{credentials.Values{"WXUP_APPID": "wx0123456789abcdef"}, "appsecret", "failed: not set"},
		{credentials.Values{"WXUP_APPID": "gh_1", "WXUP_APPSECRET": "short"}, "appsecret", "failed: it has 5 characters"},
		{credentials.Values{"WXUP_APPID": "gh_1", "WXUP_APPSECRET": "short"}, "appid", "warning: \"gh_1\" is not"},
		{credentials.Values{"WXUP_ACCESS_TOKEN": "75_x"}, "access_token", "skipped: set, 4 characters"},
		{credentials.Values{"WXUP_ACCESS_TOKEN": "75_x"}, "appsecret", "skipped"},
	} {
		if got := found(t, c.values); !strings.HasPrefix(got[c.check], c.want) {
			t.Errorf("%v: %s is %q, want %q", c.values, c.check, got[c.check], c.want)
		}
	}
}

func TestProxyFailed(t *testing.T) {
	dead := &net.OpError{Op: "proxyconnect", Net: "tcp", Err: syscall.ECONNREFUSED}
	if detail, _, ok := proxyFailed("http://p:3128", dead); !ok || !strings.Contains(detail.String(), "the proxy http://p:3128 (HTTPS_PROXY) cannot be reached") {
		t.Errorf("a dead proxy: %s", detail)
	}
	if _, _, ok := proxyFailed("http://p:3128", errors.New("something else")); ok {
		t.Error("an error of something else is said to be the proxy's")
	}

	// What a transport makes of a web server in place of a proxy.
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadRequest) }))
	defer web.Close()
	req := httptest.NewRequest(http.MethodGet, "https://api.mch.weixin.qq.com/", nil)
	proxy := req.Clone(t.Context())
	proxy.URL.Scheme, proxy.URL.Host = "http", strings.TrimPrefix(web.URL, "http://")
	rt := &http.Transport{Proxy: http.ProxyURL(proxy.URL)}
	_, err := rt.RoundTrip(req)
	if err == nil {
		t.Fatal("a web server serves as a proxy")
	}
	if detail, _, ok := proxyFailed(web.URL, err); !ok || !strings.Contains(detail.String(), "refused to connect: 400 Bad Request") {
		t.Errorf("a web server as proxy: %q from %v", detail, err)
	}
}

func TestWithoutUser(t *testing.T) {
	for address, want := range map[string]string{
		"":                           "",
		"http://proxy:3128":          "http://proxy:3128",
		"http://u:p@proxy:3128":      "http://***@proxy:3128",
		"u:p@proxy:3128":             "***@proxy:3128",
		"http://u:%zz@p@proxy:3128/": "http://***@proxy:3128/",
	} {
		if got := withoutUser(address); got != want {
			t.Errorf("%q is shown as %q, want %q", address, got, want)
		}
	}
}
