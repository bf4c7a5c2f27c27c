package upkeep

import (
	"context"
	"sync"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/sqlindex"
)

// Records is what [Collect] needs of the index. *sqlindex.Index implements it.
type Records interface {
	store.Rows
	Upgrade(context.Context, func(table string, rows int64)) error
	CountExchanges(context.Context, sqlindex.Old) (int64, error)
	DropExchanges(context.Context, sqlindex.Old) (int64, error)
	DropMedia(ctx context.Context, before time.Time, account string, dryRun bool) (int64, error)
	DropEndedMedia(ctx context.Context, now time.Time, dryRun bool) (int64, error)
	Unwanted(ctx context.Context, state string, before time.Time, after store.Row, limit int) ([]store.Row, error)
	DropTombstones(ctx context.Context, now time.Time) error
	Adopter
	Due(ctx context.Context, what string, every time.Duration, now time.Time) (bool, error)
	Tidy(context.Context) error
	KeepsAll(context.Context) (bool, error)
}

var _ Records = (*sqlindex.Index)(nil)

// Policy says what [Collect] forgets. The zero Policy forgets only media whose ids have expired,
// and bytes that nothing is to have any more.
type Policy struct {
	Exchanges time.Duration // forget older exchanges; at least an hour; 0: none
	Default   bool          // nobody has set that: an index from before it was the default keeps all
	Keep      int           // keep this many of the newest exchanges
	Images    time.Duration // forget files not uploaded for this long: their URLs end if nobody else has the bytes; at least 48 hours; 0: none
	Account   string        // only this account's; "": all
	// Orphans is how long bytes are kept once nothing is to have them: at least an hour; 0 is a
	// day. They are left by what was forgotten, by refused files that the inspector shows, and by
	// uploads that were interrupted.
	Orphans time.Duration
	DryRun  bool // only count

	Now func() time.Time // nil: time.Now
	Progress
}

// KeepExchanges is how long exchanges are kept if nobody says how long.
const KeepExchanges = 30 * 24 * time.Hour

const (
	minOrphanAge     = time.Hour
	defaultOrphanAge = 24 * time.Hour
	sweepEvery       = 7 * 24 * time.Hour
	sweepRate        = 500 // files looked at in a second
)

// Check returns an error if the policy would forget what may still be needed.
func (p *Policy) Check() error {
	switch {
	case p.Exchanges != 0 && p.Exchanges < time.Hour:
		return texts.Errorf("exchanges must be kept for at least an hour, not %s: the nonces they spent may still be valid", p.Exchanges)
	case p.Images != 0 && p.Images < 48*time.Hour:
		return texts.Errorf("images must be kept for at least 48 hours, not %s", p.Images)
	case p.Orphans != 0 && p.Orphans < minOrphanAge:
		return texts.Errorf("bytes without a record must be kept for at least an hour, not %s: they may belong to an upload in progress", p.Orphans)
	case p.Keep < 0:
		return texts.Errorf("the number of exchanges to keep is negative")
	}
	return nil
}

// Collected counts what was forgotten, or would be in a dry run.
type Collected struct {
	Exchanges int64
	Media     int64 // records of files
	Files     int64 // without a record
	Bytes     int64
	KeptAll   bool // exchanges were not looked at: see Policy.Default
}

// Collect forgets what is old. It may run beside the servers and in several processes at once, and
// it may be interrupted.
func Collect(ctx context.Context, index Records, blobs store.Blobs, p Policy) (n Collected, err error) {
	now := time.Now()
	if p.Now != nil {
		now = p.Now()
	}
	if err := p.Check(); err != nil {
		return n, err
	}
	if p.Orphans == 0 {
		p.Orphans = defaultOrphanAge
	}
	if !p.DryRun {
		if err := index.Upgrade(ctx, func(table string, rows int64) { p.tell(table, rows, 0) }); err != nil {
			return n, err
		}
	}
	if p.Default {
		if n.KeptAll, err = index.KeepsAll(ctx); err != nil {
			return n, err
		}
	}
	if p.Exchanges > 0 && !n.KeptAll {
		old := sqlindex.Old{Before: now.Add(-p.Exchanges), Account: p.Account, Keep: p.Keep}
		if p.DryRun {
			n.Exchanges, err = index.CountExchanges(ctx, old)
		} else {
			n.Exchanges, err = index.DropExchanges(ctx, old)
		}
		if err != nil {
			return n, err
		}
		p.tell("exchanges", n.Exchanges, 0)
	}
	if p.Images > 0 {
		if n.Media, err = index.DropMedia(ctx, now.Add(-p.Images), p.Account, p.DryRun); err != nil {
			return n, err
		}
	}
	if p.Account == "" {
		ended, err := index.DropEndedMedia(ctx, now, p.DryRun)
		n.Media += ended
		if err != nil {
			return n, err
		}
	}
	p.tell("media", n.Media, 0)
	if err := p.sweepIfDue(ctx, index, blobs, now); err != nil {
		return n, err
	}
	if err := remove(ctx, index, blobs, now, p, &n); err != nil || p.DryRun {
		return n, err
	}
	if err := index.DropTombstones(ctx, now); err != nil {
		return n, err
	}
	return n, index.Tidy(ctx)
}

// sweepIfDue looks, once a week, for what a crash has left without a row.
func (p *Policy) sweepIfDue(ctx context.Context, index Records, blobs store.Blobs, now time.Time) error {
	if p.DryRun {
		return nil
	}
	due, err := index.Due(ctx, "sweep", sweepEvery, now)
	if err != nil || !due {
		return err
	}
	_, err = Sweep(ctx, index, blobs, now, sweepRate, false, p.Progress)
	return err
}

// removers is how many removals run at once.
const removers = 32

// remove deletes the bytes that are doomed for long enough, and those at which a Collect has died.
func remove(ctx context.Context, index Records, blobs store.Blobs, now time.Time, p Policy, n *Collected) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	unwanted := make(chan store.Row)
	var mu sync.Mutex // guards n
	var removing sync.WaitGroup
	for range removers {
		removing.Go(func() {
			for row := range unwanted {
				removed, err := p.DryRun, error(nil)
				if !p.DryRun {
					removed, err = store.Remove(ctx, index, blobs, row)
				}
				if err != nil {
					cancel(texts.Errorf("remove %s: %w", row.SHA256, err))
					continue // the rest is not touched: ctx has ended
				}
				if !removed {
					continue
				}
				mu.Lock()
				if n.Files++; n.Files%tellEvery == 0 {
					p.tell("images", n.Files, 0)
				}
				n.Bytes += row.Size
				mu.Unlock()
			}
		})
	}
	err := feedUnwanted(ctx, index, now, p, unwanted)
	close(unwanted)
	removing.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// unwantedAtOnce is how many rows are read in one go.
const unwantedAtOnce = 200

// staleAfter is when a claim to delete is taken up again: its Collect has died, whatever the
// difference of the clocks.
const staleAfter = 5 * time.Minute

func feedUnwanted(ctx context.Context, index Records, now time.Time, p Policy, unwanted chan<- store.Row) error {
	// What others have left comes first: later it could be what this Collect is deleting.
	for _, x := range []struct {
		state string
		stays time.Duration
	}{{"deleting", staleAfter}, {"doomed", p.Orphans}} {
		for after := (store.Row{}); ; {
			rows, err := index.Unwanted(ctx, x.state, now.Add(-x.stays), after, unwantedAtOnce)
			if err != nil {
				return err
			}
			for _, row := range rows {
				select {
				case unwanted <- row:
				case <-ctx.Done():
					return ctx.Err()
				}
				after = row
			}
			if len(rows) < unwantedAtOnce {
				break
			}
		}
	}
	return nil
}
