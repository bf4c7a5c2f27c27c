package wxup

import (
	"fmt"
	"time"
)

// Quota is how many calls an account may make in a span of time.
type Quota struct {
	Calls int
	Per   time.Duration
}

// text is a quota as people read it: 100 calls in 1 min.
func (q Quota) text(lang string) string {
	per := span(q.Per, lang)
	switch q.Per {
	case time.Second:
		per = both{"1 s", "1 秒"}.in(lang)
	case time.Minute:
		per = both{"1 min", "1 分钟"}.in(lang)
	case 24 * time.Hour:
		per = both{"1 day", "1 天"}.in(lang)
	}
	return fmt.Sprintf(both{"%d calls in %s", "%d 次/%s"}.in(lang), q.Calls, per)
}
