package explain

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/wxup/wxup/explain/text"
)

// nameWraps are what names of fields are printed with.
var nameWraps = []string{`"…"`, "'…'", ":…", "$…", "@…", `AnyHashable("…")`, "data[…]", "[…]", "…[]", "{…}", "b'…'"}

// valueWraps are what values are printed with. Quotes alone are a cause of their own.
var valueWraps = []string{
	"<![CDATA[…]]>", "['…']", `["…"]`, "[…]", `Optional("…")`, "b'…'", `String("…")`, `Some("…")`, "Some(…)", "Optional[…]", "{…}", "(…)", "<…>", "('…',)", `"…",`, "…,", "…;", "…\n", " …", "… ",
}

// keyWraps are what keys are written or printed with.
var keyWraps = []string{
	"b'…'", `b"…"`, `Optional("…")`, "Optional[…]", `Some("…")`, `String("…")`, "<…>", "{…}", "[…]", "(…)", `{"key":"…"}`, `{"key": "…"}`, "['…']", `["…"]`, "key: …", "key:…", "KEY=…", `…\n`, `…\r\n`, `\…`, `…\`,
	"“…”", "`…`", "export …", "…#", "…&", "=…", "…=", ":…", "<![CDATA[…]]>",
}

// wrappedShapes lists ways to sign with something around each value, or with pairs that a program
// printed.
func wrappedShapes() (list []shapeWay) {
	add := func(cause, value string, put glue, print func(dst []byte, list []text.Field) []byte) {
		list = append(list, shapeWay{flaws: []text.Flaw{text.NewFlaw(cause, value)}, print: print, put: put})
	}
	for _, wrap := range valueWraps {
		around := func(v string) string { return strings.Replace(wrap, "…", v, 1) }
		pairs := func(dst []byte, list []text.Field) []byte {
			return append(dst, joinPairs(list, "&", func(_ int, x text.Field) string { return x.Name + "=" + around(x.Value) })...)
		}
		shown := text.Visible(wrap, 20)
		add("v2.value.wrapped", shown, rightGlue, pairs)
		add("v2.value.wrapped", shown, func(dst []byte, key string) []byte { return rightGlue(dst, around(key)) }, pairs)
	}
	printed := func(by, open, between, shut string, pair func(i int, x text.Field) string) {
		for _, put := range []glue{rightGlue, justKey} {
			add("v2.text.printed", by, put, func(dst []byte, list []text.Field) []byte {
				return append(append(append(dst, open...), joinPairs(list, between, pair)...), shut...)
			})
		}
	}
	for _, x := range []struct{ by, pair string }{{"('name', 'value')", "('%s', '%s')"}, {"(name, value)", "(%s, %s)"}, {"[name, value]", "[%s, %s]"}, {`("name", "value")`, `("%s", "%s")`}} {
		pair := func(_ int, f text.Field) string { return fmt.Sprintf(x.pair, f.Name, f.Value) }
		for _, between := range []string{"&", "", ",", ", "} {
			printed(x.by, "", between, "", pair)
		}
		printed(x.by, "[", ", ", "]", pair)
	}
	printed("0=…&1=…", "", "&", "", func(i int, f text.Field) string { return fmt.Sprintf("%d=%s", i, url.QueryEscape(f.Name+"="+f.Value)) })
	upper := func(_ int, f text.Field) string { return strings.ToUpper(f.Name) + "=" + f.Value }
	add("v2.fields.name", "MCH_ID, MEDIA_HASH, …, KEY", func(dst []byte, key string) []byte { return append(append(dst, "&KEY="...), key...) },
		func(dst []byte, list []text.Field) []byte { return append(dst, joinPairs(list, "&", upper)...) })
	for _, before := range []string{"undefined", "null", "None", "nil", "<nil>", "false", "true", "NULL", "[object Object]", "string", `"`, "=", "sign=", "stringA=", "stringSignTemp="} {
		w := rightShape
		w.flaws = []text.Flaw{text.NewFlaw("v2.text.ends", before+"…")}
		w.whole = func(b []byte) []byte { return append([]byte(before), b...) }
		list = append(list, w)
	}
	return list
}

func joinPairs(list []text.Field, between string, pair func(i int, x text.Field) string) string {
	pairs := make([]string, len(list))
	for i, x := range list {
		pairs[i] = pair(i, x)
	}
	return strings.Join(pairs, between)
}

// writtenKeys lists what the right key becomes when it is printed, masked or typed.
func writtenKeys(right string) (list []keyWay) {
	add := func(cause, value, key string) { list = append(list, keyWay{text.NewFlaw(cause, value), key}) }
	for _, wrap := range keyWraps {
		add("v2.key.blanks", wrap, strings.Replace(wrap, "…", right, 1))
	}
	for _, n := range []int{len(right) + 1, 40, 48, 64, 100, 128, 256} {
		if zeros := n - len(right); zeros > 0 {
			add("v2.key.blanks", fmt.Sprintf(`…%d × \0`, zeros), right+strings.Repeat("\x00", zeros))
		}
	}
	add("v2.key.case", "aB → Ab", swapCase(right))
	var upper, lower strings.Builder
	for _, b := range []byte(right) {
		fmt.Fprintf(&upper, "%%%02X", b)
		fmt.Fprintf(&lower, "%%%02x", b)
	}
	add("v2.key.hashed", "%XX", upper.String())
	add("v2.key.hashed", "%xx", lower.String())
	for _, kept := range [][2]int{{4, 4}, {3, 4}, {6, 4}, {0, 4}, {4, 0}, {3, 3}, {2, 2}} {
		first, last := kept[0], kept[1]
		if rest := len(right) - first - last; rest > 0 {
			for _, mask := range []string{"****", strings.Repeat("*", rest)} {
				add("v2.key.masked", fmt.Sprintf("%d + %s + %d", first, mask, last), right[:first]+mask+right[len(right)-last:])
			}
		}
	}
	for i := range len(right) {
		for _, other := range lookalikes[right[i]] {
			add("v2.key.misspelled", fmt.Sprint(i+1), right[:i]+string(other)+right[i+1:])
		}
		if i+1 < len(right) && right[i] != right[i+1] {
			add("v2.key.misspelled", fmt.Sprintf("%d ↔ %d", i+1, i+2), right[:i]+string(right[i+1])+string(right[i])+right[i+2:])
		}
	}
	return list
}

// lookalikes are the characters that one is mistaken for by those who read and type it.
var lookalikes = map[byte]string{
	'0': "Oo", 'O': "0o", 'o': "0O", '1': "lI", 'l': "1I", 'I': "1l", '5': "S", 'S': "5s", 's': "S", '2': "Z", 'Z': "2z", 'z': "Z", '8': "B", 'B': "8",
	'6': "b", 'b': "6", '9': "gq", 'g': "9q", 'q': "9g", 'u': "v", 'v': "uV", 'V': "v", 'w': "W", 'W': "w", 'x': "X", 'X': "x", 'c': "C", 'C': "c", 'k': "K", 'K': "k", 'p': "P", 'P': "p",
}

func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, s)
}
