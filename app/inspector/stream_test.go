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

	"github.com/wxup/wxup/app/inspector/inspectortest"
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
func listen(g *inspectortest.Rig, t *testing.T, url, query, lastID string) *events {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url+"/api/v1/exchanges/stream?"+query, nil)
	g.Must(err)
	r.Header.Set("Authorization", "Bearer "+inspectortest.AdminToken)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := http.DefaultClient.Do(r)
	g.Must(err)
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
	g := inspectortest.New(t)
	g.Send(inspectortest.Attempt{}) // before anyone listens
	all := listen(g, t, g.Server.URL, "", "")
	refused := listen(g, t, g.Server.URL, "outcome=refused&endpoint=marketing", "")
	_, good := g.Send(inspectortest.Attempt{})
	_, bad := g.Send(inspectortest.Attempt{Signed: inspectortest.WholeBody})
	all.want(good)
	all.want(bad)
	refused.want(bad)

	// Two that were missed come after a resume, and what was there before does not.
	place := all.last
	all.resp.Body.Close()
	_, third := g.Send(inspectortest.Attempt{})
	_, fourth := g.Send(inspectortest.Attempt{Signed: inspectortest.WholeBody})
	again := listen(g, t, g.Server.URL, "", place)
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
	if a := g.Operator().Get("/api/v1/exchanges/stream", "Last-Event-ID", "nonsense"); a.ErrorOf() != "bad_parameter" {
		t.Errorf("a bad Last-Event-ID: %d %s", a.Status, a.Body)
	}
}

// TestLateRecord: an upload that began long before others, and was recorded after them, comes too.
func TestLateRecord(t *testing.T) {
	g := inspectortest.New(t)
	for i := range 40 {
		record(g, fmt.Sprintf("before-%d", i), time.Now(), "", false)
	}
	s := listen(g, t, g.Server.URL, "", "")
	record(g, "late", time.Now().Add(-4*time.Minute), "", false)
	s.want("late")
	record(g, "after", time.Now(), "", false)
	s.want("after")
}

// TestTwoNodes: what one process records, a listener at another hears.
func TestTwoNodes(t *testing.T) {
	g := inspectortest.New(t)
	index, err := sqlindex.Open(t.Context(), filepath.Join(g.Dir, "index.db"))
	g.Must(err)
	defer index.Close()
	other := g.Node(index)
	ts := httptest.NewServer(other)
	defer ts.Close()
	defer other.Close()
	here, there := listen(g, t, g.Server.URL, "", ""), listen(g, t, ts.URL, "", "")
	_, id := g.Send(inspectortest.Attempt{})
	here.want(id)
	there.want(id)
}

func TestStreamsAreBounded(t *testing.T) {
	g := inspectortest.New(t)
	for range 64 {
		listen(g, t, g.Server.URL, "", "")
	}
	a := g.Operator().Get("/api/v1/exchanges/stream")
	if a.Status != http.StatusServiceUnavailable || a.ErrorOf() != "too_many_listeners" || a.Header.Get("Retry-After") == "" {
		t.Errorf("one stream more than there may be: %d %s", a.Status, a.Body)
	}
}

func TestCloseEndsStreams(t *testing.T) {
	g := inspectortest.New(t)
	s := listen(g, t, g.Server.URL, "", "")
	waited := make(chan inspectortest.Reply, 1)
	b := g.Operator()
	go func() { waited <- b.Get("/api/v1/exchanges/wait?timeout=60s") }()
	for g.Inspector.Listeners() < 2 {
		time.Sleep(time.Millisecond)
	}
	g.Inspector.Close()
	if e, ok := s.next(); ok {
		t.Errorf("after Close came %+v", e)
	}
	if a := <-waited; a.ErrorOf() != "stopping" {
		t.Errorf("a wait that Close ends: %d %s", a.Status, a.Body)
	}
	if a := b.Get("/api/v1/exchanges/stream"); a.ErrorOf() != "stopping" {
		t.Errorf("a stream after Close: %d %s", a.Status, a.Body)
	}
	if a := b.Get("/api/v1/exchanges"); a.Status != 200 {
		t.Errorf("the rest goes on: %d", a.Status)
	}
	g.Inspector.Close() // again does no harm
}

func TestWait(t *testing.T) {
	g := inspectortest.New(t)
	b := g.Operator()
	wait := func(query string) exchange {
		t.Helper()
		var e exchange
		if a := b.JSON("/api/v1/exchanges/wait?"+query, &e); a.Status != 200 {
			t.Fatalf("%s: %d %s", query, a.Status, a.Body)
		}
		return e
	}
	_, first := g.Send(inspectortest.Attempt{})
	_, bad := g.Send(inspectortest.Attempt{Signed: inspectortest.WholeBody})
	_, last := g.Send(inspectortest.Attempt{})
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
	if a := b.Get("/api/v1/exchanges/wait?timeout=0s"); a.Status != http.StatusRequestTimeout || a.ErrorOf() != "timeout" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := b.Get("/api/v1/exchanges/wait?timeout=0s&after=" + last); a.ErrorOf() != "timeout" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	got := make(chan inspectortest.Reply, 1)
	go func() { got <- b.Get("/api/v1/exchanges/wait?outcome=refused&endpoint=marketing&cause=bad_signature") }()
	for g.Inspector.Listeners() < 1 {
		time.Sleep(time.Millisecond)
	}
	g.Send(inspectortest.Attempt{})
	_, id := g.Send(inspectortest.Attempt{Signed: inspectortest.WholeBody})
	var e exchange
	if a := <-got; json.Unmarshal([]byte(a.Body), &e) != nil || e.ID != id || len(e.Findings) == 0 {
		t.Errorf("waiting gave %d %s, want %s", a.Status, a.Body, id)
	}
	// One who goes away frees the place.
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", g.Server.URL+"/api/v1/exchanges/wait", nil)
	g.Must(err)
	r.Header.Set("Authorization", "Bearer "+inspectortest.AdminToken)
	go http.DefaultClient.Do(r)
	for g.Inspector.Listeners() < 1 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	for g.Inspector.Listeners() > 0 {
		time.Sleep(time.Millisecond)
	}
}
