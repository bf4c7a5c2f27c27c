// Package pace says when a call may begin: so that quotas are kept (Windows), and so that as many
// calls run at once as the other end handles well (Lanes).
package pace

import (
	"context"
	"sync"
	"time"
)

// Quota is how many calls may begin in any span of time of length Per.
type Quota struct {
	Calls int
	Per   time.Duration
}

// Windows are quotas that are kept, by name. The zero value is ready for use.
type Windows struct {
	mu sync.Mutex
	by map[string]*window
}

// Wait returns when a call under the name's quota may begin. If that is not at once, mayWait is
// asked first. A quota without Calls or Per allows every call.
func (ws *Windows) Wait(ctx context.Context, name string, q Quota, mayWait func(time.Duration) error) error {
	if q.Calls <= 0 || q.Per <= 0 {
		return nil
	}
	return ws.of(name, q).wait(ctx, mayWait)
}

func (ws *Windows) of(name string, q Quota) *window {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	w := ws.by[name]
	if w == nil || w.quota != q { // something else of the same name
		w = &window{quota: q, turn: make(chan struct{}, 1)}
		if ws.by == nil {
			ws.by = map[string]*window{}
		}
		ws.by[name] = w
	}
	return w
}

// window keeps one quota: a window of its length slides over the calls' beginnings.
type window struct {
	quota Quota
	turn  chan struct{} // holds one element while a waiter is next; waiters are served in the order in which they arrived

	mu      sync.Mutex
	began   []time.Time // the calls of the last span of time, at most quota.Calls
	waiting int
}

func (w *window) wait(ctx context.Context, mayWait func(time.Duration) error) error {
	w.mu.Lock()
	ahead := w.waiting
	now := time.Now()
	at := w.next(now, ahead)
	if !at.After(now) { // there is room for those ahead, too
		w.began = append(w.began, now)
		w.mu.Unlock()
		return nil
	}
	w.waiting++
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.waiting--
		w.mu.Unlock()
	}()
	if wait := at.Sub(now); wait > 0 {
		if err := mayWait(wait); err != nil {
			return err
		}
	}
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-w.turn }()
	for {
		w.mu.Lock()
		now := time.Now()
		at := w.next(now, 0)
		if !at.After(now) {
			w.began = append(w.began, now)
			w.mu.Unlock()
			return nil
		}
		w.mu.Unlock()
		if err := Sleep(ctx, at.Sub(now)); err != nil {
			return err
		}
	}
}

// next returns when a call may begin that has ahead others before it. It forgets calls that no
// longer matter.
func (w *window) next(now time.Time, ahead int) time.Time {
	gone := 0
	for gone < len(w.began) && now.Sub(w.began[gone]) >= w.quota.Per {
		gone++
	}
	w.began = append(w.began[:0], w.began[gone:]...)
	rounds := ahead / w.quota.Calls
	place := len(w.began) + ahead%w.quota.Calls - w.quota.Calls // of the call that it must be Per after
	at := now
	if place >= 0 {
		at = w.began[place].Add(w.quota.Per)
	}
	return at.Add(time.Duration(rounds) * w.quota.Per)
}
