package sqlindex

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/server"
)

// fill records n exchanges, of which some share a moment, some an account, and every third is
// refused.
func fill(t testing.TB, ix *Index, n int) (all []*server.Exchange) {
	t.Helper()
	for i := range n {
		e := storetest.NewExchange(i)
		e.Time = t0.Add(time.Duration(i/3) * time.Second)
		e.Media.Created = e.Time
		e.Account = []string{"a", "b\xff"}[i%2]
		e.Media.Account = e.Account
		e.Endpoint = []string{"marketing", "video", "article"}[i/5%3]
		e.Media.Endpoint = e.Endpoint
		if i%3 == 0 {
			e.Problem, e.Media = []wxup.Problem{problem.Expired, wxup.TooLarge}[i%2], nil
		}
		must(t, ix.Record(t.Context(), e))
		all = append(all, e)
	}
	return all
}

func TestListExchanges(t *testing.T) { onEach(t, testListExchanges) }

func testListExchanges(t *testing.T, open opener) {
	ix := open(t, t.TempDir())
	all := fill(t, ix, 100)
	for _, account := range []string{"", "a", "b\xff", "nobody"} {
		for _, endpoint := range []string{"", "video"} {
			for _, problem := range []wxup.Problem{"", problem.Expired} {
				for _, refused := range []bool{false, true} {
					f := ExchangeFilter{Account: account, Endpoint: endpoint, Problem: problem, Refused: refused, Limit: 7}
					var want, got []string
					for i := range all {
						e := all[len(all)-1-i] // NewExchange numbers its IDs, so that this is the order
						if (account == "" || e.Account == account) && (endpoint == "" || e.Endpoint == endpoint) &&
							(problem == "" || e.Problem == problem) && (!refused || e.Problem != "") {
							want = append(want, e.ID)
						}
					}
					for {
						page, err := ix.ListExchanges(t.Context(), f)
						must(t, err)
						if len(page) > f.Limit {
							t.Errorf("%+v: %d on a page", f, len(page))
						}
						if len(page) == 0 {
							break
						}
						for _, e := range page {
							got = append(got, e.ID)
						}
						last := page[len(page)-1]
						f.After, err = ParseCursor(Cursor{last.Time, last.ID}.String())
						must(t, err)
					}
					if fmt.Sprint(got) != fmt.Sprint(want) {
						t.Errorf("%+v\ngot  %v\nwant %v", f, got, want)
					}
				}
			}
		}
	}
	page, err := ix.ListExchanges(t.Context(), ExchangeFilter{})
	if err != nil || len(page) != 50 || page[0].ID != all[99].ID {
		t.Errorf("without a limit: %d, %v; want the newest 50", len(page), err)
	}
	if page, err = ix.ListExchanges(t.Context(), ExchangeFilter{Limit: 1 << 30}); err != nil || len(page) != 100 {
		t.Errorf("with a huge limit: %d, %v; want all", len(page), err)
	}
}

// TestListWhileAdded: what comes while somebody turns the pages changes none of them.
func TestListWhileAdded(t *testing.T) { onEach(t, testListWhileAdded) }

func testListWhileAdded(t *testing.T, open opener) {
	ix := open(t, t.TempDir())
	fill(t, ix, 30)
	seen := map[string]bool{}
	f := ExchangeFilter{Limit: 10}
	for i := range 3 {
		page, err := ix.ListExchanges(t.Context(), f)
		must(t, err)
		for _, e := range page {
			if seen[e.ID] {
				t.Errorf("%s comes twice", e.ID)
			}
			seen[e.ID] = true
		}
		f.After = Cursor{page[9].Time, page[9].ID}
		e := storetest.NewExchange(1000 + i)
		e.Time = t0.AddDate(0, 0, 1)
		must(t, ix.Record(t.Context(), e))
	}
	if len(seen) != 30 {
		t.Errorf("%d were seen, want 30", len(seen))
	}
}

func TestListMedia(t *testing.T) { onEach(t, testListMedia) }

func testListMedia(t *testing.T, open opener) {
	ix := open(t, t.TempDir())
	all := fill(t, ix, 40)
	for _, account := range []string{"", "b\xff"} {
		for _, endpoint := range []string{"", "marketing"} {
			f := MediaFilter{Account: account, Endpoint: endpoint, Limit: 4}
			want, got := 0, map[string]bool{}
			for _, e := range all {
				if m := e.Media; m != nil && (account == "" || m.Account == account) && (endpoint == "" || m.Endpoint == endpoint) {
					want++
				}
			}
			before := t0.AddDate(1, 0, 0)
			for {
				page, err := ix.ListMedia(t.Context(), f)
				must(t, err)
				if len(page) == 0 {
					break
				}
				for _, m := range page {
					if m.Created.After(before) {
						t.Errorf("%+v: %s stands after an older one", f, m.ID)
					}
					before = m.Created
					got[m.ID] = true
				}
				last := page[len(page)-1]
				f.After = Cursor{last.Created, last.ID}
			}
			if len(got) != want {
				t.Errorf("%+v: %d media, want %d", f, len(got), want)
			}
		}
	}
}

func TestMediaByID(t *testing.T) { onEach(t, testMediaByID) }

func testMediaByID(t *testing.T, open opener) {
	ix := open(t, t.TempDir())
	_, err := ix.MediaByID(t.Context(), "none")
	wantErr(t, "MediaByID of none", err, server.ErrNotFound)
	e, twin := storetest.NewExchange(1), storetest.NewExchange(2)
	twin.Media.ID, twin.Media.Filename = e.Media.ID, "another name"
	must(t, ix.Record(t.Context(), e))
	must(t, ix.Record(t.Context(), twin))
	got, err := ix.MediaByID(t.Context(), e.Media.ID)
	if err != nil || *got != *e.Media {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, e.Media)
	}
	for sum, want := range map[string]bool{e.Media.SHA256: true, storetest.Sum(nil): false, "": false} {
		if has, err := ix.HasMedia(t.Context(), sum); has != want || err != nil {
			t.Errorf("HasMedia(%.8s) = %t, %v; want %t", sum, has, err, want)
		}
	}
}

func TestCursor(t *testing.T) {
	for _, c := range []Cursor{{}, {t0, "08A1.x"}, {t0, ""}, {time.UnixMicro(-5).UTC(), "x"}} {
		got, err := ParseCursor(c.String())
		if err != nil || got != c {
			t.Errorf("%v comes back as %v, %v", c, got, err)
		}
	}
	for _, s := range []string{"x", "1", ".x", "x.1", "99999999999999999999.x"} {
		if c, err := ParseCursor(s); err == nil {
			t.Errorf("ParseCursor(%q) = %v", s, c)
		}
	}
}

func TestPurge(t *testing.T) { onEach(t, testPurge) }

func testPurge(t *testing.T, open opener) {
	ctx, ix := t.Context(), open(t, t.TempDir())
	const n = 1200 // more than are deleted at once
	var wg sync.WaitGroup
	for i := range n {
		e := storetest.NewExchange(i)
		e.Nonce.Expires = t0.Add(time.Duration(i) * time.Second)
		e.Time = e.Nonce.Expires.Add(-10 * time.Minute)
		wg.Go(func() {
			if _, err := ix.Take(ctx, "a", t0.Add(time.Duration(i)*time.Second), time.Second, 1); err != nil {
				t.Error(err)
			}
		})
		must(t, ix.Record(ctx, e))
	}
	wg.Wait()
	count := func(table string) int {
		n, err := value[int](ctx, ix, "count", `SELECT COUNT(*) FROM `+table)
		must(t, err)
		return n
	}
	now := t0.Add(900 * time.Second)
	must(t, ix.Purge(ctx, now.Add(clockMargin)))
	if got := count("nonce"); got != n-901 {
		t.Errorf("%d nonces are left, want %d", got, n-901)
	}
	if got := count("quota"); got != n-900 {
		t.Errorf("%d quota windows are left, want %d", got, n-900)
	}
	_, err := ix.SpentBy(ctx, "1900000001", "nonce-900")
	wantErr(t, "SpentBy of a purged nonce", err, server.ErrNotFound)
	if _, err := ix.SpentBy(ctx, "1900000001", "nonce-901"); err != nil {
		t.Errorf("SpentBy of one that is not: %v", err)
	}
	if e, err := ix.Exchange(ctx, storetest.NewExchange(900).ID); err != nil || e.Nonce == nil {
		t.Errorf("the exchange of a purged nonce: %v, %v", e, err)
	}

	dropped, err := ix.DropExchanges(ctx, Old{Before: t0.Add(300 * time.Second)}) // spent 10 minutes before they expire
	if err != nil || dropped != 900 || count("exchange") != n-900 || count("media") != n {
		t.Errorf("%d exchanges were dropped, %v; %d are left, and %d media", dropped, err, count("exchange"), count("media"))
	}
}

func TestPurgeTokens(t *testing.T) { onEach(t, testPurgeTokens) }

func testPurgeTokens(t *testing.T, open opener) {
	ctx, ix := t.Context(), open(t, t.TempDir())
	day := 24 * time.Hour
	for i := range 20 { // one a day, each good for two hours and retired by the next
		at := t0.Add(time.Duration(i) * day)
		must(t, ix.IssueToken(ctx, server.Token{Value: fmt.Sprint(i), Kind: server.AccessToken, Subject: "wx1", Seq: int64(i + 1),
			Issued: at, Expires: at.Add(2 * time.Hour)}, at))
		must(t, ix.IssueToken(ctx, server.Token{Value: fmt.Sprint("r", i), Kind: server.RefreshToken, Subject: "wx1", Seq: int64(i + 1),
			Issued: at}, at))
	}
	must(t, ix.Purge(ctx, t0.Add(12*day+3*time.Hour)))
	for i := range 20 {
		_, err := ix.Token(ctx, fmt.Sprint(i))
		if dead := i <= 5; dead != (err != nil) {
			t.Errorf("token %d: %v", i, err)
		}
		_, err = ix.Token(ctx, fmt.Sprint("r", i))
		if dead := i <= 4; dead != (err != nil) { // retired a day after it was issued
			t.Errorf("refresh token %d: %v", i, err)
		}
	}
	must(t, ix.Purge(ctx, t0.Add(1000*day)))
	last, err := ix.LatestToken(ctx, server.AccessToken, "wx1", "")
	if err != nil || last.Seq != 20 {
		t.Errorf("the last of the line is %v, %v", last, err)
	}
	if _, err := ix.Token(ctx, "18"); err == nil {
		t.Error("the last but one is still there")
	}
}
