package explain

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// metaText adds what can be done to a text without looking into it.
func (e *evidence) metaText(w *ways, right string) {
	if right == "" {
		return
	}
	w.add(strings.TrimRight(right, "\r\n"), "v3.meta.ends", "⏎")
	w.add(strings.TrimSpace(right), "v3.meta.ends", "␠")
	w.add(right+"\r\n", "v3.meta.ends", "␍⏎")
	w.add(right+" ", "v3.meta.ends", "␠")
	w.add(" "+right, "v3.meta.ends", "␠")
	w.add(right+"\x00", "v3.meta.ends", `\0`)
	w.add("\r\n"+right, "v3.meta.ends", "␍⏎")
	w.add("\r\n"+right+"\r\n", "v3.meta.ends", "␍⏎")
	w.add(right+";", "v3.meta.ends", ";")
	w.add(strings.TrimPrefix(right, bom), "v3.meta.bom", "")
	w.add(bom+right, "v3.meta.bom", "")
	w.add(strings.ReplaceAll(right, "\r\n", "\n"), "v3.meta.line_ends", "LF")
	w.add(strings.ReplaceAll(strings.ReplaceAll(right, "\r\n", "\n"), "\n", "\r\n"), "v3.meta.line_ends", "CR LF")
	w.add(strings.NewReplacer("\r", "", "\n", "").Replace(right), "v3.meta.line_ends", "−")
	w.add(strings.NewReplacer("\r", "", "\n", "", " ", "", "\t", "").Replace(right), "v3.meta.blanks", "")
	w.add(strings.Join(strings.Fields(right), " "), "v3.meta.blanks", "")
	w.add(strings.ReplaceAll(right, `\/`, `/`), "v3.meta.escape_slash", "/")
	w.add(strings.ReplaceAll(right, `\`, ``), "v3.meta.backslashes", "stripslashes")
	w.add(strings.ReplaceAll(right, `\`, `\\`), "v3.meta.backslashes", `\\`)
	w.add(strings.ReplaceAll(right, `"`, `\"`), "v3.meta.backslashes", `\"`)
	w.add(strings.ReplaceAll(right, `"`, `'`), "v3.meta.quotes", `'`)
	w.add(strings.ReplaceAll(right, `'`, `"`), "v3.meta.quotes", `"`)
	w.add(strings.ReplaceAll(right, `"`, ``), "v3.meta.quotes", "")
	w.add(strings.ReplaceAll(right, `"`, `&quot;`), "v3.meta.quotes", "&quot;")
	w.add(string(jsonText(right)), "v3.meta.encoded", "JSON")
	w.add(escape(right, escapeSet{}), "v3.meta.encoded", "JSON")
	w.add(url.QueryEscape(right), "v3.meta.encoded", "URL")
	w.add(strings.ReplaceAll(url.QueryEscape(right), "+", "%20"), "v3.meta.encoded", "URL")
	w.add("meta="+right, "v3.meta.wrapped", "meta=…")
	w.add("meta="+url.QueryEscape(right), "v3.meta.wrapped", "meta=…")
	w.add(base64.StdEncoding.EncodeToString([]byte(right)), "v3.meta.encoded", "base64")
	sum, md := sha256.Sum256([]byte(right)), md5.Sum([]byte(right))
	for _, h := range [][]byte{sum[:], md[:]} {
		name := map[int]string{32: "SHA-256", 16: "MD5"}[len(h)]
		w.add(hex.EncodeToString(h), "v3.meta.hashed", name)
		w.add(upperHex(h), "v3.meta.hashed", name)
		w.add(base64.StdEncoding.EncodeToString(h), "v3.meta.hashed", name)
		w.add(string(h), "v3.meta.hashed", name)
	}
	w.add(hex.EncodeToString([]byte(right)), "v3.meta.encoded", "hex")
	w.add(`{"meta":`+right+`}`, "v3.meta.wrapped", `{"meta":{…}}`)
	w.add(`{"meta": `+right+`}`, "v3.meta.wrapped", `{"meta": {…}}`)
	w.add(`{"meta":`+string(jsonText(right))+`}`, "v3.meta.wrapped", `{"meta":"{…}"}`)
	w.add(`{"meta":`+right+`,"file":{}}`, "v3.meta.wrapped", `{"meta":{…},"file":{}}`)
	w.add(`{"file":{},"meta":`+right+`}`, "v3.meta.wrapped", `{"file":{},"meta":{…}}`)
	w.add(`{"file":{},"meta":`+string(jsonText(right))+`}`, "v3.meta.wrapped", `{"file":{},"meta":"{…}"}`)
	w.add("["+right+"]", "v3.meta.wrapped", "[…]")
	w.add("("+right+")", "v3.meta.wrapped", "(…)")
	w.add(right+right, "v3.meta.wrapped", "×2")
	w.add(strings.ToLower(right), "v3.meta.case", "")
	w.add(strings.ToUpper(right), "v3.meta.case", "")
	w.add(strings.ReplaceAll(right, "&", "&amp;"), "v3.meta.encoded", "HTML")
	if e.known.GBK != nil && !isASCII(right) {
		if text, ok := e.known.GBK(right); ok {
			w.add(string(text), "v3.charset.gbk", "")
		}
	}
	w.add(asciiOnly(right), "v3.charset.question_marks", "")
	w.add(utf8Twice(right), "v3.charset.utf8_twice", "")
	w.add(utf8Once(right), "v3.charset.utf8_twice", "")
	w.add(latin1(right), "v3.charset.latin1", "")
	for _, part := range e.metaParts() {
		w.add(part.text, "v3.body.meta_part", part.value)
	}
}

type shape struct{ text, value string }

// metaParts are the meta part with more of the form around it.
func (e *evidence) metaParts() []shape {
	for _, p := range e.parts {
		if p.Name == e.ep.MetaPart {
			whole := string(p.Header) + "\r\n" + string(p.Content)
			return []shape{{whole, ""}, {whole + "\r\n", ""}, {"--" + e.boundary + "\r\n" + whole, ""}, {"--" + e.boundary + "\r\n" + whole + "\r\n", ""},
				{"--" + e.boundary + "\r\n" + whole + "\r\n--" + e.boundary + "--\r\n", "--"}, {"--" + e.boundary + "\r\n" + whole + "\r\n--" + e.boundary + "--", "--"}}
		}
	}
	return nil
}

// notJSON are the members of meta as languages print them that were not asked for JSON.
func notJSON(list []member) []shape {
	var shapes []shape
	write := func(value, open, key, colon, text, comma, shut string) {
		var b strings.Builder
		b.WriteString(open)
		for i, m := range list {
			if i > 0 {
				b.WriteString(comma)
			}
			if m.isText {
				fmt.Fprintf(&b, key+colon+text, m.name, m.value)
			} else {
				fmt.Fprintf(&b, key+colon+"%s", m.name, m.raw)
			}
		}
		b.WriteString(shut)
		shapes = append(shapes, shape{b.String(), value})
	}
	write("Python str(dict)", "{", "'%s'", ": ", "'%s'", ", ", "}")
	write("'…'", "{", "'%s'", ":", "'%s'", ",", "}")
	write("'…'", "{", "'%s'", ":", "'%s'", ", ", "}")
	write("Java Map.toString()", "{", "%s", "=", "%s", ", ", "}")
	write("Go %v", "map[", "%s", ":", "%s", " ", "]")
	write("Ruby inspect", "{", `"%s"`, "=>", `"%s"`, ", ", "}")
	write("Ruby inspect", "{", `"%s"`, " => ", `"%s"`, ", ", "}")
	write("Ruby inspect", "{", ":%s", "=>", `"%s"`, ", ", "}")
	write("Ruby inspect", "{", "%s", ": ", `"%s"`, ", ", "}")
	write("JavaScript", "{", "%s", ":", `"%s"`, ",", "}")
	write("JavaScript", "{ ", "%s", ": ", `'%s'`, ", ", " }")
	write("C#", "{ ", "%s", " = ", "%s", ", ", " }")
	write("Meta(…)", "Meta(", "%s", "=", "%s", ", ", ")")
	write("Meta[…]", "Meta[", "%s", "=", "%s", ", ", "]")
	write("Go %+v", "{", "%s", ":", "%s", " ", "}")
	write("a=b&c=d", "", "%s", "=", "%s", "&", "")
	write("a=b&c=d", "", "%s", "=", "%s", "&", "&")
	write("a=b⏎c=d", "", "%s", "=", "%s", "\n", "")
	write("a=b,c=d", "", "%s", "=", "%s", ",", "")
	write("a:b,c:d", "", "%s", ":", "%s", ",", "")
	write("PHP var_export", "array (\n", "  '%s'", " => ", "'%s'", ",\n", ",\n)")
	write("[\"a\",\"b\"]", "[", "%.0s", "", `"%s"`, ",", "]")
	write("a,b", "", "%.0s", "", "%s", ",", "")
	write("ab", "", "%.0s", "", "%s", "", "")
	write("a b", "", "%.0s", "", "%s", " ", "")
	var php, query, xml strings.Builder
	fmt.Fprintf(&php, "a:%d:{", len(list))
	xml.WriteString("<xml>")
	for i, m := range list {
		fmt.Fprintf(&php, `s:%d:"%s";s:%d:"%s";`, len(m.name), m.name, len(m.value), m.value)
		fmt.Fprintf(&xml, "<%s>%s</%s>", m.name, m.value, m.name)
		if i > 0 {
			query.WriteByte('&')
		}
		query.WriteString(url.QueryEscape(m.name) + "=" + url.QueryEscape(m.value))
	}
	sorted := url.Values{}
	for _, m := range list {
		sorted.Set(m.name, m.value)
	}
	return append(shapes, shape{php.String() + "}", "PHP serialize"}, shape{query.String(), "a=b&c=d"}, shape{sorted.Encode(), "a=b&c=d"}, shape{xml.String() + "</xml>", "XML"})
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// asciiOnly is what is left of a text in a charset that lacks its characters.
func asciiOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x80 {
			return '?'
		}
		return r
	}, s)
}

// utf8Twice is UTF-8 that was taken for Latin-1 and encoded again.
func utf8Twice(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// utf8Once undoes utf8Twice; a text that it cannot be undone of comes back as it is.
func utf8Once(s string) string {
	if text := latin1(s); utf8.ValidString(text) {
		return text
	}
	return s
}

// latin1 encodes a text that has no other characters in Latin-1.
func latin1(s string) string {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xFF {
			return s
		}
		b = append(b, byte(r))
	}
	return string(b)
}
