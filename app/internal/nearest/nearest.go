// Package nearest finds the name that a mistyped one was meant to be.
package nearest

import (
	"strings"

	"github.com/wxup/wxup/app/internal/phrase"
)

var texts = phrase.Catalogue{"; did you mean %s?": "；是不是 %s？"}

// Hint returns "; did you mean NAME?" with the name closest to a wrong one, or nothing if none is
// close.
func Hint(wrong string, names []string) phrase.Text {
	best, least := "", max(2, len(wrong)/3)+1
	for _, name := range names {
		if d := distance(strings.ToLower(wrong), name); d < least {
			best, least = name, d
		}
	}
	if best == "" {
		return phrase.Text{}
	}
	return texts.Text("; did you mean %s?", best)
}

// distance returns in how many characters two words differ; two that changed places count once.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range y {
			d := last[j]
			if x[i] != y[j] {
				d++
			}
			row[j+1] = min(d, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(y)]
}
