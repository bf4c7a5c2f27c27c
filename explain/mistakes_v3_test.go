package explain

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"unicode/utf16"
)

// A mistake is one right request made wrong in one way, or in several. want are the causes that
// must be named; others must not.
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

// v3Mistakes lists the mistakes of APIv3.
var v3Mistakes = append(v3HeaderMistakes, v3TextMistakes...)

// v3HeaderMistakes are mistakes in the key, the signature and the Authorization header.
var v3HeaderMistakes = []mistake{
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
	{"comma at the end", "v3.authorization.tail", withHeader(func(s string) string { return s + "," })},
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
}
