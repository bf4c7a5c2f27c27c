package upkeep

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
)

// Scrubbable is what [Scrub] needs of the index. *sqlindex.Index implements it.
type Scrubbable interface {
	Marks
	Due(ctx context.Context, what string, every time.Duration, now time.Time) (bool, error)
	Setting(ctx context.Context, name string) (string, error)
	PutSetting(ctx context.Context, name, value string) error
	Live(ctx context.Context, after string, limit int) ([]store.Row, error)
}

// Scrub says how all bytes are read now and then, so that damage is found before they are asked
// for.
type Scrub struct {
	Every time.Duration               // from the beginning of one pass to that of the next
	Piece time.Duration               // a piece of a pass is due this often, on one of all servers
	Most  int                         // files in a piece
	Rate  int                         // files a second; 0: as fast as it can
	Found func(sha256, detail string) // is called when damage is found that was not known
}

const (
	// scrubPlace is the setting that says how far a pass has come; "" when none is under way.
	scrubPlace  = "scrub place"
	scrubAtOnce = 100 // files after which it is noted
)

// Do reads the next piece, if it is due, and marks what is damaged. Bytes that were marked before
// are read again first: they may have been restored.
func (s Scrub) Do(ctx context.Context, index Scrubbable, blobs store.Blobs, now time.Time) error {
	if due, err := index.Due(ctx, "scrub piece", s.Piece, now); err != nil || !due {
		return err
	}
	marked, err := index.Damaged(ctx)
	if err != nil {
		return err
	}
	for _, sum := range marked[:min(len(marked), scrubAtOnce)] {
		if err := s.read(ctx, index, blobs, sum, marked, now); err != nil {
			return err
		}
	}
	place, err := index.Setting(ctx, scrubPlace)
	if err != nil && !errors.Is(err, server.ErrNotFound) {
		return err
	}
	if place == "" {
		if due, err := index.Due(ctx, "scrub", s.Every, now); err != nil || !due {
			return err
		}
		place = "0" // before all digests
	}
	for left := s.Most; left > 0 && place != ""; {
		rows, err := index.Live(ctx, place, min(left, scrubAtOnce))
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := s.read(ctx, index, blobs, row.SHA256, marked, now); err != nil {
				return err
			}
			place = row.SHA256
		}
		if len(rows) < min(left, scrubAtOnce) {
			place = ""
		}
		left -= len(rows)
		if err := index.PutSetting(ctx, scrubPlace, place); err != nil {
			return err
		}
	}
	return nil
}

// read reads the bytes of a digest, and keeps its mark true.
func (s Scrub) read(ctx context.Context, index Scrubbable, blobs store.Blobs, sum string, marked []string, now time.Time) error {
	if s.Rate > 0 {
		select {
		case <-time.After(time.Second / time.Duration(s.Rate)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	v, _, err := readOne(ctx, blobs, sum)
	known := slices.Contains(marked, sum)
	switch {
	case err != nil && !errors.Is(err, server.ErrNotFound):
		return err
	case v != nil && v.unsure:
		return texts.Errorf("open %s: %w", sum, v.why)
	case v != nil && !known:
		s.Found(sum, v.detail)
		return index.MarkDamaged(ctx, sum, now)
	case v == nil && known:
		return index.UnmarkDamaged(ctx, sum)
	}
	return nil
}
