package text

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// spacing is where a serializer puts blanks.
type spacing struct{ open, colon, comma, shut, name string }

// spacings are those of the serializers that clients use, the likeliest first. The name is shown.
var spacings = makeSpacings()

func makeSpacings() []spacing {
	list := []spacing{
		{"{", ":", ",", "}", `{"a":"b","c":"d"}`},
		{"{", ": ", ", ", "}", `{"a": "b", "c": "d"}, Python json.dumps`},
		{"{", ": ", ",", "}", `{"a": "b","c": "d"}`},
		{"{", ":", ", ", "}", `{"a":"b", "c":"d"}`},
		{"{ ", ": ", ", ", "}", `{ "a": "b", "c": "d"}`},
		{"{ ", ": ", ", ", " }", `{ "a": "b", "c": "d" }`},
		{"{ ", ":", ",", " }", `{ "a":"b","c":"d" }`},
		{"{", " : ", ", ", "}", `{"a" : "b", "c" : "d"}`},
		{"{", " : ", ",", "}", `{"a" : "b","c" : "d"}`},
		{"{ ", " : ", ", ", " }", `{ "a" : "b", "c" : "d" }`},
	}
	for _, indent := range []string{"  ", "    ", "\t", " ", "   ", ""} {
		name := strings.NewReplacer(" ", "␠", "\t", "␉").Replace(indent)
		for _, end := range []string{"\n", "\r\n"} {
			shown := "⏎" + name
			if end == "\r\n" {
				shown = "␍⏎" + name
			}
			inner := end + indent
			list = append(list,
				spacing{"{" + inner, ": ", "," + inner, end + "}", "{" + shown},
				spacing{"{" + inner, " : ", "," + inner, end + "}", "{" + shown + `"a" : "b"`},
				spacing{"{" + inner, ":", "," + inner, end + "}", "{" + shown + `"a":"b"`},
				spacing{"{" + inner, ": ", ", " + inner, end + "}", "{" + shown + ", ⏎"})
		}
	}
	usualSpacings = len(list)
	return append(list, rareSpacings...)
}

// usualSpacings is how many of spacings are tried together with other mistakes.
var usualSpacings int

// rareSpacings are those of cJSON_Print, and of people who write JSON by hand.
var rareSpacings = []spacing{
	{"{\n\t", ":\t", ",\n\t", "\n}", "{⏎␉\"a\":␉\"b\", cJSON_Print"}, {"{\t", ":", ",\t", "}", "{␉\"a\":\"b\",␉"}, {"{\t", ":\t", ",\t", "\t}", "{␉\"a\":␉\"b\",␉"},
	{"{", ":\t", ",\t", "}", "{\"a\":␉\"b\",␉"}, {"{", " :", ",", "}", `{"a" :"b"`}, {"{", " :", ", ", "}", `{"a" :"b", `}, {"{ ", " :", ", ", " }", `{ "a" :"b", `},
	{"{", ":", " , ", "}", `{"a":"b" , `}, {"{", ": ", " , ", "}", `{"a": "b" , `}, {"{", " : ", " , ", "}", `{"a" : "b" , `}, {"{ ", " : ", " , ", " }", `{ "a" : "b" , … }`},
	{"{", ":", " ,", "}", `{"a":"b" ,`}, {"{ ", ":", ", ", " }", `{ "a":"b", … }`}, {"{", ": ", ", ", " }", `{"a": "b", … }`}, {"{", ":", ",", " }", `{"a":"b",… }`},
	{"{ ", ":", ",", "}", `{ "a":"b",…}`}, {"{ ", ": ", ",", " }", `{ "a": "b",… }`}, {"{", ":", ",\n", "}", "{\"a\":\"b\",⏎"}, {"{", ": ", ",\n", "}", "{\"a\": \"b\",⏎"}, {"{", ": ", ",\n ", "}", "{\"a\": \"b\",⏎␠"},
	{"{\n  ", ": ", ",\n  ", "}", "{⏎␠␠…}"}, {"{\n    ", ": ", ",\n    ", "}", "{⏎␠␠␠␠…}"}, {"{\r  ", ": ", ",\r  ", "\r}", "{␍␠␠"}, {"{\r", ":", ",\r", "\r}", "{␍"},
	{"{  ", ":  ", ",  ", "  }", `{␠␠"a":␠␠"b"`}, {"{\n\n  ", ": ", ",\n\n  ", "\n\n}", "{⏎⏎␠␠"}, {"{\n        ", ": ", ",\n        ", "\n    }", "{⏎␠␠␠␠␠␠␠␠"}, {"{\n\t\t", ": ", ",\n\t\t", "\n\t}", "{⏎␉␉"},
}

// escaping is how a serializer writes the characters of a text.
type escaping struct {
	name string
	set  escapeSet
}

// escapings are those of the serializers that clients use. Many write a name in plain ASCII alike.
var escapings = []escaping{
	{"JSON.stringify, Jackson, fastjson, ensure_ascii=False", escapeSet{}},
	{"PHP json_encode", escapeSet{slash: true, unicode: "%04x"}},
	{"Python json.dumps, JSON_UNESCAPED_SLASHES", escapeSet{unicode: "%04x"}},
	{"JSON_UNESCAPED_UNICODE", escapeSet{slash: true}},
	{"Go json.Marshal", escapeSet{html: "<>&\u2028\u2029"}},
	{"Gson", escapeSet{html: "<>&='\u2028\u2029"}},
	{"System.Text.Json", escapeSet{html: "<>&'+`\"\x7f", unicode: "%04X"}},
	{"fastjson BrowserCompatible", escapeSet{html: "<>", unicode: "%04X"}},
	{"ASCII, HTML", escapeSet{html: "<>&='", unicode: "%04x"}},
	{"PHP JSON_HEX", escapeSet{slash: true, html: "<>&'\"", unicode: "%04x", upperHTML: true}},
}

type escapeSet struct {
	slash     bool   // \/
	html      string // \u003c and so on for these
	upperHTML bool   // … in upper case
	unicode   string // for what is not ASCII; "" leaves it
}

// escape writes a JSON string.
func escape(s string, set escapeSet) string { return string(set.appendTo(nil, s)) }

// appendTo appends a JSON string.
func (set *escapeSet) appendTo(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for s != "" {
		n := safePrefix(s) // nearly always all of it
		dst, s = append(dst, s[:n]...), s[n:]
		if s == "" {
			break
		}
		c, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		switch {
		case set.html != "" && strings.ContainsRune(set.html, c):
			form := `\u%04x`
			if set.unicode == "%04X" || set.upperHTML {
				form = `\u%04X`
			}
			dst = fmt.Appendf(dst, form, c)
		case c == '"':
			dst = append(dst, `\"`...)
		case c == '\\':
			dst = append(dst, `\\`...)
		case c == '/' && set.slash:
			dst = append(dst, `\/`...)
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\r':
			dst = append(dst, `\r`...)
		case c == '\t':
			dst = append(dst, `\t`...)
		case c < ' ':
			dst = fmt.Appendf(dst, `\u%04x`, c)
		case c > 0x7E && set.unicode != "" && !(c == 0x7F):
			for _, u := range utf16.AppendRune(nil, c) {
				dst = fmt.Appendf(dst, `\u`+set.unicode, u)
			}
		default:
			dst = utf8.AppendRune(dst, c)
		}
	}
	return append(dst, '"')
}

// safePrefix returns how many bytes at the beginning of s no serializer escapes.
func safePrefix(s string) int {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && c != '.' {
			return i
		}
	}
	return len(s)
}

// serialize writes an object.
func serialize(list []Member, sp spacing, es escaping) string {
	return string(appendObject(nil, list, &sp, &es))
}

// appendObject appends an object.
func appendObject(dst []byte, list []Member, sp *spacing, es *escaping) []byte {
	dst = append(dst, sp.open...)
	for i, m := range list {
		if i > 0 {
			dst = append(dst, sp.comma...)
		}
		dst = append(es.set.appendTo(dst, m.Name), sp.colon...)
		if m.IsText {
			dst = es.set.appendTo(dst, m.Value)
		} else {
			dst = append(dst, m.Raw...)
		}
	}
	return append(dst, sp.shut...)
}

// escapes are the kinds of escapes that a JSON text has.
type escapes struct{ slash, unicode, html, upper bool }

func escapesIn(text string) (x escapes) {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++
		switch {
		case text[i] == '/':
			x.slash = true
		case text[i] == 'u' && i+4 < len(text):
			digits := text[i+1 : i+5]
			x.html = x.html || digits < "0080"
			x.unicode = x.unicode || digits >= "0080"
			x.upper = x.upper || strings.ContainsAny(digits, "ABCDEF")
			i += 4
		}
	}
	return x
}
