package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"regexp"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/wxup/wxup/media"
)

// howTo ends every error about a format.
const howTo = `save the request as a HAR file (the browser's or the proxy's "export HAR"), as raw HTTP, or as the curl command`

// others are formats that are not read, and how to get one that is.
var others = []struct{ magic, text string }{
	{"PK\x03\x04", "this is a ZIP archive; unpack it (in a Fiddler .saz the requests are raw/*_c.txt), or export as HAR"},
	{"\x1f\x8b", "this is packed with gzip; unpack it first (gunzip)"},
	{"\xd4\xc3\xb2\xa1", isPcap}, {"\xa1\xb2\xc3\xd4", isPcap}, {"\x4d\x3c\xb2\xa1", isPcap}, {"\xa1\xb2\x3c\x4d", isPcap},
	{"\x0a\x0d\x0d\x0a", isPcap},
	{"\x16\x03", "this is TLS, which hides the request; capture before it is encrypted (in the client, or with a proxy such as mitmproxy)"},
}

const isPcap = `this is a packet capture; in Wireshark choose "Follow HTTP Stream" and save it as raw. What went over TLS cannot be seen in it`

// sniffOther says what to do about a file that is of another kind.
func sniffOther(text []byte) error {
	for _, o := range others {
		if bytes.HasPrefix(text, []byte(o.magic)) {
			return errors.New(o.text)
		}
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return errors.New("this is empty; " + howTo)
	}
	return nil
}

// hints are beginnings of texts that people take for one of the three formats.
var hints = []struct {
	begin *regexp.Regexp
	text  string
}{
	{regexp.MustCompile(`^HTTP/\d`), "this is an answer without its request; put the raw request before it, or " + howTo},
	{regexp.MustCompile(`(?m)^> [A-Z]+ \S+ HTTP/\d`), "this is what curl -v prints, which does not show the body; save the curl command itself, with what it printed after it"},
	{regexp.MustCompile(`^(await )?fetch\(`), `this is JavaScript; choose "Copy as cURL" instead of "Copy as fetch"`},
	{regexp.MustCompile(`(?i)^(\$session|Invoke-(WebRequest|RestMethod)|iwr )`), `this is PowerShell; choose "Copy as cURL (bash)" instead of "Copy as PowerShell"`},
	{regexp.MustCompile(`^(wget|http|https|xh) `), "this is not a curl command; write it as one, or " + howTo},
	{regexp.MustCompile(`^<(\?xml|xml|html|!DOCTYPE)`), "this is XML or HTML, perhaps an answer; the request is needed: " + howTo},
}

func unreadable(start []byte) error {
	if f := media.Sniff(start); f != media.Unknown {
		return errors.New("this is a file to upload (" + string(f) + "), not a request; " + howTo)
	}
	start = start[:min(len(start), 64<<10)]
	for _, h := range hints {
		if h.begin.Match(start) {
			return errors.New(h.text)
		}
	}
	return errors.New("this is neither raw HTTP, HAR nor a curl command; " + howTo)
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
		return nil, errors.New("this begins like UTF-16 and ends in half a character; " + howTo)
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

// skipComments goes to the first line that is neither blank nor a comment of a script or of an .http file.
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
