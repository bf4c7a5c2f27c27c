package sqlindex

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
)

// A blob's bytes have a row here, which is the lock between those who keep them and those who
// delete them: nobody deletes bytes but by its row, and nobody acknowledges an upload but by it.
//
//	live      some media has them, or had
//	doomed    nothing is to have them any more: they are deleted later, unless something has by then
//	deleting  a DELETE is on its way; since is the number of the claim, and the time when it was
//	          made
//	gone      they were deleted; a tombstone for a day
//
// Bytes are kept before they are recorded, so what Record finds may be newer than what was kept:
//
//	no row, live, doomed   the bytes are there, and nobody is deleting them: live
//	gone                   they may have been kept before they were deleted. Record says so, the
//	                       server keeps them again and records again; if the tombstone is the one
//	                       that was seen, they are there: live
//	deleting               the same, until the row says gone. A collector that dies leaves it as it
//	                       is; but a DELETE that does not arrive within [store.Lease] does not
//	                       arrive at all. So when the same claim was watched for as long, and the
//	                       bytes were kept after that: live
//
// A tombstone outlives every upload that began before it, so that "no row" means that nothing was
// deleted since. The test TestModel in package store goes through all interleavings of this.

const (
	isLive = `EXISTS (SELECT 1 FROM blob WHERE sha256 = $%d AND state = 'live')`

	tombstoneStays = 24 * time.Hour
)

// claimLive makes bytes live. It counts one row, and holds a lock on it, so that until the change
// is made nobody can doom the bytes; or none if they must be kept again.
func (ix *Index) claimLive(m *server.Media) statement {
	state, since := "", int64(0)
	if w := parseWatch(m.Seen); w.state == gone || w.over {
		state, since = w.state, w.since
	}
	return stmt(ix.db.claimText(), m.SHA256, m.Size, micros(m.Created), state, since)
}

// makeLive makes bytes $1 of $2 bytes live, as of $3, if a condition holds and their row lets it.
func makeLive(when string) string {
	return `INSERT INTO blob (sha256, size, state, since) SELECT $1, $2, 'live', $3 WHERE ` + when + `
		ON CONFLICT (sha256) DO UPDATE SET state = 'live'
		WHERE blob.state IN ('live', 'doomed') OR blob.state = $4 AND blob.since = $5`
}

const (
	deleting = "deleting"
	gone     = "gone"
)

// watch is what an upload knows of the row that kept it from being recorded. It is the text in
// [server.Media.Seen] from one Record to the next.
type watch struct {
	state string // deleting or gone
	since int64
	first time.Duration // when it was seen first, by this process's clock
	over  bool          // the lease was over before the bytes were kept again
}

func (w watch) String() string {
	return fmt.Sprint(w.state, " ", w.since, " ", int64(w.first), " ", w.over)
}

func parseWatch(s string) (w watch) {
	f := strings.Fields(s)
	if len(f) != 4 {
		return watch{}
	}
	w.state, w.over = f[0], f[3] == "true"
	w.since, _ = strconv.ParseInt(f[1], 10, 64)
	first, _ := strconv.ParseInt(f[2], 10, 64)
	w.first = time.Duration(first)
	return w
}

// started is where the clock of watches begins.
var started = time.Now()

// keepAgain notes in m what the row of its bytes says, and gives [server.ErrKeepAgain].
func (ix *Index) keepAgain(ctx context.Context, m *server.Media) error {
	before, now := parseWatch(m.Seen), time.Since(started)
	m.Seen = ""
	err := ix.db.read(ctx, `SELECT state, since FROM blob WHERE sha256 = $1`, []any{m.SHA256}, func(row scanner) error {
		w := watch{first: now}
		if err := row.Scan(&w.state, &w.since); err != nil {
			return err
		}
		if w.state == before.state && w.since == before.since {
			w.first = before.first
			w.over = now-before.first >= store.Lease
		}
		m.Seen = w.String()
		return nil
	})
	if err != nil {
		return err
	}
	return server.ErrKeepAgain
}

// doomUnrecorded gives a row to bytes that no media will have, unless they have one.
func doomUnrecorded(sha256 string, size, now int64) statement {
	return stmt(`INSERT INTO blob (sha256, size, state, since) VALUES ($1, $2, 'doomed', $3) ON CONFLICT (sha256) DO NOTHING`, sha256, size, now)
}

// Doom is for bytes that something has let go of: they are deleted later, unless there is media
// that has them.
func (ix *Index) Doom(ctx context.Context, sha256 string, now time.Time) error {
	return doing("doom bytes", ix.do(ctx, nil, stmt(
		`UPDATE blob SET state = 'doomed', since = $2 WHERE sha256 = $1 AND state = 'live'`, sha256, micros(now))))
}

// doomOf dooms the bytes of the media that a condition takes, which is deleted in the same change.
// If other media has them, they are found to be wanted before they are deleted. now is the number
// of the argument that is the time.
func doomOf(condition string, now int) string {
	return fmt.Sprintf(`INSERT INTO blob (sha256, size, state, since)
		SELECT sha256, MAX(size), 'doomed', CAST($%d AS BIGINT) FROM media WHERE %s GROUP BY sha256
		ON CONFLICT (sha256) DO UPDATE SET state = 'doomed', since = excluded.since WHERE blob.state = 'live'`, now, condition)
}

// Unwanted lists bytes to be deleted, at most limit, the longest unwanted first: those that are in
// one of the states doomed and deleting since before a time.
func (ix *Index) Unwanted(ctx context.Context, state string, before time.Time, after store.Row, limit int) ([]store.Row, error) {
	list, err := all(ctx, ix, func(row scanner) (r store.Row, err error) {
		return r, row.Scan(&r.SHA256, &r.Size, &r.State, &r.Since)
	}, `SELECT sha256, size, state, since FROM blob WHERE state <> 'live' AND state = $1 AND since < $2 AND (since, sha256) > ($3, $4)
		ORDER BY since, sha256 LIMIT $5`, state, micros(before), after.Since, after.SHA256, limit)
	return list, doing("list unwanted bytes", err)
}

// Claim implements [store.Rows]. Media that has the bytes by now keeps them.
func (ix *Index) Claim(ctx context.Context, row store.Row, now time.Time) (int64, error) {
	claim := max(micros(now), row.Since+1)
	n, err := ix.db.change(ctx, []statement{
		stmt(`UPDATE blob SET state = 'live' WHERE sha256 = $1 AND state = 'doomed' AND EXISTS (SELECT 1 FROM media WHERE sha256 = $1)`, row.SHA256),
		stmt(`UPDATE blob SET state = 'deleting', since = $4 WHERE sha256 = $1 AND state = $2 AND since = $3
			AND (state = 'deleting' OR NOT EXISTS (SELECT 1 FROM media WHERE sha256 = $1))`, row.SHA256, row.State, row.Since, claim),
	})
	if err != nil || n[1] == 0 {
		return 0, doing("claim bytes", err)
	}
	return claim, nil
}

// Deleted implements [store.Rows].
func (ix *Index) Deleted(ctx context.Context, sha256 string, claim int64) error {
	_, err := ix.db.change(ctx, []statement{stmt(
		`UPDATE blob SET state = 'gone' WHERE sha256 = $1 AND state = 'deleting' AND since = $2`, sha256, claim)})
	return doing("note that bytes are gone", err)
}

// ClaimDamaged is [Index.Claim] for bytes that are damaged, whoever wants them.
func (ix *Index) ClaimDamaged(ctx context.Context, row store.Row, now time.Time) (int64, error) {
	n, err := ix.db.change(ctx, []statement{stmt(`INSERT INTO blob (sha256, size, state, since) VALUES ($1, $2, 'deleting', $3)
		ON CONFLICT (sha256) DO UPDATE SET state = 'deleting', since = excluded.since WHERE blob.state <> 'deleting'`,
		row.SHA256, row.Size, micros(now))})
	if err != nil || n[0] == 0 {
		return 0, doing("claim bytes", err)
	}
	return micros(now), nil
}

// Restored makes bytes live that media has and that were put back after they were lost.
func (ix *Index) Restored(ctx context.Context, sha256 string, size int64) error {
	_, err := ix.db.change(ctx, []statement{stmt(`INSERT INTO blob (sha256, size, state, since) VALUES ($1, $2, 'live', 0)
		ON CONFLICT (sha256) DO UPDATE SET state = 'live' WHERE blob.state IN ('doomed', 'gone')`, sha256, size)})
	return doing("note that bytes are restored", err)
}

// Known is how many of some bytes have a row or media.
func (ix *Index) Known(ctx context.Context, found []store.Info) (n int, err error) {
	if len(found) == 0 {
		return 0, nil
	}
	var sums []any
	for _, x := range found {
		sums = append(sums, x.SHA256)
	}
	in := arguments(strings.Repeat(",", len(sums)-1))
	return value[int](unhurried(ctx), ix, "look for bytes", `SELECT COUNT(*) FROM (SELECT sha256 FROM blob WHERE sha256 IN (`+in+`)
		UNION SELECT sha256 FROM media WHERE sha256 IN (`+in+`)) AS known`, sums...)
}

// Adopt gives rows to bytes that were found in the store, and reports how many of them are to be
// deleted: those that have neither row nor media, which a crash has left, and those that are live
// for no media.
func (ix *Index) Adopt(ctx context.Context, found []store.Info, now time.Time) (doomed int64, err error) {
	var list []statement
	for _, x := range slices.SortedFunc(slices.Values(found), func(a, b store.Info) int { return strings.Compare(a.SHA256, b.SHA256) }) {
		list = append(list,
			stmt(`INSERT INTO blob (sha256, size, state, since) SELECT $1, $2, 'doomed', $3
				WHERE NOT EXISTS (SELECT 1 FROM media WHERE sha256 = $1) ON CONFLICT (sha256) DO NOTHING`, x.SHA256, x.Size, micros(now)),
			stmt(`UPDATE blob SET state = 'doomed', since = $2 WHERE sha256 = $1 AND state = 'live'
				AND NOT EXISTS (SELECT 1 FROM media WHERE sha256 = $1)`, x.SHA256, micros(now)),
			stmt(`INSERT INTO blob (sha256, size, state, since) VALUES ($1, $2, 'live', $3) ON CONFLICT (sha256) DO NOTHING`, x.SHA256, x.Size, micros(now)))
	}
	if len(list) == 0 {
		return 0, nil
	}
	n, err := ix.db.change(unhurried(ctx), list)
	if err != nil {
		return 0, doing("adopt bytes", err)
	}
	for i := 0; i < len(n); i += 3 {
		doomed += n[i] + n[i+1]
	}
	return doomed, nil
}
