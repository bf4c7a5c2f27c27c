package wxup

import (
	"fmt"
	"strings"
	"time"
)

// both is a text in the two languages in which people are spoken to.
type both struct{ en, zh string }

func (b both) in(lang string) string {
	if strings.HasPrefix(lang, "zh") {
		return b.zh
	}
	return b.en
}

// String returns the English text.
func (b both) String() string { return b.en }

// bothError is an error in both languages.
type bothError struct{ both }

func (e bothError) Error() string { return e.en }

// In returns the text in a language.
func (e bothError) In(lang string) string { return e.in(lang) }

// add appends another text.
func (b *both) add(more both) {
	if b.en != "" {
		b.en, b.zh = b.en+"; ", b.zh+"；"
	}
	b.en, b.zh = b.en+more.en, b.zh+more.zh
}

// span is a duration as people read it: 0.8 s, 12 s, 3 min, 7 h 12 min.
func span(d time.Duration, lang string) string {
	s, min, h := "s", "min", "h"
	if strings.HasPrefix(lang, "zh") {
		s, min, h = "秒", "分钟", "小时"
	}
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f %s", d.Seconds(), s)
	case d < 2*time.Minute:
		return fmt.Sprintf("%d %s", int(d.Round(time.Second)/time.Second), s)
	case d < time.Hour:
		return fmt.Sprintf("%d %s", int(d.Round(time.Minute)/time.Minute), min)
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%d %s %d %s", int(d/time.Hour), h, int(d%time.Hour/time.Minute), min)
}

// Sizes in bytes. The documents write 2M and 1MB without saying which mega; see
// docs/differences.md.
const (
	kb = 1 << 10
	mb = 1 << 20
)

func bytesText(n int64) both {
	switch {
	case n >= mb && n%mb == 0:
		return both{fmt.Sprintf("%d bytes (%d MB)", n, n/mb), fmt.Sprintf("%d 字节（%d MB）", n, n/mb)}
	case n >= kb && n%kb == 0:
		return both{fmt.Sprintf("%d bytes (%d KB)", n, n/kb), fmt.Sprintf("%d 字节（%d KB）", n, n/kb)}
	}
	return both{fmt.Sprintf("%d bytes", n), fmt.Sprintf("%d 字节", n)}
}
