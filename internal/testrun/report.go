package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// report prints what failed, the slowest packages and, last, the table. It reports whether
// everything passed.
func report(out io.Writer, all []*results, notes []string) bool {
	ok := true
	var packages []timedPackage
	for _, r := range all {
		packages = append(packages, r.packages...)
		ok = ok && r.failed == 0
	}
	if !ok {
		fmt.Fprintf(out, "\nfailed:\n")
		for _, r := range all {
			for _, f := range r.failures {
				fmt.Fprintf(out, "  %s\n", f)
			}
		}
	}
	slices.SortStableFunc(packages, func(a, b timedPackage) int { return cmp.Compare(b.seconds, a.seconds) })
	if len(packages) > 0 {
		fmt.Fprintf(out, "\nthe slowest packages:\n")
		for _, p := range packages[:min(5, len(packages))] {
			fmt.Fprintf(out, "  %6.1f s  %s\n", p.seconds, p.name)
		}
	}
	table(out, all)
	for _, n := range notes {
		fmt.Fprintln(out, n)
	}
	return ok
}

// table prints a row for each module, and below it the reasons of its skips with their numbers.
func table(out io.Writer, all []*results) {
	width := len("module")
	for _, r := range all {
		width = max(width, len(r.name))
	}
	row := func(name string, passed, failed, skipped any, note string) {
		line := fmt.Sprintf("%-*s  %6v  %6v  %7v  %s", width, name, passed, failed, skipped, note)
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
	fmt.Fprintln(out)
	row("module", "passed", "failed", "skipped", "why, and the command that helps")
	sum := newResults("all", nil)
	for _, r := range all {
		row(r.name, r.passed, r.failed, r.skipped, r.note)
		for _, reason := range slices.SortedFunc(maps.Keys(r.skips), func(a, b string) int {
			return cmp.Or(cmp.Compare(r.skips[b], r.skips[a]), cmp.Compare(a, b))
		}) {
			row("", "", "", r.skips[reason], reason)
		}
		sum.passed, sum.failed, sum.skipped = sum.passed+r.passed, sum.failed+r.failed, sum.skipped+r.skipped
	}
	row(sum.name, sum.passed, sum.failed, sum.skipped, "")
}
