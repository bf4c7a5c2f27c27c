package intercept

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxup/wxup/app/rawhttp"
	"github.com/wxup/wxup/devkeys"
)

// Policy is what becomes of requests for hosts that are not WeChat's.
type Policy string

const (
	Refuse Policy = ""       // 403, with a line that says what to do
	Tunnel Policy = "tunnel" // connected, and not looked at
)

// Proxy is the proxy. Handler and CA are needed; the zero value of everything else works. Set the
// fields before the first Serve.
type Proxy struct {
	Handler http.Handler // answers for WeChat's hosts: a server.Server
	CA      *devkeys.CA  // makes their certificates

	Others Policy
	// AllowRemote takes clients on other machines; otherwise they are refused, and so is listening
	// on an address that they could reach.
	AllowRemote bool
	// Upstream is the proxy that tunnels go through, if any; nil is http.ProxyFromEnvironment,
	// which looks once. The proxy itself is never its own upstream. Requests for WeChat's hosts do
	// not go upstream: they go nowhere.
	Upstream func(*http.Request) (*url.URL, error)

	Mask func(string) string // hides secrets in what is remembered of clients; nil: those that look like one
	Ear  *rawhttp.Ear        // hears what is meant for WeChat's hosts and comes to no handler; nil: nobody does

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

// inbox is the listener between the two servers: what was hijacked from the outer is accepted by
// the inner.
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
