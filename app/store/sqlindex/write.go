package sqlindex

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxup/wxup/app/store/sqlitefile"
)

// writer makes all changes of a SQLite database, one batch at a time: a commit costs an fsync, and
// SQLite has one writer. While a batch is on its way to the disk, those who ask for a change wait;
// all who wait are the next batch, and share its commit and its fsync. Who comes alone waits for
// nobody.
//
// Each change of a batch stands in a savepoint: one that fails is undone, and the others go on. If
// the commit fails, all have failed.
type writer struct {
	db      *sql.DB
	conn    *sql.Conn            // the one that writes
	stmts   map[string]*sql.Stmt // prepared on it, by text; run's alone
	jobs    chan *job            // unbuffered: a job that was sent is in a batch
	quit    chan struct{}        // closed by close
	done    chan struct{}        // closed when run has ended
	commits atomic.Int64
	ill     atomic.Bool // the last batch was not kept
	fault   atomic.Pointer[error]
	recent  recent
}

// job is one change. When it was given to the writer, it is carried out, and the one who asked
// waits for the outcome.
type job struct {
	list   []statement
	result chan result
}

type result struct {
	changed []int64 // rows, by each statement
	err     error
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

// do makes a change and returns when it is durable. The context counts as long as it waits for its
// turn: afterwards it is too late to say whether the change was made.
func (w *writer) do(ctx context.Context, list []statement) ([]int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	j := &job{list, make(chan result, 1)}
	select {
	case w.jobs <- j:
		r := <-j.result
		return r.changed, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-w.quit:
		return nil, errClosed
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
			j.result <- result{nil, err}
		} else {
			w.recent.note(j.list, results[i])
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

func (w *writer) make(list []statement) (r result) {
	for _, s := range list {
		n, err := w.exec(s)
		if err != nil {
			return result{r.changed, err}
		}
		r.changed = append(r.changed, n)
	}
	return r
}

// exec gives the number of rows that were changed. It belongs to nobody's request, and has no
// context.
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

// SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC, extended result codes of SQLite.
const (
	ioerrFsync    = sqlitefile.IOErr | 4<<8
	ioerrDirFsync = sqlitefile.IOErr | 5<<8
)

// fail notes a commit that failed because the disk did not take it. That is final for this
// connection: the kernel has dropped what it could not write and takes it for clean, so a later
// fsync would say nothing about it. See [sqliteEngine.recover].
func (w *writer) fail(err error) {
	if code := sqlitefile.ExtendedCode(err); code == ioerrFsync || code == ioerrDirFsync {
		err = fmt.Errorf("the disk has failed to keep a change: %w", err)
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

// recent are the exchanges that were acknowledged last.
type recent struct {
	mu   sync.Mutex
	last []acknowledged
}

type acknowledged struct {
	id string
	at time.Time
}

const (
	recentMost  = 64
	recentFor   = 30 * time.Minute // nothing is deleted before an hour has passed
	addExchange = "INSERT INTO exchange ("
)

// note notes the exchanges that a change has added.
func (r *recent) note(list []statement, done result) {
	for i, s := range list {
		if i >= len(done.changed) || done.changed[i] == 0 || !strings.HasPrefix(s.query, addExchange) {
			continue
		}
		if id, ok := s.args[0].(string); ok { // of an upgrade it is a number
			r.mu.Lock()
			r.last = append(r.last[max(0, len(r.last)-recentMost+1):], acknowledged{id, time.Now()})
			r.mu.Unlock()
		}
	}
}

// list returns those that nobody may have deleted yet.
func (r *recent) list() (ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.last {
		if time.Since(x.at) < recentFor {
			ids = append(ids, x.id)
		}
	}
	return ids
}
