// Package gbk encodes texts in GBK and reads them, so that one that was signed in that encoding can
// be recognized.
package gbk

import "golang.org/x/text/encoding/simplifiedchinese"

// Encode returns s in GBK, and false if s has a character that GBK lacks.
func Encode(s string) ([]byte, bool) {
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(s))
	return b, err == nil
}

// Decode reads b as GBK, with U+FFFD for what is not.
func Decode(b []byte) string {
	text, err := simplifiedchinese.GBK.NewDecoder().Bytes(b)
	if err != nil {
		return ""
	}
	return string(text)
}
