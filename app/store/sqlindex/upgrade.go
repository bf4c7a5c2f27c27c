package sqlindex

import (
	"context"
	"errors"
	"time"

	"github.com/wxup/wxup/server"
)

// An index from before lists and bytes had rows of their own (0005_rows.sql) is served at once, and
// brought up to date meanwhile: what was recorded before is moved in pieces, each in a transaction,
// so that it can be interrupted anywhere and several servers may do it. Until that is done the
// lists end where it has come to.

// upgrading is the setting that says how far it is: the place in media, once all exchanges are
// moved. There is none when all is done.
const upgrading = "upgrading"

// upgradeAtOnce is how many rows are moved in one change, during which SQLite makes no other.
const upgradeAtOnce = 100

// Upgrade brings an index up to date. It pauses after each piece for as long as that took, for
// others.
func (ix *Index) Upgrade(ctx context.Context, progress func(table string, rows int64)) error {
	ctx = unhurried(ctx)
	total := int64(0)
	for {
		begun := time.Now()
		table, n, err := ix.upgradePiece(ctx)
		if err != nil {
			return doing("upgrade the index", err)
		}
		if table == "" {
			return nil
		}
		if total += n; progress != nil {
			progress(table, total)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Since(begun)):
		}
	}
}

// KeepsAll reports whether the index is from before exchanges were forgotten by default: then it
// keeps them until its operator says how long.
func (ix *Index) KeepsAll(ctx context.Context) (bool, error) {
	_, err := ix.Setting(ctx, "keeps records")
	if errors.Is(err, server.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// upgradePiece moves some rows, and gives their table; "" if all is done.
func (ix *Index) upgradePiece(ctx context.Context) (table string, rows int64, err error) {
	at, err := ix.Setting(ctx, upgrading)
	if errors.Is(err, server.ErrNotFound) {
		return "", 0, nil
	}
	if err != nil {
		return "", 0, err
	}
	if at == "" {
		if rows, err = ix.upgradeExchanges(ctx); err != nil || rows > 0 {
			return "exchange", rows, err
		}
		at = Cursor{Time: time.UnixMicro(1)}.String()
	}
	rows, err = ix.upgradeMedia(ctx, at)
	return "media", rows, err
}

// upgradeExchanges moves the newest ones that are left.
func (ix *Index) upgradeExchanges(ctx context.Context) (int64, error) {
	first, err := place(ctx, ix, `SELECT at, id FROM exchange_old ORDER BY at DESC, id DESC LIMIT 1 OFFSET $1`, upgradeAtOnce-1)
	if err != nil {
		return 0, err
	}
	if first == (Cursor{}) {
		first.Time = moment(-1 << 62)
	}
	these := []any{micros(first.Time), first.ID}
	move := func(table, columns string) statement {
		return statement{`INSERT INTO ` + table + ` (` + columns + `) SELECT ` + columns + ` FROM exchange_old
			WHERE (at, id) >= ($1, $2) ON CONFLICT (id) DO NOTHING`, these}
	}
	n, err := ix.db.change(ctx, []statement{
		move("exchange", listedList), move("exchange_body", bodyList), {`DELETE FROM exchange_old WHERE (at, id) >= ($1, $2)`, these},
	})
	if err != nil {
		return 0, err
	}
	return n[2], nil
}

// upgradeMedia gives rows to the bytes of the media after a place, and notes the place that
// follows.
func (ix *Index) upgradeMedia(ctx context.Context, at string) (int64, error) {
	after, err := ParseCursor(at)
	if err != nil {
		return 0, err
	}
	last, err := place(ctx, ix, `SELECT created, id FROM media WHERE (created, id) > ($2, $3) ORDER BY created, id LIMIT 1 OFFSET $1`,
		10*upgradeAtOnce-1, micros(after.Time), after.ID)
	if err != nil {
		return 0, err
	}
	note := putSetting(upgrading, last.String())
	if last == (Cursor{}) {
		last.Time, note = moment(1<<62), stmt(`DELETE FROM setting WHERE name = $1`, upgrading)
	}
	n, err := ix.db.change(ctx, []statement{
		stmt(`INSERT INTO blob (sha256, size, state, since) SELECT sha256, MAX(size), 'live', MAX(created) FROM media
			WHERE (created, id) > ($1, $2) AND (created, id) <= ($3, $4) GROUP BY sha256 ORDER BY sha256
			ON CONFLICT (sha256) DO NOTHING`,
			micros(after.Time), after.ID, micros(last.Time), last.ID), note,
	})
	if err != nil {
		return 0, err
	}
	return n[0], nil
}
