package upkeep

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/sqlindex"
)

// Records is what [Collect] needs of the index. *sqlindex.Index is one.
type Records interface {
	CountExchanges(context.Context, sqlindex.Old) (int64, error)
	DropExchanges(context.Context, sqlindex.Old) (int64, error)
	DropMedia(ctx context.Context, before time.Time, account string, dryRun bool) (int64, error)
	DropEndedMedia(ctx context.Context, now time.Time, dryRun bool) (int64, error)
	HasMedia(ctx context.Context, sha256 string) (bool, error)
}

var _ Records = (*sqlindex.Index)(nil)

// Policy says what [Collect] forgets. The zero Policy forgets only what has ended: media whose ids have, and bytes that no
// record wants.
type Policy struct {
	Exchanges time.Duration // older exchanges go, an hour at least; 0: none
	Keep      int           // but for so many of the newest
	Images    time.Duration // files that were last uploaded longer ago go, 48 hours at least; 0: none. Their URLs end
	Account   string        // of this account alone; "": of all
	// Orphans is how long bytes that no record wants stay, an hour at least; 0 is a day. Such are left by an upload that was
	// cut short, by what was forgotten, and by refused files that were kept for the inspector.
	Orphans time.Duration
	DryRun  bool // nothing is forgotten, but counted

	Now func() time.Time // nil: time.Now
	Progress
}

const (
	orphanAge   = time.Hour // an upload may be between its two steps
	orphanUsual = 24 * time.Hour
)

// Check says what is wrong with a Policy.
func (p *Policy) Check() error {
	switch {
	case p.Exchanges != 0 && p.Exchanges < time.Hour:
		return fmt.Errorf("exchanges are kept for an hour at least, not %s: nonces that they spent may be valid still", p.Exchanges)
	case p.Images != 0 && p.Images < 48*time.Hour:
		return fmt.Errorf("images are kept for 48 hours at least, not %s", p.Images)
	case p.Orphans != 0 && p.Orphans < orphanAge:
		return fmt.Errorf("bytes without a record are kept for an hour at least, not %s: they may be those of an upload under way", p.Orphans)
	case p.Keep < 0:
		return errors.New("the number of exchanges to keep is negative")
	}
	return nil
}

// Collected counts what was forgotten, or would be.
type Collected struct {
	Exchanges int64
	Media     int64 // records of files
	Files     int64 // bytes of files that no record wanted
	Bytes     int64
}

// Collect forgets what is old. It may run beside the servers, several may run it at once, and it may be interrupted.
func Collect(ctx context.Context, index Records, blobs store.Blobs, p Policy) (n Collected, err error) {
	now := time.Now()
	if p.Now != nil {
		now = p.Now()
	}
	if err := p.Check(); err != nil {
		return n, err
	}
	if p.Orphans == 0 {
		p.Orphans = orphanUsual
	}
	if p.Exchanges > 0 {
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
	return n, sweep(ctx, index, blobs, now.Add(-p.Orphans), p, &n)
}

// sweepers is how many removals are under way at once: on S3 each waits for seconds, to be sure that nobody puts the same
// bytes at that very moment.
const sweepers = 32

// sweep removes bytes that no record wants and that were last put before a time. What is put again meanwhile stays: so
// an upload of the same bytes that is just being recorded never loses them.
func sweep(ctx context.Context, index Records, blobs store.Blobs, before time.Time, p Policy, n *Collected) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	unwanted := make(chan store.Info)
	var mu sync.Mutex // guards n
	var sweeping sync.WaitGroup
	for range sweepers {
		sweeping.Go(func() {
			for info := range unwanted {
				if !p.DryRun {
					if err := blobs.Delete(ctx, info.SHA256, before); err != nil {
						cancel(fmt.Errorf("remove %s: %w", info.SHA256, err))
						continue // what is left is not touched: ctx has ended
					}
				}
				mu.Lock()
				n.Files++
				n.Bytes += info.Size
				mu.Unlock()
			}
		})
	}
	err := findUnwanted(ctx, index, blobs, before, p.Progress, unwanted)
	close(unwanted)
	sweeping.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func findUnwanted(ctx context.Context, index Records, blobs store.Blobs, before time.Time, p Progress, unwanted chan<- store.Info) error {
	looked := int64(0)
	for info, err := range blobs.List(ctx) {
		if err != nil {
			return fmt.Errorf("list the images: %w", err)
		}
		if looked++; looked%tellEvery == 0 {
			p.tell("images", looked, 0)
		}
		if !info.Put.Before(before) {
			continue
		}
		wanted, err := index.HasMedia(ctx, info.SHA256)
		if err != nil {
			return err
		}
		if wanted {
			continue
		}
		select {
		case unwanted <- info:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
