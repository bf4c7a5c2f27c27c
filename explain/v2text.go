package explain

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// The dimensions in which the text of an APIv2 sign can be wrong: which key, how it is put on, which fields with which
// values, in which order, and how they are written.
type (
	keyWay struct {
		cause named
		key   string
	}
	glueWay struct {
		cause named
		write glue
	}
	fieldWay struct {
		causes []named
		list   func() []field
		file   *bulk // stands where placeholder does
	}
	orderWay struct {
		cause named
		sort  func([]field) []field
	}
	shapeWay struct {
		causes          []named
		between, equals string
		value           func(string) string // nil: as it is
		whole           func([]byte) []byte // nil: as it is
	}
	glue = func(text []byte, key string) []byte
)

func rightGlue(text []byte, key string) []byte { return append(append(text, "&key="...), key...) }

// rightOrder sorts by name, in byte order.
func rightOrder(list []field) []field {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b field) int { return strings.Compare(a.name, b.name) })
	return list
}

var rightShape = shapeWay{between: "&", equals: "="}

// writeV2 writes the text that a sign covers.
func writeV2(dst []byte, list []field, shape shapeWay, put glue, key string) []byte {
	for i, f := range list {
		if i > 0 {
			dst = append(dst, shape.between...)
		}
		value := f.value
		if shape.value != nil {
			value = shape.value(value)
		}
		dst = append(append(append(dst, f.name...), shape.equals...), value...)
	}
	dst = put(dst, key)
	if shape.whole != nil {
		dst = shape.whole(dst)
	}
	return dst
}

// keyWays lists the keys that are taken for the APIv2 key.
func (e *evidence) keyWays(right string) []keyWay {
	var list []keyWay
	seen := map[string]bool{right: true}
	add := func(cause, value, key string) {
		if !seen[key] {
			seen[key] = true
			list = append(list, keyWay{named{cause, value}, key})
		}
	}
	m := e.known.Merchant
	if m != nil && m.APIv3Key != "" {
		add("v2.key.apiv3", "", m.APIv3Key)
	}
	if right != "" {
		add("v2.key.blanks", "⏎", right+"\n")
		add("v2.key.case", "a", strings.ToLower(right))
		add("v2.key.case", "A", strings.ToUpper(right))
	}
	for _, o := range e.known.Others {
		if len(list) >= keysMost {
			break
		}
		if o != m && o.APIv2Key != "" {
			add("v2.key.other_merchant", o.ID, o.APIv2Key)
		}
		if o != m && o.APIv3Key != "" {
			add("v2.key.other_merchant", o.ID+", APIv3", o.APIv3Key)
		}
	}
	if right == "" {
		return list
	}
	for _, k := range []string{right + " ", " " + right, right + "\r\n", right + "\r", `"` + right + `"`, "'" + right + "'", strings.TrimSpace(right)} {
		add("v2.key.blanks", "", k)
	}
	for _, c := range "\u200B\uFEFF\u00A0" { // the commonest of the invisible
		add("v2.key.blanks", fmt.Sprintf("%U", c), right+string(c))
		add("v2.key.blanks", fmt.Sprintf("%U", c), string(c)+right)
	}
	if mchid, _ := e.field("mch_id"); mchid != "" {
		add("v2.key.mchid", "", mchid)
	}
	sum := md5.Sum([]byte(right))
	add("v2.key.hashed", "md5", hex.EncodeToString(sum[:]))
	add("v2.key.hashed", "MD5", strings.ToUpper(hex.EncodeToString(sum[:])))
	add("v2.key.hashed", "base64", base64.StdEncoding.EncodeToString([]byte(right)))
	if raw, err := hex.DecodeString(right); err == nil {
		add("v2.key.hashed", "hex", string(raw))
	}
	for _, k := range []string{"key", "API_KEY", "null", "undefined", "None", "192006250b4c09247ec02edce69f6a2d", "8934e7d15453e97507ef794cf7b0519d"} {
		add("v2.key.placeholder", k, k) // the last two are the sample keys of the documents
	}
	return list
}

// glueWays lists how the key is put on the fields.
func glueWays() []glueWay {
	around := func(before, after string) glue {
		return func(text []byte, key string) []byte {
			return append(append(append(text, before...), key...), after...)
		}
	}
	first := func(before, after string) glue {
		return func(text []byte, key string) []byte { return append([]byte(before+key+after), text...) }
	}
	const missing, joined, doubled, sorted, named1 = "v2.key.missing", "v2.key.joined", "v2.key.doubled", "v2.key.sorted", "v2.key.name"
	return []glueWay{
		{named{missing, ""}, func(text []byte, _ string) []byte { return text }},
		{named{joined, "…" + "KEY"}, around("", "")},
		{named{doubled, "&&key="}, around("&&key=", "")},
		{named{joined, "…&KEY"}, around("&", "")},
		{named{sorted, ""}, sortedKey},
		{named{sorted, ""}, first("key=", "&")},
		{named{missing, "&key="}, func(text []byte, _ string) []byte { return append(text, "&key="...) }},
		{named{doubled, "&key=…&key=…"}, func(text []byte, key string) []byte {
			return rightGlue(rightGlue(text, key), key)
		}},
		{named{doubled, "&key=&key="}, around("&key=&key=", "")},
		{named{missing, "&"}, func(text []byte, _ string) []byte { return append(text, '&') }},
		{named{joined, "…key=KEY"}, around("key=", "")},
		{named{joined, "KEY…"}, first("", "")},
		{named{joined, "KEY&…"}, first("", "&")},
		{named{joined, "KEY…KEY"}, func(text []byte, key string) []byte { return append([]byte(key), append(text, key...)...) }},
		{named{named1, "KEY"}, around("&KEY=", "")},
		{named{named1, "Key"}, around("&Key=", "")},
		{named{named1, "api_key"}, around("&api_key=", "")},
		{named{named1, "apikey"}, around("&apikey=", "")},
		{named{named1, "apiKey"}, around("&apiKey=", "")},
		{named{named1, "secret"}, around("&secret=", "")},
		{named{named1, "paySignKey"}, around("&paySignKey=", "")},
		{named{named1, "mch_key"}, around("&mch_key=", "")},
		{named{named1, "pay_key"}, around("&pay_key=", "")},
		{named{doubled, "&key=…&"}, around("&key=", "&")},
		{named{named1, "&amp;key"}, around("&amp;key=", "")},
		{named{joined, "…& key=KEY"}, around("& key=", "")},
		{named{joined, "…&key= KEY"}, around("&key= ", "")},
		{named{joined, "…?key=KEY"}, around("?key=", "")},
		{named{joined, "…,key=KEY"}, around(",key=", "")},
	}
}

// sortedKey puts the key among the fields, where sorting brings it.
func sortedKey(text []byte, key string) []byte {
	pairs := append(strings.Split(string(text), "&"), "key="+key)
	slices.Sort(pairs)
	return []byte(strings.Join(pairs, "&"))
}

// orderWays lists how the fields are sorted by mistake.
func orderWays() []orderWay {
	by := func(less func(a, b field) int) func([]field) []field {
		return func(list []field) []field {
			list = slices.Clone(list)
			slices.SortStableFunc(list, less)
			return list
		}
	}
	ways := []orderWay{
		{named{"v2.order.as_sent", ""}, func(list []field) []field { return list }},
		{named{"v2.order.reversed", ""}, by(func(a, b field) int { return strings.Compare(b.name, a.name) })},
		{named{"v2.order.other", "sign_type, mch_id, …"}, by(func(a, b field) int {
			return strings.Compare(strings.ReplaceAll(a.name, "sign_type", "!"), strings.ReplaceAll(b.name, "sign_type", "!"))
		})},
		{named{"v2.order.other", "value"}, by(func(a, b field) int { return strings.Compare(a.value, b.value) })},
		{named{"v2.order.other", "length"}, by(func(a, b field) int { return len(a.name) - len(b.name) })},
		{named{"v2.order.as_sent", "←"}, func(list []field) []field {
			list = slices.Clone(list)
			slices.Reverse(list)
			return list
		}},
		{named{"v2.order.other", "_"}, by(func(a, b field) int {
			return strings.Compare(strings.ReplaceAll(a.name, "_", ""), strings.ReplaceAll(b.name, "_", ""))
		})},
	}
	for _, order := range append(permutations(4), permutations(3)...) {
		ways = append(ways, orderWay{named{"v2.order.other", ""}, func(list []field) []field {
			if len(list) != len(order) {
				return list
			}
			sorted := rightOrder(list)
			out := make([]field, len(list))
			for i, o := range order {
				out[i] = sorted[o]
			}
			return out
		}})
	}
	return ways
}

// shapeWays lists how the pairs are written.
func shapeWays() []shapeWay {
	way := func(cause, value string, change func(*shapeWay)) shapeWay {
		w := rightShape
		w.causes = []named{{cause, value}}
		change(&w)
		return w
	}
	whole := func(cause, value string, f func([]byte) []byte) shapeWay {
		return way(cause, value, func(w *shapeWay) { w.whole = f })
	}
	between := func(sep, eq string) shapeWay {
		return way("v2.join.other", "a"+eq+"b"+sep+"c"+eq+"d", func(w *shapeWay) { w.between, w.equals = sep, eq })
	}
	values := func(cause, value string, f func(string) string) shapeWay {
		return way(cause, value, func(w *shapeWay) { w.value = f })
	}
	return []shapeWay{
		values("v2.value.url_encoded", "", url.QueryEscape),
		whole("v2.text.case", "a", func(b []byte) []byte { return []byte(strings.ToLower(string(b))) }),
		whole("v2.text.case", "A", func(b []byte) []byte { return []byte(strings.ToUpper(string(b))) }),
		between("", "="),
		values("v2.value.url_encoded", "", url.PathEscape),
		whole("v2.text.url_encoded", "", func(b []byte) []byte { return []byte(url.QueryEscape(string(b))) }),
		between("", ""),
		between(",", "="),
		between("&", ":"),
		between("&amp;", "="),
		between("\n", "="),
		between("&", " = "),
		whole("v2.hash.twice", "md5", func(b []byte) []byte { sum := md5.Sum(b); return []byte(hex.EncodeToString(sum[:])) }),
		whole("v2.hash.twice", "MD5", func(b []byte) []byte {
			sum := md5.Sum(b)
			return []byte(strings.ToUpper(hex.EncodeToString(sum[:])))
		}),
		whole("v2.text.ends", "⏎", func(b []byte) []byte { return append(b, '\n') }),
		whole("v2.text.ends", "?", func(b []byte) []byte { return append([]byte{'?'}, b...) }),
		whole("v2.text.ends", "&", func(b []byte) []byte { return append([]byte{'&'}, b...) }),
		whole("v2.text.base64", "", based),
		values("v2.value.quoted", `"`, func(v string) string { return `"` + v + `"` }),
		values("v2.value.quoted", `'`, func(v string) string { return `'` + v + `'` }),
		values("v2.value.case", "A", strings.ToUpper),
		values("v2.value.case", "a", strings.ToLower),
		between(" & ", "="), between(" ", "="), between(";", "="), between("|", "="), between("&", "=>"), between("&&", "="),
		between("&", ""), between(", ", "="),
	}
}
