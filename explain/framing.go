package explain

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/wxup/wxup/explain/text"
)

// chunkSize is the line before a chunk.
var chunkSize = regexp.MustCompile(`^([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n`)

// dechunked returns what chunks hold that are the content of a body, if that is the form: the whole
// of it if they can be read to their end, else as much as can be read.
func dechunked(body []byte, boundary string) (plain []byte, ok bool) {
	for rest := body; ; {
		m := chunkSize.FindSubmatchIndex(rest[:min(len(rest), 200)])
		if m == nil {
			break
		}
		n, err := strconv.ParseUint(string(rest[m[2]:m[3]]), 16, 32)
		if err != nil || n == 0 {
			break
		}
		rest = rest[m[1]:]
		if plain == nil && !bytes.HasPrefix(rest, []byte("--"+boundary+"\r\n")) {
			return nil, false
		}
		plain = append(plain, rest[:min(n, uint64(len(rest)))]...)
		if uint64(len(rest)) < n+2 || string(rest[n:n+2]) != "\r\n" {
			break
		}
		rest = rest[n+2:]
	}
	return plain, plain != nil
}

// firstLine returns the first line of a body, as far as it is short.
func firstLine(body []byte) []byte {
	line, _, _ := bytes.Cut(body[:min(len(body), 100)], []byte("\r\n"))
	return line
}

// withCR puts a CR before each LF that stands alone before or behind a boundary.
func withCR(body []byte, boundary string) []byte {
	var out []byte
	needle := []byte("\n--" + boundary)
	for rest := body; ; {
		at := bytes.Index(rest, needle)
		if at < 0 {
			return append(out, rest...)
		}
		out = append(out, rest[:at]...)
		if at == 0 || rest[at-1] != '\r' {
			out = append(out, '\r')
		}
		out, rest = append(out, needle...), rest[at+len(needle):]
		if bytes.HasPrefix(rest, []byte("\n")) {
			out, rest = append(out, "\r\n"...), rest[1:]
		}
	}
}

// utf16Text reads a text in UTF-16 that is mostly ASCII, as JSON is. It returns "" for any other.
func utf16Text(b []byte) string {
	little := bytes.HasPrefix(b, []byte("\xFF\xFE"))
	big := bytes.HasPrefix(b, []byte("\xFE\xFF"))
	if little || big {
		b = b[2:]
	}
	if len(b) < 4 || len(b)%2 != 0 || len(b) > 2*text.FieldMax {
		return ""
	}
	little, big = little || b[0] != 0 && b[1] == 0, big || b[0] == 0 && b[1] != 0
	if little == big {
		return ""
	}
	units := make([]uint16, len(b)/2)
	ascii := 0
	for i := range units {
		units[i] = uint16(b[2*i]) | uint16(b[2*i+1])<<8
		if big {
			units[i] = units[i]<<8 | units[i]>>8
		}
		if units[i] < utf8.RuneSelf {
			ascii++
		}
	}
	plain := string(utf16.Decode(units))
	if 2*ascii < len(units) || strings.ContainsAny(plain, "\uFFFD\x00") {
		return ""
	}
	return plain
}
