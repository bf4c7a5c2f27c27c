package explain

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/wxup/wxup"
)

// base64Of writes other bytes than the signature's in base64.
func base64Of(f func(sig []byte) []byte) func(c *client) {
	return withEncoding(func(sig []byte) string { return base64.StdEncoding.EncodeToString(f(sig)) })
}

// instead sends a text in place of the signature.
func instead(text string) func(c *client) { return withEncoding(func([]byte) string { return text }) }

// withPair changes one pair of the header: $1 is its name, $2 its value.
func withPair(name, form string) func(c *client) {
	pair := regexp.MustCompile(`(` + name + `)="([^"]*)"`)
	return sendHeader(func(h string) string { return pair.ReplaceAllString(h, form) })
}

// behindNames writes something else between the names and the values.
func behindNames(form string) func(h string) string {
	equals := regexp.MustCompile(`(mchid|nonce_str|signature|timestamp|serial_no)="`)
	return func(h string) string { return equals.ReplaceAllString(h, "${1}"+form) }
}

const (
	testV3Key = "v3KeyOfThisMerchant0123456789abc"
	testV2Key = "a1B2c3D4e5F6a7B8c9D0e1F2a3B4c5D6"
)

// insteadRows are requests with something else in place of the signature, or around it.
var insteadRows = []mistake{
	{"another scheme, and a signature that ends in k=", "v3.authorization.scheme v3.signature.short", all(withEncoding(func(sig []byte) string {
		return base64.StdEncoding.EncodeToString(append(sig[:253:253], 0x69)) // …k=
	}), sendHeader(func(h string) string { return strings.Replace(h, "WECHATPAY2-SHA256-RSA2048", "RSA", 1) }))},
	{"the APIv3 key", "v3.signature.secret", instead(testV3Key)},
	{"the APIv2 key", "v3.signature.secret", instead(testV2Key)},
	{"another merchant's", "v3.signature.secret", instead("v3KeyOfTheNeighbour0123456789abc")},
	{"the key in hex", "v3.signature.secret", instead(hex.EncodeToString([]byte(testV3Key)))},
	{"the key in base64", "v3.signature.secret", instead(base64.StdEncoding.EncodeToString([]byte(testV3Key)))},
	{"a private key in PEM", "v3.signature.private_key", instead(strings.ReplaceAll(privatePEM(), "\n", " "))},
	{"its base64", "v3.signature.private_key", instead(base64.StdEncoding.EncodeToString(privateDER()))},
	{"PEM in base64", "v3.signature.private_key", instead(base64.StdEncoding.EncodeToString([]byte(privatePEM())))},
	{"a printed object", "v3.signature.printed", instead("Signature([12, 34, 56])")},
	{"a probe", "v3.signature.probe", withEncoding(func(sig []byte) string {
		return "WECHATPAY/SIGNTEST/" + base64.StdEncoding.EncodeToString(sig)[19:]
	})},
	{"a NUL behind it", "v3.signature.packed", base64Of(func(sig []byte) []byte { return append(sig, 0) })},
	{"an OCTET STRING", "v3.signature.packed", base64Of(func(sig []byte) []byte { return append([]byte{4, 0x82, 1, 0}, sig...) })},
	{"a BIT STRING", "v3.signature.packed", base64Of(func(sig []byte) []byte { return append([]byte{3, 0x82, 1, 1, 0}, sig...) })},
	{"a length of 4 bytes", "v3.signature.packed", base64Of(func(sig []byte) []byte { return append([]byte{0, 0, 1, 0}, sig...) })},
	{"a length of 2 bytes", "v3.signature.packed", base64Of(func(sig []byte) []byte { return append([]byte{1, 0}, sig...) })},
	{"=3D", "v3.signature.quoted_printable", writtenAs(func(s string) string { return strings.ReplaceAll(s, "=", "=3D") })},
	{"%3D", "v3.signature.url_encoded", writtenAs(func(s string) string { return strings.ReplaceAll(s, "=", "%3D") })},
	{"the alphabet of crypt", "v3.signature.alphabet", withEncoding(func(sig []byte) string {
		return base64.NewEncoding("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz").WithPadding(base64.NoPadding).EncodeToString(sig)
	})},
	{"Ed25519", "v3.signature.mac", base64Of(func(sig []byte) []byte { return sig[:64] })},
	{"the text in base64", "v3.signature.of_text", func(c *client) {
		c.after(func() {
			c.encode = func([]byte) string { return base64.StdEncoding.EncodeToString([]byte(c.frame(c.lines))) }
		})
	}},
}

func init() {
	for _, s := range []string{"undefined", "null", "1", "%s", "[B@5e9f23b4", "<Buffer 3a 4b>", "[object Uint8Array]", "System.Byte[]", "[object Promise]"} {
		insteadRows = append(insteadRows, mistake{s, "v3.signature.placeholder", instead(s)})
	}
}

func privateDER() []byte { return must(x509.MarshalPKCS8PrivateKey(theWorld().key)) }

func privatePEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: privateDER()}))
}

// syntaxRows are headers whose syntax is broken in one place. Their values are right.
var syntaxRows = []mistake{
	{"no closing quotes", "v3.authorization.closing_quote", sendHeader(replaced(`",`, ","))},
	{"one closing quote missing", "v3.authorization.closing_quote", withPair("timestamp", `$1="$2`)},
	{"the last quote missing", "v3.authorization.closing_quote", withPair("serial_no", `$1="$2`)},
	{"one opening quote missing", "v3.authorization.opening_quote", withPair("mchid", `$1=$2"`)},
	{"all opening quotes missing", "v3.authorization.opening_quote", sendHeader(behindNames("="))},
	{"==", "v3.authorization.equals", sendHeader(behindNames(`=="`))},
	{"one ==", "v3.authorization.equals", withPair("nonce_str", `$1=="$2"`)},
	{"a quote in the nonce", "v3.authorization.inner_quote", func(c *client) { c.nonce = c.nonce[:4] + `"` + c.nonce[4:] }},
	{"a Go map", "v3.authorization.printed", sendHeader(func(h string) string {
		scheme, rest, _ := strings.Cut(h, " ")
		return scheme + " map[" + strings.NewReplacer(`",`, " ", `"`, "").Replace(behindNames(`:`)(rest)) + "]"
	})},
	{"another name for mchid", "v3.authorization.pair_name", sendHeader(replaced("mchid=", "abcdef="))},
	{"a name with digits", "v3.authorization.pair_name", sendHeader(replaced("mchid=", "a1b2c3d4="))},
	{"JSON", "v3.authorization.json", sendHeader(func(h string) string {
		scheme, rest, _ := strings.Cut(h, " ")
		return `{"scheme":"` + scheme + `","token":"` + strings.ReplaceAll(rest, `"`, `\"`) + `"}`
	})},
	{"JSON with the scheme", "v3.authorization.json", sendHeader(func(h string) string {
		return `{"Authorization":"` + strings.ReplaceAll(h, `"`, `\"`) + `"}`
	})},
	{"backticks", "v3.authorization.quotes", sendHeader(replaced(`"`, "`"))},
	{"full-width quotes", "v3.authorization.quotes", sendHeader(replaced(`"`, "＂"))},
	{"full-width =", "v3.authorization.equals", sendHeader(behindNames(`＝"`))},
	{"%22", "v3.authorization.url_encoded", sendHeader(replaced(`"`, "%22"))},
	{"brand_id", "v3.authorization.id_name", sendHeader(replaced("mchid=", "brand_id="))},
	{"mchid for a brand", "v3.authorization.id_name", func(c *client) {
		c.target = "/brand/marketing/product-coupon/media/upload-image"
		sendHeader(replaced("WECHATPAY2-", "WECHATPAY-BRAND-"))(c)
	}},
	{"a printed function", "v3.authorization.placeholder", func(c *client) { c.nonce = "<function nonce_str at 0x7f>" }},
}

// TestHeaderSyntax: what is broken is named alone, and the values are read all the same: the key
// opens the signature.
func TestHeaderSyntax(t *testing.T) {
	t.Parallel()
	for _, m := range syntaxRows {
		c := newClient()
		m.make(c)
		req := c.request()
		for _, ep := range wxup.Endpoints() {
			if ep.Path == req.Target {
				req.Endpoint = ep
			}
		}
		r := V3(req, c.w.known)
		if got := strings.Join(causesOf(r), " "); got != m.want {
			t.Errorf("%s: %v, want %s", m.name, r.Findings, m.want)
		}
		if !r.Verified {
			t.Errorf("%s: the header was not read: %v", m.name, r.RuledOut)
		}
	}
}

// TestInsteadOfSignature: something else was sent as the signature. It is named, nothing is said of
// keys that do not open it, and no part of a secret is shown.
func TestInsteadOfSignature(t *testing.T) {
	t.Parallel()
	for _, m := range insteadRows {
		c := newClient()
		m.make(c)
		r := V3(c.request(), c.w.known)
		if got := strings.Join(causesOf(r), " "); got != m.want {
			t.Errorf("%s: %v, want %s", m.name, r.Findings, m.want)
		}
		if said := fmt.Sprint(r.RuledOut); strings.Contains(said, "public keys") {
			t.Errorf("%s: %s", m.name, said)
		}
		if m.want == "v3.signature.secret" || m.want == "v3.signature.private_key" {
			if f := r.Findings[0]; !strings.HasPrefix(f.Proof.Fact, "*** (") {
				t.Errorf("%s: %q is shown", m.name, f.Proof.Fact)
			}
		}
		for _, f := range r.Findings {
			checkFinding(t, f)
		}
	}
}

// TestNoHeader: a header that is empty, or that is named like those of answers.
func TestNoHeader(t *testing.T) {
	c := newClient()
	for name, change := range map[string]func(h map[string][]string){
		"v3.authorization.missing":        func(h map[string][]string) { delete(h, "Authorization") },
		"v3.authorization.blank":          func(h map[string][]string) { h["Authorization"] = []string{" "} },
		"v3.authorization.answer_headers": func(h map[string][]string) { delete(h, "Authorization"); h["Wechatpay-Signature"] = []string{"abc"} },
	} {
		req := c.request()
		change(req.Header)
		if got := strings.Join(causesOf(V3(req, c.w.known)), " "); got != name {
			t.Errorf("%s, want %s", got, name)
		}
	}
}

// TestSignIsSecret: a key in place of the sign of APIv2.
func TestSignIsSecret(t *testing.T) {
	for _, s := range []string{testV2Key, testV3Key, strings.ToUpper(testV2Key), hex.EncodeToString([]byte(testV3Key))} {
		c := newV2()
		c.encode = func([]byte) string { return s }
		r := V2(c.request(), c.known)
		if got := strings.Join(causesOf(r), " "); got != "v2.sign.secret" || !strings.HasPrefix(r.Findings[0].Proof.Fact, "sign=*** (") {
			t.Errorf("%d: %v %s", len(s), r.Findings, r.Findings[0].Proof.Fact)
		}
	}
}

// timeRows are wrong timestamps, sent or signed.
var timeRows = []mistake{
	{"a year", "clock.year", sendTime("2025")},
	{"negative", "clock.negative", sendTime("-1755000000")},
	{"the documents' sample", "clock.sample", sendTime("1554208460")},
	{"a sample of APIv2", "clock.sample", sendTime("1414561699")},
	{"cut to the minute", "v3.timestamp.rounded", func(c *client) {
		c.timestamp = fmt.Sprint(c.now/60*60 - 10)
		signTime(fmt.Sprint(c.now/60*60 - 60))(c)
	}},
	{"up to the minute", "v3.timestamp.rounded", func(c *client) {
		c.timestamp = fmt.Sprint(c.now/60*60 - 50)
		signTime(fmt.Sprint(c.now / 60 * 60))(c)
	}},
	{"cut to the hour", "v3.timestamp.rounded", func(c *client) {
		hour := (c.now/3600 + 1) * 3600
		c.now, c.timestamp = hour+200, fmt.Sprint(hour+200)
		signTime(fmt.Sprint(hour))(c)
	}},
	{"read twice", "v3.timestamp.other", signTime("1755000031")},
	{"read twice, at a round time", "v3.timestamp.other", func(c *client) {
		c.timestamp = fmt.Sprint(c.now/60*60 + 3)
		signTime(fmt.Sprint(c.now / 60 * 60))(c)
	}},

	// The path.
	{"the last segment", "v3.url.last_segment", signTarget(func(string) string { return "image-upload" })},
	{"with its slash", "v3.url.last_segment", signTarget(func(string) string { return "/image-upload" })},
	{"/", "v3.url.instead", signTarget(func(string) string { return "/" })},
	{"%2D", "v3.url.decoded", func(c *client) {
		c.target = strings.Replace(c.target, "-", "%2D", 1)
		signTarget(replaced("%2D", "-"))(c)
	}},
}

func init() {
	for _, body := range []string{"{}", "null", "undefined", "None", "[]", "[object Object]"} {
		timeRows = append(timeRows, mistake{"GET, " + body, "v3.body.unwanted", func(c *client) {
			c.method, c.target, c.meta, c.body = "GET", "/v3/certificates", "", []byte{}
			setLine(4, func(*client, string) string { return body })(c)
		}})
	}
}

func TestTimePathAndGet(t *testing.T) {
	t.Parallel()
	for _, m := range timeRows {
		c := newClient()
		m.make(c)
		r := V3(c.request(), c.w.known)
		if got := strings.Join(causesOf(r), " "); got != m.want {
			t.Errorf("%s: %v, want %s", m.name, r.Findings, m.want)
		}
		for _, f := range r.Findings {
			checkFinding(t, f)
		}
	}
}

// TestLettersNamed: of the letters that stand for digits those are named that are there.
func TestLettersNamed(t *testing.T) {
	for _, x := range []struct{ digit, letter, want string }{{"0", "O", "O → 0"}, {"0", "o", "o → 0"}, {"1", "l", "l → 1"}, {"1", "I", "I → 1"}} {
		c := newClient()
		sendDigest(func(c *client) string { return strings.ReplaceAll(c.digest(), x.digit, x.letter) })(c)
		if r := V3(c.request(), c.w.known); len(r.Findings) != 1 || r.Findings[0].Value != x.want {
			t.Errorf("%s: %v", x.letter, r.Findings)
		}
	}
}
