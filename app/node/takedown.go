package node

import (
	"context"
	"sync"
	"time"

	"github.com/wxup/wxup/app/store/sqlindex"
)

// takedownsEvery is how often a node looks for takedowns that others have made: they hold on every
// node within twice that.
const takedownsEvery = 2 * time.Second

// takedowns are the images that are not served. They are kept in memory: images are served while
// the index is away, and then so are those that were taken down meanwhile.
type takedowns struct {
	index *sqlindex.Index

	learning sync.Mutex // held by learn throughout, so that an older list does not replace a newer one
	mark     string

	mu  sync.RWMutex
	ids map[string]bool
}

// learn reads the takedowns anew if they are others than before.
func (t *takedowns) learn(ctx context.Context) error {
	t.learning.Lock()
	defer t.learning.Unlock()
	mark, err := t.index.TakedownsMark(ctx)
	if err != nil || mark == t.mark {
		return err
	}
	list, err := t.index.Takedowns(ctx)
	if err != nil {
		return err
	}
	ids := map[string]bool{}
	for _, x := range list {
		ids[x.ID] = true
	}
	t.mu.Lock()
	t.ids = ids
	t.mu.Unlock()
	t.mark = mark
	return nil
}

// has reports whether an image was taken down. One that was may have been uploaded again a moment
// ago: so the index is asked, if it answers.
func (t *takedowns) has(ctx context.Context, id string) bool {
	t.mu.RLock()
	down := t.ids[id]
	t.mu.RUnlock()
	if !down {
		return false
	}
	still, err := t.index.TakenDown(ctx, id)
	return err != nil || still
}
