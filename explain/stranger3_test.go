package explain

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"mime/quotedprintable"
	"slices"
	"strings"
	"testing"

	"github.com/wxup/wxup/explain/text"
)

// throughGBK is meta named so, and what a program makes of it that takes bytes for those of another
// charset.
func throughGBK(name, was, became string) func(c *client) {
	return all(named2(name), signMeta(replaced(was, became)))
}

// withMember signs meta with another member behind the others, or in front.
func withMember(member string) func(c *client) {
	return signMeta(func(m string) string { return strings.TrimSuffix(m, "}") + "," + member + "}" })
}

// packed changes a text as pack changes bytes.
func packedBy(pack func([]byte) []byte) func(string) string {
	return func(s string) string { return string(pack([]byte(s))) }
}

func quotedPrintable(s string) string {
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

// pemMAC signs with an HMAC whose key is the text of a private key.
func pemMAC() []byte {
	m := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("a private key")}))
	m.Write([]byte("the text"))
	return m.Sum(nil)
}

// ofApp makes an app's id known.
func ofApp(c *client) {
	w, known := *c.w, *c.w.known
	known.Secrets = []Secret{{Of: "wx0000000000000001", Value: "0123456789abcdef0123456789abcdef"}}
	w.known, c.w = &known, &w
}

// framedAs signs what a text of the request's values is.
func framedAs(f func(c *client, l [5]string) string) func(c *client) {
	return func(c *client) { c.frame = func(l [5]string) string { return f(c, l) } }
}

// padded sends the digest of the file as a buffer of this size holds it, behind its end the zero
// bytes it was made with or, stale, what the block before left there.
func padded(size int, stale bool) func(c *client) {
	return ofText(func(c *client) string {
		content := string(c.file)
		last := len(content) % size
		tail := strings.Repeat("\x00", size-last)
		if stale {
			tail = content[len(content)-size : len(content)-last]
		}
		return content + tail
	})
}

// textTales are mistakes in what was signed, and in meta.
var textTales = []mistake{
	// Charsets.
	{"UTF-8 read as GBK", "v3.charset.gbk_read", throughGBK("图片.jpg", "图片", "鍥剧墖")},
	{"UTF-8 read as GBK, one byte left over", "v3.charset.gbk_read", throughGBK("a中.jpg", "中", "涓\uFFFD")},
	{"… shown as a question mark", "v3.charset.gbk_read", throughGBK("a中.jpg", "中", "涓?")},
	{"UTF-8 read as GBK, written in GBK", "v3.charset.gbk_read", throughGBK("a中.jpg", "中", "\xE4\xB8?")},
	{"… and read as UTF-8", "v3.charset.gbk_read", throughGBK("a中.jpg", "中", "\uFFFD?")},
	{"GBK read as UTF-8", "v3.charset.gbk_read", throughGBK("中文.jpg", "中文", "\uFFFD\uFFFD\uFFFD\uFFFD")},
	{"GBK read as UTF-8, which it happens to be", "v3.charset.gbk", throughGBK("图片.jpg", "图片", "ͼƬ")},
	{"what GBK lacks", "v3.charset.question_marks", throughGBK("图é.jpg", "é", "?")},
	{"what GBK lacks, in GBK", "v3.charset.gbk", throughGBK("图é.jpg", "图é", "\xCD\xBC?")},
	{"meta sent in GBK, signed in UTF-8", "form.meta_charset v3.charset.gbk_sent", func(c *client) {
		c.named("中文.jpg")
		right := c.meta
		c.meta = strings.ReplaceAll(c.meta, "中文", "\xD6\xD0\xCE\xC4")
		c.fileHead = strings.ReplaceAll(c.fileHead, "中文", "a")
		c.after(func() { c.lines[4] = right })
	}},
	{"meta sent and signed in GBK", "form.meta_charset", func(c *client) {
		c.named("中文.jpg")
		c.meta = strings.ReplaceAll(c.meta, "中文", "\xD6\xD0\xCE\xC4")
	}},
	// Codings.
	{"meta sent as quoted-printable", "form.meta_encoded", metaSentAs(quotedPrintable)},
	{"meta sent and signed as quoted-printable", "form.meta_encoded", func(c *client) { c.meta = quotedPrintable(c.meta) }},
	{"meta signed as quoted-printable", "v3.meta.encoded", signMeta(quotedPrintable)},
	{"meta sent gzipped", "form.meta_encoded", metaSentAs(packedBy(gzipped))},
	{"meta sent and signed gzipped", "form.meta_encoded", func(c *client) { c.meta = packedBy(gzipped)(c.meta) }},
	{"meta sent by zlib", "form.meta_encoded", metaSentAs(packedBy(zlibbed))},
	{"meta signed gzipped", "v3.meta.encoded", signMeta(packedBy(gzipped))},
	{"meta sent as base64 of gzip", "form.meta_encoded", metaSentAs(func(m string) string { return base64.StdEncoding.EncodeToString(gzipped([]byte(m))) })},
	// Other texts.
	{"a sorted text with the key", "v3.frame.v2", framedAs(func(c *client, l [5]string) string {
		return fmt.Sprintf("filename=%s&mchid=%s&nonce_str=%s&sha256=%s&timestamp=%s&key=%s", c.filename, c.mchid, l[3], c.digest(), l[2], c.w.merchant.APIv3Key)
	})},
	{"a sorted text without a key", "v3.frame.v2", framedAs(func(c *client, l [5]string) string {
		return fmt.Sprintf("filename=%s&sha256=%s", c.filename, c.digest())
	})},
	{"a sorted text of the header", "v3.frame.v2", framedAs(func(c *client, l [5]string) string {
		return fmt.Sprintf("mchid=%s&nonce_str=%s&serial_no=%s&timestamp=%s", c.mchid, l[3], c.serial, l[2])
	})},
	{"a sorted text with the APIv2 key", "v3.frame.v2", framedAs(func(c *client, l [5]string) string {
		return fmt.Sprintf("mch_id=%s&nonce_str=%s&timestamp=%s&key=%s", c.mchid, l[3], l[2], c.w.merchant.APIv2Key)
	})},
	{"the five lines as pairs", "v3.frame.v2", framedAs(func(c *client, l [5]string) string {
		return fmt.Sprintf("method=%s&url=%s&timestamp=%s&nonce_str=%s&body=%s&key=%s", l[0], l[1], l[2], l[3], l[4], c.w.merchant.APIv3Key)
	})},
	{"paySign of an app", "v3.frame.pay_sign", all(ofApp, framedAs(func(c *client, l [5]string) string {
		return "wx0000000000000001\n" + l[2] + "\n" + l[3] + "\nprepay_id=\n"
	}))},
	{"paySign with meta", "v3.frame.pay_sign", all(ofApp, framedAs(func(c *client, l [5]string) string {
		return "wx0000000000000001\n" + l[2] + "\n" + l[3] + "\n" + l[4] + "\n"
	}))},
	{"paySign of the merchant", "v3.frame.pay_sign", framedAs(func(c *client, l [5]string) string {
		return c.mchid + "\n" + l[2] + "\n" + l[3] + "\n" + l[4] + "\n"
	})},
	{"the key as a sixth line", "v3.frame.extra_line", framedAs(func(c *client, l [5]string) string {
		return strings.Join(l[:], "\n") + "\n" + c.w.merchant.APIv3Key + "\n"
	})},
	{"the key behind the text", "v3.frame.extra_line", framedAs(func(c *client, l [5]string) string {
		return strings.Join(l[:], "\n") + "\n" + c.w.merchant.APIv3Key
	})},
	{"the key as key=…", "v3.frame.extra_line", framedAs(func(c *client, l [5]string) string {
		return strings.Join(l[:], "\n") + "\n&key=" + c.w.merchant.APIv3Key
	})},
	{"the key as the first line", "v3.frame.extra_line", framedAs(func(c *client, l [5]string) string {
		return c.w.merchant.APIv2Key + "\n" + strings.Join(l[:], "\n") + "\n"
	})},
	{"the digest as a sixth line", "v3.frame.extra_line", framedAs(func(c *client, l [5]string) string {
		return strings.Join(l[:], "\n") + "\n" + c.digest() + "\n"
	})},
	{"the query twice", "v3.url.query", all(func(c *client) { c.target += "?a=1&b=2" }, setLine(1, func(_ *client, l string) string { return l + "?a=1&b=2" }))},
	{"the query twice, joined", "v3.url.query", all(func(c *client) { c.target += "?a=1&b=2" }, setLine(1, func(_ *client, l string) string { return l + "&a=1&b=2" }))},
	// Members.
	{"md5 signed", "v3.meta.member_added", func(c *client) {
		withMember(fmt.Sprintf(`"md5":"%x"`, md5.Sum(c.file)))(c)
	}},
	{"@type signed", "v3.meta.member_added", signMeta(replaced("{", `{"@type":"com.alibaba.fastjson.JSONObject",`))},
	{"class signed", "v3.meta.member_added", withMember(`"class":"java.util.HashMap"`)},
	{"file signed", "v3.meta.member_added", withMember(`"file":"filea.jpg"`)},
	{"file: base64 signed", "v3.meta.member_added", func(c *client) {
		withMember(`"file":"` + base64.StdEncoding.EncodeToString(c.file) + `"`)(c)
	}},
	{"@type sent", "v3.meta.member_missing", metaSentAs(replaced("{", `{"@type":"com.shop.Meta",`))},
	{"class sent", "v3.meta.member_missing", metaSentAs(replaced("}", `,"class":"com.shop.Meta"}`))},
	{"md5 sent", "v3.meta.member_missing", metaSentAs(replaced("}", `,"md5":"709d1e858d2ef9d0501cc053668b2872"}`))},
	{"file sent in front", "v3.meta.member_missing", metaSentAs(replaced("{", `{"file":"filea.jpg",`))},
	// Signatures that no private key made.
	{"an HMAC keyed with the PEM text", "v3.signature.mac", func(c *client) {
		c.encode = func([]byte) string { return base64.StdEncoding.EncodeToString(pemMAC()) }
	}},
	{"… in hex", "v3.signature.hash", func(c *client) { c.encode = func([]byte) string { return fmt.Sprintf("%x", pemMAC()) } }},
	{"… in hex, in base64", "v3.signature.mac", func(c *client) {
		c.encode = func([]byte) string { return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%x", pemMAC())) }
	}},
	// Buffers.
	{"zeros to 1,024", "digest.of_buffer", padded(1024, false)},
	{"zeros to 4,096", "digest.of_buffer", padded(4096, false)},
	{"zeros to 8,192", "digest.of_buffer", padded(8192, false)},
	{"zeros to 1 MB", "digest.of_buffer", padded(1<<20, false)},
	{"zeros to 2 MB", "digest.of_buffer", padded(2<<20, false)},
	{"zeros to 10,000", "digest.of_buffer", padded(10_000, false)},
	{"zeros to 5 MB", "digest.of_buffer", padded(5<<20, false)},
	{"zeros to 256", "digest.of_buffer", padded(256, false)},
	{"a stale tail of 256", "digest.of_buffer", ofText(func(c *client) string {
		n := len(c.file) % 256
		return string(c.file) + string(c.file[len(c.file)-256:len(c.file)-n])
	})},
}

// bmpFile is the start of a picture that begins as every BMP does.
func bmpFile() []byte {
	return append([]byte("BM\x8A\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"), make([]byte, 120)...)
}

// fileTales are files that became something else after their digest was taken.
var fileTales = []mistake{
	{"a BMP without its first byte", "file.start_lost", fileChanged(func([]byte) []byte { return bmpFile()[1:] })},
	{"JPEG 2000", "file.not_taken", fileChanged(func([]byte) []byte { return []byte("\x00\x00\x00\x0CjP  \r\n\x87\n and more") })},
	{"a stream of JPEG 2000", "file.not_taken", fileChanged(func([]byte) []byte { return []byte("\xFF\x4F\xFF\x51\x00\x29 and more") })},
	{"UTF-16 with a mark", "file.as_text", fileChanged(func(b []byte) []byte {
		return []byte("\xFF\xFE" + string(text.UTF16(text.UTF8Twice(string(b)), binary.LittleEndian)))
	})},
	{"UTF-16, the other order", "file.as_text", fileChanged(func(b []byte) []byte { return text.UTF16(text.UTF8Twice(string(b)), binary.BigEndian) })},
	{"a PNG as Windows-1252", "file.as_text", fileChanged(func([]byte) []byte { return []byte("\xE2\x80\xB0PNG\r\n\x1A\n\x00\x00") })},
}

// TestTales: exactly what is wanted is said of them.
func TestTales(t *testing.T) {
	t.Parallel()
	for _, m := range slices.Concat(textTales, fileTales) {
		c := newClient()
		m.make(c)
		r := V3(c.request(), c.w.known)
		for _, f := range r.Findings {
			checkFinding(t, f)
		}
		if got := strings.Join(sorted(causesOf(r)), " "); got != strings.Join(sorted(strings.Fields(m.want)), " ") {
			t.Errorf("%s: %v, want %s", m.name, r.Findings, m.want)
		}
	}
}
