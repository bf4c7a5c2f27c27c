package text

import (
	"encoding/binary"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// BOM is the byte order mark in UTF-8.
const BOM = "\uFEFF"

// Invisible are characters that copying from a page or an editor leaves at the ends of keys and
// tokens: no-break space, zero-width space, joiners, marks of direction, and the byte order mark.
const Invisible = "\u00A0\u200B\u200C\u200D\u200E\u200F\u2060\uFEFF"

// IsHex reports whether s consists of hex digits.
func IsHex(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; !(s[i] >= '0' && s[i] <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return s != ""
}

var hexPairs = regexp.MustCompile(`^[0-9A-Fa-f]{2}([-: ][0-9A-Fa-f]{2})+$`)

// HexPairs returns the hex digits of bytes that are separated by dashes, colons or spaces.
func HexPairs(s string) (digits string, ok bool) {
	return strings.NewReplacer("-", "", ":", "", " ", "").Replace(s), hexPairs.MatchString(s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func containsFold(s, lower string) bool { return strings.Contains(strings.ToLower(s), lower) }

// ASCIIOnly returns s as a charset without its other characters writes it: with question marks.
func ASCIIOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x80 {
			return '?'
		}
		return r
	}, s)
}

// UTF8Twice takes the bytes of s for Latin-1 and encodes them in UTF-8.
func UTF8Twice(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// UTF8Once undoes UTF8Twice. It returns a text that UTF8Twice cannot have produced unchanged.
func UTF8Once(s string) string {
	if text := Latin1Bytes(s); utf8.ValidString(text) {
		return text
	}
	return s
}

// Latin1Bytes encodes s in Latin-1, or returns it unchanged if it has other characters.
func Latin1Bytes(s string) string {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xFF {
			return s
		}
		b = append(b, byte(r))
	}
	return string(b)
}

// UTF16 encodes s in UTF-16.
func UTF16(s string, order binary.AppendByteOrder) []byte { return utf16Text(s, order, false) }

func utf16Text(s string, order binary.AppendByteOrder, mark bool) []byte {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xFEFF)
	}
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

func utf32Text(s string, order binary.AppendByteOrder) []byte {
	var b []byte
	for _, r := range s {
		b = order.AppendUint32(b, uint32(r))
	}
	return b
}

// ReplaceInvalid replaces what is not UTF-8 with U+FFFD as browsers, Node.js and Java do: one for
// each maximal part of a character (WHATWG Encoding, §4; Unicode §3.9). Go writes one for each
// byte.
func ReplaceInvalid(b []byte) []byte {
	out := make([]byte, 3*len(b))
	to := 0
	for i := 0; i < len(b); {
		c := b[i]
		if c < 0x80 {
			out[to] = c
			to, i = to+1, i+1
			continue
		}
		if c < 0xC2 || c > 0xF4 { // begins no character
			to += copy(out[to:to+3], "\uFFFD")
			i++
			continue
		}
		n, whole := prefix(b[i:])
		if whole {
			to += copy(out[to:], b[i:i+n])
		} else {
			out[to], out[to+1], out[to+2] = 0xEF, 0xBF, 0xBD
			to += 3
		}
		i += n
	}
	return out[:to]
}

// prefix returns how many bytes at the start of b, which is not ASCII, belong to one character or
// could begin one, and whether the character is complete.
func prefix(b []byte) (n int, whole bool) {
	want, low, high := 0, byte(0x80), byte(0xBF)
	switch c := b[0]; {
	case c < 0xC2:
		return 1, false
	case c <= 0xDF:
		want = 2
	case c <= 0xEF:
		want = 3
		if c == 0xE0 {
			low = 0xA0
		} else if c == 0xED {
			high = 0x9F
		}
	case c <= 0xF4:
		want = 4
		if c == 0xF0 {
			low = 0x90
		} else if c == 0xF4 {
			high = 0x8F
		}
	default:
		return 1, false
	}
	for n = 1; n < want && n < len(b); n++ {
		if b[n] < low || b[n] > high {
			return n, false
		}
		low, high = 0x80, 0xBF
	}
	return n, n == want
}

// ReadAsText says in which charset bytes were read as a text and written again, "" if they do not
// look like that. size is how many bytes there were; 0 if that is unknown.
func ReadAsText(b []byte, size int) string {
	high := false
	values := map[byte]bool{} // of a signature of 256 bytes there are some 160
	for _, c := range b {
		high = high || c >= 0x80
		values[c] = true
	}
	switch {
	case strings.Count(string(b), "\uFFFD") >= 5:
		return "UTF-8 (U+FFFD)"
	case high && len(b) > 64 && utf8.Valid(b) && (size == 0 || len(Latin1Bytes(string(b))) == size):
		return "Latin-1 → UTF-8"
	case !high && len(b) == size && size >= 128 && len(values) > 40:
		return "ASCII"
	}
	return ""
}
