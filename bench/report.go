package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
)

// The bars. Those of time are ratios of one run: no figure of one machine is compared with one of
// another.
const (
	mostAt100KB = 1.03 // of net/http by hand, doing the same
	mostAt2MB   = 1.08
	mostHeap    = 64 << 10 // bytes allocated for one upload, at any size
	leastFaster = 10       // than a loop over wechatpay-go
	leastShare  = 0.9      // of the link
)

// verdict is what became of a bar.
type verdict struct {
	bar, got string
	met      bool
	missed   bool // by more than the noise
	never    bool // it cannot be met; nobody is to fail for it
}

func (v verdict) String() string {
	word := "**missed**"
	switch {
	case v.met:
		word = "met"
	case v.never:
		word = "**missed**, out of reach"
	case !v.missed:
		word = "not met, within the noise"
	}
	return fmt.Sprintf("| %s | %s | %s |\n", v.bar, v.got, word)
}

// atMost judges a ratio of times: the whole of where its median may lie must be above the bar, and
// the slack, to miss it.
func atMost(what string, s spread, bar, slack float64) verdict {
	return verdict{fmt.Sprintf("%s: ≤ %.2f", what, bar), fmt.Sprintf("%.3f (the median is within %.3f–%.3f)", s.median, s.low, s.high), s.median <= bar, s.low > bar+slack, false}
}

// atLeast judges a single measurement.
func atLeast(what string, got, bar, slack float64) verdict {
	return verdict{fmt.Sprintf("%s: ≥ %g", what, bar), fmt.Sprintf("%.3g", got), got >= bar, got < bar*(1-slack), false}
}

// report is a document in the making.
type report struct {
	strings.Builder
	verdicts []verdict
}

// missed reports whether a bar is, that can be met.
func (r *report) missed() bool {
	return slices.ContainsFunc(r.verdicts, func(v verdict) bool { return v.missed && !v.never })
}

func (r *report) printf(format string, args ...any) { fmt.Fprintf(&r.Builder, format, args...) }

// times is the table of a side-by-side comparison.
func (r *report) times(title string, rows []row) {
	r.printf("\n### %s\n\n| | time, of net/http's | (half of the rounds) | processor, of net/http's | ms | KiB allocated | allocations |\n|---|--:|--:|--:|--:|--:|--:|\n", title)
	for _, row := range rows {
		ratio, cpu := row.ratio(rows[0]), row.cpuRatio(rows[0])
		r.printf("| %s | %.3f | %.3f–%.3f | %.3f | %.2f | %.1f | %.0f |\n", row.name, ratio.median, ratio.p25, ratio.p75, cpu.median, spreadOf(row.ms).median, row.bytes/1024, row.allocs)
	}
}

// crossings is the table of many files over the link.
func (r *report) crossings(all []crossing) {
	r.printf("\n| | files | seconds | a file | of the link | connections |\n|---|--:|--:|--:|--:|--:|\n")
	for _, c := range all {
		r.printf("| %s | %d | %.2f | %.1f ms | %.3f | %d |\n", c.name, c.files, c.seconds, c.perFile()*1000, c.share(), c.dials)
	}
}

// machine is where it was measured, in a few words. How busy it was with other things shows in the
// spread of the rounds.
func machine() string {
	m := fmt.Sprintf("%d cores, %s, %s/%s", runtime.NumCPU(), strings.Replace(runtime.Version(), "go", "Go ", 1), runtime.GOOS, runtime.GOARCH)
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		m += ", load average before the run " + strings.Fields(string(load) + " ?")[0]
	}
	return m
}
