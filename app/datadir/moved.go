package datadir

import (
	"context"
	"os"
	"strings"

	"github.com/wxup/wxup/app/store/sqlindex"
)

// InUse fails if the index was migrated elsewhere: it does not know what has been uploaded since.
func (d *Dir) InUse(ctx context.Context) error {
	to, err := d.Setting(ctx, movedTo)
	if err == nil && to != "" {
		err = texts.Errorf("the index %s was migrated to %s and does not know what has been uploaded since; name that index with --index, or start wxup serve with this one to go on with it", d.Index.Where(), to)
	}
	return err
}

// Reclaim takes an index back into use that was migrated elsewhere, and returns where; "" if it was
// not.
func (d *Dir) Reclaim(ctx context.Context) (moved string, err error) {
	if moved, err = d.Setting(ctx, movedTo); err == nil && moved != "" {
		err = d.put(ctx, movedTo, "")
	}
	return moved, err
}

// MarkMoved records that the index has been migrated elsewhere.
func (d *Dir) MarkMoved(ctx context.Context, to string) error { return d.put(ctx, movedTo, to) }

// MayReplace fails if target must not become a copy of this index: because it is this index, or
// because it belongs to another installation and has images, which would lose their records and
// URLs.
func (d *Dir) MayReplace(ctx context.Context, target *sqlindex.Index) error {
	if sameIndex(d.Index.Where(), target.Where()) {
		return texts.Errorf("the index %s would be copied onto itself; name another one with --to-index", target.Where())
	}
	there := Dir{Index: target}
	ours, err := d.Setting(ctx, urlSecret)
	if err != nil {
		return err
	}
	theirs, err := there.Setting(ctx, urlSecret)
	if err != nil || theirs == "" || theirs == ours {
		return err
	}
	media, err := target.ListMedia(ctx, sqlindex.MediaFilter{Limit: 1})
	if err == nil && len(media) > 0 {
		err = texts.Errorf("the target already holds another wxup installation with images: its keys, accounts and URLs would be lost; choose an empty place")
	}
	return err
}

// sameIndex reports whether two places name the same database.
func sameIndex(a, b string) bool {
	if a == b {
		return true
	}
	x, err1 := os.Stat(strings.TrimPrefix(a, "sqlite://"))
	y, err2 := os.Stat(strings.TrimPrefix(b, "sqlite://"))
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}
