package explain

import (
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
)

// metaAs signs meta as a program prints it.
func metaAs(f func(name, digest string) string) func(c *client) {
	return func(c *client) { c.after(func() { c.lines[4] = f(c.filename, c.digest()) }) }
}

// metaSentAs sends what f makes of meta, after meta was signed.
func metaSentAs(f func(meta string) string) func(c *client) {
	return func(c *client) {
		right := c.meta
		c.meta = f(right)
		c.after(func() { c.lines[4] = right })
	}
}

func joinWithout(i int, sep string) func(l [5]string) string {
	return func(l [5]string) string {
		s := ""
		for j, line := range l {
			s += line
			if j == i {
				s += sep
			} else {
				s += "\n"
			}
		}
		return s
	}
}

// textStrangers are mistakes in the signed text that strangers made.
var textStrangers = []mistake{
	// What was signed is right, and was changed before it was sent.
	{"JSON of JSON sent", "form.meta_encoded", metaSentAs(func(m string) string { return quoteJSON(m) })},
	{"base64 sent", "form.meta_encoded", metaSentAs(func(m string) string { return base64.StdEncoding.EncodeToString([]byte(m)) })},
	{"percent sent", "form.meta_encoded", metaSentAs(url.QueryEscape)},
	{"&quot; sent", "form.meta_encoded", metaSentAs(html.EscapeString)},
	// Printed objects.
	{"Swift Optional", "v3.meta.wrapped", metaAs(func(n, d string) string {
		return "Optional(" + quoteJSON(fmt.Sprintf(`{"filename":"%s","sha256":"%s"}`, n, d)) + ")"
	})},
	{"Rust Ok", "v3.meta.wrapped", metaAs(func(n, d string) string {
		return "Ok(" + quoteJSON(fmt.Sprintf(`{"filename":"%s","sha256":"%s"}`, n, d)) + ")"
	})},
	{"Scala", "v3.meta.not_json", metaAs(func(n, d string) string { return "Meta(" + n + "," + d + ")" })},
	{"Groovy", "v3.meta.not_json", metaAs(func(n, d string) string { return "[filename:" + n + ", sha256:" + d + "]" })},
	{"var_dump", "v3.meta.not_json", metaAs(func(n, d string) string {
		return fmt.Sprintf("array(2) {\n  [\"filename\"]=>\n  string(%d) \"%s\"\n  [\"sha256\"]=>\n  string(64) \"%s\"\n}\n", len(n), n, d)
	})},
	{"NSDictionary", "v3.meta.not_json", metaAs(func(n, d string) string { return fmt.Sprintf("{\n    filename = \"%s\";\n    sha256 = %s;\n}", n, d) })},
	{"Lua", "v3.meta.not_json", metaAs(func(n, d string) string { return fmt.Sprintf(`{filename="%s",sha256="%s"}`, n, d) })},
	{"equals signs", "v3.meta.not_json", metaAs(func(n, d string) string { return fmt.Sprintf(`{"filename"="%s","sha256"="%s"}`, n, d) })},
	{"stdClass", "v3.meta.not_json", metaAs(func(n, d string) string {
		return fmt.Sprintf(`O:8:"stdClass":2:{s:8:"filename";s:%d:"%s";s:6:"sha256";s:64:"%s";}`, len(n), n, d)
	})},
	{"Haskell", "v3.meta.not_json", metaAs(func(n, d string) string { return fmt.Sprintf(`Meta {filename = "%s", sha256 = "%s"}`, n, d) })},
	{"F#", "v3.meta.not_json", metaAs(func(n, d string) string { return fmt.Sprintf("{ filename = \"%s\"\n  sha256 = \"%s\" }", n, d) })},
	{"Protocol Buffers", "v3.meta.not_json", metaAs(func(n, d string) string { return fmt.Sprintf(`filename: "%s" sha256: "%s"`, n, d) })},
	{"url.Values", "v3.meta.not_json", metaAs(func(n, d string) string { return fmt.Sprintf(`map[filename:[%s] sha256:[%s]]`, n, d) })},
	{"lists", "v3.meta.not_json", metaAs(func(n, d string) string { return fmt.Sprintf(`{"filename":["%s"],"sha256":["%s"]}`, n, d) })},
	{"Rails", "v3.meta.not_json", metaAs(func(n, d string) string {
		return fmt.Sprintf(`#<ActionController::Parameters {"filename"=>"%s", "sha256"=>"%s"} permitted: false>`, n, d)
	})},
	{"JSONP", "v3.meta.wrapped", signMeta(func(m string) string { return "callback(" + m + ")" })},
	{"a comment", "v3.meta.wrapped", signMeta(func(m string) string { return m + " // meta" })},
	{"http_build_query", "v3.meta.not_json", metaAs(func(n, d string) string { return "meta%5Bfilename%5D=" + n + "&meta%5Bsha256%5D=" + d })},
	{"media_id null", "v3.meta.member_added", signMeta(replaced("}", `,"media_id":null}`))},
	{"media_id empty", "v3.meta.member_added", signMeta(replaced("}", `,"media_id":""}`))},
	{"sub_mchid null in front", "v3.meta.member_added", signMeta(replaced("{", `{"sub_mchid":null,`))},
	// The lines.
	{"no LF behind the method", "v3.frame.missing_lf", withFrame(joinWithout(0, ""))},
	{"no LF behind the path", "v3.frame.missing_lf", withFrame(joinWithout(1, ""))},
	{"no LF behind the timestamp", "v3.frame.missing_lf", withFrame(joinWithout(2, ""))},
	{"no LF behind the nonce", "v3.frame.missing_lf", withFrame(joinWithout(3, ""))},
	{"meta twice", "v3.frame.doubled_line", withFrame(func(l [5]string) string { return strings.Join(l[:], "\n") + "\n" + l[4] + "\n" })},
	{"a GUID in braces", "v3.nonce.form", func(c *client) {
		c.nonce = "{550e8400-e29b-41d4-a716-446655440000}"
		signNonce(func(s string) string { return strings.Trim(s, "{}") })(c)
	}},
	{"UNSIGNED-PAYLOAD", "v3.body.literal", signMeta(func(string) string { return "UNSIGNED-PAYLOAD" })},
	{"the SHA-256 of the whole body", "v3.body.hashed", signBody(func(c *client) string { return hexOf(string(c.form())) })},
}

func TestStranger2Text(t *testing.T) {
	t.Parallel()
	for _, m := range textStrangers {
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
