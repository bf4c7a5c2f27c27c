package datadir

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/app/testservers"
	"github.com/wxup/wxup/server"
)

// eachIndex runs a test with an empty index of each kind.
func eachIndex(t *testing.T, test func(*testing.T, *sqlindex.Index)) {
	t.Run("SQLite", func(t *testing.T) { test(t, openIndex(t, filepath.Join(t.TempDir(), "index.db"))) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, openIndex(t, testservers.Postgres(t))) })
}

func openIndex(t *testing.T, where string) *sqlindex.Index {
	t.Helper()
	ix, err := sqlindex.Open(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ix.Close() })
	return ix
}

// TestMayReplace: the images of another installation keep their records; an unused index is
// overwritten.
func TestMayReplace(t *testing.T) {
	eachIndex(t, func(t *testing.T, target *sqlindex.Index) {
		ctx := t.Context()
		s := &Dir{Index: openIndex(t, filepath.Join(t.TempDir(), "index.db"))}
		set := func(ix *sqlindex.Index, secret string) {
			if err := ix.PutSetting(ctx, string(urlSecret), secret); err != nil {
				t.Fatal(err)
			}
		}
		set(s.Index, "01")
		if err := s.MayReplace(ctx, s.Index); err == nil || !strings.Contains(err.Error(), "onto itself") {
			t.Errorf("itself: %v", err)
		}
		if err := s.MayReplace(ctx, target); err != nil {
			t.Errorf("an empty one: %v", err)
		}
		set(target, "02")
		if err := s.MayReplace(ctx, target); err != nil {
			t.Errorf("another one without images: %v", err)
		}
		e := &server.Exchange{ID: "1", Time: time.Now(), Media: &server.Media{ID: "1", SHA256: "00", Created: time.Now()}}
		if err := target.Record(ctx, e); err != nil {
			t.Fatal(err)
		}
		if err := s.MayReplace(ctx, target); err == nil || !strings.Contains(err.Error(), "another wxup installation") {
			t.Errorf("another one with images: %v", err)
		}
		set(target, "01")
		if err := s.MayReplace(ctx, target); err != nil {
			t.Errorf("a copy of this one: %v", err)
		}
	})
}

// TestReclaim: an index that was migrated is not in use until it is served again.
func TestReclaim(t *testing.T) {
	ctx := t.Context()
	d := &Dir{Index: openIndex(t, filepath.Join(t.TempDir(), "index.db"))}
	if err := d.InUse(ctx); err != nil {
		t.Errorf("a new one: %v", err)
	}
	if err := d.MarkMoved(ctx, "next.db"); err != nil {
		t.Fatal(err)
	}
	if err := d.InUse(ctx); err == nil || !strings.Contains(err.Error(), "next.db") {
		t.Errorf("a migrated one: %v", err)
	}
	for _, want := range []string{"next.db", ""} {
		if moved, err := d.Reclaim(ctx); moved != want || err != nil || d.InUse(ctx) != nil {
			t.Errorf("reclaimed: %q, %v, %v; want %q", moved, err, d.InUse(ctx), want)
		}
	}
}
