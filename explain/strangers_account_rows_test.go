package explain

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
)

// sentToken sends what f makes of the right token.
func sentToken(f func(token string) string) func(c *accountClient) {
	return func(c *accountClient) { c.token = f(c.token) }
}

// inTarget writes the token into the target, which f makes of it.
func inTarget(f func(token string) string) func(c *accountClient) {
	return func(c *accountClient) { c.target = uploadimg + f(c.token) }
}

func inHeader(name, before string) func(c *accountClient) {
	return func(c *accountClient) {
		c.target = uploadimg
		c.headers[name] = before + c.token
	}
}

func mediaHead(head string) func(c *accountClient) { return func(c *accountClient) { c.head = head } }

// accountRows are more mistakes of strangers' programs.
var accountRows = []accountMistake{
	// What is around the token.
	{"Optional[…]", "account.token.wrapped", sentToken(func(s string) string { return "Optional[" + s + "]" })},
	{"AccessToken(token=…)", "account.token.wrapped", sentToken(func(s string) string { return "AccessToken(token=" + s + ")" })},
	{"map[access_token:…]", "account.token.wrapped", sentToken(func(s string) string { return "map[access_token:" + s + "]" })},
	{"['…']", "account.token.wrapped", sentToken(func(s string) string { return "['" + s + "']" })},
	{"<…>", "account.token.wrapped", sentToken(func(s string) string { return "<" + s + ">" })},
	{"{…}", "account.token.wrapped", sentToken(func(s string) string { return "{" + s + "}" })},
	{"XML", "account.token.wrapped", sentToken(func(s string) string { return "<access_token>" + s + "</access_token>" })},
	{"a dict", "account.token.whole_answer", sentToken(func(s string) string { return "{'access_token': '" + s + "'}" })},
	{"a Java map", "account.token.whole_answer", sentToken(func(s string) string { return "{access_token=" + s + ", expires_in=7200}" })},
	{"“…”", "account.token.quoted", sentToken(func(s string) string { return "“" + s + "”" })},
	{"bearer", "account.token.bearer", sentToken(func(s string) string { return "bearer " + s })},
	{"token", "account.token.bearer", sentToken(func(s string) string { return "token " + s })},
	{"a tab before", "account.token.blanks", sentToken(func(s string) string { return "\t" + s })},
	{"CR LF behind", "account.token.blanks", sentToken(func(s string) string { return s + "\r\n" })},
	{"broken in two lines", "account.token.blanks", sentToken(func(s string) string { return s[:76] + "\n" + s[76:] })},
	{"a no-break space behind", "account.token.blanks", sentToken(func(s string) string { return s + "\u00A0" })},
	{"a comma and the seconds", "account.token.tail", sentToken(func(s string) string { return s + ",7200" })},
	{"a bar and the seconds", "account.token.tail", sentToken(func(s string) string { return s + "|7200" })},
	{"&amp;type=image", "account.token.tail", sentToken(func(s string) string { return s + "&amp;type=image" })},
	{"a slash behind", "account.token.tail", sentToken(func(s string) string { return s + "/" })},

	// What was made of the token.
	{"in hex", "account.token.escaped", sentToken(func(s string) string { return hex.EncodeToString([]byte(s)) })},
	{"in base64url", "account.token.base64", sentToken(func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) })},
	{"&#95;", "account.token.escaped", sentToken(func(s string) string { return strings.ReplaceAll(s, "_", "&#95;") })},
	{`\_`, "account.token.escaped", sentToken(func(s string) string { return strings.ReplaceAll(s, "_", `\_`) })},
	{`\u005f`, "account.token.escaped", sentToken(func(s string) string { return strings.ReplaceAll(s, "_", `\u005f`) })},
	{"a dash of a page", "account.token.escaped", sentToken(func(s string) string { return strings.ReplaceAll(s, "-", "–") })},
	{"%5F", "account.token.encoded_twice", sentToken(func(s string) string { return strings.ReplaceAll(s, "_", "%5F") })},
	{"…", "account.token.shortened account.token.cut", sentToken(func(s string) string { return s[:20] + "..." })},
	{"***", "account.token.shortened", sentToken(func(s string) string { return s[:6] + "******" + s[len(s)-4:] })},

	// What it is instead.
	{"null", "account.token.placeholder", withToken("null")},
	{"NaN", "account.token.placeholder", withToken("NaN")},
	{"<access_token>", "account.token.placeholder", withToken("<access_token>")},
	{"%s", "account.token.placeholder", withToken("%s")},
	{"a function", "account.token.placeholder", withToken("() => this.token")},
	{"a coroutine", "account.token.placeholder", withToken("<coroutine object get_token at 0x7f2c>")},
	{"a future", "account.token.placeholder", withToken("CompletableFuture@3b9a45b3[Not completed]")},
	{"Optional.empty", "account.token.placeholder", withToken("Optional.empty")},
	{"Array", "account.token.placeholder", withToken("Array")},
	{"appid:secret", "account.token.appid", withToken("wxd930ea5d5a258f4f:0123456789abcdef0123456789abcdef")},
	{"a ticket", "account.token.kind", withToken("ticket@@@abcdefghijklmnop")},
	{"a JSON Web Token", "account.token.foreign", withToken("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijklmnopqrstuvwxyz")},
	{"a UUID", "account.token.foreign", withToken("550e8400-e29b-41d4-a716-446655440000")},
	{"an openid", "account.token.short", withToken("oGZUI0egBJY1zhBYw2KhdUfwVJJE")},
	{"the seconds", "account.token.short", withToken("7200")},
	{"of another environment", "account.token.unknown", withToken("57_" + strings.Repeat("k3JdWq", 20))},
	{"cloud's parameter", "account.token.parameter", inTarget(func(s string) string { return "?cloudbase_access_token=" + s })},

	// Where it is.
	{"?TOKEN", "account.token.parameter", inTarget(func(s string) string { return "?" + s })},
	{"two question marks", "account.token.parameter", inTarget(func(s string) string { return "?type=image?access_token=" + s })},
	{"?access_token%3D", "account.token.parameter", inTarget(func(s string) string { return "?access_token%3D" + s })},
	{"?access_token:", "account.token.parameter", inTarget(func(s string) string { return "?access_token:" + s })},
	{"?key=", "account.token.parameter", inTarget(func(s string) string { return "?key=" + s })},
	{"?acess_token=", "account.token.parameter", inTarget(func(s string) string { return "?acess_token=" + s })},
	{"&amp;access_token=", "account.token.parameter", inTarget(func(s string) string { return "?type=image&amp;access_token=" + s })},
	{"?access_token[]=", "account.token.parameter", inTarget(func(s string) string { return "?access_token[]=" + s })},
	{"appid and secret", "account.token.credentials", inTarget(func(string) string {
		return "?appid=wxd930ea5d5a258f4f&secret=0123456789abcdef0123456789abcdef"
	})},
	{"Cookie", "account.token.in_header", inHeader("Cookie", "access_token=")},
	{"X-Authorization", "account.token.in_header", inHeader("X-Authorization", "Bearer ")},
	{"X-Access-Token", "account.token.in_header", inHeader("X-Access-Token", "")},
	{"Basic", "account.token.in_header", func(c *accountClient) {
		c.target = uploadimg
		c.headers["Authorization"] = "Basic " + base64.StdEncoding.EncodeToString([]byte("x:"+c.token))
	}},
	{"in the form as token", "account.token.in_body", func(c *accountClient) {
		c.target = uploadimg
		c.more = "--xyz\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n" + c.token + "\r\n"
	}},
	{"in JSON", "account.token.in_body form.not_multipart", func(c *accountClient) {
		c.target, c.contentType = uploadimg, "application/json"
		c.body = []byte(`{"access_token":"` + c.token + `","media":"aGVsbG8="}`)
	}},
	{"in a URL-encoded form", "account.token.in_body form.not_multipart", func(c *accountClient) {
		c.target, c.contentType = uploadimg, "application/x-www-form-urlencoded"
		c.body = []byte(url.Values{"access_token": {c.token}}.Encode())
	}},

	// The form and the file.
	{"Media", "form.part_name", mediaHead("Content-Disposition: form-data; name=\"Media\"; filename=\"photo.jpg\"\r\n")},
	{"media[]", "form.part_name", mediaHead("Content-Disposition: form-data; name=\"media[]\"; filename=\"photo.jpg\"\r\n")},
	{"no name", "form.no_name", mediaHead("Content-Disposition: form-data; filename=\"photo.jpg\"\r\n")},
	{"boundary:", "form.type_parameter", func(c *accountClient) { c.contentType = "multipart/form-data; boundary:xyz" }},
	{"boundary undefined", "form.other_boundary", func(c *accountClient) { c.contentType = "multipart/form-data; boundary=undefined" }},
	{"no part", "form.no_file", func(c *accountClient) { c.body = []byte("--xyz--\r\n") }},
	{"JSON with a URL", "form.not_multipart", func(c *accountClient) {
		c.contentType, c.body = "application/json", []byte(`{"url":"https://example.com/a.jpg"}`)
	}},
	{"GIF named so", "file.not_taken", func(c *accountClient) {
		c.head = strings.Replace(c.head, "photo.jpg", "photo.gif", 1)
		c.file = []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00\x00;")
	}},
	{"HEIC", "file.not_taken", withContent("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + strings.Repeat("\x00", 30))},
	{"SVG", "file.not_taken", withContent(`<svg xmlns="http://www.w3.org/2000/svg"/>`)},
	{"1 MB", "file.too_large", withContent(string(jpegFile()) + strings.Repeat("\x00", 1<<20))},
}
