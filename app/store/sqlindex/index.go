// Package sqlindex is a [server.Index] in an SQL database: what the server must know and remember, but for the files.
//
//	index, err := sqlindex.Open(ctx, "wxup-data/index.db")
//	defer index.Close()
//
// It is one SQL text for SQLite and PostgreSQL: $1 for arguments, ON CONFLICT, TEXT, BIGINT and BOOLEAN, times as
// integers. SQLite is what [Open] opens today.
//
// What a method that changes something has acknowledged survives a loss of power (WAL, synchronous=FULL). Since that
// costs an fsync, and SQLite has one writer, changes that are asked for at the same time share one: see write.go.
//
// All keys, secrets and tokens are in the database in clear, because the program must sign with them and hand them out
// again. Its files have mode 0600, and Open refuses wider ones.
//
// Times are kept to the microsecond, and come back in UTC.
//
// By file: accounts.go what the server asks about accounts; admin.go what an operator changes; tokens.go tokens and
// quotas; record.go exchanges; list.go looking through what is kept; purge.go forgetting.
package sqlindex

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
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

	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// Index is a [server.Index], and what an operator needs besides. Make it with [Open]. It is safe for concurrent use, and
// several processes may have the same database open.
type Index struct {
	write *writer
	read  *pool

	certificates parsed[*x509.Certificate]
	privateKeys  parsed[*rsa.PrivateKey]

	closing sync.Once
	closed  error
}

var _ server.Index = (*Index)(nil)

// Open opens the database that a path or an URL of the form sqlite:///abs/path names, makes it if it is not there, and
// brings its tables up to date.
func Open(ctx context.Context, where string) (*Index, error) {
	ix, err := open(ctx, where)
	if err != nil {
		return nil, fmt.Errorf("open index %s: %w", where, err)
	}
	return ix, nil
}

func open(ctx context.Context, where string) (*Index, error) {
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
		return nil, err
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
	return &Index{
		write:        w,
		read:         &pool{db: readers},
		certificates: parsed[*x509.Certificate]{parse: sign.ParseCertificate},
		privateKeys:  parsed[*rsa.PrivateKey]{parse: sign.ParsePrivateKey},
	}, nil
}

// readConnections is how many lookups run at once. More would only compete for the processors.
var readConnections = max(4, runtime.NumCPU())

// sqlitePath is the absolute path in a path or URL.
func sqlitePath(where string) (string, error) {
	if scheme, _, ok := strings.Cut(where, "://"); ok {
		u, err := url.Parse(where)
		if err != nil {
			return "", errors.New("not a URL") // a URL can hold a password
		}
		if scheme != "sqlite" {
			return "", fmt.Errorf("no index is known for %q URLs; use sqlite:///path/to/index.db", scheme)
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

// migrateAtOnce is migrate for several processes that start with a new database: when two of them switch it to WAL at the
// same time, SQLite does not wait but fails.
func migrateAtOnce(ctx context.Context, db *sql.DB) error {
	for range 500 {
		err := migrate(ctx, db, migrations())
		if e := (*sqlite.Error)(nil); !errors.As(err, &e) || e.Code()&0xff != busy {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return errors.New("another process keeps it locked")
}

// Close waits for the changes that are being made. Those asked for later fail.
func (ix *Index) Close() error {
	ix.closing.Do(func() { ix.closed = errors.Join(ix.write.close(), ix.read.close()) })
	return ix.closed
}

// Ping reports whether the index can be read and takes changes.
func (ix *Index) Ping(ctx context.Context) error {
	if err := ix.write.failed(); err != nil {
		return err
	}
	var version int
	return ix.read.row(ctx, `SELECT MAX(version) FROM schema_version`, nil, &version)
}

// pool is a set of connections and the statements that were prepared on it, by text.
type pool struct {
	db    *sql.DB
	stmts sync.Map // string: *sql.Stmt
}

func (p *pool) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := p.stmts.Load(query); ok {
		return s.(*sql.Stmt), nil
	}
	s, err := p.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if other, loaded := p.stmts.LoadOrStore(query, s); loaded {
		s.Close()
		return other.(*sql.Stmt), nil
	}
	return s, nil
}

// row reads one row; none is [server.ErrUnknown].
func (p *pool) row(ctx context.Context, query string, args []any, into ...any) error {
	s, err := p.prepare(ctx, query)
	if err != nil {
		return err
	}
	return orUnknown(s.QueryRowContext(ctx, args...).Scan(into...))
}

func orUnknown(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return server.ErrUnknown
	}
	return err
}

// scanner is a row to be read: *sql.Row or *sql.Rows.
type scanner interface{ Scan(into ...any) error }

// all reads all rows.
func all[T any](ctx context.Context, p *pool, one func(scanner) (T, error), query string, args ...any) ([]T, error) {
	s, err := p.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		x, err := one(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, rows.Err()
}

func (p *pool) close() error {
	p.stmts.Range(func(_, s any) bool { s.(*sql.Stmt).Close(); return true })
	return p.db.Close()
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
