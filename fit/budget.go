package fit

import (
	"container/list"
	"context"
	"runtime"
	"sync"
)

// budget is the memory that all pictures of a Fitter share. Claims are granted in order, so that
// small pictures do not starve a large one. At most GOMAXPROCS pictures are decoded at a time.
type budget struct {
	mu      sync.Mutex
	free    int64
	turns   int
	waiting list.List // of *claim
}

type claim struct {
	bytes   int64
	granted chan struct{}
}

func newBudget(bytes int64) *budget { return &budget{free: bytes, turns: runtime.GOMAXPROCS(0)} }

// take waits for bytes and a turn. bytes must not exceed the whole budget.
func (b *budget) take(ctx context.Context, bytes int64) (giveBack func(), err error) {
	c := &claim{bytes, make(chan struct{})}
	b.mu.Lock()
	place := b.waiting.PushBack(c)
	b.serve()
	b.mu.Unlock()
	select {
	case <-c.granted:
	case <-ctx.Done():
		b.mu.Lock()
		defer b.mu.Unlock()
		select {
		case <-c.granted: // granted at the same moment
			b.put(c)
		default:
			b.waiting.Remove(place)
			b.serve()
		}
		return nil, ctx.Err()
	}
	return sync.OnceFunc(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.put(c)
	}), nil
}

func (b *budget) put(c *claim) {
	b.free += c.bytes
	b.turns++
	b.serve()
}

func (b *budget) serve() {
	for e := b.waiting.Front(); e != nil; e = b.waiting.Front() {
		c := e.Value.(*claim)
		if b.turns == 0 || c.bytes > b.free {
			return
		}
		b.free -= c.bytes
		b.turns--
		b.waiting.Remove(e)
		close(c.granted)
	}
}
