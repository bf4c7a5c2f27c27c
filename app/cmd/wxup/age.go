package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// age is a flag's value: a duration, or days, as 90d.
type age struct{ time.Duration }

func (a *age) Set(s string) error {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || !(n >= 0 && n <= math.MaxInt64/float64(24*time.Hour)) {
			return fmt.Errorf("%q is no number of days", days)
		}
		a.Duration = time.Duration(n * float64(24*time.Hour))
		return nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no age; write 90d, or 36h", s)
	}
	a.Duration = d
	return nil
}

func (a *age) String() string {
	if a.Duration == 0 {
		return ""
	}
	return a.Duration.String()
}

func (a *age) Type() string { return "age" }
