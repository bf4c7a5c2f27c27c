package sqlindex

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// with gives f a connection. That the caller goes away counts as long as it waits for one; then
// only the time does. A connection that is found broken, or that leads to a server which takes no
// changes any more, is not used again.
func (e *postgresEngine) with(ctx context.Context, until time.Time, f func(context.Context, *sql.Conn) error) (broken bool, err error) {
	if d, ok := ctx.Deadline(); ok && d.Before(until) {
		until = d
	}
	working, cancel := context.WithDeadline(context.WithoutCancel(ctx), until)
	defer cancel()
	conn, err := e.connection(ctx, working)
	if err != nil {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		return false, err
	}
	defer conn.Close()
	if err = f(working, conn); err == nil {
		return false, nil
	}
	conn.Raw(func(dc any) error {
		broken = dc.(*stdlib.Conn).Conn().IsClosed() || sqlState(err) == readOnlyTransaction || errors.Is(err, errReadOnly)
		if broken {
			return driver.ErrBadConn
		}
		return nil
	})
	if broken {
		e.ill.Store(time.Now().UnixNano())
	}
	return broken, err
}

// connection takes one from the pool that works: it is asked, when it was idle for long, or when
// another one was found broken since it was last used.
func (e *postgresEngine) connection(ctx, working context.Context) (*sql.Conn, error) {
	until, _ := working.Deadline()
	waiting, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	for {
		conn, err := e.db.Conn(waiting)
		if err != nil {
			return nil, err
		}
		err = conn.Raw(func(dc any) error {
			c := dc.(*stdlib.Conn).Conn().PgConn()
			last, _ := c.CustomData()[lastUsed].(time.Time)
			if (time.Since(last) > askedAfter || last.UnixNano() < e.ill.Load()) && c.Ping(working) != nil {
				return driver.ErrBadConn // so that it is closed
			}
			c.CustomData()[lastUsed] = time.Now()
			return nil
		})
		if err == nil {
			return conn, nil
		}
		conn.Close()
		if err := working.Err(); err != nil {
			return nil, err
		}
	}
}

// tries is how often a call is made that certainly had no effect.
const tries = 3

// again repeats a call that says that it may be repeated, as long as there is time.
func (e *postgresEngine) again(ctx context.Context, call func(until time.Time) (repeat bool, err error)) error {
	until := time.Now().Add(e.patience)
	if ctx.Value(unhurriedKey{}) != nil {
		until = time.Now().Add(patienceAtMost)
	}
	for n := 1; ; n++ {
		repeat, err := call(until)
		if err == nil || !repeat || n == tries || time.Now().After(until) || ctx.Err() != nil {
			return explainPostgres(err, e.place)
		}
		time.Sleep(rand.N(time.Duration(n) * 5 * time.Millisecond)) // so that two who stood in each other's way do not meet again
	}
}

// read may be repeated as long as no row was seen.
func (e *postgresEngine) read(ctx context.Context, query string, args []any, each func(scanner) error) error {
	return e.again(ctx, func(until time.Time) (bool, error) {
		seen := false
		broken, err := e.with(ctx, until, func(ctx context.Context, c *sql.Conn) error {
			rows, err := c.QueryContext(ctx, query, args...)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				seen = true
				if err := each(rows); err != nil {
					return err
				}
			}
			return rows.Err()
		})
		return !seen && (broken || neverSent(err) || rolledBack(err)), err
	})
}

// change sends all statements at once. It is repeated if it was certainly not made: if it was never
// sent, or if the server has refused a statement, which is before the commit. When the connection
// breaks and nobody can tell, it is not, and the caller gets [server.ErrUnavailable].
func (e *postgresEngine) change(ctx context.Context, list []statement) (changed []int64, err error) {
	err = e.again(ctx, func(until time.Time) (repeat bool, err error) {
		changed = nil
		refused := false // by an answer to a statement
		broken, err := e.with(ctx, until, func(ctx context.Context, c *sql.Conn) error {
			return c.Raw(func(dc any) error {
				var batch pgx.Batch
				for _, s := range list {
					batch.Queue(s.query, s.args...)
				}
				results := dc.(*stdlib.Conn).Conn().SendBatch(ctx, &batch)
				for range list {
					tag, err := results.Exec()
					if err != nil {
						refused = sqlState(err) != ""
						results.Close()
						return err
					}
					changed = append(changed, tag.RowsAffected())
				}
				return results.Close() // the commit
			})
		})
		return refused && broken || neverSent(err) || rolledBack(err), err
	})
	return changed, err
}

// claimText takes a lock that others can take at the same time on a row that is live, so that
// uploads of the same image do not wait for each other; the row's own lock if it is not, or not any
// more.
func (e *postgresEngine) claimText() string {
	return `WITH held AS (SELECT sha256 FROM blob WHERE sha256 = $1 AND state = 'live' FOR SHARE),
		made AS (` + makeLive(`NOT EXISTS (SELECT 1 FROM held)`) + ` RETURNING sha256)
		SELECT sha256 FROM held UNION ALL SELECT sha256 FROM made`
}

// neverSent: the error came before anything went to the server.
func neverSent(err error) bool {
	return err != nil && (errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err))
}

// rolledBack: the server has undone it, because of what others did at the same time (class 40).
func rolledBack(err error) bool {
	state := sqlState(err)
	return len(state) == 5 && state[:2] == "40"
}

// postgresEngine is a database on a server that others use too. PostgreSQL has many writers and
// lets those who commit at the same time share a sync by itself, so a change is simply sent: all
// its statements at once, which PostgreSQL makes in one transaction, in one round trip.
//
// A call ends within patience, whatever the server does. Calls are not cut short when the one who
// asks goes away: pgx can only close the connection then, and a crowd of clients that hang up would
// have the server make new ones all the time.
type postgresEngine struct {
	db       *sql.DB
	place    string        // host:port/database, for errors
	patience time.Duration // how long a call may take
	ill      atomic.Int64  // when a connection was last found broken, in nanoseconds

	warned []string
}
