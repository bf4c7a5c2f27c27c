package explain

import (
	"encoding/ascii85"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/wxup/wxup/problem"
)

// serializedText writes s as PHP's serialize does.
func serializedText(s string) string { return fmt.Sprintf(`s:%d:"%s";`, len(s), s) }

// cms is a container of CMS with a signature in it, as far as it is looked at.
func cms(sig []byte) []byte {
	raw := must(asn1.Marshal(struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue
	}{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, asn1.RawValue{Class: 2, Tag: 0, IsCompound: true, Bytes: must(asn1.Marshal(sig))}}))
	return raw
}

// b85 is Python's base64.b85encode.
func b85(sig []byte) string {
	out := make([]byte, ascii85.MaxEncodedLen(len(sig)))
	out = out[:ascii85.Encode(out, sig)]
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
	for i, c := range out {
		out[i] = alphabet[c-'!']
	}
	return string(out)
}

// v3Round are mistakes of APIv3, of a receiver at http://127.0.0.1:18380.
var v3Round = []mistake{
	// What was signed.
	{"the base URL", "v3.url.absolute", signTarget(func(s string) string { return "http://127.0.0.1:18380" + s })},
	{"https:/host", "v3.url.absolute", signTarget(func(s string) string { return "https:/api.mch.weixin.qq.com" + s })},
	{"?meta=", "v3.url.query", func(c *client) { c.after(func() { c.lines[1] += "?meta=" + url.QueryEscape(c.lines[4]) }) }},
	{"?filename=", "v3.url.query", func(c *client) { c.after(func() { c.lines[1] += "?filename=" + c.filename + "&sha256=" + c.digest() }) }},
	{":post", "v3.method.other", setLine(0, func(_ *client, s string) string { return ":" + strings.ToLower(s) })},
	{"the request line and the path", "v3.method.other", func(c *client) { c.after(func() { c.lines[0] += " " + c.lines[1] + " HTTP/1.1" }) }},
	{"nonce and timestamp", "v3.nonce.form", func(c *client) { c.after(func() { c.lines[3] += c.lines[2] }) }},
	{"echo", "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], `\n`) + "\n" })},
	{"echo, and the last too", "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], `\n`) + "\\n\n" })},
	{"two lines with CR LF", "v3.frame.crlf", withFrame(func(l [5]string) string { return strings.Replace(strings.Join(l[:], "\n")+"\n", "\n", "\r\n", 2) })},
	// The signature.
	{"openssl dgst -hex", "v3.signature.prefix v3.signature.hex", withEncoding(func(sig []byte) string { return "SHA2-256(stdin)= " + hex.EncodeToString(sig) })},
	{"openssl dgst -hex of a file", "v3.signature.prefix v3.signature.hex", withEncoding(func(sig []byte) string { return "RSA-SHA2-256(/tmp/sign.txt)=" + hex.EncodeToString(sig) })},
	{"a JSON Web Token", "v3.signature.jwt", withEncoding(func(sig []byte) string {
		return "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ." + base64.RawURLEncoding.EncodeToString(sig)
	})},
	{"a JSON Web Token of HMAC", "v3.signature.jwt", withEncoding(func([]byte) string { return "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijklmnopqrstuvwxyz" })},
	{"base85", "v3.signature.base85", withEncoding(b85)},
	{"a JSON object in base64", "v3.signature.in_json", withEncoding(func(sig []byte) string {
		return base64.StdEncoding.EncodeToString([]byte(`{"sign": "` + base64.StdEncoding.EncodeToString(sig) + `"}`))
	})},
	{"CMS", "v3.signature.cms", withEncoding(func(sig []byte) string { return base64.StdEncoding.EncodeToString(cms(sig)) })},
	// The header.
	{"the scheme twice", "v3.authorization.scheme_twice", sendHeader(func(h string) string { return "WECHATPAY2-SHA256-RSA2048 " + h })},
	{"the documentation's", "v3.authorization.sample", sendHeader(func(string) string {
		return `WECHATPAY2-SHA256-RSA2048 mchid="1900009191",nonce_str="593BEC0C930BF1AFEB40B4A08C8FB242",signature="uOVRnA4qG/MNnYzdQxJanN+zU+lTgIcnU9BxGw5dKjK+VdEUz2FeIoC+D5sB/LN+nGzX3hfZg6r5wT1pl2ZobmIc6p0ldN7J6yDgUzbX8Uk3sD4a4eZVPTBvqNDoUqcYMlZ9uuDdCvNv4TM3c1WzsXUrExwVkI1XO5jCNbgDJ25nkT/c1gIFvqoogl7MdSFGc4W4xZsqCItnqbypR3RuGIlR9h9vlRsy7zJR9PBI83X8alLDIfR1ukt1P7tMnmogZ0cuDY8cZsd8ZlCgLadmvej58SLsIkVxFJ8XyUgx9FmutKSYTmYtWBZ0+tNvfGmbXU7cob8H/4nLBiCwIUFluw==",timestamp="1554208460",serial_no="1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C"`
	})},
}

func init() {
	for _, nonce := range []string{"..nonce..", `+ nonce +`, ". $nonce ."} {
		v3Round = append(v3Round, mistake{"nonce " + nonce, "v3.authorization.placeholder", func(c *client) {
			right := c.nonce
			c.nonce = nonce
			setLine(3, func(*client, string) string { return right + "x" })(c)
		}})
	}
}

// v2Round are mistakes of APIv2.
var v2Round = []v2stranger{
	{"an empty key", "v2.key.empty", withKey(func(string) string { return "" })},
	{"null for what is not sent", "v2.fields.extra", v2Text(func(j, key string) string {
		return strings.Replace(j, "sign_type=HMAC-SHA256", "sign_type=HMAC-SHA256&sub_mch_id=null", 1) + "&key=" + key
	})},
	{"camelCase", "v2.fields.name", v2Text(func(j, key string) string {
		f := map[string]string{}
		for _, p := range pairsOfText(j) {
			f[p[0]] = p[1]
		}
		return "mchId=" + f["mch_id"] + "&mediaHash=" + f["media_hash"] + "&signType=" + f["sign_type"] + "&key=" + key
	})},
	{"names in upper case", "v2.fields.name", v2Text(func(j, key string) string {
		return strings.NewReplacer("mch_id", "MCH_ID", "media_hash", "MEDIA_HASH", "sign_type", "SIGN_TYPE").Replace(j) + "&key=" + key
	})},
	{"the key at both ends", "v2.key.joined", v2Text(func(j, key string) string { return key + j + "&key=" + key })},
	{"%26key%3D", "v2.key.joined", v2Text(func(j, key string) string { return j + "%26key%3D" + key })},
	{"only media_hash", "v2.fields.only", v2Text(func(j, key string) string {
		for _, p := range pairsOfText(j) {
			if p[0] == "media_hash" {
				return p[0] + "=" + p[1] + "&key=" + key
			}
		}
		return ""
	})},
	{"mch_id with a zero", "v2.value.other", v2Text(func(j, key string) string { return strings.Replace(j, "mch_id=", "mch_id=0", 1) + "&key=" + key })},
	{"MD5 of the HMAC", "v2.hash.twice", func(c *v2client) {
		once := c.mac
		c.mac = func(text, key string) []byte { return md5sum(fmt.Sprintf("%X", once(text, key)), "") }
	}},
}

// accountRound are mistakes with the token.
var accountRound = []accountMistake{
	{"==", "account.token.equals", inTarget(func(s string) string { return "?access_token==" + s })},
	{"appid and secret", "account.token.credentials", inTarget(func(string) string {
		return "?appid=wxd930ea5d5a258f4f&secret=0123456789abcdef0123456789abcdef"
	})},
	{"an appid alone", "account.token.missing", inTarget(func(string) string { return "?appid=wxd930ea5d5a258f4f" })},
	{"+ and / of base64", "account.token.escaped", inTarget(func(s string) string {
		return "?access_token=" + strings.NewReplacer("-", "+", "_", "/").Replace(s)
	})},
	{"PHP's serialize", "account.token.wrapped", sentToken(serializedText)},
	{"b'None'", "account.token.placeholder", withToken("b'None'")},
}

func TestStranger5(t *testing.T) {
	t.Parallel()
	check := func(name, want string, r Report) {
		t.Helper()
		for _, f := range r.Findings {
			checkFinding(t, f)
		}
		if got := strings.Join(sorted(causesOf(r)), " "); got != strings.Join(sorted(strings.Fields(want)), " ") {
			t.Errorf("%s: %v, want %s", name, r.Findings, want)
		}
	}
	for _, m := range v3Round {
		c := newClient()
		m.make(c)
		known := *c.w.known
		known.Bases = []string{"http://127.0.0.1:18380"}
		check(m.name, m.want, V3(c.request(), &known))
	}
	for _, m := range v2Round {
		c := newV2()
		m.make(c)
		check("v2: "+m.name, m.want, V2(c.request(), c.known))
	}
	for _, m := range accountRound {
		c := newAccount()
		m.make(c)
		check("account: "+m.name, m.want, Account(c.request(), c.known))
	}
}

// TestStranger5Calls: calls that are no uploads, or whose method, host or query is wrong.
func TestStranger5Calls(t *testing.T) {
	for _, x := range []struct{ method, host, target, want string }{
		{"POST", "api.weixin.qq.com", "/cgi-bin/token?access_token=" + goodToken, "call.path.ask"},
		{"POST", "api.weixin.qq.com", "/cgi-bin/media/upload?access_token=" + goodToken + "?type=image", "call.query_mark"},
		{"POST", "api.weixin.qq.com", "/cgi-bin/media/upload?access_token=" + goodToken, "call.query"},
		{"GET", "api.weixin.qq.com", uploadimg, "call.method account.token.missing"},
		{"GET", "api.weixin.qq.com", uploadimg + "?access_token=" + goodToken, "call.method"},
		{"POST", "payapp.mch.weixin.qq.com", "/v3/marketing/favor/media/image-upload", "call.host_unknown"},
		{"POST", "pay.shop.cn", "/v3/marketing/favor/media/image-upload", "call.not_here"},
	} {
		req := &Request{Method: x.method, Host: x.host, Target: x.target, Header: map[string][]string{"Content-Type": {"multipart/form-data; boundary=xyz"}}}
		if strings.HasPrefix(x.host, "pay") {
			req.Problem = problem.WrongHost
		}
		if got := strings.Join(causesOf(Call(req, nil)), " "); got != x.want {
			t.Errorf("%s %s%.60s: %s, want %s", x.method, x.host, x.target, got, x.want)
		}
	}
}

// TestNothingLoaded: of what was not loaded nothing is said. A token and an account that are not
// known are wrong only if all that exist are.
func TestNothingLoaded(t *testing.T) {
	said := func(issuer bool, target string) string {
		c := newAccount()
		c.target = target
		if strings.Contains(target, "/token?") {
			c.method, c.contentType, c.body = "GET", "", []byte{}
		}
		if strings.Contains(target, "component") {
			c.contentType = "application/json"
			c.body = []byte(`{"component_appid":"wx2222222222222222","authorizer_appid":"wxd930ea5d5a258f4f","authorizer_refresh_token":"refreshtoken@@@abcdefghijklmnopqrstuvwxyz"}`)
		}
		req, known := c.request(), &Known{Issuer: issuer}
		if strings.HasPrefix(target, uploadimg) {
			r := Account(req, known)
			return fmt.Sprint(r.Findings, r.RuledOut)
		}
		r := Call(req, known)
		return fmt.Sprint(r.Findings, r.RuledOut)
	}
	for _, x := range []struct{ target, claim string }{
		{uploadimg + "?access_token=" + goodToken, "not issued here"},
		{uploadimg + "?access_token=" + goodToken, "account.token.unknown"},
		{"/cgi-bin/token?grant_type=client_credential&appid=wxd930ea5d5a258f4f&secret=0123456789abcdef0123456789abcdef", "account.ask.unknown"},
		{"/cgi-bin/component/api_authorizer_token?component_access_token=" + goodToken, "account.ask.token_unknown"},
	} {
		if got := said(true, x.target); !strings.Contains(got, x.claim) {
			t.Errorf("%.60s: all is known, and %s is not said: %s", x.target, x.claim, got)
		}
		if got := said(false, x.target); strings.Contains(got, x.claim) {
			t.Errorf("%.60s: nothing is known, and %s is said: %s", x.target, x.claim, got)
		}
	}
}

// TestRightHost: hosts of WeChat's that have none of the APIs are told apart from those that do.
func TestRightHost(t *testing.T) {
	for _, x := range []struct{ host, target, want string }{
		{"pay.weixin.qq.com", "/v3/marketing/favor/media/image-upload", "api.mch.weixin.qq.com"},
		{"pay.weixin.qq.com", "/secapi/mch/uploadmedia", "api.mch.weixin.qq.com"},
		{"mp.weixin.qq.com", uploadimg, "api.weixin.qq.com"},
		{"api.weixin.qq.com", "/secapi/mch/uploadmedia", "api.mch.weixin.qq.com"},
		{"api2.mch.weixin.qq.com", "/secapi/mch/uploadmedia", ""},
		{"api.weixin.qq.com", uploadimg, ""},
		{"127.0.0.1:8080", uploadimg, ""},
	} {
		if got := RightHost(&Request{Method: "POST", Host: x.host, Target: x.target}); got != x.want {
			t.Errorf("%s%s: %q, want %q", x.host, x.target, got, x.want)
		}
	}
}
