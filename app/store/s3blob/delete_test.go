package s3blob

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/app/testservers"
	"github.com/wxup/wxup/server"
)

// ages makes a blob as old as d, on the disk of a server of our own.
func ages(t testing.TB, s *testservers.S3Server, b *Bucket, key string, d time.Duration) {
	t.Helper()
	at := time.Now().Add(-d)
	if err := os.Chtimes(filepath.Join(s.Dir, b.bucket, filepath.FromSlash(key)), at, at); err != nil {
		t.Fatal(err)
	}
}

// TestDeleteRace deletes what has long been there while it is put again, from several processes as it were. A Put that
// was acknowledged must hold, whatever the order; and one that was not must have said so.
//
// WXUP_LONG=1 makes it ten times as long.
func TestDeleteRace(t *testing.T) {
	t.Parallel()
	rounds := 6
	if os.Getenv("WXUP_LONG") != "" {
		rounds *= 10
	}
	s := testservers.NewS3(t, "")
	url := s.URL(t)
	// The ones that delete are slow at the moment that matters.
	p := newProxy(t, s.Endpoint)
	p.set(only("DELETE", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !strings.Contains(r.URL.Path, "/deleting/") {
			time.Sleep(rand.N(200 * time.Millisecond))
		}
		next.ServeHTTP(w, r)
	}))
	slow := strings.Replace(url, s.Endpoint, p.URL, 1)
	deleters := []*Bucket{openAt(t, s, slow), openAt(t, s, slow)}
	putters := []*Bucket{openAt(t, s, url), openAt(t, s, url)}
	putters[1].able = abilities{}
	calm := openAt(t, s, url) // to put first and to look afterwards
	for _, b := range append(deleters, putters...) {
		b.within(time.Second)
		b.settle, b.lease = 2*time.Second, 20*time.Second
	}
	var kept, gone, refused atomic.Int64
	race := func(data []byte) {
		sum := storetest.Sum(data)
		if err := put(calm, data); err != nil {
			t.Error(err)
			return
		}
		ages(t, s, calm, calm.place(sum), time.Hour)
		var wg sync.WaitGroup
		var failed, acknowledged atomic.Bool // failed: nobody knows whether it was done
		for _, d := range deleters[:1+rand.IntN(2)] {
			wg.Go(func() {
				if err := d.Delete(t.Context(), sum, time.Now().Add(-30*time.Minute)); err != nil {
					failed.Store(true)
				}
			})
		}
		for _, b := range putters[:1+rand.IntN(2)] {
			after := rand.N(3 * b.settle / 2)
			wg.Go(func() {
				time.Sleep(after)
				if err := put(b, data); err == nil {
					acknowledged.Store(true)
				} else {
					failed.Store(true)
					if strings.Contains(err.Error(), "being deleted at this moment") {
						refused.Add(1)
					}
				}
			})
		}
		wg.Wait()
		err := reads(calm, data)
		switch {
		case err != nil && !errors.Is(err, server.ErrUnknown):
			t.Error(err)
		case acknowledged.Load() && err != nil:
			t.Errorf("%s was acknowledged, and deleted", sum)
		case acknowledged.Load():
			kept.Add(1)
		case err != nil:
			gone.Add(1)
		case !failed.Load():
			t.Errorf("%s was deleted, and is there", sum)
		}
	}
	for round := range rounds {
		var wg sync.WaitGroup
		for i := range 32 {
			wg.Go(func() { race(storetest.Bytes(uint64(round*32+i), 5_000)) })
		}
		wg.Wait()
	}
	t.Logf("%d kept, %d gone, %d Puts refused meanwhile", kept.Load(), gone.Load(), refused.Load())
	if kept.Load() == 0 || gone.Load() == 0 || refused.Load() == 0 {
		t.Error("not all of it has happened: this says too little")
	}
}

// TestAnnouncement: what a Delete leaves that was killed holds up Puts of the same old bytes for the lease, and no longer.
func TestAnnouncement(t *testing.T) {
	t.Parallel()
	s := testservers.NewS3(t, "")
	b := openAt(t, s, s.URL(t))
	b.settle = 200 * time.Millisecond
	data := storetest.Bytes(1, 1_000)
	sum := storetest.Sum(data)
	if err := put(b, data); err != nil {
		t.Fatal(err)
	}
	ages(t, s, b, b.place(sum), time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	killed := make(chan error)
	b.settle = time.Hour
	go func() { killed <- b.Delete(ctx, sum, time.Now()) }()
	for token := ""; token == ""; {
		var err error
		if token, err = b.lookUp(t.Context(), sum); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-killed; !errors.Is(err, context.Canceled) {
		t.Errorf("Delete = %v", err)
	}
	b.settle = 200 * time.Millisecond

	b.within(time.Second)
	if err := put(b, data); err == nil || !strings.Contains(err.Error(), "the same bytes are being deleted at this moment") {
		t.Errorf("Put = %v", err)
	}
	b.within(time.Minute)
	if err := put(b, storetest.Bytes(2, 1_000)); err != nil {
		t.Errorf("Put of other bytes = %v", err)
	}
	if err := reads(b, data); err != nil {
		t.Errorf("reading is held up: %v", err)
	}
	b.lease = 0 // an age is a whole number of seconds
	ages(t, s, b, b.notice(sum), 2*time.Second)
	if err := put(b, data); err != nil {
		t.Errorf("Put after the lease = %v", err)
	}
	b.lease = time.Minute
	ages(t, s, b, b.place(sum), time.Hour)
	ages(t, s, b, b.notice(sum), 2*time.Minute)
	if err := b.Delete(t.Context(), sum, time.Now()); err != nil {
		t.Errorf("Delete after the lease = %v", err)
	}
	if _, err := b.Stat(t.Context(), sum); !errors.Is(err, server.ErrUnknown) {
		t.Errorf("after Delete: %v", err)
	}
	if _, err := os.Stat(filepath.Join(s.Dir, b.bucket, b.notice(sum))); err == nil {
		t.Error("the announcement is left")
	}
}

// TestClocks: it does not matter to a Delete that the store's clock is wrong, or that it does not tell the time.
func TestClocks(t *testing.T) {
	t.Parallel()
	s := testservers.NewS3(t, "")
	url := s.URL(t)
	shifted := func(d time.Duration) fault {
		return changes(func(h http.Header) {
			for _, name := range []string{"Date", "Last-Modified"} {
				if at, err := http.ParseTime(h.Get(name)); err == nil {
					h.Set(name, at.Add(d).UTC().Format(http.TimeFormat))
				}
			}
		})
	}
	for i, x := range []struct {
		name  string
		fault fault
	}{
		{"right", nil},
		{"2 s fast", shifted(2 * time.Second)},
		{"2 s slow", shifted(-2 * time.Second)},
		{"10 minutes fast", shifted(10 * time.Minute)},
		{"10 minutes slow", shifted(-10 * time.Minute)},
		{"a year slow", shifted(-365 * 24 * time.Hour)},
		{"no Date", changes(func(h http.Header) { h["Date"] = nil })},
	} {
		p := newProxy(t, s.Endpoint)
		b := openAt(t, s, strings.Replace(url, s.Endpoint, p.URL, 1))
		b.settle = 300 * time.Millisecond
		p.set(x.fault)
		data := storetest.Bytes(uint64(i), 1_000)
		sum := storetest.Sum(data)
		if err := put(b, data); err != nil {
			t.Fatal(err)
		}
		there := func() bool {
			_, err := b.Stat(t.Context(), sum)
			return err == nil
		}
		for _, step := range []struct {
			age, before time.Duration // before now
			stays       bool
		}{
			{0, 0, true},
			{9 * time.Minute, 0, true}, // may have been put a moment ago: that would have left no trace
			{12 * time.Minute, 5 * time.Minute, true},
			{time.Hour, 2 * time.Hour, true},
			{time.Hour, 51 * time.Minute, true},
			{time.Hour, 49 * time.Minute, false},
		} {
			ages(t, s, b, b.place(sum), step.age)
			if err := b.Delete(t.Context(), sum, time.Now().Add(-step.before)); err != nil {
				t.Errorf("%s: Delete = %v", x.name, err)
			}
			if there() != step.stays {
				t.Errorf("the store's clock is %s: put %s ago, deleted if before %s ago: there is %t", x.name, step.age, step.before, there())
			}
		}
		p.set(nil)
	}
}
