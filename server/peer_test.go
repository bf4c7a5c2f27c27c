package server

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
)

func TestCaller(t *testing.T) {
	own, lan := netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")
	for _, c := range []struct {
		remote  string
		header  http.Header
		trusted []netip.Prefix
		addr    string
		local   bool
	}{
		{"127.0.0.1:5000", nil, nil, "127.0.0.1", true},
		{"[::1]:5000", nil, nil, "::1", true},
		{"[::ffff:127.0.0.1]:5000", nil, nil, "127.0.0.1", true},
		{"192.0.2.7:5000", nil, nil, "192.0.2.7", false},
		{"@", nil, nil, "@", false},

		// a proxy that nobody has named
		{"127.0.0.1:5000", http.Header{"X-Forwarded-For": {"203.0.113.9"}}, nil, "127.0.0.1", false},
		{"127.0.0.1:5000", http.Header{"X-Forwarded-For": {"127.0.0.1"}}, nil, "127.0.0.1", false},
		{"127.0.0.1:5000", http.Header{"Forwarded": {"for=203.0.113.9"}}, nil, "127.0.0.1", false},
		{"127.0.0.1:5000", http.Header{"Via": {"1.1 proxy"}}, nil, "127.0.0.1", false},
		{"192.0.2.7:5000", http.Header{"X-Forwarded-For": {"127.0.0.1"}}, []netip.Prefix{own, lan}, "192.0.2.7", false},

		// one on this machine
		{"127.0.0.1:5000", nil, []netip.Prefix{own}, "127.0.0.1", true},
		{"127.0.0.1:5000", http.Header{"X-Forwarded-For": {"203.0.113.9"}}, []netip.Prefix{own}, "203.0.113.9", false},
		{"127.0.0.1:5000", http.Header{"X-Forwarded-For": {"127.0.0.1"}}, []netip.Prefix{own}, "127.0.0.1", true},
		{"127.0.0.1:5000", http.Header{"X-Forwarded-For": {"127.0.0.1, 203.0.113.9"}}, []netip.Prefix{own}, "203.0.113.9", false},
		{"127.0.0.1:5000", http.Header{"X-Forwarded-For": {"127.0.0.1", "203.0.113.9"}}, []netip.Prefix{own}, "203.0.113.9", false},
		{"127.0.0.1:5000", http.Header{"X-Forwarded-For": {"203.0.113.9:4711"}}, []netip.Prefix{own}, "203.0.113.9", false},
		{"127.0.0.1:5000", http.Header{"X-Forwarded-For": {"[2001:db8::1]:4711"}}, []netip.Prefix{own}, "2001:db8::1", false},
		{"127.0.0.1:5000", http.Header{"X-Forwarded-For": {"127.0.0.1, unknown"}}, []netip.Prefix{own}, "127.0.0.1", false},
		{"127.0.0.1:5000", http.Header{"X-Forwarded-For": {""}}, []netip.Prefix{own}, "127.0.0.1", false},
		{"127.0.0.1:5000", http.Header{"Via": {"1.1 proxy"}}, []netip.Prefix{own}, "127.0.0.1", false},

		// RFC 7239
		{"127.0.0.1:5000", http.Header{"Forwarded": {"for=203.0.113.9;proto=https"}}, []netip.Prefix{own}, "203.0.113.9", false},
		{"127.0.0.1:5000", http.Header{"Forwarded": {`for=127.0.0.1, by=x; For="[2001:db8::1]:4711"`}}, []netip.Prefix{own}, "2001:db8::1", false},
		{"127.0.0.1:5000", http.Header{"Forwarded": {"for=127.0.0.1"}}, []netip.Prefix{own}, "127.0.0.1", true},
		{"127.0.0.1:5000", http.Header{"Forwarded": {"for=127.0.0.1", "for=unknown"}}, []netip.Prefix{own}, "127.0.0.1", false},
		{"127.0.0.1:5000", http.Header{"Forwarded": {"proto=https"}}, []netip.Prefix{own}, "127.0.0.1", false},
		{"127.0.0.1:5000", http.Header{"Forwarded": {"for=203.0.113.9"}, "X-Forwarded-For": {"203.0.113.9"}}, []netip.Prefix{own}, "203.0.113.9", false},
		{"127.0.0.1:5000", http.Header{"Forwarded": {"for=127.0.0.1"}, "X-Forwarded-For": {"203.0.113.9"}}, []netip.Prefix{own}, "127.0.0.1", false},
		{"127.0.0.1:5000", http.Header{"Forwarded": {"for=203.0.113.9"}, "X-Forwarded-For": {"127.0.0.1"}}, []netip.Prefix{own}, "127.0.0.1", false},

		// two in a row
		{"127.0.0.1:5000", http.Header{"X-Forwarded-For": {"203.0.113.9, 10.0.0.2"}}, []netip.Prefix{own, lan}, "203.0.113.9", false},
		{"127.0.0.1:5000", http.Header{"X-Forwarded-For": {"203.0.113.9, 10.0.0.2"}}, []netip.Prefix{own}, "10.0.0.2", false},
		{"127.0.0.1:5000", http.Header{"X-Forwarded-For": {"127.0.0.1, 10.0.0.2"}}, []netip.Prefix{own, lan}, "127.0.0.1", false}, // local to 10.0.0.2
	} {
		s := &Server{Config: Config{TrustedProxies: c.trusted}}
		if got := s.Caller(&http.Request{RemoteAddr: c.remote, Header: c.header}); got != (Caller{c.addr, c.local}) {
			t.Errorf("%s %v behind %v: %+v", c.remote, c.header, c.trusted, got)
		}
	}
}

// TestBehindProxy sends uploads through a proxy on this machine: what only a caller on this machine
// may see or do depends on who the proxy says is calling.
func TestBehindProxy(t *testing.T) {
	own := netip.MustParsePrefix("127.0.0.0/8")
	for _, c := range []struct {
		name      string
		trusted   []netip.Prefix
		forwarded string
		remote    string
		local     bool
	}{
		{"no proxy", nil, "", "127.0.0.1", true},
		{"an unknown proxy", nil, "203.0.113.9", "127.0.0.1", false},
		{"a trusted proxy, a stranger", []netip.Prefix{own}, "203.0.113.9", "203.0.113.9", false},
		{"a trusted proxy, this machine", []netip.Prefix{own}, "127.0.0.1", "127.0.0.1", true},
	} {
		g := newRig(t, func(conf *Config) { conf.KeepRefused, conf.TrustedProxies = true, c.trusted })
		a := try(wxup.ArticleImage)
		a.data = []byte("GIF89a, which is not taken")
		a.header["Wxup-Explain"] = "1"
		if c.forwarded != "" {
			a.header["X-Forwarded-For"] = c.forwarded
		}
		told := g.send(a).header.Get("Wxup-Cause") != ""
		e := g.lastExchange()
		kept := e.Request.Part("media").Kept != ""
		if e.Problem != problem.NotImage || e.Remote != c.remote || told != c.local || kept != c.local {
			t.Errorf("%s: %s from %s; told the cause: %v; the file was kept: %v", c.name, e.Problem, e.Remote, told, kept)
		}

		for _, allowed := range []bool{true, false} { // the allow-list
			app := App{AppID: appid, Secret: appSecret, AllowIPs: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}
			if allowed {
				app.AllowIPs = append(app.AllowIPs, netip.PrefixFrom(netip.MustParseAddr(c.remote), 32))
			}
			g.mem.PutApp(app)
			r := httptest.NewRequest("GET", "/cgi-bin/token?grant_type=client_credential&appid="+appid+"&secret="+appSecret, nil)
			r.RemoteAddr = "127.0.0.1:5000"
			if c.forwarded != "" {
				r.Header.Set("X-Forwarded-For", c.forwarded)
			}
			w := httptest.NewRecorder()
			g.srv.ServeHTTP(w, r)
			if got := strings.Contains(w.Body.String(), "access_token"); got != allowed {
				t.Errorf("%s, on the allow-list: %v: %s", c.name, allowed, w.Body)
			}
		}
	}
}

// TestSmuggled: a request with a Content-Length and a Transfer-Encoding is the last of its
// connection, so that nothing behind it is taken for a request.
func TestSmuggled(t *testing.T) {
	g := newRig(t)
	for _, c := range []struct {
		name, path string
		h          http.Handler
	}{
		{"APIs", "/cgi-bin/media/uploadimg", g.srv}, {"WeChat Pay", uploadPath, g.srv}, {"WeChat Pay v2", "/secapi/mch/uploadmedia", g.srv},
		{"side-car", "/cgi-bin/media/uploadimg", g.srv.SideCar(appid)},
	} {
		ts := httptest.NewServer(c.h)
		conn, err := net.Dial("tcp", ts.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(time.Minute))
		const next = "GET /cgi-bin/token HTTP/1.1\r\nHost: x\r\n\r\n"
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n%s", c.path, len(next)+5, next)
		answers, err := io.ReadAll(conn)
		if n := strings.Count(string(answers), "HTTP/1.1 "); err != nil || n != 1 || !strings.Contains(string(answers), "Connection: close") {
			t.Errorf("%s: %d answers, %v:\n%s", c.name, n, err, answers)
		}
		conn.Close()
		ts.Close()
	}
}
