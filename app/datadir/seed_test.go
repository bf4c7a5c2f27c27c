package datadir

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

func writeSeed(t *testing.T, dir, text string) string {
	t.Helper()
	path := filepath.Join(dir, "wxup.seed.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// seedKeys writes the keys that a seed names.
func seedKeys(t *testing.T, dir string) {
	t.Helper()
	ca, err := devkeys.NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cert, key, err := ca.Merchant("1900009191")
	if err != nil {
		t.Fatal(err)
	}
	platformCert, platformKey, err := ca.Platform()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"cert.pem": cert, "key.pem": key, "platform.pem": platformCert, "platform_key.pem": platformKey} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

const goodSeed = `
merchants:
  - mchid: "1900009191"
    cert: cert.pem
    key: key.pem
    apiv3_key: abcdefghijklmnopqrstuvwxyz012345
    endpoints: [marketing, secapi]
    default: true
  - {mchid: 1900009292, mode: certificate, ecommerce: true, apiv2_key: 0123456789abcdef0123456789abcdef}
apps:
  - {appid: wx0123456789abcdef, secret: 0123456789abcdef0123456789abcdef, default: true, allow_ips: [192.0.2.7], state: limited}
  - appid: wx1111111111111111
  - {appid: ww0123456789abcdef, secret: corpsecret, default: true}
components:
  - {appid: wxfedcba9876543210, ticket: t, authorizers: [wx1111111111111111], default: true}
platform:
  public_key_id: PUB_KEY_ID_0119000091912026010100000000000001
  public_key: platform_key.pem
  certificate: platform.pem
  certificate_key: platform_key.pem
admin_token: local-admin-token
`

// TestSeed: every installation has the seed's values, and applying it again changes nothing.
func TestSeed(t *testing.T) {
	ctx := t.Context()
	dir := t.TempDir()
	seedKeys(t, dir)
	seed, err := ReadSeed(writeSeed(t, dir, goodSeed))
	if err != nil {
		t.Fatal(err)
	}
	d := provisioned(t)
	old, _ := d.Setting(ctx, DefaultMerchant)
	var madeUp string
	for range 2 {
		if err := d.Apply(ctx, seed); err != nil {
			t.Fatal(err)
		}
		first, second := handedOut(t, d)
		text, _ := os.ReadFile(filepath.Join(dir, "cert.pem"))
		cert, err := sign.ParseCertificate(text)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{
			"WXUP_MCHID": "1900009191", "WXUP_MCH_SERIAL": sign.Serial(cert), "WXUP_APIV3_KEY": "abcdefghijklmnopqrstuvwxyz012345",
			"WXUP_APPID": "wx0123456789abcdef", "WXUP_APPSECRET": "0123456789abcdef0123456789abcdef",
			"WXUP_CORPID": "ww0123456789abcdef", "WXUP_CORPSECRET": "corpsecret",
			"WXUP_COMPONENT_APPID": "wxfedcba9876543210", "WXUP_AUTHORIZER_APPID": "wx1111111111111111",
			platformKeyID: "PUB_KEY_ID_0119000091912026010100000000000001", "WXUP_ADMIN_TOKEN": "local-admin-token",
		} {
			if first[name] != want {
				t.Errorf("%s=%s, want %s", name, first[name], want)
			}
		}
		if second["WXUP_MCHID"] == "" || second["WXUP_MCHID"] == old {
			t.Errorf("the second merchant is %q", second["WXUP_MCHID"])
		}
		for name, file := range map[string]string{"WXUP_MCH_CERT_FILE": "cert.pem", "WXUP_MCH_KEY_FILE": "key.pem"} {
			got, _ := os.ReadFile(first[name])
			want, _ := os.ReadFile(filepath.Join(dir, file))
			if string(got) != string(want) {
				t.Errorf("%s holds something else than %s", name, file)
			}
		}
		m, err := d.Index.Merchant(ctx, "1900009292")
		if err != nil || m.PublicKeyOnly || !m.ECommerce || m.APIv2Key != "0123456789abcdef0123456789abcdef" || len(m.Certificates) != 1 || len(m.APIv3Key) != 32 {
			t.Fatalf("the other merchant: %+v, %v", m, err)
		}
		if madeUp != "" && madeUp != m.APIv3Key {
			t.Error("what the seed leaves out changes")
		}
		madeUp = m.APIv3Key
		a, err := d.Index.App(ctx, "wx0123456789abcdef")
		if err != nil || a.State != server.Limited || len(a.AllowIPs) != 1 {
			t.Errorf("the app: %+v, %v", a, err)
		}
	}
	if m, err := d.Index.Merchant(ctx, old); err != nil || m.Disabled {
		t.Errorf("the merchant of the first start: %v", err)
	}
	entries, err := os.ReadDir(d.MerchantDir("1900009191"))
	if err != nil || len(entries) != 3 {
		t.Errorf("the merchant's files: %v, %v", entries, err)
	}
}

// TestSeedDefaultMode: a default merchant with platform certificates leaves the one in public-key
// mode to be the second.
func TestSeedDefaultMode(t *testing.T) {
	d := provisioned(t)
	old, _ := d.Setting(t.Context(), DefaultMerchant)
	seed, err := ReadSeed(writeSeed(t, t.TempDir(), "merchants: [{mchid: a1, mode: certificate, default: true}]"))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Apply(t.Context(), seed); err != nil {
		t.Fatal(err)
	}
	first, second := handedOut(t, d)
	if first["WXUP_MCHID"] != "a1" || first[platformSerial] == "" || second["WXUP_MCHID"] != old || second[platformKeyID] == "" {
		t.Errorf("handed out: %v and %v", first, second)
	}
	elsewhere := &Dir{Path: t.TempDir(), Index: d.Index}
	if err := elsewhere.Provision(t.Context(), time.Now()); err != nil {
		t.Error(err)
	}
}

// TestWrongSeed: each wrong line is named, without the secrets in it.
func TestWrongSeed(t *testing.T) {
	const text = `merchants:
  - mchid: 19-00
    mode: both
    apiv3_key: tooshortsecret
    endpoints: [marketing, nonsense]
    cert: nowhere.pem
    colour: red
  - name: nobody
  - mchid: a1
    key: key.pem
    default: true
  - {mchid: a1, default: true}
apps:
  - {appid: wx1, secret: "with a space", state: asleep, allow_ips: [everyone], default: perhaps}
components: wx2
platform:
  public_key_id: 42
  certificate: [a]
merchants: []
admin_token:
`
	dir := t.TempDir()
	seedKeys(t, dir)
	_, err := ReadSeed(writeSeed(t, dir, text))
	if err == nil {
		t.Fatal("it was read")
	}
	for _, want := range []string{
		`2: .*not an mchid`, `3: .*not public-key or certificate`, `4: .*32 characters, not 14`, `5: there is no endpoint "nonsense"`, `6: .*nowhere.pem`,
		`7: unknown key "colour"`, `8: the merchant lacks its id`, `9: .*go together`, `12: a1 is there twice`, `12: another merchant is the default already`,
		`14: the secret must be`, `14: the state must be`, `14: "everyone" is neither`, `14: true or false`, `15: a list is required`,
		`17: .*begins with PUB_KEY_ID_`, `18: a plain value`, `19: the key "merchants" is set twice`, `20: a plain value`,
	} {
		if !regexp.MustCompile(`(?m)yaml:` + want).MatchString(err.Error()) {
			t.Errorf("nothing matches %q in:\n%v", want, err)
		}
	}
	for _, secret := range []string{"tooshortsecret", "with a space"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("a secret is in the error:\n%v", err)
		}
	}
	for text, want := range map[string]string{"": "", "a: [": "yaml: line 1", "--- {}\n--- {}": "only one document", "- a": "must be a mapping"} {
		_, err := ReadSeed(writeSeed(t, dir, text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(want, "yaml: "))) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if _, err := ReadSeed(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a file that does not exist was read")
	}
}

func FuzzSeed(f *testing.F) {
	f.Add(goodSeed)
	f.Add("merchants: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		if s, err := ReadSeed(writeSeed(t, dir, text)); err == nil && s == nil {
			t.Error("no seed and no error")
		}
	})
}
