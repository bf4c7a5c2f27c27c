package explain

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/wxup/wxup/explain/text"
)

// changeLabels show what transforms do that have no name of their own.
var changeLabels = map[text.Kind]string{
	text.ByteOrderMark: "U+FEFF, BOM", text.Blanks: "␠", text.QuestionMarks: "中 → ?", text.DoubleUTF8: "UTF-8 → ISO-8859-1 → UTF-8", text.Latin1: "ISO-8859-1",
	text.CESU8: "CESU-8", text.Decomposed: "NFC, NFD", text.Unseen: "U+00A0, U+200B, …", text.Dropped: "中 → ∅",
}

// changeFlaw is the flaw of a transform whose result was signed in place of what was sent. where
// names the values that it changes; "": the whole text.
func changeFlaw(t text.Transform, where string) text.Flaw {
	label := t.Name
	if label == "" {
		label = changeLabels[t.Kind]
	}
	cause := "v2.value.changed"
	switch t.Kind {
	case text.Slashes:
		if label = `/ → \/`; t.Name == "/" {
			label = `\/ → /`
		}
	case text.QuestionMarks, text.DoubleUTF8, text.Latin1, text.CESU8:
		cause = "v2.value.charset"
	case text.Decoded:
		cause = "v2.value.sent_encoded"
	}
	if where == "" {
		switch t.Kind {
		case text.Encoded:
			cause = "v2.text.encoded"
		case text.Hashed:
			cause = "v2.hash.twice"
		case text.Case:
			cause = "v2.text.case"
		case text.Ends, text.ByteOrderMark:
			cause = "v2.text.ends"
		}
		return text.NewFlaw(cause, label)
	}
	switch {
	case t.Kind == text.Case:
		return text.NewFlaw("v2.value.case", where)
	case t.Kind == text.Encoded && strings.HasPrefix(t.Name, "URL"):
		return text.NewFlaw("v2.value.url_encoded", "")
	case label == "":
		return text.NewFlaw(cause, where)
	}
	return text.NewFlaw(cause, where+": "+label)
}

var escapes = regexp.MustCompile("%[0-9A-F]{2}")

// valueTransforms are changes that programs make to values other than ids and digests.
var valueTransforms = []text.Transform{
	{Kind: text.Encoded, Name: `\u4e2d`, Apply: func(s string) string { return strings.Trim(strconv.QuoteToASCII(s), `"`) }},
	{Kind: text.Encoded, Name: "URL", Apply: func(s string) string {
		return escapes.ReplaceAllStringFunc(strings.ReplaceAll(url.QueryEscape(s), "+", "%20"), strings.ToLower)
	}},
	{Kind: text.Encoded, Name: "JSON", Apply: func(s string) string {
		quoted, _ := json.Marshal(s)
		return string(quoted[1 : len(quoted)-1])
	}},
	{Kind: text.Ends, Name: "⏎", Apply: func(s string) string { return s + "\n" }},
	{Kind: text.Printed, Name: "1.00 → 1", Apply: func(s string) string {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return s
		}
		return strconv.FormatFloat(n, 'f', -1, 64)
	}},
}
