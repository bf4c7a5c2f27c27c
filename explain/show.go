package explain

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/internal/secret"
)

const (
	shownBefore = 48  // bytes shown before the first difference
	maxShown    = 160 // bytes shown in all
	maxValue    = 200 // bytes of the value of a finding
	maxMasked   = 2 << 10
)

// compare proves by two texts. signed may be cut to a little more than the length of wanted;
// signedLen is its full length.
func compare(kind string, signed, wanted []byte, signedLen int, hide secrets) Proof {
	p := Proof{Kind: kind, SignedLen: signedLen, WantedLen: len(wanted)}
	first := 0
	for first < len(signed) && first < len(wanted) && signed[first] == wanted[first] {
		first++
	}
	from := max(0, first-maxMasked) // no more is masked than can be shown, and a secret at either end
	s := hide.mask(string(signed[from:min(len(signed), first+maxMasked)]))
	w := hide.mask(string(wanted[from:min(len(wanted), first+maxMasked)]))
	at := 0
	for at < len(s) && at < len(w) && s[at] == w[at] {
		at++
	}
	p.Offset = from + at
	p.Line = bytes.Count(wanted[:from], []byte("\n")) + strings.Count(w[:at], "\n") + 1
	p.Signed, p.Wanted = window(s, at), window(w, at)
	return p
}

// window returns the part of s around a place.
func window(s string, at int) string {
	from := 0
	if len(s) > maxShown {
		from = max(0, min(at-shownBefore, len(s)-maxShown))
	}
	for from > 0 && from < len(s) && !utf8.RuneStart(s[from]) && from > at-shownBefore-3 {
		from--
	}
	shown := text.Visible(s[from:], maxShown)
	if from > 0 {
		shown = "…" + shown
	}
	return shown
}

// cutWord shows the beginning of a text that is too long to show, or secret: at most a third of it,
// and 8 bytes. Nothing is shown of one that holds a secret, or may be an API key.
func (s secrets) cutWord(sent string) string {
	begin := sent[:min(len(sent), maxMasked)]
	if s.mask(begin) != begin || apiKey.MatchString(sent) {
		return fmt.Sprintf("%s (%d)", secret.Hidden, len(sent))
	}
	n := min(len(sent)/3, 8)
	return fmt.Sprintf("%s… (%d)", text.Visible(sent[:n], n), len(sent))
}

// apiKey matches what may be a merchant's API key.
var apiKey = regexp.MustCompile(`^[0-9A-Za-z]{32}$`)

// visible shows at most max bytes of a text, its secrets hidden. A secret is hidden before the text
// is cut: a short piece of one is no longer found.
func (s secrets) visible(sent string, max int) string {
	return text.Visible(s.mask(sent[:min(len(sent), maxMasked)]), max)
}

// piece shows at most max bytes of a piece of a text. If the text holds a secret, the piece may be
// a part of it.
func (s secrets) piece(whole, piece string, max int) string {
	if hidden := s.mask(whole[:min(len(whole), maxMasked)]); hidden != whole[:min(len(whole), maxMasked)] && !strings.Contains(hidden, piece) {
		return secret.Hidden
	}
	return s.visible(piece, max)
}
