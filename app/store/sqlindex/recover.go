package sqlindex

import (
	"context"
	"errors"
	"fmt"

	"github.com/wxup/wxup/app/internal/pagecache"
	"github.com/wxup/wxup/app/store/sqlitefile"
	"github.com/wxup/wxup/server"
)

// Failed returns why the index makes no changes any more: its disk has failed to keep one. It is
// nil as long as changes are made.
func (ix *Index) Failed() error { return ix.db.failed() }

// Recover makes changes again after [Index.Failed], if nothing that was acknowledged was lost: it
// opens the database anew, reads it past the page cache and checks it, looks for the exchanges that
// were acknowledged last, and calls check with each, which is to look for its file. Otherwise the
// index stays as it is, and the error says why. Lookups fail while this lasts.
func (ix *Index) Recover(ctx context.Context, check func(context.Context, *server.Exchange) error) error {
	if ix.Failed() == nil {
		return nil
	}
	err := ix.db.recover(unhurried(ctx), func(ctx context.Context, ids []string) error {
		for _, id := range ids {
			e, err := ix.Exchange(ctx, unescape(id))
			if errors.Is(err, server.ErrNotFound) {
				return texts.Errorf("exchange %s was acknowledged and is not there any more; restore the index from a backup", id)
			}
			if err == nil {
				err = check(ctx, e)
			}
			if err != nil {
				return fmt.Errorf("exchange %s: %w", id, err)
			}
		}
		return nil
	})
	return doing("recover from a failed disk", err)
}

func (e *sqliteEngine) recover(ctx context.Context, check func(context.Context, []string) error) error {
	old := e.file.Load()
	// Only when nobody has the file open does SQLite read its log from the disk, and not from the
	// memory that it shares with others.
	old.close()
	if err := errors.Join(pagecache.DropFile(e.path), pagecache.DropFile(e.path+"-wal")); err != nil {
		return texts.Errorf("what the disk holds cannot be told from what it was to hold (%w); restart when the disk is repaired", err)
	}
	if err := quickCheck(ctx, e.path); err != nil {
		return err
	}
	file, err := openSQLiteFile(ctx, e.path)
	if err != nil {
		return explainSQLite(err, e.path)
	}
	fault := old.write.failed()
	file.write.fault.Store(&fault)                 // until it is checked
	file.write.recent.last = old.write.recent.last // nobody adds to them any more
	e.file.Store(file)
	if err := check(ctx, file.write.recent.list()); err != nil {
		return err
	}
	file.write.fault.Store(nil)
	_, err = e.change(ctx, []statement{stmt(`UPDATE schema_version SET applied = applied`)})
	return err
}

// quickCheck checks a file that no other process may have open.
func quickCheck(ctx context.Context, path string) error {
	db, err := openSQLite(path, 1, append([]string{"_pragma=locking_mode(exclusive)"}, writing...)...)
	if err != nil {
		return err
	}
	defer db.Close()
	said := "ok"
	_, err = db.ExecContext(ctx, `BEGIN IMMEDIATE`) // which takes the lock, and changes nothing
	if err == nil {
		err = db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&said)
	}
	switch {
	case sqlitefile.Code(err) == sqlitefile.Busy:
		return texts.Errorf("another process has the index open; it is opened anew when that has ended")
	case err != nil:
		return explainSQLite(err, path)
	case said != "ok":
		return texts.Errorf("the index is damaged (%s); restore it from a backup", said)
	}
	return nil
}

// The server of PostgreSQL stops by itself when its disk fails, and reads its log anew.

func (e *postgresEngine) failed() error { return nil }

func (e *postgresEngine) recover(context.Context, func(context.Context, []string) error) error {
	return nil
}
