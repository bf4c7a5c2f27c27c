package pace

import (
	"context"
	"sync"
)

const (
	lanesFirst = 8 // calls that run at once to a host at the beginning
	// MaxLanes is the maximum number of calls that run at once to a host; the transport keeps so
	// many connections.
	MaxLanes = 32
)

// Outcome is what a call tells about how many may run at once.
type Outcome int

const (
	Nothing Outcome = iota // it failed for a reason of its own
	Good                   // the server answered in time
	Trouble                // the server is in trouble or asks to slow down
)

// Lanes limits how many calls run at once to each host. Fixed is the limit; 0 adapts it to the
// outcomes.
type Lanes struct {
	Fixed   int
	Changed func() // called when the limit of a host has changed

	mu sync.Mutex
	by map[string]*lane
}

// lane is the way to one host. Its width is how many calls may run at once: it begins with a few,
// grows with each good outcome, and is halved when the server is in trouble; from then on it grows
// slowly. TCP does the same.
type lane struct {
	width   float64
	on      int
	queue   []chan struct{} // waiters in the order in which they arrived; closed when on has been counted for the waiter
	entries int             // so far
	full    int             // the last entry after which there was no room left
	cut     int             // the last entry before it was made narrower
}

func (ls *Lanes) first() int {
	if ls.Fixed > 0 {
		return ls.Fixed
	}
	return lanesFirst
}

// Enter waits for a place on the way to host. The caller calls leave with the call's outcome; leave
// returns the new limit, or 0 if it is what it was.
func (ls *Lanes) Enter(ctx context.Context, host string) (leave func(Outcome) (width int), err error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.by[host]
	if l == nil {
		l = &lane{width: float64(ls.first())}
		if ls.by == nil {
			ls.by = map[string]*lane{}
		}
		ls.by[host] = l
	}
	if err := l.enter(ctx, &ls.mu); err != nil {
		return nil, err
	}
	l.entries++
	entry := l.entries
	if l.on >= int(l.width) {
		l.full = entry
	}
	return func(o Outcome) int {
		ls.mu.Lock()
		before := int(l.width)
		if ls.Fixed == 0 && ctx.Err() == nil {
			l.judge(entry, o)
		}
		after := int(l.width)
		l.on--
		l.next()
		ls.mu.Unlock()
		if before == after {
			return 0
		}
		ls.Changed()
		return after
	}, nil
}

// enter waits for a place, with mu unlocked while it waits.
func (l *lane) enter(ctx context.Context, mu *sync.Mutex) error {
	if l.on < int(l.width) && len(l.queue) == 0 {
		l.on++
		return nil
	}
	turn := make(chan struct{})
	l.queue = append(l.queue, turn)
	mu.Unlock()
	select {
	case <-turn:
		mu.Lock()
		return nil
	case <-ctx.Done():
	}
	mu.Lock()
	select {
	case <-turn: // both at once
		l.on--
		l.next()
	default:
		for i, waiting := range l.queue {
			if waiting == turn {
				l.queue = append(l.queue[:i], l.queue[i+1:]...)
				break
			}
		}
	}
	return ctx.Err()
}

// next lets waiters in as far as there is room.
func (l *lane) next() {
	for len(l.queue) > 0 && l.on < int(l.width) {
		l.on++
		close(l.queue[0])
		l.queue = l.queue[1:]
	}
}

// judge makes the lane wider or narrower after a call.
func (l *lane) judge(entry int, o Outcome) {
	switch {
	case o == Trouble:
		if entry > l.cut { // the calls that ran together make it narrower once
			l.width, l.cut = max(l.width/2, 1), l.entries
		}
	case o == Nothing, l.full < entry: // its width was not what held the calls up
	case l.cut > 0:
		l.width = min(l.width+1/l.width, MaxLanes)
	default:
		l.width = min(l.width+1, MaxLanes)
	}
}

// Width is how many calls may run at once, to all hosts together.
func (ls *Lanes) Width() int {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	n := 0
	for _, l := range ls.by {
		n += int(l.width)
	}
	if n == 0 {
		n = ls.first()
	}
	return n
}
