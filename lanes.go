package wxup

import (
	"context"
	"sync"
)

const (
	lanesFirst = 8  // files sent at once to a host at the beginning
	lanesMost  = 32 // and at most; the transport keeps so many connections
)

// lanes says how many files of one UploadAll are sent at once to each host.
type lanes struct {
	client *Client
	fixed  int    // Client.Parallel
	grown  func() // called when more may be sent than before, or somebody has left

	mu sync.Mutex
	by map[string]*lane
}

// lane is the way to one host. So many files may be on it as is found to be good: it begins with a few, gets wider with
// each good answer, and half as wide when the server is in trouble or asks to slow down; from then on it grows slowly. It
// is what TCP does.
type lane struct {
	width   float64
	on      int
	queue   []chan struct{} // who waits, in the order of coming; closed when on has been counted for him
	entries int             // so far
	full    int             // the last entry after which there was no room left
	cut     int             // the last entry before it was made narrower
}

// enter waits for a place on the way to the upload's host. leave is to be told how the try has ended.
func (c *Client) enter(ctx context.Context, up *upload) (leave func(error), err error) {
	ls, host := up.lanes, hostOf(c.base(up.ep.Host))
	ls.mu.Lock()
	l := ls.by[host]
	if l == nil {
		l = &lane{width: lanesFirst}
		if ls.fixed > 0 {
			l.width = float64(ls.fixed)
		}
		ls.by[host] = l
	}
	if l.on >= int(l.width) || len(l.queue) > 0 {
		turn := make(chan struct{})
		l.queue = append(l.queue, turn)
		ls.mu.Unlock()
		select {
		case <-turn:
			ls.mu.Lock()
		case <-ctx.Done():
			ls.mu.Lock()
			defer ls.mu.Unlock()
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
			return nil, ctx.Err()
		}
	} else {
		l.on++
	}
	l.entries++
	entry := l.entries
	if l.on >= int(l.width) {
		l.full = entry
	}
	ls.mu.Unlock()
	return func(err error) {
		ls.mu.Lock()
		before := int(l.width)
		if ls.fixed == 0 && ctx.Err() == nil {
			l.judge(entry, err)
		}
		after := int(l.width)
		l.on--
		l.next()
		ls.mu.Unlock()
		if before != after {
			c.observe(up, Event{Kind: EventParallel, Parallel: after, Host: host})
			ls.grown()
		}
	}, nil
}

// next lets in who waits, as far as there is room.
func (l *lane) next() {
	for len(l.queue) > 0 && l.on < int(l.width) {
		l.on++
		close(l.queue[0])
		l.queue = l.queue[1:]
	}
}

// judge makes the lane wider or narrower after a try.
func (l *lane) judge(entry int, err error) {
	switch {
	case err != nil && mayPass(err):
		if entry > l.cut { // those that were on it together make it narrower once
			l.width, l.cut = max(l.width/2, 1), l.entries
		}
	case err != nil && ProblemOf(err) == "", l.full < entry: // nothing was learned: its width was not what held them up
	case l.cut > 0:
		l.width = min(l.width+1/l.width, lanesMost)
	default:
		l.width = min(l.width+1, lanesMost)
	}
}

// width is how many files may be sent at once, to all hosts.
func (ls *lanes) width() int {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	n := 0
	for _, l := range ls.by {
		n += int(l.width)
	}
	if n == 0 {
		n = lanesFirst
		if ls.fixed > 0 {
			n = ls.fixed
		}
	}
	return n
}
