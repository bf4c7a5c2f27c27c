package node

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/wxup/wxup/app/gate"
	"github.com/wxup/wxup/app/rawhttp"
)

// The limits of a connection. The body of an upload has a deadline of its own, which depends on its
// maximum size.
const (
	headerTime = 10 * time.Second
	idleTime   = 60 * time.Second
	keepAlive  = 55 * time.Second // announced to clients; a little less than idleTime
	writeTime  = 5 * time.Minute
	maxHeader  = 64 << 10
)

// listeners are the open ports, by the name of their flag, and what serves them.
type listeners struct {
	most    int            // connections of each
	trusted []netip.Prefix // reverse proxies

	list    map[string]*gate.Listener
	servers []acceptor
	running sync.WaitGroup
	failed  chan error // receives the error of the first listener that fails
}

// acceptor serves a listener: an http.Server or the proxy.
type acceptor interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
	Close() error
}

// open opens a port unless it is open already. An empty address leaves it off.
func (ls *listeners) open(name, addr string) error {
	if addr == "" || ls.list[name] != nil {
		return nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return texts.Errorf("--%s %s: %w; choose another address, or port 0 for any free port", name, addr, err)
	}
	if ls.list == nil {
		ls.list, ls.failed = map[string]*gate.Listener{}, make(chan error, 1)
	}
	ls.list[name] = gate.New(l, gate.Config{Most: ls.most, Trusted: ls.trusted})
	return nil
}

// openAny opens a port, or any free one of the same host if that fails. moved reports which.
func (ls *listeners) openAny(name, addr string) (moved bool, err error) {
	if err := ls.open(name, addr); err == nil {
		return false, nil
	} else if host, _, bad := net.SplitHostPort(addr); bad != nil || ls.open(name, net.JoinHostPort(host, "0")) != nil {
		return false, err
	}
	return true, nil
}

// release closes ports that are not served yet.
func (ls *listeners) release(names ...string) {
	for _, name := range names {
		if l := ls.list[name]; l != nil {
			l.Close()
			delete(ls.list, name)
		}
	}
}

// url is the URL at which this machine reaches a listener, or "" if it is off.
func (ls *listeners) url(name string) string {
	l := ls.list[name]
	if l == nil {
		return ""
	}
	scheme := "http"
	if name == "https" {
		scheme = "https"
	}
	host, port, _ := net.SplitHostPort(l.Addr().String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// reachable reports whether other machines can reach an address to listen on. One that cannot be
// listened on is not reachable either.
func reachable(addr string) bool {
	at, err := net.ResolveTCPAddr("tcp", addr)
	return err == nil && !at.IP.IsLoopback()
}

// serve starts to serve a listener if it is open.
func (ls *listeners) serve(name string, a acceptor) {
	l := ls.list[name]
	if l == nil {
		return
	}
	ls.servers = append(ls.servers, a)
	ls.running.Go(func() {
		if err := a.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			select {
			case ls.failed <- texts.Errorf("%s listener: %w", name, err):
			default:
			}
		}
	})
}

// httpServer is an http.Server whose connections are heard.
type httpServer struct {
	*http.Server
	ear    *rawhttp.Ear
	config *tls.Config // nil: plain
}

func (s httpServer) Serve(l net.Listener) error { return s.Server.Serve(s.ear.Listen(l, s.config)) }

func newHTTPServer(h http.Handler, ear *rawhttp.Ear, log *slog.Logger) httpServer {
	return httpServer{&http.Server{
		Handler: rawhttp.Handler(h), ConnState: rawhttp.Watch,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return gate.Context(rawhttp.ConnContext(ctx, c), c)
		},
		ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, WriteTimeout: writeTime, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}, ear, nil}
}

// newTLSServer serves a handler over TLS.
func newTLSServer(h http.Handler, leaf func(*tls.ClientHelloInfo) (*tls.Certificate, error), ear *rawhttp.Ear, log *slog.Logger) httpServer {
	s := newHTTPServer(h, ear, log)
	s.config = &tls.Config{
		GetCertificate: leaf, MinVersion: tls.VersionTLS12,
		ClientAuth: tls.RequestClientCert, // the handler checks it and has a documented answer for each fault
		NextProtos: []string{"http/1.1"},  // some SDKs look up header names in a case that HTTP/2 does not keep
	}
	return s
}

// shutdown accepts no more connections and waits for the requests in progress.
func (ls *listeners) shutdown(wait time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	var stopped sync.WaitGroup
	errs := make([]error, len(ls.servers))
	for i, a := range ls.servers {
		stopped.Go(func() { errs[i] = a.Shutdown(ctx) })
	}
	stopped.Wait()
	ls.running.Wait()
	if err := errors.Join(errs...); err != nil {
		return texts.Errorf("some uploads did not finish within %s: %w", wait, err)
	}
	return nil
}

func (ls *listeners) close() {
	for _, l := range ls.list {
		l.Close()
	}
	for _, a := range ls.servers {
		a.Close()
	}
}
