package node

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// TestKeepHouse: a chore that takes long delays neither the others nor the end.
func TestKeepHouse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failed, failure := make(chan error, 1), errors.New("a listener failed")
		begun, ticks := 0, 0
		long := chore{every: time.Second, do: func(ctx context.Context) error {
			begun++
			<-ctx.Done()
			return ctx.Err()
		}}
		short := chore{every: time.Minute, do: func(context.Context) error { ticks++; return errors.New("logged") }}
		never := chore{do: func(context.Context) error { t.Error("a chore that is off was done"); return nil }}
		over := make(chan error, 1)
		go func() { over <- keepHouse(t.Context(), slog.New(slog.DiscardHandler), failed, long, short, never) }()
		time.Sleep(10*time.Minute + time.Second)
		failed <- failure
		if err := <-over; !errors.Is(err, failure) {
			t.Errorf("it ends with %v, want %v", err, failure)
		}
		if begun != 1 || ticks != 10 {
			t.Errorf("the long chore began %d times, want 1; the short one was done %d times, want 10", begun, ticks)
		}
	})
}
