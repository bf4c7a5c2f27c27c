// Package sqlitefile opens SQLite databases that are files of one user. It holds what every such
// database needs and SQLite does not do by itself: a path as a URL on every system, a file that
// nobody else can read, waiting for another process, and result codes by name.
//
//	err := sqlitefile.Create(path)
//	db, err := sqlitefile.Open(path, 1, "_txlock=immediate", "_pragma=journal_mode(WAL)")
package sqlitefile

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"modernc.org/sqlite" // also registers the driver "sqlite"
)

// Primary result codes, https://sqlite.org/rescode.html. [Code] returns them.
const (
	Perm     = 3
	Busy     = 5
	ReadOnly = 8
	IOErr    = 10
	Corrupt  = 11
	Full     = 13
	CantOpen = 14
	NotADB   = 26
)

// Code returns the primary result code in err, or 0 if it has none.
func Code(err error) int { return ExtendedCode(err) & 0xff }

// ExtendedCode returns the extended result code in err, such as SQLITE_IOERR_FSYNC, or 0 if it has
// none.
func ExtendedCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// Open opens the database in a file, with a limit on the number of connections. The options are
// parameters of the DSN, such as "_pragma=foreign_keys(1)"; each connection has them.
func Open(path string, connections int, options ...string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, options))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// dsn returns the URL of a file. A drive needs a slash before it: C:\x is file:///C:/x.
func dsn(path string, options []string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: strings.Join(options, "&")}
	return u.String()
}

// Path returns the absolute path in a path or in a URL of the form sqlite:///path/to/file.
//
//	sqlite:///var/lib/wxup/index.db   /var/lib/wxup/index.db
//	sqlite:///C:/wxup/index.db        C:\wxup\index.db
func Path(where string) (string, error) {
	if strings.Contains(where, "://") {
		u, err := url.Parse(where)
		if err != nil {
			return "", texts.Errorf("not a URL")
		}
		if u.Host != "" || u.Path == "" || u.RawQuery != "" {
			return "", texts.Errorf("the form is sqlite:///path/to/index.db, with three slashes")
		}
		where = filepath.FromSlash(withoutDriveSlash(u.Path, runtime.GOOS == "windows"))
	}
	if where == "" {
		return "", texts.Errorf("the path is empty")
	}
	return filepath.Abs(where)
}

// withoutDriveSlash removes the slash that a URL has before a drive: /C:/x is C:/x.
func withoutDriveSlash(path string, windows bool) string {
	if windows && len(path) > 2 && path[0] == '/' && path[2] == ':' {
		return path[1:]
	}
	return path
}

// Create creates an empty database file with mode 0600, whatever the umask; SQLite gives the files
// beside it (-wal, -shm) the same mode. An existing file is left alone and not even opened: closing
// it would release the locks that SQLite holds on it in this process.
func Create(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		if errors.Is(err, fs.ErrExist) { // another process was faster
			return nil
		}
		if err != nil {
			return err
		}
		return f.Close()
	}
	if err == nil && info.IsDir() {
		return texts.Errorf("it is a directory; name a file in it, such as %s", filepath.Join(path, "index.db"))
	}
	return err
}

// OwnerOnly returns an error if others than its owner can read or write a file. Windows has no such
// modes.
func OwnerOnly(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return texts.Errorf("others than its owner can read it (mode %04o); run: chmod 600 %s", mode, path)
	}
	return nil
}

// WhileBusy calls do again for as long as it returns SQLITE_BUSY, at most for the time patience.
// Two processes that switch a new database to WAL at the same time need it: there SQLite does not
// heed busy_timeout.
func WhileBusy(ctx context.Context, patience time.Duration, do func() error) error {
	for until := time.Now().Add(patience); ; {
		err := do()
		if Code(err) != Busy || time.Now().After(until) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}
