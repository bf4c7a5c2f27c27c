package explain

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// pairsOfText are the fields of a joined text.
func pairsOfText(joined string) (list [][2]string) {
	for _, pair := range strings.Split(joined, "&") {
		name, value, _ := strings.Cut(pair, "=")
		list = append(list, [2]string{name, value})
	}
	return list
}

// printedAs signs the fields as a program prints an object, and puts what put says behind them.
func printedAs(open, pair, comma, shut string, put func(key string) string) func(c *v2client) {
	return v2Text(func(j, key string) string {
		var list []string
		for _, p := range pairsOfText(j) {
			list = append(list, fmt.Sprintf(pair, p[0], p[1]))
		}
		return open + strings.Join(list, comma) + shut + put(key)
	})
}

func andKey(key string) string { return "&key=" + key }

func bare(key string) string { return key }

func nothing(string) string { return "" }

func withKey(change func(key string) string) func(c *v2client) {
	return func(c *v2client) { c.key = change(c.key) }
}

func signPrinted(encode func(sum []byte) string) func(c *v2client) {
	return func(c *v2client) { c.encode = encode }
}

func eachByte(format, sep string) func(c *v2client) {
	return signPrinted(func(sum []byte) string {
		var list []string
		for _, b := range sum {
			list = append(list, fmt.Sprintf(format, b))
		}
		return strings.Join(list, sep)
	})
}

func withField(name, value string) func(c *v2client) {
	return func(c *v2client) { c.set(name, value) }
}

// afterSigning changes the fields when the sign is made.
func afterSigning(change func(c *v2client)) func(c *v2client) {
	return func(c *v2client) {
		c.sign(func(list [][2]string) [][2]string { return list })
		change(c)
	}
}

func hmacWith(key func(c *v2client) string) func(c *v2client) {
	return func(c *v2client) {
		c.mac = func(text, _ string) []byte {
			m := hmac.New(sha256.New, []byte(key(c)))
			m.Write([]byte(text))
			return m.Sum(nil)
		}
	}
}

func partHead(head string) func(c *v2client) { return func(c *v2client) { c.fileHead = head } }

// content sends another file, with its own digest.
func content(file []byte) func(c *v2client) {
	return func(c *v2client) {
		c.file = file
		c.set("media_hash", fmt.Sprintf("%x", md5.Sum(file)))
	}
}

// changed sends a file that is no longer the one that was hashed.
func changed(change func(file []byte) []byte) func(c *v2client) {
	return func(c *v2client) { c.file = change(c.file) }
}

type v2stranger struct {
	name, want string
	make       func(c *v2client)
}

// v2Rows are more mistakes of strangers' programs, each made in HMAC-SHA256.
var v2Rows = []v2stranger{
	// The text.
	{"JSON, &key=", "v2.text.printed", printedAs("{", `"%s":"%s"`, ",", "}", andKey)},
	{"JSON, key behind", "v2.text.printed", printedAs("{", `"%s":"%s"`, ",", "}", bare)},
	{"JSON alone", "v2.text.printed", printedAs("{", `"%s":"%s"`, ",", "}", nothing)},
	{"json.dumps", "v2.text.printed", printedAs("{", `"%s": "%s"`, ", ", "}", andKey)},
	{"str(dict)", "v2.text.printed", printedAs("{", "'%s': '%s'", ", ", "}", andKey)},
	{"Map.toString()", "v2.text.printed", printedAs("{", "%s=%s", ", ", "}", andKey)},
	{"Go %v of a map", "v2.text.printed", printedAs("map[", "%s:%s", " ", "]", andKey)},
	{"values only", "v2.text.printed", printedAs("", "%.0s%s", "", "", bare)},
	{"values with &", "v2.text.printed", printedAs("", "%.0s%s", "&", "", andKey)},
	{"values as lines", "v2.text.printed", printedAs("", "%.0s%s", "\n", "\n", nothing)},
	{"XML with CDATA", "v2.text.printed", printedAs("<xml>", "<%[1]s><![CDATA[%[2]s]]></%[1]s>", "", "</xml>", andKey)},
	{"XML, key behind", "v2.text.printed", printedAs("<xml>", "<%[1]s>%[2]s</%[1]s>", "", "</xml>", bare)},
	{"the path before", "v2.text.ends", v2Text(func(j, key string) string { return "/secapi/mch/uploadmedia?" + j + "&key=" + key })},
	{"POST& before", "v2.text.ends", v2Text(func(j, key string) string { return "POST&" + j + "&key=" + key })},
	{"hex of the text", "v2.text.encoded", v2Text(func(j, key string) string { return hex.EncodeToString([]byte(j + "&key=" + key)) })},
	{"HTML", "v2.join.other", v2Text(func(j, key string) string { return strings.ReplaceAll(j+"&key="+key, "&", "&amp;") })},
	{"SHA-256 first", "v2.hash.twice", v2Text(func(j, key string) string {
		return fmt.Sprintf("%x", sha256.Sum256([]byte(j+"&key="+key)))
	})},

	// The key.
	{"the key twice", "v2.key.doubled_key", withKey(func(k string) string { return k + k })},
	{"mch_id twice", "v2.key.mchid", func(c *v2client) { c.key = c.w.merchant.ID + c.w.merchant.ID }},
	{"the last 16 of the key", "v2.key.cut", withKey(func(k string) string { return k[16:] })},
	{"the key without its first", "v2.key.cut", withKey(func(k string) string { return k[1:] })},
	{"8 of the key", "v2.key.cut", withKey(func(k string) string { return k[:8] })},
	{"the key in base64", "v2.key.hashed", withKey(func(k string) string { return base64.StdEncoding.EncodeToString([]byte(k)) })},
	{"the key decoded", "v2.key.hashed", withKey(func(k string) string { return string(must(base64.StdEncoding.DecodeString(k))) })},
	{"the key's SHA-256", "v2.key.hashed", withKey(func(k string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(k))) })},
	{"the key in hex", "v2.key.hashed", withKey(func(k string) string { return hex.EncodeToString([]byte(k)) })},
	{"a NUL behind the key", "v2.key.blanks", withKey(func(k string) string { return k + "\x00" })},
	{"a semicolon behind the key", "v2.key.blanks", withKey(func(k string) string { return k + ";" })},
	{"{{apiKey}}", "v2.key.placeholder", withKey(func(string) string { return "{{apiKey}}" })},
	{"$partnerKey", "v2.key.placeholder", withKey(func(string) string { return "$partnerKey" })},
	{"<API key>", "v2.key.placeholder", withKey(func(string) string { return "<API key>" })},
	{"null", "v2.key.placeholder", withKey(func(string) string { return "null" })},
	{"密钥", "v2.key.placeholder", withKey(func(string) string { return "商户API密钥" })},
	{"32 x", "v2.key.placeholder", withKey(func(string) string { return strings.Repeat("x", 32) })},

	// The HMAC.
	{"HMAC without a key", "v2.hash.hmac_key", hmacWith(func(*v2client) string { return "" })},
	{"HMAC with the APIv3 key", "v2.hash.hmac_key", hmacWith(func(c *v2client) string { return c.w.merchant.APIv3Key })},
	{"HMAC with mch_id", "v2.hash.hmac_key", hmacWith(func(c *v2client) string { return c.w.merchant.ID })},
	{"HMAC with the key's MD5", "v2.hash.hmac_key", hmacWith(func(c *v2client) string { return hex.EncodeToString(md5sum(c.key, "")) })},
	{"HMAC with the key decoded", "v2.hash.hmac_key", hmacWith(func(c *v2client) string { return string(must(base64.StdEncoding.DecodeString(c.key))) })},
	{"HMAC, the text with the APIv3 key", "v2.hash.text_key", v2Text(func(j, _ string) string { return j + "&key=" + theWorld().merchant.APIv3Key })},
	{"arguments swapped", "v2.hash.swapped", func(c *v2client) {
		c.mac = func(text, key string) []byte {
			m := hmac.New(sha256.New, []byte(text))
			m.Write([]byte(key))
			return m.Sum(nil)
		}
	}},
	{"HMAC of HMAC", "v2.hash.twice", func(c *v2client) {
		once := c.mac
		c.mac = func(text, key string) []byte { return once(hex.EncodeToString(once(text, key)), key) }
	}},
	{"HMAC of MD5", "v2.hash.twice", func(c *v2client) {
		once := c.mac
		c.mac = func(text, key string) []byte { return once(fmt.Sprintf("%X", md5sum(text, "")), key) }
	}},

	// The sign.
	{"0x", "v2.sign.decorated", signPrinted(func(sum []byte) string { return fmt.Sprintf("0x%X", sum) })},
	{"sign=", "v2.sign.decorated", signPrinted(func(sum []byte) string { return fmt.Sprintf("sign=%X", sum) })},
	{"b'…'", "v2.sign.decorated", signPrinted(func(sum []byte) string { return fmt.Sprintf("b'%X'", sum) })},
	{"{sign}", "v2.sign.decorated", signPrinted(func(sum []byte) string { return fmt.Sprintf(`{"sign":"%X"}`, sum) })},
	{"[1, 2]", "v2.sign.spelled", eachByte("%d", ", ")},
	{"Java's Arrays.toString", "v2.sign.spelled", signPrinted(func(sum []byte) string {
		var list []string
		for _, b := range sum {
			list = append(list, fmt.Sprint(int8(b)))
		}
		return "[" + strings.Join(list, ", ") + "]"
	})},
	{"<Buffer …>", "v2.sign.spelled", signPrinted(func(sum []byte) string { return fmt.Sprintf("<Buffer % x>", sum) })},
	{"0x.., 0x..", "v2.sign.spelled", eachByte("0x%02x", ", ")},
	{"ffffff", "v2.sign.spelled", signPrinted(func(sum []byte) string {
		var b strings.Builder
		for _, c := range sum {
			fmt.Fprintf(&b, "%02x", uint32(int32(int8(c)))&map[bool]uint32{true: 0xFFFFFFFF, false: 0xFF}[c >= 0x80])
		}
		return b.String()
	})},
	{"a decimal number", "v2.sign.spelled", signPrinted(func(sum []byte) string { return new(big.Int).SetBytes(sum).String() })},
	{"base64url", "v2.sign.spelled", func(c *v2client) {
		c.set("nonce_str", "a4") // so that there is a - or _ in it
		c.encode = func(sum []byte) string { return base64.RawURLEncoding.EncodeToString(sum) }
	}},
	{"the other way round", "v2.sign.reversed", signPrinted(func(sum []byte) string {
		sum = slices.Clone(sum)
		slices.Reverse(sum)
		return fmt.Sprintf("%X", sum)
	})},
	{"undefined", "v2.sign.placeholder", signPrinted(func([]byte) string { return "undefined" })},
	{"<sha256 object>", "v2.sign.placeholder", signPrinted(func([]byte) string { return "<sha256 _hashlib.HASH object @ 0x7f1c>" })},
	{"the documents' sample", "v2.sign.placeholder", signPrinted(func([]byte) string { return "9A0A8659F005D6984697E2CA0A9CF3B7" })},
	{"the page's sample", "v2.sign.placeholder", signPrinted(func([]byte) string { return "D675A1E471DBF7C0B1AC5883B5BDA9EF" })},
	{"made up", "v2.sign.unknown", signPrinted(func([]byte) string { return strings.Repeat("4F", 32) })},

	// The fields.
	{"mch-id", "v2.field.name", afterSigning(rename("mch_id", "mch-id"))},
	{"mch_id[]", "v2.field.name", afterSigning(rename("mch_id", "mch_id[]"))},
	{"partner", "v2.field.name", afterSigning(rename("mch_id", "partner"))},
	{"a name that says nothing", "v2.field.name", afterSigning(rename("mch_id", "shop"))},
	{"sha256 for media_hash", "v2.field.name", afterSigning(rename("media_hash", "sha256"))},
	{"sign-type", "v2.field.name", afterSigning(rename("sign_type", "sign-type"))},
	{"signMethod", "v2.field.name", afterSigning(rename("sign_type", "signMethod"))},
	{"two missing", "v2.field.missing", func(c *v2client) { c.drop("mch_id"); c.drop("media_hash") }},
	{"mch_id in the query", "v2.field.in_query", afterSigning(func(c *v2client) {
		c.drop("mch_id")
		c.target += "?mch_id=" + c.w.merchant.ID
	})},
	{"${mch_id}", "v2.field.placeholder", withField("mch_id", "${mch_id}")},
	{"mch_id null", "v2.field.placeholder", withField("mch_id", "null")},
	{"mch_id of the documents", "v2.field.placeholder", withField("mch_id", "1000000000")},
	{"mch_id .0", "v2.mch_id.written", withField("mch_id", "1900009191.0")},
	{"mch_id in thousands", "v2.mch_id.written", withField("mch_id", "1,900,009,191")},
	{"mch_id full-width", "v2.mch_id.written", withField("mch_id", "１９００００９１９１")},
	{"mch_id in brackets", "v2.mch_id.written", withField("mch_id", "['1900009191']")},
	{"mch_id of another merchant", "v2.mch_id.other", withField("mch_id", "1900008888")},
	{"mch_id that nobody has", "v2.mch_id.other", withField("mch_id", "1900000109")},
	{"mch_id cut", "v2.mch_id.other", withField("mch_id", "190000919")},
	{"all as JSON in one field", "v2.form.one_text", afterSigning(func(c *v2client) {
		fields := map[string]string{}
		for _, f := range c.fields {
			fields[f[0]] = f[1]
		}
		c.fields = [][2]string{{"data", string(must(json.Marshal(fields)))}}
	})},
	{"as APIv3", "v2.form.v3", func(c *v2client) {
		c.fields = [][2]string{{"meta", fmt.Sprintf(`{"filename":"filea.jpg","sha256":"%x"}`, sha256.Sum256(c.file))}}
	}},
	{"mch_id signed as another", "v2.value.other", func(c *v2client) { c.signAs("mch_id", "undefined") }},
	{"media_hash signed as null", "v2.value.digest", func(c *v2client) { c.signAs("media_hash", "null") }},
	{"media_hash signed in base64", "v2.value.digest", func(c *v2client) {
		c.signAs("media_hash", base64.StdEncoding.EncodeToString([]byte(c.fields[1][1])))
	}},
	{"a nonce of the documents", "v2.fields.extra", func(c *v2client) { c.signAlso("nonce_str", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS") }},
	{"the file's name as a field", "v2.fields.extra", func(c *v2client) { c.signAlso("filename", "filea.jpg") }},
	{"the file's size as a field", "v2.fields.extra", func(c *v2client) { c.signAlso("size", fmt.Sprint(len(c.file))) }},

	// The digest.
	{"digest quoted", "digest.decorated", func(c *v2client) { c.set("media_hash", `"`+c.fields[1][1]+`"`) }},
	{"digest with a newline", "digest.decorated", func(c *v2client) { c.set("media_hash", c.fields[1][1]+"\n") }},
	{"digest 0x", "digest.decorated", func(c *v2client) { c.set("media_hash", "0x"+c.fields[1][1]) }},
	{"md5sum's line", "digest.decorated", func(c *v2client) { c.set("media_hash", c.fields[1][1]+"  filea.jpg") }},
	{"digest of another file", "digest.other", withField("media_hash", fmt.Sprintf("%x", md5.Sum([]byte("another file"))))},
	{"digest System.Byte[]", "digest.placeholder", withField("media_hash", "System.Byte[]")},
	{"digest of the digest", "digest.twice", func(c *v2client) { c.set("media_hash", hex.EncodeToString(md5sum(c.fields[1][1], ""))) }},
	{"HMAC-MD5 of the file", "digest.hmac", func(c *v2client) {
		m := hmac.New(md5.New, []byte(c.key))
		m.Write(c.file)
		c.set("media_hash", hex.EncodeToString(m.Sum(nil)))
	}},
	{"half of the file hashed", "digest.of_start", func(c *v2client) { c.set("media_hash", fmt.Sprintf("%x", md5.Sum(c.file[:512]))) }},

	// The part and the file.
	{"pic", "form.part_name", partHead("Content-Disposition: form-data; name=\"pic\"; filename=\"filea.jpg\"\r\n")},
	{"Media", "form.part_name", partHead("Content-Disposition: form-data; name=\"Media\"; filename=\"filea.jpg\"\r\n")},
	{"media[]", "form.part_name", partHead("Content-Disposition: form-data; name=\"media[]\"; filename=\"filea.jpg\"\r\n")},
	{"no name", "form.no_name", partHead("Content-Disposition: form-data; filename=\"filea.jpg\"\r\n")},
	{"filename empty", "form.no_filename", partHead("Content-Disposition: form-data; name=\"media\"; filename=\"\"\r\n")},
	{"no disposition", "form.no_disposition", partHead("Content-Type: image/jpeg\r\n")},
	{"no blank line", "form.no_blank_line", func(c *v2client) {
		c.fileHead = strings.TrimSuffix(c.fileHead, "\r\n")
		c.file = []byte("x" + string(c.file))
	}},
	{"smart quotes", "form.full_width", partHead("Content-Disposition: form-data; name=“media”; filename=“filea.jpg”\r\n")},
	{"photo", "form.no_extension", partHead("Content-Disposition: form-data; name=\"media\"; filename=\"photo\"\r\n")},
	{"photo.webp", "file.suffix", partHead("Content-Disposition: form-data; name=\"media\"; filename=\"photo.webp\"\r\n")},
	{"HEIC", "file.not_taken", content([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + strings.Repeat("\x00", 30)))},
	{"OGG", "file.not_taken", content([]byte("OggS" + strings.Repeat("\x00", 60)))},
	{"an error page", "file.html", content([]byte("<!DOCTYPE html><html><title>404</title></html>"))},
	{"an error answer", "file.error_answer", content([]byte(`{"errcode":40001,"errmsg":"invalid credential"}`))},
	{"a buffer printed", "file.printed", content([]byte("<Buffer ff d8 ff e0 00 10 4a 46 49 46 ... 100 more bytes>"))},
	{"a Java stream printed", "file.printed", content([]byte("java.io.FileInputStream@1b6d3586"))},
	{"zeros", "file.zeros", content(make([]byte, 600))},
	{"cut", "file.damaged", content(jpegFile()[:500])},
	{"something before", "file.prefixed", content(append([]byte("\xEF\xBB\xBF"), jpegFile()...))},
	{"as text, after hashing", "file.as_text", changed(func(b []byte) []byte { return bytes.ToValidUTF8(b, []byte("\uFFFD")) })},
	{"gzip, after hashing", "file.compressed", changed(func(b []byte) []byte { return append([]byte("\x1F\x8B\x08\x00"), b...) })},
	{"hex, after hashing", "file.hex", changed(func(b []byte) []byte { return []byte(hex.EncodeToString(b)) })},
	{"2 MB and the fields behind", "file.too_large", func(c *v2client) {
		c.file = append(c.file, make([]byte, 2<<20)...)
		c.set("media_hash", fmt.Sprintf("%x", md5.Sum(c.file)))
		c.fileFirst = true
	}},
}

func dashed(sum []byte) string {
	var s []string
	for _, b := range sum {
		s = append(s, fmt.Sprintf("%02x", b))
	}
	return strings.Join(s, "-")
}
