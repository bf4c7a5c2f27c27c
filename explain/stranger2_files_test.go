package explain

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// joinedAs signs the fields, sorted, joined in another way, with the key joined alike.
func joinedAs(between, equals string) func(c *v2client) {
	return v2Text(func(j, key string) string {
		return strings.NewReplacer("&", between, "=", equals).Replace(j + "&key=" + key)
	})
}

// v2Files are mistakes in the form, the fields and the text of APIv2.
var v2Files = []v2stranger{
	{"quotes sent but not signed", "v2.field.blanks digest.decorated", func(c *v2client) {
		c.sign(func(l [][2]string) [][2]string { return slices.Clone(l) })
		for i, f := range c.fields {
			c.fields[i][1] = `"` + f[1] + `"`
		}
	}},
	{"mch_id in quotes, signed without", "v2.field.blanks", func(c *v2client) {
		c.sign(func(l [][2]string) [][2]string { return slices.Clone(l) })
		c.fields[0][1] = `'` + c.fields[0][1] + `'`
	}},
	{"media_hash signed but not sent", "v2.field.missing", func(c *v2client) {
		c.sign(func(l [][2]string) [][2]string { return slices.Clone(l) })
		c.drop("media_hash")
	}},
	{"mch_id signed but not sent", "v2.field.missing", func(c *v2client) {
		c.sign(func(l [][2]string) [][2]string { return slices.Clone(l) })
		c.drop("mch_id")
	}},
	{"no line break behind the first field", "form.bad_delimiter", func(c *v2client) {
		c.sign(func(l [][2]string) [][2]string { return slices.Clone(l) })
		c.fields[0][1] += "--xyz\r\nContent-Disposition: form-data; name=\"media_hash\"\r\n\r\n" + c.fields[1][1]
		c.drop("media_hash")
	}},
	{"Java's double", "v2.value.other", func(c *v2client) { c.signAs("mch_id", "1.900009191E9") }},
	{"Go's float64", "v2.value.other", func(c *v2client) { c.signAs("mch_id", "1.900009191e+09") }},
	{"thousands", "v2.value.other", func(c *v2client) { c.signAs("mch_id", "1,900,009,191") }},
	{"a decimal point", "v2.value.other", func(c *v2client) { c.signAs("mch_id", "1900009191.0") }},
	{"& and a blank", "v2.join.other", joinedAs("& ", "=")},
	{"blanks around =", "v2.join.other", joinedAs("&", " = ")},
	{"colons", "v2.join.other", joinedAs("&", ":")},
	{"a HashMap", "v2.text.printed", v2Text(func(j, key string) string {
		list := strings.Split(j, "&")
		slices.Sort(list)
		list[0], list[1] = list[1], list[0]
		if len(list) == 3 {
			list[1], list[2] = list[2], list[1]
		}
		return "{" + strings.Join(list, ", ") + "}&key=" + key
	})},
	{"media_hash signed as that of the base64", "v2.value.digest", func(c *v2client) {
		c.signAs("media_hash", fmt.Sprintf("%x", md5.Sum([]byte(base64.StdEncoding.EncodeToString(c.file)))))
	}},
	{"an ETag of S3", "digest.etag", func(c *v2client) {
		part := md5.Sum(c.file)
		c.set("media_hash", fmt.Sprintf("%x-1", md5.Sum(part[:])))
	}},
	{"an ETag of Qiniu", "digest.etag", func(c *v2client) {
		sum := sha1.Sum(c.file)
		c.set("media_hash", base64.URLEncoding.EncodeToString(append([]byte{0x16}, sum[:]...)))
	}},
	{"a byte order mark before the key", "v2.key.blanks", withKey(func(k string) string { return "\uFEFF" + k })},
	{"the key reversed", "v2.key.reversed", withKey(func(k string) string { return string(reverse([]byte(k))) })},
}

// sentBody changes the body of a v3 request that is right.
func sentBody(change func(c *client, body string) string) func(c *client) {
	return func(c *client) { c.body = []byte(change(c, string(c.form()))) }
}

func replacedOnce(old, new string) func(c *client) {
	return sentBody(func(_ *client, body string) string { return strings.Replace(body, old, new, 1) })
}

func sentType(value string) func(c *client) { return func(c *client) { c.contentType = value } }

// v3FormFiles are mistakes in the form of APIv3.
var v3FormFiles = []mistake{
	{"no line break behind meta", "form.bad_delimiter", replacedOnce("}\r\n--", "}--")},
	{"Array behind meta", "form.output", replacedOnce("}\r\n--", "}\r\nArray--")},
	{"a notice behind meta", "form.output", replacedOnce("}\r\n--", "}\r\nNotice: Undefined index: a in /srv/up.php on line 3--")},
	{"four dashes", "form.too_many_dashes", sentBody(func(c *client, body string) string {
		return strings.ReplaceAll(body, "--"+c.boundary, "----"+c.boundary)
	})},
	{"meta without a name", "form.no_name", func(c *client) { c.metaHead = "Content-Disposition: form-data\r\nContent-Type: application/json\r\n" }},
	{"indented", "form.indented", sentBody(func(c *client, body string) string {
		head, tail, _ := strings.Cut(body, "\xFF\xD8")
		return "    " + strings.ReplaceAll(head, "\r\n", "\r\n    ")[:len(strings.ReplaceAll(head, "\r\n", "\r\n    "))-4] + "\xFF\xD8" +
			strings.Replace(tail, "\r\n--", "\r\n    --", 1)
	})},
	{"a comma before boundary", "form.type_semicolon", sentType("multipart/form-data, boundary=wxup5b1f0c2dfe")},
	{"a blank before boundary", "form.type_semicolon", sentType("multipart/form-data boundary=wxup5b1f0c2dfe")},
	{"charset, a blank and boundary", "form.type_semicolon", sentType("multipart/form-data; charset=utf-8 boundary=wxup5b1f0c2dfe")},
	{"single quotes", "form.boundary_single_quotes", sentType("multipart/form-data; boundary='wxup5b1f0c2dfe'")},
	{"closed after meta", "form.closed_early", sentBody(func(c *client, body string) string {
		return strings.Replace(body, "}\r\n--"+c.boundary, "}\r\n--"+c.boundary+"--\r\n--"+c.boundary, 1)
	})},
	{"CR CR LF", "form.cr_twice", sentBody(func(c *client, body string) string {
		head, tail, _ := strings.Cut(body, "\xFF\xD8")
		return strings.ReplaceAll(head, "\r\n", "\r\r\n") + "\xFF\xD8" + strings.Replace(tail, "\r\n--", "\r\r\n--", 1)
	})},
	{"the characters of a line end", "form.literal_lines", sentBody(func(c *client, body string) string {
		head, tail, _ := strings.Cut(body, "\xFF\xD8")
		return strings.ReplaceAll(head, "\r\n", `\r\n`) + "\xFF\xD8" + strings.Replace(tail, "\r\n--", `\r\n--`, 1)
	})},
	{"two metas, an old one first", "form.part_twice", sentBody(func(c *client, body string) string {
		old := strings.NewReplacer(c.digest(), hexOf("another")).Replace(c.meta)
		return "--" + c.boundary + "\r\n" + c.metaHead + "\r\n" + old + "\r\n" + body
	})},
	{"the members of meta as fields", "form.meta_spread", spread("%s")},
	{"meta[filename]", "form.meta_spread", spread("meta[%s]")},
	{"meta in the query", "form.meta_stray", func(c *client) {
		c.target += "?meta=" + url.QueryEscape(c.meta)
		c.body = withoutMeta(c)
	}},
	{"meta in a header", "form.meta_stray", func(c *client) {
		c.headers["Meta"] = c.meta
		c.body = withoutMeta(c)
	}},
}

func withoutMeta(c *client) []byte {
	form := string(c.form())
	return []byte(form[strings.Index(form, "}\r\n")+3:])
}

func spread(name string) func(c *client) {
	return func(c *client) {
		field := func(member, value string) string {
			return "--" + c.boundary + "\r\nContent-Disposition: form-data; name=\"" + fmt.Sprintf(name, member) + "\"\r\n\r\n" + value + "\r\n"
		}
		c.body = []byte(field("filename", c.filename) + field("sha256", c.digest()) + string(withoutMeta(c)))
	}
}

// v3Files are mistakes in the digest and the file.
var v3Files = []mistake{
	{"NULs to a block", "digest.of_buffer", ofText(func(c *client) string { return string(c.file) + strings.Repeat("\x00", 4096-len(c.file)) })},
	{"the last block, stale", "digest.of_buffer", ofText(func(c *client) string {
		n := len(c.file) % 512
		return string(c.file) + string(c.file[len(c.file)-512:len(c.file)-n])
	})},
	{"the last block alone", "digest.of_end", ofText(func(c *client) string { return string(c.file[len(c.file)-len(c.file)%512:]) })},
	{"SHA-512 cut", "digest.other_hash", sendDigest(func(c *client) string { return fmt.Sprintf("%x", sha512.Sum512(c.file))[:64] })},
	{"words swapped", "digest.words", sendDigest(func(c *client) string {
		sum := sum256(string(c.file))
		for w := range slices.Chunk(sum, 4) {
			slices.Reverse(w)
		}
		return fmt.Sprintf("%x", sum)
	})},
	{"of meta without it", "digest.of_literal", ofText(func(*client) string { return `{"filename":"filea.jpg"}` })},
	{"of the part", "digest.of_more", ofText(func(c *client) string { return c.fileHead + "\r\n" + string(c.file) })},
	{"git's", "digest.of_more", sendDigest(func(c *client) string {
		return fmt.Sprintf("%x", sha1.Sum(append(fmt.Appendf(nil, "blob %d\x00", len(c.file)), c.file...)))
	})},
	{"O for 0", "digest.letters", sendDigest(func(c *client) string { return strings.ReplaceAll(c.digest(), "0", "O") })},

	{"the last byte of a PNG lost", "file.end_lost", func(c *client) {
		c.file = pngFile()
		c.named("filea.png")
		c.file = c.file[:len(c.file)-1]
	}},
	{"padded with NULs", "file.appended", fileChanged(func(b []byte) []byte { return append(b, make([]byte, 4096-len(b))...) })},
	{"a script behind", "file.appended", fileChanged(func(b []byte) []byte { return append(b, "<script>alert(1)</script>"...) })},
	{"the first byte lost", "file.start_lost", fileChanged(func(b []byte) []byte { return b[1:] })},
	{"Ruby's inspect", "file.printed", fileChanged(func([]byte) []byte { return []byte(`"\x89PNG\r\n\u001A\n\u0000"`) })},
	{"a notice before it", "file.prefixed", fileChanged(func(b []byte) []byte {
		return append([]byte("<br />\n<b>Notice</b>:  Undefined index: x in <b>/srv/a.php</b> on line <b>3</b><br />\n"), b...)
	})},
	{"a temporary file", "file.path", fileChanged(func([]byte) []byte { return []byte("/tmp/phpA1b2C3") })},
}

// accountFiles are mistakes in the form and the file of the Official Account API.
var accountFiles = []accountMistake{
	{"four dashes", "form.too_many_dashes", func(c *accountClient) { c.contentType = "multipart/form-data; boundary=z"; c.boundary = "--z" }},
	{"a comma before boundary", "form.type_semicolon", func(c *accountClient) { c.contentType = "multipart/form-data, boundary=xyz" }},
	{"a blank before boundary", "form.type_semicolon", func(c *accountClient) { c.contentType = "multipart/form-data; charset=utf-8 boundary=xyz" }},
	{"single quotes", "form.boundary_single_quotes", func(c *accountClient) { c.contentType = "multipart/form-data; boundary='xyz'" }},
	{"a notice behind the file", "form.output", func(c *accountClient) {
		c.body = []byte("--xyz\r\n" + c.head + "\r\n" + string(c.file) + "\r\n<br />\n<b>Notice</b>:  Undefined index: x in <b>/srv/a.php</b> on line <b>3</b><br />\n--xyz--\r\n")
	}},
	{"var_dump behind the file", "form.output", func(c *accountClient) {
		c.body = []byte("--xyz\r\n" + c.head + "\r\n" + string(c.file) + "\r\nbool(true)--xyz--\r\n")
	}},
	{"wxfile", "file.local_url", withContent("wxfile://tmp_0123456789abcdef.jpg")},
	{"the simulator's", "file.local_url", withContent("http://tmp/0123456789abcdef.jpg")},
	{"an object URL", "file.local_url", withContent("blob:https://a.example/0b1c")},
	{"Android's", "file.local_url", withContent("content://media/external/images/17")},
	{"the first byte of a PNG lost", "file.start_lost", withContent(string(pngFile()[1:]))},
	{"the first two", "file.start_lost", withContent(string(pngFile()[2:]))},
	{"an upload's temporary file", "file.path", withContent("/tmp/upload_3f9a")},
	{"empty", "form.empty_body", func(c *accountClient) { c.body = []byte{} }},
}

func TestStranger2Files(t *testing.T) {
	t.Parallel()
	check := func(family, name, want string, r Report) {
		t.Helper()
		var got []string
		for _, f := range r.Findings {
			got = append(got, f.Cause)
			checkFinding(t, f)
		}
		if strings.Join(sorted(got), " ") != strings.Join(sorted(strings.Fields(want)), " ") {
			t.Errorf("%s, %s: %v, want %s", family, name, r.Findings, want)
		}
	}
	for _, m := range v2Files {
		for _, isMD5 := range []bool{false, true} {
			c := newV2()
			if isMD5 {
				c.md5()
			}
			m.make(c)
			check("APIv2", m.name, m.want, V2(c.request(), c.known))
		}
	}
	for _, m := range slices.Concat(v3FormFiles, v3Files) {
		c := newClient()
		m.make(c)
		check("APIv3", m.name, m.want, V3(c.request(), c.w.known))
	}
	for _, m := range accountFiles {
		c := newAccount()
		m.make(c)
		check("account", m.name, m.want, Account(c.request(), c.known))
	}
}
