package sqlindex

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"modernc.org/sqlite"
)

// writer makes all changes of a SQLite database, one batch at a time: a commit costs an fsync, and SQLite has one writer.
// While a batch is on its way to the disk, those who ask for a change wait; all who wait are the next batch, and share its
// commit and its fsync. Who comes alone waits for nobody.
//
// Each change of a batch stands in a savepoint: one that fails is undone, and the others go on. If the commit fails, all
// have failed.
type writer struct {
	db      *sql.DB
	conn    *sql.Conn            // the one that writes
	stmts   map[string]*sql.Stmt // prepared on it, by text; run's alone
	jobs    chan *job            // not buffered: who has sent is in a batch
	quit    chan struct{}        // closed by close
	done    chan struct{}        // closed when run has ended
	commits atomic.Int64
	ill     atomic.Bool // the last batch was not kept
	fault   atomic.Pointer[error]
}

// job is one change. When it was given to the writer, it is carried out, and the one who asked waits for the outcome.
type job struct {
	list   []statement
	result chan result
}

type result struct {
	first int64
	err   error
}

// batchMost bounds how long the first of a batch waits for the last.
const batchMost = 256

func newWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{
		db: db, conn: conn, stmts: map[string]*sql.Stmt{},
		jobs: make(chan *job), quit: make(chan struct{}), done: make(chan struct{}),
	}
	go w.run()
	return w, nil
}

// do makes a change and returns when it is durable. The context counts as long as it waits for its turn: afterwards it is
// too late to say whether the change was made.
func (w *writer) do(ctx context.Context, list []statement) (int64, error) {
	if err := ctx.Err(); err != nil {
		return -1, err
	}
	j := &job{list, make(chan result, 1)}
	select {
	case w.jobs <- j:
		r := <-j.result
		return r.first, r.err
	case <-ctx.Done():
		return -1, ctx.Err()
	case <-w.quit:
		return -1, errClosed
	}
}

func (w *writer) run() {
	defer close(w.done)
	for {
		select {
		case <-w.quit:
			return
		case first := <-w.jobs:
			w.carryOut(w.batch(first))
		}
	}
}

// batch is the first and all that wait.
func (w *writer) batch(first *job) []*job {
	runtime.Gosched() // let those who are about to ask do it
	batch := []*job{first}
	for len(batch) < batchMost {
		select {
		case j := <-w.jobs:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

func (w *writer) carryOut(batch []*job) {
	results, err := w.commit(batch)
	w.ill.Store(err != nil)
	for i, j := range batch {
		if err != nil {
			j.result <- result{-1, err}
		} else {
			j.result <- results[i]
		}
	}
}

func (w *writer) commit(batch []*job) (results []result, err error) {
	if err := w.failed(); err != nil {
		return nil, err
	}
	if _, err := w.exec(stmt(`BEGIN IMMEDIATE`)); err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			w.exec(stmt(`ROLLBACK`)) // fails if SQLite has done it already
		}
	}()
	for _, j := range batch {
		if _, err := w.exec(stmt(`SAVEPOINT job`)); err != nil {
			return nil, err
		}
		r := w.make(j.list)
		if r.err != nil {
			if _, err := w.exec(stmt(`ROLLBACK TO SAVEPOINT job`)); err != nil {
				return nil, errors.Join(r.err, err) // the whole transaction is gone: disk full, for one
			}
		}
		if _, err := w.exec(stmt(`RELEASE SAVEPOINT job`)); err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	if _, err := w.exec(stmt(`COMMIT`)); err != nil {
		w.fail(err)
		return nil, fmt.Errorf("commit: %w", err)
	}
	w.commits.Add(1)
	return results, nil
}

func (w *writer) make(list []statement) result {
	first := int64(-1)
	for i, s := range list {
		n, err := w.exec(s)
		if err != nil {
			return result{first, err}
		}
		if i == 0 {
			first = n
		}
	}
	return result{first, nil}
}

// exec gives the number of rows that were changed. It belongs to nobody's request, and has no context.
func (w *writer) exec(x statement) (int64, error) {
	s, ok := w.stmts[x.query]
	if !ok {
		var err error
		if s, err = w.conn.PrepareContext(context.Background(), x.query); err != nil {
			return 0, err
		}
		w.stmts[x.query] = s
	}
	r, err := s.Exec(x.args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Result codes, from sqlite3.h: SQLITE_PERM, SQLITE_BUSY, SQLITE_READONLY, SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_FULL,
// SQLITE_CANTOPEN, SQLITE_NOTADB, SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC.
const (
	noPermission  = 3
	busy          = 5
	readOnlyFile  = 8
	ioerr         = 10
	corrupt       = 11
	full          = 13
	cannotOpen    = 14
	notADatabase  = 26
	ioerrFsync    = ioerr | 4<<8
	ioerrDirFsync = ioerr | 5<<8
)

// fail notes a commit that failed because the disk did not take it. That is final: the kernel has dropped what it could
// not write and takes it for clean, so a later fsync would say nothing about it. Opening the index anew reads what is
// there.
func (w *writer) fail(err error) {
	var e *sqlite.Error
	if errors.As(err, &e) && (e.Code() == ioerrFsync || e.Code() == ioerrDirFsync) {
		err = fmt.Errorf("the disk has failed to keep a change; restart when it is repaired: %w", err)
		w.fault.Store(&err)
	}
}

func (w *writer) failed() error {
	if err := w.fault.Load(); err != nil {
		return *err
	}
	return nil
}

// close may be called once.
func (w *writer) close() error {
	close(w.quit)
	<-w.done
	for _, s := range w.stmts {
		s.Close()
	}
	return errors.Join(w.conn.Close(), w.db.Close())
}
