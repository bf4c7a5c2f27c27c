package node

import (
	"bytes"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store/sqlindex"
)

func openIndex(t *testing.T) *sqlindex.Index {
	t.Helper()
	ix, err := sqlindex.Open(t.Context(), filepath.Join(t.TempDir(), "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ix.Close() })
	return ix
}

// TestDamagedOnce: however often a damaged file is asked for, it is told and marked once.
func TestDamagedOnce(t *testing.T) {
	var log bytes.Buffer
	d := &damage{index: openIndex(t), log: slog.New(slog.NewTextHandler(&log, nil))}
	if err := d.learn(t.Context()); err != nil || d.files() != 0 {
		t.Fatalf("%d damaged files, %v", d.files(), err)
	}
	for range 3 {
		d.read("aa")
	}
	if told := strings.Count(log.String(), "is damaged"); told != 1 || d.files() != 1 {
		t.Errorf("told %d times, %d damaged files, want 1 and 1", told, d.files())
	}
}

// TestTakedownsLearnt: whoever learns at the same time, what was taken down before a call stays
// down after it.
func TestTakedownsLearnt(t *testing.T) {
	ix := openIndex(t)
	down := &takedowns{index: ix}
	var wait sync.WaitGroup
	for g := range 4 {
		wait.Go(func() {
			for i := range 20 {
				id := fmt.Sprint(g, "-", i)
				if _, err := ix.TakeDown(t.Context(), id, true, false, time.Now()); err != nil {
					t.Error(err)
					return
				}
				if err := down.learn(t.Context()); err != nil || !down.has(t.Context(), id) {
					t.Errorf("%s is served after it was taken down: %v", id, err)
				}
			}
		})
	}
	wait.Wait()
}
