package explain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words is a text in English and Chinese.
type Words struct {
	EN string `json:"en"`
	ZH string `json:"zh"`
}

// In returns the text in lang: Chinese for "zh", "zh-CN", "zh_TW" and the like, English otherwise.
func (w Words) In(lang string) string {
	if strings.HasPrefix(lang, "zh") {
		return w.ZH
	}
	return w.EN
}

// joinLines joins two lines of a wrapped text. Chinese is written without spaces, so there is none
// between two Chinese characters or next to full-width punctuation.
func joinLines(a, b string) string {
	last, _ := utf8.DecodeLastRuneInString(a)
	first, _ := utf8.DecodeRuneInString(b)
	switch {
	case a == "" || b == "", wide(last) && wide(first), wide(last) && !unicode.IsLetter(last), wide(first) && !unicode.IsLetter(first):
		return a + b
	}
	return a + " " + b
}

// wide reports whether c is a Chinese character or full-width punctuation.
func wide(c rune) bool {
	return unicode.Is(unicode.Han, c) || c >= 0x3000 && c <= 0x303F || c >= 0xFF00 && c <= 0xFFEF
}
