package sqlindex

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/server"
)

// hold makes the writer busy until release is called.
func hold(t *testing.T, ix *Index) (release func()) {
	busy, done, end := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		end <- ix.write.do(context.Background(), func(*change) error { close(busy); <-done; return nil })
	}()
	<-busy
	return func() {
		close(done)
		if err := <-end; err != nil {
			t.Error(err)
		}
	}
}

// TestBatch: who waits while the writer is busy shares the next commit, and a failure is its owner's alone.
func TestBatch(t *testing.T) {
	ix := openIndex(t, t.TempDir())
	release := hold(t, ix)
	const n = 64
	var mu sync.Mutex
	commits := map[*change]int{}
	errOdd := errors.New("odd")
	var wg, asking sync.WaitGroup
	for i := range n {
		asking.Add(1)
		wg.Go(func() {
			asking.Done()
			err := ix.write.do(t.Context(), func(c *change) error {
				mu.Lock()
				commits[c]++
				mu.Unlock()
				if _, err := c.exec(`INSERT INTO setting (name, value) VALUES ($1, 'x')`, fmt.Sprint(i)); err != nil {
					return err
				}
				if i%2 == 1 {
					return errOdd
				}
				return nil
			})
			if odd := i%2 == 1; odd != errors.Is(err, errOdd) || !odd && err != nil {
				t.Errorf("change %d: %v", i, err)
			}
		})
	}
	asking.Wait()
	time.Sleep(50 * time.Millisecond) // until they are at it; were they not, there would be more commits than one
	release()
	wg.Wait()
	if len(commits) > 3 {
		t.Errorf("%d commits for %d changes that were asked for together", len(commits), n)
	}
	for i := range n {
		_, err := ix.Setting(t.Context(), fmt.Sprint(i))
		if want := i%2 == 1; want != errors.Is(err, server.ErrUnknown) {
			t.Errorf("setting %d: %v", i, err)
		}
	}
}

// TestCommitFails: when the commit fails, all who shared it are told, nothing is kept, and the next one works.
func TestCommitFails(t *testing.T) {
	for name, spoil := range map[string]string{
		// A merchant's certificate without the merchant, which is looked at when the transaction ends.
		"commit": `INSERT INTO merchant_certificate (mchid, serial, pem, state, not_before) VALUES ('none', '1', '', '', 0)`,
		// The transaction is lost, as when the disk is full.
		"rollback": `ROLLBACK`,
	} {
		t.Run(name, func(t *testing.T) {
			ix := openIndex(t, t.TempDir())
			release := hold(t, ix)
			errs := make(chan error)
			const n = 10
			for i := range n {
				go func() { errs <- ix.PutSetting(t.Context(), fmt.Sprint(i), "x") }()
			}
			go func() {
				errs <- ix.write.do(t.Context(), func(c *change) error {
					if _, err := c.exec(`PRAGMA defer_foreign_keys = 1`); err != nil {
						return err
					}
					_, err := c.exec(spoil)
					return err
				})
			}()
			time.Sleep(50 * time.Millisecond)
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
	ix.write.fault.Store(&errDisk)
	wantErr(t, "a change", ix.PutSetting(t.Context(), "a", "x"), errDisk)
	wantErr(t, "Ping", ix.Ping(t.Context()), errDisk)
	_, err := ix.Setting(t.Context(), "a")
	wantErr(t, "a lookup", err, server.ErrUnknown)
}

// TestCancelled: the context counts while a change waits for its turn.
func TestCancelled(t *testing.T) {
	ix := openIndex(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	release := hold(t, ix)
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
		wantErr(t, "the lookup", lookup(), server.ErrUnknown)
	}
}

func TestClosed(t *testing.T) {
	ix := openIndex(t, t.TempDir())
	release := hold(t, ix)
	errs := make(chan error)
	go func() { errs <- ix.Close() }()
	select {
	case err := <-errs:
		t.Errorf("Close = %v while a change is being made", err)
	case <-time.After(20 * time.Millisecond):
	}
	release()
	must(t, <-errs)
	must(t, ix.Close())
	wantErr(t, "a change", ix.PutSetting(t.Context(), "a", "x"), errClosed)
	if _, err := ix.Setting(t.Context(), "a"); err == nil {
		t.Error("a lookup in a closed index succeeds")
	}
}

// TestSameID: two exchanges never have one ID, and the second leaves nothing behind.
func TestSameID(t *testing.T) {
	ix := openIndex(t, t.TempDir())
	a, b := storetest.NewExchange(1), storetest.NewExchange(2)
	b.ID = a.ID
	must(t, ix.Record(t.Context(), a))
	if err := ix.Record(t.Context(), b); err == nil || errors.Is(err, server.ErrSpent) {
		t.Errorf("Record = %v", err)
	}
	_, err := ix.SpentBy(t.Context(), b.Account, b.Nonce.Value)
	wantErr(t, "its nonce", err, server.ErrUnknown)
	_, err = ix.MediaByID(t.Context(), b.Media.ID)
	wantErr(t, "its media", err, server.ErrUnknown)
}

// BenchmarkRecord records an accepted upload: exchange, nonce and media.
func BenchmarkRecord(b *testing.B) {
	for _, n := range []int{1, 64} {
		b.Run(fmt.Sprintf("by %d", n), func(b *testing.B) {
			ix := openIndex(b, b.TempDir())
			var wg sync.WaitGroup
			jobs := make(chan int)
			for range n {
				wg.Go(func() {
					for i := range jobs {
						if err := ix.Record(b.Context(), storetest.NewExchange(i)); err != nil {
							b.Error(err)
						}
					}
				})
			}
			i := 0
			for b.Loop() {
				jobs <- i
				i++
			}
			close(jobs)
			wg.Wait()
		})
	}
}

// BenchmarkLookups are those that an upload makes.
func BenchmarkLookups(b *testing.B) {
	ctx, ix := b.Context(), openIndex(b, b.TempDir())
	c := storetest.NewCertificate(b, t0)
	must(b, ix.PutMerchant(ctx, server.Merchant{MchID: "1900000001", Certificates: []server.MerchantCertificate{{Certificate: c.Certificate}}}))
	must(b, ix.PutPlatformKey(ctx, "", c.PEM, c.KeyPEM))
	fill(b, ix, 1000)
	for name, lookup := range map[string]func() error{
		"Merchant":     func() error { _, err := ix.Merchant(ctx, "1900000001"); return err },
		"PlatformKeys": func() error { _, err := ix.PlatformKeys(ctx); return err },
		"SpentBy":      func() error { _, err := ix.SpentBy(ctx, "1900000001", "nonce-500"); return err },
		"SpentBy none": func() error { ix.SpentBy(ctx, "1900000001", "none"); return nil },
		"Take":         func() error { _, err := ix.Take(ctx, "a", t0, time.Minute, 1<<30); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				must(b, lookup())
			}
		})
	}
}
