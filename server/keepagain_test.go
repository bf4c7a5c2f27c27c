package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/wxup/wxup"
)

// forgetful is an Index and a Keeper in which bytes are being deleted: it notes what is done, and
// wants the first so many records once more.
type forgetful struct {
	Index
	Keeper
	again int   // how often
	fails error // of the second Keep
	did   []string
	seen  []string
}

func (f *forgetful) Keep(ctx context.Context, m *Media, content io.ReadSeeker) error {
	f.did = append(f.did, "keep")
	if f.fails != nil && len(f.did) > 1 {
		return f.fails
	}
	return f.Keeper.Keep(ctx, m, content)
}

func (f *forgetful) Record(ctx context.Context, e *Exchange) error {
	if e.Media == nil {
		return f.Index.Record(ctx, e)
	}
	f.did, f.seen = append(f.did, "record"), append(f.seen, e.Media.Seen)
	if f.again--; f.again >= 0 {
		e.Media.Seen = fmt.Sprint("watched ", len(f.seen))
		return fmt.Errorf("record exchange: %w", ErrKeepAgain)
	}
	return f.Index.Record(ctx, e)
}

// TestKeepAgain: when bytes were deleted since they were kept, they are kept again before they are
// recorded again, and what Record has seen is told to the next one; an upload is acknowledged only
// when it is recorded, and no sender waits for ever.
func TestKeepAgain(t *testing.T) {
	full := errors.New("disk full")
	for _, x := range []struct {
		name   string
		again  int
		fails  error
		status int
		did    []string // nil: too much to list
	}{
		{"at once", 0, nil, 200, []string{"keep", "record"}},
		{"once", 1, nil, 200, []string{"keep", "record", "keep", "record"}},
		{"twice", 2, nil, 200, []string{"keep", "record", "keep", "record", "keep", "record"}},
		{"cannot be kept", 1, full, 500, []string{"keep", "record", "keep"}},
		{"for ever", 1 << 30, nil, 500, nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel() // the last one waits until it is given up
			testKeepAgain(t, x.again, x.fails, x.status, x.did)
		})
	}
}

func testKeepAgain(t *testing.T, again int, fails error, status int, did []string) {
	var f *forgetful
	g := newRig(t, func(c *Config) {
		f = &forgetful{Index: c.Index, Keeper: c.Keeper, again: again, fails: fails}
		c.Index, c.Keeper = f, f
	})
	begun := time.Now()
	ans := g.send(try(wxup.MarketingImage))
	if ans.status != status || did != nil && !slices.Equal(f.did, did) {
		t.Errorf("%d %s after %v", ans.status, ans.body, f.did)
	}
	if took := time.Since(begun); took > keepAgainTime+time.Minute || did == nil && took < keepAgainTime {
		t.Errorf("it took %s", took)
	}
	for i, seen := range f.seen {
		if want := fmt.Sprint("watched ", i); i > 0 && seen != want {
			t.Errorf("record %d is told %q, want %q", i+1, seen, want)
		}
	}
	if status != 200 {
		return
	}
	if e := g.lastExchange(); e.Media == nil || e.Problem != "" {
		t.Errorf("recorded: media %v, problem %q", e.Media, e.Problem)
	}
}
