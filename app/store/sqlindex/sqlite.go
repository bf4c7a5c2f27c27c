package sqlindex

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxup/wxup/app/store/sqlitefile"
)

// sqliteEngine is a file, which is opened anew after its disk has failed.
type sqliteEngine struct {
	path string
	file atomic.Pointer[sqliteFile]
}

// sqliteFile is an open file: one connection that writes, and some that read.
type sqliteFile struct {
	write   *writer
	readers *sql.DB
	stmts   sync.Map // string: *sql.Stmt, prepared on readers

	closeOnce sync.Once
	closed    error
}

func openSQLiteEngine(ctx context.Context, where string) (*sqliteEngine, error) {
	path, err := sqlitefile.Path(where)
	if err != nil {
		return nil, err
	}
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	if err := upgradeAlone(ctx, path); err != nil {
		return nil, explainSQLite(err, path)
	}
	file, err := openSQLiteFile(ctx, path)
	if err != nil {
		return nil, err
	}
	e := &sqliteEngine{path: path}
	e.file.Store(file)
	return e, nil
}

func openSQLiteFile(ctx context.Context, path string) (*sqliteFile, error) {
	// One connection, so that no two transactions of this process wait for each other inside of
	// SQLite.
	db, err := openSQLite(path, 1, writing...)
	if err != nil {
		return nil, err
	}
	if err := migrateAtOnce(ctx, db); err != nil {
		db.Close()
		return nil, explainSQLite(err, path)
	}
	readers, err := openSQLite(path, readConnections, "_pragma=query_only(1)")
	if err != nil {
		db.Close()
		return nil, err
	}
	w, err := newWriter(ctx, db)
	if err != nil {
		return nil, errors.Join(err, db.Close(), readers.Close())
	}
	return &sqliteFile{write: w, readers: readers}, nil
}

func (f *sqliteFile) close() error {
	f.closeOnce.Do(func() {
		f.stmts.Range(func(_, s any) bool { s.(*sql.Stmt).Close(); return true })
		f.closed = errors.Join(f.write.close(), f.readers.Close())
	})
	return f.closed
}

// writing are the options of the connection that writes. A new file is made so that it can give
// space back: see tidy.
var writing = []string{
	"_txlock=immediate", "_pragma=auto_vacuum(incremental)", "_pragma=journal_mode(WAL)", "_pragma=journal_size_limit(67108864)",
}

// upgradeAlone migrates a file that servers of an older version cannot work with afterwards, if
// none has it open, and keeps them out meanwhile.
func upgradeAlone(ctx context.Context, path string) error {
	db, err := openSQLite(path, 1, append([]string{"_pragma=locking_mode(exclusive)"}, writing...)...)
	if err != nil {
		return err
	}
	defer db.Close()
	version, err := sqliteVersion(ctx, path)
	if err != nil || version == 0 || version >= aloneFrom {
		return nil // what is wrong is told when it is opened
	}
	err = sqlitefile.WhileBusy(ctx, lockPatience/2, func() error { return migrate(ctx, db, migrations(), sqliteScripts) })
	if sqlitefile.Code(err) == sqlitefile.Busy {
		return alone("a process on this machine has it open")
	}
	return err
}

// sqliteVersion is the version of a file's tables, 0 if it has none.
func sqliteVersion(ctx context.Context, path string) (version int, err error) {
	db, err := openSQLite(path, 1)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM schema_version`).Scan(&version)
	return version, err
}

// readConnections is how many lookups run at once. More would only compete for the processors.
var readConnections = max(4, runtime.NumCPU())

// createPrivate creates the database file if there is none. An index holds keys, so one that others
// can read is refused.
func createPrivate(path string) error {
	if err := sqlitefile.Create(path); err != nil {
		return err
	}
	if err := sqlitefile.OwnerOnly(path); err != nil {
		return texts.Errorf("it holds keys, and %w", err)
	}
	return nil
}

func openSQLite(path string, connections int, options ...string) (*sql.DB, error) {
	return sqlitefile.Open(path, connections, append([]string{
		"_pragma=busy_timeout(5000)", // another process, such as wxup merchant add, may be writing
		"_pragma=synchronous(FULL)",
		"_pragma=fullfsync(1)", // macOS, where fsync alone does not reach the disk
		"_pragma=checkpoint_fullfsync(1)",
		"_pragma=foreign_keys(1)",
	}, options...)...)
}

// sqliteScripts is how SQLite applies migrations. A file that has tables, but not the one that
// every index has, is left alone.
var sqliteScripts = scripts{
	lock: func(ctx context.Context, tx *sql.Tx) error {
		var others bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table')
			AND NOT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version')`).Scan(&others)
		if err == nil && others {
			err = texts.Errorf("it is another program's database; name another file")
		}
		return err
	},
	apply: func(ctx context.Context, tx *sql.Tx, text string) error {
		_, err := tx.ExecContext(ctx, text)
		return err
	},
}

// lockPatience is how long another process may keep the database locked at the start.
const lockPatience = 5 * time.Second

// migrateAtOnce is migrate for several processes that start with a new database at once.
func migrateAtOnce(ctx context.Context, db *sql.DB) error {
	err := sqlitefile.WhileBusy(ctx, lockPatience, func() error { return migrate(ctx, db, migrations(), sqliteScripts) })
	if sqlitefile.Code(err) == sqlitefile.Busy {
		return texts.Errorf("another process has it locked; stop that process, and start again")
	}
	return err
}

// explainSQLite says what to do about a file that cannot be opened.
func explainSQLite(err error, path string) error {
	dir, code := filepath.Dir(path), sqlitefile.Code(err)
	why := why{err, sqliteChinese[code]}
	switch code {
	case sqlitefile.NotADB:
		return texts.Errorf("%w; the file belongs to another program or is damaged: name another file, or restore this one from a backup", why)
	case sqlitefile.Corrupt:
		return texts.Errorf("%w; the file is damaged: restore it from a backup; wxup fsck says what can still be read", why)
	case sqlitefile.CantOpen, sqlitefile.ReadOnly, sqlitefile.Perm:
		return texts.Errorf("%w; this user must be able to write to it and to %s, and the disk must not be mounted read-only", why, dir)
	case sqlitefile.Full, sqlitefile.IOErr:
		return texts.Errorf("%w; the disk of %s is full or failing: see df and dmesg", why, dir)
	}
	return err
}

// why is an error of SQLite's with its Chinese.
type why struct {
	error
	chinese string
}

var sqliteChinese = map[int]string{
	sqlitefile.NotADB: "这不是 SQLite 数据库", sqlitefile.Corrupt: "数据库内容异常", sqlitefile.CantOpen: "无法打开数据库文件",
	sqlitefile.ReadOnly: "数据库是只读的", sqlitefile.Perm: "没有访问权限", sqlitefile.Full: "磁盘已满", sqlitefile.IOErr: "读写磁盘出错",
}

func (w why) Unwrap() error { return w.error }

func (w why) In(lang string) string {
	if lang == "zh" {
		return w.chinese
	}
	return w.Error()
}

func (e *sqliteEngine) read(ctx context.Context, query string, args []any, each func(scanner) error) error {
	s, err := e.file.Load().prepare(ctx, query)
	if err != nil {
		return e.damaged(err)
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return e.damaged(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return e.damaged(rows.Err())
}

// damaged explains the error of a file whose content is not what SQLite has written.
func (e *sqliteEngine) damaged(err error) error {
	if code := sqlitefile.Code(err); code == sqlitefile.Corrupt || code == sqlitefile.NotADB {
		return explainSQLite(err, e.path)
	}
	return err
}

func (f *sqliteFile) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := f.stmts.Load(query); ok {
		return s.(*sql.Stmt), nil
	}
	s, err := f.readers.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if other, loaded := f.stmts.LoadOrStore(query, s); loaded {
		s.Close()
		return other.(*sql.Stmt), nil
	}
	return s, nil
}

func (e *sqliteEngine) change(ctx context.Context, list []statement) ([]int64, error) {
	n, err := e.file.Load().write.do(ctx, list)
	return n, e.damaged(err)
}

// claimText: there is one writer, which needs no lock.
func (e *sqliteEngine) claimText() string { return makeLive(`TRUE`) }

func (e *sqliteEngine) failed() error { return e.file.Load().write.failed() }

func (e *sqliteEngine) ping(ctx context.Context) error {
	if err := e.failed(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, pingPatience)
	defer cancel()
	if e.file.Load().write.ill.Load() { // is it still?
		tried := make(chan error, 1)
		go func() {
			_, err := e.change(ctx, []statement{stmt(`UPDATE schema_version SET applied = applied`)})
			tried <- err
		}()
		select {
		case err := <-tried:
			if err != nil {
				return err
			}
		case <-ctx.Done():
			return texts.Errorf("it cannot be changed: another process has it locked, or the disk hangs")
		}
	}
	return e.read(ctx, `SELECT MAX(version) FROM schema_version`, nil, func(scanner) error { return nil })
}

// exclusive locks a file beside the database, which stays empty: a lock on the database itself
// would keep f from changing it. SQLite does the locking, as it works between threads and processes
// on every system.
func (e *sqliteEngine) exclusive(ctx context.Context, _ string, f func(context.Context) error) error {
	path := e.path + "-lock"
	if err := createPrivate(path); err != nil {
		return err
	}
	db, err := sqlitefile.Open(path, 1, "_pragma=busy_timeout(50)")
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for {
		_, err := conn.ExecContext(ctx, `BEGIN IMMEDIATE`)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return texts.Errorf("another process holds %s: %w", path, ctx.Err())
		}
		if sqlitefile.Code(err) != sqlitefile.Busy {
			return err
		}
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`)
	return f(ctx)
}

// selfCheck names a hundred of SQLite's findings at most.
func (e *sqliteEngine) selfCheck(ctx context.Context, quick bool, found func(string)) error {
	check := `SELECT * FROM pragma_integrity_check`
	if quick {
		check = `SELECT * FROM pragma_quick_check`
	}
	return e.read(ctx, check, nil, func(row scanner) error {
		var text string
		err := row.Scan(&text)
		if err == nil && text != "ok" {
			for line := range strings.Lines(text) {
				found(strings.TrimSpace(line))
			}
		}
		return err
	})
}

func (e *sqliteEngine) warnings() []string { return nil }

func (e *sqliteEngine) pool() sql.DBStats { return e.file.Load().readers.Stats() }

func (e *sqliteEngine) tableBytes(ctx context.Context, table string) (n int64, err error) {
	err = e.read(ctx, `SELECT COALESCE(SUM(s.pgsize), 0) FROM dbstat s
		WHERE s.aggregate = TRUE AND s.name IN (SELECT name FROM sqlite_master WHERE tbl_name = $1)`,
		[]any{table}, func(row scanner) error { return row.Scan(&n) })
	return n, err
}

// vacuumAtOnce is how many pages are given back in one change.
const vacuumAtOnce = 500

// tidy gives the space of what was deleted back to the file system, in pieces, so that uploads come
// between. A file from before it was made for that keeps it, for what comes.
func (e *sqliteEngine) tidy(ctx context.Context) error {
	for {
		var mode, free int
		for pragma, into := range map[string]*int{"auto_vacuum": &mode, "freelist_count": &free} {
			if err := e.read(ctx, `SELECT * FROM pragma_`+pragma, nil, func(row scanner) error { return row.Scan(into) }); err != nil {
				return err
			}
		}
		if mode != incremental || free == 0 {
			return nil
		}
		if _, err := e.change(ctx, []statement{stmt(fmt.Sprint(`PRAGMA incremental_vacuum(`, vacuumAtOnce, `)`))}); err != nil {
			return err
		}
	}
}

// incremental is the auto_vacuum that gives space back when it is asked to.
const incremental = 2

// optimize lets SQLite look at its tables anew, if they have changed much.
func (e *sqliteEngine) optimize(ctx context.Context) error {
	_, err := e.change(ctx, []statement{stmt(`PRAGMA optimize`)})
	return err
}

func (e *sqliteEngine) close() error { return e.file.Load().close() }
