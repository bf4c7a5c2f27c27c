package capture

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/media"
)

// others are formats that are not read, and how to get one that is.
var others = []struct {
	magic string
	text  phrase.Text
}{
	{"PK\x03\x04", texts.Text("this ZIP archive has no Fiddler requests; unpack it, or export as HAR")},
	{"\x1f\x8b", texts.Text("this is packed with gzip; unpack it first (gunzip)")},
	{"\xd4\xc3\xb2\xa1", texts.Text(isPcap)}, {"\xa1\xb2\xc3\xd4", texts.Text(isPcap)},
	{"\x4d\x3c\xb2\xa1", texts.Text(isPcap)}, {"\xa1\xb2\x3c\x4d", texts.Text(isPcap)},
	{"\x0a\x0d\x0d\x0a", texts.Text(isPcap)},
	{"\x16\x03", texts.Text("this is TLS, which hides the request; capture before it is encrypted (in the client, or with a proxy such as mitmproxy)")},
}

// sniffOther says what to do about a file that is of another kind.
func sniffOther(text []byte) error {
	for _, o := range others {
		if bytes.HasPrefix(text, []byte(o.magic)) {
			return texts.Errorf("%s", o.text)
		}
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return texts.Errorf("this is empty; " + howTo)
	}
	return nil
}

// hints are beginnings of texts that people take for one of the formats.
var hints = []struct {
	begin *regexp.Regexp
	text  phrase.Text
}{
	{regexp.MustCompile(`^HTTP/\d`), texts.Text("this is an answer without its request; put the raw request before it, or " + howTo)},
	{regexp.MustCompile(`^(await )?fetch\(`), texts.Text(`this is JavaScript; choose "Copy as cURL" instead of "Copy as fetch"`)},
	{regexp.MustCompile(`(?i)^(\$session|Invoke-(WebRequest|RestMethod)|iwr )`), texts.Text(`this is PowerShell; choose "Copy as cURL (bash)" instead of "Copy as PowerShell"`)},
	{regexp.MustCompile(`^(wget|http|https|xh) `), texts.Text("this is not a curl command; write it as one, or " + howTo)},
	{regexp.MustCompile(`^<(\?xml|xml|html|!DOCTYPE)`), texts.Text("this is XML or HTML, perhaps an answer; the request is needed: " + howTo)},
}

func unreadable(start []byte) error {
	if f := media.Sniff(start); f != media.Unknown {
		return texts.Errorf("this is a file to upload (%s), not a request; "+howTo, f)
	}
	start = start[:min(len(start), 64<<10)]
	for _, h := range hints {
		if h.begin.Match(start) {
			return texts.Errorf("%s", h.text)
		}
	}
	return texts.Errorf("this is not a request in any format that wxup reads (raw HTTP, HAR, curl, Postman, a tool's log); " + howTo)
}

// toUTF8 takes off a byte order mark, and undoes the UTF-16 that PowerShell writes with >.
func (r *reader) toUTF8(text []byte) ([]byte, error) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		return text[3:], nil
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return text, nil
	}
	if len(text)%2 != 0 {
		return nil, texts.Errorf("this starts as UTF-16 and ends in the middle of a character; " + howTo)
	}
	out := make([]byte, 0, len(text)/2)
	for i := 2; i < len(text); i += 2 {
		c := rune(order.Uint16(text[i:]))
		if utf16.IsSurrogate(c) && i+2 < len(text) {
			if both := utf16.DecodeRune(c, rune(order.Uint16(text[i+2:]))); both != utf8.RuneError {
				c, i = both, i+2
			}
		}
		out = utf8.AppendRune(out, c)
	}
	r.notes = append(r.notes, noteUTF16)
	return out, nil
}

// undoLatin1 undoes what an editor makes of bytes that it takes for ISO-8859-1 and saves as UTF-8:
// a picture begins with the characters of its bytes.
func (r *reader) undoLatin1(text []byte) []byte {
	if !bytes.Contains(text, []byte("\u00ff\u00d8\u00ff")) && !bytes.Contains(text, []byte("\u0089PNG\r\n")) || !utf8.Valid(text) {
		return text
	}
	out := make([]byte, 0, len(text))
	for _, c := range string(text) {
		if c > 0xff {
			return text
		}
		out = append(out, byte(c))
	}
	r.notes = append(r.notes, noteLatin1)
	return out
}

// skipComments goes to the first line that is neither blank nor a comment of a script or of an
// .http file.
func skipComments(text []byte) []byte {
	for {
		text = bytes.TrimLeft(text, " \t\r\n")
		if !bytes.HasPrefix(text, []byte("#")) && !bytes.HasPrefix(text, []byte("//")) {
			return text
		}
		_, after, found := bytes.Cut(text, []byte("\n"))
		if !found {
			return nil
		}
		text = after
	}
}
