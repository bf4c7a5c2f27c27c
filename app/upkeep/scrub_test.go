package upkeep_test

import (
	"context"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/upkeep"
)

// opened are Blobs that count how often each is opened.
type opened struct {
	store.Blobs
	times map[string]int
}

func (o *opened) Open(ctx context.Context, sum string) (*store.Blob, error) {
	o.times[sum]++
	return o.Blobs.Open(ctx, sum)
}

// TestScrub reads seven files in pieces of two, each by another node: a pass reads each file once,
// goes on where the one before has ended, and finds what is damaged. What is restored loses its
// mark with the next piece. The next pass is due after a month.
func TestScrub(t *testing.T) {
	s := onDisk(t)
	ctx, now := t.Context(), time.Now()
	contents := []string{"one", "two", "three", "four", "five", "six", "seven"}
	for _, content := range contents {
		s.upload("a", content, day, 0)
	}
	damage := func(content, with string) {
		must(t, os.Chmod(s.path(digest(content)), 0o600))
		must(t, os.WriteFile(s.path(digest(content)), []byte(with), 0o600))
	}
	damage("two", "2wo")
	damage("five", "fiv")

	blobs := &opened{s.blobs, map[string]int{}}
	var found []string
	scrub := upkeep.Scrub{Every: 30 * day, Piece: time.Minute, Most: 2, Found: func(sum, detail string) {
		found = append(found, sum)
		if !strings.Contains(detail, "another digest") {
			t.Errorf("%s: %s", sum, detail)
		}
	}}
	piece := func(after time.Duration) int {
		t.Helper()
		now = now.Add(after)
		before := len(blobs.times)
		must(t, scrub.Do(ctx, s.index, blobs, now))
		must(t, scrub.Do(ctx, s.index, blobs, now)) // another node at the same time, which leaves it
		return len(blobs.times) - before
	}
	for i, want := range []int{2, 2, 2, 1, 0, 0} {
		if n := piece(2 * time.Minute); n != want {
			t.Errorf("piece %d opens %d files, want %d", i, n, want)
		}
	}
	bad := []string{digest("two"), digest("five")}
	for sum, times := range blobs.times {
		if times != 1 && !slices.Contains(bad, sum) {
			t.Errorf("%s was read %d times", sum, times)
		}
	}
	sorted := func(list []string) []string { return slices.Sorted(slices.Values(list)) }
	marked, err := s.index.Damaged(ctx)
	must(t, err)
	if !slices.Equal(sorted(marked), sorted(bad)) || !slices.Equal(sorted(found), sorted(bad)) {
		t.Errorf("marked %v, told once each %v, want %v", marked, found, bad)
	}

	damage("two", "two")
	must(t, os.Remove(s.path(digest("five"))))
	piece(2 * time.Minute)
	if marked, err = s.index.Damaged(ctx); err != nil || len(marked) > 0 {
		t.Errorf("after they were restored and removed, marked are %v, %v", marked, err)
	}
	clear(blobs.times)
	if n := piece(28 * day); n != 0 {
		t.Errorf("a piece before the month is over opens %v", slices.Collect(maps.Keys(blobs.times)))
	}
	if n := piece(2 * day); n != 2 {
		t.Errorf("the first piece of the next pass opens %d files", n)
	}
}

// TestCheckMarks: fsck marks what is damaged, and takes the marks from what is not any more.
func TestCheckMarks(t *testing.T) {
	everywhere(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		s.upload("a", "whole", day, 0)
		for _, sum := range []string{digest("whole"), digest("gone")} {
			must(t, s.index.MarkDamaged(ctx, sum, time.Now()))
			must(t, s.index.MarkDamaged(ctx, sum, time.Now()))
		}
		_, err := upkeep.Check(ctx, s.index, s.blobs, upkeep.Checks{Quick: true})
		must(t, err)
		if marked, err := s.index.Damaged(ctx); err != nil || len(marked) != 2 {
			t.Errorf("a quick check leaves %v, %v", marked, err)
		}
		_, err = upkeep.Check(ctx, s.index, s.blobs, upkeep.Checks{})
		must(t, err)
		if marked, err := s.index.Damaged(ctx); err != nil || len(marked) != 0 {
			t.Errorf("a check leaves %v, %v", marked, err)
		}
	})
}
