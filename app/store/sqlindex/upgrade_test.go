package sqlindex

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/app/testservers"
	"github.com/wxup/wxup/server"
)

// oldFiles are the migrations of the last version before rows were split (0005_rows.sql).
func oldFiles(t *testing.T) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(migrations(), "*.sql")
	must(t, err)
	for _, name := range names[:aloneFrom-1] {
		text, err := fs.ReadFile(migrations(), name)
		must(t, err)
		files[name] = &fstest.MapFile{Data: text}
	}
	return files
}

// connect opens the index of a directory as migrations do.
func connect(t *testing.T, dir string) (*sql.DB, scripts) {
	t.Helper()
	if dsn, ok := databases.Load(dir); ok {
		db, err := sql.Open("pgx", dsn.(string))
		must(t, err)
		return db, postgresScripts
	}
	db, err := openSQLite(placeIn(dir), 1, "_txlock=immediate", "_pragma=journal_mode(WAL)")
	must(t, err)
	return db, sqliteScripts
}

// oldIndex makes an index as it was then, with n exchanges and their media.
func oldIndex(t *testing.T, dir string, n int) (db *sql.DB, recorded []*server.Exchange) {
	t.Helper()
	if strings.HasSuffix(t.Name(), "PostgreSQL") {
		databases.Store(dir, testservers.Postgres(t))
	} else {
		must(t, createPrivate(placeIn(dir)))
	}
	db, in := connect(t, dir)
	must(t, migrate(t.Context(), db, oldFiles(t), in))
	run := func(s statement) {
		_, err := db.ExecContext(t.Context(), s.query, s.args...)
		must(t, err)
	}
	run(putSetting("a", "b"))
	for i := range n {
		e := storetest.NewExchange(i)
		x := mapExchange(*e, escape)
		run(insert("exchange", wholeList, append(listedArgs(x), bodyArgs(x)[1:]...), nil))
		run(insert("media", mediaList, mediaArgs(toMediaRow(*x.Media)), nil))
		recorded = append(recorded, e)
	}
	return db, recorded
}

// TestUpgradeInterrupted: an upgrade that is interrupted after each piece, and once within one,
// goes on where it was. Meanwhile every exchange is found, and new ones are recorded; in the end
// nothing is missing.
func TestUpgradeInterrupted(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		ctx, dir, n := t.Context(), t.TempDir(), 3*upgradeAtOnce+upgradeAtOnce/2
		db, recorded := oldIndex(t, dir, n)
		must(t, db.Close())
		ix, err := Open(ctx, placeIn(dir))
		must(t, err)
		same := func(where string) { // of every eleventh; a piece has a hundred
			t.Helper()
			for i := 0; i < len(recorded); i += 11 {
				want := recorded[i]
				got, err := ix.Exchange(ctx, want.ID)
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Fatalf("%s: got  %+v, %v\nwant %+v", where, got, err, want)
				}
			}
		}
		same("before")

		// A piece fails in its middle: nothing of it is moved.
		fails := `CREATE TRIGGER trouble BEFORE INSERT ON exchange_body WHEN NEW.id = '` + recorded[n-5].ID + `' BEGIN SELECT RAISE(ABORT, 'not now'); END`
		heals := `DROP TRIGGER trouble`
		if _, ok := ix.db.(*postgresEngine); ok {
			must(t, ix.do(ctx, nil, stmt(`CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$`)))
			fails = `CREATE TRIGGER trouble BEFORE INSERT ON exchange_body FOR EACH ROW WHEN (NEW.id = '` + recorded[n-5].ID + `') EXECUTE FUNCTION trouble()`
			heals += ` ON exchange_body`
		}
		must(t, ix.do(ctx, nil, stmt(fails)))
		if err := ix.Upgrade(ctx, nil); err == nil || !strings.Contains(err.Error(), "not now") {
			t.Errorf("a piece that fails: %v", err)
		}
		same("after a piece that failed")
		must(t, ix.do(ctx, nil, stmt(heals)))

		pieces := 0
		for upgraded := false; !upgraded; pieces++ {
			stopping, stop := context.WithCancel(ctx)
			err := ix.Upgrade(stopping, func(string, int64) { stop() })
			stop()
			if upgraded = err == nil; !upgraded && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			e := storetest.NewExchange(n + pieces)
			e.Time = e.Time.Add(time.Hour)
			must(t, ix.Record(ctx, e))
			recorded = append(recorded, e)
			must(t, ix.Close()) // as if it were another program each time
			ix, err = Open(ctx, placeIn(dir))
			must(t, err)
			same("after a piece")
		}
		defer ix.Close()
		if pieces < 5 {
			t.Errorf("it was interrupted %d times only", pieces)
		}
		list, err := ix.ListExchanges(ctx, ExchangeFilter{Limit: 1000})
		if err != nil || len(list) != len(recorded) {
			t.Errorf("%d are listed, %v; want %d", len(list), err, len(recorded))
		}
		for what, query := range map[string]string{
			"bytes of media that are not live": `SELECT COUNT(*) FROM media WHERE NOT EXISTS (SELECT 1 FROM blob WHERE blob.sha256 = media.sha256 AND state = 'live')`,
			"exchanges that were not moved":    `SELECT COUNT(*) FROM exchange_old`,
			"marks":                            `SELECT COUNT(*) FROM setting WHERE name = 'upgrading'`,
		} {
			if got, err := value[int](ctx, ix, "count", query); err != nil || got != 0 {
				t.Errorf("%d %s, %v", got, what, err)
			}
		}
	})
}

// TestUpgradeBesideOld: an index is not upgraded while a program from before has it open, and that
// one does not open it when it was.
func TestUpgradeBesideOld(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		dir := t.TempDir()
		db, recorded := oldIndex(t, dir, 1)
		defer db.Close()
		held, err := db.Conn(t.Context()) // an old program: its last query names a table
		must(t, err)
		_, err = held.ExecContext(t.Context(), `DELETE FROM quota WHERE ends < 0`)
		must(t, err)
		ix, err := Open(t.Context(), placeIn(dir))
		if err == nil || !strings.Contains(err.Error(), "a wxup of an older version still uses it") || !strings.Contains(err.Error(), "stop that one first") {
			t.Fatalf("beside an old program: %v, %v", ix, err)
		}
		var version int
		must(t, held.QueryRowContext(t.Context(), `SELECT MAX(version) FROM schema_version`).Scan(&version))
		if version != aloneFrom-1 {
			t.Errorf("the tables are at version %d", version)
		}
		must(t, held.Close())
		must(t, db.Close())
		ix, err = Open(t.Context(), placeIn(dir))
		must(t, err)
		defer ix.Close()
		if _, err := ix.Exchange(t.Context(), recorded[0].ID); err != nil {
			t.Error(err)
		}

		old, in := connect(t, dir)
		defer old.Close()
		if err := migrate(t.Context(), old, oldFiles(t), in); err == nil || !strings.Contains(err.Error(), "upgrade wxup") {
			t.Errorf("an old program opens it: %v", err)
		}
	})
}
