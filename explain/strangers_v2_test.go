package explain

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"
)

// v2Text changes the whole signed text of a v2 client.
func v2Text(f func(joined, key string) string) func(c *v2client) {
	return func(c *v2client) { c.text = f }
}

func rename(from, to string) func(c *v2client) {
	return func(c *v2client) {
		for i, f := range c.fields {
			if f[0] == from {
				c.fields[i][0] = to
			}
		}
	}
}

// v2Strangers are mistakes in APIv2 that people's programs made.
var v2Strangers = []v2stranger{
	{"commas", "v2.join.other", v2Text(func(j, key string) string { return strings.ReplaceAll(j, "&", ",") + ",key=" + key })},
	{"&amp;", "v2.join.other", v2Text(func(j, key string) string { return strings.ReplaceAll(j, "&", "&amp;") + "&amp;key=" + key })},
	{"lines", "v2.join.other", v2Text(func(j, key string) string { return strings.ReplaceAll(j, "&", "\n") + "\nkey=" + key })},
	{"lines, and one at the end", "v2.join.other", v2Text(func(j, key string) string { return strings.ReplaceAll(j, "&", "\n") + "\nkey=" + key + "\n" })},
	{"quotes", "v2.value.quoted", v2Text(func(j, key string) string {
		var list []string
		for _, pair := range strings.Split(j, "&") {
			name, value, _ := strings.Cut(pair, "=")
			list = append(list, name+`="`+value+`"`)
		}
		return strings.Join(list, "&") + `&key="` + key + `"`
	})},
	{"XML", "v2.text.printed", v2Text(func(j, key string) string {
		var b strings.Builder
		b.WriteString("<xml>")
		for _, pair := range strings.Split(j, "&") {
			name, value, _ := strings.Cut(pair, "=")
			fmt.Fprintf(&b, "<%s>%s</%s>", name, value, name)
		}
		return b.String() + "</xml>&key=" + key
	})},
	{"UTF-16", "v2.text.utf16", v2Text(func(j, key string) string {
		var b []byte
		for _, u := range utf16.Encode([]rune(j + "&key=" + key)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return string(b)
	})},
	{"YOUR_KEY", "v2.key.placeholder", func(c *v2client) { c.key = "YOUR_KEY" }},
	{"${key}", "v2.key.placeholder", func(c *v2client) { c.key = "${key}" }},
	{"[object Object]", "v2.key.placeholder", func(c *v2client) { c.key = "[object Object]" }},
	{"31 characters of the key", "v2.key.cut", func(c *v2client) { c.key = c.key[:31] }},
	{"an RSA signature", "v2.sign.rsa", func(c *v2client) {
		c.encode = func([]byte) string { return base64.StdEncoding.EncodeToString(make([]byte, 256)) }
	}},
	{"mchid", "v2.field.name", rename("mch_id", "mchid")},
	{"the page's media_hash", "digest.placeholder", func(c *v2client) { c.set("media_hash", "709d1e858d2ef9d0501cc053668b2872") }},
	{"null for media_hash", "digest.placeholder", func(c *v2client) { c.set("media_hash", "null") }},
}

func TestV2Strangers(t *testing.T) {
	t.Parallel()
	right := 0
	for _, m := range v2Strangers {
		for _, isMD5 := range []bool{false, true} {
			c := newV2()
			if isMD5 {
				c.md5()
			}
			m.make(c)
			r := V2(c.request(), c.known)
			var got []string
			for _, f := range r.Findings {
				got = append(got, f.Cause)
				checkFinding(t, f)
			}
			if strings.Join(sorted(got), " ") != strings.Join(sorted(strings.Fields(m.want)), " ") {
				t.Errorf("%s: %v, want %s", m.name, r.Findings, m.want)
				continue
			}
			right++
		}
	}
	t.Logf("%d of %d", right, 2*len(v2Strangers))
}

// accountStrangers are tokens that people's programs sent.
var accountStrangers = []struct{ token, want string }{
	{"{access_token}", "account.token.placeholder"},
	{"{{token}}", "account.token.placeholder"},
	{"$access_token", "account.token.placeholder"},
	{"[object Promise]", "account.token.placeholder"},
	{"System.Threading.Tasks.Task`1[System.String]", "account.token.placeholder"},
	{"ACCESS_TOKEN", "account.token.placeholder"},
	{"YOUR_ACCESS_TOKEN", "account.token.placeholder"},
	{`{"errcode":40013,"errmsg":"invalid appid"}`, "account.token.error_answer"},
	{`{"access_token":"57_unknown_unknown_unknown","expires_in":7200}`, "account.token.whole_answer"},
	{"57_" + strings.Repeat("a", 40) + ",57_" + strings.Repeat("b", 40), "account.token.joined"},
	{base64.StdEncoding.EncodeToString([]byte(goodToken)), "account.token.base64"},
}

func TestAccountStrangers(t *testing.T) {
	for _, x := range accountStrangers {
		c := newAccount()
		c.target = uploadimg + "?access_token=" + url.QueryEscape(x.token)
		req := c.request()
		r := Account(req, c.known)
		if got := fmt.Sprint(causesOf(r)); got != "["+x.want+"]" {
			t.Errorf("%s: %s, want %s", x.token, got, x.want)
		}
		for _, f := range r.Findings {
			checkFinding(t, f)
			if f.Cause == "account.token.placeholder" && (f.Value == "***" || strings.Contains(f.Proof.Fact, "***")) {
				t.Errorf("%s: the placeholder is masked: %+v", x.token, f)
			}
		}
	}
}

func causesOf(r Report) (list []string) {
	for _, f := range r.Findings {
		list = append(list, f.Cause)
	}
	return list
}

// TestRemarks: of a form that the server accepts with a warning nothing is said against a signature
// that no key opens.
func TestRemarks(t *testing.T) {
	for name, odd := range map[string]func(c *client){
		"no boundary":        func(c *client) { c.contentType = "multipart/form-data" },
		"quoted boundary":    func(c *client) { c.contentType = `multipart/form-data; boundary="` + c.boundary + `"` },
		"names differ":       func(c *client) { c.fileHead = strings.Replace(c.fileHead, "filea.jpg", "b.jpg", 1) },
		"a filename on meta": func(c *client) { c.metaHead = strings.Replace(c.metaHead, `"meta"`, `"meta"; filename="meta.json"`, 1) },
		"filename*": func(c *client) {
			c.fileHead = strings.Replace(c.fileHead, `filename="filea.jpg"`, `filename*=UTF-8''filea.jpg`, 1)
		},
	} {
		c := newClient()
		odd(c)
		c.key = c.w.stranger
		if got := fmt.Sprint(causesOf(V3(c.request(), c.w.known))); got != "[v3.key.unknown]" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestTooLarge names both sizes.
func TestTooLarge(t *testing.T) {
	c := newClient()
	c.file = append(jpegFile(), make([]byte, 2<<20)...)
	c.named("filea.jpg")
	req := c.request()
	req.Endpoint = usualV3
	r := V3(req, c.w.known)
	if !r.Has("file.too_large") || r.Findings[0].Value != fmt.Sprintf("%d > %d", len(c.file), 2<<20) {
		t.Errorf("%v", r.Findings)
	}
}
