package text

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// A Printer prints the members of an object as a program does. By says what prints it so.
type Printer struct {
	By string

	layout
	spell func(name string) string               // nil: the names are printed as they are
	print func(dst []byte, list []Member) []byte // not nil: in the place of layout
}

// Print appends the members.
func (p *Printer) Print(dst []byte, list []Member) []byte {
	if p.print != nil {
		return p.print(dst, list)
	}
	return p.write(dst, list, p.spell)
}

// Printers lists JSON and what languages print of an object by default, the likeliest first.
var Printers = slices.Concat([]Printer{
	{By: "JSON", layout: layout{"{", `"%s"`, ":", `"%s"`, ",", "}"}},
	{By: "JSON", layout: layout{"{", `"%s"`, ": ", `"%s"`, ", ", "}"}},
	{By: "JSON", layout: layout{"{\n    ", `"%s"`, ": ", `"%s"`, ",\n    ", "\n}"}},
	{By: "JSON", layout: layout{"{\n  ", `"%s"`, ": ", `"%s"`, ",\n  ", "\n}"}},
	{By: "a&b", layout: layout{"", "%.0s", "", "%s", "&", ""}},
}, notJSON, rareNotJSON, []Printer{
	{By: "XML", layout: layout{"<xml>", "<%s>", "", "%s\x00", "", "</xml>"}},
	{By: "XML", layout: layout{"<xml>", "<%s>", "", "<![CDATA[%s]]>\x00", "", "</xml>"}},
	{By: "XML", layout: layout{"<xml>\n", "<%s>", "", "%s\x00", "\n", "\n</xml>"}},
	{By: "XML", layout: layout{"<xml>\n", "<%s>", "", "<![CDATA[%s]]>\x00", "\n", "\n</xml>"}},
})

// notJSON are the commoner ones for meta, which should be JSON.
var notJSON = []Printer{
	{By: "Python str(dict)", layout: layout{"{", "'%s'", ": ", "'%s'", ", ", "}"}},
	{By: "'…'", layout: layout{"{", "'%s'", ":", "'%s'", ",", "}"}},
	{By: "'…'", layout: layout{"{", "'%s'", ":", "'%s'", ", ", "}"}},
	{By: "Java Map.toString()", layout: layout{"{", "%s", "=", "%s", ", ", "}"}},
	{By: "Go %v", layout: layout{"map[", "%s", ":", "%s", " ", "]"}},
	{By: "Ruby inspect", layout: layout{"{", `"%s"`, "=>", `"%s"`, ", ", "}"}},
	{By: "Ruby inspect", layout: layout{"{", `"%s"`, " => ", `"%s"`, ", ", "}"}},
	{By: "Ruby inspect", layout: layout{"{", ":%s", "=>", `"%s"`, ", ", "}"}},
	{By: "Ruby inspect", layout: layout{"{", "%s", ": ", `"%s"`, ", ", "}"}},
	{By: "JavaScript", layout: layout{"{", "%s", ":", `"%s"`, ",", "}"}},
	{By: "JavaScript", layout: layout{"{ ", "%s", ": ", `'%s'`, ", ", " }"}},
	{By: "C#", layout: layout{"{ ", "%s", " = ", "%s", ", ", " }"}},
	{By: "Meta(…)", layout: layout{"Meta(", "%s", "=", "%s", ", ", ")"}},
	{By: "Meta[…]", layout: layout{"Meta[", "%s", "=", "%s", ", ", "]"}},
	{By: "Go %+v", layout: layout{"{", "%s", ":", "%s", " ", "}"}},
	{By: "a=b&c=d", layout: layout{"", "%s", "=", "%s", "&", ""}},
	{By: "a=b&c=d", layout: layout{"", "%s", "=", "%s", "&", "&"}},
	{By: "a=b⏎c=d", layout: layout{"", "%s", "=", "%s", "\n", ""}},
	{By: "a=b,c=d", layout: layout{"", "%s", "=", "%s", ",", ""}},
	{By: "a:b,c:d", layout: layout{"", "%s", ":", "%s", ",", ""}},
	{By: "PHP var_export", layout: layout{"array (\n", "  '%s'", " => ", "'%s'", ",\n", ",\n)"}},
	{By: "[\"a\",\"b\"]", layout: layout{"[", "%.0s", "", `"%s"`, ",", "]"}},
	{By: "a,b", layout: layout{"", "%.0s", "", "%s", ",", ""}},
	{By: "ab", layout: layout{"", "%.0s", "", "%s", "", ""}},
	{By: "a b", layout: layout{"", "%.0s", "", "%s", " ", ""}},
	{By: "PHP serialize", print: phpSerialize},
	{By: "a=b&c=d", print: queryOf},
	{By: "a=b&c=d", print: sortedQuery},
	{By: "XML", layout: layout{"<xml>", "<%s>", "", "%s\x00", "", "</xml>"}},
}

// rareNotJSON are the rarer ones.
var rareNotJSON = rarePrinters()

func rarePrinters() (list []Printer) {
	for _, x := range mapLayouts {
		list = append(list, Printer{By: x.by, layout: x.layout})
	}
	for i, spell := range spelledNames {
		types := typeNames
		if i > 0 {
			types = types[:6]
		}
		for _, x := range objectLayouts {
			for _, name := range types {
				p := Printer{By: strings.ReplaceAll(x.by, "◇", name), layout: x.layout, spell: spell}
				p.open = strings.ReplaceAll(x.open, "◇", name)
				list = append(list, p)
				if p.open == x.open {
					break
				}
			}
		}
	}
	list = append(list, Printer{By: "PHP var_dump", print: varDump}, Printer{By: "NSDictionary", print: nsDictionary},
		Printer{By: "PHP serialize", print: func(dst []byte, list []Member) []byte {
			return append(fmt.Appendf(dst, `O:8:"stdClass":%d`, len(list)), phpSerialize(nil, list)[len("a:2"):]...)
		}})
	return append(list, Printer{By: "Python ascii(dict)", print: func(dst []byte, list []Member) []byte {
		return append(dst, escapeBeyond(string(notJSON[0].Print(nil, list)), `\u%04x`)...)
	}})
}

func varDump(dst []byte, list []Member) []byte {
	dst = fmt.Appendf(dst, "array(%d) {\n", len(list))
	for _, m := range list {
		dst = fmt.Appendf(dst, "  [\"%s\"]=>\n  string(%d) \"%s\"\n", m.Name, len(m.Value), m.Value)
	}
	return append(dst, "}\n"...)
}

// nsDictionary prints as Objective-C does: a text has quotes if it holds more than letters and
// digits.
func nsDictionary(dst []byte, list []Member) []byte {
	dst = append(dst, "{\n"...)
	for _, m := range list {
		value := m.Value
		if value == "" || strings.ContainsFunc(value, func(r rune) bool { return alphanumeric(r) < 0 }) {
			value = `"` + value + `"`
		}
		dst = fmt.Appendf(dst, "    %s = %s;\n", m.Name, value)
	}
	return append(dst, '}')
}

func alphanumeric(r rune) rune {
	if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return -1
}

func phpSerialize(dst []byte, list []Member) []byte {
	dst = fmt.Appendf(dst, "a:%d:{", len(list))
	for _, m := range list {
		dst = fmt.Appendf(dst, `s:%d:"%s";s:%d:"%s";`, len(m.Name), m.Name, len(m.Value), m.Value)
	}
	return append(dst, '}')
}

// queryOf writes the members as a form's, in their order.
func queryOf(dst []byte, list []Member) []byte {
	for i, m := range list {
		if i > 0 {
			dst = append(dst, '&')
		}
		dst = append(dst, url.QueryEscape(m.Name)+"="+url.QueryEscape(m.Value)...)
	}
	return dst
}

func sortedQuery(dst []byte, list []Member) []byte {
	values := url.Values{}
	for _, m := range list {
		values.Set(m.Name, m.Value)
	}
	return append(dst, values.Encode()...)
}
