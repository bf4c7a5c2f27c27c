package intercept

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// FuzzProxy sends anything to the proxy's port. Whatever comes, it ends, and the server gets
// requests as from the client itself.
func FuzzProxy(f *testing.F) {
	for _, s := range []string{
		"CONNECT api.weixin.qq.com:443 HTTP/1.1\r\n\r\n\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
		"CONNECT api.weixin.qq.com:80 HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"CONNECT API.weixin.qq.com.:443 HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
		"CONNECT mmbiz.qpic.cn:443 HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n0\r\n\r\n",
		"CONNECT example.com:443 HTTP/1.1\r\n\r\n", "CONNECT [::1]:1 HTTP/1.1\r\n\r\n", "CONNECT :443 HTTP/1.1\r\n\r\n",
		"GET http://api.weixin.qq.com/?a#b HTTP/1.1\r\nHost: x\r\nProxy-X: 1\r\n\r\n", "GET http:///x HTTP/1.1\r\nHost: x\r\n\r\n",
		"CONNECT api.weixin.qq.com:80 HTTP/1.1\r\n\r\nGET http://u:p@x/?a HTTP/1.1\r\nHost: a\r\n\r\nCONNECT a:1 HTTP/1.1\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", "\x05\x02\x00\x01", "GET / HTTP/9.9\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	g := newRig(f, func(p *Proxy) {
		p.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Scheme != "" || r.URL.Host != "" || r.URL.User != nil || r.Method == http.MethodConnect {
				f.Errorf("the server got %s %s", r.Method, r.URL)
			}
		})
	})
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := net.Dial("tcp", g.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(headerTime + time.Minute)) // far beyond all its limits
		go func() {
			c.Write(b)
			c.(*net.TCPConn).CloseWrite()
		}()
		_, err = io.Copy(io.Discard, c)
		if ne, ok := err.(net.Error); ok && ne.Timeout() {
			t.Errorf("%q: not hung up on", b)
		}
	})
}

// FuzzHost: what target takes is one host written in one way, and nothing is ours that a
// certificate cannot be made for.
func FuzzHost(f *testing.F) {
	for _, s := range []string{"api.weixin.qq.com:443", "MMBIZ.qpic.cn.:443", "[::1]:80", "[::ffff:1.2.3.4]:1", "a_b-c.qpic.cn:443", "1.2.3.4:443", ":1", "..:1", "\u212a.qpic.cn:443"} {
		f.Add(s)
	}
	ca := keys().ca
	f.Fuzz(func(t *testing.T, s string) {
		host, port, ok := target(s)
		if !ok {
			return
		}
		again, port2, ok := target(net.JoinHostPort(host, port))
		if !ok || again != host || port2 != port {
			t.Errorf("%q is %q, and that is %q", s, host, again)
		}
		if strings.ContainsAny(host, " \r\n\t%/@?#\\\"'<>") || host != strings.ToLower(host) {
			t.Errorf("%q is %q", s, host)
		}
		if ours(host) {
			if _, err := netip.ParseAddr(host); err == nil {
				t.Errorf("the address %s is ours", host)
			}
			if _, err := ca.Server(host); err != nil {
				t.Errorf("%s is ours: %v", host, err)
			}
		}
	})
}
