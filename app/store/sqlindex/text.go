package sqlindex

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// Strangers send text that is not UTF-8 (a file name in GBK, which may be the very reason why a
// signature is wrong) or that holds a NUL. JSON and PostgreSQL take neither. So each such byte is
// stored as one code point of a range that nobody uses, and text in that range is taken for bytes
// of that sort too:
//
//	"a\xb5\x00" is stored as "a" U+10FFB5 U+10FF00
//
// All other text is stored as it is. escape and unescape are each other's inverse for every string.
const escaped = 0x10FF00 // … 0x10FFFF, in the last plane, for private use

func escape(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 || r == 0 || r >= escaped {
			for _, c := range []byte(s[:n]) {
				b.WriteRune(escaped + rune(c))
			}
		} else {
			b.WriteRune(r)
		}
		s = s[n:]
	}
	return b.String()
}

func unescape(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if r >= escaped {
			b.WriteByte(byte(r - escaped))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plain reports whether escape and unescape have nothing to do.
func plain(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r == 0 || r >= escaped })
}

// key is escape for text that an index holds and that a stranger may make as long as a header:
// PostgreSQL's indexes take no more than 2.7 kB. Of a long one the beginning and the digest are
// kept. Real ones have 10 to 32 bytes.
func key(s string) string {
	if len(s) <= keyMost {
		return escape(s)
	}
	sum := sha256.Sum256([]byte(s))
	return escape(s[:keyMost-64]) + "…" + hex.EncodeToString(sum[:])
}

const keyMost = 256
