package node

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/app/upkeep"
	"github.com/wxup/wxup/server"
)

// chore is something that a running server does now and then.
type chore struct {
	every   time.Duration // 0: never
	do      func(context.Context) error
	atStart bool // the first time at once
}

// keepHouse does the chores, each on its own schedule, until the context ends or a listener fails.
// A chore that takes long does not delay the others.
func keepHouse(ctx context.Context, log *slog.Logger, failed <-chan error, chores ...chore) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	for _, c := range chores {
		if c.every > 0 {
			running.Go(func() { c.repeat(ctx, log) })
		}
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

func (c chore) repeat(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(c.every)
	defer tick.Stop()
	for first := c.atStart; ; first = false {
		if !first {
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
		if ctx.Err() != nil {
			return
		}
		if err := c.do(ctx); err != nil && ctx.Err() == nil {
			log.Error("housekeeping", "err", err)
		}
	}
}

// upgrade brings the rows of an index from an older version up to date.
func upgrade(ctx context.Context, index *sqlindex.Index, log *slog.Logger) error {
	var moved int64
	err := index.Upgrade(ctx, func(_ string, rows int64) {
		if moved == 0 {
			log.Info("upgrading the index; until that is done the lists are incomplete, and nothing is deleted")
		}
		moved = rows
	})
	if err == nil && moved > 0 {
		log.Info("the index is upgraded", "rows", moved)
	}
	return err
}

// sayKept says that an index keeps all exchanges only because it is from before they were forgotten
// by default.
func sayKept(ctx context.Context, c *Config, index *sqlindex.Index) error {
	if !c.Collect.Default || c.CollectEvery == 0 {
		return nil
	}
	keeps, err := index.KeepsAll(ctx)
	if keeps {
		c.Log.Warn("this index is from before records of requests were kept for 30 days only, and keeps all; set --keep-exchanges, such as 30d, to delete old ones")
	}
	return err
}

// lookEvery is how often it is seen whether some server is to collect.
const lookEvery = time.Hour

// collect forgets what is old, once for all servers that share the index.
func collect(ctx context.Context, c *Config, index *sqlindex.Index, blobs store.Blobs) error {
	due, err := index.Due(ctx, "gc", c.CollectEvery-c.CollectEvery/10, time.Now())
	if err != nil || !due {
		return err
	}
	got, err := upkeep.Collect(ctx, index, blobs, c.Collect)
	if err != nil {
		return texts.Errorf("gc: %w", err)
	}
	c.Log.Info("gc", "exchanges", got.Exchanges, "media", got.Media, "files", got.Files, "bytes", got.Bytes)
	return nil
}

// unlessFailed keeps no file while the index takes no changes: nothing could be recorded of it.
type unlessFailed struct {
	server.Keeper
	index *sqlindex.Index
}

func (k unlessFailed) Keep(ctx context.Context, m *server.Media, content io.ReadSeeker) error {
	if err := k.index.Failed(); err != nil {
		return err
	}
	return k.Keeper.Keep(ctx, m, content)
}

// recoverIndex makes the index take changes again after its disk has failed, if what was
// acknowledged last is on the disk.
func recoverIndex(ctx context.Context, log *slog.Logger, index *sqlindex.Index, blobs store.Blobs) error {
	fault := index.Failed()
	if fault == nil {
		return nil
	}
	log.Error("the index takes no changes; it is opened anew and checked", "err", fault)
	err := index.Recover(ctx, func(ctx context.Context, e *server.Exchange) error {
		if e.Media == nil || e.Media.SHA256 == "" {
			return nil
		}
		return store.Reread(ctx, blobs, e.Media.SHA256)
	})
	if err == nil {
		log.Info("the index takes changes again: it is whole, and so is what was acknowledged last")
	}
	return err
}
