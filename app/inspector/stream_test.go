package inspector_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store/sqlindex"
)

// events are what comes on a stream.
type events struct {
	t    *testing.T
	resp *http.Response
	in   *bufio.Scanner
	last string // the id of the last event
}

// listen opens a stream. The server has it once the answer's header is there.
func (g *rig) listen(t *testing.T, url, query, lastID string) *events {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url+"/api/v1/exchanges/stream?"+query, nil)
	g.must(err)
	r.Header.Set("Authorization", "Bearer "+adminToken)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := http.DefaultClient.Do(r)
	g.must(err)
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || got != "text/event-stream; charset=utf-8" {
		t.Fatalf("the stream: %d %s", resp.StatusCode, got)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return &events{t: t, resp: resp, in: bufio.NewScanner(resp.Body)}
}

// next gives the next exchange; ok is false when the stream has ended.
func (s *events) next() (e exchange, ok bool) {
	s.t.Helper()
	for s.in.Scan() {
		line := s.in.Text()
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			s.last = id
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			if err := json.Unmarshal([]byte(data), &e); err != nil {
				s.t.Fatalf("%v: %s", err, data)
			}
			return e, true
		}
	}
	return e, false
}

func (s *events) want(id string) {
	s.t.Helper()
	if e, ok := s.next(); !ok || e.ID != id {
		s.t.Fatalf("the stream gives %q (open: %t), want %q", e.ID, ok, id)
	}
}

func TestStream(t *testing.T) {
	g := newRig(t)
	g.send(attempt{}) // before anyone listens
	all := g.listen(t, g.ts.URL, "", "")
	refused := g.listen(t, g.ts.URL, "outcome=refused&endpoint=marketing", "")
	_, good := g.send(attempt{})
	_, bad := g.send(attempt{signed: wholeBody})
	all.want(good)
	all.want(bad)
	refused.want(bad)

	// Two that were missed come after a resume, and what was there before does not.
	place := all.last
	all.resp.Body.Close()
	_, third := g.send(attempt{})
	_, fourth := g.send(attempt{signed: wholeBody})
	again := g.listen(t, g.ts.URL, "", place)
	seen := map[string]bool{}
	for !seen[fourth] { // what came shortly before may come twice
		e, ok := again.next()
		if !ok {
			t.Fatal("the stream has ended")
		}
		seen[e.ID] = true
	}
	if !seen[third] || seen[bad] {
		t.Errorf("after a resume came %v, want %s and %s and not %s", seen, third, fourth, bad)
	}
	if a := g.operator().get("/api/v1/exchanges/stream", "Last-Event-ID", "nonsense"); a.errorOf() != "bad_parameter" {
		t.Errorf("a bad Last-Event-ID: %d %s", a.status, a.body)
	}
}

// TestLateRecord: an upload that began long before others, and was recorded after them, comes too.
func TestLateRecord(t *testing.T) {
	g := newRig(t)
	for i := range 40 {
		g.record(fmt.Sprintf("before-%d", i), time.Now(), "", false)
	}
	s := g.listen(t, g.ts.URL, "", "")
	g.record("late", time.Now().Add(-4*time.Minute), "", false)
	s.want("late")
	g.record("after", time.Now(), "", false)
	s.want("after")
}

// TestTwoNodes: what one process records, a listener at another hears.
func TestTwoNodes(t *testing.T) {
	g := newRig(t)
	index, err := sqlindex.Open(t.Context(), filepath.Join(g.dir, "index.db"))
	g.must(err)
	defer index.Close()
	other := g.node(index)
	ts := httptest.NewServer(other)
	defer ts.Close()
	defer other.Close()
	here, there := g.listen(t, g.ts.URL, "", ""), g.listen(t, ts.URL, "", "")
	_, id := g.send(attempt{})
	here.want(id)
	there.want(id)
}

func TestStreamsAreBounded(t *testing.T) {
	g := newRig(t)
	for range 64 {
		g.listen(t, g.ts.URL, "", "")
	}
	a := g.operator().get("/api/v1/exchanges/stream")
	if a.status != http.StatusServiceUnavailable || a.errorOf() != "too_many_listeners" || a.header.Get("Retry-After") == "" {
		t.Errorf("one stream more than there may be: %d %s", a.status, a.body)
	}
}

func TestCloseEndsStreams(t *testing.T) {
	g := newRig(t)
	s := g.listen(t, g.ts.URL, "", "")
	waited := make(chan reply, 1)
	b := g.operator()
	go func() { waited <- b.get("/api/v1/exchanges/wait?timeout=60s") }()
	for g.insp.Listeners() < 2 {
		time.Sleep(time.Millisecond)
	}
	g.insp.Close()
	if e, ok := s.next(); ok {
		t.Errorf("after Close came %+v", e)
	}
	if a := <-waited; a.errorOf() != "stopping" {
		t.Errorf("a wait that Close ends: %d %s", a.status, a.body)
	}
	if a := b.get("/api/v1/exchanges/stream"); a.errorOf() != "stopping" {
		t.Errorf("a stream after Close: %d %s", a.status, a.body)
	}
	if a := b.get("/api/v1/exchanges"); a.status != 200 {
		t.Errorf("the rest goes on: %d", a.status)
	}
	g.insp.Close() // again does no harm
}

func TestWait(t *testing.T) {
	g := newRig(t)
	b := g.operator()
	wait := func(query string) exchange {
		t.Helper()
		var e exchange
		if a := b.json("/api/v1/exchanges/wait?"+query, &e); a.status != 200 {
			t.Fatalf("%s: %d %s", query, a.status, a.body)
		}
		return e
	}
	_, first := g.send(attempt{})
	_, bad := g.send(attempt{signed: wholeBody})
	_, last := g.send(attempt{})
	for query, want := range map[string]string{
		"after=" + first:                       bad,
		"after=" + first + "&outcome=accepted": last,
		"after=" + bad:                         last,
		"after=0":                              first,
		"after=0&cause=v3.body":                bad,
		"after=0&outcome=refused":              bad,
	} {
		if e := wait(query); e.ID != want {
			t.Errorf("%s gives %s, want %s", query, e.ID, want)
		}
	}
	// What was before the call is not an answer.
	if a := b.get("/api/v1/exchanges/wait?timeout=0s"); a.status != http.StatusRequestTimeout || a.errorOf() != "timeout" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := b.get("/api/v1/exchanges/wait?timeout=0s&after=" + last); a.errorOf() != "timeout" {
		t.Errorf("%d %s", a.status, a.body)
	}
	got := make(chan reply, 1)
	go func() { got <- b.get("/api/v1/exchanges/wait?outcome=refused&endpoint=marketing&cause=bad_signature") }()
	for g.insp.Listeners() < 1 {
		time.Sleep(time.Millisecond)
	}
	g.send(attempt{})
	_, id := g.send(attempt{signed: wholeBody})
	var e exchange
	if a := <-got; json.Unmarshal([]byte(a.body), &e) != nil || e.ID != id || len(e.Findings) == 0 {
		t.Errorf("waiting gave %d %s, want %s", a.status, a.body, id)
	}
	// One who goes away frees the place.
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", g.ts.URL+"/api/v1/exchanges/wait", nil)
	g.must(err)
	r.Header.Set("Authorization", "Bearer "+adminToken)
	go http.DefaultClient.Do(r)
	for g.insp.Listeners() < 1 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	for g.insp.Listeners() > 0 {
		time.Sleep(time.Millisecond)
	}
}
