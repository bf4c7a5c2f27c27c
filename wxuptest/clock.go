package wxuptest

import (
	"sync"
	"time"
)

// clock is the server's clock. It runs until it is set.
type clock struct {
	mu     sync.Mutex
	base   func() time.Time
	ahead  time.Duration // of base, while it runs
	stands time.Time     // where it stands; zero: it runs
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stands.IsZero() {
		return c.stands
	}
	return c.base().Add(c.ahead)
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stands = t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stands.IsZero() {
		c.stands = c.stands.Add(d)
	} else {
		c.ahead += d
	}
}
