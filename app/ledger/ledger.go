// Package ledger records uploads on disk: a [wxup.Ledger] in one SQLite file.
//
//	led, err := ledger.Open(ctx, path)
//	defer led.Close()
//	client.Ledger = led
//
// Several processes may open the same file. An entry survives the end of the process at any moment.
// A power cut may lose the last few entries; their files are uploaded again, which does no harm.
//
// A file is identified by the SHA-256 of its content, computed each time. Size and modification
// time would be cheaper, but miss a file that changes twice within one tick of the file system's
// clock.
//
// The ledger holds the ids and URLs of uploads, but no keys. Only its owner can read it.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/store/sqlitefile"
	"github.com/wxup/wxup/media"
)

// ErrUnwritable is wrapped by errors of [Open] if the file or its directory cannot be written.
var ErrUnwritable = texts.Errorf("it cannot be written")

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
	application = 0x77787570 // "wxup", the application_id in the file header
	version     = 1          // of the table, the user_version in the file header
	maxEntries  = 1_000_000  // the oldest are deleted
	busyTime    = 10 * time.Second
)

// DefaultPath returns the path of the ledger in the user's cache directory, or "" if the system has
// no such place.
func DefaultPath() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "wxup", "ledger.db")
}

// Open opens the ledger in a file. It creates the file and its directory if they do not exist.
func Open(ctx context.Context, path string) (*Ledger, error) {
	l, err := open(ctx, path)
	if err != nil {
		return nil, texts.Errorf("open the ledger %s: %w", path, explained(err))
	}
	return l, nil
}

func open(ctx context.Context, path string) (*Ledger, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	err = os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = sqlitefile.Create(path)
	}
	if err != nil {
		return nil, texts.Errorf("%w: %w", ErrUnwritable, err)
	}
	// One connection: an entry takes about 50 µs, so waiting costs less than more connections.
	db, err := sqlitefile.Open(path, 1, "_txlock=immediate", fmt.Sprintf("_pragma=busy_timeout(%d)", busyTime.Milliseconds()),
		"_pragma=synchronous(NORMAL)")
	if err != nil {
		return nil, err
	}
	l := &Ledger{db: db, now: time.Now}
	if err := l.prepare(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return l, nil
}

// prepare checks that the file is a ledger, creates its table and prepares the statements.
func (l *Ledger) prepare(ctx context.Context) error {
	err := sqlitefile.WhileBusy(ctx, busyTime, func() error { return l.migrate(ctx) })
	if err != nil {
		return err
	}
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
	expires     INTEGER NOT NULL, -- Unix seconds, 0 for never
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
		return texts.Errorf("a newer wxup wrote it (version %d, this one knows %d): use that wxup, or another file with --ledger", user, version)
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

// forget deletes expired entries, and the oldest ones above maxEntries.
func forget(ctx context.Context, tx *sql.Tx, now time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM upload WHERE expires BETWEEN 1 AND $1 OR id <= (SELECT max(id) FROM upload) - $2`, now.Unix(), maxEntries)
	return err
}

var errForeign = texts.Errorf("it is a database of another program: name another file with --ledger")

// explained adds to an error of SQLite what the user can do about it.
func explained(err error) error {
	switch sqlitefile.Code(err) {
	case sqlitefile.NotADB:
		return texts.Errorf("it is not a ledger: name another file with --ledger, or remove this one (%w)", err)
	case sqlitefile.Corrupt:
		return texts.Errorf("it is damaged: remove it, which uploads the files once more, or name another file with --ledger (%w)", err)
	case sqlitefile.ReadOnly, sqlitefile.CantOpen, sqlitefile.Full:
		return texts.Errorf("%w: %w", ErrUnwritable, err)
	case sqlitefile.Busy:
		return texts.Errorf("another program keeps it locked (%w)", err)
	}
	return err
}

const recallSQL = `SELECT url, media_id, name, format, size, sent_sha256, request_id, fitted, expires FROM upload
	WHERE sha256 = $1 AND endpoint = $2 AND account = $3 AND server = $4 AND fit = $5 AND fields = $6 AND (expires = 0 OR expires > $7)`

// Recall returns the result of an earlier upload, or nil if there is none or it has expired. The
// Client decides whether enough time is left to use it.
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
		return nil, texts.Errorf("read the ledger: %w", explained(err))
	}
	res.Format = media.Format(format)
	if fitted != "" {
		res.Change = change(fitted)
	}
	if expires != 0 {
		res.Expires = time.Unix(expires, 0).UTC()
	}
	return res, nil
}

// change is the description of what fitting changed, as it was recorded.
type change string

func (c change) String() string { return string(c) }

const rememberSQL = `INSERT INTO upload (sha256, endpoint, account, server, fit, fields,
		url, media_id, name, format, size, sent_sha256, request_id, fitted, made, expires)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
	ON CONFLICT DO UPDATE SET url = excluded.url, media_id = excluded.media_id, name = excluded.name, format = excluded.format,
		size = excluded.size, sent_sha256 = excluded.sent_sha256, request_id = excluded.request_id, fitted = excluded.fitted,
		made = excluded.made, expires = excluded.expires`

// Remember records the result of an upload. It does so even if the context has ended, because the
// upload took place.
func (l *Ledger) Remember(ctx context.Context, key wxup.LedgerKey, res *wxup.Result) error {
	var fitted string
	if res.Change != nil {
		fitted = res.Change.String()
	}
	var expires int64
	if !res.Expires.IsZero() {
		expires = max(res.Expires.Unix(), 1)
	}
	_, err := l.remember.ExecContext(context.WithoutCancel(ctx), key.SHA256, key.Endpoint, key.Account, key.Server, key.Fit, key.Fields,
		res.URL, res.MediaID, res.Name, string(res.Format), res.Size, res.SHA256, res.RequestID, fitted, l.now().Unix(), expires)
	if err != nil {
		return texts.Errorf("write the ledger: %w", explained(err))
	}
	return nil
}

// Close closes the file.
func (l *Ledger) Close() error {
	l.closing.Do(func() { l.closed = errors.Join(l.recall.Close(), l.remember.Close(), l.db.Close()) })
	return l.closed
}
