package fit

import (
	"container/list"
	"context"
	"runtime"
	"sync"
)

// budget is the memory that all pictures of a Fitter share. Who comes first is served first, so that a large picture is
// not passed by small ones for ever. No more pictures are worked on at once than there are processors.
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

// take waits for bytes and a turn. The caller has seen to it that there are as many bytes at all.
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
		case <-c.granted: // at the same moment
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
