package explain

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// accountClient is a client of the Official Account API that makes mistakes where it is told to.
type accountClient struct {
	token       string
	target      string // "": with the token
	headers     map[string]string
	contentType string
	secondType  string
	host        string
	head        string
	file        []byte
	more        string // parts before the file
	eol         string
	boundary    string
	chunked     bool
	method      string
	scheme      string
	body        []byte
	known       *Known
}

const goodToken = "57_PzL6V3x9yqYv0d-Kc1nM8rT5uW2aB4eG7hJ0kLpQsXzC_vNbMfDgHtRyUiOeWqAsZxCvBnMlKjHgFdSaPoIuYtReWqLkJhGfDsAzXcVbNmQwErTyUiOpAsDfGhJkLzXcVbNm"

func newAccount() *accountClient {
	now := time.Unix(1755000000, 0)
	token := func(value, kind, app string, expires, retired time.Time) Token {
		return Token{Value: value, Kind: kind, App: app, Expires: expires, Retired: retired}
	}
	soon := now.Add(time.Hour)
	return &accountClient{
		token: goodToken, headers: map[string]string{}, contentType: "multipart/form-data; boundary=xyz", boundary: "xyz", method: "POST", scheme: "https", host: "api.weixin.qq.com",
		head: `Content-Disposition: form-data; name="media"; filename="photo.jpg"` + "\r\nContent-Type: image/jpeg\r\n", file: jpegFile(), eol: "\r\n",
		known: &Known{App: "wxd930ea5d5a258f4f", Issuer: true, Tokens: []Token{
			token(goodToken, "access", "wxd930ea5d5a258f4f", soon, time.Time{}),
			token(goodToken+"old", "access", "wxd930ea5d5a258f4f", now.Add(-time.Hour), time.Time{}),
			token(goodToken+"replaced", "access", "wxd930ea5d5a258f4f", soon, now.Add(-10*time.Minute)),
			token(goodToken+"other", "access", "wx1111111111111111", soon, time.Time{}),
			token(goodToken+"component", "component", "wx2222222222222222", soon, time.Time{}),
			token(goodToken+"cloud", "cloud", "wxd930ea5d5a258f4f", soon, time.Time{}),
			token("refreshtoken@@@abcdefghijklmnopqrstuvwxyz0123456789", "refresh", "wxd930ea5d5a258f4f", time.Time{}, time.Time{}),
		}},
	}
}

func (c *accountClient) request() *Request {
	target := c.target
	if target == "" {
		target = "/cgi-bin/media/uploadimg?access_token=" + url.QueryEscape(c.token)
	}
	var b bytes.Buffer
	b.WriteString(strings.ReplaceAll(c.more, "\r\n", c.eol))
	b.WriteString(strings.ReplaceAll("--"+c.boundary+"\r\n"+c.head+"\r\n", "\r\n", c.eol))
	b.Write(c.file)
	b.WriteString(c.eol + "--" + c.boundary + "--" + c.eol)
	h := http.Header{}
	for k, v := range c.headers {
		h.Set(k, v)
	}
	if c.contentType != "" {
		h.Set("Content-Type", c.contentType)
	}
	if c.secondType != "" {
		h.Add("Content-Type", c.secondType)
	}
	body := b.Bytes()
	if c.body != nil {
		body = c.body
	}
	return &Request{Method: c.method, Target: target, Host: c.host, Scheme: c.scheme, Header: h, Received: time.Unix(1755000000, 0), Chunked: c.chunked, Body: body}
}

type accountMistake struct {
	name string
	want string
	make func(c *accountClient)
}

func withToken(token string) func(c *accountClient) {
	return func(c *accountClient) { c.token = token }
}

func withContent(content string) func(c *accountClient) {
	return func(c *accountClient) { c.file = []byte(content) }
}

const uploadimg = "/cgi-bin/media/uploadimg"

var accountMistakes = []accountMistake{
	// The token.
	{"no token", "account.token.missing", func(c *accountClient) { c.target = uploadimg }},
	{"empty token", "account.token.empty", func(c *accountClient) { c.target = uploadimg + "?access_token=" }},
	{"placeholder", "account.token.placeholder", withToken("ACCESS_TOKEN")},
	{"undefined", "account.token.placeholder", withToken("undefined")},
	{"[object Promise]", "account.token.placeholder", withToken("[object Promise]")},
	{"expired", "account.token.expired", withToken(goodToken + "old")},
	{"rotated away", "account.token.replaced", withToken(goodToken + "replaced")},
	{"another app", "account.token.other_app", withToken(goodToken + "other")},
	{"component's", "account.token.kind", withToken(goodToken + "component")},
	{"refresh token", "account.token.kind", withToken("refreshtoken@@@abcdefghijklmnopqrstuvwxyz0123456789")},
	{"unknown refresh token", "account.token.kind", withToken("refreshtoken@@@zzzzzzzzzzzzzzzzzzzzzzzzzz0123456789")},
	{"cloud token as access_token", "account.token.cloud", withToken(goodToken + "cloud")},
	{"appid", "account.token.appid", withToken("wxd930ea5d5a258f4f")},
	{"secret", "account.token.secret", withToken("0123456789abcdef0123456789abcdef")},
	{"encoded twice", "account.token.encoded_twice", withToken(url.QueryEscape("refresh@" + goodToken))},
	{"encoded twice, known", "account.token.encoded_twice", func(c *accountClient) {
		odd := goodToken + "!~@x"
		c.known.Tokens = append(c.known.Tokens, Token{Value: odd, Kind: "access", App: c.known.App})
		c.token = url.QueryEscape(odd)
	}},
	{"blank before", "account.token.blanks", withToken(" " + goodToken)},
	{"newline behind", "account.token.blanks", withToken(goodToken + "\n")},
	{"newline behind an unknown one", "account.token.blanks", withToken("unknownunknownunknown\n")},
	{"quotes", "account.token.quoted", withToken(`"` + goodToken + `"`)},
	{"Bearer in the query", "account.token.bearer", withToken("Bearer " + goodToken)},
	{"access_token= twice", "account.token.name_in_value", withToken("access_token=" + goodToken)},
	{"tail", "account.token.tail", withToken(goodToken + "?type=image")},
	{"the whole answer", "account.token.whole_answer", withToken(`{"access_token":"` + goodToken + `","expires_in":7200}`)},
	{"in the Authorization header", "account.token.in_header", func(c *accountClient) {
		c.target = uploadimg
		c.headers["Authorization"] = "Bearer " + goodToken
	}},
	{"in a header of its own", "account.token.in_header", func(c *accountClient) {
		c.target = uploadimg
		c.headers["Access-Token"] = goodToken
	}},
	{"in the form", "account.token.in_body", func(c *accountClient) {
		c.target = uploadimg
		c.more = "--xyz\r\nContent-Disposition: form-data; name=\"access_token\"\r\n\r\n" + goodToken + "\r\n"
	}},
	{"?token=", "account.token.parameter", func(c *accountClient) { c.target = uploadimg + "?token=" + goodToken }},
	{"?accessToken=", "account.token.parameter", func(c *accountClient) { c.target = uploadimg + "?accessToken=" + goodToken }},
	{"cut", "account.token.cut", withToken(goodToken[:64])},
	{"lower case", "account.token.case", withToken(strings.ToLower(goodToken))},
	{"something without a separator behind", "account.token.tail", withToken(goodToken + "cloudundefined")},
	{"a byte order mark before", "account.token.blanks", withToken("\ufeff" + goodToken)},
	{"a zero-width space behind an unknown one", "account.token.blanks", withToken("unknownunknownunknown\u200b")},
	{"written twice", "account.token.doubled", withToken(goodToken + goodToken)},
	{"an unknown one written twice", "account.token.doubled", withToken("unknown_unknown1unknown_unknown1")},
	{"parameter twice, the first empty", "account.token.twice", func(c *accountClient) { c.target = uploadimg + "?access_token=&access_token=" + goodToken }},
	{"parameter twice, the first expired", "account.token.expired account.token.twice", func(c *accountClient) {
		c.target = uploadimg + "?access_token=" + goodToken + "old&type=image&access_token=" + goodToken
	}},
	{"cut in a header", "account.token.in_header account.token.cut", func(c *accountClient) {
		c.target = uploadimg
		c.headers["Token"] = goodToken[:40]
	}},
	{"quoted and cut", "account.token.quoted account.token.cut", withToken(`"` + goodToken[:100])},
	{"expired and quoted", "account.token.expired account.token.quoted", withToken("'" + goodToken + "old'")},

	// The request.
	{"to the API of WeCom", "account.host", func(c *accountClient) { c.host = "qyapi.weixin.qq.com" }},
	{"two Content-Types", "form.type_twice", func(c *accountClient) { c.secondType = "multipart/form-data" }},
	{"GET", "account.method", func(c *accountClient) { c.method = "GET" }},
	{"chunked", "account.chunked", func(c *accountClient) { c.chunked = true }},
	{"http", "account.no_tls", func(c *accountClient) { c.scheme = "http" }},
	{"no boundary", "form.no_boundary", func(c *accountClient) { c.contentType = "multipart/form-data" }},
	{"quoted boundary", "form.quoted_boundary", func(c *accountClient) { c.contentType = `multipart/form-data; boundary="xyz"` }},
	{"urlencoded", "form.not_multipart", func(c *accountClient) { c.contentType = "application/x-www-form-urlencoded" }},
	{"JSON", "form.not_multipart", func(c *accountClient) { c.contentType = "application/json" }},
	{"multipart/mixed", "form.other_multipart", func(c *accountClient) { c.contentType = "multipart/mixed; boundary=xyz" }},
	{"no Content-Type", "form.no_content_type", func(c *accountClient) { c.contentType = "" }},
	{"image/jpeg", "form.not_multipart", func(c *accountClient) { c.contentType = "image/jpeg"; c.body = c.file }},
	{"LF", "form.bare_lf", func(c *accountClient) { c.eol = "\n" }},
	{"empty body", "form.empty_body", func(c *accountClient) { c.body = []byte{} }},
	{"cut short", "form.truncated", func(c *accountClient) { c.body = []byte("--xyz\r\n" + c.head + "\r\n" + string(c.file[:300])) }},
	{"other boundary", "form.other_boundary", func(c *accountClient) { c.contentType = "multipart/form-data; boundary=abc" }},
	{"the file is the body", "form.no_delimiter", func(c *accountClient) { c.body = c.file }},
	{"full-width colon", "form.full_width", func(c *accountClient) { c.head = strings.Replace(c.head, "Disposition:", "Disposition：", 1) }},
	{"a quote in the name", "form.bad_quotes", func(c *accountClient) { c.head = strings.Replace(c.head, "photo", `pho"to`, 1) }},

	// The part.
	{"part named file", "form.part_name", func(c *accountClient) { c.head = strings.Replace(c.head, `"media"`, `"file"`, 1) }},
	{"part named image", "form.part_name", func(c *accountClient) { c.head = strings.Replace(c.head, `"media"`, `"image"`, 1) }},
	{"no filename", "form.no_filename", func(c *accountClient) { c.head = "Content-Disposition: form-data; name=\"media\"\r\n" }},
	{"no extension", "form.no_extension", func(c *accountClient) { c.head = strings.Replace(c.head, "photo.jpg", "media", 1) }},
	{"filename* only", "form.filename_star", func(c *accountClient) {
		c.head = strings.Replace(c.head, `filename="photo.jpg"`, `filename*=utf-8''photo.jpg`, 1)
	}},
	{"PHP @path", "form.path_text file.path", func(c *accountClient) {
		c.head = "Content-Disposition: form-data; name=\"media\"\r\n"
		c.file = []byte("@/var/www/photo.jpg")
	}},
	{"twice", "form.part_twice", func(c *accountClient) {
		c.more = "--xyz\r\n" + c.head + "\r\n" + string(c.file) + "\r\n"
	}},
	{"empty part", "file.empty", withContent("")},
	{"temp name", "file.suffix", func(c *accountClient) { c.head = strings.Replace(c.head, "photo.jpg", "php8Xq.tmp", 1) }},
	{"webp suffix on a JPEG", "file.suffix", func(c *accountClient) { c.head = strings.Replace(c.head, "photo.jpg", "photo.webp", 1) }},

	// The file.
	{"GIF", "file.not_taken", withContent("GIF89a\x01\x00\x01\x00\x00\x00\x00\x00;")},
	{"WebP", "file.not_taken", withContent("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x000123456789012345678901234567")},
	{"BMP", "file.not_taken", withContent("BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00\x01\x00\x18\x00")},
	{"base64", "file.base64", withContent(base64.StdEncoding.EncodeToString(jpegFile()))},
	{"data URL", "file.data_url", withContent("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(jpegFile()))},
	{"URL", "file.url", withContent("http://mmbiz.qpic.cn/mmbiz_png/abc/0?wx_fmt=png")},
	{"path", "file.path", withContent("/tmp/uploads/photo.jpg")},
	{"printed", "file.printed", withContent("<_io.BufferedReader name='photo.jpg'>")},
	{"HTML", "file.html", withContent("<html><head><title>502</title></head></html>")},
	{"JSON", "file.json", withContent(`{"code":500,"data":null}`)},
	{"form in form", "file.form_in_form", withContent("--abc\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.jpg\"\r\n\r\nxx\r\n--abc--\r\n")},
	{"noise", "file.unknown", withContent("\x01\x02\x03\x04 nothing that anyone knows \x05\x06")},
	{"cut off", "file.damaged", withContent(string(jpegFile()[:400]))},
	{"PNG named jpg", "file.name_and_content", withContent(string(pngFile()))},
}
