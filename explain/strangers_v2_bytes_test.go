package explain

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/url"
	"strings"
)

// v2ByteRows are what programs make of keys, texts, digests and bytes for APIv2.
var v2ByteRows = []v2stranger{
	// The sign, as it is written.
	{"a line feed behind it", "v2.sign.blanks", signPrinted(func(sum []byte) string { return fmt.Sprintf("%X\n", sum) })},
	{"CR LF behind it", "v2.sign.blanks", signPrinted(func(sum []byte) string { return fmt.Sprintf("%X\r\n", sum) })},
	{"a blank before it", "v2.sign.blanks", signPrinted(func(sum []byte) string { return fmt.Sprintf(" %X", sum) })},
	{"repr of bytes", "v2.sign.spelled", signPrinted(pythonRepr)},
	{"repr of hex", "v2.sign.decorated v2.sign.lower_case", signPrinted(func(sum []byte) string { return fmt.Sprintf("b'%x'", sum) })},
	{"base64", "v2.sign.base64", signPrinted(func(sum []byte) string { return base64.StdEncoding.EncodeToString(sum) })},
	{"base64, URL-encoded", "v2.sign.decorated v2.sign.base64", signPrinted(func(sum []byte) string { return url.QueryEscape(base64.StdEncoding.EncodeToString(sum)) })},
	{"base64 of hex", "v2.sign.base64", signPrinted(func(sum []byte) string { return base64.StdEncoding.EncodeToString([]byte(fmt.Sprintf("%X", sum))) })},
	{"hex of hex", "v2.sign.decorated", signPrinted(func(sum []byte) string { return hex.EncodeToString([]byte(fmt.Sprintf("%X", sum))) })},
	{"colons", "v2.sign.dashes", signPrinted(func(sum []byte) string { return strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":") })},
	{"dashes", "v2.sign.dashes", signPrinted(func(sum []byte) string { return strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", "-") })},
	{"twice", "v2.sign.decorated", signPrinted(func(sum []byte) string { return fmt.Sprintf("%X%X", sum, sum) })},
	{"with sha256:", "v2.sign.decorated", signPrinted(func(sum []byte) string { return fmt.Sprintf("HMAC-SHA256:%X", sum) })},
	{"quoted", "v2.sign.blanks", signPrinted(func(sum []byte) string { return fmt.Sprintf(`"%X"`, sum) })},
	{"in full-width letters", "v2.sign.spelled", signPrinted(func(sum []byte) string { return fullWidth(fmt.Sprintf("%X", sum)) })},
	{"16 characters of it", "v2.sign.cut", signPrinted(func(sum []byte) string { return fmt.Sprintf("%X", sum)[:16] })},
	{"the first half", "v2.sign.cut", signPrinted(func(sum []byte) string { return fmt.Sprintf("%X", sum)[:32] })},
	{"the last digit lost", "v2.sign.cut", signPrinted(func(sum []byte) string { return fmt.Sprintf("%X", sum)[:63] })},
	{"lower case", "v2.sign.lower_case", signPrinted(func(sum []byte) string { return fmt.Sprintf("%x", sum) })},
	{"a callback", "v2.sign.placeholder", signPrinted(func([]byte) string { return "function (data) { return sign(data) }" })},
	{"%s", "v2.sign.placeholder", signPrinted(func([]byte) string { return "%s" })},
	{"SIGN", "v2.sign.placeholder", signPrinted(func([]byte) string { return "SIGN" })},
	{"a key's name", "v2.sign.placeholder", signPrinted(func([]byte) string { return "${sign}" })},

	// The key.
	{"a tab behind the key", "v2.key.blanks", withKey(func(k string) string { return k + "\t" })},
	{"quotes around it", "v2.key.blanks", withKey(func(k string) string { return `"` + k + `"` })},
	{"a BOM before it", "v2.key.blanks", withKey(func(k string) string { return "\uFEFF" + k })},
	{"a line end, URL-encoded", "v2.key.blanks", withKey(func(k string) string { return k + "%0A" })},
	{"full-width", "v2.key.width", withKey(fullWidth)},
	{"reversed", "v2.key.reversed", withKey(func(k string) string { b := []byte(k); r := reverse(b); return string(r) })},
	{"key=", "v2.key.doubled", withKey(func(k string) string { return "key=" + k })},
	{"MD5 of it", "v2.key.hashed", withKey(func(k string) string { return hex.EncodeToString(md5sum(k, "")) })},
	{"the file of keys", "v2.key.placeholder", withKey(func(string) string { return "apiclient_key.pem" })},
	{"APIv3 key", "v2.key.apiv3", withKey(func(string) string { return theWorld().merchant.APIv3Key })},
	{"the certificate's serial", "v2.key.serial", withKey(func(string) string { return theWorld().merchant.Keys[0].Serial })},

	// The MAC.
	{"SHA-256 without a key", "v2.hash.no_hmac", macOf(func(text, _ string) []byte { s := sha256.Sum256([]byte(text)); return s[:] })},
	{"SHA-1", "v2.hash.other", macOf(func(text, _ string) []byte { s := sha1.Sum([]byte(text)); return s[:] })},
	{"SHA-512", "v2.hash.other", macOf(func(text, _ string) []byte { s := sha512.Sum512([]byte(text)); return s[:] })},
	{"HMAC-MD5", "v2.hash.other", macOf(func(text, key string) []byte {
		m := hmac.New(md5.New, []byte(key))
		m.Write([]byte(text))
		return m.Sum(nil)
	})},
	{"HMAC-SHA1", "v2.hash.other", macOf(func(text, key string) []byte {
		m := hmac.New(sha1.New, []byte(key))
		m.Write([]byte(text))
		return m.Sum(nil)
	})},
	{"HMAC-SHA512", "v2.hash.other", macOf(func(text, key string) []byte {
		m := hmac.New(sha512.New, []byte(key))
		m.Write([]byte(text))
		return m.Sum(nil)
	})},
	{"CRC-32", "v2.sign.length", signPrinted(func([]byte) string { return fmt.Sprintf("%08X", crc32.ChecksumIEEE([]byte("x"))) })},
	{"MD5 announced as HMAC", "v2.hash.md5_declared_hmac", macOf(func(text, _ string) []byte { return md5sum(text, "") })},

	// The text.
	{"URL-encoded whole", "v2.text.url_encoded", v2Text(func(j, key string) string { return url.QueryEscape(j + "&key=" + key) })},
	{"a line feed at the end", "v2.text.ends", v2Text(func(j, key string) string { return j + "&key=" + key + "\n" })},
	{"& at the end", "v2.key.doubled", v2Text(func(j, key string) string { return j + "&key=" + key + "&" })},
	{"a BOM", "v2.text.ends", v2Text(func(j, key string) string { return "\uFEFF" + j + "&key=" + key })},
	{"sign= in it", "v2.fields.empty_kept v2.order.as_sent", v2Text(func(j, key string) string { return j + "&sign=&key=" + key })},
	{"JSON, sorted, and the key", "v2.text.printed", v2Text(func(j, key string) string {
		fields := map[string]string{"key": key}
		for _, p := range pairsOfText(j) {
			fields[p[0]] = p[1]
		}
		return string(must(json.Marshal(fields)))
	})},
	{"%s", "v2.text.placeholder", v2Text(func(string, string) string { return "mch_id=%s&media_hash=%s&sign_type=%s&key=%s" })},
	{"nothing but the key", "v2.text.placeholder", v2Text(func(_, key string) string { return key })},
	{"undefined", "v2.text.placeholder", v2Text(func(string, string) string { return "undefined" })},
	{"[object Object]", "v2.text.placeholder", v2Text(func(_, key string) string { return "[object Object]&key=" + key })},

	// The fields.
	{"appid signed", "v2.fields.extra", func(c *v2client) { c.signAlso("appid", "wxd930ea5d5a258f4f") }},
	{"media signed as its name", "v2.fields.media", func(c *v2client) { c.signAlso("media", "filea.jpg") }},
	{"media signed as @path", "v2.fields.media", func(c *v2client) { c.signAlso("media", "@/tmp/filea.jpg") }},
	{"media signed as [object File]", "v2.fields.media", func(c *v2client) { c.signAlso("media", "[object File]") }},
	{"sign_type not signed", "v2.fields.sign_type_left_out", func(c *v2client) { c.signWithout("sign_type") }},
	{"media_hash not signed", "v2.fields.left_out", func(c *v2client) { c.signWithout("media_hash") }},
	{"media_hash in upper case", "v2.value.digest", func(c *v2client) { c.signAs("media_hash", strings.ToUpper(c.fields[1][1])) }},
	{"sign_type signed as MD5", "v2.fields.sign_type_other", func(c *v2client) { c.signAs("sign_type", "MD5") }},
	{"sign_type hmac-sha256", "v2.sign_type.unknown", withField("sign_type", "hmac-sha256")},
	{"sign_type SHA256", "v2.sign_type.unknown", withField("sign_type", "SHA256")},
	{"mch_id with a blank", "v2.field.blanks", withField("mch_id", "1900009191 ")},

	// The digest.
	{"SHA-256 of the file", "digest.other_hash", func(c *v2client) { c.set("media_hash", hexOf(string(c.file))) }},
	{"of the base64", "digest.of_base64", func(c *v2client) {
		c.set("media_hash", fmt.Sprintf("%x", md5.Sum([]byte(base64.StdEncoding.EncodeToString(c.file)))))
	}},
	{"of ./name", "digest.of_name", func(c *v2client) { c.set("media_hash", fmt.Sprintf("%x", md5.Sum([]byte("./filea.jpg")))) }},
	{"of repr", "digest.of_text", func(c *v2client) { c.set("media_hash", fmt.Sprintf("%x", md5.Sum([]byte(pythonRepr(c.file))))) }},
	{"base64 of the MD5", "digest.base64", func(c *v2client) {
		sum := md5.Sum(c.file)
		c.set("media_hash", base64.StdEncoding.EncodeToString(sum[:]))
	}},
	{"16 digits of the MD5", "digest.cut", func(c *v2client) { c.set("media_hash", c.fields[1][1][8:24]) }},
	{"upper case", "digest.upper_case", func(c *v2client) { c.set("media_hash", strings.ToUpper(c.fields[1][1])) }},
	{"the file and the key", "digest.of_more", func(c *v2client) { c.set("media_hash", fmt.Sprintf("%x", md5.Sum([]byte(string(c.file)+c.key)))) }},

	// The file.
	{"base64", "digest.before_base64 file.base64", changed(func(b []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(b)) })},
	{"data URL", "file.data_url", changed(func(b []byte) []byte { return []byte("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(b)) })},
	{"its path", "file.path", changed(func([]byte) []byte { return []byte("/tmp/filea.jpg") })},
	{"empty", "file.empty", changed(func([]byte) []byte { return nil })},
	{"a line feed behind", "file.appended", changed(func(b []byte) []byte { return append(b, '\n') })},
	{"the last 100 bytes lost", "file.damaged", changed(func(b []byte) []byte { return b[:len(b)-100] })},
	{"another picture", "digest.other file.name_and_content", changed(func([]byte) []byte { return pngFile() })},
}

func macOf(f func(text, key string) []byte) func(c *v2client) {
	return func(c *v2client) { c.mac = f }
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r + 0xFEE0
		}
		return r
	}, s)
}
