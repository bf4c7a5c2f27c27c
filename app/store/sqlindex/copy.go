package sqlindex

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wxup/wxup/server"
)

// copyAtOnce is how many rows are read and written in one go. An exchange has some 2 kB.
const copyAtOnce = 200

// copyAgain is how much of what was copied is looked at again the next time: an exchange is of the
// time when it began, and may have been recorded after younger ones.
const copyAgain = time.Hour

// copied begins the names of the settings, in the index that is copied to, that say how far a table
// was.
const copied = "copied "

// Copy makes one index what another one is, whether they are of the same sort or not. It may be run
// while from is served, and again: of exchanges and media, of which there are many, it goes on
// where it stopped, even if it was killed; accounts and the like are compared anew, and what an
// operator has deleted in from is deleted in to. So to move without losing anything: copy until
// little is left to do, stop the servers, copy once more, and start them on the other index.
//
// Exchanges and media that were forgotten in from between two copies stay in to, until they are
// forgotten there.
//
// It calls progress, which may be nil, after each portion, with the number of rows of the table
// that were looked at so far.
func Copy(ctx context.Context, from, to *Index, progress func(table string, rows int64)) error {
	ctx = unhurried(ctx)
	if progress == nil {
		progress = func(string, int64) {}
	}
	for _, ix := range []*Index{from, to} {
		if err := ix.Upgrade(ctx, progress); err != nil {
			return err
		}
	}
	seen := make([]map[string]bool, len(tables))
	for i := range tables {
		t := &tables[i]
		seen[i] = map[string]bool{}
		after, err := t.resume(ctx, to)
		if err != nil {
			return fmt.Errorf("copy %s: %w", t.name, err)
		}
		if err := t.copy(ctx, from, to, after, false, seen[i], progress); err != nil {
			return fmt.Errorf("copy %s: %w", t.name, err)
		}
		if t.again == "" || after == nil {
			continue
		}
		if err := t.copy(ctx, from, to, []any{int64(-1 << 63), ""}, true, nil, progress); err != nil {
			return fmt.Errorf("copy %s: %w", t.name, err)
		}
	}
	for i, t := range slices.Backward(tables) { // a certificate before its merchant
		if t.sort != kept {
			continue
		}
		if err := t.deleteOthers(ctx, to, seen[i]); err != nil {
			return fmt.Errorf("copy %s: delete what is gone: %w", t.name, err)
		}
	}
	return nil
}

// resume is the key to go on after; nil: to begin.
func (t *table) resume(ctx context.Context, to *Index) ([]any, error) {
	if t.sort != grows {
		return nil, nil
	}
	text, err := to.Setting(ctx, copied+t.name)
	if errors.Is(err, server.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c, err := ParseCursor(text)
	return []any{micros(c.Time.Add(-copyAgain)), ""}, err
}

// copy copies the rows after a key, all of them or only those that have changed.
func (t *table) copy(ctx context.Context, from, to *Index, after []any, changed bool, seen map[string]bool, progress func(string, int64)) error {
	for total, n := int64(0), copyAtOnce; n == copyAtOnce; {
		var rows []statement
		var err error
		if n, after, err = t.eachOf(ctx, from, after, changed, func(values, key []any) {
			if t.sort == kept {
				seen[fmt.Sprintf("%q", key)] = true
			}
			if !t.isMark(values) {
				rows = append(rows, t.put(values)...)
			}
		}); err != nil {
			return fmt.Errorf("read: %w", err)
		}
		if n > 0 && t.sort == grows && !changed { // in the same transaction
			rows = append(rows, putSetting(copied+t.name, Cursor{moment(after[0].(int64)), after[1].(string)}.String()))
		}
		if len(rows) > 0 {
			if _, err := to.db.change(ctx, rows); err != nil {
				return fmt.Errorf("write: %w", err)
			}
		}
		total += int64(n)
		progress(t.name, total)
	}
	return nil
}

// eachOf reads a portion of the rows, and gives their number and the key of the last one.
func (t *table) eachOf(ctx context.Context, ix *Index, after []any, changed bool, each func(values, key []any)) (n int, last []any, err error) {
	query, args := t.page(after, changed, copyAtOnce)
	last = after
	err = ix.db.read(ctx, query, args, func(row scanner) error {
		values, key, err := t.scan(row)
		if err != nil {
			return err
		}
		n, last = n+1, key
		each(values, key)
		return nil
	})
	return n, last, err
}

// deleteOthers deletes the rows whose keys were not seen.
func (t *table) deleteOthers(ctx context.Context, ix *Index, seen map[string]bool) error {
	var after []any
	for n := copyAtOnce; n == copyAtOnce; {
		var gone []statement
		var err error
		if n, after, err = t.eachOf(ctx, ix, after, false, func(values, key []any) {
			if !seen[fmt.Sprintf("%q", key)] && !t.isMark(values) {
				gone = append(gone, statement{`DELETE FROM ` + t.name + ` WHERE (` + t.key + `) = (` + arguments(t.key) + `)`, key})
			}
		}); err != nil {
			return err
		}
		if len(gone) > 0 {
			if _, err := ix.db.change(ctx, gone); err != nil {
				return err
			}
		}
	}
	return nil
}

// isMark: the row is a setting that says how far a copy was. It is about the index that it is in.
func (t *table) isMark(values []any) bool {
	return t.name == "setting" && strings.HasPrefix(values[0].(string), copied)
}
