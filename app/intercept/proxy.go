package intercept

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxup/wxup/devkeys"
)

// Policy is what becomes of requests for hosts that are not WeChat's.
type Policy string

const (
	Refuse Policy = ""       // 403, with a line that says what to do
	Tunnel Policy = "tunnel" // connected, and not looked at
)

// Proxy is the proxy. Handler and CA are needed; the zero value of everything else works. Set the fields before the first
// Serve.
type Proxy struct {
	Handler http.Handler // answers for WeChat's hosts: a server.Server
	CA      *devkeys.CA  // makes their certificates

	Others Policy
	// AllowRemote takes clients on other machines; otherwise they are refused, and so is listening on an address that they
	// could reach.
	AllowRemote bool
	// Upstream is the proxy that tunnels go through, if any; nil is http.ProxyFromEnvironment, which looks once. The proxy
	// itself is never its own upstream. Requests for WeChat's hosts do not go upstream: they go nowhere.
	Upstream func(*http.Request) (*url.URL, error)

	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: slog.Default()

	once    sync.Once
	outer   *http.Server // speaks to the client as a proxy
	inner   *http.Server // speaks to the client as WeChat, inside the CONNECT
	inbox   *inbox       // from the one to the other
	tls     *tls.Config
	via     string // this proxy's name in Via, to know itself again
	forward map[bool]*httputil.ReverseProxy
	tunnels chan struct{} // holds one for each tunnel that is open
	seen    seen

	stopping atomic.Bool
	running  sync.WaitGroup
	mu       sync.Mutex
	closed   bool
	at       []netip.AddrPort      // where we listen
	taken    map[net.Conn]struct{} // hijacked, and not handed to inner: handshakes and tunnels
	busy     sync.WaitGroup        // one for each of taken
}

// The times and sizes of a connection, as on the server's other ports.
const (
	headerTime = 10 * time.Second // also for the TLS handshake, and for reaching another host
	idleTime   = 60 * time.Second
	writeTime  = 5 * time.Minute
	headerMost = 64 << 10

	tunnelsMost = 256             // open at once
	tunnelIdle  = 5 * time.Minute // without a byte either way
)

// start makes the parts.
func (p *Proxy) start() {
	p.once.Do(func() {
		p.Log = cmp.Or(p.Log, slog.Default())
		if p.Now == nil {
			p.Now = time.Now
		}
		if p.Upstream == nil {
			p.Upstream = http.ProxyFromEnvironment
		}
		p.via = "wxup-" + rand.Text()[:10]
		p.taken = map[net.Conn]struct{}{}
		p.tunnels = make(chan struct{}, tunnelsMost)
		p.forward = map[bool]*httputil.ReverseProxy{true: p.forwarder(true), false: p.forwarder(false)}
		leaves := &devkeys.Leaves{CA: p.CA}
		p.tls = &tls.Config{
			GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
				v := hello.Conn.(*visit)
				v.helloed = true
				// A name that is not ours gets the certificate of the host that was asked for: the client will say
				// that it does not fit.
				if name, ok := hostName(hello.ServerName); ok && ours(name) {
					return leaves.For(name)
				}
				return leaves.For(v.host)
			},
			MinVersion: tls.VersionTLS12,
			ClientAuth: tls.RequestClientCert, // checked by the handler, which has a documented answer for each fault
			NextProtos: []string{"http/1.1"},  // some SDKs look header names up in the case that HTTP/2 does not keep
		}
		server := func(h http.HandlerFunc) *http.Server {
			return &http.Server{
				Handler: h, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, WriteTimeout: writeTime, MaxHeaderBytes: headerMost,
				ErrorLog: slog.NewLogLogger(p.Log.Handler(), slog.LevelDebug),
			}
		}
		p.outer, p.inner, p.inbox = server(p.serveOuter), server(p.serveInner), newInbox()
		p.inner.ConnState = p.watch
		p.inner.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, visitKey{}, visitOf(c))
		}
		p.running.Go(func() { p.inner.Serve(p.inbox) })
	})
}

// Serve takes connections until Shutdown or Close, after which it returns http.ErrServerClosed. It closes the listener
// when it returns. It may be called for several listeners.
func (p *Proxy) Serve(l net.Listener) error {
	if p.Handler == nil || p.CA == nil {
		l.Close()
		return errors.New("intercept: the Proxy needs a Handler and a CA")
	}
	if p.Others != Refuse && p.Others != Tunnel {
		l.Close()
		return fmt.Errorf("intercept: there is no policy %q for other hosts; leave it empty to refuse them, or say %s", p.Others, Tunnel)
	}
	addr, isTCP := tcpAddr(l.Addr())
	if isTCP && !addr.Addr().IsLoopback() && !p.AllowRemote {
		l.Close()
		return fmt.Errorf("intercept: %s can be reached from other machines, and whoever reaches a proxy can use it: listen on 127.0.0.1, or allow other machines (--proxy-remote)", l.Addr())
	}
	p.start()
	p.mu.Lock()
	if isTCP {
		p.at = append(p.at, addr)
	}
	p.mu.Unlock()
	return p.outer.Serve(knocks{l, p})
}

// Shutdown stops taking connections, lets the requests under way finish, as http.Server.Shutdown does, and then cuts the
// tunnels. When ctx ends before, it returns the reason; Close ends the rest.
func (p *Proxy) Shutdown(ctx context.Context) error {
	p.start()
	p.stopping.Store(true)
	inner := make(chan error, 1)
	go func() { inner <- p.inner.Shutdown(ctx) }()
	err := errors.Join(p.outer.Shutdown(ctx), <-inner)
	p.cut()
	return errors.Join(err, p.wait(ctx))
}

// Close ends everything at once.
func (p *Proxy) Close() error {
	p.start()
	p.stopping.Store(true)
	err := errors.Join(p.outer.Close(), p.inner.Close())
	p.cut()
	return err
}

// wait is for what Shutdown has cut to be gone.
func (p *Proxy) wait(ctx context.Context) error {
	gone := make(chan struct{})
	go func() {
		p.busy.Wait()
		p.running.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// take counts a hijacked connection as ours to close; leave gives it back. After cut none is taken.
func (p *Proxy) take(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.taken[c] = struct{}{}
	p.busy.Add(1)
	return true
}

func (p *Proxy) leave(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.taken, c)
	p.busy.Done()
}

func (p *Proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for c := range p.taken {
		c.Close()
	}
}

// inbox is the listener between the two servers: what was hijacked from the outer is accepted by the inner.
type inbox struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newInbox() *inbox { return &inbox{conns: make(chan net.Conn), done: make(chan struct{})} }

func (b *inbox) put(c net.Conn) {
	select {
	case b.conns <- c:
	case <-b.done:
		c.Close()
	}
}

func (b *inbox) Accept() (net.Conn, error) {
	select {
	case c := <-b.conns:
		return c, nil
	case <-b.done:
		return nil, net.ErrClosed
	}
}

func (b *inbox) Close() error {
	b.once.Do(func() { close(b.done) })
	return nil
}

func (b *inbox) Addr() net.Addr { return &net.TCPAddr{} }

// tcpAddr is the address of a TCP connection or listener, an IPv4 one always as such.
func tcpAddr(a net.Addr) (netip.AddrPort, bool) {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}, false
	}
	ap := t.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()), true
}
