package main

import (
	"context"
	"net"
	"sync"
	"time"
)

// link is a network with a distance and a width. What is sent goes through one wire that all
// connections share, that many bytes a second, and arrives half a round trip after it has left the
// wire; answers come back half a round trip later, and as they are small, at any rate. A connection
// takes a round trip to make, and TLS another, since its handshake goes through the link as all
// else does.
//
// It loses nothing, and starts at full speed: TCP's slow start, of which those who make more
// connections have more, is left out.
type link struct {
	roundTrip time.Duration
	rate      float64 // bytes a second, up
	base      func(context.Context) (net.Conn, error)

	mu    sync.Mutex
	free  time.Time // when all that was given to the wire has left it
	dials int
	sent  int64
}

const (
	packet = 16 << 10 // what takes its turn on the wire at once
	// ahead is how many bytes of a connection may wait for the wire while its writer goes on, as in
	// a socket's buffer.
	ahead = 64 << 10
)

func (l *link) dial(ctx context.Context) (net.Conn, error) {
	l.mu.Lock()
	l.dials++
	l.mu.Unlock()
	if err := pause(ctx, l.roundTrip); err != nil {
		return nil, err
	}
	c, err := l.base(ctx)
	if err != nil {
		return nil, err
	}
	lc := &linkConn{Conn: c, link: l, up: make(chan parcel, 1024), down: make(chan parcel, 1024), gone: make(chan struct{})}
	go lc.carryUp()
	go lc.carryDown()
	return lc, nil
}

// transmit gives n bytes to the wire, and tells when the last has left it.
func (l *link) transmit(n int) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); l.free.Before(now) {
		l.free = now
	}
	l.free = l.free.Add(time.Duration(float64(n) / l.rate * float64(time.Second)))
	l.sent += int64(n)
	return l.free
}

// linkConn is a connection through a link.
type linkConn struct {
	net.Conn
	link     *link
	up, down chan parcel
	now      parcel // that is being read
	once     sync.Once
	gone     chan struct{}
}

// parcel is bytes on the way.
type parcel struct {
	bytes []byte
	at    time.Time // of arrival
	err   error
}

func (c *linkConn) Write(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		piece := p[n:min(n+packet, len(p))]
		left := c.link.transmit(len(piece))
		select {
		case c.up <- parcel{bytes: append([]byte(nil), piece...), at: left.Add(c.link.roundTrip / 2)}:
		case <-c.gone:
			return n, net.ErrClosed
		}
		n += len(piece)
		if wait := time.Until(left) - time.Duration(ahead/c.link.rate*float64(time.Second)); wait > 0 {
			time.Sleep(wait)
		}
	}
	return n, nil
}

func (c *linkConn) carryUp() {
	for {
		select {
		case p := <-c.up:
			time.Sleep(time.Until(p.at))
			if _, err := c.Conn.Write(p.bytes); err != nil {
				c.Close()
				return
			}
		case <-c.gone:
			return
		}
	}
}

func (c *linkConn) carryDown() {
	for {
		buf := make([]byte, packet)
		n, err := c.Conn.Read(buf)
		select {
		case c.down <- parcel{buf[:n], time.Now().Add(c.link.roundTrip / 2), err}:
		case <-c.gone:
			return
		}
		if err != nil {
			return
		}
	}
}

func (c *linkConn) Read(p []byte) (int, error) {
	if len(c.now.bytes) == 0 && c.now.err == nil {
		select {
		case c.now = <-c.down:
			time.Sleep(time.Until(c.now.at))
		case <-c.gone:
			return 0, net.ErrClosed
		}
	}
	n := copy(p, c.now.bytes)
	if c.now.bytes = c.now.bytes[n:]; n > 0 {
		return n, nil
	}
	return 0, c.now.err
}

// There are no deadlines: http.Transport sets none.
func (c *linkConn) SetDeadline(time.Time) error      { return nil }
func (c *linkConn) SetReadDeadline(time.Time) error  { return nil }
func (c *linkConn) SetWriteDeadline(time.Time) error { return nil }

func (c *linkConn) Close() error {
	c.once.Do(func() { close(c.gone) })
	return c.Conn.Close()
}

// pause waits, or gives the context's error.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
