package wxup

import (
	"context"
	"sync"
	"time"
)

// flightTime is how long a call that is shared may take.
const flightTime = 30 * time.Second

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

func (f *flight[T]) do(ctx context.Context, fn func(context.Context) (T, error)) (T, error) {
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
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flightTime)
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
