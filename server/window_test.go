package server

import (
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// TestTwoQuotas: a quota a minute and one a day on the same calls are counted apart, also across
// windows.
func TestTwoQuotas(t *testing.T) {
	mem := NewMemory()
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	take := func(at time.Time, window time.Duration, limit int, want bool) {
		t.Helper()
		if got, err := mem.Take(t.Context(), "a", at.Truncate(window), window, limit); err != nil || got != want {
			t.Errorf("at %s, %d per %s: %v, %v", at.Format(time.TimeOnly), limit, window, got, err)
		}
	}
	for minute := range 3 {
		at := day.Add(time.Duration(minute) * time.Minute)
		for range 2 {
			take(at, time.Minute, 2, true)
			take(at, 24*time.Hour, 6, true)
		}
		take(at, time.Minute, 2, false)
	}
	take(day.Add(3*time.Minute), 24*time.Hour, 6, false)
	take(day.Add(time.Minute), time.Minute, 2, false) // a late caller does not begin its window anew

	row := *wxup.ArticleImage
	row.Quota = wxup.Quota{Calls: 3, Per: 24 * time.Hour}
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	g := newRig(t, func(c *Config) {
		c.Endpoints, c.Limit = []*wxup.Endpoint{&row}, Limit{Documented: true, PerMinute: 2}
		c.Now = func() time.Time { return noon }
	})
	a := try(&row)
	a.query = "access_token=" + g.token()
	for i, want := range []problem.Problem{"", "", problem.TooFrequent, "", problem.DailyQuotaExceeded} {
		if i == 3 {
			noon = noon.Add(time.Minute)
		}
		g.send(a)
		if got := g.lastExchange().Problem; got != want {
			t.Errorf("call %d: %q, want %q", i, got, want)
		}
	}
}

// TestNonceExpires: a nonce that is past its time is free, whether or not anybody has purged it;
// until then it is not.
func TestNonceExpires(t *testing.T) {
	g := newRig(t)
	base := time.Now().Truncate(time.Second)
	now := base
	g.srv.Now = func() time.Time { return now }
	at := func(sent time.Time) func(*sign.Authorization) {
		return func(x *sign.Authorization) { x.NonceStr, x.Timestamp = "once", shiftTime(sent, 0) }
	}
	a := try(wxup.MarketingImage)
	a.auth = at(base.Add(wire.Window)) // as early as it may come
	if got := g.send(a); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	first := g.lastExchange().ID

	now = base.Add(2*wire.Window + time.Second - 1) // as late as the very same request may come
	a.keep = true
	if got := g.send(a); got.status != 200 || g.lastExchange().ReplayOf != first {
		t.Errorf("the same request in its last moment: %d, a replay of %q, want %q", got.status, g.lastExchange().ReplayOf, first)
	}
	other := try(wxup.MarketingImage)
	other.data = sized(len(photo()) + 100)
	other.auth = at(now)
	if got := g.send(other); !strings.Contains(got.body, "nonce_str") {
		t.Errorf("another request before the nonce has expired: %d %s", got.status, got.body)
	}

	now = base.Add(2*wire.Window + time.Second)
	if got := g.send(a); g.lastExchange().Problem != problem.Expired {
		t.Errorf("the same request past its time: %d %s", got.status, got.body)
	}
	other.auth = at(now)
	if got := g.send(other); got.status != 200 {
		t.Errorf("another request after the nonce has expired: %d %s", got.status, got.body)
	}
	if by, err := g.mem.SpentBy(t.Context(), mchid, "once"); err != nil || by.ID != g.lastExchange().ID {
		t.Errorf("the nonce was not taken over: %v", err)
	}
}
