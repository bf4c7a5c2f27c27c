package explain

import (
	"crypto/md5"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// digestTales are mistakes in the digest, which is signed as it is sent.
var digestTales = []mistake{
	// Another spelling of the right one.
	{"nibbles swapped", "digest.digits", sendDigest(func(c *client) string {
		var s strings.Builder
		for _, b := range must(hex.DecodeString(c.digest())) {
			fmt.Fprintf(&s, "%02x", b<<4|b>>4)
		}
		return s.String()
	})},
	{"strrev", "digest.digits", sendDigest(func(c *client) string { return reversedBytes(c.digest()) })},
	{"base32", "digest.spelled", sendDigest(func(c *client) string { return base32.StdEncoding.EncodeToString(must(hex.DecodeString(c.digest()))) })},
	{"SRI", "digest.base64", sendDigest(func(c *client) string {
		return "sha256-" + base64.StdEncoding.EncodeToString(must(hex.DecodeString(c.digest())))
	})},
	// A key.
	{"the APIv3 key", "digest.is_key", sendDigest(func(c *client) string { return c.w.merchant.APIv3Key })},
	{"the APIv2 key in hex", "digest.is_key", sendDigest(func(c *client) string { return hex.EncodeToString([]byte(c.w.merchant.APIv2Key)) })},
	{"of the key", "digest.of_literal", ofText(func(c *client) string { return c.w.merchant.APIv3Key })},
	// Of more than the file, or less.
	{"CR LF on both sides", "digest.of_more", ofText(func(c *client) string { return "\r\n" + string(c.file) + "\r\n" })},
	{"CR LF before it", "digest.of_more", ofText(func(c *client) string { return "\r\n" + string(c.file) })},
	{"BOM before it", "digest.of_more", ofText(func(c *client) string { return "\uFEFF" + string(c.file) })},
	{"git", "digest.of_more", ofText(func(c *client) string { return fmt.Sprintf("blob %d\x00%s", len(c.file), c.file) })},
	{"without IEND", "digest.of_start", all(func(c *client) { c.file = pngFile(); c.named("filea.png") }, ofText(func(c *client) string { return string(c.file[:len(c.file)-12]) }))},
	{"the meta that was to hold it", "digest.of_meta", ofText(func(c *client) string { return `{"filename":"filea.jpg","sha256":""}` })},
	// Of another digest.
	{"of the MD5", "digest.of_hash", ofText(func(c *client) string { return fmt.Sprintf("%x", md5.Sum(c.file)) })},
	{"HMAC without a key", "digest.hmac", sendDigest(func(c *client) string { return hmacHex("", c.file) })},
	{"HMAC with the mchid", "digest.hmac", sendDigest(func(c *client) string { return hmacHex(c.mchid, c.file) })},
	// Of what the file was made into.
	{"without CR", "digest.of_text", ofText(func(c *client) string { return strings.ReplaceAll(string(c.file), "\r", "") })},
	{"without LF", "digest.of_text", ofText(func(c *client) string { return strings.ReplaceAll(string(c.file), "\n", "") })},
	{"UTF-16LE of Latin-1", "digest.of_text", ofText(func(c *client) string {
		var b []byte
		for _, u := range utf16.Encode([]rune(latin1Text(c.file))) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		return string(b)
	})},
	{"percent", "digest.of_text", ofText(func(c *client) string {
		var s strings.Builder
		for _, b := range c.file {
			if strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/", b) >= 0 {
				s.WriteByte(b)
			} else {
				fmt.Fprintf(&s, "%%%02X", b)
			}
		}
		return s.String()
	})},
	{"hex with blanks", "digest.of_text", ofText(func(c *client) string { return fmt.Sprintf("% x", c.file) })},
	{"base64,", "digest.of_base64", ofText(func(c *client) string { return "base64," + base64.StdEncoding.EncodeToString(c.file) })},
	// The names in meta, and what is around them.
	{"sah256", "form.meta_member_name", rewritten("sha256", "sah256")},
	{"fliename", "form.meta_member_name", rewritten("filename", "fliename")},
	{"blanks around the name", "form.name_blanks", rewritten("filea.jpg", " filea.jpg ")},
	{"$values", "form.meta_nested", rewritten("{", `{"$id":"1","$values":[{`, "}", "}]}")},
	{"GBK that is UTF-8, too", "form.meta_gbk", all(named2("图片.jpg"), sendMeta(func(c *client) string { return string(must2(gbk(c.meta))) }))},
}

func latin1Text(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

func TestDigestTales(t *testing.T) {
	t.Parallel()
	for _, m := range digestTales {
		c := newClient()
		m.make(c)
		r := V3(c.request(), c.w.known)
		for _, f := range r.Findings {
			checkFinding(t, f)
		}
		if got := strings.Join(sorted(causesOf(r)), " "); got != m.want || !r.Verified {
			t.Errorf("%s: %v, want %s; verified: %v", m.name, r.Findings, m.want, r.Verified)
		}
	}
}

// TestGetTales: what is signed as the body of a GET request, which has none.
func TestGetTales(t *testing.T) {
	t.Parallel()
	w := theWorld()
	for _, x := range []struct{ signed, body string }{
		{"{}", ""}, {"null", ""}, {"undefined", ""}, {w.merchant.APIv3Key, ""}, {`{"filename":"a.jpg","sha256":"00"}`, "--b\r\n\r\n" + `{"filename":"a.jpg","sha256":"00"}` + "\r\n--b--\r\n"},
	} {
		c := newClient()
		text := "GET\n/v3/certificates\n" + c.timestamp + "\n" + c.nonce + "\n" + x.signed + "\n"
		h := http.Header{"Authorization": {c.header(c, c.encode(c.sign(c.key, text)))}, "Accept": {"*/*"}, "User-Agent": {"test"}}
		r := V3(&Request{Method: "GET", Target: "/v3/certificates", Host: c.host, Scheme: "https", Header: h, Received: time.Unix(c.now+2, 0), Body: []byte(x.body)}, w.known)
		for _, f := range r.Findings {
			checkFinding(t, f)
		}
		if got := strings.Join(causesOf(r), " "); got != "v3.body.unwanted" {
			t.Errorf("%.20s: %v", x.signed, r.Findings)
		}
	}
}
