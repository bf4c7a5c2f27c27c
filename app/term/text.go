// Package term writes for people: texts that fit one line of a terminal, sizes and durations in
// words, columns and tables, colours, and bars that show progress. Widths are in columns; a Chinese
// character takes two.
//
// Nothing here knows what is shown, so that every command and the inspector show a size or a table
// the same way.
package term

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

const (
	kb = 1 << 10
	mb = 1 << 20
	gb = 1 << 30
)

// Bytes returns a size: 900 B, 24.1 KB, 2 MB, 1.5 GB.
func Bytes(n int64) string {
	short := func(unit int64, name string) string {
		return strings.TrimSuffix(strconv.FormatFloat(float64(n)/float64(unit), 'f', 1, 64), ".0") + name
	}
	switch {
	case n < kb:
		return fmt.Sprintf("%d B", n)
	case n < mb-kb/20: // what rounds to 1024.0 KB is 1 MB
		return short(kb, " KB")
	case n < gb-mb/20:
		return short(mb, " MB")
	}
	return short(gb, " GB")
}

// Limit returns the largest size that is allowed: ≤ 2 MB, or < 1 MB for one byte less.
func Limit(n int64) string {
	if (n+1)%kb == 0 {
		return "< " + Bytes(n+1)
	}
	return "≤ " + Bytes(n)
}

// Took returns how long something took: 0.4 ms, 12 ms, 1.2 s, 2:05.
func Took(d time.Duration) string {
	switch ms := float64(d) / float64(time.Millisecond); {
	case ms < 0.05:
		return "< 0.1 ms"
	case ms < 10:
		return strconv.FormatFloat(ms, 'f', 1, 64) + " ms"
	case ms < 1000:
		return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
	case d < time.Minute:
		return strconv.FormatFloat(ms/1000, 'f', 1, 64) + " s"
	}
	return Clock(d)
}

// Clock returns a duration as 0:03, 12:45 or 1:02:03.
func Clock(d time.Duration) string {
	s := int64(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Name returns a file name that stays in its line and does nothing to a terminal; one that would is
// quoted.
func Name(name string) string {
	if strings.ContainsFunc(name, func(c rune) bool { return unicode.IsControl(c) || c == '\u2028' || c == unicode.ReplacementChar }) {
		return strconv.Quote(name)
	}
	return name
}

// Line returns a message as one line, with blanks for control characters.
func Line(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, text)
}

// Width returns how many columns a text takes.
func Width(s string) int { return runewidth.StringWidth(s) }

// Fill returns a text with blanks after it, so that it takes at least n columns.
func Fill(s string, n int) string { return runewidth.FillRight(s, n) }

// Column returns a text in exactly n columns. A longer one loses its head, because the end of a
// path says more.
func Column(s string, n int) string {
	const cut = "…"
	if left := n - Width(cut); Width(s) > n {
		from := len(s)
		for from > 0 {
			c, size := utf8.DecodeLastRuneInString(s[:from])
			if left -= runewidth.RuneWidth(c); left < 0 {
				break
			}
			from -= size
		}
		s = cut + s[from:]
	}
	return Fill(s, n)
}

// maxNameColumn is the widest column of names; longer names make their own lines longer.
const maxNameColumn = 48

// NameColumn returns the width of a column for names.
func NameColumn(names func(yield func(string) bool)) int {
	n := 0
	for name := range names {
		n = max(n, min(Width(Name(name)), maxNameColumn))
	}
	return n
}

// Table returns rows of cells in columns: the first column is flush left, the others are flush
// right.
func Table(rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], Width(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			if i == 0 {
				b.WriteString(Fill(cell, widths[i]))
			} else {
				b.WriteString("   " + runewidth.FillLeft(cell, widths[i]))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
