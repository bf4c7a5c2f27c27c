package explain

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/wxup/wxup/problem"
)

// utf16LE writes a text as Windows does.
func utf16LE(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

// chunked cuts a body into two chunks.
func chunked(b []byte) []byte {
	return fmt.Appendf(nil, "%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", 200, b[:200], len(b)-200, b[200:])
}

// v3Body changes the body of a v3 client.
func v3Body(change func(b []byte) []byte) func(c *client) {
	return func(c *client) { c.body = change(c.formWith(c.boundary, c.eol, c.file)) }
}

// inBody changes texts in the body.
func inBody(old ...string) func(c *client) {
	return v3Body(func(b []byte) []byte { return []byte(strings.NewReplacer(old...).Replace(string(b))) })
}

// formTales are forms of APIv3 that are wrong in one place.
var formTales = []mistake{
	// The header of a part.
	{"form-data, name", "form.disposition_type", inBody("form-data; ", "form-data, ")},
	{"commas throughout", "form.disposition_type form.parameter_separator", inBody("form-data; ", "form-data, ", `"file"; `, `"file", `)},
	{"form-data name", "form.disposition_type", inBody("form-data; ", "form-data ")},
	{`"form-data"`, "form.disposition_type", inBody("form-data; ", `"form-data"; `)},
	{"Content-Disposition=", "form.header_colon", inBody("Content-Disposition: ", "Content-Disposition= ")},
	{"Content-Disposition without a colon", "form.header_colon", inBody("Content-Disposition: ", "Content-Disposition ")},
	{"a line of text", "form.header_colon", inBody("Content-Type: application/json", "here comes the meta\r\nContent-Type: application/json")},
	{"two headers on one line", "form.header_joined", inBody("\"meta\"\r\nContent-Type", "\"meta\" Content-Type")},
	{"two headers on one line, a semicolon", "form.header_joined", inBody("\"meta\"\r\nContent-Type", "\"meta\"; Content-Type")},
	{"a blank before filename", "form.parameter_separator", inBody(`"file"; `, `"file" `)},
	{"a comma before filename", "form.parameter_separator", inBody(`"file"; `, `"file", `)},
	{"a line break in the filename", "form.broken_name", inBody(`filename="file`, "filename=\"fi\r\nle")},
	{"a line feed in the filename", "form.broken_name", inBody(`filename="file`, "filename=\"fi\nle")},
	{"an empty line before the headers", "form.line_before_headers", inBody("\r\nContent-Disposition: form-data; name=\"meta", "\r\n\r\nContent-Disposition: form-data; name=\"meta")},
	// Delimiters.
	{"LF behind meta", "form.bare_lf", inBody("\"}\r\n--", "\"}\n--")},
	{"LF behind the file", "form.bare_lf", inBody("\xFF\xD9\r\n", "\xFF\xD9\n")},
	{"--bd --", "form.bad_delimiter", func(c *client) { c.close = " --\r\n" }},
	{"dashes at the end of the boundary", "form.boundary_dashes", func(c *client) { c.contentType = "multipart/form-data; boundary=" + c.boundary + "--" }},
	{"the boundary in the file", "form.boundary_in_file", func(c *client) {
		c.boundary = "IHDR"
		c.file = append(append(bytes.Clone(c.file[:300]), "\r\n--IHDR\r\n\x01"...), c.file[300:]...)
		c.named(c.filename)
	}},
	// Parts.
	{"names exchanged", "form.parts_exchanged", inBody(`name="meta"`, `name="file"`, `name="file"`, `name="meta"`)},
	{"contents exchanged", "form.parts_exchanged", func(c *client) { c.metaHead, c.fileHead = c.fileHead, c.metaHead }},
	{"mata", "form.meta_name", inBody(`name="meta"`, `name="mata"`)},
	{"request", "form.meta_name", inBody(`name="meta"`, `name="request"`)},
	{"meta in UTF-16, signed so", "form.utf16", func(c *client) { c.meta = utf16LE(c.meta) }},
	{"meta in UTF-16, signed in UTF-8", "form.utf16", metaSentAs(utf16LE)},
	{"meta in UTF-16 with a mark", "form.utf16", metaSentAs(func(m string) string { return "\xFF\xFE" + utf16LE(m) })},
	{"quoted-printable", "form.transfer_encoding", func(c *client) {
		c.body = c.formWith(c.boundary, c.eol, quoted(c.file))
		c.body = bytes.Replace(c.body, []byte("image/jpeg\r\n"), []byte("image/jpeg\r\nContent-Transfer-Encoding: quoted-printable\r\n"), 1)
	}},
	{"a private key as the picture", "form.private_key", ofPicture(func([]byte) []byte { return []byte("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n") })},
	{"a private key as meta", "form.private_key", func(c *client) { c.meta = "-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADANBgkq\n" }},
	{"a certificate as the picture", "file.pem", ofPicture(func([]byte) []byte { return []byte("-----BEGIN CERTIFICATE-----\nMIIEvQIBADANBgkq\n") })},
	{"a form in a part", "form.nested_form", v3Body(func(b []byte) []byte {
		b = bytes.ReplaceAll(b, []byte("wxup5b1f0c2dfe"), []byte("inner"))
		return joinedBytes("--wxup5b1f0c2dfe\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\n", string(b), "\r\n--wxup5b1f0c2dfe--\r\n")
	})},
	// The body as a whole.
	{"chunks in the body", "form.chunked_body", v3Body(chunked)},
	{"chunks in the body, to no end", "form.chunked_body", v3Body(func(b []byte) []byte { return bytes.TrimSuffix(chunked(b), []byte("0\r\n\r\n")) })},
	{"in hex", "form.encoded", v3Body(func(b []byte) []byte { return []byte(hex.EncodeToString(b)) })},
	{"as a string of JSON", "form.encoded", v3Body(func(b []byte) []byte { return must(json.Marshal(string(b))) })},
	{"deflated", "form.compressed", v3Body(deflated)},
	{"with zlib", "form.compressed", v3Body(zlibbed)},
}

func joinedBytes(texts ...string) []byte { return []byte(strings.Join(texts, "")) }

func TestStranger6(t *testing.T) {
	t.Parallel()
	check := func(name, want string, r Report) {
		t.Helper()
		for _, f := range r.Findings {
			checkFinding(t, f)
		}
		if got := strings.Join(sorted(causesOf(r)), " "); got != strings.Join(sorted(strings.Fields(want)), " ") {
			t.Errorf("%s: %v, want %s; ruled out %v", name, r.Findings, want, r.RuledOut)
		}
	}
	for _, m := range formTales {
		c := newClient()
		m.make(c)
		check(m.name, m.want, V3(c.request(), c.w.known))
	}
	for _, x := range []struct {
		want string
		old  []string
	}{
		{"form.disposition_type", []string{"form-data; ", "form-data, "}},
		{"form.parameter_separator", []string{`"media"; `, `"media" `}},
		{"form.header_colon", []string{"Content-Disposition: ", "Content-Disposition= "}},
		{"form.header_joined", []string{"\"\r\nContent-Type", "\" Content-Type"}},
		{"form.broken_name", []string{`filename="`, "filename=\"a\r\n"}},
	} {
		change := strings.NewReplacer(x.old...)
		v2 := newV2().request()
		v2.Body = []byte(change.Replace(string(v2.Body)))
		check("v2: "+x.want, x.want, V2(v2, newV2().known))
		account := newAccount().request()
		account.Body = []byte(change.Replace(string(account.Body)))
		check("account: "+x.want, x.want, Account(account, newAccount().known))
	}
	v2, account := newV2().request(), newAccount().request()
	v2.Body, account.Body = chunked(v2.Body), chunked(account.Body)
	check("v2: chunks", "form.chunked_body", V2(v2, newV2().known))
	check("account: chunks", "form.chunked_body", Account(account, newAccount().known))
}

// TestOtherFamily: a request of APIv3 at the path of another API.
func TestOtherFamily(t *testing.T) {
	for target, want := range map[string]string{
		"/secapi/mch/uploadmedia":            "v2.apiv3_request",
		uploadimg:                            "account.pay_signature form.part_name",
		"/cgi-bin/media/upload":              "account.pay_signature",
		"/cgi-bin/material/add_material":     "account.pay_signature",
		"/cgi-bin/media/upload?type=unknown": "account.pay_signature",
	} {
		c := newClient()
		c.target, c.host = target, "localhost:8080"
		req := c.request()
		req.Scheme = ""
		explain := Call
		switch {
		case strings.HasPrefix(want, "v2"):
			explain = V2
		case target == uploadimg:
			explain = Account
		}
		if got := strings.Join(causesOf(explain(req, c.w.known)), " "); got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
}

// TestNearHosts: a host that is a misspelling of one of WeChat's.
func TestNearHosts(t *testing.T) {
	const upload = "/v3/marketing/favor/media/image-upload"
	for host, want := range map[string]string{
		"api.mch.weixin.com":       "call.host_misspelt (api.mch.weixin.com → api.mch.weixin.qq.com)",
		"api.mch.wexin.qq.com":     "call.host_misspelt (api.mch.wexin.qq.com → api.mch.weixin.qq.com)",
		"api.tenpay.com":           "call.host_unknown (api.tenpay.com → api.mch.weixin.qq.com)",
		"api.mch.example.cn":       "call.not_here (api.mch.example.cn)",
		"payapp.mch.weixin.qq.com": "call.host_unknown (payapp.mch.weixin.qq.com → api.mch.weixin.qq.com)",
	} {
		r := Call(&Request{Method: "POST", Host: host, Target: upload, Header: http.Header{}, Problem: problem.WrongHost}, nil)
		if got := fmt.Sprint(r.Findings); got != "["+want+"]" {
			t.Errorf("%s: %s, want %s", host, got, want)
		}
	}
}
