package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"time"
)

// network is a way to the sink. Every contender believes that it is speaking to WeChat, at
// https://api.mch.weixin.qq.com; only the dialer knows better. So nobody's addresses are rewritten,
// and nobody pays for that.
type network struct {
	name string
	dial func(ctx context.Context) (net.Conn, error)
	tls  *tls.Config // nil: what the contender takes for TLS is the bare connection
}

// plain is the loopback without TLS, where the differences between contenders are largest.
func (s *sink) plain() *network {
	return &network{name: "plain HTTP", dial: dialer(s.Plain)}
}

// secure is the loopback with TLS 1.3.
func (s *sink) secure() (*network, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(s.CA) {
		return nil, errors.New("the sink's CA is no PEM")
	}
	return &network{name: "TLS", dial: dialer(s.Secure), tls: &tls.Config{RootCAs: roots}}, nil
}

func dialer(addr string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", addr) }
}

// transport is like http.DefaultTransport, which most SDKs use, but for where it leads. Each
// contender gets its own.
func (n *network) transport() *http.Transport {
	t := &http.Transport{
		MaxIdleConns: 100, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second, ExpectContinueTimeout: time.Second,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return n.dial(ctx) },
	}
	if n.tls == nil {
		t.DialTLSContext = t.DialContext
	} else {
		t.TLSClientConfig = n.tls.Clone()
	}
	return t
}
