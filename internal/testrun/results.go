package main

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// results collects what go test -json says about one module, and prints failures as they happen.
type results struct {
	name                    string
	passed, failed, skipped int
	skips                   map[string]int // by reason
	failures                []string       // "app/store TestIndex/Get"
	packages                []timedPackage
	note                    string // about the whole module, for the table
	requireAll              bool   // a skip for which make setup would help is a failure
	again                   bool   // a package in which the race detector crashes is to run again
	crashed                 []string

	out     io.Writer
	running map[string]*packageRun
	builds  map[string]string // the compiler's output by import path
}

type timedPackage struct {
	name    string
	seconds float64
}

// packageRun is a package whose tests are running.
type packageRun struct {
	passed, failed, skipped int
	output                  map[string]*strings.Builder // by test; "" is the package itself
	order                   []string                    // of output: begun tests that have not ended, and ""
}

func newResults(name string, out io.Writer) *results {
	return &results{
		name: name, out: out, skips: map[string]int{}, running: map[string]*packageRun{}, builds: map[string]string{},
	}
}

// event is one line of go test -json: see go doc test2json.
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64
	ImportPath                    string // of build-output
	FailedBuild                   string
}

// line takes one line of go test -json.
func (r *results) line(text []byte) {
	var e event
	if json.Unmarshal(text, &e) != nil || e.Action == "" {
		fmt.Fprintf(r.out, "%s\n", text) // not from go test
		return
	}
	if e.Action == "build-output" {
		r.builds[e.ImportPath] += e.Output
		return
	}
	if e.Package == "" {
		return
	}
	p := r.running[e.Package]
	if p == nil {
		p = &packageRun{output: map[string]*strings.Builder{}}
		r.running[e.Package] = p
	}
	switch e.Action {
	case "output":
		p.add(e.Test, e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.packageEnded(e, p)
			delete(r.running, e.Package)
		} else {
			r.testEnded(e, p)
		}
	}
}

func (p *packageRun) add(test, text string) {
	b := p.output[test]
	if b == nil {
		b = &strings.Builder{}
		p.output[test] = b
		p.order = append(p.order, test)
	}
	b.WriteString(text)
}

// take returns what a test has printed so far, without the lines that only say what runs.
func (p *packageRun) take(test string) string {
	b := p.output[test]
	if b == nil {
		return ""
	}
	delete(p.output, test)
	var kept strings.Builder
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, "=== ") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

func (r *results) testEnded(e event, p *packageRun) {
	text := p.take(e.Test)
	switch e.Action {
	case "pass":
		p.passed++
	case "skip":
		reason := skipReason(text)
		if r.requireAll && strings.HasPrefix(reason, "needs ") && strings.HasSuffix(reason, ": make setup") {
			p.failed++
			r.failures = append(r.failures, e.Package+" "+e.Test+" (skipped, and WXUP_REQUIRE_ALL is set)")
			fmt.Fprintf(r.out, "\nFAIL  %s %s: %s; WXUP_REQUIRE_ALL is set: nothing may be skipped\n", e.Package, e.Test, reason)
			return
		}
		p.skipped++
		r.skips[reason]++
	case "fail":
		p.failed++
		r.failures = append(r.failures, e.Package+" "+e.Test)
		fmt.Fprintf(r.out, "\nFAIL  %s %s\n%s", e.Package, e.Test, text)
	}
}

// nativeCrash is how a Go program ends that a signal kills outside of Go code. A nil pointer in Go
// code is a panic instead.
var nativeCrash = regexp.MustCompile(`(?m)^(SIGSEGV: segmentation violation|SIGBUS: bus error)\nPC=0x|^FATAL: ThreadSanitizer`)

// detectorCrashed reports whether the package was killed in the code of the race detector, the only
// native code in a test: one run in some hundreds is (its shadow stack runs below its start).
func (p *packageRun) detectorCrashed() bool {
	for _, b := range p.output {
		if nativeCrash.MatchString(b.String()) {
			return true
		}
	}
	return false
}

func (r *results) packageEnded(e event, p *packageRun) {
	if e.Action == "skip" { // no test files
		return
	}
	if e.Action == "fail" && r.again && p.detectorCrashed() {
		r.crashed = append(r.crashed, e.Package)
		fmt.Fprintf(r.out, "again %s: the race detector itself crashed, which is a bug of Go's\n", e.Package)
		return
	}
	if e.Action == "fail" {
		fmt.Fprintf(r.out, "\nFAIL  %s\n", e.Package)
		if e.FailedBuild != "" {
			io.WriteString(r.out, r.builds[e.FailedBuild])
		}
		for _, test := range p.order {
			_, begun := p.output[test] // and never ended
			text := p.take(test)
			if test != "" && begun {
				r.failures = append(r.failures, e.Package+" "+test+" (did not end)")
				p.failed++
			}
			io.WriteString(r.out, text)
		}
		if p.failed == 0 { // a build failure, an exit, something left behind
			r.failures = append(r.failures, e.Package)
			p.failed++
		}
	}
	r.passed, r.failed, r.skipped = r.passed+p.passed, r.failed+p.failed, r.skipped+p.skipped
	r.packages = append(r.packages, timedPackage{e.Package, e.Elapsed})
	word := "ok    "
	if p.failed > 0 {
		word = "FAIL  "
	}
	fmt.Fprintf(r.out, "%s%-58s %6.1f s  %4d passed", word, e.Package, e.Elapsed, p.passed)
	for _, x := range []struct {
		n    int
		word string
	}{{p.failed, "failed"}, {p.skipped, "skipped"}} {
		if x.n > 0 {
			fmt.Fprintf(r.out, ", %d %s", x.n, x.word)
		}
	}
	fmt.Fprintln(r.out)
}

// fail records a failure that is not a test's.
func (r *results) fail(what string) {
	r.failed++
	r.failures = append(r.failures, what)
	fmt.Fprintf(r.out, "\nFAIL  %s\n", what)
}

// ended is called after go test has ended. Packages that have not ended were cut off.
func (r *results) ended(err error) {
	for name, p := range r.running {
		r.packageEnded(event{Action: "fail", Package: name}, p)
	}
	clear(r.running)
	if err != nil && r.failed == 0 && len(r.crashed) == 0 {
		r.fail(r.name + ": go test: " + err.Error())
	}
}

var logged = regexp.MustCompile(`^ *\S+\.go:\d+: (.*)`)

// skipReason finds what a skipped test says it needs, or else the last message that it has logged.
// A script logs its whole course after that.
func skipReason(output string) string {
	reason := ""
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\n")
		switch m := logged.FindStringSubmatch(line); {
		case m != nil && strings.HasPrefix(m[1], "needs "):
			return m[1]
		case strings.HasPrefix(strings.TrimSpace(line), "--- "):
		case m != nil:
			reason = m[1]
		case reason != "":
			reason += " " + strings.TrimSpace(line)
		}
	}
	if reason == "" {
		reason = "no reason given"
	}
	return reason
}
