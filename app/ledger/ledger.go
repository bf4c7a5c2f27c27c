// Package ledger remembers on disk what has been uploaded: a [wxup.Ledger] in one SQLite file.
//
//	led, err := ledger.Open(ctx, path)
//	defer led.Close()
//	client.Ledger = led
//
// Several processes may have the same file open. What was remembered survives the end of the process at any moment; a
// loss of power may take the last few entries, whose files are then uploaded again, which does no harm.
//
// A file is known by its SHA-256 as it lies there, read anew each time. A note of size and time of change would save
// reading, and be wrong for a file that was changed twice within one tick of the file system's clock.
//
// The file holds ids and addresses of what was uploaded, and no keys; only its owner can read it.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite" // and the driver of this name

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
)

// ErrUnwritable is in the error of Open when there is no place to write: whoever can do without a ledger goes on.
var ErrUnwritable = errors.New("it cannot be written")

// Ledger is a [wxup.Ledger]. Make it with [Open].
type Ledger struct {
	db       *sql.DB
	recall   *sql.Stmt
	remember *sql.Stmt

	closing sync.Once
	closed  error

	now func() time.Time
}

var _ wxup.Ledger = (*Ledger)(nil)

const (
	application = 0x77787570 // "wxup": the application_id in the file's head
	version     = 1          // of the table, its user_version
	most        = 1_000_000  // entries; the oldest are forgotten
	busyTime    = 10 * time.Second
)

// What SQLite says, in the lowest byte of its codes.
const (
	sqliteBusy     = 5
	sqliteReadonly = 8
	sqliteCorrupt  = 11
	sqliteFull     = 13
	sqliteCantOpen = 14
	sqliteNotADB   = 26
)

// Open opens the ledger in a file, and makes file and directory if they are not there.
func Open(ctx context.Context, path string) (*Ledger, error) {
	l, err := open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open the ledger %s: %w", path, explained(err))
	}
	return l, nil
}

func open(ctx context.Context, path string) (*Ledger, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := makePrivate(path); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnwritable, err)
	}
	u := url.URL{Scheme: "file", Path: slashPath(path), RawQuery: strings.Join([]string{
		"_txlock=immediate",
		fmt.Sprintf("_pragma=busy_timeout(%d)", busyTime.Milliseconds()),
		"_pragma=synchronous(NORMAL)",
	}, "&")}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // an entry takes some 50 µs: waiting for each other is cheaper than more connections
	l := &Ledger{db: db, now: time.Now}
	if err := l.prepare(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return l, nil
}

// slashPath is a path as it stands in a file: URL; C:\x is /C:/x.
func slashPath(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return path
}

// makePrivate makes directory and file so that only their owner can read them. SQLite gives the files beside it the same
// mode.
func makePrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// prepare looks at whose file it is and makes the table. Where two processes do so at once for a new file, SQLite does
// not wait for the switch to WAL but fails; then it is tried again.
func (l *Ledger) prepare(ctx context.Context) error {
	for begun := time.Now(); ; {
		err := l.migrate(ctx)
		if code(err) != sqliteBusy || time.Since(begun) > busyTime {
			if err != nil {
				return err
			}
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	var err error
	if l.recall, err = l.db.PrepareContext(ctx, recallSQL); err != nil {
		return err
	}
	l.remember, err = l.db.PrepareContext(ctx, rememberSQL)
	return err
}

const table = `CREATE TABLE upload (
	id       INTEGER PRIMARY KEY,
	server   TEXT NOT NULL,
	account  TEXT NOT NULL,
	endpoint TEXT NOT NULL,
	sha256   TEXT NOT NULL, -- of the file
	fit      TEXT NOT NULL,
	fields   TEXT NOT NULL,
	url         TEXT NOT NULL,
	media_id    TEXT NOT NULL,
	name        TEXT NOT NULL,
	format      TEXT NOT NULL,
	size        INTEGER NOT NULL,
	sent_sha256 TEXT NOT NULL,
	request_id  TEXT NOT NULL,
	fitted      TEXT NOT NULL,
	made        INTEGER NOT NULL, -- Unix seconds
	expires     INTEGER NOT NULL, -- the same; 0 is never
	UNIQUE (sha256, endpoint, account, server, fit, fields)
)`

func (l *Ledger) migrate(ctx context.Context) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var app, user, tables int64
	if err := errors.Join(tx.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&app), tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&user),
		tx.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&tables)); err != nil {
		return err
	}
	switch {
	case app == 0 && user == 0 && tables == 0: // new
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("%s; PRAGMA application_id = %d; PRAGMA user_version = %d", table, application, version)); err != nil {
			return err
		}
	case app != application:
		return errForeign
	case user > version:
		return fmt.Errorf("a newer wxup has written it (version %d, this one knows %d): use that wxup, or another file with --ledger", user, version)
	default:
		if err := forget(ctx, tx, l.now()); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = l.db.ExecContext(ctx, `PRAGMA journal_mode = WAL`)
	return err
}

// forget drops what has ended, and the oldest of what is too much.
func forget(ctx context.Context, tx *sql.Tx, now time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM upload WHERE expires BETWEEN 1 AND $1 OR id <= (SELECT max(id) FROM upload) - $2`, now.Unix(), most)
	return err
}

var errForeign = errors.New("it is a database of another program: name another file with --ledger")

// explained says what to do about what SQLite says.
func explained(err error) error {
	switch code(err) {
	case sqliteNotADB:
		return fmt.Errorf("it is no ledger: name another file with --ledger, or remove this one (%w)", err)
	case sqliteCorrupt:
		return fmt.Errorf("it is damaged: remove it, and the files are uploaded once more; or name another with --ledger (%w)", err)
	case sqliteReadonly, sqliteCantOpen, sqliteFull:
		return fmt.Errorf("%w: %w", ErrUnwritable, err)
	case sqliteBusy:
		return fmt.Errorf("another program keeps it locked (%w)", err)
	}
	return err
}

func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

const recallSQL = `SELECT url, media_id, name, format, size, sent_sha256, request_id, fitted, expires FROM upload
	WHERE sha256 = $1 AND endpoint = $2 AND account = $3 AND server = $4 AND fit = $5 AND fields = $6 AND (expires = 0 OR expires > $7)`

// Recall gives what an upload has brought; (nil, nil) if it is not known, or has ended. Whether there is time enough left
// to use it is for the Client to say.
func (l *Ledger) Recall(ctx context.Context, key wxup.LedgerKey) (*wxup.Result, error) {
	res := &wxup.Result{Endpoint: key.Endpoint}
	var format, fitted string
	var expires int64
	err := l.recall.QueryRowContext(ctx, key.SHA256, key.Endpoint, key.Account, key.Server, key.Fit, key.Fields, l.now().Unix()).
		Scan(&res.URL, &res.MediaID, &res.Name, &format, &res.Size, &res.SHA256, &res.RequestID, &fitted, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look into the ledger: %w", explained(err))
	}
	res.Format = media.Format(format)
	if fitted != "" {
		res.Fitted = change(fitted)
	}
	if expires != 0 {
		res.Expires = time.Unix(expires, 0).UTC()
	}
	return res, nil
}

// change is what a file was changed into, as it was said then.
type change string

func (c change) String() string { return string(c) }

const rememberSQL = `INSERT INTO upload (sha256, endpoint, account, server, fit, fields,
		url, media_id, name, format, size, sent_sha256, request_id, fitted, made, expires)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
	ON CONFLICT DO UPDATE SET url = excluded.url, media_id = excluded.media_id, name = excluded.name, format = excluded.format,
		size = excluded.size, sent_sha256 = excluded.sent_sha256, request_id = excluded.request_id, fitted = excluded.fitted,
		made = excluded.made, expires = excluded.expires`

// Remember keeps what an upload has brought. It does so even if the context has ended: the upload has happened.
func (l *Ledger) Remember(ctx context.Context, key wxup.LedgerKey, res *wxup.Result) error {
	var fitted string
	if res.Fitted != nil {
		fitted = res.Fitted.String()
	}
	var expires int64
	if !res.Expires.IsZero() {
		expires = max(res.Expires.Unix(), 1)
	}
	_, err := l.remember.ExecContext(context.WithoutCancel(ctx), key.SHA256, key.Endpoint, key.Account, key.Server, key.Fit, key.Fields,
		res.URL, res.MediaID, res.Name, string(res.Format), res.Size, res.SHA256, res.RequestID, fitted, l.now().Unix(), expires)
	if err != nil {
		return fmt.Errorf("write into the ledger: %w", explained(err))
	}
	return nil
}

// Close closes the file.
func (l *Ledger) Close() error {
	l.closing.Do(func() { l.closed = errors.Join(l.recall.Close(), l.remember.Close(), l.db.Close()) })
	return l.closed
}
