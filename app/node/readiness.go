package node

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// pinger is something that can be down.
type pinger interface{ Ping(context.Context) error }

// part is one of the two that an upload needs.
type part struct {
	name   string // index or blobs
	pinger pinger
	shared bool // it is on another machine, so that no other node is better off without it
}

// readiness answers /readyz. The parts are asked at most once a second, however many ask, and
// nothing is written.
//
// A node whose shared store is away stays in rotation, degraded: all nodes are without it, and each
// refuses uploads in WeChat's words, which no balancer would, and serves what images it can.
type readiness struct {
	parts []part
	mask  func(string) string // hides secrets in errors

	damaged func() int64 // kept files that are known to be damaged: all others are served

	opened  atomic.Bool // wxup.env is written: who was told that the node is ready finds it
	leaving atomic.Bool // the node is about to stop

	mu     sync.Mutex
	asked  time.Time
	status int
	text   string // for the operator
}

const (
	readyTime  = 2 * time.Second // that a part may take to answer
	readyEvery = time.Second
)

// public says yes or no.
func (s *readiness) public(w http.ResponseWriter, _ *http.Request) {
	if status, _ := s.now(); status != http.StatusOK {
		http.Error(w, "not ready", status)
		return
	}
	io.WriteString(w, "ok\n")
}

// reasons says what is down.
func (s *readiness) reasons(w http.ResponseWriter, _ *http.Request) {
	status, text := s.now()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, text+"\n")
}

// now is the answer of the last second, or a new one. It belongs to all who ask, and has no
// caller's context.
func (s *readiness) now() (status int, text string) {
	if !s.opened.Load() {
		return http.StatusServiceUnavailable, "not ready: starting"
	}
	if s.leaving.Load() {
		return http.StatusServiceUnavailable, "not ready: stopping"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.asked) < readyEvery {
		return s.status, s.text
	}
	ctx, cancel := context.WithTimeout(context.Background(), readyTime)
	defer cancel()
	var asking sync.WaitGroup
	errs := make([]error, len(s.parts))
	for i, p := range s.parts {
		asking.Go(func() { errs[i] = p.pinger.Ping(ctx) })
	}
	asking.Wait()
	var down []string
	own := false
	for i, err := range errs {
		if err != nil {
			down = append(down, s.parts[i].name+": "+err.Error())
			own = own || !s.parts[i].shared
		}
	}
	var notes []string
	if n := s.damaged(); n > 0 {
		notes = append(notes, fmt.Sprintf("%d kept files are damaged: wxup fsck names them", n))
	}
	switch said := s.mask(strings.Join(append(down, notes...), "; ")); {
	case said == "":
		s.status, s.text = http.StatusOK, "ok"
	case own:
		s.status, s.text = http.StatusServiceUnavailable, "not ready: "+said
	default:
		s.status, s.text = http.StatusOK, "degraded: "+said
	}
	s.asked = time.Now()
	return s.status, s.text
}
