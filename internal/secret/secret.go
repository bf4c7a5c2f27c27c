// Package secret hides secrets in whatever is stored, logged, printed or shown.
//
// A [Set] holds the secrets that a program knows: API keys, app secrets, tokens, private keys,
// passwords. [Set.Mask] hides them in a text, in any of the encodings in which they travel: plain,
// hex, base64 at any offset, percent and backslash escapes, in any mixture of these escapes, and in
// groups of characters. It also hides what looks like a secret, known or not: see shape.go. A Set
// that is empty or nil hides those alone.
//
// Mask looks at each byte once and allocates nothing if there is nothing to hide.
package secret

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"
)

// Hidden stands where a secret was.
const Hidden = "***"

const (
	window    = 6      // bytes by which a secret is found
	minSecret = window // a shorter one guards nothing, and hiding it would make holes in other texts
	stride    = 16     // bytes between the places by which a secret that is cut is found
	minPiece  = 12     // bytes of a secret that give it away
	maxKnown  = 200_000
)

// Set holds secrets. It is safe for concurrent use.
type Set struct {
	mu      sync.RWMutex
	known   map[string]bool
	list    []string
	places  map[uint64][]place // by the window, in lower case
	filter  []uint64           // a bit for each window, to look few up
	windows int
}

// place is where a window is in an encoding of a secret.
type place struct {
	secret int32 // index in Set.list
	code   code
	offset int32 // in the encoding
}

// code is an encoding. The codes of base64 tell how many bytes before the secret are in its first
// group of three.
type code uint8

const (
	plain code = iota
	inHex
	base64At0
	base64At1
	base64At2
	urlAt0
	urlAt1
	urlAt2
)

// New makes a Set of secrets.
func New(secrets ...string) *Set {
	s := &Set{}
	s.Add(secrets...)
	return s
}

// Add adds secrets; a private key may be in PEM. A text that is too short to guard anything is
// ignored, as is one that may be a merchant's number: the initial password of a .p12 file is that.
func (s *Set) Add(secrets ...string) {
	for _, text := range secrets {
		if strings.Contains(text, "-----BEGIN") {
			s.addPEM(text)
			continue
		}
		s.addOne(text)
		// Of a secret that holds what looks like an escape this is left when escapes are read.
		bare := []byte(text)
		for escaped(bare) {
			bare, _ = unescape(bare, nil)
		}
		s.addOne(string(bare))
	}
}

func (s *Set) addPEM(text string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); len(line) >= stride && !strings.HasPrefix(line, "-----") {
			s.addOne(line)
		}
	}
}

func (s *Set) addOne(text string) {
	text = strings.TrimRight(text, "\r\n")
	if len(text) < minSecret || isNumber(text) {
		return
	}
	s.mu.RLock()
	known := s.known[text] || len(s.list) >= maxKnown
	s.mu.RUnlock()
	if known {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[text] {
		return
	}
	if s.known == nil {
		s.known, s.places = map[string]bool{}, map[uint64][]place{}
	}
	id := int32(len(s.list))
	s.known[text], s.list = true, append(s.list, text)
	for at := 0; at+window <= len(text); at += stride {
		s.put(place{id, plain, int32(at)}, text)
	}
	for c := inHex; c <= urlAt2; c++ {
		encoded := encode(text, c)
		if c >= urlAt0 && encoded == encode(text, c-urlAt0+base64At0) {
			continue
		}
		s.put(place{id, c, 0}, encoded)
		for at := 2 * stride; c == inHex && at+window <= len(encoded); at += 2 * stride {
			s.put(place{id, c, int32(at)}, encoded)
		}
	}
}

// isNumber reports whether a text has the form of a merchant's number.
func isNumber(s string) bool {
	return len(s) <= 10 && strings.Trim(s, "0123456789") == ""
}

func (s *Set) put(p place, encoded string) {
	var key uint64
	for _, b := range []byte(encoded[p.offset : p.offset+window]) {
		key = key<<8 | uint64(fold(b))
	}
	s.places[key] = append(s.places[key], p)
	if s.windows++; s.windows*16 > len(s.filter)*64 {
		s.filter = make([]uint64, max(64, len(s.filter)*4))
		for key := range s.places {
			s.mark(key)
		}
		return
	}
	s.mark(key)
}

func (s *Set) mark(key uint64) {
	bit := s.bit(key)
	s.filter[bit>>6] |= 1 << (bit & 63)
}

func (s *Set) bit(key uint64) uint64 {
	return key * 0x9E3779B97F4A7C15 >> 32 & uint64(len(s.filter)*64-1)
}

// encode returns those characters of an encoding that depend on the secret alone, not on what
// stands beside it.
func encode(text string, c code) string {
	switch c {
	case plain:
		return text
	case inHex:
		return hex.EncodeToString([]byte(text))
	}
	enc, before := base64.RawStdEncoding, int(c-base64At0)
	if c >= urlAt0 {
		enc, before = base64.RawURLEncoding, int(c-urlAt0)
	}
	whole := enc.EncodeToString(append(make([]byte, before), text...))
	return whole[(8*before+5)/6 : 8*(before+len(text))/6]
}

// span is a part of a text.
type span struct{ from, to int }

// find appends where known secrets are in a text.
func (s *Set) find(list []span, text []byte) []span {
	if s == nil {
		return list
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(s.places) == 0 {
		return list
	}
	var key uint64
	last, end := -1, 0 // the last match, of which secret, and its end: a secret may be like itself in many places
	for i, b := range text {
		key = (key<<8 | uint64(fold(b))) & (1<<(8*window) - 1)
		if bit := s.bit(key); i+1 < window || s.filter[bit>>6]&(1<<(bit&63)) == 0 {
			continue
		}
		for _, p := range s.places[key] {
			if int(p.secret) == last && i < end {
				continue
			}
			before := len(list)
			if list = s.match(list, text, i+1-window, p); len(list) > before {
				last, end = int(p.secret), list[before].to
			}
		}
	}
	return list
}

// match appends how far a text is an encoded secret around a window of it.
func (s *Set) match(list []span, text []byte, at int, p place) []span {
	encoded := encode(s.list[p.secret], p.code)
	same := func(a, b byte) bool {
		return a == b || p.code <= inHex && fold(a) == fold(b) // a key in capitals is as good
	}
	from, to := at, at
	for i := int(p.offset); i > 0 && from > 0 && same(text[from-1], encoded[i-1]); i-- {
		from--
	}
	for i := int(p.offset); i < len(encoded) && to < len(text) && same(text[to], encoded[i]); i++ {
		to++
	}
	if to-from < min(len(encoded), minPiece) {
		return list
	}
	if p.code >= base64At0 { // its neighbours hold bits of it
		for from > 0 && isBase64(text[from-1]) {
			from--
		}
		for to < len(text) && isBase64(text[to]) {
			to++
		}
	}
	return append(list, span{from, to})
}
