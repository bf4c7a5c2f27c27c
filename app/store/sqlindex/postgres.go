package sqlindex

import (
	"context"
	"crypto/tls"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/wxup/wxup/server"
)

func openPostgres(ctx context.Context, where string) (*postgresEngine, error) {
	config, limits, err := postgresConfig(where)
	if err != nil {
		return nil, err
	}
	return openPostgresConfig(ctx, config, limits)
}

func openPostgresConfig(ctx context.Context, config *pgx.ConnConfig, limits limits) (*postgresEngine, error) {
	e := &postgresEngine{place: placeOf(config), patience: limits.patience}
	e.db = stdlib.OpenDB(*config, stdlib.OptionShouldPing(func(context.Context, stdlib.ShouldPingParams) bool {
		return false // see connection: database/sql does not ask connections that it has made in reserve
	}))
	e.db.SetMaxOpenConns(limits.pool)
	e.db.SetMaxIdleConns(limits.pool)
	e.db.SetConnMaxIdleTime(5 * time.Minute)
	e.db.SetConnMaxLifetime(30 * time.Minute) // so that a name that was pointed elsewhere is looked up again
	err := e.look(ctx)
	if err == nil {
		err = e.migrate(ctx)
	}
	if err != nil {
		e.db.Close()
		return nil, explainOpening(err, config, limits.patience)
	}
	return e, nil
}

// look sees whether the database is one that can be used, and what is to be said about it.
func (e *postgresEngine) look(ctx context.Context) error {
	_, err := e.with(ctx, time.Now().Add(e.patience), func(ctx context.Context, c *sql.Conn) error {
		var encoding, fsync, pages, commit string
		var local bool
		err := c.QueryRowContext(ctx, `SELECT current_setting('server_encoding'), current_setting('fsync'),
			current_setting('full_page_writes'), current_setting('synchronous_commit'),
			COALESCE(inet_server_addr() = inet_client_addr(), TRUE)`).Scan(&encoding, &fsync, &pages, &commit, &local)
		if err != nil {
			return err
		}
		if encoding != "UTF8" {
			return texts.Errorf("the encoding of the database is %s; create one with: createdb -T template0 -E UTF8 NAME", encoding)
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
	names = append(names, made...)
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

// postgresScripts is how PostgreSQL applies migrations. Text is ordered and compared byte by byte,
// as in SQLite: the default is the system's language, whose order changes with the system's updates
// and breaks the indexes built on it.
var postgresScripts = scripts{
	lock: func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)`); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, lockKey("migrate"))
		return err
	},
	// A server that runs has a connection at any time, as it cleans up every minute; the query that
	// was the last on it names our tables. Ours have a name of their own.
	alone: func(ctx context.Context, tx *sql.Tx) error {
		var who string
		err := tx.QueryRowContext(ctx, `SELECT COALESCE(string_agg(DISTINCT COALESCE(host(client_addr), 'on the database''s machine'), ', '), '')
			FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
			AND application_name NOT LIKE $1 || '%' AND (application_name = 'wxup' OR query ~ '\m(exchange|nonce|quota|schema_version|platform_key|merchant)\M')`, ourName).Scan(&who)
		if err == nil && who != "" {
			err = alone("connected from " + who)
		}
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

// exclusive holds an advisory lock on a connection of its own. If that breaks, the lock is lost,
// and exclusive says so when f has ended.
func (e *postgresEngine) exclusive(ctx context.Context, name string, f func(context.Context) error) error {
	id := lockKey("exclusive " + name)
	working, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.patience)
	defer cancel()
	conn, err := e.connection(ctx, working)
	if err != nil {
		return explainPostgres(err, e.place)
	}
	defer conn.Close()
	ask := func(query string) (yes bool, err error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.patience)
		defer cancel()
		err = conn.QueryRowContext(ctx, query, id).Scan(&yes)
		return yes, explainPostgres(err, e.place)
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
			return texts.Errorf("another server holds the lock %q: %w", name, ctx.Err())
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
	return explainPostgres(err, e.place)
}

func (e *postgresEngine) tableBytes(ctx context.Context, table string) (n int64, err error) {
	err = e.read(ctx, `SELECT pg_total_relation_size(to_regclass($1))`, []any{table}, func(row scanner) error { return row.Scan(&n) })
	return n, err
}

// selfCheck: PostgreSQL has amcheck for its administrator. Here reading every record must do.
func (e *postgresEngine) selfCheck(context.Context, bool, func(string)) error { return nil }

// PostgreSQL does both by itself.
func (e *postgresEngine) tidy(context.Context) error     { return nil }
func (e *postgresEngine) optimize(context.Context) error { return nil }

func (e *postgresEngine) close() error { return e.db.Close() }
