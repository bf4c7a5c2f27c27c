package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/wxup/wxup"
)

// The times of a connection. The body of an upload has a deadline of its own, made from the size it may have.
const (
	headerTime = 10 * time.Second
	idleTime   = 60 * time.Second
	keepAlive  = 55 * time.Second // told to callers; a little less than idleTime
	writeTime  = 5 * time.Minute
	headerMost = 64 * wxup.KB
)

// listeners are the open ports, by name, and what serves them.
type listeners struct {
	list    map[string]net.Listener
	servers []acceptor
	running sync.WaitGroup
	failed  chan error // the first listener that ends by itself
}

// acceptor is what serves a listener: an http.Server, or the proxy.
type acceptor interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
	Close() error
}

// open opens a port, unless it is open already.
func (ls *listeners) open(name, addr string) error {
	if addr == "" || ls.list[name] != nil {
		return nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("--%s %s: %w; choose another address, or port 0 for any free one", name, addr, err)
	}
	if ls.list == nil {
		ls.list, ls.failed = map[string]net.Listener{}, make(chan error, 1)
	}
	ls.list[name] = l
	return nil
}

// url is where a listener can be reached from this machine; "" if it is off.
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

// serve serves a listener, if it is open.
func (ls *listeners) serve(name string, a acceptor) {
	l := ls.list[name]
	if l == nil {
		return
	}
	ls.servers = append(ls.servers, a)
	ls.running.Go(func() {
		if err := a.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			select {
			case ls.failed <- fmt.Errorf("%s listener: %w", name, err):
			default:
			}
		}
	})
}

// plainly serves a handler over HTTP.
func plainly(h http.Handler, log *slog.Logger) acceptor { return newHTTPServer(h, log) }

func newHTTPServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, WriteTimeout: writeTime, MaxHeaderBytes: headerMost,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// overTLS serves a handler over TLS.
func overTLS(h http.Handler, leaf func(*tls.ClientHelloInfo) (*tls.Certificate, error), log *slog.Logger) acceptor {
	return tlsServer{newHTTPServer(h, log), &tls.Config{
		GetCertificate: leaf, MinVersion: tls.VersionTLS12,
		ClientAuth: tls.RequestClientCert, // checked by the handler, which has a documented answer for each fault
		NextProtos: []string{"http/1.1"},  // some SDKs look header names up in the case that HTTP/2 does not keep
	}}
}

type tlsServer struct {
	*http.Server
	config *tls.Config
}

func (s tlsServer) Serve(l net.Listener) error { return s.Server.Serve(tls.NewListener(l, s.config)) }

// shutdown stops taking connections and waits for the requests under way.
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
		return fmt.Errorf("some uploads did not finish within %s: %w", wait, err)
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
