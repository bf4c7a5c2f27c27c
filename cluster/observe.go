package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// limits are the times in which things must be there.
type limits struct {
	answer time.Duration // of every call
	named  time.Duration // what is down, by every /readyz
	well   time.Duration // all nodes, after a fault
	kill   time.Duration // what a client learns of a kill: its request can be on its way already
}

// promised is what is promised on a machine that has time.
var promised = limits{answer: 3 * time.Second, named: 4 * time.Second, well: 10 * time.Second, kill: time.Second}

// busy are the limits on a machine that has other things to do.
func (l limits) busy() limits { return limits{10 * l.answer, 10 * l.named, 10 * l.well, 10 * l.kill} }

// observer sees every request of every client, below whatever it does about errors, and judges each
// answer.
type observer struct {
	fleet  *fleet
	times  *timetable
	stalls stalls

	mu         sync.Mutex
	answers    map[string]int // by family and what was said
	slowest    map[string]time.Duration
	took       []time.Duration // of all answers
	cut        int             // requests whose node was killed
	excused    int             // answers that a stall of this machine has made late
	starting   int             // refusals by a node that was starting
	violations []string
	kinds      map[string]int // violations by their format
	broken     int
}

func newObserver(f *fleet, t *timetable) *observer {
	return &observer{fleet: f, times: t, answers: map[string]int{}, slowest: map[string]time.Duration{}, kinds: map[string]int{}}
}

// violation notes what must not be. The first of each kind are kept in full.
func (o *observer) violation(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.broken++
	if o.kinds[format]++; o.kinds[format] <= 10 {
		o.violations = append(o.violations, time.Now().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
	}
}

// through puts the observer before a transport. Problems other than those of a server that cannot
// at the moment are violations, unless they are expected of this client.
func (o *observer) through(rt http.RoundTripper, expected ...wxup.Problem) http.RoundTripper {
	return observed{o, rt, expected}
}

type observed struct {
	o        *observer
	rt       http.RoundTripper
	expected []wxup.Problem
}

func (t observed) RoundTrip(req *http.Request) (*http.Response, error) {
	var conn net.Conn
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { conn = info.Conn }}
	began := time.Now()
	resp, err := t.rt.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	var body []byte
	if err == nil {
		body, err = io.ReadAll(resp.Body)
		resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(body))
	}
	ended := time.Now()
	if req.Context().Err() != nil && err != nil {
		return nil, err // the client has given it up
	}
	n := t.o.fleet.behind(conn, req.URL.Host)
	if err != nil {
		t.o.lost(req, n, began, ended, err)
		return nil, err
	}
	t.o.judge(req, resp.StatusCode, body, n, began, ended, t.expected)
	return resp, nil
}

// behind is the node that a connection leads to; nil if that cannot be told.
func (f *fleet) behind(conn net.Conn, host string) *node {
	for _, n := range f.nodes {
		if host == n.http || host == n.https {
			return n
		}
	}
	if conn == nil {
		return nil
	}
	b := f.plain
	if host == f.tls.address() {
		b = f.tls
	}
	if i := b.lead(conn.LocalAddr().String()); i >= 0 {
		return f.nodes[i]
	}
	return nil
}

// lost judges a request without an answer: that may only be if the node was killed.
func (o *observer) lost(req *http.Request, n *node, began, ended time.Time, err error) {
	direct := req.URL.Host != o.fleet.plain.address() && req.URL.Host != o.fleet.tls.address()
	killed := n != nil && (n.killedIn(began, ended, o.fleet.limits.kill) || direct && n.startingIn(began, ended, o.fleet.limits.kill))
	for _, m := range o.fleet.nodes {
		killed = killed || n == nil && m.killedIn(began, ended, o.fleet.limits.kill)
	}
	if !killed {
		o.violation("no answer from %s to %s after %s, and it was not killed: %v (%s)", n, req.URL.Path, ended.Sub(began).Round(time.Millisecond), err, o.times.during(began, ended))
		return
	}
	o.mu.Lock()
	o.cut++
	o.mu.Unlock()
}

func (n *node) String() string {
	if n == nil {
		return "no node"
	}
	return n.name
}

func (o *observer) judge(req *http.Request, status int, body []byte, n *node, began, ended time.Time, expected []wxup.Problem) {
	took := ended.Sub(began)
	faults := o.times.during(began, ended)
	family, said, problem, ok := readAnswer(req.URL.Path, status, body)
	o.mu.Lock()
	o.answers[string(family)+" "+said]++
	o.took = append(o.took, took)
	for _, f := range o.times.in(began, ended, 0) {
		o.slowest[f] = max(o.slowest[f], took)
	}
	o.mu.Unlock()
	switch late := took - o.fleet.limits.answer; {
	case late > o.stalls.in(began, ended):
		o.violation("%s answered %s after %s: %s (%s)", n, req.URL.Path, took.Round(time.Millisecond), said, faults)
	case late > 0:
		o.mu.Lock()
		o.excused++
		o.mu.Unlock()
	}
	switch {
	case !ok:
		o.violation("%s answered %s with what is in no table: %d %.300q (%s)", n, req.URL.Path, status, body, faults)
	case problem == "" || slices.Contains(expected, problem):
	case problem != wxup.Internal && problem != wxup.Unavailable && problem != wxup.TooFrequent:
		o.violation("%s refused a good request to %s: %s (%s)", n, req.URL.Path, said, faults)
	case n != nil && n.startingIn(began, ended, o.fleet.limits.kill):
		o.mu.Lock()
		o.starting++
		o.mu.Unlock()
	case !slices.ContainsFunc(faults, func(f string) bool { return f != quiet }):
		o.violation("%s refused %s while nothing was wrong: %s, after %s", n, req.URL.Path, said, took.Round(time.Millisecond))
	}
}

// readAnswer reads an answer in its family's words, and finds it in wxup's own table.
func readAnswer(path string, status int, body []byte) (family wxup.Family, said string, reason wxup.Problem, ok bool) {
	family = familyOf(path)
	code, message := "", ""
	switch family {
	case wxup.PayV3:
		var r wire.V3Refusal
		if json.Unmarshal(body, &r) != nil {
			return family, fmt.Sprintf("HTTP %d", status), "", false
		}
		if status == http.StatusOK {
			return family, "200", "", r.Code == ""
		}
		code, message = r.Code, r.Message
	case wxup.PayV2:
		fields, err := wire.UnmarshalV2(body)
		if err != nil {
			return family, fmt.Sprintf("HTTP %d", status), "", false
		}
		if fields["return_code"] == "SUCCESS" && fields["result_code"] == "SUCCESS" {
			return family, "SUCCESS", "", status == http.StatusOK
		}
		code, message = fields["err_code"], fields["err_code_des"]
		if message == "" {
			message = fields["return_msg"]
		}
	default:
		a, err := wire.UnmarshalAccount(body)
		if err != nil {
			return family, fmt.Sprintf("HTTP %d", status), "", false
		}
		if a.ErrCode == 0 {
			return family, "errcode 0", "", status == http.StatusOK
		}
		code = strconv.Itoa(a.ErrCode)
		message, _ = wire.SplitRID(a.ErrMsg)
	}
	said = fmt.Sprintf("%d %s", status, code)
	for _, row := range problem.Of(family).Rows {
		if r := row.Documented; r.Status == status && r.Code == code && r.Message == message {
			return family, said, row.Problem, true
		}
	}
	return family, said, "", false
}

func familyOf(path string) wxup.Family {
	switch {
	case strings.HasPrefix(path, "/v3/"):
		return wxup.PayV3
	case strings.HasPrefix(path, "/secapi/"):
		return wxup.PayV2
	}
	return wxup.FamilyAccount
}

// quantile is the time within which that part of all answers came.
func (o *observer) quantile(q float64) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.took) == 0 {
		return 0
	}
	slices.Sort(o.took)
	return o.took[min(int(q*float64(len(o.took))), len(o.took)-1)]
}

// stalls are the times in which this machine kept a program waiting that wanted to run, as it does
// when it has other things to do. They count for nobody's answer.
type stalls struct {
	mu      sync.Mutex
	list    []stall
	longest time.Duration
}

type stall struct {
	end  time.Time
	long time.Duration
}

// watch naps, and sees how much longer than it wanted it has slept.
func (s *stalls) watch(ctx context.Context) {
	const nap, least = 10 * time.Millisecond, 20 * time.Millisecond
	for ctx.Err() == nil {
		began := time.Now()
		time.Sleep(nap)
		if long := time.Since(began) - nap; long > least {
			s.mu.Lock()
			s.list = append(s.list, stall{time.Now(), long})
			s.longest = max(s.longest, long)
			s.mu.Unlock()
		}
	}
}

// in is how long the machine stalled within a span of time.
func (s *stalls) in(from, to time.Time) (sum time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.list {
		if x.end.After(from) && x.end.Add(-x.long).Before(to) {
			sum += x.long
		}
	}
	return sum
}

// quiet is the name of the time in which nothing is wrong, but for nodes that are killed.
const quiet = "kill -9 only"

// timetable is when which fault was.
type timetable struct {
	mu   sync.Mutex
	list []outage
}

type outage struct {
	name       string
	began, end time.Time // end is zero while it lasts
}

func (t *timetable) begin(name string) (end func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := len(t.list)
	t.list = append(t.list, outage{name: name, began: time.Now()})
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.list[i].end = time.Now()
	}
}

// aftermath is how long after a fault's end its consequences may be seen.
const aftermath = 3 * time.Second

// during names the faults that were in a span of time, or just before it.
func (t *timetable) during(from, to time.Time) []string { return t.in(from, to, aftermath) }

func (t *timetable) in(from, to time.Time, after time.Duration) (names []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.list {
		if !f.began.After(to) && (f.end.IsZero() || f.end.Add(after).After(from)) {
			names = append(names, f.name)
		}
	}
	if names == nil {
		names = []string{quiet}
	}
	return names
}
