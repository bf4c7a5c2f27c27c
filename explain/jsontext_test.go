package explain

import (
	"strings"
	"testing"

	"github.com/wxup/wxup/explain/text"
)

// rewritten sends and signs meta written in another way.
func rewritten(old ...string) func(c *client) {
	return func(c *client) { c.meta = strings.NewReplacer(old...).Replace(c.meta) }
}

// jsonTales are metas that no JSON encoder has written.
var jsonTales = []mistake{
	{"a Windows path", "json.backslash", rewritten("filea.jpg", `C:\Users\me\filea.jpg`)},
	{"a Windows path, signed as it should be", "json.backslash v3.text.unknown", metaSentAs(func(m string) string { return strings.Replace(m, "filea", `C:\data\filea`, 1) })},
	{"an escaped quote of JavaScript", "json.backslash", rewritten("filea", `it\'s`)},
	{"a line end in a string", "json.control", rewritten("filea", "file\na")},
	{"a tab in a string", "json.control", rewritten("filea", "file\ta")},
	{"a NUL in a string", "json.control", rewritten("filea", "file\x00a")},
	{"single quotes", "json.quotes", rewritten(`"`, `'`)},
	{"typographic quotes", "json.quotes", rewritten(`{"`, `{“`, `":"`, `”:“`, `","`, `”,“`, `"}`, `”}`)},
	{"backticks", "json.quotes", rewritten(`"`, "`")},
	{"a Python dict", "json.quotes", rewritten(`"`, `'`, ":", ": ", ",", ", ")},
	{"a Python dict with None", "json.literal json.quotes", rewritten(`"`, `'`, "}", ", 'size': None}")},
	{"True", "json.literal", rewritten("}", `,"cover":True}`)},
	{"a semicolon", "json.tail", rewritten("}", "};")},
	{"two objects", "json.tail", rewritten("}", `}{"a":1}`)},
	{"a NUL behind it", "json.tail", rewritten("}", "}\x00")},
	{"meta=", "json.head", rewritten("{", "meta={")},
	{"a variable", "json.head", rewritten("{", "const meta = {")},
	{"one comma too many", "json.comma_extra", rewritten("}", ",}")},
	{"two commas", "json.comma_extra", rewritten(`","`, `",,"`)},
	{"a comma missing", "json.comma_missing", rewritten(`","`, `" "`)},
	{"a Chinese comma", "json.separator", rewritten(`","`, `"，"`)},
	{"a Chinese colon", "json.separator", rewritten(`":"`, `"："`)},
	{"semicolons between", "json.separator", rewritten(`","`, `";"`)},
	{"names of JavaScript", "json.unquoted", rewritten(`"filename"`, "filename", `"sha256"`, "sha256")},
	{"a shell that takes quotes away", "json.unquoted", rewritten(`"`, "")},
	{"a comment", "json.comment", rewritten(`","`, `", // the digest`+"\n"+`"`)},
	{"a quote in the name", "json.inner_quote", rewritten("filea", `12" wide`)},
	{"no end", "json.unclosed", rewritten("}", "")},
	{"no end of the last string", "json.unclosed", rewritten(`"}`, "")},
	{"a list", "json.list", rewritten("{", "[{", "}", "}]")},
	{"a map of Java", "json.printed", rewritten(`"`, "", ":", "=", ",", ", ")},
	{"a hash of Ruby", "json.separator", rewritten(":", "=>")},
	{"a map of Go", "json.printed", rewritten(`{"`, "map[", `":"`, ":", `","`, " ", `"}`, "]")},
	{"a data class of Kotlin", "json.printed", rewritten(`{"`, "Meta(", `":"`, "=", `","`, ", ", `"}`, ")")},
	{"a struct of Rust", "json.printed", rewritten(`{"`, "Meta { ", `":"`, `: "`, `","`, `", `, `"}`, `" }`)},
	{"a dictionary of Swift", "json.printed", rewritten(`{"`, `["`, `":"`, `": "`, `","`, `", "`, `"}`, `"]`)},
	{"print_r", "json.printed", rewritten(`{"`, "Array\n(\n    [", `":"`, "] => ", `","`, "\n    [", `"}`, "\n)\n")},
	{"serialize", "json.printed", rewritten(`{"`, `a:2:{s:8:"`, `":"`, `";s:9:"`, `","`, `";s:6:"`, `"}`, `";}`)},
	{"XML", "json.printed", rewritten(`{"filename":"`, "<xml><filename>", `","sha256":"`, "</filename><sha256>", `"}`, "</sha256></xml>")},
	{"YAML", "json.printed", rewritten(`{"`, "", `":"`, ": ", `","`, "\n", `"}`, "\n")},
	{"a form", "json.printed", rewritten(`{"`, "", `":"`, "=", `","`, "&", `"}`, "")},
	{"quotes escaped once more", "form.meta_encoded", rewritten(`"`, `\"`)},
}

func TestJSONTales(t *testing.T) {
	t.Parallel()
	for _, m := range jsonTales {
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

// TestLooseJSON: what is JSON has no flaws, and what cannot be an object is not read as one.
func TestLooseJSON(t *testing.T) {
	for _, s := range []string{
		`{}`, `{"a":"b"}`, ` { "a" : [1, -2.5e3, true, null, {"b":"\u00e9\\\/\n"}] } `, `{"a":"it's // no # comment"}`, "{\"a\":\"中文“引号”\"}",
		`{"a":"{b}","c":"[d]"}`, `{"a":"x\"y\",\"z"}`,
	} {
		if flaws, ok := text.LooseJSON(s); !ok || len(flaws) > 0 {
			t.Errorf("%s: %v, %v", s, flaws, ok)
		}
	}
	for _, s := range []string{"", "#", "/", "filea.jpg", "{a}", "{:}", "{=}", `{"a"}`, `{"a":}`, `{"a":"b"c`, "{" + strings.Repeat(`"a":{`, 100), strings.Repeat("{", 9000)} {
		if flaws, ok := text.LooseJSON(s); ok {
			t.Errorf("%.40s: read, %v", s, flaws)
		}
	}
}
