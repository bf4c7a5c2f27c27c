// Package sqlindex is a [server.Index] in an SQL database: what the server must know and remember,
// but for the files.
//
//	index, err := sqlindex.Open(ctx, "wxup-data/index.db")              // SQLite: one server
//	index, err := sqlindex.Open(ctx, "postgres://wxup@db.example/wxup") // PostgreSQL: any number
//	defer index.Close()
//
// It is one SQL text for both: $1 for arguments, ON CONFLICT, TEXT, BIGINT and BOOLEAN, times as
// integers. What they do each in their own way is an engine: sqlite.go and postgres.go.
//
// What a method that changes something has acknowledged survives a loss of power (SQLite: WAL,
// synchronous=FULL; PostgreSQL: synchronous_commit, which is put on where it is off). A change is a
// list of statements, which are made together or not at all: see [engine].
//
// Nothing depends on the database's clock, and several servers may differ by [clockMargin]: all
// times are the callers'.
//
// All keys, secrets and tokens are in the database in clear, because the program must sign with
// them and hand them out again. SQLite's files have mode 0600, and Open refuses wider ones; who can
// read a PostgreSQL database is its administrator's to say.
//
// Times are kept to the microsecond, and come back in UTC.
//
// By file: open.go which database a text names; engine.go what SQLite and PostgreSQL do in their
// own ways; accounts.go what the server asks about accounts; admin.go what an operator changes;
// tokens.go tokens and quotas; record.go exchanges; bytes.go which bytes are kept and
// which deleted; list.go looking through what is kept; purge.go
// forgetting; copy.go from one database to another; tokenlike.go finding a token that was cut,
// continued or changed its case.
package sqlindex

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/wxup/wxup/server"
)

// Index is a [server.Index], and what an operator needs besides. Make it with [Open]. It is safe
// for concurrent use, and several processes may have the same database open.
type Index struct {
	db    engine
	where string

	recorded chan struct{} // see Recorded

	certificates parsed[*x509.Certificate]
	privateKeys  parsed[*rsa.PrivateKey]

	closing sync.Once
	closed  error
}

var _ server.Index = (*Index)(nil)

// Where is what Open was given, without what is secret of it.
func (ix *Index) Where() string { return ix.where }

// Recorded gets a value when exchanges were recorded through this Index since the last value was
// taken.
func (ix *Index) Recorded() <-chan struct{} { return ix.recorded }

// Ping reports within a second whether the index can be read and takes changes.
func (ix *Index) Ping(ctx context.Context) error { return ix.db.ping(ctx) }

// Exclusive runs f while nobody else, in this process or in another one with the same database,
// runs anything under the same name. It waits for its turn until ctx is done. In SQLite all names
// are one.
func (ix *Index) Exclusive(ctx context.Context, name string, f func(context.Context) error) error {
	return ix.db.exclusive(ctx, name, f)
}

// Tidy gives the space of what was deleted back, where the database does not do that itself.
func (ix *Index) Tidy(ctx context.Context) error { return doing("give space back", ix.db.tidy(ctx)) }

// Optimize keeps up to date what the database plans its queries by. Call it about every hour.
func (ix *Index) Optimize(ctx context.Context) error {
	return doing("optimize", ix.db.optimize(ctx))
}

// Warnings says what an operator should know about how the database is set up, in a line each.
func (ix *Index) Warnings() []string { return ix.db.warnings() }

// Pool says how many connections are open and in use, and how often and how long they were waited
// for.
func (ix *Index) Pool() sql.DBStats { return ix.db.pool() }

// do makes a change. If its first statement changes no row, the error is otherwise, unless that is
// nil.
func (ix *Index) do(ctx context.Context, otherwise error, list ...statement) error {
	if err := checkTexts(list); err != nil {
		return err
	}
	n, err := ix.db.change(ctx, list)
	if len(n) > 0 && n[0] == 0 && otherwise != nil {
		return otherwise
	}
	return err
}

// checkTexts refuses what PostgreSQL cannot hold. What strangers send was escaped (text.go); this
// is what an operator gives.
func checkTexts(list []statement) error {
	for _, s := range list {
		for _, arg := range s.args {
			if text, ok := arg.(string); ok && (!utf8.ValidString(text) || strings.ContainsRune(text, 0)) {
				return texts.Errorf("%.60q is not text in UTF-8, or holds a NUL", text)
			}
		}
	}
	return nil
}

// all reads all rows.
func all[T any](ctx context.Context, ix *Index, scan func(scanner) (T, error), query string, args ...any) (list []T, err error) {
	err = ix.db.read(ctx, query, args, func(row scanner) error {
		x, err := scan(row)
		list = append(list, x)
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// one reads one row; none is [server.ErrNotFound].
func one[T any](ctx context.Context, ix *Index, what string, scan func(scanner) (T, error), query string, args ...any) (*T, error) {
	list, err := all(ctx, ix, scan, query, args...)
	if err == nil && len(list) == 0 {
		err = server.ErrNotFound
	}
	if err != nil {
		return nil, doing(what, err)
	}
	return &list[0], nil
}

// value reads one column of one row; none is [server.ErrNotFound].
func value[T any](ctx context.Context, ix *Index, what string, query string, args ...any) (T, error) {
	x, err := one(ctx, ix, what, func(row scanner) (x T, err error) { return x, row.Scan(&x) }, query, args...)
	if err != nil {
		var none T
		return none, err
	}
	return *x, nil
}

// Close waits for the changes that are being made. Those asked for later fail.
func (ix *Index) Close() error {
	ix.closing.Do(func() { ix.closed = ix.db.close() })
	return ix.closed
}

// micros and moment turn a time into a column and back.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// doing says what failed.
func doing(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
