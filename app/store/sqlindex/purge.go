package sqlindex

import (
	"context"
	"fmt"
	"math"
	"time"
)

// clockMargin is how far the clocks of servers that share an index may be apart: what is over by
// one clock is kept that much longer, for the others.
const clockMargin = time.Minute

// deadTokensStay is how long a token is remembered after its end, so that who still shows it is
// told that it has expired and not that it never was.
const deadTokensStay = 7 * 24 * time.Hour

// purgeAtOnce bounds what is deleted in one change, so that uploads come between.
const purgeAtOnce = 500

// Purge forgets what has no use any more: nonces a minute past their time, quota windows that are
// over as long, tokens dead for 7 days. The newest token of a line stays, because the next one is
// numbered after it. Call it about every minute; several servers may at once.
func (ix *Index) Purge(ctx context.Context, now time.Time) error {
	at := micros(now.Add(-clockMargin))
	// The condition stands twice, because a nonce may be spent anew between being found and being
	// deleted.
	if err := ix.deleteAll(ctx, `DELETE FROM nonce WHERE expires <= $2 AND (account, value) IN
		(SELECT account, value FROM nonce WHERE expires <= $2 ORDER BY expires LIMIT $1)`, at); err != nil {
		return doing("purge nonces", err)
	}
	if err := ix.deleteAll(ctx, `DELETE FROM quota WHERE (name, start, ends) IN
		(SELECT name, start, ends FROM quota WHERE ends <= $2 ORDER BY ends LIMIT $1)`, at); err != nil {
		return doing("purge quotas", err)
	}
	for _, column := range []string{"expires", "retired"} {
		if err := ix.deleteAll(ctx, `DELETE FROM token WHERE value IN
			(SELECT value FROM token t WHERE `+column+` > 0 AND `+column+` <= $2 AND EXISTS
				(SELECT 1 FROM token n WHERE n.kind = t.kind AND n.subject = t.subject AND n.component = t.component AND n.seq > t.seq)
			 ORDER BY `+column+` LIMIT $1)`, micros(now.Add(-deadTokensStay))); err != nil {
			return doing("purge tokens", err)
		}
	}
	return nil
}

// Old selects the exchanges that [Index.DropExchanges] deletes and [Index.CountExchanges] counts.
// All conditions must hold.
type Old struct {
	Before  time.Time // older than this; at least an hour ago, so that every nonce they spent has expired
	Account string    // of this account; "" is any
	Keep    int       // how many of the newest to keep, of the account if one is given
}

// DropExchanges deletes old exchanges and returns their number. Their media stays.
func (ix *Index) DropExchanges(ctx context.Context, old Old) (int64, error) {
	ctx = unhurried(ctx)
	where, args, err := ix.oldExchanges(ctx, old)
	if err != nil || where == "" {
		return 0, doing("drop exchanges", err)
	}
	n, err := ix.dropExchanges(ctx, where, args)
	return n, doing("drop exchanges", err)
}

// dropExchanges goes piece by piece. A body goes before the exchange by which it is found.
func (ix *Index) dropExchanges(ctx context.Context, where string, args []any) (total int64, err error) {
	for {
		last, err := place(ctx, ix, `SELECT at, id FROM exchange WHERE `+where+` ORDER BY at, id LIMIT 1 OFFSET $1`, append([]any{purgeAtOnce - 1}, args...)...)
		if err != nil {
			return total, err
		}
		ended := last == (Cursor{})
		if ended {
			last = Cursor{Time: moment(math.MaxInt64)}
		}
		piece := append(append([]any{micros(last.Time)}, args...), last.ID)
		these := fmt.Sprintf(`%s AND (at, id) <= ($1, $%d)`, where, len(piece))
		n, err := ix.db.change(ctx, []statement{
			{`DELETE FROM exchange_body WHERE id IN (SELECT id FROM exchange WHERE ` + these + `)`, piece},
			{`DELETE FROM exchange WHERE ` + these, piece},
		})
		if err != nil {
			return total, err
		}
		if total += n[1]; ended {
			return total, nil
		}
	}
}

// oldExchanges is the condition of old exchanges on $2 and so on; "" if there are none.
func (ix *Index) oldExchanges(ctx context.Context, old Old) (where string, args []any, err error) {
	of, args := ``, []any{}
	if old.Account != "" {
		of, args = ` AND account = $4`, []any{key(old.Account)}
	}
	until := Cursor{Time: old.Before}
	if old.Keep > 0 {
		all, at := ``, []any{old.Keep - 1}
		if old.Account != "" {
			all, at = `WHERE account = $2 `, append(at, args...)
		}
		oldest, err := place(ctx, ix, `SELECT at, id FROM exchange `+all+`ORDER BY at DESC, id DESC LIMIT 1 OFFSET $1`, at...)
		if err != nil || oldest == (Cursor{}) {
			return "", nil, err
		}
		if oldest.Time.Before(until.Time) {
			until = oldest
		}
	}
	return `(at, id) < ($2, $3)` + of, append([]any{micros(until.Time), until.ID}, args...), nil
}

// seenMargin is how far back the time may be at least of what DropMedia forgets: that a file was
// uploaded again is noted once a day.
const seenMargin = 48 * time.Hour

// DropMedia forgets the media of files that were last uploaded before a time, which is to be 48
// hours ago or longer, of an account or, if that is "", of all. Their bytes are then wanted by
// nobody, if nobody else has uploaded the same. It gives the number; with dryRun nothing is
// forgotten.
func (ix *Index) DropMedia(ctx context.Context, before time.Time, account string, dryRun bool) (n int64, err error) {
	if time.Since(before) < seenMargin {
		return 0, fmt.Errorf("drop media: %s is less than %s ago", before.Format(time.DateTime), seenMargin)
	}
	ctx = unhurried(ctx)
	var args []any
	of := func(int) string { return `` }
	if account != "" {
		args = []any{key(account)}
		of = func(n int) string { return fmt.Sprintf(` AND account = $%d`, n) }
	}
	if dryRun {
		n, err := ix.count(ctx, `media`, `created < $2 AND seen < $2`+of(3), append([]any{micros(before)}, args...))
		return n, doing("drop media", err)
	}
	// Piece by piece, in the order in which they were made: many of the old ones may still be
	// wanted.
	for after, ended := (Cursor{}), false; !ended; {
		at := append([]any{int64(purgeAtOnce), micros(after.Time), after.ID, micros(before), ""}, args...)
		last, err := place(ctx, ix, `SELECT created, id FROM media WHERE (created, id) > ($2, $3) AND (created, id) < ($4, $5)`+of(6)+` ORDER BY created, id LIMIT 1 OFFSET $1`, at...)
		if err != nil {
			return n, doing("drop media", err)
		}
		if ended = last == (Cursor{}); ended {
			last = Cursor{Time: before}
		}
		piece := append([]any{micros(before), micros(after.Time), after.ID, micros(last.Time), last.ID}, args...)
		old := `(created, id) > ($2, $3) AND (created, id) <= ($4, $5) AND created < $1 AND seen < $1` + of(6)
		dropped, err := ix.db.change(ctx, []statement{
			{doomOf(old, len(piece)+1), append(piece[:len(piece):len(piece)], micros(time.Now()))},
			{`DELETE FROM media WHERE ` + old, piece},
		})
		if err != nil {
			return n, doing("drop media", err)
		}
		n += dropped[1]
		after = last
	}
	return n, nil
}

// DropEndedMedia forgets the media whose ids have ended by 48 hours or longer. The condition stands
// twice, because a file may be uploaded again between being found and being deleted.
func (ix *Index) DropEndedMedia(ctx context.Context, now time.Time, dryRun bool) (n int64, err error) {
	const ended = `expires > 0 AND expires < $2`
	ctx = unhurried(ctx)
	until := micros(now.Add(-seenMargin))
	if dryRun {
		n, err = ix.count(ctx, `media`, ended, []any{until})
	} else {
		n, err = ix.dropEnded(ctx, ended+` AND id IN (SELECT id FROM media WHERE `+ended+` ORDER BY expires LIMIT $1)`, until)
	}
	return n, doing("drop media", err)
}

func (ix *Index) dropEnded(ctx context.Context, ended string, until int64) (total int64, err error) {
	for {
		n, err := ix.db.change(ctx, []statement{
			stmt(doomOf(ended, 3), purgeAtOnce, until, micros(time.Now())), stmt(`DELETE FROM media WHERE `+ended, purgeAtOnce, until),
		})
		if err != nil {
			return total, err
		}
		if total += n[1]; n[1] < purgeAtOnce {
			return total, nil
		}
	}
}

// DropTombstones forgets bytes that were deleted a day ago.
func (ix *Index) DropTombstones(ctx context.Context, now time.Time) error {
	err := ix.deleteAll(ctx, `DELETE FROM blob WHERE state = 'gone' AND sha256 IN
		(SELECT sha256 FROM blob WHERE state <> 'live' AND state = 'gone' AND since < $2 ORDER BY since, sha256 LIMIT $1)`,
		micros(now.Add(-tombstoneStays)))
	return doing("drop tombstones", err)
}

// CountExchanges is how many [Index.DropExchanges] would forget.
func (ix *Index) CountExchanges(ctx context.Context, old Old) (int64, error) {
	ctx = unhurried(ctx)
	where, args, err := ix.oldExchanges(ctx, old)
	if err != nil || where == "" {
		return 0, doing("count exchanges", err)
	}
	return ix.count(ctx, `exchange`, where, args)
}

// count counts the rows of a condition on $2 and so on.
func (ix *Index) count(ctx context.Context, table, where string, args []any) (int64, error) {
	return value[int64](ctx, ix, "count "+table, `SELECT COUNT(*) FROM (SELECT id FROM `+table+` WHERE `+where+` LIMIT $1) AS old`, append([]any{int64(math.MaxInt64)}, args...)...)
}

// place is the place of the row that a query finds; the zero Cursor if there is none.
func place(ctx context.Context, ix *Index, query string, args ...any) (c Cursor, err error) {
	err = ix.db.read(ctx, query, args, func(row scanner) error {
		var at int64
		err := row.Scan(&at, &c.ID)
		c.Time = moment(at)
		return err
	})
	return c, err
}

// deleteAll repeats a deletion of at most $1 rows until there are none left.
func (ix *Index) deleteAll(ctx context.Context, query string, args ...any) error {
	for {
		n, err := ix.db.change(ctx, []statement{{query, append([]any{int64(purgeAtOnce)}, args...)}})
		if err != nil || n[0] < purgeAtOnce {
			return err
		}
	}
}
