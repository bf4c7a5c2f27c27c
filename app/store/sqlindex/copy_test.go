package sqlindex

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/server"
)

// TestTables: tables and columns that a migration has added are in the list too, with the right
// types.
func TestTables(t *testing.T) {
	ix := &Index{db: openIndex(t, t.TempDir()).db.(*watched).engine} // these plans are nobody's concern
	type row struct{ table, column, kind string }
	schema, err := all(t.Context(), ix, func(s scanner) (r row, err error) { return r, s.Scan(&r.table, &r.column, &r.kind) },
		`SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name <> 'schema_version' ORDER BY m.name, c.cid`)
	must(t, err)
	var want, got []string
	for _, r := range schema {
		switch {
		case r.table == "exchange_body" && r.column != "id": // copied together
			r.table = "exchange"
		case slices.Contains(made, r.table):
			continue
		}
		want = append(want, fmt.Sprint(r.table, ".", r.column, " ", r.kind))
	}
	kinds := map[byte]string{'t': "TEXT", 'n': "BIGINT", 'b': "BOOLEAN", 'y': "BYTEA"}
	sorted := slices.Clone(tables)
	slices.SortFunc(sorted, func(a, b table) int { return strings.Compare(a.name, b.name) })
	for _, x := range sorted {
		if len(x.types) != len(x.columnList()) {
			t.Fatalf("%s has %d columns and %d types", x.name, len(x.columnList()), len(x.types))
		}
		for i, column := range x.columnList() {
			got = append(got, fmt.Sprint(x.name, ".", column, " ", kinds[x.types[i]]))
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the tables are\n%s\nand the list has\n%s", want, got)
	}
}

// fillAll puts something into every table.
func fillAll(t *testing.T, ix *Index, n int) {
	ctx := t.Context()
	c := storetest.NewCertificate(t, t0)
	must(t, ix.PutSetting(ctx, "a", "图"))
	for i := range 3 {
		must(t, ix.do(ctx, nil, stmt(`INSERT INTO takedown (id, at, blocked) VALUES ($1, $2, $3)`, fmt.Sprint("down ", i), i+1, i == 0)))
		id := fmt.Sprint("19000000", i)
		must(t, ix.PutMerchant(ctx, server.Merchant{MchID: id, APIv3Key: "k", PublicKeyOnly: i == 1, ECommerce: i == 2, Endpoints: []string{"video"}}))
		must(t, ix.AddMerchantCertificate(ctx, id, c.PEM, server.Replaced))
		must(t, ix.PutApp(ctx, server.App{AppID: id, Secret: "s"}))
		must(t, ix.PutComponent(ctx, server.Component{AppID: id, Secret: "s"}))
		must(t, ix.PutAuthorization(ctx, server.Authorization{Component: "0", Authorizer: id, Permissions: []int{i}}))
		must(t, ix.IssueToken(ctx, server.Token{Value: id, Kind: server.AccessToken, Subject: "0", Seq: int64(i + 1), Issued: t0}, t0))
		_, err := ix.Take(ctx, id, t0, time.Minute, 9)
		must(t, err)
	}
	must(t, ix.PutPlatformKey(ctx, "PUB_KEY_ID_01", nil, c.KeyPEM))
	must(t, ix.PutPlatformKey(ctx, "", c.PEM, c.KeyPEM))
	fill(t, ix, n)
	e := storetest.NewExchange(n)
	e.Path, e.Account, e.Answer, e.Nonce = "/\x00\xff", "\xff", []byte{0, 255}, nil
	must(t, ix.Record(ctx, e))
}

// dump is all that an index holds, but for the marks of copying.
func dump(t *testing.T, ix *Index) map[string][]string {
	t.Helper()
	got := map[string][]string{}
	for i := range tables {
		x := &tables[i]
		var after []any
		for n := copyAtOnce; n == copyAtOnce; {
			var err error
			n, after, err = x.eachOf(t.Context(), ix, after, false, func(values, _ []any) {
				if !x.isMark(values) {
					got[x.name] = append(got[x.name], fmt.Sprintf("%q", values))
				}
			})
			must(t, err)
		}
	}
	return got
}

func sameIndex(t *testing.T, from, to *Index) {
	t.Helper()
	want, got := dump(t, from), dump(t, to)
	for i := range tables {
		name := tables[i].name
		if !slices.Equal(got[name], want[name]) {
			t.Errorf("%s has %d rows, which are not the %d of the other one", name, len(got[name]), len(want[name]))
		}
	}
}

func TestCopy(t *testing.T) {
	openers := map[string]opener{"SQLite": openIndex, "PostgreSQL": openPostgresIndex}
	for name, pair := range map[string][2]string{
		"to PostgreSQL": {"SQLite", "PostgreSQL"}, "to SQLite": {"PostgreSQL", "SQLite"}, "within SQLite": {"SQLite", "SQLite"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			from, to := openers[pair[0]](t, t.TempDir()), openers[pair[1]](t, t.TempDir())
			fillAll(t, from, 2*copyAtOnce+50)
			old := storetest.NewExchange(7000)
			old.Time, old.Media.Created = t0.AddDate(0, 0, -9), t0.AddDate(0, 0, -9)
			must(t, from.Record(ctx, old))
			looked := map[string]int64{}
			progress := func(table string, rows int64) { looked[table] = rows }

			// Cut short, after two portions of exchanges.
			cut, cancel := context.WithCancel(ctx)
			err := Copy(cut, from, to, func(table string, rows int64) {
				if table == "exchange" && rows == 2*copyAtOnce {
					cancel()
				}
			})
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("a copy that was cut short: %v", err)
			}
			must(t, Copy(ctx, from, to, progress))
			sameIndex(t, from, to)
			got, err := to.SpentBy(ctx, "1900000001", "nonce-2")
			if err != nil || got.ID != storetest.NewExchange(2).ID {
				t.Errorf("SpentBy in the copy: %v, %v", got, err)
			}

			// What changed since, and what came: some of it of a time that was copied already.
			must(t, from.PutMerchant(ctx, server.Merchant{MchID: "190000000", Disabled: true}))
			must(t, from.DeleteAuthorization(ctx, "0", "190000001"))
			must(t, from.DeletePlatformKey(ctx, "PUB_KEY_ID_01"))
			must(t, from.RetireToken(ctx, "190000002", t0))
			_, err = from.Take(ctx, "190000000", t0, time.Minute, 9)
			must(t, err)
			again := storetest.NewExchange(8000) // a file that is there, uploaded again after two days
			again.Time = t0.AddDate(0, 0, 2)
			again.Media.ID, again.Media.Created = old.Media.ID, again.Time
			must(t, from.Record(ctx, again))
			for i, at := range []time.Time{t0.Add(50 * time.Second), t0.AddDate(0, 0, 1)} {
				e := storetest.NewExchange(9000 + i)
				e.Time, e.Media.Created = at, at
				must(t, from.Record(ctx, e))
			}
			must(t, to.PutMerchant(ctx, server.Merchant{MchID: "of to alone"}))
			must(t, Copy(ctx, from, to, progress))
			sameIndex(t, from, to)

			// Then only the last hour is looked at.
			must(t, Copy(ctx, from, to, progress))
			if looked["exchange"] > 2 || looked["media"] != 1 || looked["merchant"] != 3 {
				t.Errorf("rows that the last copy has looked at: %v", looked)
			}

			// And back to where it came from.
			must(t, Copy(ctx, to, from, nil))
			sameIndex(t, to, from)
		})
	}
}

// TestCopyWhileServed: copies and uploads do not hurt each other, and one more copy has it all.
func TestCopyWhileServed(t *testing.T) {
	ctx := t.Context()
	from, to := openIndex(t, t.TempDir()), openPostgresIndex(t, t.TempDir())
	var stop atomic.Bool
	var served atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := int(served.Add(1)); !stop.Load(); n = int(served.Add(1)) {
			if err := from.Record(ctx, storetest.NewExchange(n)); err != nil {
				t.Error(err)
				return
			}
			if n%10 == 0 {
				if err := from.PutMerchant(ctx, server.Merchant{MchID: fmt.Sprint(n)}); err != nil {
					t.Error(err)
				}
			}
		}
	})
	for range 5 {
		for before := served.Load(); served.Load() < before+10; {
			must(t, Copy(ctx, from, to, nil))
		}
	}
	stop.Store(true)
	wg.Wait()
	must(t, Copy(ctx, from, to, nil))
	sameIndex(t, from, to)
}

func TestTableSizes(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		ix := open(t, t.TempDir())
		fillAll(t, ix, 100)
		sizes, err := ix.Tables(t.Context())
		must(t, err)
		if len(sizes) != len(tables)+len(made) {
			t.Errorf("%d tables", len(sizes))
		}
		for _, x := range sizes {
			if x.Rows == 0 && x.Name != "exchange_old" || x.Bytes < 4096 || x.Name == "exchange_body" && (x.Rows != 101 || x.Bytes < 50_000) {
				t.Errorf("%+v", x)
			}
		}
	})
}
