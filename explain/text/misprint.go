package text

import (
	"slices"
	"strings"
	"sync"
)

// A misprint is what a program made of a value on its way into a text. Kind is that of a
// [Transform].
type misprint struct {
	text, by string
	kind     Kind
	variable string // in the place of ◇ in by
}

// shown describes a misprint for people.
func (m misprint) shown() string {
	return strings.ReplaceAll(m.by, "◇", m.variable)
}

// A wrap is what is put around a value by mistake, in pieces: the value itself is □, its name ◇.
type wrap struct {
	pieces []string
	shown  string
	named  bool
}

func newWrap(pattern string) wrap {
	w := wrap{shown: Visible(strings.ReplaceAll(pattern, "□", "…"), 20), named: strings.Contains(pattern, "◇")}
	for rest := pattern; rest != ""; {
		n := strings.IndexAny(rest, "□◇")
		switch {
		case n < 0:
			n = len(rest)
		case n == 0:
			n = len("□")
		}
		w.pieces, rest = append(w.pieces, rest[:n]), rest[n:]
	}
	return w
}

func (w *wrap) around(value, name string) string {
	var b strings.Builder
	b.Grow(len(value) + len(name) + 32)
	for _, piece := range w.pieces {
		switch piece {
		case "□":
			piece = value
		case "◇":
			piece = name
		}
		b.WriteString(piece)
	}
	return b.String()
}

// wraps lists them.
var wraps = func() (list []wrap) {
	for _, pattern := range wrapPatterns {
		list = append(list, newWrap(pattern))
	}
	return list
}()

var wrapPatterns = []string{
	`"□"`, `'□'`, "`□`", `“□”`, `‘□’`, `\"□\"`, `\'□\'`, `""□""`, `(□)`, `[□]`, `{□}`, `<□>`, `{{□}}`, `${□}`,
	`["□"]`, `['□']`, `("□")`, `('□')`, `("□",)`, `('□',)`, `(□,)`, `{"□"}`, `{'□'}`, `[["□"]]`,
	`Some("□")`, `Some(□)`, `Ok("□")`, `Ok(□)`, `Optional("□")`, `Optional(□)`, `Optional[□]`, `Just "□"`, `{:ok, "□"}`, `{ok,<<"□">>}`, `<<"□">>`, `Success(□)`,
	`String("□")`, `Str("□")`, `Text("□")`, `Value("□")`, `Number(□)`, `Timestamp(□)`, `Duration(□s)`, `Instant(□)`, `UUID('□')`, `Uuid(□)`, `#uuid "□"`, `Cow("□")`,
	`u'□'`, `r'□'`, `f"□"`, `@"□"`, `q(□)`, `:□`, `:"□"`, `#□`, `@□`, `$□`, `%□`, `~s(□)`, `StringValue{value=□}`, `<![CDATA[□]]>`,
	`◇=□`, `◇="□"`, `◇='□'`, `◇:□`, `◇: □`, `◇："□"`, `"◇":"□"`, `"◇": "□"`, `"◇":□`, `◇ = □`, `{"◇":"□"}`, `{"◇": "□"}`, `{"◇":□}`, `{◇=□}`, `{◇: □}`,
	`&◇=□`, `?◇=□`, `◇=□&`, `[◇=□]`, `(◇=□)`, `<◇>□</◇>`, `◇(□)`, `◇□`,
	"□,", "□;", "□.", "□&", "□|", "□/", `□\`, "□?", "□:", `□"`, "□'", "□\n", "□\r", "□\t", "□\n\n", "\n□", "\r□", "\t□", "\t□\t", "  □", "□  ", " □ ", "　□", "□　",
	`□\n`, `□\r\n`, `□\r`, `□\t`, `\n□`, `□\0`, "□%0A", "□%0D%0A", "□%20", "□&#10;", "□<br>", "□\\\n", ",□", ";□", "&□", "?□", "=□", "-□", "+□", "□=", "□==", "0□", "□0", "□;type=application/json", "□;type=text/plain", "□;charset=utf-8", "□; charset=utf-8",
	"□L", "□l", "□n", "□s", "□f", "□d", "□m", "□u", "□null", "□undefined", "□None", "null□", "□false", "□0\n",
	"\x00□", "□\uFEFF", "\u200B□", "□\u200B", "\u00A0□", "□\u00A0",
}

// misprints yields what programs make of a value whatever it means. names are those that variables
// with this value have, the commonest first.
func misprints(value string, names []string, yield func(misprint)) {
	if value == "" {
		return
	}
	for _, list := range [][]Transform{Transforms, RareTransforms} {
		for _, t := range list {
			yield(misprint{text: t.Apply(value), by: t.Name, kind: t.Kind})
		}
	}
	for i := range wraps {
		w := &wraps[i]
		if !w.named {
			yield(misprint{text: w.around(value, ""), by: w.shown, kind: Wrapped})
			continue
		}
		for _, name := range names {
			yield(misprint{w.around(value, name), w.shown, Wrapped, name})
		}
	}
	yield(misprint{text: value + value, by: "×2", kind: Wrapped})
	yield(misprint{text: value + value + value, by: "×3", kind: Wrapped})
	yield(misprint{text: reversed(value), by: "←", kind: Wrapped})
	for _, p := range printedBytes(value) {
		yield(misprint{text: p.text, by: p.by, kind: Printed})
	}
}

// cuts lists the beginnings and the ends of a short value.
func cuts(value string) (list []string) {
	for i := 1; i < min(len(value), 128); i++ {
		list = append(list, value[:i], value[len(value)-i:])
	}
	return list
}

func reversed(s string) string {
	r := []rune(s)
	slices.Reverse(r)
	return string(r)
}

// placeholderForms are templates for a value that were not filled in: ◇ is its name.
var placeholderForms = []string{
	"◇", "{◇}", "{{◇}}", "{{ ◇ }}", "${◇}", "$◇", "{$◇}", "#{◇}", "%◇%", "%(◇)s", "<◇>", "[◇]", ":◇", "@◇", "@{◇}", `\(◇)`, "#{@◇}", "<%= ◇ %>", "<%=◇%>", "{{.◇}}",
	"{:?}", "{:?◇}", "YOUR_◇", "your_◇", "YOUR ◇", "<your ◇>", "<YOUR_◇>", "your ◇", "test_◇", "example_◇", `"◇"`, "'◇'", "this.◇", "self.◇", "$this->◇", "◇()", "get_◇()", "&◇", "%s◇",
}

// placeholders lists what stands in place of a value with these names.
func placeholders(names []string) (list []string) {
	list = slices.Concat(Nothings, unfilled)
	for _, name := range names {
		for _, form := range placeholderForms {
			list = append(list, strings.ReplaceAll(form, "◇", name))
		}
		list = append(list, strings.ToUpper(name), "YOUR_"+strings.ToUpper(name), "${"+strings.ToUpper(name)+"}", "$"+strings.ToUpper(name))
	}
	return list
}

// variables are the names that variables with one value have, and the placeholders made of them.
type variables struct {
	names        []string
	placeholders func() []string
}

func newVariables(names ...string) variables {
	return variables{names, sync.OnceValue(func() []string { return placeholders(names) })}
}

// lineVariables are the names that variables with the values of the five lines have.
var lineVariables = [5]variables{
	newVariables("method", "httpMethod", "http_method", "requestMethod", "request_method", "verb", "HTTP请求方法", "请求方法"),
	newVariables("url", "path", "uri", "urlPath", "url_path", "canonicalUrl", "canonical_url", "requestUri", "request_uri", "requestUrl", "pathname", "endpoint", "URL", "请求URL", "请求路径"),
	newVariables("timestamp", "timeStamp", "time_stamp", "ts", "time", "now", "Timestamp", "请求时间戳", "时间戳"),
	newVariables("nonce_str", "nonce", "nonceStr", "noncestr", "randomStr", "random_str", "random", "Nonce", "请求随机串", "随机串"),
	newVariables("meta", "body", "metaStr", "meta_str", "metaJson", "meta_json", "metadata", "data", "json", "jsonStr", "payload", "params", "requestBody", "request_body",
		"signBody", "sign_body", "bodyStr", "content", "fileMeta", "请求报文主体", "请求体"),
}

// rareLines adds what may have been made of a line other than the body: printed nothings and
// placeholders, other values of the request, and misprints.
func rareLines(d *Dimension, s *Source, line int, nothing, form string) []func() {
	right := s.Right[line]
	return []func(){
		func() {
			addShown(d, lineVariables[line].placeholders(), nothing)
			for _, other := range s.others(line) {
				d.add(other.Value, nothing, other.Name)
			}
		},
		func() {
			misprints(right, lineVariables[line].names, func(m misprint) {
				if line == MethodLine && m.kind == ByteOrderMark {
					return // it is that of the whole text
				}
				if d.buf = append(d.buf[:0], m.text...); d.wants(d.buf) {
					d.keep(m.text, Flaw{form, Visible(m.text, 60)})
				}
			})
			addShown(d, cuts(right), form)
		},
	}
}
