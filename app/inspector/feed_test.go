package inspector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/server"
)

func newTestFeed(t *testing.T) (*feed, *sqlindex.Index) {
	t.Helper()
	index, err := sqlindex.Open(t.Context(), filepath.Join(t.TempDir(), "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	f := newFeed(index, time.Now, slog.New(slog.DiscardHandler))
	t.Cleanup(func() { f.close(); index.Close() })
	return f, index
}

func record(t *testing.T, index *sqlindex.Index, id string, at time.Time) {
	t.Helper()
	e := &server.Exchange{ID: id, Time: at, Family: wxup.PayV3, Endpoint: "marketing", Status: 200}
	if err := index.Record(context.Background(), e); err != nil {
		t.Fatal(err)
	}
}

// TestSlowListener: one that takes nothing is dropped when it is too far behind; the others get
// everything.
func TestSlowListener(t *testing.T) {
	f, index := newTestFeed(t)
	slow, err := f.listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	quick, err := f.listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const n = behindMost + 10
	seen := map[string]bool{}
	for i := range n {
		record(t, index, fmt.Sprint("x", i), time.Now())
		for i%10 == 9 && len(seen) <= i { // it has taken all before more comes than it may be behind
			e, open := <-quick.exchanges
			if !open {
				t.Fatalf("the quick one was dropped after %d", len(seen))
			}
			seen[e.ID] = true
		}
	}
	behind := 0
	for range slow.exchanges { // ends, as it is closed
		behind++
	}
	if behind != behindMost {
		t.Errorf("the slow one got %d before it was dropped, want %d", behind, behindMost)
	}
	f.leave(slow) // again does no harm
	f.leave(quick)
	f.mu.Lock()
	idle := f.stop == nil && len(f.seen) == 0
	f.mu.Unlock()
	if !idle {
		t.Error("it goes on asking though nobody listens")
	}
}

// TestFeedTellsOnce: each exchange once, also those of a deep look, and none that was there before.
func TestFeedTellsOnce(t *testing.T) {
	f, index := newTestFeed(t)
	now := time.Now()
	for i := range 300 {
		record(t, index, fmt.Sprint("old", i), now.Add(-time.Duration(i)*time.Second))
	}
	l, err := f.listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	poll := func(deep bool) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if err := f.poll(t.Context(), deep); err != nil {
			t.Fatal(err)
		}
		for len(l.exchanges) > 0 {
			count[(<-l.exchanges).ID]++
		}
	}
	record(t, index, "top", now)
	poll(false)
	record(t, index, "late", now.Add(-4*time.Minute))
	poll(true)
	record(t, index, "too-old", now.Add(-2*lookBack))
	for range 25 {
		poll(true)
	}
	if len(count) != 2 || count["top"] != 1 || count["late"] != 1 {
		t.Errorf("told: %v", count)
	}
}

// TestFeedWithoutIndex: an index that is away is an error to who comes, and no end to who is there.
func TestFeedWithoutIndex(t *testing.T) {
	f, index := newTestFeed(t)
	l, err := f.listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	index.Close()
	if _, err := f.listen(t.Context()); err == nil || errors.Is(err, crowded) {
		t.Errorf("listening without an index: %v", err)
	}
	select {
	case _, open := <-l.exchanges:
		t.Errorf("who was there gets something (open: %t)", open)
	default:
	}
}
