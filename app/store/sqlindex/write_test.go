package sqlindex

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/server"
)

func sqliteWriter(ix *Index) *writer {
	return ix.db.(*watched).engine.(*sqliteEngine).file.Load().write
}

// hold makes the writer of the SQLite index in dir busy until release is called: with a change that
// waits for a lock.
func hold(t *testing.T, ix *Index, dir string) (release func()) {
	db, err := openSQLite(filepath.Join(dir, "index.db"), 1, "_txlock=immediate")
	must(t, err)
	tx, err := db.Begin()
	must(t, err)
	j := &job{[]statement{putSetting("held", "x")}, make(chan result, 1)}
	sqliteWriter(ix).jobs <- j // the writer has taken it, and finds the database locked
	return func() {
		must(t, errors.Join(tx.Rollback(), db.Close()))
		<-j.result // it may have come into one batch with what is to fail
	}
}

// patient makes the writer wait for a lock as long as the test takes, in place of some seconds.
func patient(t *testing.T, ix *Index) {
	t.Helper()
	_, err := sqliteWriter(ix).do(t.Context(), []statement{stmt(`PRAGMA busy_timeout = 600000`)})
	must(t, err)
}

// waiting returns when n callers wait for the writer to take their changes.
func waiting(t *testing.T, n int) {
	t.Helper()
	stacks := make([]byte, 4<<20)
	eventually(t, "the callers", func(context.Context) error {
		now := strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "sqlindex.(*writer).do(")
		if now != n {
			return fmt.Errorf("%d wait, want %d", now, n)
		}
		return nil
	})
}

// eventually calls f until it succeeds. Calls have deadlines of their own, which a busy machine may
// miss.
func eventually(t testing.TB, what string, f func(context.Context) error) {
	t.Helper()
	var err error
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(time.Millisecond) {
		if err = f(t.Context()); err == nil {
			return
		}
	}
	t.Errorf("%s: %v", what, err)
}

// TestBatch: who waits while the writer is busy shares the next commit, and a failure is its
// owner's alone.
func TestBatch(t *testing.T) {
	dir := t.TempDir()
	ix := openIndex(t, dir)
	patient(t, ix)
	release := hold(t, ix, dir)
	const n = 64
	before := sqliteWriter(ix).commits.Load()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			list := []statement{putSetting(fmt.Sprint(i), "x")}
			if i%2 == 1 {
				list = append(list, stmt(`INSERT INTO setting (name, value) VALUES ('no value', NULL)`))
			}
			if err := ix.do(t.Context(), nil, list...); (err != nil) != (i%2 == 1) {
				t.Errorf("change %d: %v", i, err)
			}
		})
	}
	waiting(t, n)
	release()
	wg.Wait()
	if commits := sqliteWriter(ix).commits.Load() - before; commits > 4 {
		t.Errorf("%d commits for %d changes that were asked for together", commits, n)
	}
	for i := range n {
		_, err := ix.Setting(t.Context(), fmt.Sprint(i))
		if want := i%2 == 1; want != errors.Is(err, server.ErrNotFound) {
			t.Errorf("setting %d: %v", i, err)
		}
	}
}

// TestCommitFails: when the commit fails, all who shared it are told, nothing is kept, and the next
// one works.
func TestCommitFails(t *testing.T) {
	for name, spoil := range map[string][]statement{
		// A merchant's certificate without the merchant, which is looked at when the transaction
		// ends.
		"commit": {stmt(`PRAGMA defer_foreign_keys = 1`),
			stmt(`INSERT INTO merchant_certificate (mchid, serial, pem, state, not_before) VALUES ('none', '1', '', '', 0)`)},
		// The transaction is lost, as when the disk is full.
		"rollback": {stmt(`ROLLBACK`)},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			ix := openIndex(t, dir)
			patient(t, ix)
			release := hold(t, ix, dir)
			errs := make(chan error)
			const n = 10
			for i := range n {
				go func() { errs <- ix.PutSetting(t.Context(), fmt.Sprint(i), "x") }()
			}
			go func() {
				_, err := sqliteWriter(ix).do(context.Background(), spoil)
				errs <- err
			}()
			waiting(t, n+1)
			release()
			failed := 0
			for range n + 1 {
				if <-errs != nil {
					failed++
				}
			}
			kept := 0
			for i := range n {
				if _, err := ix.Setting(t.Context(), fmt.Sprint(i)); err == nil {
					kept++
				}
			}
			if failed == 0 || kept != n+1-failed {
				t.Errorf("of %d changes %d failed, and %d are kept", n+1, failed, kept)
			}
			must(t, ix.PutSetting(t.Context(), "next", "x"))
		})
	}
}

// TestFsyncFails: after a commit that the disk did not take no other is tried.
func TestFsyncFails(t *testing.T) {
	ix := openIndex(t, t.TempDir())
	must(t, ix.Ping(t.Context()))
	errDisk := errors.New("disk I/O error")
	sqliteWriter(ix).fault.Store(&errDisk)
	wantErr(t, "a change", ix.PutSetting(t.Context(), "a", "x"), errDisk)
	wantErr(t, "Ping", ix.Ping(t.Context()), errDisk)
	_, err := ix.Setting(t.Context(), "a")
	wantErr(t, "a lookup", err, server.ErrNotFound)
}

// TestPingAfterFailure: when a commit has failed the index is not well until a change is kept
// again.
func TestPingAfterFailure(t *testing.T) {
	dir := t.TempDir()
	ix := openIndex(t, dir)
	spoil := []statement{stmt(`PRAGMA defer_foreign_keys = 1`),
		stmt(`INSERT INTO merchant_certificate (mchid, serial, pem, state, not_before) VALUES ('none', '1', '', '', 0)`)}
	if _, err := sqliteWriter(ix).do(t.Context(), spoil); err == nil {
		t.Fatal("the commit succeeds")
	}
	release := hold(t, ix, dir)
	if ix.Ping(t.Context()) == nil {
		t.Error("Ping succeeds while no change can be kept")
	}
	release()
	eventually(t, "Ping afterwards", ix.Ping)
}

// TestCancelled: the context counts while a change waits for its turn.
func TestCancelled(t *testing.T) {
	dir := t.TempDir()
	ix := openIndex(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	patient(t, ix)
	release := hold(t, ix, dir)
	errs := make(chan error)
	go func() { errs <- ix.PutSetting(ctx, "a", "x") }()
	cancel()
	wantErr(t, "a change that waits", <-errs, context.Canceled)
	release()
	wantErr(t, "a change that comes late", ix.Record(ctx, storetest.NewExchange(1)), context.Canceled)
	for _, lookup := range []func() error{
		func() error { _, err := ix.Setting(t.Context(), "a"); return err },
		func() error { _, err := ix.Exchange(t.Context(), storetest.NewExchange(1).ID); return err },
	} {
		wantErr(t, "the lookup", lookup(), server.ErrNotFound)
	}
}

// TestCloseWaits for the change that is being made.
func TestCloseWaits(t *testing.T) {
	dir := t.TempDir()
	ix := openIndex(t, dir)
	patient(t, ix)
	release := hold(t, ix, dir)
	errs := make(chan error)
	go func() { errs <- ix.Close() }()
	select {
	case err := <-errs:
		t.Errorf("Close = %v while a change is being made", err)
	case <-time.After(20 * time.Millisecond):
	}
	release()
	must(t, <-errs)
}

func TestClosed(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		ix := open(t, t.TempDir())
		must(t, ix.Close())
		must(t, ix.Close())
		wantErr(t, "a change", ix.PutSetting(t.Context(), "a", "x"), errClosed)
		if _, err := ix.Setting(t.Context(), "a"); err == nil {
			t.Error("a lookup in a closed index succeeds")
		}
	})
}

// TestSameID: two exchanges never have one ID, and the second leaves nothing behind.
func TestSameID(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		ix := open(t, t.TempDir())
		a, b := storetest.NewExchange(1), storetest.NewExchange(2)
		b.ID = a.ID
		must(t, ix.Record(t.Context(), a))
		if err := ix.Record(t.Context(), b); err == nil || errors.Is(err, server.ErrSpent) {
			t.Errorf("Record = %v", err)
		}
		_, err := ix.SpentBy(t.Context(), b.Account, b.Nonce.Value)
		wantErr(t, "its nonce", err, server.ErrNotFound)
		_, err = ix.MediaByID(t.Context(), b.Media.ID)
		wantErr(t, "its media", err, server.ErrNotFound)
		wantErr(t, "the same again", ix.Record(t.Context(), a), server.ErrSpent)
	})
}
