package server

import (
	"container/list"
	"context"
	"sync"
)

// budget is how many bytes of uploads may be in memory at once. Requests are served in the order in which they came, so
// that a large one is not starved by small ones.
type budget struct {
	mu      sync.Mutex
	free    int64
	waiting list.List // of *claim
}

type claim struct {
	n     int64
	ready chan struct{}
}

func newBudget(n int64) *budget { return &budget{free: n} }

// take waits for n bytes, or until ctx ends. It reports whether it got them.
func (b *budget) take(ctx context.Context, n int64) bool {
	b.mu.Lock()
	if b.waiting.Len() == 0 && b.free >= n {
		b.free -= n
		b.mu.Unlock()
		return true
	}
	c := &claim{n, make(chan struct{})}
	place := b.waiting.PushBack(c)
	b.mu.Unlock()
	select {
	case <-c.ready:
		return true
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-c.ready: // granted while ctx ended
		return true
	default:
		b.waiting.Remove(place)
		b.grant() // a smaller one behind may fit now
		return false
	}
}

// give returns n bytes.
func (b *budget) give(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free += n
	b.grant()
}

func (b *budget) grant() {
	for e := b.waiting.Front(); e != nil; e = b.waiting.Front() {
		c := e.Value.(*claim)
		if b.free < c.n {
			return
		}
		b.free -= c.n
		b.waiting.Remove(e)
		close(c.ready)
	}
}
