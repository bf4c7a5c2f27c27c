package sqlindex

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/app/testservers"
	"github.com/wxup/wxup/server"
)

// bound is twice the time that a call may take while the server is away. Only a quiet machine keeps
// it, so it is checked with WXUP_TIMING=1 alone.
const bound = 2 * patience

var timed = os.Getenv("WXUP_TIMING") == "1"

// patiently repeats a call that a busy machine did not answer in time.
func patiently(ctx context.Context, f func(context.Context) error) error {
	for until := time.Now().Add(time.Minute); ; {
		err := f(ctx)
		if err == nil || !strings.Contains(err.Error(), "no answer in time") || time.Now().After(until) {
			return err
		}
	}
}

// unlimited ends the URL of a server that is never away.
const unlimited = "?wxup.answer_within=1m"

// tooLate reports whether an error says that the time was over.
func tooLate(err error) bool {
	return strings.Contains(err.Error(), "no answer in time") || strings.Contains(err.Error(), "did not answer within")
}

// withSQL runs statements on a server as its superuser.
func withSQL(t testing.TB, url string, list ...string) {
	t.Helper()
	conn, err := pgconn.Connect(context.Background(), url)
	must(t, err)
	defer conn.Close(context.Background())
	for _, text := range list {
		if err := conn.Exec(context.Background(), text).Close(); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

// TestPostgresOpening: for each reason why a database cannot be opened there is one line that says
// what to do.
func TestPostgresOpening(t *testing.T) {
	s := testservers.NewPostgres(t)
	admin := s.URL("postgres")
	withSQL(t, admin, `CREATE ROLE app LOGIN PASSWORD 's3cret'`, `CREATE DATABASE empty`, `CREATE DATABASE newer`, `CREATE DATABASE others`,
		`CREATE DATABASE owned OWNER app`, `CREATE DATABASE frozen`, `ALTER DATABASE frozen SET default_transaction_read_only = on`,
		`CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`)
	hba := filepath.Join(s.Dir(), "pg_hba.conf")
	old, err := os.ReadFile(hba)
	must(t, err)
	must(t, os.WriteFile(hba, append([]byte("host all app 127.0.0.1/32 scram-sha-256\nhost all outsider 127.0.0.1/32 reject\n"), old...), 0o600))
	must(t, s.Reload())
	ix, err := Open(t.Context(), s.URL("newer")+unlimited)
	must(t, err)
	must(t, ix.Close())
	withSQL(t, s.URL("newer"), `INSERT INTO schema_version (version, name, applied) VALUES (7, '0007_x.sql', 0)`)

	withSQL(t, s.URL("others"), `CREATE TABLE setting (x INT)`)

	closed, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	closed.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer silent.Close()

	app := func(password, rest string) string {
		return fmt.Sprintf("postgres://app:%s@127.0.0.1:%d/%s", password, s.Port, rest)
	}
	for where, want := range map[string]string{
		"postgres://":                                                        "the form is",
		"postgres://u:s3cret@127.0.0.1:x/db":                                 "the form is",
		"postgres://u:s3cret@%zz/db":                                         "the form is",
		"postgres://u:s3cret/x@127.0.0.1/db":                                 "the form is",
		"postgres://u:x@s3cret/y@127.0.0.1/db":                               "the form is",
		"postgres://u:12?s3cret@127.0.0.1/db":                                "the form is",
		"postgres://u:12#s3cret@127.0.0.1/db":                                "the form is",
		s.URL("others"):                                                      "tables of another program",
		app("s3cret", "owned?sslmode=no"):                                    "sslmode",
		app("s3cret", "owned?pool_max_conns=1"):                              "pool_max_conns",
		app("s3cret", "owned?wxup.answer_within=1s"):                         "wxup.answer_within",
		app("s3cret", "owned?sslmode=require"):                               "sslmode=disable",
		app("s3cret-wrong", "owned"):                                         "password of user \"app\"; set the right one",
		app("s3cret", "nowhere"):                                             "createdb",
		app("s3cret", "empty"):                                               "GRANT ALL ON SCHEMA public TO app",
		app("s3cret", "owned") + "?application_name=a%00":                    "",
		fmt.Sprintf("postgres://outsider:s3cret@127.0.0.1:%d/owned", s.Port): "pg_hba.conf",
		fmt.Sprintf("postgres://nobody:s3cret@127.0.0.1:%d/owned", s.Port):   "createuser -P nobody",
		s.URL("frozen"):                                                      "name the primary",
		s.URL("latin"):                                                       "createdb -T template0 -E UTF8",
		s.URL("newer"):                                                       fmt.Sprintf("the index is at version 7, this program knows %d; upgrade wxup", migrationCount()),
		"postgres://app:s3cret@" + closed.Addr().String() + "/owned":         "is PostgreSQL running there?",
		"postgres://app:s3cret@" + silent.Addr().String() + "/owned":         "did not answer within",
		"postgres://app:s3cret@no-such-host.invalid/owned":                   "there is no host \"no-such-host.invalid\"",
	} {
		ix, err := Open(t.Context(), where)
		for try := 0; err != nil && try < 20 && tooLate(err) && !tooLate(errors.New(want)); try++ { // the machine was busy
			ix, err = Open(t.Context(), where)
		}
		if err == nil {
			ix.Close()
			t.Errorf("Open(%q) succeeds", where)
			continue
		}
		if text := err.Error(); !strings.Contains(text, want) || strings.Contains(text, "\n") || strings.Contains(text, "s3cret") {
			t.Errorf("Open(%q) = %v\nwant one line that holds %q, and no password", where, err, want)
		}
		t.Logf("%s", err)
		if want != "" && want != "sslmode" && want != "tables of another program" { // in the words of the server or of pgx
			mustBeChinese(t, err)
		}
	}

	// With TLS, and a certificate that nobody here trusts.
	c := storetest.NewCertificate(t, time.Now())
	must(t, os.WriteFile(filepath.Join(s.Dir(), "server.crt"), c.PEM, 0o644))
	must(t, os.WriteFile(filepath.Join(s.Dir(), "server.key"), c.KeyPEM, 0o644))
	withSQL(t, admin, `COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; cp server.key mine && chmod 600 mine && mv -f mine server.key'`,
		`ALTER SYSTEM SET ssl = on`, `SELECT pg_reload_conf()`)
	_, err = Open(t.Context(), app("s3cret", "owned"+unlimited+"&sslmode=verify-full"))
	if err == nil || !strings.Contains(err.Error(), "sslrootcert=FILE") || strings.ContainsAny(err.Error(), "\n") {
		t.Errorf("with a certificate that nobody trusts: %v", err)
	}
	ix, err = Open(t.Context(), app("s3cret", "owned"+unlimited+"&sslmode=require"))
	must(t, err)
	must(t, ix.Close())

	// And it can be opened by who has the rights; when the tables are there, with fewer of them.
	ix, err = Open(t.Context(), app("s3cret", "owned"+unlimited))
	must(t, err)
	must(t, ix.PutSetting(t.Context(), "a", "1"))
	must(t, ix.Close())
	withSQL(t, s.URL("owned"), `CREATE ROLE lesser LOGIN`, `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lesser`)
	ix, err = Open(t.Context(), fmt.Sprintf("postgres://lesser@127.0.0.1:%d/owned", s.Port)+unlimited)
	must(t, err)
	must(t, ix.PutSetting(t.Context(), "a", "2"))
	must(t, ix.Close())
	withSQL(t, s.URL("owned"), `REVOKE DELETE ON nonce FROM lesser`, `CREATE ROLE nobody LOGIN`)
	for user, want := range map[string]string{
		"lesser": `may not change the tables nonce; as their owner, run: GRANT ALL ON ALL TABLES IN SCHEMA public TO lesser`,
		"nobody": `GRANT ALL ON ALL TABLES IN SCHEMA public TO nobody`,
	} {
		ix, err := Open(t.Context(), fmt.Sprintf("postgres://%s@127.0.0.1:%d/owned", user, s.Port)+unlimited)
		if err == nil {
			ix.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s opens it: %v, want %q", user, err, want)
		}
	}
}

func TestPostgresWarnings(t *testing.T) {
	s := testservers.NewPostgres(t, "synchronous_commit=off")
	ix, err := Open(t.Context(), s.URL("postgres")+unlimited)
	must(t, err)
	defer ix.Close()
	if got := strings.Join(ix.Warnings(), "\n"); !strings.Contains(got, "fsync=off") || strings.Contains(got, "synchronous_commit") {
		t.Errorf("warnings: %s", got)
	}
	commit, err := value[string](t.Context(), ix, "ask", `SELECT current_setting('synchronous_commit')`)
	if err != nil || commit != "on" {
		t.Errorf("synchronous_commit is %s, %v: what is acknowledged is not durable", commit, err)
	}
}

// calls are all sorts of calls.
func calls(ix *Index) map[string]func(context.Context) error {
	n := atomic.Int64{}
	return map[string]func(context.Context) error{
		"Record":   func(ctx context.Context) error { return ix.Record(ctx, storetest.NewExchange(int(1000+n.Add(1)))) },
		"Take":     func(ctx context.Context) error { _, err := ix.Take(ctx, "a", t0, time.Minute, 1<<30); return err },
		"Merchant": func(ctx context.Context) error { _, err := ix.Merchant(ctx, "1900000001"); return err },
		"SpentBy":  func(ctx context.Context) error { _, err := ix.SpentBy(ctx, "1900000001", "nonce-1"); return err },
		"List":     func(ctx context.Context) error { _, err := ix.ListExchanges(ctx, ExchangeFilter{}); return err },
		"Purge":    func(ctx context.Context) error { return ix.Purge(ctx, t0) },
		"Exclusive": func(ctx context.Context) error {
			return ix.Exclusive(ctx, "x", func(context.Context) error { return nil })
		},
		"Ping": ix.Ping,
	}
}

// TestPostgresAway: while the server hangs, is stopped or refuses connections, every call fails
// within a few seconds, more at once than there are connections too; when it is back, the first
// calls succeed; and nothing acknowledged is lost.
func TestPostgresAway(t *testing.T) {
	ctx := t.Context()
	s := testservers.NewPostgres(t)
	ix, err := Open(ctx, s.URL("postgres"))
	must(t, err)
	defer ix.Close()
	must(t, patiently(ctx, func(ctx context.Context) error { return ix.PutMerchant(ctx, server.Merchant{MchID: "1900000001"}) }))
	must(t, patiently(ctx, func(ctx context.Context) error { return ix.Record(ctx, storetest.NewExchange(1)) }))
	all := calls(ix)
	for name, way := range map[string]struct{ away, back func() error }{
		"hung":    {s.Hang, s.Resume},
		"stopped": {func() error { return s.Stop("fast") }, s.Start},
		"crashed": {func() error { return s.Stop("immediate") }, s.Start},
		"no more allowed": {
			func() error {
				withSQL(t, s.URL("template1"), `ALTER DATABASE postgres CONNECTION LIMIT 0`, `UPDATE pg_database SET datallowconn = false WHERE datname = 'postgres'`,
					`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'`)
				return nil
			},
			func() error {
				withSQL(t, s.URL("template1"), `UPDATE pg_database SET datallowconn = true WHERE datname = 'postgres'`, `ALTER DATABASE postgres CONNECTION LIMIT -1`)
				return nil
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			// All connections of the pool are open.
			var wg sync.WaitGroup
			for range 2 * poolSize {
				wg.Go(func() {
					if err := patiently(ctx, all["Record"]); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			must(t, way.away())
			for call, f := range all {
				for range 8 {
					wg.Go(func() {
						begin := time.Now()
						err := f(ctx)
						took := time.Since(begin)
						if name == "no more allowed" && err != nil && strings.Contains(err.Error(), "not currently accepting") {
							return
						}
						if !errors.Is(err, server.ErrUnavailable) || strings.Contains(err.Error(), "\n") {
							t.Errorf("%s fails with %v, want server.ErrUnavailable in one line", call, err)
						}
						if timed && (took > bound || call == "Ping" && took > bound/2) {
							t.Errorf("%s fails after %s", call, took)
						}
					})
				}
			}
			wg.Wait()
			must(t, way.back())
			for call, f := range all {
				for range poolSize { // more than one, so that all that was broken is met
					wg.Go(func() {
						if err := patiently(ctx, f); err != nil {
							t.Errorf("when it is back, %s fails with %v", call, err)
						}
					})
				}
				wg.Wait() // not all calls at once: a Ping has a second, also for its place in the queue
			}
			err := patiently(ctx, func(ctx context.Context) error { _, err := ix.Exchange(ctx, storetest.NewExchange(1).ID); return err })
			if err != nil {
				t.Errorf("what was recorded before: %v", err)
			}
		})
	}
}

// TestPostgresRestarted: when the server was restarted while nobody asked, all connections are
// broken, and nobody notices.
func TestPostgresRestarted(t *testing.T) {
	ctx := t.Context()
	s := testservers.NewPostgres(t)
	ix, err := Open(ctx, s.URL("postgres"))
	must(t, err)
	defer ix.Close()
	must(t, patiently(ctx, func(ctx context.Context) error { return ix.PutMerchant(ctx, server.Merchant{MchID: "1900000001"}) }))
	must(t, patiently(ctx, func(ctx context.Context) error { return ix.Record(ctx, storetest.NewExchange(1)) }))
	all := calls(ix)
	for _, call := range []string{"Record", "Take", "Merchant", "SpentBy", "Exclusive", "Ping"} {
		for _, mode := range []string{"fast", "immediate"} {
			for range 2 { // the first time opens the connections
				var wg sync.WaitGroup
				for range 2 * poolSize {
					wg.Go(func() {
						if err := patiently(ctx, all[call]); err != nil {
							t.Errorf("%s, after a restart (%s): %v", call, mode, err)
						}
					})
				}
				wg.Wait()
				must(t, s.Stop(mode))
				must(t, s.Start())
			}
		}
	}
}

// TestPostgresOrder: text has the order of its bytes, whatever language the database was made for.
// What one engine has put in order the other one can go on in.
func TestPostgresOrder(t *testing.T) {
	s := testservers.NewPostgres(t)
	withSQL(t, s.URL("postgres"), `CREATE DATABASE swedish TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'sv'`)
	ix, err := Open(t.Context(), s.URL("swedish")+unlimited)
	must(t, err)
	defer ix.Close()
	for _, id := range []string{"ö", "z", "B", "a", "_"} {
		must(t, ix.PutApp(t.Context(), server.App{AppID: id}))
	}
	apps, err := ix.ListApps(t.Context())
	must(t, err)
	got := ""
	for _, a := range apps {
		got += a.AppID
	}
	if got != "B_azö" {
		t.Errorf("the order is %s", got)
	}
}

// TestPostgresKilled: connections are cut and the server crashes while uploads are recorded. None
// that was acknowledged is lost, none is recorded twice, and no error is another one than
// server.ErrUnavailable.
func TestPostgresKilled(t *testing.T) {
	ctx := t.Context()
	s := testservers.NewPostgres(t, "fsync=on")
	ix, err := Open(ctx, s.URL("postgres"))
	must(t, err)
	defer ix.Close()
	var acknowledged sync.Map
	var stop atomic.Bool
	var next, kept, refused atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for !stop.Load() {
				i := int(next.Add(1))
				err := ix.Record(ctx, storetest.NewExchange(i))
				switch {
				case err == nil:
					acknowledged.Store(i, true)
					kept.Add(1)
				case errors.Is(err, server.ErrUnavailable):
					refused.Add(1)
				default:
					t.Errorf("Record fails with %v", err)
				}
			}
		})
	}
	rounds := 3
	if os.Getenv("WXUP_LONG") != "" {
		rounds = 30
	}
	// more waits until some more uploads were acknowledged.
	more := func() {
		t.Helper()
		before := kept.Load()
		eventually(t, "further uploads", func(context.Context) error {
			if kept.Load() < before+16 {
				return errors.New("none is acknowledged")
			}
			return nil
		})
	}
	for range rounds {
		for range 5 {
			more()
			withSQL(t, s.URL("template1"), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'`)
		}
		more()
		must(t, s.Stop("immediate"))
		must(t, s.Start())
	}
	more()
	stop.Store(true)
	wg.Wait()
	lost := 0
	acknowledged.Range(func(i, _ any) bool {
		e := storetest.NewExchange(i.(int))
		for _, f := range []func(context.Context) error{
			func(ctx context.Context) error {
				got, err := ix.SpentBy(ctx, e.Nonce.Account, e.Nonce.Value)
				if err == nil && got.ID != e.ID {
					err = fmt.Errorf("spent by %s", got.ID)
				}
				return err
			},
			func(ctx context.Context) error { _, err := ix.MediaByID(ctx, e.Media.ID); return err },
		} {
			if err := patiently(ctx, f); err != nil {
				lost++
			}
		}
		return true
	})
	t.Logf("%d rounds of 5 cuts and a crash: %d acknowledged, %d of them lost, %d refused", rounds, kept.Load(), lost, refused.Load())
	if lost > 0 || kept.Load() == 0 || refused.Load() == 0 {
		t.Errorf("%d acknowledged, %d lost, %d refused", kept.Load(), lost, refused.Load())
	}
}

// TestPostgresRepeats: a change that was certainly undone is made again, and one whose outcome is
// unknown is not.
func TestPostgresRepeats(t *testing.T) {
	for name, x := range map[string]struct {
		trigger string
		works   bool
	}{
		// Each raises or kills twice, and counts the attempts in a sequence, which no rollback
		// takes back.
		"serialization failure": {`IF nextval('attempt') <= 2 THEN RAISE EXCEPTION 'not now' USING ERRCODE = '40001'; END IF; RETURN NEW;`, true},
		"deadlock":              {`IF nextval('attempt') <= 2 THEN RAISE EXCEPTION 'not now' USING ERRCODE = '40P01'; END IF; RETURN NEW;`, true},
		"connection cut":        {`IF nextval('attempt') <= 2 THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); END IF; RETURN NEW;`, true},
		"too often":             {`PERFORM nextval('attempt'); RAISE EXCEPTION 'not now' USING ERRCODE = '40001';`, false},
		"something else":        {`PERFORM nextval('attempt'); RAISE EXCEPTION 'no' USING ERRCODE = '22000';`, false},
	} {
		t.Run(name, func(t *testing.T) {
			url := testservers.Postgres(t)
			ix, err := Open(t.Context(), url)
			must(t, err)
			defer ix.Close()
			withSQL(t, url, `CREATE SEQUENCE attempt`, `CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN `+x.trigger+` END $$`,
				`CREATE TRIGGER trouble BEFORE INSERT ON exchange FOR EACH ROW EXECUTE FUNCTION trouble()`)
			e := storetest.NewExchange(1)
			err = ix.Record(t.Context(), e)
			if (err == nil) != x.works {
				t.Errorf("Record = %v", err)
			}
			if name == "too often" && !errors.Is(err, server.ErrUnavailable) || name == "something else" && errors.Is(err, server.ErrUnavailable) {
				t.Errorf("Record = %v", err)
			}
			_, err = ix.SpentBy(t.Context(), e.Account, e.Nonce.Value)
			if (err == nil) != x.works {
				t.Errorf("afterwards SpentBy = %v", err)
			}
		})
	}

	// The connection is cut when the transaction commits: it cannot be known whether it has.
	t.Run("commit", func(t *testing.T) {
		url := testservers.Postgres(t)
		ix, err := Open(t.Context(), url)
		must(t, err)
		defer ix.Close()
		withSQL(t, url, `CREATE SEQUENCE attempt`,
			`CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('attempt'); PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); RETURN NULL; END $$`,
			`CREATE CONSTRAINT TRIGGER trouble AFTER INSERT ON quota DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trouble()`)
		ok, err := ix.Take(t.Context(), "a", t0, time.Minute, 9)
		if ok || !errors.Is(err, server.ErrUnavailable) {
			t.Errorf("Take = %t, %v", ok, err)
		}
		attempts, err := value[int](t.Context(), ix, "ask", `SELECT last_value FROM attempt`)
		if err != nil || attempts != 1 {
			t.Errorf("it was tried %d times, %v", attempts, err)
		}
	})
}

// TestPostgresCallerLeaves: when the one who asks goes away, the call goes on, and no connection is
// lost.
func TestPostgresCallerLeaves(t *testing.T) {
	url := testservers.Postgres(t)
	ix, err := Open(t.Context(), url)
	must(t, err)
	defer ix.Close()
	// An upload waits for a lock that this test holds.
	db, err := sql.Open("pgx", url)
	must(t, err)
	defer db.Close()
	holder, err := db.Conn(t.Context())
	must(t, err)
	_, err = holder.ExecContext(t.Context(), `SELECT pg_advisory_lock(7)`)
	must(t, err)
	withSQL(t, url, `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN WHILE NOT pg_try_advisory_xact_lock_shared(7) LOOP PERFORM pg_sleep(0.01); END LOOP; RETURN NEW; END $$`,
		`CREATE TRIGGER slow BEFORE INSERT ON exchange FOR EACH ROW EXECUTE FUNCTION slow()`)
	backend := func() int {
		n, err := value[int](t.Context(), ix, "ask", `SELECT pg_backend_pid()`)
		must(t, err)
		return n
	}
	before := backend()
	ctx, cancel := context.WithCancel(unhurried(t.Context()))
	go func() {
		eventually(t, "the upload waits for the lock", func(ctx context.Context) error {
			var waits bool
			err := holder.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep')`).Scan(&waits)
			if err == nil && !waits {
				err = errors.New("it does not")
			}
			return err
		})
		cancel()
		time.Sleep(50 * time.Millisecond) // in which a cancelled call would end
		_, err := holder.ExecContext(t.Context(), `SELECT pg_advisory_unlock(7)`)
		if err := errors.Join(err, holder.Close()); err != nil {
			t.Error(err)
		}
	}()
	must(t, ix.Record(ctx, storetest.NewExchange(1)))
	if after := backend(); after != before || ix.Pool().OpenConnections != 1 {
		t.Errorf("backend %d, afterwards %d, of %d connections", before, after, ix.Pool().OpenConnections)
	}
	wantErr(t, "a change that comes late", ix.Record(ctx, storetest.NewExchange(2)), context.Canceled)
	wantErr(t, "a lookup that comes late", func() error { _, err := ix.Setting(ctx, "a"); return err }(), context.Canceled)
}

// TestPostgresPoolIsFull: who gets no connection is told so in time.
func TestPostgresPoolIsFull(t *testing.T) {
	url := testservers.Postgres(t)
	ix, err := Open(t.Context(), strings.Replace(url, "=1m", "=2s", 1)+"&pool_max_conns=2")
	must(t, err)
	defer ix.Close()
	held, end := make(chan bool), make(chan bool)
	var wg sync.WaitGroup
	for _, name := range []string{"a", "b"} {
		wg.Go(func() {
			err := patiently(t.Context(), func(ctx context.Context) error {
				return ix.Exclusive(ctx, name, func(context.Context) error { held <- true; <-end; return nil })
			})
			if err != nil {
				t.Error(err)
			}
		})
		<-held
	}
	wantErr(t, "a change without a connection", ix.PutSetting(t.Context(), "a", "x"), server.ErrUnavailable)
	wantErr(t, "Ping without a connection", ix.Ping(t.Context()), server.ErrUnavailable)
	if s := ix.Pool(); s.MaxOpenConnections != 2 || s.InUse != 2 || s.WaitCount < 2 {
		t.Errorf("the pool is %+v", s)
	}
	close(end)
	wg.Wait()
	must(t, patiently(t.Context(), func(ctx context.Context) error { return ix.PutSetting(ctx, "a", "x") }))
}

// TestPostgresLockLost: when the connection that holds a lock breaks, somebody else may have it,
// and that is told.
func TestPostgresLockLost(t *testing.T) {
	url := testservers.Postgres(t)
	ix, err := Open(t.Context(), url)
	must(t, err)
	defer ix.Close()
	err = ix.Exclusive(t.Context(), "x", func(ctx context.Context) error {
		withSQL(t, url, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
		return nil
	})
	if !errors.Is(err, server.ErrUnavailable) || !strings.Contains(err.Error(), "was lost") {
		t.Errorf("Exclusive = %v", err)
	}
	must(t, ix.Exclusive(t.Context(), "x", func(context.Context) error { return nil }))
}

// turns is a connection that counts how often the server was asked and answered.
type turns struct {
	net.Conn
	n     *atomic.Int64
	asked atomic.Bool
}

func (c *turns) Write(b []byte) (int, error) { c.asked.Store(true); return c.Conn.Write(b) }

func (c *turns) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 && c.asked.Swap(false) {
		c.n.Add(1)
	}
	return n, err
}

// TestPostgresRoundTrips: what an upload needs costs one round trip each, once the statements are
// prepared.
func TestPostgresRoundTrips(t *testing.T) {
	ctx := t.Context()
	config, limits, err := postgresConfig(testservers.Postgres(t) + "&pool_max_conns=2")
	must(t, err)
	var n atomic.Int64
	dial := config.DialFunc
	config.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		return &turns{Conn: c, n: &n}, err
	}
	e, err := openPostgresConfig(ctx, config, limits)
	must(t, err)
	ix := &Index{db: e}
	defer ix.Close()
	i := 0
	record := func() error { i++; return ix.Record(ctx, storetest.NewExchange(i)) }
	for name, call := range map[string]func() error{
		"Record": record,
		"Take":   func() error { _, err := ix.Take(ctx, "a", t0, time.Minute, 100); return err },
		"SpentBy": func() error {
			if _, err := ix.SpentBy(ctx, "none", "none"); !errors.Is(err, server.ErrNotFound) {
				return err
			}
			return nil
		},
		"Merchants": func() error { _, err := ix.Merchants(ctx, 1); return err },
	} {
		must(t, call()) // prepares
		least := int64(100)
		for try := 0; try < 5 || least != 1 && try < 200; try++ { // a connection that was idle for long is asked whether it works
			before := n.Load()
			must(t, call())
			least = min(least, n.Load()-before)
		}
		if least != 1 {
			t.Errorf("%s costs %d round trips", name, least)
		}
	}
}
