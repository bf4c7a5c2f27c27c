package wxup_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/wire"
)

// busy is a transport that takes time for each answer, and counts how many are asked at once.
type busy struct {
	takes  time.Duration
	answer func(n int, r *http.Request) int // status of the n-th, from 1; nil: 200
	mu     sync.Mutex
	n      int
	now    map[string]int // by host
	most   map[string]int
}

func (b *busy) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	b.mu.Lock()
	if b.now == nil {
		b.now, b.most = map[string]int{}, map[string]int{}
	}
	b.n++
	n := b.n
	b.now[r.URL.Host]++
	b.most[r.URL.Host] = max(b.most[r.URL.Host], b.now[r.URL.Host])
	b.mu.Unlock()
	t := time.NewTimer(b.takes)
	defer t.Stop()
	var err error
	select {
	case <-t.C:
	case <-r.Context().Done():
		err = r.Context().Err()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now[r.URL.Host]--
	if err != nil {
		return nil, err
	}
	status := 200
	if b.answer != nil {
		status = b.answer(n, r)
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"url":"http://mmbiz.qpic.cn/x"}`)), Request: r}, nil
}

func (b *busy) client() *wxup.Client {
	return &wxup.Client{BaseURL: own, Auth: wxup.Tokens{Source: fixedToken("57_tokenTOKENtoken")}, Transport: b, Retry: once}
}

// pictures are n items, each of which is noted when it is taken.
func pictures(n int, taken *atomic.Int64) iter.Seq[wxup.Item] {
	return func(yield func(wxup.Item) bool) {
		for i := range n {
			taken.Add(1)
			if !yield(wxup.Item{Endpoint: wxup.ArticleImage, Source: wxup.Bytes(fmt.Sprintf("%d.png", i), pngFile)}) {
				return
			}
		}
	}
}

// TestUploadAll: every item has one outcome, in which it is found again.
func TestUploadAll(t *testing.T) {
	for _, parallel := range []int{0, 1, 3, 100} {
		synctest.Test(t, func(t *testing.T) {
			b := &busy{takes: time.Second, answer: func(n int, r *http.Request) int {
				if n%10 == 0 {
					return 404
				}
				return 200
			}}
			c := b.client()
			c.Concurrency = parallel
			var taken atomic.Int64
			failed := 0
			seen := map[int]bool{}
			for o := range c.UploadAll(t.Context(), pictures(200, &taken)) {
				if seen[o.Index] || o.Source.Name != fmt.Sprintf("%d.png", o.Index) || (o.Result == nil) != (o.Err != nil) {
					t.Errorf("outcome %+v", o)
				}
				if seen[o.Index] = true; o.Err != nil {
					failed++
				}
			}
			if len(seen) != 200 || taken.Load() != 200 || failed != 20 {
				t.Errorf("%d outcomes, %d failed, of %d", len(seen), failed, taken.Load())
			}
			want := parallel
			if parallel == 0 {
				want = 32
			}
			if most := b.most["127.0.0.1:8080"]; most != want {
				t.Errorf("Parallel %d: at most %d at once, want %d", parallel, most, want)
			}
		})
	}
	for range new(wxup.Client).UploadAll(t.Context(), func(func(wxup.Item) bool) {}) {
		t.Error("an outcome of nothing")
	}
}

// TestUploadAllIsLazy: no more is taken from the input than there is room for, and a slow consumer
// is not run over.
func TestUploadAllIsLazy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &busy{takes: time.Second}
		c := b.client()
		c.Concurrency = 4
		room := 4 + runtime.GOMAXPROCS(0)
		var taken atomic.Int64
		got := 0
		for range c.UploadAll(t.Context(), pictures(1000, &taken)) {
			if got++; got == 1 {
				time.Sleep(time.Hour) // what is buffered for the consumer is bounded, too
				if most := 2*(room+1) + 32; int(taken.Load()) > most {
					t.Errorf("%d were taken while the consumer slept", taken.Load())
				}
			}
			if got == 100 {
				break
			}
		}
		if int(taken.Load()) > 100+2*(room+1)+32 {
			t.Errorf("%d were taken", taken.Load())
		}
	})
}

// TestUploadAllEnds: by the consumer, by the context, by a panic of the input or the consumer. The
// bubble makes sure that nothing is left running.
func TestUploadAllEnds(t *testing.T) {
	t.Run("the consumer leaves", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := &busy{takes: time.Minute}
			var taken atomic.Int64
			began := time.Now()
			first := true
			b.answer = func(n int, _ *http.Request) int { return 200 }
			for range b.client().UploadAll(t.Context(), pictures(1000, &taken)) {
				if !first {
					t.Error("it goes on")
				}
				first = false
				break
			}
			if time.Since(began) != time.Minute || b.now["127.0.0.1:8080"] != 0 {
				t.Errorf("it took %v; %d are under way", time.Since(began), b.now["127.0.0.1:8080"])
			}
		})
	})
	t.Run("the context", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(90*time.Second, cancel)
			b := &busy{takes: time.Minute}
			var taken atomic.Int64
			got, ended := 0, 0
			for o := range b.client().UploadAll(ctx, pictures(1000, &taken)) {
				if got++; errors.Is(o.Err, context.Canceled) {
					ended++
				} else if o.Err != nil {
					t.Error(o.Err)
				}
			}
			if int64(got) != taken.Load() || ended == 0 || ended == got || got == 1000 {
				t.Errorf("%d taken, %d outcomes, %d ended", taken.Load(), got, ended)
			}
		})
	})
	t.Run("the input panics", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := &busy{takes: time.Second}
			got := 0
			defer func() {
				if thrown := recover(); thrown != "input" || got != 5 {
					t.Errorf("%v after %d outcomes", thrown, got)
				}
			}()
			for range b.client().UploadAll(t.Context(), func(yield func(wxup.Item) bool) {
				var taken atomic.Int64
				pictures(5, &taken)(yield)
				panic("input")
			}) {
				got++
			}
		})
	})
	t.Run("the consumer panics", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			defer func() {
				if thrown := recover(); thrown != "consumer" {
					t.Error(thrown)
				}
			}()
			var taken atomic.Int64
			for range (&busy{takes: time.Second}).client().UploadAll(t.Context(), pictures(100, &taken)) {
				panic("consumer")
			}
		})
	})
	t.Run("what it calls panics", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			defer func() {
				if thrown := recover(); thrown != "fitter" {
					t.Error(thrown)
				}
			}()
			var taken atomic.Int64
			c := (&busy{takes: time.Second}).client()
			c.Fit = panicking{}
			for range c.UploadAll(t.Context(), pictures(100, &taken)) {
				t.Error("an outcome")
			}
		})
	})
}

type panicking struct{ wxup.Fitter }

func (panicking) Fit(context.Context, *wxup.Endpoint, string, *io.SectionReader) (*wxup.FitResult, error) {
	panic("fitter")
}

// TestParallel: how many are sent at once grows while all is well, is halved by trouble, once for
// all those that were under way together, and grows slowly after that.
func TestParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &busy{takes: time.Second}
		began := time.Now()
		b.answer = func(int, *http.Request) int {
			if time.Since(began) == 10*time.Second {
				return 503
			}
			return 200
		}
		c := b.client()
		var mu sync.Mutex
		var widths []int
		c.Observe = func(e wxup.Event) {
			if e.Kind == wxup.EventConcurrency {
				mu.Lock()
				defer mu.Unlock()
				widths = append(widths, e.Concurrency)
			}
		}
		var taken atomic.Int64
		for range c.UploadAll(t.Context(), pictures(500, &taken)) {
		}
		up := slices.Index(widths, 32)
		if up != 32-9 || widths[up+1] != 16 || !slices.IsSorted(widths[:up+1]) || !slices.IsSorted(widths[up+1:]) {
			t.Errorf("widths %v, want 9 to 32, and once more from 16", widths)
		}
		if wave := widths[len(widths)-1] - 16; wave < 2 || wave > 14 { // one more with each wave, not with each answer
			t.Errorf("widths %v", widths)
		}
		if most := b.most["127.0.0.1:8080"]; most != 32 {
			t.Errorf("at most %d at once", most)
		}
	})
}

// TestParallelHosts: a host in trouble does not narrow the way to another.
func TestParallelHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &busy{takes: time.Second, answer: func(_ int, r *http.Request) int {
			if r.URL.Host == wire.PayHostHK {
				return 503
			}
			return 200
		}}
		c := payClient(&wechat{Server: httptestServer("")})
		c.Transport, c.Auth, c.Rate.Off = b, wxup.Tokens{Source: fixedToken("57_tokenTOKENtoken")}, true
		last := map[string]int{}
		c.Observe = func(e wxup.Event) {
			if e.Kind == wxup.EventConcurrency {
				b.mu.Lock()
				defer b.mu.Unlock()
				last[e.Host] = e.Concurrency
			}
		}
		for range c.UploadAll(t.Context(), func(yield func(wxup.Item) bool) {
			for i := range 400 {
				ep := wxup.ArticleImage
				if i%2 == 1 {
					ep = wxup.HKComplaintImage
				}
				if !yield(wxup.Item{Endpoint: ep, Source: wxup.Bytes("a.png", pngFile)}) {
					return
				}
			}
		}) {
		}
		if last[wire.PayHostHK] != 1 || last[wire.AccountHost] != 0 && last[wire.AccountHost] < 8 {
			t.Errorf("widths %v", last)
		}
	})
}

// TestProgress: the bytes of a file on the way, in order, to the last; and telling them allocates
// nothing.
func TestProgress(t *testing.T) {
	file := pngOfSize(1 << 20)
	s := serve(t, accepted)
	c := payClient(s)
	var last wxup.Progress
	calls := 0
	c.Progress = func(p wxup.Progress) {
		if p.Phase == wxup.Sending {
			calls++
			if last.Phase == wxup.Sending && (p.Sent < last.Sent || p.Size != int64(len(file))) {
				t.Errorf("%+v after %+v", p, last)
			}
		}
		if p.Name != "a.png" || p.Endpoint != "marketing" {
			t.Errorf("%+v", p)
		}
		last = p
	}
	if _, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", file)); err != nil {
		t.Fatal(err)
	}
	mustBe(t, "last", last, wxup.Progress{Endpoint: "marketing", Name: "a.png", Phase: wxup.Done, Sent: int64(len(file)), Size: int64(len(file))})
	if calls < 10 {
		t.Errorf("told %d times", calls)
	}
	// A source that cannot be opened has its end, too.
	if _, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.File("nowhere/a.png")); err == nil || last.Phase != wxup.Done || last.Sent != 0 {
		t.Errorf("%v, %+v", err, last)
	}

	// However often it is told.
	c = (&busy{}).client()
	c.Progress = func(wxup.Progress) {}
	row := *wxup.ArticleImage
	row.Accepts = wxup.MarketingImage.Accepts
	allocs := func(size int) float64 {
		file := pngOfSize(size)
		return testing.AllocsPerRun(20, func() {
			if _, err := c.Upload(t.Context(), &row, wxup.Bytes("a.png", file)); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := allocs(10<<10), allocs(2<<20); many > few+5 {
		t.Errorf("%v allocations with few calls, %v with many", few, many)
	}

	// Many at once, each with the index of its item.
	synctest.Test(t, func(t *testing.T) {
		c := (&busy{takes: time.Second}).client()
		var done atomic.Int64
		c.Progress = func(p wxup.Progress) {
			if p.Name != fmt.Sprintf("%d.png", p.Index) {
				t.Errorf("%+v", p)
			}
			if p.Phase == wxup.Done {
				done.Add(1)
			}
		}
		var taken atomic.Int64
		for range c.UploadAll(t.Context(), pictures(100, &taken)) {
		}
		if done.Load() != 100 {
			t.Errorf("%d ends", done.Load())
		}
	})
}
