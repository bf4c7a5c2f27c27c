package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"time"
)

// report is what a run has shown.
type report struct {
	options  options
	began    time.Time
	begun    time.Duration // from both backends being there to all nodes being ready
	fleet    *fleet
	seen     *observer
	load     *load
	twins    *twins
	outcomes []outcome
	quotas   []quotaResult
	audit    audit
	uploads  int
	underway time.Duration
}

func (r *report) print(w io.Writer) {
	o := r.seen
	kills := 0
	for _, n := range r.fleet.nodes {
		kills += n.killCount()
	}
	verdict := "everything was as promised"
	if o.broken > 0 {
		verdict = fmt.Sprintf("%d violations, listed below", o.broken)
	}
	line := func(what string, figure any) { fmt.Fprintf(w, "| %s | %v |\n", what, figure) }
	fmt.Fprintf(w, "%d nodes, %s on %d cores (%s): **%s**\n\n", nodeCount, runtime.GOOS+"/"+runtime.GOARCH, runtime.NumCPU(), r.began.Format(time.DateOnly), verdict)
	fmt.Fprintf(w, "| | |\n|---|---|\n")
	line("uploads acknowledged under faults", fmt.Sprintf("%d in %s, %.0f a second", r.uploads, r.underway.Round(time.Second), float64(r.uploads)/r.underway.Seconds()))
	line("… with those of the quota test", len(r.load.acks))
	line("files fetched at the end, each upload from each node", r.audit.fetched)
	line("**acknowledged uploads lost**", fmt.Sprintf("**%d**; not in the index: **%d**", r.audit.lost, r.audit.unrecorded))
	line("nonces of accepted uploads", r.audit.nonces)
	line("**nonces spent twice**", fmt.Sprintf("**%d**", r.audit.doubleSpent))
	line("faults planted afterwards that these checks have found", fmt.Sprintf("%d of 2: a file removed, a nonce spent again", r.audit.planted))
	line("one request sent to two nodes at once", fmt.Sprintf("%d pairs; both accepted: %d, always with one answer; replays recorded: %d", r.twins.same, r.twins.both, r.audit.replays))
	line("two requests with one nonce, at two nodes at once", fmt.Sprintf("%d pairs; one accepted and one refused: %d; both accepted: 0", r.twins.different, r.twins.oneOfEach))
	for _, q := range r.quotas {
		line("quota of an account's minute", q)
	}
	line("nodes killed with SIGKILL", kills)
	line("requests cut by a kill", o.cut)
	line("refusals by a node that was starting", o.starting)
	line("started with everything down", fmt.Sprintf("alive, not ready, ready %s after PostgreSQL and S3 had come", r.begun.Round(10*time.Millisecond)))
	line("answers", len(o.took))
	line("answers in time", fmt.Sprintf("p50 %s, p99 %s, p99.9 %s, slowest %s (bound %s)", ms(o.quantile(.5)), ms(o.quantile(.99)), ms(o.quantile(.999)), ms(o.quantile(1)), o.fleet.limits.answer))
	line("answers later than that, but for a stall of this machine", o.excused)
	line("longest such stall: a program that wanted to run was kept waiting", ms(o.stalls.longest))

	fmt.Fprintf(w, "\n| fault | lasted | named by every `/readyz` after | all ready again after | slowest answer | images served meanwhile |\n|---|--:|--:|--:|--:|--:|\n")
	for _, f := range r.outcomes {
		named, images := "", ""
		if f.named > 0 {
			named = ms(f.named)
		} else if f.named < 0 {
			named = "never"
		}
		well := ms(f.well)
		if f.well < 0 {
			well = "not in time"
		}
		if f.images > 0 {
			images = fmt.Sprintf("%d of %d", f.images-f.lost, f.images)
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", f.name, f.lasted.Round(100*time.Millisecond), named, well, ms(o.slowest[f.name]), images)
	}
	fmt.Fprintf(w, "| %s | | | | %s | |\n", quiet, ms(o.slowest[quiet]))

	fmt.Fprintf(w, "\n| family, answer | times |\n|---|--:|\n")
	for _, said := range slices.Sorted(maps.Keys(o.answers)) {
		line(said, o.answers[said])
	}
	fmt.Fprintf(w, "\n| client | acknowledged | gave up |\n|---|--:|--:|\n")
	names := slices.SortedFunc(maps.Keys(r.load.by), func(a, b string) int { return cmp.Compare(r.load.by[b], r.load.by[a]) })
	for _, name := range names {
		fmt.Fprintf(w, "| %s | %d | %d |\n", name, r.load.by[name], r.load.failed[name])
	}
	if o.broken > 0 {
		fmt.Fprintf(w, "\n%d violations:\n\n", o.broken)
		for _, v := range o.violations {
			fmt.Fprintf(w, "- %s\n", v)
		}
	}
}

func ms(d time.Duration) string {
	if d >= time.Second {
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}
