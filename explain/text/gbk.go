package text

import (
	"strings"
	"unicode/utf8"
)

// inGBK encodes s in GBK as programs do, with question marks for what that charset lacks.
func (s *Source) inGBK(text string) []byte {
	if b, ok := s.GBK(text); ok {
		return b
	}
	var b []byte
	for _, r := range text {
		if one, ok := s.GBK(string(r)); ok {
			b = append(b, one...)
		} else {
			b = append(b, '?')
		}
	}
	return b
}

// lostCharset names the cause if a file's name arrived in meta, as sent, in GBK or with question
// marks, and right in the file's part. "" if it did not.
func (s *Source) lostCharset(right, sent string) string {
	switch {
	case isASCII(right) || right == sent:
	case sent == ASCIIOnly(right) || sent == questionUnits(right) || sent == questionBytes(right):
		return "v3.charset.question_marks_sent"
	case s.GBK != nil:
		if b, ok := s.GBK(right); ok && (string(b) == sent || string([]rune(string(b))) == sent) {
			return "v3.charset.gbk_sent"
		}
	}
	return ""
}

// throughGBK adds meta whose bytes were taken for those of the wrong charset: some characters are
// lost, and others came in their place.
func throughGBK(d *Dimension, s *Source) {
	right := s.Right[BodyLine]
	if s.GBK == nil || isASCII(right) || len(right) > maxRewritten {
		return
	}
	encoded := s.inGBK(right)
	d.add(string(encoded), "v3.charset.gbk", "")
	d.add(strings.Map(func(r rune) rune {
		if _, ok := s.GBK(string(r)); ok {
			return r
		}
		return '?'
	}, right), "v3.charset.question_marks", "")
	const back, forth = "GBK → UTF-8", "UTF-8 → GBK"
	d.add(string(ReplaceInvalid(encoded)), "v3.charset.gbk_read", back)
	d.add(string([]rune(string(encoded))), "v3.charset.gbk_read", back) // one U+FFFD for each byte
	d.add(marked(string(ReplaceInvalid(encoded))), "v3.charset.gbk_read", back)
	if s.FromGBK == nil {
		return
	}
	read := s.FromGBK([]byte(right))
	if !utf8.ValidString(right) {
		d.add(read, "v3.charset.gbk_sent", "")
	}
	d.add(read, "v3.charset.gbk_read", forth)
	d.add(marked(read), "v3.charset.gbk_read", forth)
	again := s.inGBK(read)
	d.add(string(again), "v3.charset.gbk_read", forth+" → UTF-8")
	d.add(string(ReplaceInvalid(again)), "v3.charset.gbk_read", forth+" → UTF-8")
	d.add(string([]rune(string(again))), "v3.charset.gbk_read", forth+" → UTF-8")
	d.add(marked(string(ReplaceInvalid(again))), "v3.charset.gbk_read", forth+" → UTF-8")
}

// marked shows U+FFFD as a question mark.
func marked(s string) string { return strings.ReplaceAll(s, "\uFFFD", "?") }
