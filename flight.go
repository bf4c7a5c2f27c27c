package wxup

import (
	"context"
	"sync"
	"time"
)

// flightTime is how long a call that is shared may take at most.
const flightTime = 30 * time.Second

// callTime is how long such a call of this Client may take.
func (c *Client) callTime() time.Duration {
	if c.Timeout > 0 {
		return min(c.Timeout, flightTime)
	}
	return flightTime
}

// flight makes one call for all who want its outcome at the same time. A caller whose context ends stops waiting; the
// call goes on for the others, and for whoever comes next.
type flight[T any] struct {
	mu   sync.Mutex
	call *flightCall[T]
}

type flightCall[T any] struct {
	done  chan struct{} // closed when value and err are there
	value T
	err   error
}

func (f *flight[T]) do(ctx context.Context, limit time.Duration, fn func(context.Context) (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	f.mu.Lock()
	call := f.call
	if call == nil {
		call = &flightCall[T]{done: make(chan struct{})}
		f.call = call
		go func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
			defer cancel()
			call.value, call.err = fn(ctx)
			f.mu.Lock()
			f.call = nil
			f.mu.Unlock()
			close(call.done)
		}()
	}
	f.mu.Unlock()
	select {
	case <-call.done:
		return call.value, call.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}
