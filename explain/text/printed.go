package text

import "strings"

// A layout is a way to print an object: what opens it, a key, what follows the key, a value, what
// separates members, and what closes it. Key and value are verbs of package fmt.
type layout struct{ open, key, colon, value, comma, shut string }

// write appends the members, with their names spelled in some way.
func (l *layout) write(dst []byte, list []Member, spell func(name string) string) []byte {
	value, closed := strings.CutSuffix(l.value, "\x00") // XML: the name follows once more
	dst = append(dst, l.open...)
	for i, m := range list {
		if i > 0 {
			dst = append(dst, l.comma...)
		}
		name := m.Name
		if spell != nil {
			name = spell(name)
		}
		dst = appendVerb(dst, l.key, name)
		if l.colon != "%.0s" {
			dst = append(dst, l.colon...)
		}
		if m.IsText {
			dst = appendVerb(dst, value, m.Value)
		} else {
			dst = append(dst, m.Raw...)
		}
		if closed {
			dst = append(append(append(dst, "</"...), name...), '>')
		}
	}
	return append(dst, l.shut...)
}

// appendVerb appends a text in the place of %s, or, for %.0s, leaves it out.
func appendVerb(dst []byte, verb, text string) []byte {
	before, after, ok := strings.Cut(verb, "%s")
	if !ok {
		before, after, _ = strings.Cut(verb, "%.0s")
		text = ""
	}
	return append(append(append(dst, before...), text...), after...)
}

// typeNames are the names that programs give the type of meta.
var typeNames = []string{"Meta", "FileMeta", "UploadMeta", "ImageMeta", "MediaMeta", "MetaInfo", "Metadata", "MetaData", "ImageUploadMeta", "UploadImageMeta", "UploadRequest", "MetaDto", "MetaDTO", "MediaUploadMeta", "FileInfo", "WxMeta", "meta"}

// spelledNames are ways to spell the names of the members, as the fields of a type. The first
// leaves them as they are.
var spelledNames = []func(name string) string{
	nil,
	titled,
	strings.ToUpper,
	strings.NewReplacer("filename", "FileName", "sha256", "SHA256").Replace,
	strings.NewReplacer("filename", "FileName", "sha256", "Sha256").Replace,
	strings.NewReplacer("filename", "Filename", "sha256", "SHA256").Replace,
	strings.NewReplacer("filename", "fileName").Replace,
	strings.NewReplacer("filename", "file_name").Replace,
}

// objectLayouts are those in which languages print an object: ◇ is the name of its type.
var objectLayouts = []struct {
	by string
	layout
}{
	{"Java ◇.toString()", layout{"◇(", "%s", "=", "%s", ", ", ")"}}, // Lombok, Kotlin, Scala
	{"Java ◇.toString()", layout{"◇[", "%s", "=", "%s", ", ", "]"}}, // a record
	{"Java ◇.toString()", layout{"◇{", "%s", "=", "'%s'", ", ", "}"}},
	{"Java ◇.toString()", layout{"◇{", "%s", "=", "%s", ", ", "}"}},
	{"Java ◇.toString()", layout{"◇{", "%s", "=", `"%s"`, ", ", "}"}},
	{"Java ◇.toString()", layout{"◇ [", "%s", "=", "%s", ", ", "]"}},
	{"class ◇ {…}", layout{"class ◇ {\n", "    %s", ": ", "%s", "\n", "\n}"}},
	{"Python ◇", layout{"◇(", "%s", "=", "'%s'", ", ", ")"}},
	{"Go %+v", layout{"{", "%s", ":", "%s", " ", "}"}},
	{"Go %+v", layout{"&{", "%s", ":", "%s", " ", "}"}},
	{"Go %#v", layout{"main.◇{", "%s", ":", `"%s"`, ", ", "}"}},
	{"Go %#v", layout{"&main.◇{", "%s", ":", `"%s"`, ", ", "}"}},
	{"Go %#v", layout{"◇{", "%s", ":", `"%s"`, ", ", "}"}},
	{"Rust {:?}", layout{"◇ { ", "%s", ": ", `"%s"`, ", ", " }"}},
	{"Rust {:#?}", layout{"◇ {\n", "    %s", ": ", `"%s"`, ",\n", ",\n}"}},
	{"Swift ◇", layout{"◇(", "%s", ": ", `"%s"`, ", ", ")"}},
	{"C# ◇", layout{"◇ { ", "%s", " = ", "%s", ", ", " }"}},
	{"Ruby ◇", layout{"#<struct ◇ ", "%s", "=", `"%s"`, ", ", ">"}},
	{"Ruby ◇", layout{"#<◇ ", "%s", "=", `"%s"`, ", ", ">"}},
	{"Scala ◇", layout{"◇(", "%.0s", "", "%s", ",", ")"}},
	{"Haskell ◇", layout{"◇ {", "%s", " = ", `"%s"`, ", ", "}"}},
	{"Elixir ◇", layout{"%◇{", "%s", ": ", `"%s"`, ", ", "}"}},
	{"Dart ◇", layout{"◇{", "%s", ": ", "%s", ", ", "}"}},
	{"JavaScript ◇", layout{"◇ { ", "%s", ": ", "'%s'", ", ", " }"}},
	{"JavaScript ◇", layout{"◇ {\n", "  %s", ": ", "'%s'", ",\n", "\n}"}},
}

// mapLayouts are those of maps and of other formats.
var mapLayouts = []struct {
	by string
	layout
}{
	{"a⏎b", layout{"", "%.0s", "", "%s", "\n", ""}},
	{"a⏎b", layout{"", "%.0s", "", "%s", "\n", "\n"}},
	{"Rust {:?}", layout{"{", `"%s"`, ": ", `"%s"`, ", ", "}"}},
	{"Rust {:?}", layout{"Object {", `"%s"`, ": ", `String("%s")`, ", ", "}"}},
	{"Rust {:?}", layout{"Object({", `"%s"`, ": ", `String("%s")`, ", ", "})"}},
	{"Rust {:#?}", layout{"Object {\n", `    "%s"`, ": ", `String("%s")`, ",\n", ",\n}"}},
	{"Rust {:#?}", layout{"{\n", `    "%s"`, ": ", `"%s"`, ",\n", ",\n}"}},
	{"Swift description", layout{"[", `"%s"`, ": ", `"%s"`, ", ", "]"}},
	{"Swift description", layout{"[", `AnyHashable("%s")`, ": ", `"%s"`, ", ", "]"}},
	{"NSDictionary", layout{"{\n", "    %s", " = ", `"%s"`, ";\n", ";\n}"}},
	{"NSDictionary", layout{"{\n", "    %s", " = ", "%s", ";\n", ";\n}"}},
	{"PowerShell", layout{"@{", "%s", "=", "%s", "; ", "}"}},
	{"PowerShell", layout{"@{", "%s", "=", `"%s"`, "; ", "}"}},
	{"PowerShell", layout{"@{", "%s", "='", "%s'", "; ", "}"}},
	{"Groovy", layout{"[", "%s", ":", "%s", ", ", "]"}},
	{"Lua", layout{"{", "%s", "=", `"%s"`, ",", "}"}},
	{"Lua", layout{"{ ", "%s", " = ", `"%s"`, ", ", " }"}},
	{"\"a\"=\"b\"", layout{"{", `"%s"`, "=", `"%s"`, ",", "}"}},
	{"F#", layout{"{ ", "%s", " = ", `"%s"`, "\n  ", " }"}},
	{"Protocol Buffers", layout{"", "%s", ": ", `"%s"`, " ", ""}},
	{"Go url.Values", layout{"map[", "%s", ":[", "%s]", " ", "]"}},
	{"JSON, lists", layout{"{", `"%s"`, ":[", `"%s"]`, ",", "}"}},
	{"Ruby on Rails", layout{"#<ActionController::Parameters {", `"%s"`, "=>", `"%s"`, ", ", "} permitted: false>"}},
	{"Ruby on Rails", layout{"#<ActionController::Parameters {", `"%s"`, "=>", `"%s"`, ", ", "} permitted: true>"}},
	{"Ruby on Rails", layout{`<ActionController::Parameters {`, `"%s"`, "=>", `"%s"`, ", ", "} permitted: false>"}},
	{"http_build_query", layout{"", "meta%5B%s%5D", "=", "%s", "&", ""}},
	{"a[b]=c", layout{"", "meta[%s]", "=", "%s", "&", ""}},
	{"PHP print_r", layout{"Array\n(\n", "    [%s]", " => ", "%s", "\n", "\n)\n"}},
	{"PHP var_export", layout{"array (\n", "  '%s'", " => ", "'%s'", ",\n", ",\n)"}},
	{"PHP", layout{"[", "'%s'", " => ", "'%s'", ", ", "]"}},
	{"PHP", layout{"array(", "'%s'", "=>", "'%s'", ",", ")"}},
	{"Perl", layout{"{", "'%s'", " => ", "'%s'", ",", "}"}},
	{"Perl Data::Dumper", layout{"$VAR1 = {\n", "          '%s'", " => ", "'%s'", ",\n", "\n        };\n"}},
	{"Elixir inspect", layout{"%{", "%s", ": ", `"%s"`, ", ", "}"}},
	{"Elixir inspect", layout{"%{", `"%s"`, " => ", `"%s"`, ", ", "}"}},
	{"Elixir inspect", layout{"[", "%s", ": ", `"%s"`, ", ", "]"}},
	{"Erlang", layout{"#{", `<<"%s">>`, " => ", `<<"%s">>`, ",", "}"}},
	{"Erlang", layout{"#{", "%s", " => ", `<<"%s">>`, ",", "}"}},
	{"Erlang", layout{"[", `{<<"%s">>`, ",", `<<"%s">>}`, ",", "]"}},
	{"Dart Map.toString()", layout{"{", "%s", ": ", "%s", ", ", "}"}},
	{"Go %#v", layout{"map[string]string{", `"%s"`, ":", `"%s"`, ", ", "}"}},
	{"Go %#v", layout{"map[string]interface {}{", `"%s"`, ":", `"%s"`, ", ", "}"}},
	{"Go %#v", layout{"map[string]any{", `"%s"`, ":", `"%s"`, ", ", "}"}},
	{"Go %v", layout{"{", "%.0s", "", "%s", " ", "}"}},
	{"Go %v", layout{"&{", "%.0s", "", "%s", " ", "}"}},
	{"Go %v", layout{"[", "%.0s", "", "%s", " ", "]"}},
	{"Python OrderedDict", layout{"OrderedDict([", "('%s'", ", ", "'%s')", ", ", "])"}},
	{"Python OrderedDict", layout{"OrderedDict({", "'%s'", ": ", "'%s'", ", ", "})"}},
	{"Python dict.items()", layout{"dict_items([", "('%s'", ", ", "'%s')", ", ", "])"}},
	{"Python list", layout{"[", "('%s'", ", ", "'%s')", ", ", "]"}},
	{"Python dict.values()", layout{"dict_values([", "%.0s", "", "'%s'", ", ", "])"}},
	{"Python list", layout{"[", "%.0s", "", "'%s'", ", ", "]"}},
	{"Python tuple", layout{"(", "%.0s", "", "'%s'", ", ", ")"}},
	{"Python", layout{"", "%s", "=", "'%s'", " ", ""}},
	{"Python", layout{"", "%s", "=", "'%s'", ", ", ""}},
	{"Python", layout{"namespace(", "%s", "=", "'%s'", ", ", ")"}},
	{"Python", layout{"dict(", "%s", "=", "'%s'", ", ", ")"}},
	{"Python MultiDict", layout{"<MultiDict(", "'%s'", ": ", "'%s'", ", ", ")>"}},
	{"Python", layout{"{", "b'%s'", ": ", "b'%s'", ", ", "}"}},
	{"Scala Map", layout{"Map(", "%s", " -> ", "%s", ", ", ")"}},
	{"Clojure", layout{"{", ":%s", " ", `"%s"`, ", ", "}"}},
	{"Julia", layout{"Dict(", `"%s"`, " => ", `"%s"`, ", ", ")"}},
	{"Julia", layout{"Dict{String, String}(", `"%s"`, " => ", `"%s"`, ", ", ")"}},
	{"R list", layout{"list(", "%s", " = ", `"%s"`, ", ", ")"}},
	{"Haskell Map", layout{"fromList [", `("%s"`, ",", `"%s")`, ",", "]"}},
	{"Lua", layout{"{", "%s", " = ", `"%s"`, ", ", "}"}},
	{"C#", layout{"", "[%s", ", ", "%s]", ",", ""}},
	{"C#", layout{"", "[%s", ", ", "%s]", "", ""}},
	{"C#", layout{"", "[%s", ", ", "%s]", ", ", ""}},
	{"JavaScript util.inspect", layout{"{\n", "  %s", ": ", "'%s'", ",\n", "\n}"}},
	{"JavaScript", layout{"{", "%s", ":", "'%s'", ",", "}"}},
	{"JavaScript", layout{"{", "%s", ": ", "'%s'", ", ", "}"}},
	{"JavaScript", layout{"{", "%s", ": ", `"%s"`, ", ", "}"}},
	{"JavaScript", layout{"{\n", "  %s", ": ", `"%s"`, ",\n", "\n}"}},
	{"JavaScript Map", layout{"Map(2) { ", "'%s'", " => ", "'%s'", ", ", " }"}},
	{"JavaScript Map", layout{"Map(2) {\n", "  '%s'", " => ", "'%s'", ",\n", "\n}"}},
	{"JavaScript URLSearchParams", layout{"URLSearchParams { ", "'%s'", " => ", "'%s'", ", ", " }"}},
	{"JavaScript Object.entries", layout{"[", `["%s"`, ",", `"%s"]`, ",", "]"}},
	{"[[\"a\", \"b\"]]", layout{"[", `["%s"`, ", ", `"%s"]`, ", ", "]"}},
	{"a,b,c,d", layout{"", "%s", ",", "%s", ",", ""}},
	{"[\"a\", \"b\"]", layout{"[", "%.0s", "", `"%s"`, ", ", "]"}},
	{"[{…},{…}]", layout{"[", `{"%s"`, ":", `"%s"}`, ",", "]"}},
	{"{\"name\":…,\"value\":…}", layout{"[", `{"name":"%s"`, ",", `"value":"%s"}`, ",", "]"}},
	{"{\"key\":…,\"value\":…}", layout{"[", `{"key":"%s"`, ",", `"value":"%s"}`, ",", "]"}},
	{"YAML", layout{"", "%s", ": ", "%s", "\n", ""}},
	{"YAML", layout{"", "%s", ": ", "%s", "\n", "\n"}},
	{"YAML", layout{"---\n", "%s", ": ", "%s", "\n", "\n"}},
	{"YAML", layout{"", "%s", ": ", `"%s"`, "\n", "\n"}},
	{"YAML", layout{"", "%s", ": ", "'%s'", "\n", "\n"}},
	{"TOML", layout{"", "%s", " = ", `"%s"`, "\n", "\n"}},
	{"TOML", layout{"", "%s", " = ", `"%s"`, "\n", ""}},
	{"TOML", layout{"", "%s", " = ", "'%s'", "\n", "\n"}},
	{"INI", layout{"", "%s", "=", "%s", "\n", "\n"}},
	{"INI", layout{"", "%s", " = ", "%s", "\n", "\n"}},
	{"INI", layout{"", "%s", "=", "%s", "\r\n", "\r\n"}},
	{"XML", layout{"<xml>", "<%s>", "", "<![CDATA[%s]]>\x00", "", "</xml>"}},
	{"XML", layout{"<xml>\n", "<%s>", "", "<![CDATA[%s]]>\x00", "\n", "\n</xml>"}},
	{"XML", layout{"<meta>", "<%s>", "", "%s\x00", "", "</meta>"}},
	{"XML", layout{"<root>", "<%s>", "", "%s\x00", "", "</root>"}},
	{"a=b;c=d", layout{"", "%s", "=", "%s", ";", ""}},
	{"a=b; c=d", layout{"", "%s", "=", "%s", "; ", ""}},
	{"a=b;c=d;", layout{"", "%s", "=", "%s", ";", ";"}},
	{"a=\"b\",c=\"d\"", layout{"", "%s", "=", `"%s"`, ",", ""}},
	{"a=\"b\"&c=\"d\"", layout{"", "%s", "=", `"%s"`, "&", ""}},
	{"a=\"b\"; c=\"d\"", layout{"", "%s", "=", `"%s"`, "; ", ""}},
	{"a=b, c=d", layout{"", "%s", "=", "%s", ", ", ""}},
	{"a: b, c: d", layout{"", "%s", ": ", "%s", ", ", ""}},
	{"a:b;c:d", layout{"", "%s", ":", "%s", ";", ""}},
	{"a|b", layout{"", "%.0s", "", "%s", "|", ""}},
	{"a;b", layout{"", "%.0s", "", "%s", ";", ""}},
	{"a&b", layout{"", "%.0s", "", "%s", "&", ""}},
	{"a, b", layout{"", "%.0s", "", "%s", ", ", ""}},
	{"a␉b", layout{"", "%.0s", "", "%s", "\t", ""}},
	{"abcd", layout{"", "%s", "", "%s", "", ""}},
	{"filename,sha256", layout{"", "%s", "%.0s", "", ",", ""}},
	{"JSON, “…”", layout{"{", "“%s”", ":", "“%s”", ",", "}"}},
	{"JSON, trailing comma", layout{"{", `"%s"`, ":", `"%s"`, ",", ",}"}},
	{"JSON, trailing comma", layout{"{\n", `  "%s"`, ": ", `"%s"`, ",\n", ",\n}"}},
	{"JSON, no comma", layout{"{", `"%s"`, ":", `"%s"`, "", "}"}},
	{"JSON, no braces", layout{"", `"%s"`, ":", `"%s"`, ",", ""}},
	{"JSON, no braces", layout{"", `"%s"`, ": ", `"%s"`, ", ", ""}},
	{"JSON, {{…}}", layout{"{{", `"%s"`, ":", `"%s"`, ",", "}}"}},
	{"JSON, values without quotes", layout{"{", `"%s"`, ":", "%s", ",", "}"}},
	{"JSON, no quotes", layout{"{", "%s", ":", "%s", ",", "}"}},
	{"JSON, “：，”", layout{"{", `"%s"`, "：", `"%s"`, "，", "}"}},
}
