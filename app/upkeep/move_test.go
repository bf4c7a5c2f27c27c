package upkeep_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/fsblob"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/app/testservers"
	"github.com/wxup/wxup/app/upkeep"
	"github.com/wxup/wxup/media"
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

func openBlobDir(t *testing.T) *fsblob.Dir {
	t.Helper()
	d, err := fsblob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// keepOne keeps a file and records it.
func keepOne(t *testing.T, ix *sqlindex.Index, b store.Blobs, content string) {
	t.Helper()
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(content)))
	if err := b.Put(t.Context(), sum, int64(len(content)), strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	e := &server.Exchange{
		ID: "exchange of " + content, Time: time.Now(), Family: wxup.PayV3, Endpoint: "marketing", Account: "1900000001", Method: "POST", Status: 200,
		Media: &server.Media{ID: "id of " + content, Account: "1900000001", Endpoint: "marketing", SHA256: sum, Size: int64(len(content)), Format: media.JPEG, Created: time.Now()},
	}
	if err := ix.Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

// busy is a store to which uploads arrive as soon as it has been listed.
type busy struct {
	datadir.Blobs
	then func()
}

func (b busy) List(ctx context.Context) iter.Seq2[store.Info, error] {
	return func(yield func(store.Info, error) bool) {
		b.Blobs.List(ctx)(yield)
		b.then()
	}
}

// TestMoveWhileServed: of what is uploaded while images and index are copied, no record arrives
// without its bytes.
func TestMoveWhileServed(t *testing.T) {
	eachIndex(t, func(t *testing.T, from *sqlindex.Index) {
		source, target := openBlobDir(t), openBlobDir(t)
		to := openIndex(t, filepath.Join(t.TempDir(), "index.db"))
		keepOne(t, from, source, "before")
		meanwhile := busy{source, func() { keepOne(t, from, source, "meanwhile") }}
		m := upkeep.Move{From: &datadir.Dir{Index: from}, Blobs: meanwhile, ToBlobs: target, Index: true, ToIndex: to, Workers: 2}
		done, err := m.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n, err := upkeep.Check(t.Context(), to, target, upkeep.Checks{})
		if err != nil || n.Records != 2 || n.Faults != 0 {
			t.Errorf("what was copied: %+v, %v; %+v was moved", n, err, done)
		}
	})
}

// TestLeftIndex: a migrated index is out of use and its copy in use, until the old one is
// reclaimed.
func TestLeftIndex(t *testing.T) {
	ctx := t.Context()
	old, next := &datadir.Dir{Index: openIndex(t, filepath.Join(t.TempDir(), "index.db"))}, &datadir.Dir{Index: openIndex(t, filepath.Join(t.TempDir(), "next.db"))}
	for range 2 {
		m := upkeep.Move{From: old, Index: true, ToIndex: next.Index, Leave: true}
		if _, err := m.Once(ctx); err != nil {
			t.Fatal(err)
		}
		if err := old.InUse(ctx); err == nil || !strings.Contains(err.Error(), "next.db") {
			t.Errorf("the old one: %v", err)
		}
		if err := next.InUse(ctx); err != nil {
			t.Errorf("the new one: %v", err)
		}
	}
	for _, want := range []string{next.Index.Where(), ""} {
		if moved, err := old.Reclaim(ctx); moved != want || err != nil || old.InUse(ctx) != nil {
			t.Errorf("in use again: %q, %v, %v", moved, err, old.InUse(ctx))
		}
	}
}
