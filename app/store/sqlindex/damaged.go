package sqlindex

import (
	"context"
	"strconv"
	"time"

	"github.com/wxup/wxup/app/store"
)

// damagedMark begins the name of the setting that says that kept bytes are damaged; the digest
// follows, and the value is since when that is known.
const damagedMark = "damaged "

// MarkDamaged notes that the bytes of a digest are others: all servers tell their operators so.
func (ix *Index) MarkDamaged(ctx context.Context, sha256 string, now time.Time) error {
	return doing("mark damaged bytes", ix.do(ctx, nil, stmt(
		`INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, damagedMark+sha256, strconv.FormatInt(micros(now), 10))))
}

// UnmarkDamaged notes that they are whole again, or gone.
func (ix *Index) UnmarkDamaged(ctx context.Context, sha256 string) error {
	return doing("unmark damaged bytes", ix.do(ctx, nil, stmt(`DELETE FROM setting WHERE name = $1`, damagedMark+sha256)))
}

// Damaged lists the digests of bytes that are known to be damaged.
func (ix *Index) Damaged(ctx context.Context) ([]string, error) {
	list, err := all(ctx, ix, func(row scanner) (name string, err error) {
		err = row.Scan(&name)
		return name[min(len(damagedMark), len(name)):], err
	}, `SELECT name FROM setting WHERE substr(name, 1, $1) = $2`, len(damagedMark), damagedMark)
	return list, doing("list damaged bytes", err)
}

// Live lists bytes that are to be there, in the order of their digests from one on.
func (ix *Index) Live(ctx context.Context, after string, limit int) ([]store.Row, error) {
	list, err := all(unhurried(ctx), ix, func(row scanner) (r store.Row, err error) {
		return r, row.Scan(&r.SHA256, &r.Size, &r.State, &r.Since)
	}, `SELECT sha256, size, state, since FROM blob WHERE sha256 > $1 AND state = 'live' ORDER BY sha256 LIMIT $2`, after, limit)
	return list, doing("list bytes", err)
}
