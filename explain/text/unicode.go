package text

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// cesu8 encodes characters beyond U+FFFF as two surrogates of three bytes each, as Java's modified
// UTF-8 and old databases do.
func cesu8(s string) string {
	var b []byte
	for _, r := range s {
		if r <= 0xFFFF {
			b = utf8.AppendRune(b, r)
			continue
		}
		high, low := utf16.EncodeRune(r)
		for _, u := range []rune{high, low} {
			b = append(b, 0xE0|byte(u>>12), 0x80|byte(u>>6&0x3F), 0x80|byte(u&0x3F))
		}
	}
	return string(b)
}

// questionUnits writes one question mark for each UTF-16 unit that is not ASCII, as languages with
// UTF-16 strings do.
func questionUnits(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		if u >= 0x80 {
			u = '?'
		}
		b.WriteByte(byte(u))
	}
	return b.String()
}

// questionBytes writes one question mark for each byte that is not ASCII.
func questionBytes(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 0x80 {
			b[i] = '?'
		}
	}
	return string(b)
}

// replaceUnseen replaces no-break spaces by spaces and removes the other invisible characters.
func replaceUnseen(s string) string { return removeUnseen(strings.ReplaceAll(s, "\u00A0", " ")) }

func removeUnseen(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(Invisible, r) {
			return -1
		}
		return r
	}, s)
}

// marks are the combining characters of European names, and each is followed by pairs of a letter
// and the letter with the mark.
var marks = map[rune]string{
	'\u0300': "AÀEÈIÌOÒUÙaàeèiìoòuù", '\u0301': "AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýcćnńsśzź", '\u0302': "AÂEÊIÎOÔUÛaâeêiîoôuû",
	'\u0303': "AÃNÑOÕaãnñoõ", '\u0308': "AÄEËIÏOÖUÜaäeëiïoöuüyÿ", '\u030A': "AÅaåuů", '\u0327': "CÇcçsş", '\u030C': "CČSŠZŽcčsšzžeěrř",
	'\u0304': "AĀEĒIĪOŌUŪaāeēiīoōuū", '\u3099': "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼカガキギクグケゲコゴ",
}

var composed, decomposed = normalForms()

func normalForms() (compose, decompose *strings.Replacer) {
	var to, from []string
	for mark, pairs := range marks {
		letters := []rune(pairs)
		for i := 0; i < len(letters); i += 2 {
			apart, one := string(letters[i])+string(mark), string(letters[i+1])
			to, from = append(to, apart, one), append(from, one, apart)
		}
	}
	return strings.NewReplacer(to...), strings.NewReplacer(from...)
}

// compose joins letters and combining marks, as macOS separates them in file names (Unicode NFC of
// NFD, for common letters).
func compose(s string) string { return composed.Replace(s) }

// decompose separates them.
func decompose(s string) string { return decomposed.Replace(s) }

// asciiOnly drops what is not ASCII, with strings.Map.
func asciiOnly(r rune) rune {
	if r >= 0x80 {
		return -1
	}
	return r
}

// withoutMarks drops the marks of letters: é is e.
func withoutMarks(s string) string {
	return strings.Map(func(r rune) rune {
		if marks[r] != "" {
			return -1
		}
		return r
	}, decompose(s))
}

// replaceBeyond replaces characters beyond U+FFFF.
func replaceBeyond(s, by string) string {
	return mapBeyond(s, func(rune) string { return by })
}

func withoutPlanes(s string) string { return replaceBeyond(s, "") }

// escapeBeyond escapes the characters that are not ASCII, as languages other than JSON do.
func escapeBeyond(s, form string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, form, r)
		}
	}
	return b.String()
}

func mapBeyond(s string, f func(rune) string) string {
	var b strings.Builder
	for _, r := range s {
		if r > 0xFFFF {
			b.WriteString(f(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// numericEntities writes what is not ASCII as HTML does: &#22270;.
func numericEntities(s string) string { return escapeBeyond(s, "&#%d;") }

// Widen writes ASCII in full-width letters, digits and signs.
func Widen(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r + 0xFEE0
		}
		return r
	}, s)
}

// FoldWidth writes full-width letters, digits and signs in ASCII.
func FoldWidth(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		case r == 0x3000:
			return ' '
		}
		return r
	}, s)
}

// titled writes the first letter in upper case and the others in lower case.
func titled(s string) string {
	n := min(1, len(s))
	return strings.ToUpper(s[:n]) + strings.ToLower(s[n:])
}

// windows are the characters of Windows-1252 from 0x80 to 0x9F.
const windows = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ"

// windowsTwice takes the bytes of s for Windows-1252 and encodes them in UTF-8.
func windowsTwice(s string) string {
	table := []rune(windows)
	return strings.Map(func(r rune) rune {
		if r >= 0x80 && r <= 0x9F {
			return table[r-0x80]
		}
		return r
	}, UTF8Twice(s))
}
