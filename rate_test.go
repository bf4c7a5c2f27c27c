package wxup_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxup/wxup"
)

// keepsQuota checks that no span of the quota's length holds more beginnings than it allows, and
// that no wait was longer than needed: each beginning but the first ones is exactly that long after
// one before, or did not wait.
func keepsQuota(t *testing.T, q wxup.Quota, at []time.Duration) {
	t.Helper()
	slices.Sort(at)
	for i := q.Calls; i < len(at); i++ {
		if d := at[i] - at[i-q.Calls]; d < q.Per {
			t.Errorf("beginnings %d and %d are %v apart, which makes %d in less than %v", i-q.Calls, i, d, q.Calls+1, q.Per)
		}
	}
}

// TestRate: bursts and random arrivals, many at once, never break the quota, and never wait longer
// than it asks.
func TestRate(t *testing.T) {
	for _, q := range []wxup.Quota{{Calls: 1, Per: time.Second}, {Calls: 5, Per: time.Minute}, {Calls: 20, Per: time.Second}, {Calls: 100, Per: time.Minute}} {
		for seed := range uint64(5) {
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 1))
				s := &lockedScript{script: script{lines: []string{"200"}}}
				c := s.client(own)
				c.Transport, c.Rate.All = s, q
				var wg sync.WaitGroup
				const n = 250
				var last time.Duration
				for range n {
					if seed > 0 { // else all at once
						time.Sleep(time.Duration(random.Int64N(int64(2*q.Per) / int64(q.Calls))))
					}
					wg.Go(func() {
						if _, err := c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("a.png", pngFile)); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				keepsQuota(t, q, s.at)
				if last = s.at[n-1]; seed == 0 && last != time.Duration((n-1)/q.Calls)*q.Per {
					t.Errorf("%d at once take until %v", n, last)
				}
			})
		}
	}
}

// lockedScript is a script for many at once.
type lockedScript struct {
	mu sync.Mutex
	script
}

func (s *lockedScript) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.script.RoundTrip(r)
}

// TestRateTurns: who came first begins first, and who goes away takes nobody's turn.
func TestRateTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &lockedScript{script: script{lines: []string{"200"}}}
		c := s.client(own)
		c.Transport, c.Rate.Each = s, map[string]wxup.Quota{"article": {Calls: 2, Per: time.Minute}}
		var mu sync.Mutex
		var order []int
		c.Progress = func(p wxup.Progress) {
			if p.Phase == wxup.Sending && p.Sent == 0 {
				mu.Lock()
				defer mu.Unlock()
				var i int
				fmt.Sscanf(p.Name, "%d.png", &i)
				order = append(order, i)
			}
		}
		var wg sync.WaitGroup
		for i := range 9 {
			ctx, cancel := context.WithCancel(t.Context())
			if i == 4 || i == 5 {
				time.AfterFunc(90*time.Second, cancel)
			}
			wg.Go(func() {
				defer cancel()
				_, err := c.Upload(ctx, wxup.ArticleImage, wxup.Bytes(fmt.Sprintf("%d.png", i), pngFile))
				if gone := i == 4 || i == 5; gone != errors.Is(err, context.Canceled) || !gone && err != nil {
					t.Errorf("%d: %v", i, err)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		if len(order) == 7 {
			slices.Sort(order[2:4]) // two that go at the same time may go in either order
			slices.Sort(order[4:6])
		}
		mustBe(t, "order", order, []int{0, 1, 2, 3, 6, 7, 8})
		mustBe(t, "at", s.at, []time.Duration{0, 0, time.Minute, time.Minute, 2 * time.Minute, 2 * time.Minute, 3 * time.Minute})
	})
}

// TestRateTime: a wait that the context would end is not begun, and that for a day's quota not
// without a deadline.
func TestRateTime(t *testing.T) {
	day := wxup.ArticleImage.Quota
	for name, test := range map[string]struct {
		quota wxup.Quota
		left  time.Duration // 0: no deadline
		waits time.Duration // -1: an error at once
	}{
		"a minute's":                       {wxup.Quota{Calls: 1000, Per: time.Minute}, 0, time.Minute},
		"a minute's, with time":            {wxup.Quota{Calls: 1000, Per: time.Minute}, 2 * time.Minute, time.Minute},
		"a minute's, without":              {wxup.Quota{Calls: 1000, Per: time.Minute}, 10 * time.Second, -1},
		"a day's":                          {day, 0, -1},
		"a day's, with a minute":           {day, time.Minute, -1},
		"a day's, with more than that":     {day, 25 * time.Hour, 24 * time.Hour},
		"an hour's that is nearly through": {wxup.Quota{Calls: 1000, Per: time.Hour}, 0, -1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{lines: []string{"200"}}
				c := s.client(own)
				c.Rate.All = test.quota
				var paced []wxup.Event
				c.Observe = func(e wxup.Event) { paced = append(paced, e) }
				for range 1000 {
					if _, err := c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("a.png", pngFile)); err != nil {
						t.Fatal(err)
					}
				}
				ctx := t.Context()
				if test.left > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.left)
					defer cancel()
				}
				_, err := c.Upload(ctx, wxup.ArticleImage, wxup.Bytes("a.png", pngFile))
				if test.waits >= 0 {
					if err != nil || time.Since(s.began) != test.waits || len(paced) != 1 || paced[0].Wait != test.waits {
						t.Errorf("got %v after %v, events %v", err, time.Since(s.began), paced)
					}
					return
				}
				refused, ok := errors.AsType[*wxup.Error](err)
				if !ok || refused.Problem != wxup.TooFrequent || refused.Status != 0 || time.Since(s.began) != 0 || len(s.at) != 1000 {
					t.Errorf("got %v after %v and %d calls", err, time.Since(s.began), len(s.at))
				}
				if room := time.Now().Add(test.quota.Per).Format(time.RFC3339); !strings.Contains(err.Error(), room) {
					t.Errorf("%v does not say %s", err, room)
				}
			})
		})
	}
}

// TestRateCounts: every try counts, calls for tokens do not; and where a quota counts by itself.
func TestRateCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{lines: []string{"503", "40001", "200"}}
		c := s.client(own)
		c.Rate.All = wxup.Quota{Calls: 1, Per: time.Minute}
		if _, err := c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("a.png", pngFile)); err != nil {
			t.Fatal(err)
		}
		mustBe(t, "at", s.at, []time.Duration{0, time.Minute, 2 * time.Minute})
	})
	synctest.Test(t, func(t *testing.T) { // the second try is not in it: both reasons are told
		s := &script{lines: []string{"503"}}
		c := s.client(own)
		c.Rate.All = wxup.Quota{Calls: 1, Per: time.Hour}
		if _, err := c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("a.png", pngFile)); !errors.Is(err, wxup.TooFrequent) || !errors.Is(err, wxup.Unavailable) || len(s.at) != 1 {
			t.Errorf("got %v after %d tries", err, len(s.at))
		}
	})
	// Each family, to the nanosecond.
	for ep, answer := range map[*wxup.Endpoint]http.HandlerFunc{
		wxup.MarketingImage: accepted, wxup.SecapiMedia: answerV2("HMAC-SHA256", acceptedV2...), wxup.ArticleImage: acceptedArticle,
	} {
		synctest.Test(t, func(t *testing.T) {
			c := payClient(&wechat{Server: httptestServer(own)})
			c.Auth, c.Rate.All = wxup.Tokens{Source: fixedToken("57_tokenTOKENtoken")}, wxup.Quota{Calls: 1, Per: time.Minute}
			began := time.Now()
			var at []time.Duration
			c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				at = append(at, time.Since(began))
				w := httptest.NewRecorder()
				answer(w, r)
				return w.Result(), nil
			})
			for range 3 {
				if _, err := c.Upload(t.Context(), ep, wxup.Bytes("a.png", pngFile)); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute - 1)
			}
			mustBe(t, ep.Name, at, []time.Duration{0, time.Minute, 2 * time.Minute})
		})
	}
	many := wxup.Quota{Calls: 1, Per: time.Hour}
	for name, test := range map[string]struct {
		base  string
		rate  wxup.Rate
		paced bool
	}{
		"WeChat":                  {"", wxup.Rate{}, true},
		"WeChat by name":          {"https://api.weixin.qq.com", wxup.Rate{}, true},
		"WeChat, off":             {"", wxup.Rate{Off: true, All: many}, false},
		"elsewhere":               {own, wxup.Rate{}, false},
		"elsewhere, set":          {own, wxup.Rate{All: many}, true},
		"elsewhere, another's":    {own, wxup.Rate{Each: map[string]wxup.Quota{"merchant": many}}, false},
		"elsewhere, but for this": {own, wxup.Rate{All: many, Each: map[string]wxup.Quota{"article": {}}}, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{lines: []string{`200`}}
			c := s.client(test.base)
			c.Rate = test.rate
			var err error
			for n := 0; n < 1001 && err == nil; n++ {
				_, err = c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("a.png", pngFile))
			}
			if errors.Is(err, wxup.TooFrequent) != test.paced {
				t.Errorf("%s: got %v after %d calls", name, err, len(s.at))
			}
		})
	}
}
