package secret

import (
	"cmp"
	"slices"
	"unsafe"
)

// Mask hides the secrets in a text.
func (s *Set) Mask(text string) string { return s.mask(text, false) }

// MaskConfig hides the secrets in a text about the program's own configuration. There a word of 32
// letters and digits is an API key in the wrong place; in a request it may be a nonce or a digest.
func (s *Set) MaskConfig(text string) string { return s.mask(text, true) }

func (s *Set) mask(text string, config bool) string {
	if len(text) < minSecret {
		return text
	}
	raw := unsafe.Slice(unsafe.StringData(text), len(text)) // only read
	var room [8]span
	list := s.grouped(s.look(room[:0], raw, config), raw)
	for layer, at := raw, []int32(nil); escaped(layer) && len(text) <= maxUnescaped; {
		layer, at = unescape(layer, at)
		for _, x := range s.look(nil, layer, config) {
			list = append(list, span{int(at[x.from]), int(at[x.to])})
		}
	}
	if len(list) == 0 {
		return text
	}
	return hide(text, list)
}

// look appends where secrets are in a text, its escapes not read.
func (s *Set) look(list []span, text []byte, config bool) []span {
	list = shapes(s.find(list, text), text)
	if config {
		list = keys(list, text)
	}
	return list
}

// hide replaces parts of a text, which may overlap.
func hide(text string, list []span) string {
	slices.SortFunc(list, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	shown, end := make([]byte, 0, len(text)), 0
	for i, x := range list {
		if x.to <= end {
			continue
		}
		if i == 0 || x.from > end {
			shown = append(append(shown, text[end:x.from]...), Hidden...)
		}
		end = x.to
	}
	return string(append(shown, text[end:]...))
}

// maxUnescaped is the length of the longest text whose escapes are read, in bytes. What is written
// into a record is shorter.
const maxUnescaped = 4 << 20
