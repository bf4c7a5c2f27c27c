package upkeep

import (
	"context"
	"time"

	"github.com/wxup/wxup/app/store"
)

// Adopter gives rows to bytes that were found in a store. *sqlindex.Index implements it.
type Adopter interface {
	Known(ctx context.Context, found []store.Info) (int, error)
	Adopt(ctx context.Context, found []store.Info, now time.Time) (doomed int64, err error)
}

// youngest is how old bytes are that may belong to no upload on its way.
const youngest = 24 * time.Hour

// sweepAtOnce is how many files are looked at in one go.
const sweepAtOnce = 200

// Sweep goes through all bytes in a store, so many a second (0: as fast as it can), for those that
// have no row: an upload was cut short between its two steps. They are doomed, and the number of
// them is returned. Bytes of the last day are left: their upload may be on its way.
//
// If one of ten files or more has no row, the store is likely another wxup's too: then nothing is
// doomed, unless all is true.
func Sweep(ctx context.Context, index Adopter, blobs store.Blobs, now time.Time, rate int, all bool, p Progress) (doomed int64, err error) {
	if !all {
		looked, unknown := 0, 0
		err := portions(ctx, blobs, now, rate, p, func(found []store.Info) error {
			n, err := index.Known(ctx, found)
			looked, unknown = looked+len(found), unknown+len(found)-n
			return err
		})
		if err != nil {
			return 0, err
		}
		if unknown > sweepAtOnce/2 && unknown > looked/10 {
			return 0, texts.Errorf("%d of %d files are unknown to the index; do the index and the images belong to the same servers? If so, run: wxup fsck --repair", unknown, looked)
		}
		if unknown == 0 {
			return 0, nil
		}
	}
	err = portions(ctx, blobs, now, rate, p, func(found []store.Info) error {
		n, err := index.Adopt(ctx, found, now)
		doomed += n
		return err
	})
	return doomed, err
}

// portions lists the bytes that are old enough, some at a time.
func portions(ctx context.Context, blobs store.Blobs, now time.Time, rate int, p Progress, each func([]store.Info) error) error {
	looked := int64(0)
	var found []store.Info
	portion := func() error {
		if err := each(found); err != nil || len(found) == 0 {
			return err
		}
		looked += int64(len(found))
		p.tell("images", looked, 0)
		pause := time.Duration(0)
		if rate > 0 {
			pause = time.Duration(len(found)) * time.Second / time.Duration(rate)
		}
		found = found[:0]
		select {
		case <-time.After(pause):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for info, err := range blobs.List(ctx) {
		if err != nil {
			return texts.Errorf("list the images: %w", err)
		}
		if !info.Put.Before(now.Add(-youngest)) {
			continue
		}
		if found = append(found, info); len(found) == sweepAtOnce {
			if err := portion(); err != nil {
				return err
			}
		}
	}
	return portion()
}
