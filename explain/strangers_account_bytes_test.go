package explain

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// accountByteRows are what programs make of a token, of the address and of the form.
var accountByteRows = []accountMistake{
	// Around the token.
	{"&quot;", "account.token.escaped", sentToken(func(s string) string { return "&quot;" + s + "&quot;" })},
	{"%22", "account.token.quoted", sentToken(func(s string) string { return `"` + s + `"` })},
	{"backquotes", "account.token.quoted", sentToken(func(s string) string { return "`" + s + "`" })},
	{"b'…'", "account.token.quoted", sentToken(func(s string) string { return "b'" + s + "'" })},
	{"u'…'", "account.token.quoted", sentToken(func(s string) string { return "u'" + s + "'" })},
	{"(…,)", "account.token.wrapped", sentToken(func(s string) string { return "('" + s + "',)" })},
	{"Some(…)", "account.token.wrapped", sentToken(func(s string) string { return `Some("` + s + `")` })},
	{"<![CDATA[…]]>", "account.token.wrapped", sentToken(func(s string) string { return "<![CDATA[" + s + "]]>" })},
	{"access_token=…", "account.token.name_in_value", sentToken(func(s string) string { return "access_token=" + s })},
	{"access_token: …", "account.token.name_in_value", sentToken(func(s string) string { return "access_token: " + s })},
	{"?access_token=…", "account.token.name_in_value", sentToken(func(s string) string { return "?access_token=" + s })},
	{"a BOM before", "account.token.blanks", sentToken(func(s string) string { return "\uFEFF" + s })},
	{"a NUL behind", "account.token.blanks", sentToken(func(s string) string { return s + "\x00" })},
	{"a zero-width space", "account.token.blanks", sentToken(func(s string) string { return s + "\u200B" })},
	{"a full stop behind", "account.token.tail", sentToken(func(s string) string { return s + "." })},
	{"#wechat_redirect", "account.token.tail", sentToken(func(s string) string { return s + "#wechat_redirect" })},
	{"&type=image in it", "account.token.tail", sentToken(func(s string) string { return s + "&type=image" })},
	{"?type=image behind", "account.token.tail", sentToken(func(s string) string { return s + "?type=image" })},
	{"expires behind", "account.token.tail", sentToken(func(s string) string { return s + ":7200" })},

	// What was made of it.
	{"upper case", "account.token.case", sentToken(strings.ToUpper)},
	{"lower case", "account.token.case", sentToken(strings.ToLower)},
	{"twice", "account.token.doubled", sentToken(func(s string) string { return s + s })},
	{"reversed", "account.token.reversed", sentToken(func(s string) string { return string(reverse([]byte(s))) })},
	{"512 cut to 128", "account.token.cut", sentToken(func(s string) string { return s[:len(s)-20] })},
	{"the first character lost", "account.token.start_lost", sentToken(func(s string) string { return s[1:] })},
	{"the first three lost", "account.token.start_lost", sentToken(func(s string) string { return s[3:] })},
	{"- lost", "account.token.misspelled", sentToken(func(s string) string { return strings.ReplaceAll(s, "-", "") })},
	{"_ lost", "account.token.misspelled", sentToken(func(s string) string { return strings.ReplaceAll(s, "_", "") })},
	{"- for _", "account.token.misspelled", sentToken(func(s string) string { return strings.ReplaceAll(s, "_", "-") })},
	{"a blank for -", "account.token.misspelled", sentToken(func(s string) string { return strings.ReplaceAll(s, "-", " ") })},
	{"URL-encoded twice", "account.token.encoded_twice", sentToken(func(s string) string { return url.QueryEscape(url.QueryEscape(s + "=")) })},
	{"full-width", "account.token.escaped", sentToken(fullWidth)},
	{"base64 of base64", "account.token.base64", sentToken(func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(s))))
	})},
	{"one letter typed wrong", "account.token.misspelled", sentToken(func(s string) string { return s[:40] + "x" + s[41:] })},
	{"two letters exchanged", "account.token.misspelled", sentToken(func(s string) string { return s[:40] + s[41:42] + s[40:41] + s[42:] })},
	{"O for 0", "account.token.misspelled", sentToken(func(s string) string { return strings.ReplaceAll(s, "0", "O") })},

	// Where it is.
	{"no token", "account.token.missing", inTarget(func(string) string { return "" })},
	{"empty", "account.token.empty", inTarget(func(string) string { return "?access_token=" })},
	{"accessToken", "account.token.parameter", inTarget(func(s string) string { return "?accessToken=" + s })},
	{"token", "account.token.parameter", inTarget(func(s string) string { return "?token=" + s })},
	{"ACCESS_TOKEN", "account.token.parameter", inTarget(func(s string) string { return "?ACCESS_TOKEN=" + s })},
	{"a blank before the name", "account.token.parameter", inTarget(func(s string) string { return "?%20access_token=" + s })},
	{"?? ", "account.token.parameter", inTarget(func(s string) string { return "??access_token=" + s })},
	{"&amp;", "account.token.parameter", inTarget(func(s string) string { return "?type=image&amp;access_token=" + s })},
	{"twice, an old one first", "account.token.twice", inTarget(func(s string) string { return "?access_token=old&access_token=" + s })},
	{"Authorization: Bearer", "account.token.in_header", inHeader("Authorization", "Bearer ")},
	{"access_token header", "account.token.in_header", inHeader("access_token", "")},
	{"X-Access-Token", "account.token.in_header", inHeader("X-Access-Token", "")},
	{"a cookie", "account.token.in_header", inHeader("Cookie", "access_token=")},

	// The method.
	{"GET", "account.method", func(c *accountClient) { c.method = "GET" }},
	// The file.
	{"base64", "file.base64", func(c *accountClient) { c.file = []byte(base64.StdEncoding.EncodeToString(c.file)) }},
	{"twice as long", "file.too_large", func(c *accountClient) { c.file = append(c.file, make([]byte, 2<<20)...) }},
	{"zlib", "file.compressed", func(c *accountClient) { c.file = zlibbed(c.file) }},
	{"quoted-printable", "file.as_text", func(c *accountClient) { c.file = quoted(c.file) }},
	{"image", "form.part_name", mediaHead("Content-Disposition: form-data; name=\"image\"; filename=\"photo.jpg\"\r\n")},
	{"file", "form.part_name", mediaHead("Content-Disposition: form-data; name=\"file\"; filename=\"photo.jpg\"\r\n")},
	{"no file name", "form.no_filename", mediaHead("Content-Disposition: form-data; name=\"media\"\r\nContent-Type: image/jpeg\r\n")},
}
