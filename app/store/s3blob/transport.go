package s3blob

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// transport is made for many short requests to one host. Uploads that come in a burst of 200 keep
// their connections for the next one; there is no upper limit, since slow readers of images must
// not keep uploads waiting.
type transport struct {
	quick http.Transport
	lists http.Transport // for a list's page a store may need long
}

func newTransport(patience time.Duration) *transport {
	dialer := &net.Dialer{Timeout: time.Second, KeepAlive: 15 * time.Second}
	return &transport{
		quick: http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSHandshakeTimeout: time.Second, DisableCompression: true,
			ResponseHeaderTimeout: patience,
			MaxIdleConns:          256, MaxIdleConnsPerHost: 256, IdleConnTimeout: time.Minute,
		},
		lists: http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSHandshakeTimeout: time.Second, DisableCompression: true,
			MaxIdleConns: 4, IdleConnTimeout: time.Minute,
		},
	}
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !r.URL.Query().Has("list-type") {
		return t.quick.RoundTrip(r)
	}
	resp, err := t.lists.RoundTrip(r)
	if err != nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	// minio-go takes any XML for a list, and an error that comes with 200 for an empty one.
	defer resp.Body.Close()
	page, err := io.ReadAll(io.LimitReader(resp.Body, pageMost))
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(page[:min(len(page), 1000)], []byte("<ListBucketResult")) {
		return nil, fmt.Errorf("the store was asked for a list and gave something else: %.200q", page)
	}
	resp.Body = io.NopCloser(bytes.NewReader(page))
	return resp, nil
}

// pageMost is far more than a page of a thousand objects has.
const pageMost = 16 << 20

func (t *transport) CloseIdleConnections() {
	t.quick.CloseIdleConnections()
	t.lists.CloseIdleConnections()
}
