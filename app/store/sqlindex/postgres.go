package sqlindex

import (
	"context"
	"crypto/tls"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/wxup/wxup/server"
)

// postgresEngine is a database on a server that others use too. PostgreSQL has many writers and lets those who commit at
// the same time share a sync by itself, so a change is simply sent: all its statements at once, which PostgreSQL makes in
// one transaction, in one round trip.
//
// A call ends within patience, whatever the server does. Calls are not cut short when the one who asks goes away: pgx can
// only close the connection then, and a crowd of clients that hang up would have the server make new ones all the time.
type postgresEngine struct {
	db    *sql.DB
	place string       // host:port/database, for errors
	ill   atomic.Int64 // when a connection was last found broken, in nanoseconds

	warned []string
}

const (
	patience     = 2 * time.Second
	pingPatience = time.Second
	// patienceAtMost is that of calls that nobody waits for, and when the server gives up by itself.
	patienceAtMost = time.Minute
	// askedAfter is how long a connection may have been idle before it is asked whether it still works. A change that is
	// sent over a dead connection cannot be repeated: nobody knows whether it arrived.
	askedAfter = 100 * time.Millisecond
	// poolSize is how many connections a server uses at most, if the URL does not say pool_max_conns. PostgreSQL has 100.
	poolSize = 16
)

const postgresForm = `the form is postgres://user:password@host:5432/database?sslmode=verify-full; in names and the password write %40 for @, %2F for / and so on`

// postgresConfig reads an URL. What it does not say is taken from the environment, as psql does it: PGPASSWORD, PGPASSFILE,
// PGSSLROOTCERT…. The connections are to be to the server itself: one pool after another, such as PgBouncer's, would hand
// the settings and the locks made here to others.
func postgresConfig(where string) (config *pgx.ConnConfig, pool int, err error) {
	u, err := url.Parse(where)
	if err != nil {
		return nil, 0, errors.New("not a URL; " + postgresForm)
	}
	q := u.Query()
	if cutShort(u, q) {
		return nil, 0, errors.New("a part of the password is taken for something else; " + postgresForm)
	}
	pool = poolSize
	if text := q.Get("pool_max_conns"); text != "" {
		if pool, err = strconv.Atoi(text); err != nil || pool < 2 {
			return nil, 0, fmt.Errorf("pool_max_conns is a number of connections, at least 2")
		}
		q.Del("pool_max_conns")
		u.RawQuery = q.Encode()
	}
	config, err = pgx.ParseConfig(u.String())
	if err != nil {
		// Its text shows the URL, and may fail to hide the password; the causes below it do not.
		if cause := errors.Unwrap(err); cause != nil && !holdsSecret(cause.Error(), u) {
			return nil, 0, fmt.Errorf("%v; %s", cause, postgresForm)
		}
		return nil, 0, errors.New(postgresForm)
	}
	set := func(name, value string) {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
	set("application_name", "wxup")
	set("statement_timeout", strconv.FormatInt(patienceAtMost.Milliseconds(), 10))
	set("lock_timeout", strconv.FormatInt(patience.Milliseconds(), 10))
	config.RuntimeParams["default_transaction_isolation"] = "read committed" // what the statements are written for
	if config.ConnectTimeout == 0 || config.ConnectTimeout > patience {
		config.ConnectTimeout = patience
	}
	if config.ValidateConnect == nil { // of several hosts, the one that takes changes
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	config.AfterConnect = func(ctx context.Context, c *pgconn.PgConn) error {
		c.CustomData()[lastUsed] = time.Now()
		return c.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`).Close()
	}
	return config, pool, nil
}

// cutShort reports that a @ follows what is taken for the host: so the password has a /, ? or # that is not escaped.
func cutShort(u *url.URL, q url.Values) bool {
	if u.Fragment != "" || strings.Contains(u.EscapedPath(), "@") {
		return true
	}
	for name := range q {
		if strings.Contains(name, "@") {
			return true
		}
	}
	return false
}

func holdsSecret(text string, u *url.URL) bool {
	secrets := []string{u.Query().Get("password"), u.Query().Get("sslpassword")}
	if u.User != nil {
		p, _ := u.User.Password()
		secrets = append(secrets, p)
	}
	for _, s := range secrets {
		if s != "" && strings.Contains(text, s) {
			return true
		}
	}
	return strings.Contains(text, "://")
}

// shownPostgres is an URL without its user, password and parameters.
func shownPostgres(where string) string {
	config, _, err := postgresConfig(where)
	if err != nil {
		return "postgres://…"
	}
	return "postgres://" + placeOf(config)
}

func placeOf(config *pgx.ConnConfig) string {
	return net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))) + "/" + config.Database
}

func openPostgres(ctx context.Context, where string) (*postgresEngine, error) {
	config, pool, err := postgresConfig(where)
	if err != nil {
		return nil, err
	}
	return openPostgresConfig(ctx, config, pool)
}

func openPostgresConfig(ctx context.Context, config *pgx.ConnConfig, pool int) (*postgresEngine, error) {
	e := &postgresEngine{place: placeOf(config)}
	e.db = stdlib.OpenDB(*config, stdlib.OptionShouldPing(func(context.Context, stdlib.ShouldPingParams) bool {
		return false // see connection: database/sql does not ask connections that it has made in reserve
	}))
	e.db.SetMaxOpenConns(pool)
	e.db.SetMaxIdleConns(pool)
	e.db.SetConnMaxIdleTime(5 * time.Minute)
	e.db.SetConnMaxLifetime(30 * time.Minute) // so that a name that was pointed elsewhere is looked up again
	err := e.look(ctx)
	if err == nil {
		err = e.migrate(ctx)
	}
	if err != nil {
		e.db.Close()
		return nil, explainOpening(err, config)
	}
	return e, nil
}

// look sees whether the database is one that can be used, and what is to be said about it.
func (e *postgresEngine) look(ctx context.Context) error {
	_, err := e.with(ctx, time.Now().Add(patience), func(ctx context.Context, c *sql.Conn) error {
		var encoding, fsync, pages, commit string
		var local bool
		err := c.QueryRowContext(ctx, `SELECT current_setting('server_encoding'), current_setting('fsync'),
			current_setting('full_page_writes'), current_setting('synchronous_commit'),
			COALESCE(inet_server_addr() = inet_client_addr(), TRUE)`).Scan(&encoding, &fsync, &pages, &commit, &local)
		if err != nil {
			return err
		}
		if encoding != "UTF8" {
			return fmt.Errorf("the database's encoding is %s; make one with: createdb -T template0 -E UTF8 NAME", encoding)
		}
		for name, value := range map[string]string{"fsync": fsync, "full_page_writes": pages, "synchronous_commit": commit} {
			if value == "off" {
				e.warned = append(e.warned, fmt.Sprintf("PostgreSQL runs with %s=off: what was acknowledged can be lost when the power goes", name))
			}
		}
		encrypted := false
		c.Raw(func(dc any) error {
			_, encrypted = dc.(*stdlib.Conn).Conn().PgConn().Conn().(*tls.Conn)
			return nil
		})
		if !encrypted && !local {
			e.warned = append(e.warned, "the connection to PostgreSQL is not encrypted, and keys go over it: add ?sslmode=verify-full to the URL")
		}
		return nil
	})
	return err
}

// migrate brings the tables up to date. Who finds them so needs no right to make any.
func (e *postgresEngine) migrate(ctx context.Context) error {
	known, has := migrationCount(), 0
	err := e.read(ctx, `SELECT MAX(version) FROM schema_version`, nil, func(row scanner) error { return row.Scan(&has) })
	switch {
	case has > known:
		return tooNew(has, known)
	case err == nil && has == known:
		return e.mayWrite(ctx)
	case err != nil && sqlState(err) != undefinedTable:
		return err
	}
	return migrate(ctx, e.db, migrations(), postgresScripts)
}

// mayWrite asks whether we may change all tables, which another user may have made.
func (e *postgresEngine) mayWrite(ctx context.Context) error {
	var names []string
	for i := range tables {
		names = append(names, tables[i].name)
	}
	var not noRights
	err := e.read(ctx, `SELECT COALESCE(string_agg(name, ', '), '') FROM unnest(string_to_array($1, ' ')) name
		WHERE NOT (has_table_privilege(name, 'SELECT') AND has_table_privilege(name, 'INSERT')
			AND has_table_privilege(name, 'UPDATE') AND has_table_privilege(name, 'DELETE'))`,
		[]any{strings.Join(names, " ")}, func(row scanner) error { return row.Scan(&not) })
	if err == nil && not != "" {
		return not
	}
	return err
}

// noRights is the error of tables that we may not change.
type noRights string

func (n noRights) Error() string { return "no right to change the tables " + string(n) }

// postgresScripts is how PostgreSQL applies migrations. Text is ordered and compared byte by byte, as in SQLite: the
// default is the system's language, whose order changes with the system's updates and breaks the indexes built on it.
var postgresScripts = scripts{
	lock: func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)`); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, lockKey("migrate"))
		return err
	},
	apply: func(ctx context.Context, tx *sql.Tx, text string) error {
		// The simple protocol takes several statements at once.
		_, err := tx.ExecContext(ctx, textType.ReplaceAllString(text, `TEXT COLLATE "C"`), pgx.QueryExecModeSimpleProtocol)
		return err
	},
}

var textType = regexp.MustCompile(`\bTEXT\b`)

// lockKey is the number of an advisory lock. They are per database, and others may use some.
func lockKey(name string) int64 {
	h := fnv.New64a()
	h.Write([]byte("wxup " + name))
	return int64(h.Sum64())
}

// exclusive holds an advisory lock on a connection of its own. If that breaks, the lock is lost, and exclusive says so
// when f has ended.
func (e *postgresEngine) exclusive(ctx context.Context, name string, f func(context.Context) error) error {
	id := lockKey("exclusive " + name)
	working, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	conn, err := e.connection(ctx, working)
	if err != nil {
		return e.explain(err)
	}
	defer conn.Close()
	ask := func(query string) (yes bool, err error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		err = conn.QueryRowContext(ctx, query, id).Scan(&yes)
		return yes, e.explain(err)
	}
	for {
		got, err := ask(`SELECT pg_try_advisory_lock($1)`)
		if err != nil {
			return err
		}
		if got {
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("another server holds the lock %q: %w", name, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
	failure := f(ctx)
	held, err := ask(`SELECT pg_advisory_unlock($1)`)
	if err != nil || !held {
		conn.Raw(func(any) error { return driver.ErrBadConn }) // so that it is closed, and the lock with it
		err = fmt.Errorf("the lock %q was lost while it was needed: %w", name, errors.Join(server.ErrUnavailable, err))
	}
	return errors.Join(failure, err)
}

func (e *postgresEngine) warnings() []string { return e.warned }

func (e *postgresEngine) pool() sql.DBStats { return e.db.Stats() }

// ping asks for what the server may have become: a standby, or one that is full.
func (e *postgresEngine) ping(ctx context.Context) error {
	_, err := e.with(ctx, time.Now().Add(pingPatience), func(ctx context.Context, c *sql.Conn) error {
		var version int
		var readOnly string
		err := c.QueryRowContext(ctx, `SELECT MAX(version), current_setting('transaction_read_only') FROM schema_version`).Scan(&version, &readOnly)
		if err == nil && readOnly == "on" {
			err = errReadOnly
		}
		return err
	})
	return e.explain(err)
}

func (e *postgresEngine) tableBytes(ctx context.Context, table string) (n int64, err error) {
	err = e.read(ctx, `SELECT pg_total_relation_size(to_regclass($1))`, []any{table}, func(row scanner) error { return row.Scan(&n) })
	return n, err
}

func (e *postgresEngine) close() error { return e.db.Close() }
