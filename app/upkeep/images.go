package upkeep

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
)

// Copied counts.
type Copied struct {
	Files  int64 // in the source
	Copied int64 // of these; the others were there already
	Bytes  int64 // copied
}

// CopyImages copies every blob that is not there yet, workers at once. Each is checked against its digest on its way. With
// dryRun nothing is written, and to may be nil: a store that is not there yet.
func CopyImages(ctx context.Context, from, to store.Blobs, workers int, dryRun bool, p Progress) (n Copied, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	todo := make(chan store.Info)
	var mu sync.Mutex // guards n
	var working sync.WaitGroup
	for range max(workers, 1) {
		working.Go(func() {
			for info := range todo {
				copied, err := carry(ctx, from, to, info, dryRun)
				if err != nil {
					cancel(err)
					continue // what is left is not touched: ctx has ended
				}
				mu.Lock()
				if n.Files++; copied {
					n.Copied++
					n.Bytes += info.Size
				}
				if n.Files%tellEvery == 0 {
					p.tell("images", n.Files, 0)
				}
				mu.Unlock()
			}
		})
	}
	err = feed(ctx, from, todo)
	close(todo)
	working.Wait()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	p.tell("images", n.Files, n.Files)
	return n, err
}

func feed(ctx context.Context, from store.Blobs, todo chan<- store.Info) error {
	for info, err := range from.List(ctx) {
		if err != nil {
			return fmt.Errorf("list the images: %w", err)
		}
		select {
		case todo <- info:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// carry copies one blob, if it is not there yet, and reports whether it did.
func carry(ctx context.Context, from, to store.Blobs, info store.Info, dryRun bool) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if to == nil && dryRun {
		return true, nil
	}
	there, err := to.Stat(ctx, info.SHA256)
	switch {
	case err == nil && there.Size == info.Size:
		return false, nil
	case err != nil && !errors.Is(err, server.ErrUnknown):
		return false, fmt.Errorf("look for %s: %w", info.SHA256, err)
	case dryRun:
		return true, nil
	}
	err = copyOne(ctx, from, to, info.SHA256, info.Size)
	if errors.Is(err, server.ErrUnknown) { // deleted since it was listed
		return false, nil
	}
	return err == nil, err
}

func copyOne(ctx context.Context, from, to store.Blobs, sum string, size int64) error {
	b, err := from.Open(ctx, sum)
	if err != nil {
		return fmt.Errorf("open %s: %w", sum, err)
	}
	defer b.Close()
	if err := to.Put(ctx, sum, size, b); err != nil {
		return fmt.Errorf("copy %s: %w", sum, err)
	}
	return nil
}
