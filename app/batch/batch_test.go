package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/pick"
)

// service answers uploads to the article endpoint. gate, if set, is called before an upload is
// answered.
type service struct {
	mu    sync.Mutex
	calls int
	gate  func(call int)
}

func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.calls++
	call := s.calls
	s.mu.Unlock()
	if s.gate != nil {
		s.gate(call)
	}
	body := fmt.Sprintf(`{"url":"http://mmbiz.qpic.cn/%d"}`, call)
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

func (s *service) client() *wxup.Client {
	token := func(context.Context, string) (string, error) { return "token", nil }
	return &wxup.Client{Auth: wxup.Tokens{Source: token}, Transport: s, Rate: wxup.Rate{Off: true}, Concurrency: 2}
}

// notes is a Reporter that writes down what it is told.
type notes struct {
	mu     sync.Mutex
	list   []string
	broken bool
}

func (n *notes) add(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, fmt.Sprintf(format, args...))
}

func (n *notes) Uploaded(i int, res *wxup.Result, _ time.Duration) {
	n.add("uploaded %d %v", i, res.Cached)
}
func (n *notes) Refused(i int, err error)    { n.add("refused %d", i) }
func (n *notes) Left(i int)                  { n.add("left %d", i) }
func (n *notes) Progress(int, wxup.Progress) {}
func (n *notes) Event(int, wxup.Event)       {}
func (n *notes) Stopping(busy int)           { n.add("stopping %d", busy) }
func (n *notes) Broken() bool                { n.mu.Lock(); defer n.mu.Unlock(); return n.broken }

func (n *notes) sorted() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Sorted(slices.Values(n.list))
}

// items are JPEGs for the article endpoint.
func items(t *testing.T, n int) (list []pick.Item) {
	t.Helper()
	ep, ok := wxup.LookupEndpoint("article")
	if !ok {
		t.Fatal("no endpoint")
	}
	dir := t.TempDir()
	for i := range n {
		name := filepath.Join(dir, fmt.Sprintf("%d.jpg", i))
		if err := os.WriteFile(name, slices.Concat(jpeg, []byte{byte(i)}), 0o600); err != nil {
			t.Fatal(err)
		}
		list = append(list, pick.Item{Name: name, Endpoint: ep, Size: int64(len(jpeg) + 1), Same: -1})
	}
	return list
}

// jpeg has one grey pixel.
var jpeg = []byte("\xff\xd8\xff\xdb\x00\x43\x00" + strings.Repeat("\x01", 64) + "\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00" +
	"\xff\xc4\x00\x14\x00\x01" + strings.Repeat("\x00", 15) + "\x00" + "\xff\xc4\x00\x14\x10\x01" + strings.Repeat("\x00", 15) + "\x00" +
	"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x3f\xff\xd9")

func source(it *pick.Item) wxup.Source { return it.Source(pick.Fields{}) }

func TestOutcomes(t *testing.T) {
	list := items(t, 4)
	list[1].Err = errors.New("no such file")
	list[2].Same = 0
	list[3].Same = 1
	var s service
	var n notes
	b := &Batch{Client: s.client(), Items: list, Source: source, Report: &n}
	totals := b.Run(t.Context(), t.Context())
	if want := []string{"refused 1", "refused 3", "uploaded 0 false", "uploaded 2 true"}; !slices.Equal(n.sorted(), want) {
		t.Errorf("reported %q, want %q", n.sorted(), want)
	}
	all := totals.All()
	if s.calls != 1 || totals.Items != 4 || totals.Left != 0 || all.Uploaded != 1 || all.Remembered != 1 || all.Refused != 2 || all.Bytes != int64(len(jpeg)+1) {
		t.Errorf("%d calls, totals %+v", s.calls, totals)
	}
	if eps := Endpoints(list); len(eps) != 1 || eps[0].Name != "article" {
		t.Errorf("endpoints %v", eps)
	}
}

// TestStop stops a batch while two uploads are on the wire: these are finished, and nothing new is
// begun.
func TestStop(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	arrived, open := make(chan struct{}, 2), make(chan struct{})
	s := service{gate: func(int) { arrived <- struct{}{}; <-open }}
	var n notes
	b := &Batch{Client: s.client(), Items: items(t, 20), Source: source, Report: &n}
	done := make(chan Totals)
	go func() { done <- b.Run(ctx, t.Context()) }()
	<-arrived
	<-arrived
	stop()
	waitFor(t, &n, "stopping ")
	close(open)
	totals := <-done
	if all := totals.All(); all.Uploaded < 2 || all.Uploaded != s.calls || totals.Left != 20-s.calls || totals.Left == 0 {
		t.Errorf("%d calls, totals %+v", s.calls, totals)
	}
}

// TestBroken ends a batch whose results cannot be written.
func TestBroken(t *testing.T) {
	var s service
	n := notes{broken: true}
	b := &Batch{Client: s.client(), Items: items(t, 250), Source: source, Report: &n}
	if totals := b.Run(t.Context(), t.Context()); totals.Left == 0 {
		t.Errorf("all was uploaded although nothing can be written: %+v", totals)
	}
}

// TestNow stops a batch at once: what is on the wire is given up.
func TestNow(t *testing.T) {
	now, stop := context.WithCancel(t.Context())
	s := service{gate: func(call int) { stop() }}
	var n notes
	b := &Batch{Client: s.client(), Items: items(t, 3), Source: source, Report: &n}
	totals := b.Run(t.Context(), now)
	if totals.Left == 0 && totals.All().Uploaded != 3 {
		t.Errorf("totals %+v, reported %q", totals, n.sorted())
	}
}

// waitFor waits until something that begins so was reported; a minute is for hangs.
func waitFor(t *testing.T, n *notes, want string) {
	t.Helper()
	reported := func(text string) bool { return strings.HasPrefix(text, want) }
	for end := time.Now().Add(time.Minute); !slices.ContainsFunc(n.sorted(), reported); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%q was never reported: %q", want, n.sorted())
		}
	}
}
