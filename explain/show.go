package explain

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/wxup/wxup/explain/text"
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
// and 8 bytes.
func cutWord(s string) string {
	n := min(len(s)/3, 8)
	return fmt.Sprintf("%s… (%d)", text.Visible(s[:n], n), len(s))
}
