package carry

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// Transport carries the requests of every Client without one of its own.
var Transport = &http.Transport{
	Proxy:                  http.ProxyFromEnvironment,
	DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
	ForceAttemptHTTP2:      true,
	TLSHandshakeTimeout:    10 * time.Second,
	ResponseHeaderTimeout:  time.Minute,
	ExpectContinueTimeout:  time.Second,
	MaxIdleConns:           100,
	MaxIdleConnsPerHost:    100, // uploads come in batches
	IdleConnTimeout:        90 * time.Second,
	MaxResponseHeaderBytes: 64 << 10,
}

// WithCertificate returns rt with a client certificate. Only an *http.Transport can be given one,
// by a clone.
func WithCertificate(rt http.RoundTripper, cert tls.Certificate) http.RoundTripper {
	t, ok := rt.(*http.Transport)
	if !ok || len(cert.Certificate) == 0 {
		return rt
	}
	t = t.Clone()
	if t.TLSClientConfig == nil {
		t.TLSClientConfig = &tls.Config{}
	}
	t.TLSClientConfig.Certificates = []tls.Certificate{cert}
	return t
}
