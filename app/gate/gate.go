package gate

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// Rate is how many bytes a second a connection must carry so as not to fall behind.
	Rate = 8 << 10
	// Start is the head start of a connection whose caller is known.
	Start = 15 * time.Second
	// Stall is how long a connection may take none of the bytes that are written to it.
	Stall = 20 * time.Second
)

// sendBuffer is how much of an answer waits in the system for a caller to read it. By itself Linux
// takes megabytes for each.
const sendBuffer = 256 << 10

// Config says how many connections a Listener keeps.
type Config struct {
	Most    int            // connections; as many as the system allows files for, at most
	Trusted []netip.Prefix // reverse proxies: their addresses are not those of callers
}

// Listener is a net.Listener that keeps no more connections than it may. Make it with [New].
type Listener struct {
	net.Listener
	Config

	mu      sync.Mutex
	all     ranked[*Conn]
	unknown map[netip.Addr]*ranked[*Conn] // those without proof, by address
	closed  int64
}

// New puts a Listener before another one.
func New(l net.Listener, c Config) *Listener {
	c.Most = max(min(c.Most, files()), 8)
	return &Listener{
		Listener: l, Config: c, unknown: map[netip.Addr]*ranked[*Conn]{},
		all: ranked[*Conn]{at: func(c *Conn) *int { return &c.inAll }},
	}
}

// Share is how many connections one address may have without proof.
func (l *Listener) Share() int { return max(l.Most/8, 4) }

// State returns how many connections are open, and how many were closed to make room.
func (l *Listener) State() (open int, closed int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Len(), l.closed
}

// Accept waits for the next connection. It never refuses one for want of room.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		inner, err := l.Listener.Accept()
		if err == nil {
			return l.admit(inner), nil
		}
		if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) || !l.shrink() {
			return nil, err
		}
	}
}

// admit takes a connection in, and closes others if there is no room.
func (l *Listener) admit(inner net.Conn) *Conn {
	c := &Conn{Conn: inner, l: l, addr: address(inner.RemoteAddr()), inAll: -1, inUnknown: -1}
	c.paid.Store(time.Now().UnixNano())
	if tcp, ok := inner.(*net.TCPConn); ok {
		tcp.SetWriteBuffer(sendBuffer)
	}
	l.mu.Lock()
	var victims []*Conn
	if same := l.unknown[c.addr]; same != nil && same.Len() >= l.Share() && !l.trusts(c.addr) {
		victims = append(victims, l.drop(same.least()))
	}
	if l.all.Len() >= l.Most {
		victims = append(victims, l.drop(l.all.least()))
	}
	l.all.add(c)
	same := l.unknown[c.addr]
	if same == nil {
		same = &ranked[*Conn]{at: func(c *Conn) *int { return &c.inUnknown }}
		l.unknown[c.addr] = same
	}
	same.add(c)
	l.mu.Unlock()
	for _, v := range victims {
		v.cut()
	}
	return c
}

// shrink closes one connection in eight when the system has no more files. It reports whether it
// has closed any.
func (l *Listener) shrink() bool {
	const few = 8 // they are not what takes the files
	l.mu.Lock()
	var victims []*Conn
	for keep := max(l.all.Len()*7/8, few); l.all.Len() > keep; {
		victims = append(victims, l.drop(l.all.least()))
	}
	l.mu.Unlock()
	for _, v := range victims {
		v.cut()
	}
	return len(victims) > 0
}

func (l *Listener) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(l.Trusted, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// drop takes a connection out that is to be cut. The lock is held.
func (l *Listener) drop(c *Conn) *Conn {
	l.forget(c)
	l.closed++
	return c
}

// forget takes a connection out of the ranks. The lock is held.
func (l *Listener) forget(c *Conn) {
	l.all.remove(c)
	l.forgetUnknown(c)
}

func (l *Listener) forgetUnknown(c *Conn) {
	if same := l.unknown[c.addr]; same != nil {
		same.remove(c)
		if same.Len() == 0 {
			delete(l.unknown, c.addr)
		}
	}
}

// Conn is a connection of a Listener.
type Conn struct {
	net.Conn
	l      *Listener
	addr   netip.Addr
	paid   atomic.Int64 // Unix time in ns until which it has carried enough; never in the future
	proved atomic.Bool

	inAll, inUnknown int // positions in the ranks; -1: not there

	mu    sync.Mutex
	until time.Time // the deadline for writing that was set
}

// value is what the connection is worth.
func (c *Conn) value() int64 {
	v := c.paid.Load()
	if c.proved.Load() {
		v += int64(Start)
	}
	return v
}

// carried notes that n bytes went through: a Read and a Write may do so at once. What was paid does
// not shrink, not even if the clock is set back.
func (c *Conn) carried(n int) {
	if n <= 0 {
		return
	}
	now := time.Now().UnixNano()
	for {
		old := c.paid.Load()
		paid := max(old, min(old+int64(n)*int64(time.Second)/Rate, now))
		if c.paid.CompareAndSwap(old, paid) {
			return
		}
	}
}

func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.carried(n)
	return n, err
}

// Write writes in pieces, each of which must be taken in its time.
func (c *Conn) Write(b []byte) (written int, err error) {
	const piece = 64 << 10
	for first := true; first || len(b) > 0; first = false {
		c.limit()
		n, err := c.Conn.Write(b[:min(len(b), piece)])
		c.carried(n)
		written, b = written+n, b[n:]
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// limit sets the deadline of a write.
func (c *Conn) limit() {
	c.mu.Lock()
	defer c.mu.Unlock()
	until := time.Now().Add(Stall)
	if !c.until.IsZero() && c.until.Before(until) {
		until = c.until
	}
	c.Conn.SetWriteDeadline(until)
}

func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = t
	return c.Conn.SetWriteDeadline(t)
}

func (c *Conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *Conn) Close() error {
	c.l.mu.Lock()
	c.l.forget(c)
	c.l.mu.Unlock()
	return c.Conn.Close()
}

// cut closes the connection at once: what was not sent yet is thrown away.
func (c *Conn) cut() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.Conn.Close()
}

// CloseWrite says that no more will come.
func (c *Conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// prove notes that it is known who calls.
func (c *Conn) prove() {
	if c.proved.Swap(true) {
		return
	}
	c.l.mu.Lock()
	defer c.l.mu.Unlock()
	c.l.forgetUnknown(c)
}

type key struct{}

// Context is the ConnContext of an http.Server, so that Proved finds the connection. Others may
// stand before it, such as TLS, if they have a method NetConn.
func Context(ctx context.Context, c net.Conn) context.Context {
	for {
		switch x := c.(type) {
		case *Conn:
			return context.WithValue(ctx, key{}, x)
		case interface{ NetConn() net.Conn }:
			c = x.NetConn()
		default:
			return ctx
		}
	}
}

// Proved notes that the caller of a request has proved who they are. ctx is the request's.
func Proved(ctx context.Context) {
	if c, ok := ctx.Value(key{}).(*Conn); ok {
		c.prove()
	}
}

// address is where a connection comes from: of IPv6, the network of 64 bits that one subscriber
// has.
func address(a net.Addr) netip.Addr {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	addr := tcp.AddrPort().Addr().Unmap().WithZone("")
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return addr
}
