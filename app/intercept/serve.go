package intercept

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"time"

	"github.com/wxup/wxup/app/gate"
	"github.com/wxup/wxup/app/rawhttp"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/internal/secret"
)

// start makes the parts.
func (p *Proxy) start() {
	p.once.Do(func() {
		p.Log = cmp.Or(p.Log, slog.Default())
		if p.Now == nil {
			p.Now = time.Now
		}
		if p.Mask == nil {
			p.Mask = (*secret.Set)(nil).Mask
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
				// A name that is not ours gets the certificate of the host that was asked for: the
				// client will say that it does not fit.
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
		p.outer, p.inner, p.inbox = server(p.serveOuter), server(rawhttp.Handler(http.HandlerFunc(p.serveInner)).ServeHTTP), newInbox()
		p.inner.ConnState = p.watch
		p.outer.ConnContext = gate.Context
		p.inner.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
			return gate.Context(context.WithValue(rawhttp.ConnContext(ctx, c), visitKey{}, visitOf(c)), c)
		}
		p.running.Go(func() { p.inner.Serve(p.inbox) })
	})
}

// Serve takes connections until Shutdown or Close, after which it returns http.ErrServerClosed. It
// closes the listener when it returns. It may be called for several listeners.
func (p *Proxy) Serve(l net.Listener) error {
	if p.Handler == nil || p.CA == nil {
		l.Close()
		return errors.New("intercept: the Proxy needs a Handler and a CA")
	}
	if p.Others != Refuse && p.Others != Tunnel {
		l.Close()
		return texts.Errorf("intercept: there is no policy %q for other hosts; leave it empty to refuse them, or use %s", p.Others, Tunnel)
	}
	addr, isTCP := tcpAddr(l.Addr())
	if isTCP && !addr.Addr().IsLoopback() && !p.AllowRemote {
		l.Close()
		return texts.Errorf("intercept: %s can be reached from other machines, and anyone who reaches a proxy can use it: listen on 127.0.0.1, or allow other machines (--proxy-remote)", l.Addr())
	}
	p.start()
	p.mu.Lock()
	if isTCP {
		p.at = append(p.at, addr)
	}
	p.mu.Unlock()
	return p.outer.Serve(knocks{l, p})
}

// Shutdown stops taking connections, lets the requests under way finish, as http.Server.Shutdown
// does, and then cuts the tunnels. When ctx ends before, it returns the reason; Close ends the
// rest.
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

// tcpAddr is the address of a TCP connection or listener, an IPv4 one always as such.
func tcpAddr(a net.Addr) (netip.AddrPort, bool) {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}, false
	}
	ap := t.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()), true
}
