package secret_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/wxup/wxup/internal/secret"
)

// encodings are the forms in which a secret travels.
var encodings = map[string]func(string) string{
	"plain":          func(s string) string { return s },
	"capitals":       strings.ToUpper,
	"hex":            func(s string) string { return hex.EncodeToString([]byte(s)) },
	"HEX":            func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	"base64":         func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64url":      func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"basic user":     func(s string) string { return "x " + base64.StdEncoding.EncodeToString([]byte("1900009191:"+s)) },
	"basic user 2":   func(s string) string { return "x " + base64.StdEncoding.EncodeToString([]byte("19000091912:"+s)) },
	"basic password": func(s string) string { return "x " + base64.URLEncoding.EncodeToString([]byte("u:"+s+":p")) },
	"query":          url.QueryEscape,
	"path":           url.PathEscape,
	"query twice":    func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
	"json":           func(s string) string { b, _ := json.Marshal(s); return string(b) },
	"json in json":   func(s string) string { b, _ := json.Marshal(s); b, _ = json.Marshal(string(b)); return string(b) },
	"go":             func(s string) string { return fmt.Sprintf("%q", s) },
	"all percent":    func(s string) string { return percent(s) },
	"all escaped":    escapeAll,
	"beginning":      func(s string) string { return s[:len(s)*2/3] },
	"end":            func(s string) string { return s[len(s)/3:] },
}

func percent(s string) (all string) {
	for _, b := range []byte(s) {
		all += fmt.Sprintf("%%%02X", b)
	}
	return all
}

func escapeAll(s string) (all string) {
	for _, b := range []byte(s) {
		all += fmt.Sprintf(`\u%04x`, b)
	}
	return all
}

func TestKnown(t *testing.T) {
	for _, known := range []string{"Aa0_bcdefghij+/klmnop&qr<stuvwx5", "0123456789abcdef0123456789ABCDEF", "p%41 ssw\"ord\\n/5", strings.Repeat("tokenTOKEN42", 11)} {
		set := secret.New(known, "another-secret-of-the-set")
		for name, encode := range encodings {
			if len(known) < 32 && (name == "beginning" || name == "end") {
				continue
			}
			shown := encode(known)
			for _, text := range []string{shown, "a " + shown + " b", `"` + shown + `"`, "x=" + shown + "&y=1"} {
				got := set.Mask(text)
				if !strings.Contains(got, secret.Hidden) || holds(got, shown) {
					t.Errorf("%s: Mask(%q) = %q", name, text, got)
				}
				if again := set.Mask(got); again != got {
					t.Errorf("%s: masked twice: %q, then %q", name, got, again)
				}
			}
		}
	}
}

// holds reports whether a text still has twelve characters of another in a row.
func holds(text, of string) bool {
	for i := 0; i+12 <= len(of); i++ {
		if strings.Contains(text, of[i:i+12]) {
			return true
		}
	}
	return false
}

func TestShapes(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, _ := x509.MarshalPKCS8PrivateKey(key)
	block := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	old := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	public, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
	publicPEM := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
	hidden := []string{
		block, old, block[:200], strings.ReplaceAll(block, "\n", ""), strings.ReplaceAll(old, "\n", `\n`), url.QueryEscape(block),
		strings.Split(strings.ReplaceAll(block, "-----\n", "-----"), "-----")[2], base64.StdEncoding.EncodeToString(der),
		base64.StdEncoding.EncodeToString([]byte(old)), hex.EncodeToString([]byte(block)),
		"Authorization: Basic MTkwMDAwOTE5MTphYmM=", "authorization: bearer abcdef012345",
		"/cgi-bin/x?access_token=90_abcdef&type=image", `{"component_access_token":"90_abcdef012"}`, "appsecret = 0123456789abcdef",
		"postgres://wxup:geheim@db/wxup", "host=db password=geheim", "/a?key=0123456789abcdef", `serial_no="abcdefgh12345678abcdefgh12345678"`,
		strings.Repeat("90_aBc-", 20),
		"/cgi-bin/media/uploadimg/" + strings.Repeat("90_aBc-", 20), "https://api.weixin.qq.com/" + strings.Repeat("90_aBc-", 20) + "/",
	}
	for _, text := range hidden {
		if got := (*secret.Set)(nil).Mask("a: " + text); !strings.Contains(got, secret.Hidden) || len(got) > 70 {
			t.Errorf("not hidden: %q", got)
		}
	}
	for _, text := range []string{
		publicPEM, base64.StdEncoding.EncodeToString([]byte(publicPEM)), base64.StdEncoding.EncodeToString(public),
		"access_token=undefined", "access_token=YOUR_ACCESS_TOKEN", `"access_token":"null"`, "the query has no access_token", "invalid token: no such token was issued",
		`WECHATPAY2-SHA256-RSA2048 mchid="1900009191",nonce_str="593BEC0C930BF1AFEB40B4A08C8FB242",timestamp="1554208460",serial_no="1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C"`,
		"http://127.0.0.1:8080/mmbiz_png/" + strings.Repeat("aB3-", 20) + "/0", "media_hash=d41d8cd98f00b204e9800998ecf8427e", strings.Repeat("A", 1<<20),
		"private key: it does not match", `signature="+` + strings.Repeat("aB3", 50) + `/` + strings.Repeat("aB3", 50) + `=="`, "password: wrong", "https://user@host/path",
	} {
		if got := (*secret.Set)(nil).Mask(text); got != text {
			t.Errorf("hidden: %q is %q", text, got)
		}
	}
	if got := (*secret.Set)(nil).MaskConfig("open /etc/0123456789abcdef0123456789ABCDEF: no such file"); got != "open /etc/***: no such file" {
		t.Errorf("a key in place of a path: %q", got)
	}
}

func TestWriterAndWalk(t *testing.T) {
	set := secret.New("geheim-geheim")
	var b bytes.Buffer
	if n, err := fmt.Fprintf(set.Writer(&b), "a %s b", "geheim-geheim"); n != 17 || err != nil || b.String() != "a *** b" {
		t.Errorf("%d, %v, %q", n, err, b.String())
	}
	type inner struct{ Text string }
	v := struct {
		Inner *inner
		List  []inner
		Map   map[string][]string
		Texts map[string]string
		Any   any
		Bytes []byte
	}{&inner{"geheim-geheim"}, []inner{{"x geheim-geheim"}}, map[string][]string{"a geheim-geheim": {"geheim-geheim"}}, map[string]string{"k": "geheim-geheim"}, &inner{"geheim-geheim"}, []byte("x")}
	secret.Walk(&v, set.Mask)
	if text := fmt.Sprintf("%v %v %v %v %v", *v.Inner, v.List, v.Map, v.Texts, *v.Any.(*inner)); strings.Contains(text, "geheim") {
		t.Error(text)
	}
}

// TestCost holds that a text without secrets costs no allocation, however many secrets are known.
func TestCost(t *testing.T) {
	set := secret.New()
	for range 2000 {
		set.Add(rand.Text() + rand.Text())
	}
	text := strings.Repeat(`{"filename":"photo.jpg","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"} `, 10)
	if n := testing.AllocsPerRun(100, func() { set.Mask(text) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkMask(b *testing.B) {
	set := secret.New()
	for range 2000 {
		set.Add(rand.Text() + rand.Text())
	}
	text := strings.Repeat(`{"filename":"photo.jpg","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"} `, 10)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		set.Mask(text)
	}
}

func FuzzMask(f *testing.F) {
	f.Add(`access_token=90_abc%41%5c"\u0041-----BEGIN PRIVATE KEY-----`)
	set := secret.New("geheim-geheim-42")
	f.Fuzz(func(t *testing.T, text string) {
		if got := set.Mask(text + " geheim-geheim-42 " + text); strings.Contains(got, "geheim-geheim-42") {
			t.Errorf("Mask(%q) = %q", text, got)
		}
	})
}
