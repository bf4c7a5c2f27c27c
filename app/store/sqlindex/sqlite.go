package sqlindex

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite" // and the driver of this name
)

// sqliteEngine is a file: one connection that writes, and some that read.
type sqliteEngine struct {
	path    string
	write   *writer
	readers *sql.DB
	stmts   sync.Map // string: *sql.Stmt, prepared on readers
}

func openSQLiteEngine(ctx context.Context, where string) (*sqliteEngine, error) {
	path, err := sqlitePath(where)
	if err != nil {
		return nil, err
	}
	if err := makePrivate(path); err != nil {
		return nil, err
	}
	// One connection, so that no two transactions of this process wait for each other inside of SQLite.
	db, err := openSQLite(path, 1, "_txlock=immediate", "_pragma=journal_mode(WAL)")
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
	return &sqliteEngine{path: path, write: w, readers: readers}, nil
}

// readConnections is how many lookups run at once. More would only compete for the processors.
var readConnections = max(4, runtime.NumCPU())

// sqlitePath is the absolute path in a path or URL.
func sqlitePath(where string) (string, error) {
	if strings.Contains(where, "://") {
		u, err := url.Parse(where)
		if err != nil {
			return "", errors.New("not a URL")
		}
		if u.Host != "" || u.Path == "" || u.RawQuery != "" {
			return "", errors.New("the form is sqlite:///path/to/index.db, with three slashes")
		}
		where = filepath.FromSlash(u.Path)
	}
	if where == "" {
		return "", errors.New("the path is empty")
	}
	return filepath.Abs(where)
}

// makePrivate makes an empty database file that only its owner can read, whatever the umask; SQLite gives the files
// beside it (-wal, -shm) the same mode. One that is there is never opened here: on closing it again the locks that SQLite
// has on it in this process would be gone.
func makePrivate(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		if errors.Is(err, fs.ErrExist) { // by another process, just now
			return nil
		}
		if err != nil {
			return err
		}
		return f.Close()
	}
	if err != nil {
		return err
	}
	if info.IsDir() {
		return fmt.Errorf("it is a directory; name a file in it, such as %s", filepath.Join(path, "index.db"))
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("it holds keys, and others than its owner can read it (mode %04o); run: chmod 600 %s", info.Mode().Perm(), path)
	}
	return nil
}

func openSQLite(path string, connections int, options ...string) (*sql.DB, error) {
	options = append([]string{
		"_pragma=busy_timeout(5000)", // another process, such as wxup merchant add, may be writing
		"_pragma=synchronous(FULL)",
		"_pragma=fullfsync(1)", // macOS, where fsync alone does not reach the disk
		"_pragma=checkpoint_fullfsync(1)",
		"_pragma=foreign_keys(1)",
	}, options...)
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: strings.Join(options, "&")}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// sqliteScripts is how SQLite applies migrations. A file that has tables, but not the one that every index has, is left alone.
var sqliteScripts = scripts{
	lock: func(ctx context.Context, tx *sql.Tx) error {
		var others bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table')
			AND NOT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version')`).Scan(&others)
		if err == nil && others {
			err = errors.New("it is another program's database; name another file")
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

// migrateAtOnce is migrate for several processes that start with a new database: when two of them switch it to WAL at the
// same time, SQLite does not wait but fails.
func migrateAtOnce(ctx context.Context, db *sql.DB) error {
	for until := time.Now().Add(lockPatience); ; {
		err := migrate(ctx, db, migrations(), sqliteScripts)
		if !isBusy(err) {
			return err
		}
		if time.Now().After(until) {
			return errors.New("another process keeps it locked; end it, and start again")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// explainSQLite says what to do about a file that cannot be opened.
func explainSQLite(err error, path string) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch dir := filepath.Dir(path); e.Code() & 0xff {
	case notADatabase:
		return fmt.Errorf("%w; it is another program's file, or it is damaged: name another file, or bring this one back from a backup", err)
	case corrupt:
		return fmt.Errorf("%w; it is damaged: bring it back from a backup", err)
	case cannotOpen, readOnlyFile, noPermission:
		return fmt.Errorf("%w; it and %s must be writable by this user, and the disk not mounted for reading alone", err, dir)
	case full, ioerr:
		return fmt.Errorf("%w; the disk of %s is full, or it fails: see df and dmesg", err, dir)
	}
	return err
}

func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == busy
}

func (e *sqliteEngine) read(ctx context.Context, query string, args []any, each func(scanner) error) error {
	s, err := e.prepare(ctx, query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (e *sqliteEngine) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := e.stmts.Load(query); ok {
		return s.(*sql.Stmt), nil
	}
	s, err := e.readers.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if other, loaded := e.stmts.LoadOrStore(query, s); loaded {
		s.Close()
		return other.(*sql.Stmt), nil
	}
	return s, nil
}

func (e *sqliteEngine) change(ctx context.Context, list []statement) (int64, error) {
	return e.write.do(ctx, list)
}

func (e *sqliteEngine) ping(ctx context.Context) error {
	if err := e.write.failed(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, pingPatience)
	defer cancel()
	if e.write.ill.Load() { // is it still?
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
			return errors.New("it takes no changes: another process keeps it locked, or the disk hangs")
		}
	}
	return e.read(ctx, `SELECT MAX(version) FROM schema_version`, nil, func(scanner) error { return nil })
}

// exclusive locks a file beside the database, which stays empty: a lock on the database itself would keep f from changing
// it. SQLite does the locking, as it works between threads and processes on every system.
func (e *sqliteEngine) exclusive(ctx context.Context, _ string, f func(context.Context) error) error {
	path := e.path + "-lock"
	if err := makePrivate(path); err != nil {
		return err
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: "_pragma=busy_timeout(50)"}
	db, err := sql.Open("sqlite", u.String())
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
			return fmt.Errorf("another process holds %s: %w", path, ctx.Err())
		}
		if !isBusy(err) {
			return err
		}
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`)
	return f(ctx)
}

func (e *sqliteEngine) warnings() []string { return nil }

func (e *sqliteEngine) pool() sql.DBStats { return e.readers.Stats() }

func (e *sqliteEngine) tableBytes(ctx context.Context, table string) (n int64, err error) {
	err = e.read(ctx, `SELECT COALESCE(SUM(s.pgsize), 0) FROM dbstat s
		WHERE s.aggregate = TRUE AND s.name IN (SELECT name FROM sqlite_master WHERE tbl_name = $1)`,
		[]any{table}, func(row scanner) error { return row.Scan(&n) })
	return n, err
}

func (e *sqliteEngine) close() error {
	e.stmts.Range(func(_, s any) bool { s.(*sql.Stmt).Close(); return true })
	return errors.Join(e.write.close(), e.readers.Close())
}
