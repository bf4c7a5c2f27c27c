package upkeep

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"sync"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/server"
)

// Copied counts what was copied.
type Copied struct {
	Files  int64 // in the source
	Copied int64 // the others were present already
	Bytes  int64 // copied

	Damaged int64 // not copied: they do not match their digests or cannot be read from disk
}

// CopyImages copies every blob that to does not have yet, several at once, and checks each against
// its digest. A damaged blob does not stop the others. With dryRun nothing is written, and to may
// be nil: a store that does not exist yet.
func CopyImages(ctx context.Context, from, to store.Blobs, workers int, dryRun bool, p Progress) (n Copied, err error) {
	return copyAll(ctx, from.List(ctx), from, to, workers, dryRun, p)
}

// CopyRecorded is [CopyImages] for the blobs of an index's media created after a given time.
func CopyRecorded(ctx context.Context, index Media, after time.Time, from, to store.Blobs, workers int, p Progress) (Copied, error) {
	return copyAll(ctx, func(yield func(store.Info, error) bool) {
		for m, err := range index.AllMedia(ctx, sqlindex.MediaFilter{}) { // the newest first
			if err == nil && m.Created.Before(after) || !yield(store.Info{SHA256: m.SHA256, Size: m.Size}, err) {
				return
			}
		}
	}, from, to, workers, false, p)
}

func copyAll(ctx context.Context, list iter.Seq2[store.Info, error], from, to store.Blobs, workers int, dryRun bool, p Progress) (n Copied, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	todo := make(chan store.Info)
	var mu sync.Mutex // guards n
	var working sync.WaitGroup
	for range max(workers, 1) {
		working.Go(func() {
			for info := range todo {
				copied, err := carry(ctx, from, to, info, dryRun)
				damaged := errors.Is(err, store.ErrMismatch)
				if err != nil && !damaged {
					cancel(err)
					continue // the rest is not touched: ctx has ended
				}
				mu.Lock()
				if n.Files++; copied {
					n.Copied++
					n.Bytes += info.Size
				}
				if damaged {
					n.Damaged++
				}
				if n.Files%tellEvery == 0 {
					p.tell("images", n.Files, 0)
				}
				mu.Unlock()
			}
		})
	}
	err = feed(ctx, list, todo)
	close(todo)
	working.Wait()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	p.tell("images", n.Files, n.Files)
	return n, err
}

func feed(ctx context.Context, list iter.Seq2[store.Info, error], todo chan<- store.Info) error {
	for info, err := range list {
		if err != nil {
			return texts.Errorf("list the images: %w", err)
		}
		select {
		case todo <- info:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// carry copies one blob unless to has it already, and reports whether it did.
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
	case err != nil && !errors.Is(err, server.ErrNotFound):
		return false, texts.Errorf("look up %s: %w", info.SHA256, err)
	case dryRun:
		return true, nil
	}
	err = copyOne(ctx, from, to, info.SHA256, info.Size)
	if errors.Is(err, server.ErrNotFound) { // deleted meanwhile
		return false, nil
	}
	return err == nil, err
}

// copyOne copies a blob. It fails with [store.ErrMismatch] if the source is damaged.
func copyOne(ctx context.Context, from, to store.Blobs, sum string, size int64) error {
	b, err := from.Open(ctx, sum)
	if err != nil {
		return texts.Errorf("open %s: %w", sum, err)
	}
	defer b.Close()
	content := &watched{ReadSeeker: b}
	if err := to.Put(ctx, sum, size, content); err != nil {
		var disk *fs.PathError
		if errors.As(content.broken, &disk) {
			err = texts.Errorf("%w: %w", store.ErrMismatch, content.broken)
		}
		return texts.Errorf("copy %s: %w", sum, err)
	}
	return nil
}

// watched remembers why it could not be read.
type watched struct {
	io.ReadSeeker
	broken error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadSeeker.Read(p)
	if err != nil && err != io.EOF {
		w.broken = err
	}
	return n, err
}
