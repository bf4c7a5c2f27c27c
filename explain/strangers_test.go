package explain

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// signLines makes a mistake in several lines of the signed text.
func signLines(change func(c *client)) func(c *client) {
	return func(c *client) { c.after(func() { change(c) }) }
}

func signTarget(f func(target string) string) func(c *client) {
	return setLine(1, func(_ *client, s string) string { return f(s) })
}

func signTime(text string) func(c *client) {
	return setLine(2, func(*client, string) string { return text })
}

func sendTime(text string) func(c *client) { return func(c *client) { c.timestamp = text } }

// fileChanged changes the file after its digest was taken.
func fileChanged(change func(file []byte) []byte) func(c *client) {
	return func(c *client) { c.file = change(c.file) }
}

func sendHeader(change func(h string) string) func(c *client) { return withHeader(change) }

func sendDigest(f func(c *client) string) func(c *client) {
	return func(c *client) { c.meta = strings.Replace(c.meta, c.digest(), f(c), 1) }
}

func replaced(old, new string) func(string) string {
	return func(s string) string { return strings.ReplaceAll(s, old, new) }
}

func lines76(s, eol string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + eol)
		s = s[76:]
	}
	return b.String() + s
}

func hexOf(s string) string { return hex.EncodeToString(sum256(s)) }

// strangers are mistakes that people's programs made, apart from those of the other tables. Exactly
// the causes in want must be named.
var strangers = []mistake{
	// The Authorization header.
	{"single quotes, decimal serial", "v3.authorization.quotes v3.serial.decimal", all(func(c *client) {
		c.serial = decimal(c.serial)
	}, sendHeader(replaced(`"`, `'`)))},
	{"Bearer before the scheme", "v3.authorization.scheme", sendHeader(func(h string) string { return "Bearer " + h })},
	{"blanks around =", "v3.authorization.equals", sendHeader(pairs(`$1 = "`))},
	{"colons for =", "v3.authorization.equals", sendHeader(pairs(`$1:"`))},
	{"bare colons", "v3.authorization.equals", sendHeader(func(h string) string { return strings.ReplaceAll(pairs(`$1: "`)(h), `"`, ``) })},
	{"the header twice", "v3.authorization.twice", func(c *client) { c.older = strings.Replace(c.header(c, "AAAA"), c.timestamp, "1555000000", 1) }},
	{"Basic", "v3.authorization.scheme", sendHeader(func(string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte("1900009191:password"))
	})},
	{"serial and signature exchanged", "v3.authorization.swapped", sendHeader(func(h string) string {
		signature := h[strings.Index(h, `signature="`)+11:]
		signature = signature[:strings.Index(signature, `"`)]
		serial := theWorld().merchant.Keys[0].Serial
		return strings.NewReplacer(signature, serial, serial, signature).Replace(h)
	})},
	{"serial_no is the certificate", "v3.serial.certificate", func(c *client) {
		c.serial = "-----BEGIN CERTIFICATE----- " + base64.StdEncoding.EncodeToString(c.w.merchant.Keys[0].Certificate.Raw) + " -----END CERTIFICATE-----"
	}},
	// How the signature is written.
	{"a blank after it", "v3.signature.ends", withEncoding(func(sig []byte) string { return base64.StdEncoding.EncodeToString(sig) + " " })},
	{"lines of 76, folded", "v3.signature.wrapped", withEncoding(func(sig []byte) string { return lines76(base64.StdEncoding.EncodeToString(sig), " ") })},
	{"[object ArrayBuffer]", "v3.signature.placeholder", withEncoding(func([]byte) string { return "[object ArrayBuffer]" })},
	{"$signature", "v3.signature.placeholder", withEncoding(func([]byte) string { return "$signature" })},
	{"Uint8Array.toString()", "v3.signature.decimal", withEncoding(func(sig []byte) string { return csv(sig, ",") })},
	{"RSA-SHA256=", "v3.signature.prefix", withEncoding(func(sig []byte) string { return "RSA-SHA256=" + base64.StdEncoding.EncodeToString(sig) })},
	{"an MD5", "v3.signature.hash", withEncoding(func([]byte) string { return strings.ToUpper(hex.EncodeToString(sum256("some v2 text")[:16])) })},
	{"the MD5 in hex was signed", "v3.hash.twice", withFrame(func(l [5]string) string {
		return hex.EncodeToString(md5sum(strings.Join(l[:], "\n")+"\n", ""))
	})},
	// The signed path.
	{"GET /v3/certificates", "v3.method.other v3.url.sibling", signLines(func(c *client) { c.lines[0], c.lines[1] = "GET", "/v3/certificates" })},
	{"#", "v3.url.query", signTarget(func(s string) string { return s + "#" })},
	{"//", "v3.url.slash", signTarget(replaced("/v3/", "/v3//"))},
	{"path and null", "v3.url.nothing", signTarget(func(s string) string { return s + "null" })},
	{"?null", "v3.url.nothing", signTarget(func(s string) string { return s + "?null" })},
	{"?undefined", "v3.url.nothing", signTarget(func(s string) string { return s + "?undefined" })},
	{"undefined", "v3.url.instead", signTarget(func(string) string { return "undefined" })},
	{"a gateway's prefix", "v3.url.prefix", signTarget(func(s string) string { return "/api-weixin" + s })},
	{"the whole URL and the whole body", "v3.url.absolute v3.body.whole_multipart", all(wholeForm, signTarget(func(s string) string { return "https://api.mch.weixin.qq.com" + s }))},
	// The signed timestamp.
	{"null", "v3.timestamp.nothing", signTime("null")},
	{"undefined", "v3.timestamp.nothing", signTime("undefined")},
	{"scientific", "v3.timestamp.form", signTime("1.755e+09")},
	{"thousands", "v3.timestamp.form", signTime("1,755,000,000")},
	{"8 hours behind", "v3.timestamp.zone", setLine(2, func(c *client, _ string) string { return fmt.Sprint(c.now - 8*3600) })},
	{"a nonce that is undefined", "v3.nonce.nothing", setLine(3, func(*client, string) string { return "undefined" })},
	// The timestamp that was sent.
	{"an HTTP date", "clock.date", sendTime("Tue, 12 Aug 2025 12:00:00 GMT")},
	{"since 1900", "clock.since_1900", sendTime(fmt.Sprint(1755000000 + 2208988800))},
	{"days since 1900", "clock.days", sendTime("45881.5")},
	{"uptime", "clock.uptime", sendTime("48211")},
	{"32 bits of milliseconds", "clock.overflow", sendTime(fmt.Sprint(int32(1755000000123 & 0x7FFFFFFF)))},
	// The frame.
	{"nonce before timestamp, CR LF", "v3.frame.order v3.frame.crlf", withFrame(func(l [5]string) string {
		return strings.Join([]string{l[0], l[1], l[3], l[2], l[4]}, "\r\n") + "\r\n"
	})},
	{`backslash, LF`, "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], "\\\n") + "\\\n" })},
	{"%0A", "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], "%0A") + "%0A" })},
	{"${timestamp}", "v3.frame.template", withFrame(func(l [5]string) string { return l[0] + "\n" + l[1] + "\n${timestamp}\n${nonce}\n${meta}\n" })},
	{"$timestamp", "v3.frame.template", withFrame(func(l [5]string) string { return "$method\n$url\n$timestamp\n$nonce\n$body\n" })},
	{"%s", "v3.frame.template", withFrame(func(l [5]string) string { return "%s\n%s\n%s\n%s\n%s\n" })},
	{"{timestamp}", "v3.frame.template", withFrame(func(l [5]string) string { return "POST\n{path}\n{timestamp}\n{nonce}\n{meta}\n" })},
	{"the Authorization without its signature", "v3.frame.header", withFrame(func(l [5]string) string {
		c := newClient()
		return fmt.Sprintf(`WECHATPAY2-SHA256-RSA2048 mchid="%s",nonce_str="%s",timestamp="%s",serial_no="%s"`, c.mchid, l[3], l[2], c.serial)
	})},
	{"a v2 text", "v3.frame.v2", withFrame(func(l [5]string) string {
		c := newClient()
		return "filename=" + c.filename + "&sha256=" + c.digest() + "&key=" + c.w.merchant.APIv3Key
	})},
	// The signed meta.
	{"Dictionary.ToString()", "v3.body.literal", signMeta(func(string) string {
		return "System.Collections.Generic.Dictionary`2[System.String,System.String]"
	})},
	{"the sample", "v3.body.sample", signMeta(func(string) string { return `{"filename":"filea.jpg","sha256":"hjkahkjsjkfsjk78687dhjahdajhk"}` })},
	{"the sample with its blanks", "v3.body.sample", signMeta(func(string) string {
		return `{ "filename": " filea.jpg ", "sha256": " hjkahkjsjkfsjk78687dhjahdajhk " }`
	})},
	{"two lines", "v3.meta.not_json", signMeta(func(string) string { c := newClient(); return c.filename + "\n" + c.digest() })},
	{"Rust", "v3.meta.not_json", signMeta(func(string) string {
		c := newClient()
		return fmt.Sprintf(`Meta { filename: "%s", sha256: "%s" }`, c.filename, c.digest())
	})},
	{"Swift", "v3.meta.not_json", signMeta(func(string) string {
		c := newClient()
		return fmt.Sprintf(`["filename": "%s", "sha256": "%s"]`, c.filename, c.digest())
	})},
	{"blanks in the values", "v3.meta.blanks_inside", signMeta(func(string) string {
		c := newClient()
		return fmt.Sprintf(`{"filename":" %s ","sha256":" %s "}`, c.filename, c.digest())
	})},
	{"the digest of nothing", "v3.meta.digest", signMeta(func(m string) string { return strings.Replace(m, newClient().digest(), hexOf(""), 1) })},
	{"a number as a text", "v3.meta.number_text", all(sendMeta(func(c *client) string {
		return strings.Replace(c.meta, "}", `,"size":1234}`, 1)
	}), signMeta(replaced(`"size":1234`, `"size":"1234"`)))},
	{"CESU-8", "v3.charset.cesu8", all(named2("a😀.jpg"), signMeta(func(m string) string {
		return strings.Replace(m, "😀", "\xED\xA0\xBD\xED\xB8\x80", 1)
	}))},
	{"??", "v3.charset.question_marks", all(named2("a😀.jpg"), signMeta(replaced("😀", "??")))},
	{"decomposed", "v3.charset.decomposed", all(named2("e\u0301a.jpg"), signMeta(replaced("e\u0301", "é")))},
	{"no-break space sent", "v3.meta.invisible form.meta_invisible", all(sendMeta(func(c *client) string {
		return strings.Replace(c.meta, `,`, ",\u00A0", 1)
	}), signMeta(replaced("\u00A0", " ")))},
	// The meta that was sent, and signed so.
	{"no name", "form.meta_empty_member", sendMeta(func(c *client) string { return strings.Replace(c.meta, `"filea.jpg"`, `""`, 1) })},
	{"null", "form.meta_member_type", sendMeta(func(c *client) string { return `{"filename":"filea.jpg","sha256":null}` })},
	{"an array", "form.meta_member_type", sendMeta(func(c *client) string { return `{"filename":"filea.jpg","sha256":[1,2]}` })},
	{"no last brace", "json.unclosed", sendMeta(func(c *client) string { return strings.TrimSuffix(c.meta, "}") })},
	{"trailing comma", "json.comma_extra", sendMeta(func(c *client) string { return strings.Replace(c.meta, "}", ",}", 1) })},
	{"a quote in the name", "json.inner_quote", sendMeta(func(c *client) string { return strings.Replace(c.meta, "filea", `fi"lea`, 1) })},
	{"called meta.json", "form.meta_name", func(c *client) { c.metaHead = strings.Replace(c.metaHead, `"meta"`, `"meta.json"`, 1) }},
	{"two empty lines", "form.blank_line", all(func(c *client) { c.metaHead += "\r\n" })},
	{"a BOM before the form", "form.bom", func(c *client) { c.bom = true }},
	// The digest that was sent.
	{"hex of hex", "digest.encoded_twice", sendDigest(func(c *client) string { return hex.EncodeToString([]byte(c.digest())) })},
	{"HMAC", "digest.hmac", sendDigest(func(c *client) string { return hmacHex(c.w.merchant.APIv3Key, c.file) })},
	{"of HEX", "digest.of_base64", sendDigest(func(c *client) string { return hexOf(strings.ToUpper(hex.EncodeToString(c.file))) })},
	{"of base64, LF", "digest.of_base64", sendDigest(func(c *client) string {
		return hexOf(lines76(base64.StdEncoding.EncodeToString(c.file), "\n") + "\n")
	})},
	{"of base64, CR LF", "digest.of_base64", sendDigest(func(c *client) string { return hexOf(lines76(base64.StdEncoding.EncodeToString(c.file), "\r\n")) })},
	{"of a Buffer", "digest.of_text", sendDigest(func(c *client) string { return hexOf(bufferJSON(c.file)) })},
	{"reversed", "digest.reversed", sendDigest(func(c *client) string { return hex.EncodeToString(reverse(sum256(string(c.file)))) })},
	{"System.Byte[]", "digest.placeholder", sendDigest(func(*client) string { return "System.Byte[]" })},
	{"[object Object]", "digest.placeholder", sendDigest(func(*client) string { return "[object Object]" })},
	{"the sample's", "digest.placeholder", sendDigest(func(*client) string { return "hjkahkjsjkfsjk78687dhjahdajhk" })},
	{"the brand page's, of 62 digits", "digest.placeholder", sendDigest(func(*client) string { return "6aa6c99ce1d04afc2668154126c607af5a680734fa119e2a096529f6d6f2c0a2" })},
	{"words", "digest.not_hex", sendDigest(func(*client) string { return "from upstream or local calculated" })},
	// The file changed after its digest was taken.
	{"LF became CR LF", "file.text_mode", all(withFile(pngFile()), named2("a.png"), fileChanged(crlfFile))},
	{"a blank after it", "file.appended", fileChanged(func(b []byte) []byte { return append(b, ' ') })},
	{"a NUL after it", "file.appended", fileChanged(func(b []byte) []byte { return append(b, 0) })},
	{"8 bytes before it", "file.prefixed", fileChanged(func(b []byte) []byte { return append([]byte("\x00\x00\x00\x00\x00\x00\x12\x34"), b...) })},
	{"a Buffer, inspected", "file.printed", withFile([]byte("<Buffer ff d8 ff e0 00 10 4a 46 49 46 ... 4663 more bytes>"))},
	{"a Java stream", "file.printed", withFile([]byte("java.io.FileInputStream@1b6d3586"))},
	{"a C# stream", "file.printed", withFile([]byte("System.IO.FileStream"))},
	{"decimal bytes", "file.decimal", withFile([]byte(csv(jpegFile(), ",")))},
	{"another key", "v3.key.unknown", func(c *client) { c.key = c.w.stranger }},
}

// pairs rewrites the names of the header's pairs with what follows them.
func pairs(form string) func(string) string {
	return func(h string) string {
		return regexp.MustCompile(`(mchid|nonce_str|signature|timestamp|serial_no)="`).ReplaceAllString(h, form)
	}
}

func csv(b []byte, sep string) string {
	var list []string
	for _, c := range b {
		list = append(list, fmt.Sprint(c))
	}
	return strings.Join(list, sep)
}

func decimal(serial string) string {
	n, _ := new(big.Int).SetString(serial, 16)
	return n.String()
}

func hmacHex(key string, data []byte) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write(data)
	return hex.EncodeToString(m.Sum(nil))
}

func crlfFile(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) }

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

func TestStrangers(t *testing.T) {
	t.Parallel()
	right := 0
	rows := slices.Concat(strangers, v3Rows(), byteRows, textRows)
	for _, m := range rows {
		c := newClient()
		m.make(c)
		r := V3(c.request(), c.w.known)
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
	t.Logf("%d of %d", right, len(rows))
}
