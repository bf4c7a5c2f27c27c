package intercept

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func tunnelling(p *Proxy) { p.Others = Tunnel }

// echo is a host of somebody else's that says everything back, until the other side has said all.
func echo(t testing.TB) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				b, _ := io.ReadAll(c)
				c.Write(b)
			}()
		}
	}()
	return l.Addr().String()
}

func newDirect(t testing.TB, g *rig, leaf tls.Certificate) string {
	ts := httptest.NewUnstartedServer(g.Handler)
	ts.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}, ClientAuth: tls.RequestClientCert, NextProtos: []string{"http/1.1"}}
	ts.StartTLS()
	t.Cleanup(ts.Close)
	return ts.URL
}

// TestTunnel: TLS of another host's own goes through unread, as does plain HTTP.
func TestTunnel(t *testing.T) {
	g := newRig(t, tunnelling)
	far := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "far away") }))
	defer far.Close()
	status, body, err := get(g.transport(far.Certificate()), far.URL)
	if status != 200 || body != "far away" {
		t.Errorf("https: %d %q %v", status, body, err)
	}
	var asked *http.Request
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Clone(r.Context())
		io.Copy(w, r.Body)
	}))
	defer plain.Close()
	r, err := http.NewRequest("POST", plain.URL+"/x?a=%zz;b", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Proxy-Authorization", "Basic c2VjcmV0")
	r.Header.Set("X-Forwarded-For", "192.0.2.1")
	resp, err := (&http.Client{Transport: g.transport()}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, _ := io.ReadAll(resp.Body); string(b) != "body" {
		t.Errorf("http: %q", b)
	}
	if asked.Header.Get("Proxy-Authorization") != "" || asked.RequestURI != "/x?a=%zz;b" || "http://"+asked.Host != plain.URL || asked.Header.Get("Via") == "" {
		t.Errorf("http: arrived as %s %s %v", asked.Host, asked.RequestURI, asked.Header)
	}
	// What is WeChat's is never led out, on whatever port.
	for _, sent := range []string{"CONNECT api.mch.weixin.qq.com:8443 HTTP/1.1\r\n\r\n", "GET http://mmbiz.qpic.cn:8080/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"} {
		if answer := g.say(sent); !strings.HasPrefix(answer, "HTTP/1.1 403 ") {
			t.Errorf("%q: %q", sent, answer)
		}
	}
	if answer := g.say("GET https://example.com/ HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n"); !strings.HasPrefix(answer, "HTTP/1.1 400 ") || !strings.Contains(answer, "CONNECT") {
		t.Errorf("https in clear: %q", answer)
	}
	// Nobody is there.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := l.Addr().String()
	l.Close()
	if answer := g.say("CONNECT " + gone + " HTTP/1.1\r\n\r\n"); !strings.HasPrefix(answer, "HTTP/1.1 502 ") || !strings.Contains(answer, "refused") {
		t.Errorf("nobody there: %q", answer)
	}
	if status, body, err := g.get("http://" + gone); err != nil || status != 502 || !strings.Contains(body, "无法连接") {
		t.Errorf("nobody there: %d %q %v", status, body, err)
	}
	if s := g.last(Unreachable); s.Host != gone {
		t.Errorf("seen: %+v", s)
	}
}

// TestHalfClose: the client has said all, and still hears the answer, which is bigger than any
// buffer on the way.
func TestHalfClose(t *testing.T) {
	g := newRig(t, tunnelling)
	text := bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MB
	c := g.raw()
	go func() {
		fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\n\r\nearly", echo(t)) // sent before the answer came
		c.Write(text)
		c.CloseWrite()
	}()
	got, err := io.ReadAll(c)
	if err != nil || string(got) != established+"early"+string(text) {
		t.Errorf("%d bytes, %v, want %d", len(got), err, len(established)+5+len(text))
	}
}

// TestInside: a client on another machine is led to public addresses only, by name or by number,
// however it is written.
func TestInside(t *testing.T) {
	secret := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "SECRET") }))
	defer secret.Close()
	_, port, _ := net.SplitHostPort(secret.Listener.Addr().String())
	for name, up := range map[string]*url.URL{"direct": nil, "upstream": {Scheme: "http", Host: newRig(t, tunnelling).addr}} {
		g := newStrangerRig(t, tunnelling, func(p *Proxy) {
			p.AllowRemote = true
			p.Upstream = func(*http.Request) (*url.URL, error) { return up, nil }
		})
		for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "127.1.2.3",
			"169.254.169.254", "10.0.0.1", "192.168.0.1", "172.16.0.1", "100.100.100.200", "[fe80::1]", "[fd00:ec2::254]"} {
			for _, sent := range []string{
				"CONNECT " + host + ":" + port + " HTTP/1.1\r\n\r\nGET / HTTP/1.0\r\n\r\n",
				"GET http://" + host + ":" + port + "/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
			} {
				answer := g.say(sent)
				if strings.Contains(answer, "SECRET") || !strings.HasPrefix(answer, "HTTP/1.1 403 ") || !strings.Contains(answer, "private network") {
					t.Errorf("%s: %.40q is answered %q", name, sent, answer)
				}
			}
		}
	}
	// A client on this machine reaches what it could reach without us.
	g := newRig(t, tunnelling)
	if answer := g.say("CONNECT 127.0.0.1:" + port + " HTTP/1.1\r\n\r\nGET / HTTP/1.0\r\n\r\n"); !strings.Contains(answer, "SECRET") {
		t.Errorf("a local client: %q", answer)
	}

	for s, want := range map[string]bool{
		"8.8.8.8": false, "2606:4700::1111": false, "64:ff9b::808:808": false, "2002:808:808::1": false, "172.32.0.1": false,
		"127.0.0.1": true, "::1": true, "::ffff:10.1.2.3": true, "64:ff9b::7f00:1": true, "64:ff9b::a9fe:a9fe": true, "2002:7f00:1::": true,
		"2001:0:1::": true, "::127.0.0.1": true, "fe80::1%eth0": true, "224.0.0.1": true, "255.255.255.255": true, "192.0.0.192": true, "100.64.0.1": true,
	} {
		if got := inside(netip.MustParseAddr(s)); got != want {
			t.Errorf("%s is inside: %v, want %v", s, got, want)
		}
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs { // whatever they are, public ones too
		if n := a.(*net.IPNet); !inside(netip.MustParseAddr(n.IP.String())) {
			t.Errorf("this machine's %s is not inside", n)
		}
	}
}

// TestItself: the proxy connects neither to itself nor, by the environment it was started in,
// through itself.
func TestItself(t *testing.T) {
	g := newRig(t, tunnelling)
	for _, sent := range []string{"CONNECT " + g.addr + " HTTP/1.1\r\n\r\n", "GET http://" + g.addr + "/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"} {
		if answer := g.say(sent); !strings.HasPrefix(answer, "HTTP/1.1 403 ") || !strings.Contains(answer, "this proxy itself") {
			t.Errorf("%q: %q", sent, answer)
		}
	}

	far := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "far away") }))
	defer far.Close()
	plain := httptest.NewServer(far.Config.Handler)
	defer plain.Close()
	through := func(up string) func(*Proxy) {
		return func(p *Proxy) {
			p.Others = Tunnel
			p.Upstream = func(*http.Request) (*url.URL, error) { return url.Parse(up) }
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	itself := newRigOn(t, l, through("http://"+l.Addr().String()))
	behind := newRig(t, through("http://"+g.addr))
	for name, p := range map[string]*rig{"its own upstream": itself, "an upstream": behind} {
		for _, address := range []string{far.URL, plain.URL} {
			if status, body, err := get(p.transport(far.Certificate()), address); status != 200 || body != "far away" {
				t.Errorf("%s: %s: %d %q %v", name, address, status, body, err)
			}
		}
	}
	if n := len(g.Seen()); n < 3 {
		t.Errorf("the upstream was asked for %d things", n)
	}

	// Two proxies that each name the other.
	l1, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	one := newRig(t, through("http://"+l1.Addr().String()))
	newRigOn(t, l1, through("http://"+one.addr))
	if answer := one.say("CONNECT example.com:443 HTTP/1.1\r\n\r\n"); !strings.HasPrefix(answer, "HTTP/1.1 502 ") {
		t.Errorf("two in a circle: %q", answer)
	}
	if status, body, err := one.get("http://example.com/"); status != 508 {
		t.Errorf("two in a circle: %d %q %v", status, body, err)
	}
	for up, want := range map[string]string{
		"socks5://127.0.0.1:1":                             "http and https are known",
		"http://user:secret@" + newRig(t).addr:             "it answered 403",
		"http://user:secret@" + plain.URL[len("http://"):]: "",
	} {
		answer := newRig(t, through(up)).say("CONNECT example.com:443 HTTP/1.1\r\n\r\n")
		if !strings.HasPrefix(answer, "HTTP/1.1 ") || !strings.Contains(answer, want) || strings.Contains(answer, "secret") {
			t.Errorf("upstream %s: %q", up, answer)
		}
	}
}

// TestTunnelsBounded: the 257th is told so, and there is room again when one has closed.
func TestTunnelsBounded(t *testing.T) {
	g := newRig(t, tunnelling)
	far := echo(t)
	var open []net.Conn
	for range tunnelsMost {
		c := g.raw()
		fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\n\r\n", far)
		if b := make([]byte, len(established)); !readFull(c, b) {
			t.Fatalf("after %d: %q", len(open), b)
		}
		open = append(open, c)
	}
	if answer := g.say("CONNECT " + far + " HTTP/1.1\r\n\r\n"); !strings.HasPrefix(answer, "HTTP/1.1 503 ") {
		t.Errorf("one more: %q", answer)
	}
	open[0].(*net.TCPConn).CloseWrite()
	io.ReadAll(open[0])
	for range 500 {
		if strings.HasPrefix(g.say("CONNECT "+far+" HTTP/1.1\r\n\r\n"), established) {
			return
		}
	}
	t.Error("no room after one has closed")
}
