package sqlindex

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/internal/need"
	"github.com/wxup/wxup/server"
)

// TestRecover: after its disk has failed an index takes changes again only if it is whole, nobody
// else has it open, and what was acknowledged last is there.
func TestRecover(t *testing.T) {
	need.That(t, runtime.GOOS == "linux", "a page cache that can be dropped (elsewhere the index stays as it is until a restart)", "Linux")
	errDisk := errors.New("disk I/O error")
	dir := t.TempDir()
	path := filepath.Join(dir, "index.db")
	ix := openIndex(t, dir)
	for i := range recentMost + 3 {
		e := &server.Exchange{ID: fmt.Sprint("acknowledged-", i), Time: time.Now()}
		must(t, ix.Record(t.Context(), e))
	}
	breakDisk := func() { sqliteWriter(ix).fault.Store(&errDisk) }
	var seen []string
	look := func(_ context.Context, e *server.Exchange) error {
		seen = append(seen, e.ID)
		return nil
	}
	must(t, ix.Recover(t.Context(), look)) // nothing is wrong
	if len(seen) > 0 || ix.Failed() != nil {
		t.Fatalf("a sound index: looked at %v, failed: %v", seen, ix.Failed())
	}

	breakDisk()
	wantErr(t, "a change", ix.PutSetting(t.Context(), "a", "x"), errDisk)
	other, err := openSQLite(path, 1)
	must(t, err)
	var n int
	must(t, other.QueryRow(`SELECT COUNT(*) FROM exchange`).Scan(&n))
	if err := ix.Recover(t.Context(), look); err == nil || !strings.Contains(err.Error(), "another process has the index open") {
		t.Errorf("while another process has it open: %v", err)
	}
	must(t, other.Close())

	lost := errors.New("its file is damaged")
	wantErr(t, "with a file that was lost", ix.Recover(t.Context(), func(context.Context, *server.Exchange) error { return lost }), lost)
	wantErr(t, "a change after that", ix.PutSetting(t.Context(), "a", "x"), errDisk)
	if _, err := ix.Exchange(t.Context(), "acknowledged-3"); err != nil {
		t.Errorf("a lookup after that: %v", err)
	}

	seen = nil
	must(t, ix.Recover(t.Context(), look))
	if len(seen) != recentMost || seen[recentMost-1] != fmt.Sprint("acknowledged-", recentMost+2) {
		t.Errorf("looked at %d exchanges: %v", len(seen), seen)
	}
	must(t, ix.PutSetting(t.Context(), "a", "x"))
	must(t, ix.Ping(t.Context()))

	// What is older than half an hour may have been deleted since.
	breakDisk()
	last := sqliteWriter(ix).recent.last
	last[0].at = last[0].at.Add(-recentFor)
	deleteExchange := func(id string) {
		db, err := openSQLite(path, 1)
		must(t, err)
		_, err = db.Exec(`DELETE FROM exchange WHERE id = $1`, id)
		must(t, err)
		must(t, db.Close())
	}
	deleteExchange(last[0].id)
	must(t, ix.Recover(t.Context(), look))

	// An acknowledged exchange is not there any more: as if the disk had never got it.
	breakDisk()
	deleteExchange(fmt.Sprint("acknowledged-", recentMost))
	if err := ix.Recover(t.Context(), look); err == nil || !strings.Contains(err.Error(), fmt.Sprint("acknowledged-", recentMost, " was acknowledged and is not there")) {
		t.Errorf("with an exchange that was lost: %v", err)
	}
	wantErr(t, "a change after that", ix.PutSetting(t.Context(), "a", "y"), errDisk)
}
