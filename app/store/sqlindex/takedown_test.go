package sqlindex

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
)

// TestTakeDown takes an image down of which another account has the same bytes, uploads it again,
// and blocks it.
func TestTakeDown(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		for _, public := range []bool{true, false} {
			takeDown(t, open(t, t.TempDir()), public)
		}
	})
}

func takeDown(t *testing.T, ix *Index, public bool) {
	const imageDigest = "6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d"
	ctx, now := t.Context(), time.Now()
	n := 0
	upload := func(id string) {
		t.Helper()
		n++
		e := &server.Exchange{ID: fmt.Sprint("takedown-", n), Time: now, Media: &server.Media{
			ID: id, Account: "account of " + id, SHA256: imageDigest, Size: 5, Public: public, Created: now}}
		if err := ix.Record(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	down := func(id string) bool {
		t.Helper()
		down, err := ix.TakenDown(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return down
	}
	state := func() string {
		t.Helper()
		s, err := value[string](ctx, ix, "look", `SELECT state FROM blob WHERE sha256 = $1`, imageDigest)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	mark := func() string {
		t.Helper()
		m, err := ix.TakedownsMark(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	take := func(id string, block bool) int {
		t.Helper()
		others, err := ix.TakeDown(ctx, id, false, block, now)
		if err != nil {
			t.Fatal(err)
		}
		return others
	}
	claimed := func() int64 {
		t.Helper()
		rows, err := ix.Unwanted(ctx, "doomed", now.Add(time.Hour), store.Row{}, 10)
		if err != nil || len(rows) != 1 {
			t.Fatalf("%v, %v", rows, err)
		}
		claim, err := ix.Claim(ctx, rows[0], now)
		if err != nil {
			t.Fatal(err)
		}
		return claim
	}

	upload("one")
	upload("two")
	before := mark()
	if others := take("one", false); others != 1 {
		t.Errorf("%d others have the bytes, want 1", others)
	}
	if !down("one") || down("two") || mark() == before {
		t.Error("not taken down, or the other one is too, or the mark is the same")
	}
	if _, err := ix.MediaByID(ctx, "one"); !errors.Is(err, server.ErrNotFound) {
		t.Errorf("its media: %v", err)
	}
	if claimed() != 0 || state() != "live" {
		t.Error("bytes that another media has may be deleted")
	}

	before = mark()
	upload("one")
	if down("one") || mark() == before {
		t.Error("uploading it again does not revive it")
	}
	take("one", true)
	upload("one")
	if !down("one") {
		t.Error("it was blocked, and is served again")
	}
	if _, err := ix.MediaByID(ctx, "one"); !errors.Is(err, server.ErrNotFound) {
		t.Errorf("media of what is blocked: %v", err)
	}
	if others := take("two", false); others != 0 {
		t.Errorf("%d others have the bytes, want none", others)
	}
	upload("one")
	if state() != "doomed" {
		t.Errorf("bytes of what is blocked are %s", state())
	}
	if claimed() == 0 {
		t.Error("bytes that no media has are not deleted")
	}

	list, err := ix.Takedowns(ctx)
	if err != nil || len(list) != 2 || list[0].ID != "two" || list[1].ID != "one" || !list[1].Blocked || !list[0].At.After(list[1].At) {
		t.Errorf("the list: %+v, %v", list, err)
	}
	if err := ix.Revive(ctx, "one"); err != nil || down("one") {
		t.Errorf("revive: %v, still down: %v", err, down("one"))
	}
	if err := ix.Revive(ctx, "one"); !errors.Is(err, server.ErrNotFound) {
		t.Errorf("revive what is not down: %v", err)
	}
	if _, err := ix.TakeDown(ctx, "nobody's", false, false, now); !errors.Is(err, server.ErrNotFound) {
		t.Errorf("take down what is not there: %v", err)
	}
	if _, err := ix.TakeDown(ctx, "dropped", true, false, now); err != nil || !down("dropped") {
		t.Errorf("take down what the store has made, and whose media was dropped: %v", err)
	}
}
