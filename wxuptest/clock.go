package wxuptest

import (
	"sync"
	"time"
)

// clock is the server's. It runs until it is set.
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

// Now is the server's clock. [Server.Client] goes by it too; have other clients do so where a test sets it.
func (s *Server) Now() time.Time { return s.clock.now() }

// SetTime sets the clock. It stands from then on, until it is set or advanced again.
//
// A test of clients that go by time.Now can set the server's clock off to see how they take 401 SIGN_ERROR. The
// merchant's certificate, and the CA, are good for ten years from now; a clock beyond that meets with their ends.
func (s *Server) SetTime(t time.Time) {
	s.clock.mu.Lock()
	defer s.clock.mu.Unlock()
	s.clock.stands = t
}

// Advance moves the clock on, or back. One that runs goes on running. Access tokens end after two hours of it, and nonces
// are forgotten after ten minutes.
func (s *Server) Advance(d time.Duration) {
	s.clock.mu.Lock()
	defer s.clock.mu.Unlock()
	if !s.clock.stands.IsZero() {
		s.clock.stands = s.clock.stands.Add(d)
	} else {
		s.clock.ahead += d
	}
}
