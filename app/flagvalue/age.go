// Package flagvalue has the types of flags whose values are neither numbers nor plain texts. Each
// is a pflag.Value.
package flagvalue

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Age is a duration, or a number of days: 36h, 90d.
type Age struct{ time.Duration }

// Set reads an age.
func (a *Age) Set(s string) error {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || !(n >= 0 && n <= math.MaxInt64/float64(24*time.Hour)) {
			return texts.Errorf("%q is not a number of days", days)
		}
		a.Duration = time.Duration(n * float64(24*time.Hour))
		return nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return texts.Errorf("%q is not an age; write 90d or 36h", s)
	}
	a.Duration = d
	return nil
}

// String returns the duration, or "" for none.
func (a *Age) String() string {
	switch day := 24 * time.Hour; {
	case a.Duration == 0:
		return ""
	case a.Duration%day == 0:
		return strconv.Itoa(int(a.Duration/day)) + "d"
	}
	return a.Duration.String()
}

// Type is the name of the type in a flag's help.
func (a *Age) Type() string { return "age" }
