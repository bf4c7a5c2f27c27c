package sqlindex

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/server"
)

// fillMany records n accepted exchanges with their media and nonces, as Record does it but many at
// a time. Their accounts are 100; one of 50 is refused.
func fillMany(t testing.TB, ix *Index, from, to int) {
	t.Helper()
	var list []statement
	for i := from; i < to; i++ {
		x := mapExchange(*storetest.NewExchange(i), escape)
		x.ID = fmt.Sprintf("08%08X%016X", i/1000, uint64(i)*0x9E3779B97F4A7C15) // in no order, as real ones are
		x.Account = fmt.Sprint("19000", i%100)
		x.Media.ID, x.Media.Account = "m"+strings.Repeat(x.ID, 4)[:87], x.Account
		x.Media.SHA256 = storetest.Sum([]byte(x.ID))
		x.Nonce.Account, x.Nonce.Value = x.Account, "N"+x.ID
		if i%50 == 0 {
			x.Problem = problem.Expired
		}
		list = append(list,
			stmt(`INSERT INTO nonce (account, value, exchange, expires) VALUES ($1, $2, $3, $4)`,
				x.Nonce.Account, x.Nonce.Value, x.ID, micros(x.Nonce.Expires)),
			ix.claimLive(x.Media), insert("exchange", listedList, listedArgs(x), nil), insert("exchange_body", bodyList, bodyArgs(x), nil),
			insert("media", mediaList, mediaArgs(toMediaRow(*x.Media)), nil))
		if len(list) >= 1500 || i == to-1 {
			_, err := ix.db.change(unhurried(context.Background()), list)
			must(t, err)
			list = list[:0]
		}
	}
}

// many is how many rows the tests of long lists use.
func many() int {
	if os.Getenv("WXUP_LONG") != "" {
		return 1_000_000
	}
	return 10_000
}

// TestManyPages: of a long list, while others write, every row that was there comes once, in order;
// and pages far into it are not slower to find, as their plans say (checkPlans).
func TestManyPages(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		ctx, ix, n := t.Context(), open(t, t.TempDir()), many()
		if fillMany(t, ix, 0, min(n, 100_000)); n > 100_000 {
			tenfold(t, ix, "/more/")
		}
		var stop atomic.Bool
		written := make(chan int)
		go func() {
			i := 0
			for ; !stop.Load(); i++ {
				e := storetest.NewExchange(n + i)
				e.Nonce, e.Media.ID = nil, fmt.Sprint("new ", i)
				if err := ix.Record(ctx, e); err != nil {
					t.Error(err)
					break
				}
			}
			written <- i
		}()
		seen, last := make(map[string]bool, n), Cursor{}
		for e, err := range ix.AllExchanges(ctx, ExchangeFilter{Limit: 1000}) {
			must(t, err)
			if seen[e.ID] {
				t.Fatalf("%s comes twice", e.ID)
			}
			if last != (Cursor{}) && (e.Time.After(last.Time) || e.Time.Equal(last.Time) && e.ID >= last.ID) {
				t.Fatalf("%s does not stand in order", e.ID)
			}
			last = Cursor{e.Time, e.ID}
			seen[e.ID] = true
		}
		media, refused, of := 0, 0, 0
		for _, err := range ix.AllMedia(ctx, MediaFilter{}) {
			must(t, err)
			media++
		}
		for e, err := range ix.AllExchanges(ctx, ExchangeFilter{Refused: true}) {
			must(t, err)
			if e.Problem == "" {
				t.Fatalf("%s was not refused", e.ID)
			}
			refused++
		}
		for e, err := range ix.AllExchanges(ctx, ExchangeFilter{Account: "1900077"}) {
			must(t, err)
			if of++; of == n/200 {
				break // somebody who has seen enough
			}
			if e.Account != "1900077" {
				t.Fatalf("%s is of %s", e.ID, e.Account)
			}
		}
		stop.Store(true)
		if added := <-written; len(seen) < n || len(seen) > n+added || media < n || media > n+added || added == 0 {
			t.Errorf("%d exchanges and %d media of %d, while %d were added", len(seen), media, n, added)
		}
		if refused != n/50 || of != n/200 {
			t.Errorf("%d refused, want %d; %d of the account, want %d", refused, n/50, of, n/200)
		}
	})
}

// TestPagesFail: an error ends the list, and is told.
func TestPagesFail(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		ix := open(t, t.TempDir())
		fill(t, ix, 30)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n, failures := 0, 0
		for _, err := range ix.AllExchanges(ctx, ExchangeFilter{Limit: 10}) {
			if err != nil {
				failures++
				continue
			}
			if n++; n == 10 {
				cancel()
			}
		}
		if n != 10 || failures != 1 {
			t.Errorf("%d rows and %d errors, want 10 and 1", n, failures)
		}
	})
}

func TestDropExchanges(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		ctx, ix := t.Context(), open(t, t.TempDir())
		for _, x := range []struct {
			old  Old
			want func(i int) bool // what is dropped
		}{
			{Old{Before: t0.Add(20 * time.Second)}, func(i int) bool { return i < 60 }},
			{Old{Before: t0.Add(20 * time.Second), Account: "b\xff"}, func(i int) bool { return i < 60 && i%2 == 1 }},
			{Old{Before: t0.AddDate(1, 0, 0), Keep: 30}, func(i int) bool { return i < 70 }},
			{Old{Before: t0.AddDate(1, 0, 0), Keep: 30, Account: "a"}, func(i int) bool { return i < 40 && i%2 == 0 }},
			{Old{Before: t0.Add(time.Second), Keep: 30}, func(i int) bool { return i < 3 }},
			{Old{Before: t0.AddDate(1, 0, 0), Keep: 100}, func(i int) bool { return false }},
			{Old{Before: t0.AddDate(1, 0, 0), Keep: 101}, func(i int) bool { return false }},
			{Old{Before: t0.AddDate(1, 0, 0), Account: "nobody"}, func(i int) bool { return false }},
			{Old{}, func(i int) bool { return false }},
			{Old{Before: t0.AddDate(1, 0, 0)}, func(i int) bool { return true }},
		} {
			_, err := ix.DropExchanges(ctx, Old{Before: t0.AddDate(9, 0, 0)})
			must(t, err)
			must(t, ix.Purge(ctx, t0.AddDate(9, 0, 0)))
			all := fill(t, ix, 100)
			var want, got []string
			for i, e := range all {
				if !x.want(i) {
					want = append(want, e.ID)
				}
			}
			count, err := ix.CountExchanges(ctx, x.old)
			must(t, err)
			n, err := ix.DropExchanges(ctx, x.old)
			must(t, err)
			if count != n {
				t.Errorf("%+v: %d were counted, and %d dropped", x.old, count, n)
			}
			for e, err := range ix.AllExchanges(ctx, ExchangeFilter{}) {
				must(t, err)
				got = append(got, e.ID)
			}
			slices.Reverse(got)
			if !slices.Equal(got, want) || int(n) != len(all)-len(want) {
				t.Errorf("%+v: %d were dropped, left is\n%v\nwant\n%v", x.old, n, got, want)
			}
		}
	})
}

// TestDropMediaPieces: of more old media than are dropped at once, those that were uploaded again
// stay, and no others.
func TestDropMediaPieces(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		ctx, ix, n := t.Context(), open(t, t.TempDir()), 2*purgeAtOnce+purgeAtOnce/2
		fillMany(t, ix, 0, n)
		before := t0.AddDate(0, 0, 7)
		_, err := ix.db.change(ctx, []statement{stmt(`UPDATE media SET seen = $1 WHERE account <> '190001' AND account < '190005'`, micros(before))})
		must(t, err)
		kept := 0
		for m, err := range ix.AllMedia(ctx, MediaFilter{}) {
			if must(t, err); m.Account != "190001" && m.Account < "190005" {
				kept++
			}
		}
		for _, account := range []string{"190007", "190002", ""} {
			would, err := ix.DropMedia(ctx, before, account, true)
			must(t, err)
			did, err := ix.DropMedia(ctx, before, account, false)
			if err != nil || did != would || (did == 0) != (account == "190002") {
				t.Errorf("of %q %d were dropped, %v; %d would be", account, did, err, would)
			}
		}
		left := 0
		for m, err := range ix.AllMedia(ctx, MediaFilter{}) {
			if must(t, err); m.Account == "190001" || m.Account >= "190005" {
				t.Fatalf("one of %s is left", m.Account)
			}
			left++
		}
		if left != kept || kept < purgeAtOnce {
			t.Errorf("%d are left, want %d", left, kept)
		}
	})
}

// TestPurgeWhileWriting: forgetting goes on beside uploads, and takes nothing that is new.
func TestPurgeWhileWriting(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		ctx, ix := t.Context(), open(t, t.TempDir())
		fillMany(t, ix, 0, 3000)
		var stop atomic.Bool
		written := make(chan int)
		later := t0.AddDate(0, 1, 0)
		go func() {
			i := 0
			for ; !stop.Load(); i++ {
				e := storetest.NewExchange(i)
				e.Time, e.Nonce.Expires, e.Media.ID = later, later.Add(10*time.Minute), fmt.Sprint("new ", i)
				if err := ix.Record(ctx, e); err != nil {
					t.Error(err)
					break
				}
			}
			written <- i
		}()
		n, err := ix.DropExchanges(ctx, Old{Before: later})
		if err != nil || n != 3000 {
			t.Errorf("%d were dropped, %v; want 3000", n, err)
		}
		must(t, ix.Purge(ctx, later))
		stop.Store(true)
		added := <-written
		for i := range added {
			e := storetest.NewExchange(i)
			if _, err := ix.SpentBy(ctx, e.Nonce.Account, e.Nonce.Value); err != nil {
				t.Fatalf("exchange %d of %d that were recorded meanwhile: %v", i, added, err)
			}
		}
		sizes, err := ix.Tables(ctx)
		must(t, err)
		for _, x := range sizes {
			if want := map[string]int{"exchange": added, "nonce": added, "media": 3000 + added}[x.Name]; int(x.Rows) != want && want > 0 {
				t.Errorf("%s has %d rows, want %d", x.Name, x.Rows, want)
			}
		}
	})
}

// TestOperatorTexts: what an operator gives and the database cannot hold is refused, on both
// engines alike.
func TestOperatorTexts(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		ctx, ix := t.Context(), open(t, t.TempDir())
		for _, s := range []string{"a\x00b", "\xff"} {
			for what, err := range map[string]error{
				"PutMerchant": ix.PutMerchant(ctx, server.Merchant{MchID: "1", Name: s}),
				"PutApp":      ix.PutApp(ctx, server.App{AppID: s}),
				"PutSetting":  ix.PutSetting(ctx, "a", s),
			} {
				if err == nil || !strings.Contains(err.Error(), "UTF-8") {
					t.Errorf("%s with %q: %v", what, s, err)
				}
			}
		}
	})
}

// BenchmarkSizes says what an upload costs in room and time as the index grows: with WXUP_LONG up
// to a million records, and with WXUP_LONG=10000000 up to ten million, which needs 40 GB of disk
// and an hour.
func BenchmarkSizes(b *testing.B) {
	benchmarkEach(b, benchmarkSizes)
}

func benchmarkSizes(b *testing.B, ix *Index) {
	ctx := b.Context()
	last, most := 0, 100_000
	if long := os.Getenv("WXUP_LONG"); long != "" {
		n, _ := strconv.Atoi(long)
		most = max(n, 1_000_000)
	}
	for n := 10_000; n <= most; n *= 10 {
		if n <= 100_000 {
			fillMany(b, ix, last, n)
		} else {
			tenfold(b, ix, fmt.Sprint("/", n, "/"))
		}
		last = n
		b.Run(fmt.Sprint("Record at ", n), func(b *testing.B) {
			i := 0
			for b.Loop() {
				e := storetest.NewExchange(n + i)
				e.ID, e.Media.ID, e.Nonce.Value = fmt.Sprint(n, " ", b.N, " ", i), fmt.Sprint(n, " ", b.N, " ", i), fmt.Sprint(n, " ", b.N, " ", i)
				must(b, ix.Record(ctx, e))
				i++
			}
			sizes, err := ix.Tables(ctx)
			must(b, err)
			for _, x := range sizes {
				if x.Name == "exchange" || x.Name == "media" || x.Name == "nonce" {
					b.ReportMetric(float64(x.Bytes)/float64(x.Rows), "B/"+x.Name)
				}
			}
		})
		for name, call := range map[string]func() error{
			"SpentBy": func() error { _, err := ix.SpentBy(ctx, "1900000001", "nonce-1"); return err },
			"page of an account": func() error {
				_, err := ix.ListExchanges(ctx, ExchangeFilter{Account: "1900077"})
				return err
			},
			"page of the refused": func() error {
				_, err := ix.ListExchanges(ctx, ExchangeFilter{Refused: true, After: Cursor{t0.Add(time.Duration(n/2) * time.Millisecond), "1"}})
				return err
			},
		} {
			b.Run(fmt.Sprint(name, " at ", n), func(b *testing.B) {
				for b.Loop() {
					call()
				}
			})
		}
	}
}

// tenfold adds to each record nine that differ from it in time and in their ids, which are made of
// its own and a mark that no id has had so far. In the end all of it is on the disk.
func tenfold(t testing.TB, ix *Index, mark string) {
	t.Helper()
	engine := ix.db
	if w, ok := engine.(*watched); ok {
		engine = w.engine
	}
	var db *sql.DB
	var before, settle string
	switch e := engine.(type) {
	case *sqliteEngine:
		var err error
		db, err = openSQLite(e.path, 1, "_pragma=cache_size(-4000000)")
		must(t, err)
		defer db.Close()
		settle = `PRAGMA wal_checkpoint(TRUNCATE)`
	case *postgresEngine:
		db, before, settle = e.db, `SET statement_timeout = 0`, `CHECKPOINT`
	}
	conn, err := db.Conn(t.Context())
	must(t, err)
	do := func(query string) {
		_, err := conn.ExecContext(t.Context(), query)
		must(t, err)
	}
	if before != "" {
		do(before)
	}
	for k := range 9 {
		for _, table := range []struct{ name, id, columns string }{
			{"exchange", "id", listedList}, {"exchange_body", "id", bodyList}, {"media", "id", mediaList}, {"nonce", "value", "account, value, exchange, expires"},
		} {
			id, values := table.id, list(table.columns)
			for i, name := range values {
				switch name {
				case id, "exchange": // that has spent the nonce
					values[i] = fmt.Sprintf("%s || '%s%d'", name, mark, k)
				case "at", "created":
					values[i] = fmt.Sprintf("%s + %d", name, time.Duration(k+1)*time.Hour/time.Microsecond)
				}
			}
			do(`INSERT INTO ` + table.name + ` (` + table.columns + `) SELECT ` + strings.Join(values, ", ") + ` FROM ` + table.name +
				` WHERE ` + id + ` NOT LIKE '%` + mark + `%' ORDER BY ` + id)
		}
	}
	do(`ANALYZE`)
	do(settle)
	conn.Raw(func(any) error { return driver.ErrBadConn }) // its settings are not for others
}
