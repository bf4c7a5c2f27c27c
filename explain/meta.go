package explain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// A member is one name and value of meta, in the order in which it was sent.
type member struct {
	name   string
	value  string
	raw    string // not a text: as it stands
	isText bool
}

// members reads meta's JSON object; nil if it is none.
func members(text []byte) []member {
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte(bom))))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	var list []member
	for dec.More() && len(list) < 16 {
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil
		}
		m := member{name: name}
		var raw json.RawMessage
		if dec.Decode(&raw) != nil {
			return nil
		}
		m.raw = string(raw)
		m.isText = json.Unmarshal(raw, &m.value) == nil && raw[0] == '"'
		list = append(list, m)
	}
	return list
}

// spacing is where a serializer puts blanks.
type spacing struct{ open, colon, comma, shut, name string }

// spacings are those of the serializers that clients use, the likeliest first. What a name stands for is for people.
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
	return list
}

// escaping is how a serializer writes the characters of a text.
type escaping struct {
	name  string
	write func(s string) string
}

// escapings are those of the serializers that clients use. Many are the same for a name in plain ASCII.
var escapings = []escaping{
	{"JSON.stringify, Jackson, fastjson, ensure_ascii=False", func(s string) string { return escape(s, escapeSet{}) }},
	{"PHP json_encode", func(s string) string { return escape(s, escapeSet{slash: true, unicode: "%04x"}) }},
	{"Python json.dumps, JSON_UNESCAPED_SLASHES", func(s string) string { return escape(s, escapeSet{unicode: "%04x"}) }},
	{"JSON_UNESCAPED_UNICODE", func(s string) string { return escape(s, escapeSet{slash: true}) }},
	{"Go json.Marshal", func(s string) string { return escape(s, escapeSet{html: "<>&\u2028\u2029"}) }},
	{"Gson", func(s string) string { return escape(s, escapeSet{html: "<>&='\u2028\u2029"}) }},
	{"System.Text.Json", func(s string) string { return escape(s, escapeSet{html: "<>&'+`\"\x7f", unicode: "%04X"}) }},
	{"fastjson BrowserCompatible", func(s string) string { return escape(s, escapeSet{html: "<>", unicode: "%04X"}) }},
	{"ASCII, HTML", func(s string) string { return escape(s, escapeSet{html: "<>&='", unicode: "%04x"}) }},
	{"PHP JSON_HEX", func(s string) string {
		return escape(s, escapeSet{slash: true, html: "<>&'\"", unicode: "%04x", upperHTML: true})
	}},
}

type escapeSet struct {
	slash     bool   // \/
	html      string // \u003c and so on for these
	upperHTML bool   // … in upper case
	unicode   string // for what is not ASCII; "" leaves it
}

// escape writes a JSON string.
func escape(s string, set escapeSet) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case strings.ContainsRune(set.html, c):
			form := `\u%04x`
			if set.unicode == "%04X" || set.upperHTML {
				form = `\u%04X`
			}
			fmt.Fprintf(&b, form, c)
		case c == '"':
			b.WriteString(`\"`)
		case c == '\\':
			b.WriteString(`\\`)
		case c == '/' && set.slash:
			b.WriteString(`\/`)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c < ' ':
			fmt.Fprintf(&b, `\u%04x`, c)
		case c > 0x7E && set.unicode != "" && !(c == 0x7F):
			for _, u := range utf16.Encode([]rune{c}) {
				fmt.Fprintf(&b, `\u`+set.unicode, u)
			}
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// serialize writes an object.
func serialize(list []member, sp spacing, es escaping) string {
	var b strings.Builder
	b.WriteString(sp.open)
	for i, m := range list {
		if i > 0 {
			b.WriteString(sp.comma)
		}
		b.WriteString(es.write(m.name))
		b.WriteString(sp.colon)
		if m.isText {
			b.WriteString(es.write(m.value))
		} else {
			b.WriteString(m.raw)
		}
	}
	b.WriteString(sp.shut)
	return b.String()
}

// form3 is a way to write meta: which order of members, which spacing, which escapes.
type form3 struct{ order, spacing, escaping int }

// writers re-serializes meta in every way and says, for each, how it differs from what was sent.
type writers struct {
	sent      string // without what stands around it
	orders    [][]member
	style     form3 // of what was sent
	known     bool  // style is known
	escapings []int // those that write these members differently

	before, after string // what was sent around the object: a byte order mark, line ends
	around        named  // what is wrong if that was not signed
}

func newWriters(sent string, list []member) *writers {
	w := &writers{orders: ordersOf(list)}
	bare := strings.TrimPrefix(sent, bom)
	w.sent = strings.TrimSpace(bare)
	w.before, w.after, _ = strings.Cut(sent, w.sent)
	switch {
	case len(bare) < len(sent):
		w.around = named{"v3.meta.bom", ""}
	case len(w.sent) < len(sent):
		w.around = named{"v3.meta.ends", visible(w.before, 8) + "…" + visible(w.after, 8)}
	}
	seen := map[string]bool{}
	for x := range escapings {
		if text := serialize(list, spacings[0], escapings[x]); !seen[text] {
			seen[text] = true
			w.escapings = append(w.escapings, x)
		}
	}
	for s := range spacings {
		for _, x := range w.escapings {
			if serialize(list, spacings[s], escapings[x]) == w.sent {
				w.style, w.known = form3{0, s, x}, true
				return w
			}
		}
	}
	return w
}

// ordersOf lists orders of the members, as sent first.
func ordersOf(list []member) [][]member {
	orders := [][]member{list}
	add := func(o []member) {
		for _, have := range orders {
			if slices.Equal(have, o) {
				return
			}
		}
		orders = append(orders, o)
	}
	turned := slices.Clone(list)
	slices.Reverse(turned)
	add(turned)
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b member) int { return strings.Compare(a.name, b.name) })
	add(sorted)
	turned = slices.Clone(sorted)
	slices.Reverse(turned)
	add(turned)
	if len(list) == 3 {
		for _, p := range permutations(3) {
			add([]member{list[p[0]], list[p[1]], list[p[2]]})
		}
	}
	return orders
}

// write writes meta in one way, and names what is different from what was sent.
func (w *writers) write(f form3) (string, []named) {
	text := serialize(w.orders[f.order], spacings[f.spacing], escapings[f.escaping])
	var causes []named
	if f.order != 0 {
		causes = append(causes, named{"v3.meta.key_order", keyOrder(w.orders[f.order])})
	}
	if !w.known || spacings[f.spacing] != spacings[w.style.spacing] {
		causes = append(causes, named{"v3.meta.spacing", spacings[f.spacing].name})
	}
	was, is := escapesIn(w.sent), escapesIn(text)
	for _, x := range []struct {
		differ bool
		cause  string
	}{
		{was.slash != is.slash, "v3.meta.escape_slash"},
		{was.unicode != is.unicode, "v3.meta.escape_unicode"},
		{was.html != is.html, "v3.meta.escape_html"},
		{was.unicode && is.unicode && was.upper != is.upper, "v3.meta.escape_case"},
	} {
		if x.differ {
			causes = append(causes, named{x.cause, escapings[f.escaping].name})
		}
	}
	if len(causes) == 0 && text != w.sent {
		causes = append(causes, named{"v3.meta.escape_html", escapings[f.escaping].name})
	}
	return text, causes
}

func keyOrder(list []member) string {
	var names []string
	for _, m := range list {
		names = append(names, m.name)
	}
	return strings.Join(names, ", ")
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
