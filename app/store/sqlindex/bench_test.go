package sqlindex

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/app/testservers"
	"github.com/wxup/wxup/server"
)

// benchmarkEach runs a benchmark on each engine, both with what durability costs.
func benchmarkEach(b *testing.B, f func(b *testing.B, ix *Index)) {
	b.Run("SQLite", func(b *testing.B) {
		ix, err := Open(b.Context(), b.TempDir()+"/index.db")
		must(b, err)
		defer ix.Close()
		f(b, ix)
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		s := testservers.NewPostgres(b, "fsync=on")
		ix, err := Open(b.Context(), s.URL("postgres"))
		must(b, err)
		defer ix.Close()
		f(b, ix)
	})
}

// BenchmarkRecord records an accepted upload: exchange, nonce and media.
func BenchmarkRecord(b *testing.B) {
	for _, n := range []int{1, 64} {
		b.Run(fmt.Sprintf("by %d", n), func(b *testing.B) {
			benchmarkEach(b, func(b *testing.B, ix *Index) {
				parallel(b, n, func(i int) error { return ix.Record(b.Context(), storetest.NewExchange(i)) })
			})
		})
	}
}

// BenchmarkTake counts calls of one account, all in one row.
func BenchmarkTake(b *testing.B) {
	for _, n := range []int{1, 64} {
		b.Run(fmt.Sprintf("by %d", n), func(b *testing.B) {
			benchmarkEach(b, func(b *testing.B, ix *Index) {
				parallel(b, n, func(int) error {
					_, err := ix.Take(b.Context(), "a", t0, time.Minute, 1<<30)
					return err
				})
			})
		})
	}
}

func parallel(b *testing.B, n int, f func(i int) error) {
	var wg sync.WaitGroup
	jobs := make(chan int)
	for range n {
		wg.Go(func() {
			for i := range jobs {
				if err := f(i); err != nil {
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
}

// BenchmarkLookups are those that an upload makes.
func BenchmarkLookups(b *testing.B) {
	benchmarkEach(b, func(b *testing.B, ix *Index) {
		ctx := b.Context()
		c := storetest.NewCertificate(b, t0)
		must(b, ix.PutMerchant(ctx, server.Merchant{MchID: "1900000001", Certificates: []server.MerchantCertificate{{Certificate: c.Certificate}}}))
		must(b, ix.PutPlatformKey(ctx, "", c.PEM, c.KeyPEM))
		fill(b, ix, 1000)
		for name, lookup := range map[string]func() error{
			"Merchant":     func() error { _, err := ix.Merchant(ctx, "1900000001"); return err },
			"PlatformKeys": func() error { _, err := ix.PlatformKeys(ctx); return err },
			"SpentBy":      func() error { _, err := ix.SpentBy(ctx, "1900000001", "nonce-500"); return err },
			"SpentBy none": func() error { ix.SpentBy(ctx, "1900000001", "none"); return nil },
		} {
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					lookup()
				}
			})
		}
	})
}
