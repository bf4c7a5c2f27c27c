package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/wxup/wxup/server"
)

func testTokens(t *testing.T, ix Index) {
	ctx := t.Context()
	first, second, third := token(1), token(2), token(3)
	for _, seq := range []int64{0, 2, -1} {
		if err := ix.IssueToken(ctx, token(seq), t0); !errors.Is(err, server.ErrRaced) {
			t.Errorf("IssueToken with number %d in an empty line = %v, want ErrRaced", seq, err)
		}
	}
	must(t, ix.IssueToken(ctx, first, t0))
	if err := ix.IssueToken(ctx, server.Token{Value: "other", Kind: first.Kind, Subject: "wx1", Seq: 1}, t0); !errors.Is(err, server.ErrRaced) {
		t.Errorf("a second number 1 = %v, want ErrRaced", err)
	}
	unknown[*server.Token](t, "Token that was refused")(ix.Token(ctx, "other"))
	got, err := ix.Token(ctx, first.Value)
	same(t, got, err, &first)

	// The next one retires it five minutes later.
	must(t, ix.IssueToken(ctx, second, second.Issued.Add(5*time.Minute)))
	first.Retired = second.Issued.Add(5 * time.Minute)
	got, err = ix.Token(ctx, first.Value)
	same(t, got, err, &first)
	got, err = ix.LatestToken(ctx, server.AccessToken, "wx1", "")
	same(t, got, err, &second)

	// One more: the first is past saving, the second gets an end.
	must(t, ix.IssueToken(ctx, third, third.Issued.Add(5*time.Minute)))
	second.Retired = third.Issued.Add(5 * time.Minute)
	for _, want := range []server.Token{first, second, third} {
		got, err = ix.Token(ctx, want.Value)
		same(t, got, err, &want)
	}

	// Retired at once, although it would have been at some later time: but once only.
	soon := third.Issued.Add(time.Minute)
	must(t, ix.RetireToken(ctx, second.Value, soon))
	second.Retired = soon
	got, err = ix.Token(ctx, second.Value)
	same(t, got, err, &second)
	for _, at := range []time.Time{soon, soon.Add(time.Second)} {
		if err := ix.RetireToken(ctx, second.Value, at); !errors.Is(err, server.ErrRaced) {
			t.Errorf("a second RetireToken = %v, want ErrRaced", err)
		}
	}

	// Lines are apart by kind, subject and component; a refresh token has no end.
	for i, x := range []server.Token{
		{Kind: server.StableToken, Subject: "wx1"},
		{Kind: server.AccessToken, Subject: "wx2"},
		{Kind: server.AuthorizerToken, Subject: "wx1", Component: "wxc1"},
		{Kind: server.AuthorizerToken, Subject: "wx1", Component: "wxc2"},
		{Kind: server.RefreshToken, Subject: "wx1", Component: "wxc1"},
	} {
		x.Value, x.Seq, x.Issued = fmt.Sprint("line-", i), 1, t0
		must(t, ix.IssueToken(ctx, x, t0))
		got, err := ix.LatestToken(ctx, x.Kind, x.Subject, x.Component)
		same(t, got, err, &x)
	}
	got, err = ix.LatestToken(ctx, server.AccessToken, "wx1", "")
	same(t, got, err, &third)
}

// testTokensRaced: of many that renew a token at once, one does.
func testTokensRaced(t *testing.T, ix Index) {
	for seq := int64(1); seq <= 3; seq++ {
		won := race(t, 32, func(i int) (bool, error) {
			x := token(seq)
			x.Value = fmt.Sprintf("%d by %d", seq, i)
			err := ix.IssueToken(t.Context(), x, x.Issued)
			if errors.Is(err, server.ErrRaced) {
				return false, nil
			}
			return true, err
		})
		if won != 1 {
			t.Errorf("%d of 32 issued number %d", won, seq)
		}
	}
	last, err := ix.LatestToken(t.Context(), server.AccessToken, "wx1", "")
	must(t, err)
	won := race(t, 32, func(int) (bool, error) {
		err := ix.RetireToken(t.Context(), last.Value, t0)
		if errors.Is(err, server.ErrRaced) {
			return false, nil
		}
		return true, err
	})
	if won != 1 {
		t.Errorf("%d of 32 retired it", won)
	}
}

func testQuotas(t *testing.T, ix Index) {
	take := func(name string, start time.Time, window time.Duration, limit int, want bool) {
		t.Helper()
		got, err := ix.Take(t.Context(), name, start, window, limit)
		if err != nil || got != want {
			t.Errorf("Take(%q, %s, %s, %d) = %t, %v; want %t", name, start.Format(time.TimeOnly), window, limit, got, err, want)
		}
	}
	minute := t0.Truncate(time.Minute)
	for range 3 {
		take("a", minute, time.Minute, 3, true)
	}
	for range 2 {
		take("a", minute, time.Minute, 3, false)
	}
	take("b", minute, time.Minute, 3, true)
	take("a", minute, time.Minute, 4, true) // the limit was raised
	take("a", minute, time.Minute, 4, false)
	take("a", minute.Add(time.Minute), time.Minute, 3, true)
	take("none", minute, time.Minute, 0, false)
	take("none", minute, time.Minute, -1, false)
	for name, want := range map[string]int{"a": 4, "b": 1, "none": 0} {
		if got, err := ix.Taken(t.Context(), name, minute, time.Minute); err != nil || got != want {
			t.Errorf("Taken(%q) = %d, %v; want %d", name, got, err, want)
		}
	}
	if got, err := ix.Taken(t.Context(), "a", minute, time.Hour); err != nil || got != 0 {
		t.Errorf("in another window: %d, %v", got, err)
	}
}

func testQuotasRaced(t *testing.T, ix Index) {
	won := race(t, 200, func(int) (bool, error) {
		return ix.Take(t.Context(), "a", t0, time.Minute, 100)
	})
	if won != 100 {
		t.Errorf("%d of 200 calls were let pass, the limit is 100", won)
	}
}
