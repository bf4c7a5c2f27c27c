package explain

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/text"
)

// The dimensions of the string that an APIv2 sign covers: which key, how it is appended, which
// fields with which values, in which order, and how they are written.
type (
	keyWay struct {
		flaw text.Flaw
		key  string
	}
	glueWay struct {
		flaw  text.Flaw
		write glue
	}
	fieldWay struct {
		flaws []text.Flaw
		list  func() []text.Field
		file  *text.Bulk // takes the place of placeholder
	}
	orderWay struct {
		flaw text.Flaw
		sort func([]text.Field) []text.Field
	}
	shapeWay struct {
		flaws           []text.Flaw
		between, equals string
		value           func(string) string                        // nil: as it is
		whole           func([]byte) []byte                        // nil: as it is
		put             glue                                       // nil: as its own dimension says
		sorted          bool                                       // … in its place among the others
		keyed           bool                                       // the key is printed as a member
		print           func(dst []byte, list []text.Field) []byte // takes the place of the pairs
	}
	glue = func(dst []byte, key string) []byte
)

func rightGlue(dst []byte, key string) []byte { return append(append(dst, "&key="...), key...) }

// rightOrder sorts by name, in byte order.
func rightOrder(list []text.Field) []text.Field {
	byName := func(a, b text.Field) int { return strings.Compare(a.Name, b.Name) }
	if slices.IsSortedFunc(list, byName) {
		return list
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, byName)
	return list
}

var rightShape = shapeWay{between: "&", equals: "="}

// writeV2 writes the string that a sign covers.
func writeV2(dst []byte, list []text.Field, shape shapeWay, put glue, key string) []byte {
	if shape.print != nil {
		if shape.keyed {
			list = append(slices.Clone(list), text.Field{Name: "key", Value: key})
			if shape.sorted {
				list = rightOrder(list)
			}
		}
		dst, list = shape.print(dst, list), nil
	}
	for i, f := range list {
		if i > 0 {
			dst = append(dst, shape.between...)
		}
		value := f.Value
		if shape.value != nil {
			value = shape.value(value)
		}
		dst = append(append(append(dst, f.Name...), shape.equals...), value...)
	}
	if shape.put != nil {
		put = shape.put
	}
	dst = put(dst, key)
	if shape.whole != nil {
		dst = shape.whole(dst)
	}
	return dst
}

// orderWays lists ways to sort the fields.
func orderWays() []orderWay {
	by := func(less func(a, b text.Field) int) func([]text.Field) []text.Field {
		return func(list []text.Field) []text.Field {
			list = slices.Clone(list)
			slices.SortStableFunc(list, less)
			return list
		}
	}
	ways := []orderWay{
		{text.NewFlaw("v2.order.as_sent", ""), func(list []text.Field) []text.Field { return list }},
		{text.NewFlaw("v2.order.reversed", ""), by(func(a, b text.Field) int { return strings.Compare(b.Name, a.Name) })},
		{text.NewFlaw("v2.order.other", "sign_type, mch_id, …"), by(func(a, b text.Field) int {
			return strings.Compare(strings.ReplaceAll(a.Name, "sign_type", "!"), strings.ReplaceAll(b.Name, "sign_type", "!"))
		})},
		{text.NewFlaw("v2.order.other", "value"), by(func(a, b text.Field) int { return strings.Compare(a.Value, b.Value) })},
		{text.NewFlaw("v2.order.other", "length"), by(func(a, b text.Field) int { return len(a.Name) - len(b.Name) })},
		{text.NewFlaw("v2.order.as_sent", "←"), func(list []text.Field) []text.Field {
			list = slices.Clone(list)
			slices.Reverse(list)
			return list
		}},
		{text.NewFlaw("v2.order.other", "_"), by(func(a, b text.Field) int {
			return strings.Compare(strings.ReplaceAll(a.Name, "_", ""), strings.ReplaceAll(b.Name, "_", ""))
		})},
	}
	for _, order := range append(text.Permutations(4), text.Permutations(3)...) {
		ways = append(ways, orderWay{text.NewFlaw("v2.order.other", ""), func(list []text.Field) []text.Field {
			if len(list) != len(order) {
				return list
			}
			sorted := rightOrder(list)
			out := make([]text.Field, len(list))
			for i, o := range order {
				out[i] = sorted[o]
			}
			return out
		}})
	}
	return ways
}

// shapeWays lists ways to write the pairs.
func shapeWays(f *facts) []shapeWay {
	way := func(cause, value string, change func(*shapeWay)) shapeWay {
		w := rightShape
		w.flaws = []text.Flaw{text.NewFlaw(cause, value)}
		change(&w)
		return w
	}
	whole := func(cause, value string, f func([]byte) []byte) shapeWay {
		return way(cause, value, func(w *shapeWay) { w.whole = f })
	}
	between := func(sep, eq string) shapeWay {
		return way("v2.join.other", "a"+eq+"b"+sep+"c"+eq+"d", func(w *shapeWay) { w.between, w.equals = sep, eq })
	}
	alsoKey := func(sep, end string) shapeWay { // the key is joined in the same way
		return way("v2.join.other", "a=b"+sep+"key=…", func(w *shapeWay) {
			w.between = sep
			w.put = func(dst []byte, key string) []byte {
				return append(append(append(append(dst, sep...), "key="...), key...), end...)
			}
		})
	}
	all := func(sep, eq string) shapeWay { // the key has the same = as the others, too
		return way("v2.join.other", "a"+eq+"b"+sep+"key"+eq+"…", func(w *shapeWay) {
			w.between, w.equals = sep, eq
			w.put = func(dst []byte, key string) []byte { return append(append(append(dst, sep...), "key"+eq...), key...) }
		})
	}
	quotedKey := func(q string) shapeWay {
		return way("v2.value.quoted", q, func(w *shapeWay) {
			w.value = func(v string) string { return q + v + q }
			w.put = func(dst []byte, key string) []byte { return append(dst, "&key="+q+key+q...) }
		})
	}
	values := func(cause, value string, f func(string) string) shapeWay {
		return way(cause, value, func(w *shapeWay) { w.value = f })
	}
	return append([]shapeWay{
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
		whole("v2.text.base64", "", text.Base64Text),
		values("v2.value.quoted", `"`, func(v string) string { return `"` + v + `"` }),
		values("v2.value.quoted", `'`, func(v string) string { return `'` + v + `'` }),
		values("v2.value.case", "A", strings.ToUpper),
		values("v2.value.case", "a", strings.ToLower),
		between(" & ", "="), between(" ", "="), between(";", "="), between("|", "="), between("&", "=>"), between("&&", "="),
		between("&", ""), between(", ", "="),
		alsoKey(",", ""), alsoKey("&amp;", ""), alsoKey("\n", ""), alsoKey("\n", "\n"), alsoKey(";", ""), alsoKey("|", ""), alsoKey(" ", ""), alsoKey("", ""),
		all("& ", "="), all(" & ", "="), all(", ", "="), all("; ", "="), all("&", " = "), all("&", ":"), all("&", ": "), all(",", ":"), all("&", "=>"), all("\r\n", "="),
		between("& ", "="), all(" & ", " = "), all("&", "= "), all("&", " ="),
		all("&&", "="), all("%26", "="), all("+", "="), all("\t", "="), all("&", ""), all("&", "%3D"), all("%26", "%3D"), all("&", "=="), all("＆", "＝"),
		between("%26", "="), between("+", "="), between("\t", "="), between("&", "%3D"), between("&", "=="),
		quotedKey(`"`), quotedKey(`'`),
		whole("v2.text.utf16", "UTF-16LE", func(b []byte) []byte { return text.UTF16(string(b), binary.LittleEndian) }),
		whole("v2.text.utf16", "UTF-16BE", func(b []byte) []byte { return text.UTF16(string(b), binary.BigEndian) }),
	}, rareShapes(f)...)
}

// printedTypes are what programs print of dictionaries and lists.
var printedTypes = []string{
	"System.Collections.Generic.SortedDictionary`2[System.String,System.String]", "System.Collections.Generic.SortedDictionary`2[System.String,System.Object]",
	"System.Collections.Generic.SortedList`2[System.String,System.String]", "System.Collections.Generic.List`1[System.String]", "System.Collections.Specialized.NameValueCollection",
	"System.Linq.OrderedEnumerable`2[System.Collections.Generic.KeyValuePair`2[System.String,System.String],System.String]",
}

// rareShapes lists ways that are tried alone: what a program prints of an object, transforms of the
// whole text or of what stands before the key, and what may stand before the text.
func rareShapes(f *facts) (list []shapeWay) {
	add := func(cause, value string, change func(*shapeWay)) {
		w := rightShape
		w.flaws = []text.Flaw{text.NewFlaw(cause, value)}
		change(&w)
		list = append(list, w)
	}
	var keyed []shapeWay
	for i := range text.Printers {
		p := &text.Printers[i]
		print := func(dst []byte, fields []text.Field) []byte {
			members := make([]text.Member, len(fields))
			for i, x := range fields {
				members[i] = text.Member{Name: x.Name, Value: x.Value, IsText: true}
			}
			return p.Print(dst, members)
		}
		for _, put := range []glue{rightGlue, justKey, noKey} {
			add("v2.text.printed", p.By, func(w *shapeWay) { w.print, w.put = print, put })
		}
		w := list[len(list)-1]
		w.keyed = true
		keyed = append(keyed, w)
	}
	list = append(list, keyed...)
	list = append(list, hashMapShapes()...)
	for _, w := range keyed {
		w.sorted = true
		list = append(list, w)
	}
	instead := func(cause, value string, print func(dst []byte, fields []text.Field) []byte) {
		for _, put := range []glue{rightGlue, noKey} {
			add(cause, value, func(w *shapeWay) { w.print, w.put = print, put })
		}
	}
	add("v2.text.placeholder", "", func(w *shapeWay) {
		w.print, w.put = func(dst []byte, _ []text.Field) []byte { return dst }, justKey
	})
	add("v2.text.placeholder", "", func(w *shapeWay) {
		w.print, w.put = func(dst []byte, _ []text.Field) []byte { return append(dst, "key="...) }, justKey
	})
	for _, n := range slices.Concat([]string{""}, text.Nothings, printedTypes) {
		instead("v2.text.placeholder", n, func(dst []byte, _ []text.Field) []byte { return append(dst, n...) })
	}
	for _, form := range []string{"%s", "%v", "{}", "{name}", "${name}", "$name", "{{name}}", ":name", "#{name}", "%(name)s", "@name", "null", "undefined"} {
		for _, key := range []string{"key", ""} { // the key is a template too, or its own text
			instead("v2.text.placeholder", "name="+form, func(dst []byte, fields []text.Field) []byte {
				for i, x := range fields {
					if i > 0 {
						dst = append(dst, '&')
					}
					dst = append(append(append(dst, x.Name...), '='), strings.ReplaceAll(form, "name", x.Name)...)
				}
				if key != "" {
					dst = append(append(dst, "&key="...), strings.ReplaceAll(form, "name", key)...)
				}
				return dst
			})
		}
	}
	for _, t := range slices.Concat(text.Transforms, text.RareTransforms) {
		flaw := changeFlaw(t, "")
		add(flaw.Cause, flaw.Value, func(w *shapeWay) { w.whole = func(b []byte) []byte { return []byte(t.Apply(string(b))) } })
		add(flaw.Cause, flaw.Value, func(w *shapeWay) {
			w.put = func(dst []byte, key string) []byte { return rightGlue([]byte(t.Apply(string(dst))), key) }
		})
	}
	path, _, _ := strings.Cut(f.Target, "?")
	for _, before := range []string{f.Method, path, f.Target, f.Method + "&" + path, f.Method + path, "https://" + f.Host + path, f.Method + "&" + url.QueryEscape(path)} {
		for _, sep := range []string{"", "?", "&", "\n"} {
			add("v2.text.ends", before+sep+"…", func(w *shapeWay) {
				w.whole = func(b []byte) []byte { return append([]byte(before+sep), b...) }
			})
		}
	}
	return list
}

// hashMapShapes lists what Java prints of a HashMap, whose order is neither that of the names nor
// that in which they were put.
func hashMapShapes() (list []shapeWay) {
	for _, order := range append(text.Permutations(3), text.Permutations(2)...) {
		print := func(dst []byte, fields []text.Field) []byte {
			dst = append(dst, '{')
			if len(fields) != len(order) {
				return dst
			}
			for i, o := range order {
				if i > 0 {
					dst = append(dst, ", "...)
				}
				dst = append(append(append(dst, fields[o].Name...), '='), fields[o].Value...)
			}
			return append(dst, '}')
		}
		for _, put := range []glue{rightGlue, justKey, noKey} {
			w := rightShape
			w.flaws = []text.Flaw{text.NewFlaw("v2.text.printed", "Java HashMap.toString()")}
			w.print, w.put = print, put
			list = append(list, w)
		}
	}
	return list
}

func justKey(dst []byte, key string) []byte { return append(dst, key...) }

func noKey(dst []byte, _ string) []byte { return dst }
