package explain

import (
	"strings"
	"testing"
)

// sentInGBK sends meta in GBK and signs it in UTF-8; the file part is in UTF-8.
func sentInGBK(name string) func(c *client) {
	return all(named2(name), metaSentAs(func(m string) string { return string(must2(gbk(m))) }))
}

func must2(b []byte, ok bool) []byte {
	if !ok {
		panic("not in GBK")
	}
	return b
}

// metaTales are mistakes in meta, on the way from what was signed to what was sent.
var metaTales = []mistake{
	// What was sent has more than the JSON.
	{";type= stayed", "json.tail", metaSentAs(func(m string) string { return m + ";type=application/json" })},
	{";type= stayed and was signed", "json.tail", rewritten("}", "};type=application/json")},
	{"a NUL behind it", "json.tail", metaSentAs(func(m string) string { return m + "\x00" })},
	{"a semicolon behind it", "json.tail", metaSentAs(func(m string) string { return m + ";" })},
	{"a comma behind it", "json.tail", metaSentAs(func(m string) string { return m + "," })},
	{"a semicolon signed", "v3.meta.ends", signMeta(func(m string) string { return m + ";" })},
	{"meta= before it", "json.head", metaSentAs(func(m string) string { return "meta=" + m })},
	{";type= stayed, Python", "json.tail v3.meta.spacing", func(c *client) {
		right := c.meta
		c.meta += ";type=application/json"
		c.after(func() { c.lines[4] = strings.NewReplacer(`":"`, `": "`, `","`, `", "`).Replace(right) })
	}},
	// Charsets.
	{"sent in GBK that is UTF-8, too", "v3.charset.gbk_sent", sentInGBK("图片.jpg")},
	{"sent in GBK that is not UTF-8", "form.meta_charset v3.charset.gbk_sent", sentInGBK("中文.jpg")},
	{"sent with question marks", "v3.charset.question_marks_sent", all(named2("图片.jpg"), metaSentAs(func(m string) string { return strings.Replace(m, "图片", "??", 1) }))},
	{"sent with a question mark for each byte", "v3.charset.question_marks_sent", all(named2("图片.jpg"), metaSentAs(func(m string) string { return strings.Replace(m, "图片", "??????", 1) }))},
	{"sent with question marks, the part with a name of its own", "v3.charset.question_marks_sent", all(named2("图片.jpg"), metaSentAs(func(m string) string { return strings.Replace(m, "图片", "??", 1) }),
		func(c *client) { c.fileHead = strings.Replace(c.fileHead, "图片.jpg", "photo.jpg", 1) })},
	// Blanks.
	{"runs of blanks signed as one", "v3.meta.blank_runs", all(named2("my  photo.jpg"), signMeta(func(m string) string { return strings.Replace(m, "  ", " ", 1) }))},
	{"no blanks signed", "v3.meta.blanks", all(named2("my photo.jpg"), signMeta(func(m string) string { return strings.Replace(m, " ", "", 1) }))},
	// Nothing but line feeds.
	{"one line feed", "v3.frame.only_lf", withFrame(func([5]string) string { return "\n" })},
	{"five line feeds", "v3.frame.only_lf", withFrame(func([5]string) string { return "\n\n\n\n\n" })},
	{"nothing", "v3.frame.nothing", withFrame(func([5]string) string { return "" })},
	// Paths.
	{"a slash", "v3.url.instead", signTarget(func(string) string { return "/" })},
}

func TestMetaTales(t *testing.T) {
	t.Parallel()
	for _, m := range metaTales {
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
