package explain

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// A mistake is one right request made wrong in one way, or in several. want are the causes that must be named; others
// must not.
type mistake struct {
	name string
	want string // ids, separated by blanks
	make func(c *client)
}

// setLine makes a mistake in one line of the signed text.
func setLine(i int, f func(c *client, line string) string) func(c *client) {
	return func(c *client) {
		c.after(func() { c.lines[i] = f(c, c.lines[i]) })
	}
}

// after adds something to be done when the right lines are known.
func (c *client) after(f func()) {
	before := c.late
	c.late = func(c *client) {
		if before != nil {
			before(c)
		}
		f()
	}
}

func signBody(f func(c *client) string) func(c *client) {
	return setLine(4, func(c *client, _ string) string { return f(c) })
}

func signMeta(f func(meta string) string) func(c *client) {
	return setLine(4, func(_ *client, meta string) string { return f(meta) })
}

func withFrame(f func(l [5]string) string) func(c *client) { return func(c *client) { c.frame = f } }

func withEncoding(f func(sig []byte) string) func(c *client) {
	return func(c *client) { c.encode = f }
}

func withSign(f func(key *rsa.PrivateKey, text string) []byte) func(c *client) {
	return func(c *client) { c.sign = f }
}

func withHeader(change func(text string) string) func(c *client) {
	return func(c *client) {
		before := c.header
		c.header = func(c *client, signature string) string { return change(before(c, signature)) }
	}
}

// encrypt is what privateEncrypt of some languages does: PKCS #1 v1.5 padding, no DigestInfo.
func encrypt(key *rsa.PrivateKey, data []byte) []byte {
	return must(rsa.SignPKCS1v15(nil, key, 0, data))
}

func hashWith(h crypto.Hash) func(key *rsa.PrivateKey, text string) []byte {
	return func(key *rsa.PrivateKey, text string) []byte {
		s := h.New()
		s.Write([]byte(text))
		return must(rsa.SignPKCS1v15(nil, key, h, s.Sum(nil)))
	}
}

func sum256(text string) []byte { s := sha256.Sum256([]byte(text)); return s[:] }

func reverse(b []byte) []byte {
	out := make([]byte, len(b))
	for i := range b {
		out[len(b)-1-i] = b[i]
	}
	return out
}

// all makes several mistakes at once.
func all(fs ...func(c *client)) func(c *client) {
	return func(c *client) {
		for _, f := range fs {
			f(c)
		}
	}
}

func named2(name string) func(c *client) { return func(c *client) { c.named(name) } }

func sendMeta(f func(c *client) string) func(c *client) {
	return func(c *client) { c.meta = f(c) }
}

var (
	wholeForm   = signBody(func(c *client) string { return string(c.form()) })
	emptyBody   = signBody(func(*client) string { return "" })
	noLastLF    = withFrame(func(l [5]string) string { return strings.Join(l[:], "\n") })
	crlfLines   = withFrame(func(l [5]string) string { return strings.Join(l[:], "\r\n") + "\r\n" })
	swapped     = withFrame(func(l [5]string) string { return strings.Join([]string{l[0], l[1], l[3], l[2], l[4], ""}, "\n") })
	millis      = setLine(2, func(_ *client, s string) string { return s + "417" })
	absolute    = setLine(1, func(c *client, s string) string { return "https://" + c.host + s })
	pythonJSON  = signMeta(func(m string) string { return strings.NewReplacer(`":`, `": `, `",`, `", `).Replace(m) })
	swappedKeys = signBody(func(c *client) string {
		return fmt.Sprintf(`{"sha256":"%s","filename":%s}`, c.digest(), quoteJSON(c.filename))
	})
	lowerMethod = setLine(0, func(_ *client, s string) string { return strings.ToLower(s) })
)

func pretty(indent, eol, colon string) func(string) string {
	return func(m string) string {
		m = strings.NewReplacer(`","`, `",`+eol+indent+`"`, `":`, `"`+colon).Replace(m)
		return "{" + eol + indent + strings.Trim(m, "{}") + eol + "}"
	}
}

// bufferJSON is what JSON.stringify makes of a Buffer.
func bufferJSON(b []byte) string {
	var list []int
	for _, c := range b {
		list = append(list, int(c))
	}
	return `{"type":"Buffer","data":` + string(must(json.Marshal(list))) + "}"
}

func utf16le(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

// uEscaped writes what is not ASCII as \uXXXX.
func uEscaped(s, form string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		for _, u := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u`+form, u)
		}
	}
	return b.String()
}

var v3Mistakes = []mistake{
	// The key.
	{"another merchant's key", "v3.key.other_merchant", func(c *client) { c.key = c.w.other }},
	{"the merchant's other certificate", "v3.key.other_certificate", func(c *client) { c.key = c.w.second }},
	{"the platform's key", "v3.key.platform", func(c *client) { c.key = c.w.platform }},
	{"another merchant's key of another size", "v3.key.other_merchant", func(c *client) { c.key = c.w.long }},
	{"an unknown key of 3072 bits", "v3.key.size", withSign(func(_ *rsa.PrivateKey, text string) []byte {
		h := sha256.Sum256([]byte(text))
		return must(rsa.SignPKCS1v15(nil, must(rsa.GenerateKey(rand.Reader, 3072)), crypto.SHA256, h[:]))
	})},
	{"PSS, salt of the hash's size", "v3.key.pss", withSign(func(key *rsa.PrivateKey, text string) []byte {
		return must(rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum256(text), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}))
	})},
	{"PSS, largest salt", "v3.key.pss", withSign(func(key *rsa.PrivateKey, text string) []byte {
		return must(rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum256(text), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}))
	})},
	{"PSS and SHA-1", "v3.key.pss v3.hash.other", withSign(func(key *rsa.PrivateKey, text string) []byte {
		h := sha1.Sum([]byte(text))
		return must(rsa.SignPSS(rand.Reader, key, crypto.SHA1, h[:], &rsa.PSSOptions{SaltLength: 20}))
	})},
	{"PSS over the whole form", "v3.key.pss v3.body.whole_multipart", all(wholeForm, withSign(func(key *rsa.PrivateKey, text string) []byte {
		return must(rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum256(text), &rsa.PSSOptions{SaltLength: 32}))
	}))},
	{"SHA-1", "v3.hash.other", withSign(hashWith(crypto.SHA1))},
	{"MD5", "v3.hash.other", withSign(hashWith(crypto.MD5))},
	{"SHA-512", "v3.hash.other", withSign(hashWith(crypto.SHA512))},
	{"SHA-384", "v3.hash.other", withSign(hashWith(crypto.SHA384))},
	{"SHA-1 and no last LF", "v3.hash.other v3.frame.no_last_lf", all(noLastLF, withSign(hashWith(crypto.SHA1)))},
	{"a bare hash", "v3.key.digest_info", withSign(func(key *rsa.PrivateKey, text string) []byte { return encrypt(key, sum256(text)) })},
	{"a hash in hex, encrypted", "v3.hash.as_text", withSign(func(key *rsa.PrivateKey, text string) []byte {
		return encrypt(key, []byte(hex.EncodeToString(sum256(text))))
	})},
	{"a hash in base64, encrypted", "v3.hash.as_text", withSign(func(key *rsa.PrivateKey, text string) []byte {
		return encrypt(key, []byte(base64.StdEncoding.EncodeToString(sum256(text))))
	})},
	{"the text itself, encrypted", "v3.hash.none", withSign(func(key *rsa.PrivateKey, text string) []byte { return encrypt(key, []byte(text)) })},
	{"the text itself, encrypted, no last LF", "v3.hash.none v3.frame.no_last_lf", all(noLastLF, withSign(func(key *rsa.PrivateKey, text string) []byte { return encrypt(key, []byte(text)) }))},
	{"DigestInfo without NULL", "v3.key.digest_info", withSign(func(key *rsa.PrivateKey, text string) []byte {
		info := append([]byte{0x30, 0x2F, 0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x04, 0x20}, sum256(text)...)
		return encrypt(key, info)
	})},
	{"RSA without padding", "v3.key.no_padding v3.key.digest_info", withSign(func(key *rsa.PrivateKey, text string) []byte {
		return new(big.Int).Exp(new(big.Int).SetBytes(append([]byte{0x11}, sum256(text)[1:]...)), key.D, key.N).FillBytes(make([]byte, key.Size()))
	})},
	{"hashed twice, in hex between", "v3.hash.twice", withFrame(func(l [5]string) string { return hex.EncodeToString(sum256(strings.Join(l[:], "\n") + "\n")) })},
	{"hashed twice", "v3.hash.twice", withFrame(func(l [5]string) string { return string(sum256(strings.Join(l[:], "\n") + "\n")) })},
	{"only a hash, base64", "v3.key.only_hash", withSign(func(_ *rsa.PrivateKey, text string) []byte { return sum256(text) })},
	{"only a hash, hex", "v3.key.only_hash v3.signature.hex", all(withSign(func(_ *rsa.PrivateKey, text string) []byte { return sum256(text) }), withEncoding(hex.EncodeToString))},
	{"HMAC with the APIv3 key", "v3.key.hmac", func(c *client) {
		c.sign = func(_ *rsa.PrivateKey, text string) []byte {
			m := hmac.New(sha256.New, []byte(c.w.merchant.APIv3Key))
			m.Write([]byte(text))
			return m.Sum(nil)
		}
	}},
	{"HMAC with the APIv2 key over an empty body", "v3.key.hmac v3.body.empty", all(emptyBody, func(c *client) {
		c.sign = func(_ *rsa.PrivateKey, text string) []byte {
			m := hmac.New(sha256.New, []byte(c.w.merchant.APIv2Key))
			m.Write([]byte(text))
			return m.Sum(nil)
		}
	})},
	{"ECDSA", "v3.key.elliptic", withSign(func(_ *rsa.PrivateKey, text string) []byte {
		r, s := new(big.Int).Lsh(big.NewInt(1), 250), new(big.Int).Lsh(big.NewInt(3), 249)
		_ = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
		return must(asn1.Marshal(struct{ R, S *big.Int }{r, s}))
	})},
	{"the bytes turned round", "v3.signature.reversed", withEncoding(func(sig []byte) string { return base64.StdEncoding.EncodeToString(reverse(sig)) })},
	{"the number's own bytes", "v3.signature.number", withEncoding(func(sig []byte) string { return base64.StdEncoding.EncodeToString(append([]byte{0}, sig...)) })},

	// How the signature is written.
	{"hex", "v3.signature.hex", withEncoding(hex.EncodeToString)},
	{"HEX", "v3.signature.hex", withEncoding(func(sig []byte) string { return strings.ToUpper(hex.EncodeToString(sig)) })},
	{"AB-CD", "v3.signature.hex", withEncoding(func(sig []byte) string {
		var s []string
		for _, b := range sig {
			s = append(s, fmt.Sprintf("%02X", b))
		}
		return strings.Join(s, "-")
	})},
	{"URL-safe", "v3.signature.url_safe", withEncoding(base64.URLEncoding.EncodeToString)},
	{"URL-safe, no padding", "v3.signature.url_safe v3.signature.padding", withEncoding(base64.RawURLEncoding.EncodeToString)},
	{"no padding", "v3.signature.padding", withEncoding(base64.RawStdEncoding.EncodeToString)},
	{"wrapped at 76", "v3.signature.wrapped", withEncoding(func(sig []byte) string { return wrap(base64.StdEncoding.EncodeToString(sig), 76, "\r\n ") })},
	{"wrapped at 64 with blanks left", "v3.signature.wrapped", withEncoding(func(sig []byte) string { return wrap(base64.StdEncoding.EncodeToString(sig), 64, " ") })},
	{"wrapped, literal", "v3.signature.wrapped", withEncoding(func(sig []byte) string { return wrap(base64.StdEncoding.EncodeToString(sig), 60, `\n`) })},
	{"base64 twice", "v3.signature.twice", withEncoding(func(sig []byte) string {
		return base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString(sig)))
	})},
	{"base64 of hex", "v3.signature.base64_of_hex", withEncoding(func(sig []byte) string {
		return base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(sig)))
	})},
	{"cut at 255", "v3.signature.short", withEncoding(func(sig []byte) string { return base64.StdEncoding.EncodeToString(sig)[:255] })},
	{"cut at 128", "v3.signature.short", withEncoding(func(sig []byte) string { return base64.StdEncoding.EncodeToString(sig)[:128] })},
	{"lower-cased", "v3.signature.case", withEncoding(func(sig []byte) string { return strings.ToLower(base64.StdEncoding.EncodeToString(sig)) })},
	{"URL-encoded twice", "v3.signature.url_encoded", withEncoding(func(sig []byte) string {
		return url.QueryEscape(url.QueryEscape(base64.StdEncoding.EncodeToString(sig)))
	})},
	{"blanks for plus", "v3.signature.blanks", withEncoding(func(sig []byte) string {
		return strings.ReplaceAll(base64.StdEncoding.EncodeToString(sig), "+", " ")
	})},
	{"URL-encoded", "v3.signature.url_encoded", withEncoding(func(sig []byte) string { return url.QueryEscape(base64.StdEncoding.EncodeToString(sig)) })},
	{"HTML-encoded", "v3.signature.html", withEncoding(func(sig []byte) string {
		return strings.ReplaceAll(base64.StdEncoding.EncodeToString(sig), "=", "&#61;")
	})},
	{"JSON escapes", "v3.signature.json", withEncoding(func(sig []byte) string {
		return strings.ReplaceAll(base64.StdEncoding.EncodeToString(sig), "/", `\/`)
	})},
	{"Python bytes", "v3.signature.python_bytes", withEncoding(func(sig []byte) string { return "b'" + base64.StdEncoding.EncodeToString(sig) + "'" })},
	{"undefined", "v3.signature.placeholder", withEncoding(func([]byte) string { return "undefined" })},
	{"a promise", "v3.signature.placeholder", withEncoding(func([]byte) string { return "[object Promise]" })},
	{"raw bytes", "v3.signature.not_base64", withEncoding(func([]byte) string { return "k!s" + strings.Repeat("x", 250) })},
	{"hex over an empty body", "v3.signature.hex v3.body.empty", all(emptyBody, withEncoding(hex.EncodeToString))},
	{"blanks for plus and milliseconds", "v3.signature.blanks v3.timestamp.milliseconds", all(millis, withEncoding(func(sig []byte) string {
		return strings.ReplaceAll(base64.StdEncoding.EncodeToString(sig), "+", " ")
	}))},

	// The header.
	{"no Authorization", "v3.authorization.missing", withHeader(func(string) string { return "" })},
	{"Bearer", "v3.authorization.scheme", withHeader(func(s string) string { return strings.Replace(s, "WECHATPAY2-SHA256-RSA2048", "Bearer", 1) })},
	{"scheme missing", "v3.authorization.scheme", withHeader(func(s string) string { return strings.TrimPrefix(s, "WECHATPAY2-SHA256-RSA2048 ") })},
	{"scheme in lower case", "v3.authorization.scheme", withHeader(func(s string) string {
		return strings.Replace(s, "WECHATPAY2-SHA256-RSA2048", "wechatpay2-sha256-rsa2048", 1)
	})},
	{"no blank", "v3.authorization.no_blank", withHeader(func(s string) string { return strings.Replace(s, "RSA2048 ", "RSA2048", 1) })},
	{"comma behind the scheme", "v3.authorization.no_blank", withHeader(func(s string) string { return strings.Replace(s, "RSA2048 ", "RSA2048,", 1) })},
	{"SM2", "v3.authorization.sm2", withHeader(func(s string) string {
		return strings.Replace(s, "WECHATPAY2-SHA256-RSA2048", "WECHATPAY2-SM2-WITH-SM3", 1)
	})},
	{"encodeURIComponent", "v3.authorization.url_encoded", withHeader(func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") })},
	{"urlencode", "v3.authorization.url_encoded", withHeader(url.QueryEscape)},
	{"encoded, an empty body signed", "v3.authorization.url_encoded v3.body.empty", all(emptyBody, withHeader(url.QueryEscape))},
	{"name in value", "v3.authorization.name_in_value", withHeader(func(s string) string { return "Authorization: " + s })},
	{"single quotes", "v3.authorization.quotes", withHeader(func(s string) string { return strings.ReplaceAll(s, `"`, `'`) })},
	{"no quotes", "v3.authorization.quotes", withHeader(func(s string) string { return strings.ReplaceAll(s, `"`, ``) })},
	{"curly quotes", "v3.authorization.quotes", withHeader(func(s string) string { return quotedValue.ReplaceAllString(s, "$1=“$2”") })},
	{"colons", "v3.authorization.equals", withHeader(func(s string) string { return quotedValue.ReplaceAllString(s, `$1:"$2"`) })},
	{"semicolons", "v3.authorization.commas", withHeader(func(s string) string { return strings.ReplaceAll(s, `",`, `";`) })},
	{"blanks for commas", "v3.authorization.commas", withHeader(func(s string) string { return strings.ReplaceAll(s, `",`, `" `) })},
	{"comma at the end", "v3.authorization.commas", withHeader(func(s string) string { return s + "," })},
	{"serial for serial_no", "v3.authorization.pair_name", withHeader(func(s string) string { return strings.Replace(s, "serial_no=", "serial=", 1) })},
	{"mch_id for mchid", "v3.authorization.pair_name", withHeader(func(s string) string { return strings.Replace(s, "mchid=", "mch_id=", 1) })},
	{"no nonce_str", "v3.authorization.pair_missing", withHeader(func(s string) string {
		return strings.Replace(s, `nonce_str="593BEC0C930BF1AFEB40B4A08C8Fb242",`, "", 1)
	})},
	{"appid in the header", "v3.authorization.extra_pair", withHeader(func(s string) string { return s + `,appid="wxd678efh567hg6787"` })},
	{"no Accept", "v3.header.accept", func(c *client) { delete(c.headers, "Accept") }},
	{"no User-Agent", "v3.header.user_agent", func(c *client) { delete(c.headers, "User-Agent") }},
	{"brand scheme", "v3.authorization.brand", withHeader(func(s string) string {
		return strings.NewReplacer("WECHATPAY2-", "WECHATPAY-BRAND-", "mchid=", "brand_id=").Replace(s)
	})},

	// mchid and serial_no.
	{"platform serial", "v3.serial.platform", func(c *client) { c.serial = c.w.known.Platform[0].Serial }},
	{"public key id", "v3.serial.public_key_id", func(c *client) { c.serial = c.w.known.Platform[1].Serial }},
	{"unknown public key id", "v3.serial.public_key_id", func(c *client) { c.serial = "PUB_KEY_ID_0119999999992024110100382200000001" }},
	{"another merchant's serial", "v3.serial.other_merchant", func(c *client) { c.serial = c.w.neighbour.Keys[0].Serial }},
	{"serial in decimal", "v3.serial.decimal", func(c *client) {
		c.serial = c.w.merchant.Keys[0].Certificate.SerialNumber.String()
	}},
	{"thumbprint", "v3.serial.thumbprint", func(c *client) {
		c.serial = fmt.Sprintf("%x", sha1.Sum(c.w.merchant.Keys[0].Certificate.Raw))
	}},
	{"serial=…", "v3.serial.decorated", func(c *client) { c.serial = "serial=" + c.serial }},
	{"0x…", "v3.serial.decorated", func(c *client) { c.serial = "0x" + c.serial }},
	{"serial cut", "v3.serial.cut", func(c *client) { c.serial = c.serial[:20] }},
	{"serial reversed", "v3.serial.reversed", func(c *client) {
		c.serial = hex.EncodeToString(reverse(c.w.merchant.Keys[0].Certificate.SerialNumber.Bytes()))
	}},
	{"serial is mchid", "v3.serial.mchid", func(c *client) { c.serial = c.mchid }},
	{"a partner signs, its sub-merchant's number is sent", "v3.mchid.other", func(c *client) {
		c.key, c.serial = c.w.other, c.w.neighbour.Keys[0].Serial
	}},
	{"mchid with a slip", "v3.mchid.other", func(c *client) {
		known := *c.w.known
		known.Merchant, known.Others = nil, []*Merchant{c.w.merchant, c.w.neighbour}
		w := *c.w
		w.known, c.w, c.mchid = &known, &w, "1900009119"
	}},
	{"some other serial", "v3.serial.unknown", func(c *client) { c.serial = "0123456789ABCDEF0123456789ABCDEF01234567" }},
	{"appid for mchid", "v3.mchid.appid", func(c *client) { c.mchid = "wxd930ea5d5a258f4f" }},
	{"replaced certificate", "v3.serial.replaced", func(c *client) {
		w := *c.w
		m := *w.merchant
		m.Keys = []Key{CertificateKey(m.Keys[0].Certificate, Replaced), m.Keys[1]}
		known := *w.known
		known.Merchant = &m
		w.known, w.merchant, c.w = &known, &m, &w
	}},

	// Method and URL.
	{"method in lower case", "v3.method.case", lowerMethod},
	{"Post", "v3.method.case", setLine(0, func(*client, string) string { return "Post" })},
	{"GET signed", "v3.method.other", setLine(0, func(*client, string) string { return "GET" })},
	{"PUT signed", "v3.method.other", setLine(0, func(*client, string) string { return "PUT" })},
	{"method empty", "v3.method.empty", setLine(0, func(*client, string) string { return "" })},
	{"absolute URL", "v3.url.absolute", absolute},
	{"absolute URL, http", "v3.url.absolute", setLine(1, func(c *client, s string) string { return "http://" + c.host + s })},
	{"absolute URL of the real host, sent elsewhere", "v3.url.absolute", all(func(c *client) { c.host = "127.0.0.1:8080" }, setLine(1, func(_ *client, s string) string { return "https://api.mch.weixin.qq.com" + s }))},
	{"host and path", "v3.url.host", setLine(1, func(c *client, s string) string { return c.host + s })},
	{"trailing slash signed", "v3.url.slash", setLine(1, func(_ *client, s string) string { return s + "/" })},
	{"trailing slash sent", "v3.url.slash", all(func(c *client) { c.target += "/" }, setLine(1, func(_ *client, s string) string { return strings.TrimSuffix(s, "/") }))},
	{"no first slash", "v3.url.no_slash", setLine(1, func(_ *client, s string) string { return s[1:] })},
	{"without query", "v3.url.no_query", all(func(c *client) { c.target += "?trace=1" }, setLine(1, func(_ *client, s string) string { p, _, _ := strings.Cut(s, "?"); return p }))},
	{"query in another order", "v3.url.query", all(func(c *client) { c.target += "?b=2&a=1" }, setLine(1, func(_ *client, s string) string { return strings.Replace(s, "b=2&a=1", "a=1&b=2", 1) }))},
	{"one parameter less", "v3.url.query", all(func(c *client) { c.target += "?b=2&a=1" }, setLine(1, func(_ *client, s string) string { return strings.Replace(s, "&a=1", "", 1) }))},
	{"decoded query", "v3.url.decoded", all(func(c *client) { c.target += "?n=%E5%9B%BE%20a" }, setLine(1, func(_ *client, s string) string { return must(url.PathUnescape(s)) }))},
	{"sibling path", "v3.url.sibling", setLine(1, func(*client, string) string { return "/v3/merchant/media/upload" })},
	{"video path", "v3.url.sibling", setLine(1, func(*client, string) string { return "/v3/merchant/media/video_upload" })},
	{"path of the JSAPI sample", "v3.url.sibling", setLine(1, func(*client, string) string { return "/v3/pay/transactions/jsapi" })},
	{"behind a gateway", "v3.url.prefix", all(func(c *client) { c.target = "/gateway/wx" + c.target }, setLine(1, func(_ *client, s string) string { return strings.TrimPrefix(s, "/gateway/wx") }))},
	{"without /v3", "v3.url.prefix", setLine(1, func(_ *client, s string) string { return strings.TrimPrefix(s, "/v3") })},
	{"double slash", "v3.url.slash", setLine(1, func(_ *client, s string) string { return "/" + s })},
	{"host only", "v3.url.only_host", setLine(1, func(c *client, _ string) string { return "https://" + c.host })},
	{"URL encoded", "v3.url.encoded", setLine(1, func(_ *client, s string) string { return url.QueryEscape(s) })},

	// Timestamp and nonce.
	{"milliseconds signed", "v3.timestamp.milliseconds", millis},
	{"milliseconds signed, .000", "v3.timestamp.milliseconds", setLine(2, func(_ *client, s string) string { return s + "000" })},
	{"milliseconds signed, header rounded up", "v3.timestamp.milliseconds", setLine(2, func(c *client, _ string) string { return strconv.FormatInt(c.now*1000-321, 10) })},
	{"one second later", "v3.timestamp.other", setLine(2, func(c *client, _ string) string { return strconv.FormatInt(c.now+1, 10) })},
	{"two minutes before", "v3.timestamp.other", setLine(2, func(c *client, _ string) string { return strconv.FormatInt(c.now-120, 10) })},
	{"299 seconds later", "v3.timestamp.other", setLine(2, func(c *client, _ string) string { return strconv.FormatInt(c.now+299, 10) })},
	{"timestamp empty", "v3.timestamp.empty", setLine(2, func(*client, string) string { return "" })},
	{"1755000000.0", "v3.timestamp.form", setLine(2, func(_ *client, s string) string { return s + ".0" })},
	{"a date signed", "v3.timestamp.form", setLine(2, func(*client, string) string { return "2025-08-12 20:00:00" })},
	{"nonce in lower case", "v3.nonce.case", setLine(3, func(_ *client, s string) string { return strings.ToLower(s) })},
	{"nonce in upper case", "v3.nonce.case", setLine(3, func(_ *client, s string) string { return strings.ToUpper(s) })},
	{"nonce empty", "v3.nonce.empty", setLine(3, func(*client, string) string { return "" })},
	{"nonce cut at 16", "v3.nonce.cut", setLine(3, func(_ *client, s string) string { return s[:16] })},
	{"nonce with dashes", "v3.nonce.form", setLine(3, func(*client, string) string { return "593bec0c-930b-f1af-eb40-b4a08c8fb242" })},
	{"nonce in a header of its own", "v3.nonce.elsewhere", all(func(c *client) { c.headers["Nonce_str"] = "anotherNonce42" }, setLine(3, func(*client, string) string { return "anotherNonce42" }))},

	// The lines together.
	{"no last LF", "v3.frame.no_last_lf", noLastLF},
	{"CR LF", "v3.frame.crlf", crlfLines},
	{"two LFs at the end", "v3.frame.extra_lf", withFrame(func(l [5]string) string { return strings.Join(l[:], "\n") + "\n\n" })},
	{"an LF at the start", "v3.frame.extra_lf", withFrame(func(l [5]string) string { return "\n" + strings.Join(l[:], "\n") + "\n" })},
	{"an empty line in between", "v3.frame.extra_lf", withFrame(func(l [5]string) string { return strings.Join(l[:4], "\n") + "\n\n" + l[4] + "\n" })},
	{"timestamp and nonce swapped", "v3.frame.order", swapped},
	{"method and URL swapped", "v3.frame.order", withFrame(func(l [5]string) string { return strings.Join([]string{l[1], l[0], l[2], l[3], l[4], ""}, "\n") })},
	{"body first", "v3.frame.order", withFrame(func(l [5]string) string { return strings.Join([]string{l[4], l[0], l[1], l[2], l[3], ""}, "\n") })},
	{"no line of the body", "v3.frame.no_body_line", withFrame(func(l [5]string) string { return strings.Join(l[:4], "\n") + "\n" })},
	{"no nonce line", "v3.frame.missing_line", withFrame(func(l [5]string) string { return strings.Join([]string{l[0], l[1], l[2], l[4], ""}, "\n") })},
	{"no method line", "v3.frame.missing_line", withFrame(func(l [5]string) string { return strings.Join([]string{l[1], l[2], l[3], l[4], ""}, "\n") })},
	{"as an answer is signed", "v3.frame.answer", withFrame(func(l [5]string) string { return strings.Join([]string{l[2], l[3], l[4], ""}, "\n") })},
	{`literal \n`, "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], `\n`) + `\n` })},
	{`literal \n and LF`, "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], "\\n\n") + "\\n\n" })},
	{"/n", "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], `/n`) + `/n` })},
	{"joined by nothing", "v3.frame.separator", withFrame(func(l [5]string) string { return strings.Join(l[:], "") })},
	{"joined by &", "v3.frame.separator", withFrame(func(l [5]string) string { return strings.Join(l[:], "&") })},
	{"joined by commas", "v3.frame.separator", withFrame(func(l [5]string) string { return strings.Join(l[:], ",") })},
	{"mchid line at the end", "v3.frame.extra_line", func(c *client) {
		c.frame = func(l [5]string) string { return strings.Join(l[:], "\n") + "\n" + c.mchid + "\n" }
	}},
	{"mchid=… line before the body", "v3.frame.extra_line", func(c *client) {
		c.frame = func(l [5]string) string {
			return strings.Join(l[:4], "\n") + "\nmchid=" + c.mchid + "\n" + l[4] + "\n"
		}
	}},
	{"serial line", "v3.frame.extra_line", func(c *client) {
		c.frame = func(l [5]string) string { return strings.Join(l[:], "\n") + "\n" + c.serial + "\n" }
	}},
	{"scheme line", "v3.frame.extra_line", withFrame(func(l [5]string) string { return "WECHATPAY2-SHA256-RSA2048\n" + strings.Join(l[:], "\n") + "\n" })},
	{"indented", "v3.frame.indented", withFrame(func(l [5]string) string { return strings.Join(l[:], "\n    ") + "\n" })},
	{"indented by 8, the first too", "v3.frame.indented", withFrame(func(l [5]string) string {
		return "        " + strings.Join(l[:], "\n        ") + "\n"
	})},
	{"blanks at line ends", "v3.frame.blanks", withFrame(func(l [5]string) string { return strings.Join(l[:], " \n") + " \n" })},
	{"UTF-16", "v3.charset.utf16", withFrame(func(l [5]string) string { return utf16le(strings.Join(l[:], "\n") + "\n") })},
	{"BOM before the text", "v3.charset.bom", withFrame(func(l [5]string) string { return "\xEF\xBB\xBF" + strings.Join(l[:], "\n") + "\n" })},
	{"template of the documents", "v3.frame.comments", withFrame(func([5]string) string {
		return "HTTP请求方法\nURL\n请求时间戳\n请求随机串\n请求报文主体\n"
	})},
	{"comments of the documents", "v3.frame.comments", withFrame(func(l [5]string) string {
		return l[0] + " //请求方法\n" + l[1] + " //请求路径\n" + l[2] + " //时间戳\n" + l[3] + " //随机串\n" + l[4] + " //请求体\n"
	})},
	{"labels", "v3.frame.labels", withFrame(func(l [5]string) string {
		return "method:" + l[0] + "\nurl:" + l[1] + "\ntimestamp:" + l[2] + "\nnonce_str:" + l[3] + "\nbody:" + l[4] + "\n"
	})},
	{"method and URL on one line", "v3.frame.request_line", withFrame(func(l [5]string) string { return l[0] + " " + strings.Join(l[1:], "\n") + "\n" })},
	{"base64 of the text", "v3.frame.encoded", withFrame(func(l [5]string) string {
		return base64.StdEncoding.EncodeToString([]byte(strings.Join(l[:], "\n") + "\n"))
	})},
	{"only the body", "v3.frame.only_body", withFrame(func(l [5]string) string { return l[4] })},

	// The body.
	{"nothing", "v3.body.empty", emptyBody},
	{"the whole form", "v3.body.whole_multipart", wholeForm},
	{"the whole form without its last CR LF", "v3.body.whole_multipart", signBody(func(c *client) string { return strings.TrimSuffix(string(c.form()), "\r\n") })},
	{"the whole form, no last LF", "v3.body.whole_multipart v3.frame.no_last_lf", all(wholeForm, noLastLF)},
	{"the whole form with LF", "v3.body.multipart_lf", signBody(func(c *client) string { return string(c.formWith(c.boundary, "\n", c.file)) })},
	{"the whole form with LF everywhere", "v3.body.multipart_lf", signBody(func(c *client) string { return strings.ReplaceAll(string(c.form()), "\r\n", "\n") })},
	{"the whole form with two more dashes", "v3.body.multipart_boundary", signBody(func(c *client) string { return string(c.formWith("--"+c.boundary, "\r\n", c.file)) })},
	{"the whole form, the file first", "v3.body.multipart_order", signBody(func(c *client) string {
		f := string(c.form())
		a, b, z := strings.Index(f, "--wxup"), strings.LastIndex(f, "--wxup5b1f0c2dfe\r\nContent-Disposition: form-data; name=\"file\""), strings.LastIndex(f, "--wxup")
		return f[b:z] + f[a:b] + f[z:]
	})},
	{"the form without its closing delimiter", "v3.body.whole_multipart", signBody(func(c *client) string { return strings.TrimSuffix(string(c.form()), "--"+c.boundary+"--\r\n") })},
	{"meta's hash", "v3.meta.hashed", signMeta(func(m string) string { return hex.EncodeToString(sum256(m)) })},
	{"an empty text", "v3.frame.nothing", withFrame(func([5]string) string { return "" })},
	{"the text in quotes", "v3.frame.quoted", withFrame(func(l [5]string) string { return `"` + strings.Join(l[:], "\n") + "\n" + `"` })},
	{"the text in lower case", "v3.frame.case", withFrame(func(l [5]string) string { return strings.ToLower(strings.Join(l[:], "\n") + "\n") })},
	{"a blank behind the URL", "v3.frame.blanks", setLine(1, func(_ *client, s string) string { return s + " " })},
	{"a newline behind the timestamp", "v3.frame.extra_lf", setLine(2, func(_ *client, s string) string { return s + "\n" })},
	{"the form without the file", "v3.body.multipart_no_file", signBody(func(c *client) string { return string(c.formWith(c.boundary, "\r\n", nil)) })},
	{"the form as a JS string", "v3.body.multipart_text", signBody(func(c *client) string { return jsString(c.form()) })},
	{"the form as a binary string", "v3.body.multipart_text", signBody(func(c *client) string { return latin1ToUTF8(c.form()) })},
	{"the file", "v3.body.file", signBody(func(c *client) string { return string(c.file) })},
	{"the file in base64", "v3.body.file_base64", signBody(func(c *client) string { return base64.StdEncoding.EncodeToString(c.file) })},
	{"meta as Python bytes in an f-string", "v3.meta.not_json", signMeta(func(m string) string { return "b'" + m + "'" })},
	{"a Chinese name as Python bytes", "v3.meta.not_json", all(named2("图.jpg"), signMeta(func(m string) string { return "b'" + strings.Replace(m, "图", `\xe5\x9b\xbe`, 1) + "'" }))},
	{"a []byte with %v", "v3.meta.not_json", signMeta(func(m string) string { return fmt.Sprintf("%v", []byte(m)) })},
	{"a Uint8Array as text", "v3.meta.not_json", signMeta(func(m string) string { return strings.ReplaceAll(strings.Trim(fmt.Sprint([]byte(m)), "[]"), " ", ",") })},
	{"Arrays.toString", "v3.meta.not_json", all(named2("图.jpg"), signMeta(func(m string) string {
		var list []string
		for _, c := range []byte(m) {
			list = append(list, fmt.Sprint(int8(c)))
		}
		return "[" + strings.Join(list, ", ") + "]"
	}))},
	{"json.Marshal of a []byte", "v3.meta.not_json", signMeta(func(m string) string { return string(must(json.Marshal([]byte(m)))) })},
	{"ToString of a .NET form", "v3.body.literal", signBody(func(*client) string { return "System.Net.Http.MultipartFormDataContent" })},
	{"JSON.stringify of the form's Buffer", "v3.body.buffer_json", signBody(func(c *client) string { return bufferJSON(c.form()) })},
	{"JSON.stringify of the file's Buffer", "v3.body.buffer_json", signBody(func(c *client) string { return bufferJSON(c.file) })},
	{"JSON.stringify of meta's Buffer", "v3.body.buffer_json", signMeta(func(m string) string { return bufferJSON([]byte(m)) })},
	{"JSON.stringify of the form's Buffer, absolute URL", "v3.body.buffer_json v3.url.absolute", all(absolute, func(c *client) {
		c.headers["User-Agent"] = "wechatpay-axios-plugin/0.9.4 axios/1.7.7 node/22.21.1 linux/x64"
		signBody(func(c *client) string { return bufferJSON(c.form()) })(c)
	})},
	{"the digest", "v3.body.digest", signBody((*client).digest)},
	{"the name", "v3.body.filename", signBody(func(c *client) string { return c.filename })},
	{"{}", "v3.body.literal", signBody(func(*client) string { return "{}" })},
	{"[object Object]", "v3.body.literal", signBody(func(*client) string { return "[object Object]" })},
	{"null", "v3.body.literal", signBody(func(*client) string { return "null" })},
	{"meta with its part headers", "v3.body.meta_part", signBody(func(c *client) string { return c.metaHead + "\r\n" + c.meta })},
	{"meta=…", "v3.meta.wrapped", signMeta(func(m string) string { return "meta=" + m })},
	{`{"meta":…}`, "v3.meta.wrapped", signMeta(func(m string) string { return `{"meta":` + m + `}` })},
	{`{"meta":"…"}`, "v3.meta.wrapped", signMeta(func(m string) string { return `{"meta":` + quoteJSON(m) + `}` })},
	{"meta stringified twice", "v3.meta.encoded", signMeta(quoteJSON)},
	{"meta in base64", "v3.meta.encoded", signMeta(func(m string) string { return base64.StdEncoding.EncodeToString([]byte(m)) })},
	{"meta URL-encoded", "v3.meta.encoded", signMeta(url.QueryEscape)},

	// meta, written again.
	{"json.dumps", "v3.meta.spacing", pythonJSON},
	{"sent by json.dumps, signed compact", "v3.meta.spacing", all(sendMeta(func(c *client) string {
		return `{"filename": "filea.jpg", "sha256": "` + c.digest() + `"}`
	}), signMeta(func(m string) string { return strings.ReplaceAll(m, ": ", ":") }), signMeta(func(m string) string { return strings.ReplaceAll(m, ", ", ",") }))},
	{"indented by 2", "v3.meta.spacing", signMeta(pretty("  ", "\n", ": "))},
	{"indented by 4", "v3.meta.spacing", signMeta(pretty("    ", "\n", ": "))},
	{"indented by a tab", "v3.meta.spacing", signMeta(pretty("\t", "\n", ": "))},
	{"indented, CR LF", "v3.meta.spacing", signMeta(pretty("  ", "\r\n", ": "))},
	{"Jackson pretty", "v3.meta.spacing", signMeta(pretty("  ", "\n", " : "))},
	{"as the documents print it", "v3.meta.spacing", signMeta(func(m string) string {
		return strings.NewReplacer(`{"`, `{ "`, `":`, `": `, `",`, `", `).Replace(m)
	})},
	{"key order", "v3.meta.key_order", swappedKeys},
	{"key order and json.dumps", "v3.meta.key_order v3.meta.spacing", all(swappedKeys, pythonJSON)},
	{`\/`, "v3.meta.escape_slash", all(named2("a/b.jpg"), signMeta(func(m string) string { return strings.ReplaceAll(m, "/", `\/`) }))},
	{`sent \/`, "v3.meta.escape_slash", all(named2("a/b.jpg"), sendMeta(func(c *client) string { return strings.ReplaceAll(c.meta, "/", `\/`) }), signMeta(func(m string) string { return strings.ReplaceAll(m, `\/`, "/") }))},
	{`\uXXXX`, "v3.meta.escape_unicode", all(named2("图片.jpg"), signMeta(func(m string) string { return uEscaped(m, "%04x") }))},
	{`\uXXXX upper case`, "v3.meta.escape_unicode", all(named2("图片.jpg"), signMeta(func(m string) string { return uEscaped(m, "%04X") }))},
	{`sent \uXXXX`, "v3.meta.escape_unicode", all(named2("图片.jpg"), sendMeta(func(c *client) string { return uEscaped(c.meta, "%04x") }), signBody(func(c *client) string {
		return `{"filename":"图片.jpg","sha256":"` + c.digest() + `"}`
	}))},
	{`\uxxxx sent, \uXXXX signed`, "v3.meta.escape_case", all(named2("图片.jpg"), sendMeta(func(c *client) string { return uEscaped(c.meta, "%04x") }), signBody(func(c *client) string {
		return uEscaped(`{"filename":"图片.jpg","sha256":"`+c.digest()+`"}`, "%04X")
	}))},
	{"PHP: both escapes", "v3.meta.escape_slash v3.meta.escape_unicode", all(named2("图/片.jpg"), signMeta(func(m string) string { return uEscaped(strings.ReplaceAll(m, "/", `\/`), "%04x") }))},
	{"Go: & < >", "v3.meta.escape_html", all(named2("a&b<c>.jpg"), signMeta(func(m string) string {
		return strings.NewReplacer("&", `\u0026`, "<", `\u003c`, ">", `\u003e`).Replace(m)
	}))},
	{"Gson: = and '", "v3.meta.escape_html", all(named2("a='b'.jpg"), signMeta(func(m string) string { return strings.NewReplacer("=", `\u003d`, "'", `\u0027`).Replace(m) }))},
	{"System.Text.Json: +", "v3.meta.escape_html", all(named2("a+b.jpg"), signMeta(func(m string) string { return strings.ReplaceAll(m, "+", `\u002B`) }))},
	{"json.dumps of a Chinese name", "v3.meta.escape_unicode v3.meta.spacing", all(named2("图片.jpg"), signMeta(func(m string) string {
		return uEscaped(strings.NewReplacer(`":`, `": `, `",`, `", `).Replace(m), "%04x")
	}))},
	{"BOM", "v3.meta.bom", signMeta(func(m string) string { return "\xEF\xBB\xBF" + m })},
	{"newline sent, not signed", "v3.meta.ends", all(sendMeta(func(c *client) string { return c.meta + "\n" }), signMeta(strings.TrimSpace))},
	{"a blank behind", "v3.meta.ends", signMeta(func(m string) string { return m + " " })},
	{"single quotes", "v3.meta.quotes", signMeta(func(m string) string { return strings.ReplaceAll(m, `"`, `'`) })},
	{"Python str(dict)", "v3.meta.not_json", signBody(func(c *client) string {
		return "{'filename': '" + c.filename + "', 'sha256': '" + c.digest() + "'}"
	})},
	{"Java Map.toString", "v3.meta.not_json", signBody(func(c *client) string { return "{filename=" + c.filename + ", sha256=" + c.digest() + "}" })},
	{"form-urlencoded", "v3.meta.not_json", signBody(func(c *client) string { return "filename=" + c.filename + "&sha256=" + c.digest() })},
	{"Go %v", "v3.meta.not_json", signBody(func(c *client) string {
		return fmt.Sprint(map[string]string{"filename": c.filename, "sha256": c.digest()})
	})},
	{"digest in upper case", "v3.meta.digest", signMeta(func(m string) string { return m[:len(m)-66] + strings.ToUpper(m[len(m)-66:]) })},
	{"the part's name in meta", "v3.meta.filename form.name_mismatch", all(func(c *client) { c.fileHead = strings.Replace(c.fileHead, "filea", "tmp123", 1) }, signMeta(func(m string) string { return strings.Replace(m, "filea", "tmp123", 1) }))},
	{"the whole path in meta sent", "v3.meta.filename", all(func(c *client) { c.meta = strings.Replace(c.meta, "filea", "/home/u/filea", 1) }, signMeta(func(m string) string { return strings.Replace(m, "/home/u/", "", 1) }))},
	{"no filename in meta signed", "v3.meta.member_missing", signBody(func(c *client) string { return `{"sha256":"` + c.digest() + `"}` })},
	{"fileName signed", "v3.meta.key_names", signMeta(func(m string) string { return strings.Replace(m, "filename", "fileName", 1) })},
	{"blanks of the documents inside", "v3.meta.key_names", signBody(func(c *client) string {
		return `{" filename ":" ` + c.filename + ` "," sha256 ":" ` + c.digest() + ` "}`
	})},
	{"meta cut at 64", "v3.meta.cut", signMeta(func(m string) string { return m[:64] })},
	{"GBK", "v3.charset.gbk", all(named2("图片.jpg"), signMeta(func(m string) string { b, _ := gbk(m); return string(b) }))},
	{"question marks", "v3.charset.question_marks", all(named2("图片.jpg"), signMeta(func(m string) string { return strings.NewReplacer("图", "?", "片", "?").Replace(m) }))},
	{"UTF-8 twice", "v3.charset.utf8_twice", all(named2("图片.jpg"), signMeta(func(m string) string { return latin1ToUTF8([]byte(m)) }))},
	{"sent UTF-8 twice", "v3.charset.utf8_twice form.name_mismatch", all(named2("图片.jpg"), sendMeta(func(c *client) string { return latin1ToUTF8([]byte(c.meta)) }), signBody(func(c *client) string {
		return `{"filename":"图片.jpg","sha256":"` + c.digest() + `"}`
	}))},
	{"slashes stripped", "v3.meta.backslashes", all(named2(`a"b.jpg`), func(c *client) {
		c.fileHead = strings.Replace(c.fileHead, `a"b`, `a%22b`, 1)
	}, signMeta(func(m string) string { return strings.ReplaceAll(m, `\`, ``) }))},

	// Two at once.
	{"empty body, milliseconds", "v3.body.empty v3.timestamp.milliseconds", all(emptyBody, millis)},
	{"empty body, absolute URL", "v3.body.empty v3.url.absolute", all(emptyBody, absolute)},
	{"empty body, swapped", "v3.body.empty v3.frame.order", all(emptyBody, swapped)},
	{"empty body, CR LF", "v3.body.empty v3.frame.crlf", all(emptyBody, crlfLines)},
	{"whole form, absolute URL", "v3.body.whole_multipart v3.url.absolute", all(wholeForm, absolute)},
	{"whole form, method in lower case", "v3.body.whole_multipart v3.method.case", all(wholeForm, lowerMethod)},
	{"whole form, swapped", "v3.body.whole_multipart v3.frame.order", all(wholeForm, swapped)},
	{"whole form, CR LF lines", "v3.body.whole_multipart v3.frame.crlf", all(wholeForm, crlfLines)},
	{"whole form, one second later", "v3.body.whole_multipart v3.timestamp.other", all(wholeForm, setLine(2, func(c *client, _ string) string { return strconv.FormatInt(c.now+1, 10) }))},
	{"json.dumps, no last LF", "v3.meta.spacing v3.frame.no_last_lf", all(pythonJSON, noLastLF)},
	{"json.dumps, milliseconds", "v3.meta.spacing v3.timestamp.milliseconds", all(pythonJSON, millis)},
	{"json.dumps, absolute URL", "v3.meta.spacing v3.url.absolute", all(pythonJSON, absolute)},
	{"no last LF, milliseconds", "v3.frame.no_last_lf v3.timestamp.milliseconds", all(noLastLF, millis)},
	{"no last LF, absolute URL", "v3.frame.no_last_lf v3.url.absolute", all(noLastLF, absolute)},
	{"no last LF, lower-case method", "v3.frame.no_last_lf v3.method.case", all(noLastLF, lowerMethod)},
	{"swapped, lower-case nonce", "v3.frame.order v3.nonce.case", all(swapped, setLine(3, func(_ *client, s string) string { return strings.ToLower(s) }))},
	{"literal, empty body", "v3.frame.literal v3.body.empty", all(emptyBody, withFrame(func(l [5]string) string { return strings.Join(l[:], `\n`) + `\n` }))},
	{"mchid line, key order", "v3.frame.extra_line v3.meta.key_order", all(swappedKeys, func(c *client) {
		c.frame = func(l [5]string) string { return strings.Join(l[:], "\n") + "\n" + c.mchid + "\n" }
	})},
	{"sibling path, json.dumps", "v3.url.sibling v3.meta.spacing", all(pythonJSON, setLine(1, func(*client, string) string { return "/v3/merchant/media/upload" }))},
	{"other merchant's key, empty body", "v3.key.other_merchant v3.body.empty", all(emptyBody, func(c *client) { c.key = c.w.other })},
	{"other certificate, whole form", "v3.key.other_certificate v3.body.whole_multipart", all(wholeForm, func(c *client) { c.key = c.w.second })},
	{"other merchant's key, unknown text", "v3.key.other_merchant", all(func(c *client) { c.key = c.w.other }, setLine(3, func(*client, string) string { return rand.Text() }))},
	{"three at once", "v3.method.case v3.frame.no_body_line", all(lowerMethod, emptyBody, noLastLF)},

	// The clock.
	{"header in milliseconds", "clock.milliseconds", func(c *client) { c.timestamp += "123" }},
	{"header in milliseconds, seconds signed", "clock.milliseconds v3.timestamp.unit", all(func(c *client) { c.timestamp += "123" }, setLine(2, func(_ *client, s string) string { return s[:10] }))},
	{"header in microseconds", "clock.microseconds", func(c *client) { c.timestamp += "123456" }},
	{"header in nanoseconds", "clock.nanoseconds", func(c *client) { c.timestamp += "123456789" }},
	{"eight hours ahead", "clock.zone", func(c *client) { c.timestamp = strconv.FormatInt(c.now+8*3600, 10) }},
	{"eight hours behind", "clock.zone", func(c *client) { c.timestamp = strconv.FormatInt(c.now-8*3600, 10) }},
	{"seven minutes behind", "clock.wrong", func(c *client) { c.timestamp = strconv.FormatInt(c.now-420, 10) }},
	{"a year behind", "clock.wrong", func(c *client) { c.timestamp = strconv.FormatInt(c.now-365*86400, 10) }},
	{"a date", "clock.date", func(c *client) { c.timestamp = "20250812200000" }},
	{"a fraction", "clock.fraction", func(c *client) { c.timestamp += ".123" }},
	{"no number", "clock.not_a_number", func(c *client) { c.timestamp = "now" }},

	// The form.
	{"quoted boundary, empty meta signed", "v3.body.empty form.quoted_boundary", all(emptyBody, func(c *client) { c.contentType = `multipart/form-data; boundary="` + c.boundary + `"` })},
	{"LF form", "v3.body.unread_meta form.bare_lf", func(c *client) { c.eol = "\n" }},
	{"JSON type", "v3.body.unread_meta form.not_multipart", func(c *client) { c.contentType = "application/json" }},
	{"another boundary", "v3.body.unread_meta form.other_boundary", func(c *client) { c.contentType = "multipart/form-data; boundary=other" }},
	{"no dashes", "v3.body.unread_meta form.no_dashes", func(c *client) {
		c.body = bytes.ReplaceAll(c.form(), []byte("--"+c.boundary), []byte(c.boundary))
	}},
	{"no blank line", "v3.body.unread_meta form.no_blank_line", func(c *client) {
		c.body = bytes.Replace(c.form(), []byte("json\r\n\r\n{"), []byte("json\r\n{"), 1)
	}},
	{"truncated", "form.truncated", func(c *client) { f := c.form(); c.body = f[:len(f)-200] }},
	{"meta named metadata", "v3.body.part form.meta_name", func(c *client) { c.metaHead = strings.Replace(c.metaHead, `"meta"`, `"metadata"`, 1) }},
	{"meta has a filename", "v3.body.empty form.meta_filename", all(emptyBody, func(c *client) {
		c.metaHead = strings.Replace(c.metaHead, `"meta"`, `"meta"; filename="blob"`, 1)
	})},
	{"file named image", "form.part_name", func(c *client) { c.fileHead = strings.Replace(c.fileHead, `"file"`, `"image"`, 1) }},
	{"names differ", "form.name_mismatch", func(c *client) { c.fileHead = strings.Replace(c.fileHead, `filea.jpg`, `your_file_name.jpg`, 1) }},
	{"not JSON", "form.meta_not_json", func(c *client) { c.meta = "filename=a.jpg" }},
	{"member named hash", "form.meta_member_name", func(c *client) { c.meta = strings.Replace(c.meta, "sha256", "hash", 1) }},
	{"member missing", "form.meta_member", func(c *client) { c.meta = `{"filename":"filea.jpg"}` }},
	{"no meta, empty signed", "form.no_meta", all(func(c *client) { c.metaHead = strings.Replace(c.metaHead, `"meta"`, `"other"`, 1); c.meta = "" })},

	// The digest.
	{"digest of nothing", "digest.of_nothing", withDigest(func(*client) string { return hex.EncodeToString(sum256("")) })},
	{"digest of the name", "digest.of_name", withDigest(func(c *client) string { return hex.EncodeToString(sum256(c.filename)) })},
	{"digest upper case", "digest.upper_case", withDigest(func(c *client) string { return strings.ToUpper(c.digest()) })},
	{"digest in base64", "digest.base64", withDigest(func(c *client) string { return base64.StdEncoding.EncodeToString(sum256(string(c.file))) })},
	{"digest of base64", "digest.of_base64", withDigest(func(c *client) string {
		return hex.EncodeToString(sum256(base64.StdEncoding.EncodeToString(c.file)))
	})},
	{"MD5 for SHA-256", "digest.other_hash", withDigest(func(c *client) string { return fmt.Sprintf("%x", md5.Sum(c.file)) })},
	{"SHA-1 for SHA-256", "digest.other_hash", withDigest(func(c *client) string { return fmt.Sprintf("%x", sha1.Sum(c.file)) })},
	{"SHA-512 for SHA-256", "digest.other_hash", withDigest(func(c *client) string { return fmt.Sprintf("%x", sha512.Sum512(c.file)) })},
	{"digest of the first 512 bytes of more", "digest.of_start", withDigest(func(c *client) string {
		return hex.EncodeToString(sum256(string(c.file[:len(c.file)-1])))
	})},
	{"digest of LF bytes", "digest.of_text", withDigest(func(c *client) string {
		return hex.EncodeToString(sum256(strings.ReplaceAll(string(c.file), "\r\n", "\n")))
	})},
	{"digest of a JS string", "digest.of_text", withDigest(func(c *client) string { return hex.EncodeToString(sum256(jsString(c.file))) })},
	{"digest with newline", "digest.with_line_end", withDigest(func(c *client) string { return hex.EncodeToString(sum256(string(c.file) + "\n")) })},
	{"digest of the digest", "digest.twice", withDigest(func(c *client) string { return hex.EncodeToString(sum256(c.digest())) })},
	{"digest cut", "digest.cut", withDigest(func(c *client) string { return c.digest()[:32] })},
	{"digest of the rest", "digest.of_rest", withDigest(func(c *client) string { return hex.EncodeToString(sum256(string(c.file[16:]))) })},
	{"sha256:…", "digest.decorated", withDigest(func(c *client) string { return "sha256:" + c.digest() })},

	// The file.
	{"WebP renamed", "file.not_taken", withFile([]byte("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x000123456789012345678901234567"))},
	{"GIF renamed", "file.not_taken", withFile([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"))},
	{"HEIC renamed", "file.not_taken", withFile([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic\x00\x00\x00\x00"))},
	{"AVIF renamed", "file.not_taken", withFile([]byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif\x00\x00\x00\x00"))},
	{"PDF renamed", "file.not_taken", withFile([]byte("%PDF-1.4\n%âãÏÓ\n1 0 obj\n"))},
	{"SVG renamed", "file.not_taken", withFile([]byte(`<svg xmlns="http://www.w3.org/2000/svg"></svg>`))},
	{"base64 text", "file.base64", withFile([]byte(base64.StdEncoding.EncodeToString(jpegFile())))},
	{"data URL", "file.data_url", withFile([]byte("data:image/png;base64," + base64.StdEncoding.EncodeToString(pngFile())))},
	{"URL", "file.url", withFile([]byte("https://example.com/a.jpg"))},
	{"hex text", "file.hex", withFile([]byte(hex.EncodeToString(jpegFile())))},
	{"error answer", "file.error_answer", withFile([]byte(`{"errcode":40001,"errmsg":"invalid credential"}`))},
	{"HTML", "file.html", withFile([]byte("<!DOCTYPE html><html><body>404</body></html>"))},
	{"text mode", "file.text_mode", withFile(bytes.ReplaceAll(pngFile(), []byte("\r\n"), []byte("\n")))},
	{"as text", "file.as_text", withFile([]byte(jsString(pngFile())))},
	{"BOM before", "file.prefixed", withFile(append([]byte("\xEF\xBB\xBF"), jpegFile()...))},
	{"cut off", "file.damaged", withFile(jpegFile()[:500])},
	{"PNG named jpg", "file.name_and_content", withFile(pngFile())},
	{"empty file", "file.empty", withFile(nil)},
	{"to the account host", "v3.host", func(c *client) { c.host = "api.weixin.qq.com" }},
	{"to the merchant portal, empty body", "v3.host v3.body.empty", all(emptyBody, func(c *client) { c.host = "pay.weixin.qq.com:443" })},
	{"a Git LFS pointer", "file.lfs_pointer", withFile([]byte("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"))},
	{"a ._ file of macOS", "file.apple_double", withFile([]byte("\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        \x00\x02\x00\x00\x00\x09\x00\x00\x002"))},
	{"a buffer that nothing was read into", "file.zeros", withFile(make([]byte, 4096))},
	{"a gzipped body", "form.compressed", func(c *client) {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(c.form())
		w.Close()
		c.headers["Content-Encoding"] = "gzip"
		c.body = b.Bytes()
	}},
	{"a body in base64", "form.base64", func(c *client) { c.body = []byte(base64.StdEncoding.EncodeToString(c.form())) }},
	{"[object Object]", "file.printed", withFile([]byte("[object Object]"))},
	{"gzip", "file.compressed", withFile([]byte("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03abc"))},
}

func withDigest(f func(c *client) string) func(c *client) {
	return func(c *client) { c.meta = fmt.Sprintf(`{"filename":%s,"sha256":"%s"}`, quoteJSON(c.filename), f(c)) }
}

func withFile(content []byte) func(c *client) {
	return func(c *client) {
		c.file = content
		c.named("filea.jpg")
	}
}

func wrap(s string, n int, sep string) string {
	var parts []string
	for len(s) > n {
		parts, s = append(parts, s[:n]), s[n:]
	}
	return strings.Join(append(parts, s), sep)
}

// jsString is what a JavaScript string makes of bytes, in UTF-8 again.
func jsString(b []byte) string {
	var out strings.Builder
	for len(b) > 0 {
		n := 1
		for n < len(b) && n < 4 && strings.ToValidUTF8(string(b[:n]), "") == "" {
			n++
		}
		if s := string(b[:n]); strings.ToValidUTF8(s, "") == s {
			out.WriteString(s)
			b = b[n:]
			continue
		}
		// A character that was begun and not finished is replaced as a whole.
		out.WriteString("\uFFFD")
		b = b[started(b):]
	}
	return out.String()
}

// started counts the bytes of a character that was begun.
func started(b []byte) int {
	most := 0
	switch c := b[0]; {
	case c >= 0xC2 && c < 0xE0:
		most = 1
	case c >= 0xE0 && c < 0xF0:
		most = 2
	case c >= 0xF0 && c < 0xF5:
		most = 3
	}
	n := 1
	for n <= most && n < len(b) && b[n]&0xC0 == 0x80 {
		// the second byte has narrower bounds after E0, ED, F0 and F4
		if n == 1 && (b[0] == 0xE0 && b[1] < 0xA0 || b[0] == 0xED && b[1] > 0x9F || b[0] == 0xF0 && b[1] < 0x90 || b[0] == 0xF4 && b[1] > 0x8F) {
			break
		}
		n++
	}
	return n
}

func latin1ToUTF8(b []byte) string {
	var out strings.Builder
	for _, c := range b {
		out.WriteRune(rune(c))
	}
	return out.String()
}

var quotedValue = regexp.MustCompile(`([a-z_]+)="([^"]*)"`)
