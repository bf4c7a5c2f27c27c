// Package flight makes one call for all who want the same thing at the same time.
package flight

import (
	"context"
	"sync"
	"time"
)

// Group holds the calls in progress, by key. Its zero value is ready for use.
type Group[K comparable, T any] struct {
	mu    sync.Mutex
	calls map[K]*call[T]
}

type call[T any] struct {
	done  chan struct{} // closed when value and err are set
	value T
	err   error
}

// join returns the call in progress for key, or a new one, which the caller must end.
func (g *Group[K, T]) join(key K) (c *call[T], leads bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if c = g.calls[key]; c != nil {
		return c, false
	}
	if g.calls == nil {
		g.calls = map[K]*call[T]{}
	}
	c = &call[T]{done: make(chan struct{})}
	g.calls[key] = c
	return c, true
}

func (g *Group[K, T]) end(key K, c *call[T]) {
	g.mu.Lock()
	delete(g.calls, key)
	g.mu.Unlock()
	close(c.done)
}

// Do returns what fn returns. If a call for key is in progress, its outcome is taken. fn runs on
// its own, for at most limit: a caller whose context ends stops waiting, and the call goes on for
// the others.
func (g *Group[K, T]) Do(ctx context.Context, key K, limit time.Duration, fn func(context.Context) (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	c, leads := g.join(key)
	if leads {
		go func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
			defer cancel()
			c.value, c.err = fn(ctx)
			g.end(key, c)
		}()
	}
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// Share returns what fn returns, or the outcome of a call for key that is in progress. fn runs in
// the first caller's goroutine and context. waiting is called before waiting for another's call. Of
// an outcome that is not final, such as an error that only concerns the other caller, nothing is
// taken: fn is called.
func (g *Group[K, T]) Share(ctx context.Context, key K, waiting func(), final func(T, error) bool, fn func() (T, error)) (value T, shared bool, err error) {
	for {
		c, leads := g.join(key)
		if leads {
			defer g.end(key, c)
			c.value, c.err = fn()
			return c.value, false, c.err
		}
		waiting()
		select {
		case <-c.done:
		case <-ctx.Done():
			return value, false, ctx.Err()
		}
		if final(c.value, c.err) {
			return c.value, true, c.err
		}
	}
}
