package wxup

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// sharedTransport carries the requests of every Client without one of its own.
var sharedTransport = &http.Transport{
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

func (c *Client) transport() http.RoundTripper {
	if c.Transport != nil {
		return c.Transport
	}
	return sharedTransport
}

// certTransport is the transport with the merchant's certificate for TLS.
func (c *Client) certTransport() http.RoundTripper {
	c.withCert.once.Do(func() {
		c.withCert.rt = c.transport()
		t, ok := c.withCert.rt.(*http.Transport)
		if !ok || len(c.Merchant.Certificate.Certificate) == 0 {
			return
		}
		t = t.Clone()
		if t.TLSClientConfig == nil {
			t.TLSClientConfig = &tls.Config{}
		}
		t.TLSClientConfig.Certificates = []tls.Certificate{c.Merchant.Certificate}
		c.withCert.rt = t
	})
	return c.withCert.rt
}

// address is where a target, an escaped path with its query, of a host of WeChat's is.
func (c *Client) address(host, target string) (*url.URL, error) {
	base := c.base(host)
	u, err := url.Parse(strings.TrimSuffix(base, "/") + target)
	if err != nil || strings.ContainsAny(base, "?#") || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return nil, errors.New("Client.BaseURL, or Backup, is no address of the form https://host:port")
	}
	return u, nil
}

// target is the endpoint's path with its segments filled in.
func (up *upload) target() (string, error) {
	path, query, hasQuery := strings.Cut(up.ep.Path, "?")
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if !strings.HasPrefix(s, "{") || !strings.HasSuffix(s, "}") {
			continue
		}
		name := s[1 : len(s)-1]
		value := up.src.Path[name]
		if value == "" || value == "." || value == ".." {
			return "", refuse(BadParameter, "%s needs a value for %s (Source.Path)", up.ep.Name, name)
		}
		segments[i] = url.PathEscape(value)
	}
	for name := range up.src.Path {
		if !strings.Contains(path, "{"+name+"}") {
			return "", refuse(BadParameter, "the path of %s has no {%s} (Source.Path)", up.ep.Name, name)
		}
	}
	path = strings.Join(segments, "/")
	if hasQuery {
		path += "?" + query
	}
	return path, nil
}
