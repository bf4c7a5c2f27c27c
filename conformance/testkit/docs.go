package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// writeDocs writes both pages. It refuses when a client of calls.txt was not run: the page would
// say less than it seems to.
func writeDocs(clients []client, resultsFile, conformance, docs string) error {
	text, err := os.ReadFile(resultsFile)
	if err != nil {
		return err
	}
	m := matrix{clients: clients}
	if err := json.Unmarshal(text, &m.results); err != nil {
		return err
	}
	for _, c := range clients {
		for _, x := range c.calls {
			if _, ok := m.of(x); !ok {
				return fmt.Errorf("%s %s %s was not run: the pages are written after a whole run only", x.client, x.route, x.api)
			}
		}
	}
	if m.versions, err = readVersions(clients, conformance); err != nil {
		return err
	}
	if m.absent, err = readAbsent(filepath.Join(conformance, "not-run.txt")); err != nil {
		return err
	}
	for name, zh := range map[string]bool{"compatibility.md": false, "compatibility.zh-CN.md": true} {
		p := page{zh: zh}
		m.write(&p)
		if err := os.WriteFile(filepath.Join(docs, name), []byte(p.String()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

type matrix struct {
	clients  []client
	results  []result
	versions map[string]string
	absent   []absent
}

func (m *matrix) of(c call) (result, bool) {
	i := slices.IndexFunc(m.results, func(r result) bool {
		return r.API != "" && r.Client == c.client && r.Route == c.route && r.API == c.api
	})
	if i < 0 {
		return result{}, false
	}
	return m.results[i], true
}

func (m *matrix) write(p *page) {
	passed, all := 0, 0
	for _, c := range m.clients {
		ok, of := m.count(c, func(call) bool { return true })
		passed, all = passed+ok, all+of
	}
	p.line("# ", p.say(title), "\n")
	p.line(p.say(twin), "\n")
	p.line(p.say(intro1), "\n")
	p.line(p.say(intro2), "\n")
	p.line(p.say(ways), "\n")
	p.line("**", p.say(sumText, passed, all), "**\n")
	m.summary(p)
	p.line("\n## ", p.say(needsTitle), "\n")
	p.line(p.say(needsIntro), "\n")
	m.needs(p)
	for _, c := range m.clients {
		p.line("\n## ", c.name, "\n")
		p.line(m.source(p, c), "\n")
		m.calls(p, c)
		m.mistakes(p, c)
	}
	if len(m.absent) > 0 {
		p.line("\n## ", p.say(notRun), "\n")
		for _, x := range m.absent {
			p.line("- ", x.names, ": ", p.say(x.why))
		}
	}
}

func (m *matrix) count(c client, of func(call) bool) (passed, all int) {
	for _, x := range c.calls {
		if !of(x) {
			continue
		}
		all++
		if r, _ := m.of(x); r.Passed {
			passed++
		}
	}
	return passed, all
}

func (m *matrix) source(p *page, c client) string {
	if c.ecosystem == "system" {
		return p.say(ecosystems[c.ecosystem])
	}
	return fmt.Sprintf("%s: `%s` %s", p.say(ecosystems[c.ecosystem]), c.pkg, m.versions[c.name])
}

func (m *matrix) summary(p *page) {
	cells := p.all(summaryHead[:2])
	for _, route := range routes[:3] {
		cells = append(cells, routeNames[route])
	}
	p.head(append(cells, p.all(summaryHead[2:])...))
	for _, c := range m.clients {
		cells := []string{fmt.Sprintf("[%s](#%s)", c.name, c.name), m.versions[c.name]}
		if c.ecosystem == "system" {
			cells[1] = p.say(ecosystems["system"])
		}
		for _, route := range routes[:3] {
			cells = append(cells, fraction(m.count(c, func(x call) bool { return x.route == route && x.end == "ok" })))
		}
		var verified []string
		for _, name := range []string{"certificate", "public-key", "either", "v2-key", "none"} {
			if slices.ContainsFunc(m.results, func(r result) bool { return r.Client == c.name && r.Verified == name }) {
				verified = append(verified, p.say(verifiedWith[name]))
			}
		}
		explained, mistakes := 0, 0
		for _, x := range c.calls {
			if x.end != "refused" {
				continue
			}
			mistakes++
			if r, _ := m.of(x); r.Passed && r.Cause != "none" {
				explained++
			}
		}
		p.row(append(cells, strings.Join(verified, ", "), fraction(explained, mistakes))...)
	}
}

func fraction(n, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%d/%d", n, of)
}

func (m *matrix) needs(p *page) {
	cells := []string{"SDK"}
	for _, route := range routes[:3] {
		cells = append(cells, routeNames[route])
	}
	p.head(cells)
	for _, c := range m.clients {
		cells := []string{c.name}
		for _, route := range routes[:3] {
			var list []string
			for _, r := range m.results {
				if r.Client == c.name && r.Route == route && r.Needs != "" {
					list = append(list, "`"+r.Needs+"`")
				}
			}
			switch {
			case !slices.Contains(c.routes(), route):
				list = []string{"–"}
			case len(list) == 0:
				list = []string{p.say(nothing)}
			}
			cells = append(cells, strings.Join(list, ", "))
		}
		p.row(cells...)
	}
}

// calls is the table of the uploads that succeed, one row for each, one column for each way.
func (m *matrix) calls(p *page, c client) {
	cells := p.all(callHead)
	for _, route := range c.routes() {
		cells = append(cells, routeNames[route])
	}
	p.head(cells)
	var done []string
	for _, x := range c.calls {
		if x.end != "ok" || slices.Contains(done, x.api) {
			continue
		}
		done = append(done, x.api)
		cells := []string{x.api, x.kind, ""}
		for _, route := range c.routes() {
			mark := "–"
			for _, y := range c.calls {
				if y.api != x.api || y.route != route {
					continue
				}
				mark = "✗"
				if r, _ := m.of(y); r.Passed {
					mark = "✓"
					cells[2] = p.say(verifiedWith[r.Verified])
				}
			}
			cells = append(cells, mark)
		}
		p.row(cells...)
	}
}

// mistakes is what was done wrong on purpose, and what the SDK cannot do.
func (m *matrix) mistakes(p *page, c client) {
	first := true
	for _, x := range c.calls {
		r, _ := m.of(x)
		if x.end != "refused" {
			continue
		}
		if first {
			p.line()
			p.head(p.all(mistakeHead))
			first = false
		}
		if !r.Passed {
			p.row(x.api, "✗", "✗")
			continue
		}
		cause := "`" + r.Cause + "`"
		if r.Cause == "none" {
			cause = p.say(noCause)
		}
		p.row(x.api, fmt.Sprintf("%d `%s`", r.Status, r.Code), cause)
	}
	for _, x := range c.calls {
		r, _ := m.of(x)
		mark := map[bool]string{true: "✓", false: "✗"}[r.Passed]
		switch x.end {
		case "rejected":
			p.line("\n", p.say(rejectedText, mark))
		case "broken":
			p.line("\n", p.say(brokenText, x.api, p.say(x.why), r.Said))
		}
	}
}
