package explain

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// textOf signs what f makes of the right text.
func textOf(f func(text string) string) func(c *client) {
	return withFrame(func(l [5]string) string { return f(strings.Join(l[:], "\n") + "\n") })
}

// eachLine signs what f makes of each line.
func eachLine(f func(i int, line string) string) func(c *client) {
	return withFrame(func(l [5]string) string {
		s := ""
		for i, line := range l {
			s += f(i, line)
		}
		return s
	})
}

func reversedBytes(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

func utf32le(s string) string {
	var b []byte
	for _, r := range s {
		b = binary.LittleEndian.AppendUint32(b, uint32(r))
	}
	return string(b)
}

func utf16be(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.BigEndian.AppendUint16(b, u)
	}
	return string(b)
}

// labelled puts a label before each line.
func labelled(colon string, labels ...string) func(c *client) {
	return eachLine(func(i int, line string) string { return labels[i] + colon + line + "\n" })
}

// signKey signs one of the merchant's keys in place of a line.
func signKey(i int) func(c *client) {
	return setLine(i, func(c *client, _ string) string { return c.w.merchant.APIv3Key })
}

// frameTales are mistakes in the text that is signed.
var frameTales = []mistake{
	// Between the lines.
	{"U+0085", "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], "\u0085") + "\u0085" })},
	{"the letter n", "v3.frame.literal", withFrame(func(l [5]string) string { return strings.Join(l[:], "n") + "n" })},
	{"colons", "v3.frame.separator", withFrame(func(l [5]string) string { return strings.Join(l[:], ":") + "\n" })},
	{"number signs", "v3.frame.separator", withFrame(func(l [5]string) string { return strings.Join(l[:], "#") })},
	{"literals first and last", "v3.frame.literal", withFrame(func(l [5]string) string { return l[0] + `\n` + strings.Join(l[1:], "\n") + `\n` })},
	{"CR LF in the middle", "v3.frame.crlf", withFrame(func(l [5]string) string {
		return l[0] + "\n" + l[1] + "\r\n" + l[2] + "\n" + l[3] + "\r\n" + l[4] + "\n"
	})},
	{"padded with NUL", "v3.frame.padded", eachLine(func(_ int, line string) string {
		return line + "\n" + strings.Repeat("\x00", max(0, 255-len(line)))
	})},
	{"padded with blanks", "v3.frame.padded", eachLine(func(_ int, line string) string { return fmt.Sprintf("%-80s\n", line) })},
	{"the margin of Kotlin", "v3.frame.margin", eachLine(func(_ int, line string) string { return "|" + line + "\n" })},
	{"the margin and the indentation", "v3.frame.margin", eachLine(func(_ int, line string) string { return "    |" + line + "\n" })},
	{"the method twice", "v3.frame.doubled_line", withFrame(func(l [5]string) string { return l[0] + "\n" + strings.Join(l[:], "\n") + "\n" })},
	{"the timestamp twice", "v3.frame.doubled_line", withFrame(func(l [5]string) string { return strings.Join(l[:3], "\n") + "\n" + strings.Join(l[2:], "\n") + "\n" })},
	{"a line for the host", "v3.frame.extra_line", all(func(c *client) { c.host = "127.0.0.1:8080" }, withFrame(func(l [5]string) string {
		return l[0] + "\napi.mch.weixin.qq.com\n" + strings.Join(l[1:], "\n") + "\n"
	}))},
	{"a line for the query", "v3.frame.extra_line", withFrame(func(l [5]string) string {
		return strings.Join(l[:2], "\n") + "\n?\n" + strings.Join(l[2:], "\n") + "\n"
	})},
	{"a line for the type", "v3.frame.extra_line", withFrame(func(l [5]string) string { return l[0] + "\nmultipart/form-data\n" + strings.Join(l[1:], "\n") + "\n" })},
	{"labels", "v3.frame.labels", labelled(": ", "Method", "Url", "Timestamp", "Nonce", "Body")},
	{"Chinese labels", "v3.frame.labels", labelled("：", "方法", "路径", "时间戳", "随机串", "报文")},
	{"an answer's lines", "v3.frame.answer", withFrame(func(l [5]string) string { return strings.Join(l[2:], "\n") })},
	{"OAuth 1", "v3.frame.oauth", withFrame(func(l [5]string) string {
		return "POST&" + url.QueryEscape("https://api.mch.weixin.qq.com"+l[1]) + "&" + url.QueryEscape("nonce_str="+l[3]+"&timestamp="+l[2])
	})},
	// The whole text.
	{"UTF-32", "v3.charset.utf16", textOf(func(s string) string { return utf32le("\uFEFF" + s) })},
	{"UTF-16 and CR LF", "v3.charset.utf16 v3.frame.crlf", textOf(func(s string) string { return utf16le(strings.ReplaceAll(s, "\n", "\r\n")) })},
	{"UTF-16BE and no last LF", "v3.charset.utf16 v3.frame.no_last_lf", textOf(func(s string) string { return utf16be(strings.TrimSuffix(s, "\n")) })},
	{"the hash of a text without a body", "v3.frame.no_body_line v3.hash.twice", withFrame(func(l [5]string) string {
		return hex.EncodeToString(sum256(strings.Join(l[:4], "\n") + "\n"))
	})},
	{"base64 of a text with a literal", "v3.frame.encoded v3.frame.literal", withFrame(func(l [5]string) string {
		return base64.StdEncoding.EncodeToString([]byte(strings.Join(l[:], `\n`) + `\n`))
	})},
	{"a JSON array", "v3.frame.encoded", withFrame(func(l [5]string) string {
		for i := range l {
			l[i] = quoteJSON(l[i])
		}
		return "[" + strings.Join(l[:], ", ") + "]"
	})},
	{"a JSON object", "v3.frame.encoded", withFrame(func(l [5]string) string {
		for i := range l {
			l[i] = quoteJSON(l[i])
		}
		return fmt.Sprintf(`{"method":%s,"url":%s,"timestamp":%s,"nonce_str":%s,"body":%s}`, l[0], l[1], l[2], l[3], l[4])
	})},
	{"a JSON object with meta as an object", "v3.frame.encoded", withFrame(func(l [5]string) string {
		return fmt.Sprintf(`{"method":"%s","url":"%s","timestamp":%s,"nonce":"%s","body":%s}`, l[0], l[1], l[2], l[3], l[4])
	})},
	{"repr", "v3.frame.encoded", textOf(func(s string) string { return "b'" + strings.ReplaceAll(s, "\n", `\n`) + "'" })},
	{"%q", "v3.frame.encoded", eachLine(func(_ int, line string) string { return fmt.Sprintf("%q\n", line) })},
	{"back to front", "v3.frame.reversed", textOf(reversedBytes)},
	{"twice", "v3.frame.twice", textOf(func(s string) string { return s + s })},
	{"a buffer of 128 bytes", "v3.frame.cut", textOf(func(s string) string { return s[:127] })},
	{"two bytes less", "v3.frame.cut", textOf(func(s string) string { return s[:len(s)-2] })},
	{"a DigestInfo", "v3.hash.twice", textOf(func(s string) string {
		return string(must(hex.DecodeString("3031300d060960864801650304020105000420"))) + string(sum256(s))
	})},
	// The lines.
	{"an enumeration", "v3.method.other", setLine(0, func(*client, string) string { return "HTTPMethod.POST" })},
	{"Rust's method", "v3.method.other", setLine(0, func(*client, string) string { return "Method(Post)" })},
	{"MULTIPART", "v3.method.other", setLine(0, func(*client, string) string { return "MULTIPART" })},
	{"a hash route", "v3.url.form", signTarget(func(s string) string { return s + "#/" })},
	{"the file's name behind the path", "v3.url.form", signTarget(func(s string) string { return s + "/filea.jpg" })},
	{"URI{path=}", "v3.url.form", signTarget(func(s string) string { return "URI{path=" + s + "}" })},
	{"a relative path", "v3.url.form", signTarget(func(string) string { return "../media/image-upload" })},
	{"against caches", "v3.url.query", signTarget(func(s string) string { return s + "?_t=1" })},
	{"no /v3 and no query", "v3.url.no_query v3.url.prefix", func(c *client) {
		c.target += "?a=1"
		signTarget(func(s string) string { return strings.TrimSuffix(strings.TrimPrefix(s, "/v3"), "?a=1") })(c)
	}},
	{"the merchant before the nonce", "v3.nonce.form", setLine(3, func(c *client, s string) string { return c.mchid + s })},
	{"braces of a GUID", "v3.nonce.form", setLine(3, func(*client, string) string { return "{593bec0c-930b-f1af-eb40-b4a08c8fb242}" })},
	// A key.
	{"the key as the method", "v3.method.other", signKey(0)},
	{"the key as the path", "v3.url.instead", signKey(1)},
	{"the key as the timestamp", "v3.timestamp.nothing", signKey(2)},
	{"the key as the nonce", "v3.nonce.nothing", signKey(3)},
	{"the key as the body", "v3.body.literal", signKey(4)},
	{"the key behind meta", "v3.meta.wrapped", setLine(4, func(c *client, s string) string { return s + c.w.merchant.APIv3Key })},
	// Meta.
	{"PowerShell", "v3.meta.not_json", metaAs(func(n, d string) string { return "@{filename=" + n + "; sha256=" + d + "}" })},
	{";type=", "v3.meta.wrapped", signMeta(func(m string) string { return m + ";type=application/json" })},
	{"cJSON_Print", "v3.meta.spacing", metaAs(func(n, d string) string {
		return fmt.Sprintf("{\n\t\"filename\":\t\"%s\",\n\t\"sha256\":\t\"%s\"\n}", n, d)
	})},
	{"tabs", "v3.meta.spacing", metaAs(func(n, d string) string { return fmt.Sprintf("{\t\"filename\":\"%s\",\t\"sha256\":\"%s\"}", n, d) })},
	{"a blank before the colon", "v3.meta.spacing", metaAs(func(n, d string) string { return fmt.Sprintf(`{"filename" :"%s","sha256" :"%s"}`, n, d) })},
	{"media_type", "v3.meta.member_added", signMeta(func(m string) string { return strings.Replace(m, "}", `,"media_type":"image"}`, 1) })},
	{"a field without a value", "v3.meta.member_added", signMeta(func(m string) string { return strings.Replace(m, "}", `,"filePath":null}`, 1) })},
	{"the name in other case", "v3.meta.filename", signMeta(func(m string) string { return strings.Replace(m, "filea.jpg", "Filea.JPG", 1) })},
	{"a no-break space", "v3.meta.invisible", all(named2("my photo.jpg"), signMeta(func(m string) string { return strings.Replace(m, "my photo", "my\u00A0photo", 1) }))},
	{"a raw tab", "form.name_mismatch v3.meta.backslashes", all(named2("my\tphoto.jpg"), func(c *client) { c.fileHead = strings.Replace(c.fileHead, "\t", "_", 1) },
		signMeta(func(m string) string { return strings.Replace(m, `\t`, "\t", 1) }))},
}

func TestFrameTales(t *testing.T) {
	t.Parallel()
	for _, m := range frameTales {
		c := newClient()
		m.make(c)
		r := V3(c.request(), c.w.known)
		for _, f := range r.Findings {
			checkFinding(t, f)
		}
		if got := strings.Join(sorted(causesOf(r)), " "); got != m.want {
			t.Errorf("%s: %v, want %s", m.name, r.Findings, m.want)
		}
	}
}
