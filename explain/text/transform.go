package text

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
)

// A Transform is a change that programs make to a text on one side only: to what they sign, or to
// what they send.
type Transform struct {
	Kind  Kind
	Name  string // shown to people: URL, base64, ⏎
	Apply func(s string) string
}

// Kind groups transforms that have one cause.
type Kind int

// The kinds of transforms.
const (
	Ends Kind = iota
	ByteOrderMark
	LineEnds
	Blanks
	BlankRuns
	Slashes
	Backslashes
	Quotes
	Encoded
	Decoded // what was sent is encoded
	Hashed
	Case
	QuestionMarks
	DoubleUTF8
	Latin1
	CESU8
	Decomposed
	Unseen
	Dropped
	Wrapped
	Cut
	Printed
)

// metaCauses are the causes of transforms of meta.
var metaCauses = map[Kind]string{
	Ends: "v3.meta.ends", ByteOrderMark: "v3.meta.bom", LineEnds: "v3.meta.line_ends", Blanks: "v3.meta.blanks", BlankRuns: "v3.meta.blank_runs",
	Slashes: "v3.meta.escape_slash", Backslashes: "v3.meta.backslashes", Quotes: "v3.meta.quotes", Encoded: "v3.meta.encoded", Decoded: "form.meta_encoded",
	Hashed: "v3.meta.hashed", Case: "v3.meta.case", QuestionMarks: "v3.charset.question_marks",
	DoubleUTF8: "v3.charset.utf8_twice", Latin1: "v3.charset.latin1", CESU8: "v3.charset.cesu8", Decomposed: "v3.charset.decomposed",
	Unseen: "v3.meta.invisible", Dropped: "v3.charset.dropped", Wrapped: "v3.meta.wrapped", Printed: "v3.meta.not_json",
}

// Transforms lists the changes that apply to a value whatever it means, the likeliest first.
var Transforms = slices.Concat([]Transform{
	{Unseen, "", replaceUnseen},
	{Ends, "⏎", func(s string) string { return strings.TrimRight(s, "\r\n") }},
	{Ends, "␠", strings.TrimSpace},
	{Ends, "␍⏎", func(s string) string { return s + "\r\n" }},
	{Ends, "␠", func(s string) string { return s + " " }},
	{Ends, "␠", func(s string) string { return " " + s }},
	{Ends, `\0`, func(s string) string { return s + "\x00" }},
	{Ends, "␍⏎", func(s string) string { return "\r\n" + s }},
	{Ends, "␍⏎", func(s string) string { return "\r\n" + s + "\r\n" }},
	{Ends, ";", func(s string) string { return s + ";" }},
	{ByteOrderMark, "", func(s string) string { return strings.TrimPrefix(s, BOM) }},
	{ByteOrderMark, "", func(s string) string { return BOM + s }},
	{LineEnds, "LF", func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }},
	{LineEnds, "CR LF", func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
	}},
	{LineEnds, "−", strings.NewReplacer("\r", "", "\n", "").Replace},
	{Blanks, "", strings.NewReplacer("\r", "", "\n", "", " ", "", "\t", "").Replace},
	{BlankRuns, "", func(s string) string { return strings.Join(strings.Fields(s), " ") }},
	{Slashes, "/", func(s string) string { return strings.ReplaceAll(s, `\/`, `/`) }},
	{Backslashes, "stripslashes", func(s string) string { return strings.ReplaceAll(s, `\`, ``) }},
	{Backslashes, `\\`, func(s string) string { return strings.ReplaceAll(s, `\`, `\\`) }},
	{Backslashes, `\"`, func(s string) string { return strings.ReplaceAll(s, `"`, `\"`) }},
	{Quotes, `'`, func(s string) string { return strings.ReplaceAll(s, `"`, `'`) }},
	{Quotes, `"`, func(s string) string { return strings.ReplaceAll(s, `'`, `"`) }},
	{Quotes, "", func(s string) string { return strings.ReplaceAll(s, `"`, ``) }},
	{Quotes, "&quot;", func(s string) string { return strings.ReplaceAll(s, `"`, `&quot;`) }},
	{Encoded, "JSON", func(s string) string { return string(jsonText(s)) }},
	{Encoded, "JSON", func(s string) string { return escape(s, escapeSet{}) }},
	{Encoded, "URL", url.QueryEscape},
	{Encoded, "URL", func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }},
	{Encoded, "base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
	{Encoded, "hex", func(s string) string { return hex.EncodeToString([]byte(s)) }},
	{Case, "", strings.ToLower},
	{Case, "", strings.ToUpper},
	{Encoded, "HTML", func(s string) string { return strings.ReplaceAll(s, "&", "&amp;") }},
	{QuestionMarks, "", ASCIIOnly},
	{DoubleUTF8, "", UTF8Twice},
	{DoubleUTF8, "", UTF8Once},
	{Latin1, "", Latin1Bytes},
}, hashesOf())

// RareTransforms lists the others.
var RareTransforms = []Transform{
	{Unseen, "", removeUnseen},
	{CESU8, "", cesu8},
	{QuestionMarks, "", questionUnits},
	{QuestionMarks, "", questionBytes},
	{Decomposed, "", compose},
	{Decomposed, "", decompose},
	{Encoded, "HTML", html.EscapeString},
	{Encoded, "HTML", func(s string) string { return strings.ReplaceAll(s, "'", "&#39;") }},
	{Encoded, "HTML", numericEntities},
	{Encoded, "HTML", func(s string) string { return numericEntities(html.EscapeString(s)) }},
	{Decoded, "HTML", html.UnescapeString},
	{Encoded, "URL", lowerEscapes},
	{Encoded, "URL", url.PathEscape},
	{Encoded, "URL", func(s string) string { return url.QueryEscape(url.QueryEscape(s)) }},
	{Encoded, "encodeURIComponent", encodeURIComponent},
	{Encoded, "encodeURI", encodeURI},
	{Decoded, "URL", unescaped(url.PathUnescape)},
	{Decoded, "URL", unescaped(url.QueryUnescape)},
	{Encoded, "base64", func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) }},
	{Encoded, "base64", func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) }},
	{Encoded, "base64", func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }},
	{Encoded, "base64", func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(s))))
	}},
	{Decoded, "base64", unescaped(base64Decoded)},
	{Decoded, "gzip", unescaped(unpacked)},
	{Decoded, "gzip, base64", unescaped(fromPackedBase64)},
	{Decoded, "quoted-printable", unescaped(fromQuotedPrintable)},
	{Encoded, "quoted-printable", QuotedPrintable},
	{Encoded, "hex", func(s string) string { return UpperHex([]byte(s)) }},
	{Encoded, "JSON", func(s string) string { return string(jsonText(string(jsonText(s)))) }},
	{Decoded, "JSON", unescaped(func(s string) (text string, err error) { err = json.Unmarshal([]byte(s), &text); return })},
	{Encoded, "UTF-16LE", func(s string) string { return string(UTF16(s, binary.LittleEndian)) }},
	{Encoded, "UTF-16BE", func(s string) string { return string(UTF16(s, binary.BigEndian)) }},
	{Encoded, "UTF-16LE", func(s string) string { return string(utf16Text(s, binary.LittleEndian, true)) }},
	{Encoded, "UTF-16BE", func(s string) string { return string(utf16Text(s, binary.BigEndian, true)) }},
	{Encoded, "RFC 2047", func(s string) string { return "=?UTF-8?B?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?=" }},
	{Encoded, `\U0001F389`, func(s string) string { return escapeBeyond(s, `\U%08x`) }},
	{Encoded, `\u{1F389}`, func(s string) string { return escapeBeyond(s, `\u{%x}`) }},
	{Encoded, `\u{1F389}`, func(s string) string { return escapeBeyond(s, `\u{%X}`) }},
	{Slashes, `\/`, func(s string) string { return strings.ReplaceAll(s, `/`, `\/`) }},
	{Backslashes, `\`, func(s string) string { return strings.ReplaceAll(s, `/`, `\`) }},
	{Backslashes, `\t`, strings.NewReplacer(`\t`, "\t", `\n`, "\n", `\r`, "\r").Replace},
	{Backslashes, `\'`, func(s string) string { return strings.ReplaceAll(s, `'`, `\'`) }},
	{Backslashes, "/", func(s string) string { return strings.ReplaceAll(s, `\`, `/`) }},
	{Quotes, "''", func(s string) string { return strings.ReplaceAll(s, `'`, `''`) }},
	{Quotes, `""`, func(s string) string { return strings.ReplaceAll(s, `"`, `""`) }},
	{Quotes, "’", func(s string) string { return strings.ReplaceAll(s, `'`, `’`) }},
	{Quotes, "“”", func(s string) string { return strings.ReplaceAll(s, `"`, `“`) }},
	{Quotes, "", func(s string) string { return strings.Trim(s, "\"'`") }},
	{Ends, "␠", func(s string) string { return strings.TrimRight(s, " ") }},
	{Ends, ",", func(s string) string { return strings.TrimRight(s, ",") }},
	{Ends, ";", func(s string) string { return strings.TrimRight(s, ";") }},
	{Case, "", titled},
	{Case, "", func(s string) string { return strings.ToLower(s[:min(1, len(s))]) + s[min(1, len(s)):] }},
	{Dropped, "", func(s string) string { return strings.Map(asciiOnly, s) }},
	{Dropped, "", withoutMarks},
	{Dropped, "", withoutPlanes},
	{Dropped, "", FoldWidth},
	{DoubleUTF8, "", windowsTwice},
	{QuestionMarks, "", func(s string) string { return replaceBeyond(s, "?") }},
	{QuestionMarks, "", func(s string) string { return replaceBeyond(s, "\uFFFD") }},
	{QuestionMarks, "", func(s string) string { return replaceBeyond(s, "\uFFFD\uFFFD") }},
	{QuestionMarks, "", func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= 0x80 {
				return '\uFFFD'
			}
			return r
		}, s)
	}},
}

// unescaped returns a function that decodes a text, or returns it unchanged if it is not encoded.
func unescaped(decode func(string) (string, error)) func(string) string {
	return func(s string) string {
		if text, err := decode(s); err == nil {
			return text
		}
		return s
	}
}

// encodeURIComponent and encodeURI are those of JavaScript.
func encodeURIComponent(s string) string {
	return strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*", "%7E", "~").Replace(url.QueryEscape(s))
}

func encodeURI(s string) string {
	return strings.NewReplacer("%3B", ";", "%2C", ",", "%2F", "/", "%3F", "?", "%3A", ":", "%40", "@", "%26", "&", "%3D", "=", "%2B", "+", "%24", "$", "%23", "#").
		Replace(encodeURIComponent(s))
}

// Base64Text returns b in standard base64.
func Base64Text(b []byte) []byte { return base64.StdEncoding.AppendEncode(nil, b) }

func jsonText(s string) []byte {
	text, _ := json.Marshal(s)
	return text
}

// UpperHex returns b in upper-case hex.
func UpperHex(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

func sha256Of(s string) []byte { sum := sha256.Sum256([]byte(s)); return sum[:] }

func sha1Of(s string) []byte { sum := sha1.Sum([]byte(s)); return sum[:] }

func md5Of(s string) []byte { sum := md5.Sum([]byte(s)); return sum[:] }

// hashesOf lists the hashes of a text in the forms in which they are printed.
func hashesOf() (list []Transform) {
	for _, h := range []struct {
		name string
		of   func(string) []byte
	}{{"SHA-256", sha256Of}, {"MD5", md5Of}, {"SHA-1", sha1Of}} {
		list = append(list,
			Transform{Hashed, h.name, func(s string) string { return hex.EncodeToString(h.of(s)) }},
			Transform{Hashed, h.name, func(s string) string { return UpperHex(h.of(s)) }},
			Transform{Hashed, h.name, func(s string) string { return base64.StdEncoding.EncodeToString(h.of(s)) }},
			Transform{Hashed, h.name, func(s string) string { return string(h.of(s)) }})
	}
	return list
}

func lowerEscapes(s string) string { return mapEscapes(url.QueryEscape(s), strings.ToLower) }

// mapEscapes applies f to each %XX.
func mapEscapes(s string, f func(string) string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			b.WriteString(f(s[i : i+3]))
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
