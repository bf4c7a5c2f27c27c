package wxuptest

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// listener serves a handler at one address.
type listener struct {
	net.Listener
	addr   string
	pipes  *pipes // in a synctest bubble; else nil
	server *http.Server
	served sync.WaitGroup
	conns  sync.WaitGroup
}

// listen takes an address. secure is the TLS configuration, nil for plain HTTP.
func listen(secure *tls.Config) (*listener, error) {
	l := &listener{}
	if inBubble() {
		l.pipes = newPipes()
		l.Listener = l.pipes
	} else {
		var err error
		if l.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			if l.Listener, err = net.Listen("tcp", "[::1]:0"); err != nil {
				return nil, err
			}
		}
	}
	l.addr = l.Addr().String()
	if secure != nil {
		l.Listener = tls.NewListener(l.Listener, secure)
	}
	return l, nil
}

// serve starts to answer requests.
func (l *listener) serve(handler http.Handler) {
	// Handshake errors are not logged: the client sees them too, and a test may want them.
	l.server = &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0), ConnState: l.count}
	l.served.Go(func() { l.server.Serve(l.Listener) })
}

func (l *listener) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		l.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		l.conns.Done()
	}
}

// close cuts all connections and waits for their handlers.
func (l *listener) close() {
	if l.server == nil { // it was never started
		l.Close()
		return
	}
	l.server.Close()
	l.served.Wait()
	l.server.Close() // a connection that was being accepted
	l.conns.Wait()
}

func (l *listener) dial(ctx context.Context) (net.Conn, error) {
	if l.pipes != nil {
		return l.pipes.dial(ctx)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", l.addr)
}

// inBubble reports whether this goroutine is in a testing/synctest bubble: time begins in 2000
// there.
func inBubble() bool { return time.Now().Before(began) }

// pipes is a network in memory. A goroutine that waits for a socket stops a bubble's time; one that
// waits for a pipe does not.
type pipes struct {
	addr   *net.TCPAddr
	calls  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

var pipePort atomic.Uint32

// newPipes makes a network in memory. Nobody listens at its address.
func newPipes() *pipes {
	return &pipes{
		addr:  &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1 + int(pipePort.Add(1)%1000)},
		calls: make(chan net.Conn), closed: make(chan struct{}),
	}
}

func (p *pipes) Addr() net.Addr { return p.addr }

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.calls <- end{far, p.addr}:
		return end{near, p.addr}, nil
	case <-p.closed:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: p.addr, Err: net.ErrClosed}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// end is one end of a pipe, with an address on this machine.
type end struct {
	net.Conn
	addr net.Addr
}

func (e end) LocalAddr() net.Addr  { return e.addr }
func (e end) RemoteAddr() net.Addr { return e.addr }
