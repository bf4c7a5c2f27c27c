package sqlindex

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/app/testservers"
	"github.com/wxup/wxup/server"
)

// gate is a place in the database at which the first one who comes there waits, by a trigger that
// calls gate().
type gate struct{ holder *sql.Conn }

func closedGate(t *testing.T, url string) gate {
	t.Helper()
	db, err := sql.Open("pgx", url)
	must(t, err)
	t.Cleanup(func() { db.Close() })
	holder, err := db.Conn(t.Context())
	must(t, err)
	_, err = holder.ExecContext(t.Context(), `SELECT pg_advisory_lock(7)`)
	must(t, err)
	withSQL(t, url, `CREATE SEQUENCE came`, `CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN IF nextval('came') = 1 THEN PERFORM pg_advisory_xact_lock_shared(7); END IF; RETURN NULL; END $$`)
	return gate{holder}
}

// await waits until somebody waits.
func (g gate) await(t *testing.T) {
	t.Helper()
	eventually(t, "the first one waits", func(ctx context.Context) error {
		var waits bool
		err := g.holder.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`).Scan(&waits)
		if err == nil && !waits {
			err = errors.New("it does not")
		}
		return err
	})
}

func (g gate) open(t *testing.T) {
	t.Helper()
	_, err := g.holder.ExecContext(t.Context(), `SELECT pg_advisory_unlock(7)`)
	must(t, err)
	must(t, g.holder.Close())
}

// TestPostgresSameImage: while an upload of an image is being recorded, others of the same one are,
// and nobody can doom the bytes.
func TestPostgresSameImage(t *testing.T) {
	ctx, url := t.Context(), testservers.Postgres(t)
	ix, err := Open(ctx, url)
	must(t, err)
	defer ix.Close()
	hurried, err := Open(ctx, url+"&lock_timeout=500")
	must(t, err)
	defer hurried.Close()
	upload := func(i int) *server.Exchange {
		e := storetest.NewExchange(i)
		e.Media = storetest.NewExchange(0).Media
		return e
	}
	must(t, ix.Record(ctx, upload(0)))

	// The first one waits in its commit, with all locks that it has.
	first := upload(1)
	g := closedGate(t, url)
	withSQL(t, url, `CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON exchange DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
		WHEN (NEW.id = '`+first.ID+`') EXECUTE FUNCTION gate()`)
	recorded := make(chan error)
	go func() { recorded <- ix.Record(ctx, first) }()
	g.await(t)

	for i := 2; i < 5; i++ {
		if err := hurried.Record(ctx, upload(i)); err != nil {
			t.Errorf("upload %d of the same image: %v", i, err)
		}
	}
	wantErr(t, "to doom what is being recorded", hurried.Doom(ctx, first.Media.SHA256, t0), server.ErrUnavailable)
	g.open(t)
	must(t, <-recorded)
	must(t, hurried.Doom(ctx, first.Media.SHA256, t0))
}

// TestPostgresClaims: what an upload finds in each state, and that it holds it until it is
// recorded.
func TestPostgresClaims(t *testing.T) {
	ctx, url := t.Context(), testservers.Postgres(t)
	ix, err := Open(ctx, url)
	must(t, err)
	defer ix.Close()
	db, err := sql.Open("pgx", url)
	must(t, err)
	defer db.Close()
	m := storetest.NewExchange(0).Media
	for _, x := range []struct {
		state string // "" for no row
		live  bool
	}{{"", true}, {"live", true}, {"doomed", true}, {"deleting", false}, {"gone", false}} {
		must(t, ix.do(ctx, nil, stmt(`DELETE FROM blob`)))
		if x.state != "" {
			must(t, ix.do(ctx, nil, stmt(`INSERT INTO blob (sha256, size, state, since) VALUES ($1, 1, $2, 1)`, m.SHA256, x.state)))
		}
		tx, err := db.BeginTx(ctx, nil)
		must(t, err)
		claim := ix.claimLive(m)
		result, err := tx.ExecContext(ctx, claim.query, claim.args...)
		must(t, err)
		if n, err := result.RowsAffected(); err != nil || n == 1 != x.live {
			t.Errorf("%q: %d rows, %v; want one: %t", x.state, n, err, x.live)
		}
		if x.state != "" {
			_, err = db.ExecContext(ctx, `SELECT 1 FROM blob WHERE sha256 = $1 FOR NO KEY UPDATE NOWAIT`, m.SHA256)
			if sqlState(err) != lockTimeout {
				t.Errorf("%q: somebody else can change the row: %v", x.state, err)
			}
		}
		must(t, tx.Rollback())
	}
}

// TestPostgresClaimLooksAgain: bytes that become wanted while a collector claims them, between its
// two looks, are not deleted, even if they were doomed again at the very time at which they had
// been before.
func TestPostgresClaimLooksAgain(t *testing.T) {
	ctx, url := t.Context(), testservers.Postgres(t)
	ix, err := Open(ctx, url)
	must(t, err)
	defer ix.Close()
	e := storetest.NewExchange(0)
	sum := e.Media.SHA256
	n, err := ix.Adopt(ctx, []store.Info{{SHA256: sum, Size: 1}}, t0)
	if must(t, err); n != 1 {
		t.Fatalf("%d are doomed", n)
	}
	row := store.Row{SHA256: sum, State: "doomed", Since: micros(t0)}
	g := closedGate(t, url)
	withSQL(t, url, `CREATE TRIGGER gate AFTER UPDATE ON blob FOR EACH STATEMENT EXECUTE FUNCTION gate()`)
	type outcome struct {
		claim int64
		err   error
	}
	claimed := make(chan outcome)
	go func() {
		claim, err := ix.Claim(ctx, row, t0)
		claimed <- outcome{claim, err}
	}()
	g.await(t)
	must(t, ix.Record(ctx, e))
	must(t, ix.Doom(ctx, sum, t0))
	g.open(t)
	if got := <-claimed; got.claim != 0 || got.err != nil {
		t.Errorf("bytes that media has are claimed: %d, %v", got.claim, got.err)
	}
}
