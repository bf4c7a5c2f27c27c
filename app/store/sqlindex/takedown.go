package sqlindex

import (
	"context"
	"fmt"
	"time"

	"github.com/wxup/wxup/server"
)

// Takedown says that a file is not served any more under its ID.
type Takedown struct {
	ID      string
	At      time.Time
	Blocked bool // uploading the file again does not end it
}

// What happens when a file is uploaded again: either its takedown ends, or nothing is kept of it.
const (
	revive     = `DELETE FROM takedown WHERE id = $1 AND NOT blocked AND EXISTS (SELECT 1 FROM exchange WHERE id = $2)`
	notBlocked = `NOT EXISTS (SELECT 1 FROM takedown WHERE id = $%d AND blocked)`

	doomBlocked = `UPDATE blob SET state = 'doomed', since = $2 WHERE sha256 = $1 AND state = 'live'
		AND EXISTS (SELECT 1 FROM takedown WHERE id = $3 AND blocked) AND NOT EXISTS (SELECT 1 FROM media WHERE sha256 = $1)`
)

// TakeDown stops serving the file of an ID, and forgets its media. Its bytes are then wanted by
// nobody, unless others are how many other media have the same. It fails with [server.ErrNotFound]
// if there is no media of that ID, and no takedown either, unless made says that the ID is known to
// be one of the store's: a file is served by its ID, also when its media was dropped and another
// one has its bytes.
func (ix *Index) TakeDown(ctx context.Context, id string, made, block bool, now time.Time) (others int, err error) {
	if !made {
		made, err = value[bool](ctx, ix, "look up media",
			`SELECT EXISTS (SELECT 1 FROM media WHERE id = $1) OR EXISTS (SELECT 1 FROM takedown WHERE id = $1)`, escape(id))
	}
	if err != nil {
		return 0, err
	}
	if !made {
		return 0, doing("take down "+id, server.ErrNotFound)
	}
	others, err = value[int](ctx, ix, "look up media", `SELECT COUNT(*) FROM media WHERE id <> $1 AND sha256 = (SELECT sha256 FROM media WHERE id = $1)`, escape(id))
	if err != nil {
		return 0, err
	}
	err = ix.do(ctx, nil,
		stmt(`INSERT INTO takedown (id, at, blocked)
			SELECT CAST($1 AS TEXT), CAST(CASE WHEN last >= $2 THEN last + 1 ELSE $2 END AS BIGINT), CAST($3 AS BOOLEAN)
			FROM (SELECT COALESCE(MAX(at), 0) AS last FROM takedown) AS newest WHERE TRUE
			ON CONFLICT (id) DO UPDATE SET at = excluded.at, blocked = excluded.blocked`, escape(id), micros(now), block),
		stmt(doomOf(`id = $1`, 2), escape(id), micros(now)),
		stmt(`DELETE FROM media WHERE id = $1`, escape(id)))
	return others, doing("take down "+id, err)
}

// Revive ends the takedown of an ID, so that its file is served if its bytes are still there, or
// are there again. It fails with [server.ErrNotFound] if there is none.
func (ix *Index) Revive(ctx context.Context, id string) error {
	return doing("revive "+id, ix.do(ctx, server.ErrNotFound, stmt(`DELETE FROM takedown WHERE id = $1`, escape(id))))
}

// TakenDown reports whether the file of an ID was taken down.
func (ix *Index) TakenDown(ctx context.Context, id string) (bool, error) {
	return value[bool](ctx, ix, "look up takedown", `SELECT EXISTS (SELECT 1 FROM takedown WHERE id = $1)`, escape(id))
}

// Takedowns lists them, the newest first.
func (ix *Index) Takedowns(ctx context.Context) ([]Takedown, error) {
	list, err := all(ctx, ix, func(row scanner) (t Takedown, err error) {
		var at int64
		err = row.Scan(&t.ID, &at, &t.Blocked)
		t.ID, t.At = unescape(t.ID), moment(at)
		return t, err
	}, `SELECT id, at, blocked FROM takedown ORDER BY at DESC`)
	return list, doing("list takedowns", err)
}

// TakedownsMark is another one whenever the takedowns are.
func (ix *Index) TakedownsMark(ctx context.Context) (string, error) {
	mark, err := one(ctx, ix, "look at takedowns", func(row scanner) (mark string, err error) {
		var n, last int64
		err = row.Scan(&n, &last)
		return fmt.Sprint(n, " ", last), err
	}, `SELECT COUNT(*), COALESCE(MAX(at), 0) FROM takedown`)
	if err != nil {
		return "", err
	}
	return *mark, nil
}
