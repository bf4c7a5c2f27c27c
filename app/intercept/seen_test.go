package intercept

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/explain"
)

// TestDiagnosis: what clients do when they do not trust the CA, or cannot speak TLS with us, and
// what is said of it.
func TestDiagnosis(t *testing.T) {
	dial := func(g *rig, c *tls.Config) error {
		conn, err := connected(g, "api.mch.weixin.qq.com:443", "agent/1.0")
		if err != nil {
			return err
		}
		defer conn.Close()
		c.ServerName = "api.mch.weixin.qq.com"
		return tls.Client(conn, c).HandshakeContext(t.Context())
	}
	send := func(g *rig, text string) error {
		conn, err := connected(g, "api.mch.weixin.qq.com:443", "agent/1.0")
		if err != nil {
			return err
		}
		defer conn.Close()
		io.WriteString(conn, text)
		io.Copy(io.Discard, conn)
		return errors.New("no TLS")
	}
	for _, tt := range []struct {
		name    string
		client  func(*rig) error
		outcome Outcome
		alert   string
		why     string
	}{
		{"Go that does not trust the CA", func(g *rig) error { return dial(g, &tls.Config{}) }, Untrusted, "bad certificate", "wxup exec"},
		{"the same with TLS 1.2", func(g *rig) error { return dial(g, &tls.Config{MaxVersion: tls.VersionTLS12}) }, Untrusted, "bad certificate", "does not trust the CA"},
		{"TLS 1.1", func(g *rig) error {
			return dial(g, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, RootCAs: keys().ca.Pool()})
		}, TLSFailed, "", "1.2 and 1.3"},
		{"only RSA ciphers", func(g *rig) error {
			return dial(g, &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}, RootCAs: keys().ca.Pool()})
		}, TLSFailed, "", "ECDSA"},
		{"HTTP/2 only", func(g *rig) error {
			return dial(g, &tls.Config{NextProtos: []string{"h2"}, RootCAs: keys().ca.Pool()})
		}, TLSFailed, "", "HTTP/1.1"},
		{"plain HTTP", func(g *rig) error {
			return send(g, "POST /v3/marketing/favor/media/image-upload HTTP/1.1\r\nHost: api.mch.weixin.qq.com\r\n\r\n")
		}, TLSFailed, "", "https://"},
		{"garbage", func(g *rig) error { return send(g, "\x05\x01\x00\x05\x01\x00") }, TLSFailed, "", "not TLS"},
		{"gone at once", func(g *rig) error {
			conn, err := connected(g, "api.mch.weixin.qq.com:443", "agent/1.0")
			if err == nil {
				conn.Close()
			}
			return errors.New("gone")
		}, TLSFailed, "", "before it had begun TLS"},
		{"gone on seeing the certificate", func(g *rig) error {
			return dial(g, &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(s tls.ConnectionState) error {
				panicConn.close()
				return errors.New("gone")
			}})
		}, Untrusted, "", "hung up on seeing the certificate"},
		{"silent, as Node.js is", func(g *rig) error { return dial(g, &tls.Config{InsecureSkipVerify: true}) }, Silent, "", "NODE_EXTRA_CA_CERTS"},
	} {
		g := newRig(t)
		if err := tt.client(g); (err == nil) != (tt.outcome == Silent) {
			t.Errorf("%s: the client says %v", tt.name, err)
		}
		s := g.last(tt.outcome)
		if s.Alert != tt.alert || !strings.Contains(s.Reason.EN, tt.why) || s.Host != "api.mch.weixin.qq.com:443" || s.UserAgent != "agent/1.0" || s.Remote != "127.0.0.1" {
			t.Errorf("%s: %+v", tt.name, s)
		}
		if !strings.ContainsFunc(s.Reason.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: not in Chinese: %s", tt.name, s.Reason.ZH)
		}
		if n := len(g.Seen()); n != 1 {
			t.Errorf("%s: seen as %d things", tt.name, n)
		}
		if g.asked.Load() != nil {
			t.Errorf("%s: the server was asked", tt.name)
		}
	}

	// The one alert that OpenSSL sends in clear.
	if got := plainAlert([]byte("\x03\x00\x01\x01\x15\x03\x03\x00\x02\x02\x30")); got != "unknown certificate authority" {
		t.Errorf("OpenSSL's alert is %q", got)
	}
	for _, none := range []string{"", "\x15\x03\x03\x00\x02\x02", "\x17\x03\x03\x00\x02\x02\x30", "\x15\x03\x03\x00\x13\x02\x30"} {
		if got := plainAlert([]byte(none)); got != "" {
			t.Errorf("%q is the alert %q", none, got)
		}
	}

	// A CA that has ended cannot make certificates, and the proxy says what to do.
	old, err := devkeys.NewCA(time.Now().AddDate(-11, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	g := newRig(t, func(p *Proxy) { p.CA = old })
	if err := dial(g, &tls.Config{RootCAs: old.Pool()}); err == nil {
		t.Error("a CA that has ended was used")
	}
	if s := g.last(TLSFailed); !strings.Contains(s.Reason.EN, "wxup ca renew") {
		t.Errorf("a CA that has ended: %+v", s)
	}

	// TLS is right, what is inside is not.
	g = newRig(t)
	conn, err := connected(g, "api.weixin.qq.com:443", "")
	if err != nil {
		t.Fatal(err)
	}
	c := tls.Client(conn, &tls.Config{ServerName: "api.weixin.qq.com", RootCAs: keys().ca.Pool()})
	defer c.Close()
	fmt.Fprint(c, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	b, _ := io.ReadAll(c)
	if !strings.HasPrefix(string(b), "HTTP/1.1 ") {
		t.Errorf("HTTP/2 with prior knowledge: %q", b)
	}
	g2 := newRig(t)
	if conn, err = connected(g2, "api.weixin.qq.com:443", ""); err != nil {
		t.Fatal(err)
	}
	c = tls.Client(conn, &tls.Config{ServerName: "api.weixin.qq.com", RootCAs: keys().ca.Pool()})
	defer c.Close()
	go fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: api.weixin.qq.com\r\nX: "+strings.Repeat("x", 80<<10)+"\r\n\r\n")
	b, _ = io.ReadAll(c)
	if !strings.HasPrefix(string(b), "HTTP/1.1 431 ") {
		t.Errorf("a huge header inside: %.100q", b)
	}
	if s := g2.last(NotHTTP); !strings.Contains(s.Reason.EN, "header is too large") {
		t.Errorf("a huge header inside: %+v", s)
	}
}

// panicConn is the connection that the last connected gave, for a client that hangs up in the midst
// of its handshake.
var panicConn hangUp

type hangUp struct{ c net.Conn }

func (h *hangUp) close() { h.c.Close() }

// connected is a connection on which a CONNECT was answered.
func connected(g *rig, hostport, agent string) (net.Conn, error) {
	c, err := net.Dial("tcp", g.addr)
	if err != nil {
		return nil, err
	}
	g.t.Cleanup(func() { c.Close() })
	fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n\r\n", hostport, hostport, agent)
	resp, err := http.ReadResponse(bufio.NewReaderSize(c, 16), &http.Request{Method: "CONNECT"})
	if err != nil || resp.StatusCode != 200 {
		c.Close()
		return nil, fmt.Errorf("CONNECT: %v %v", resp, err)
	}
	panicConn.c = c
	return c, nil
}

// TestSeen: the same again is counted; other things are 128 at most, and strangers' texts are
// tamed.
func TestSeen(t *testing.T) {
	now := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	p := &Proxy{Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	p.start()
	defer p.Close()
	if len(p.Seen()) != 0 {
		t.Error("something was seen before anything happened")
	}
	for i := range 3 {
		now = now.Add(time.Second)
		p.saw(fmt.Sprintf("192.0.2.1:%d", 1000+i), "api.weixin.qq.com:443", "curl/8", Untrusted, "unknown certificate authority", explain.Words{EN: "why"})
	}
	for range 1000 {
		p.saw("127.0.0.1:1", "api.weixin.qq.com:443", "go", Answered, "", explain.Words{})
	}
	s := p.Seen()
	if len(s) != 2 || s[0].Count != 1000 || s[1].Count != 3 || s[1].Remote != "192.0.2.1" || !s[1].Time.Equal(now) {
		t.Errorf("%+v", s)
	}
	for i := range 500 {
		p.saw("[::1]:1", fmt.Sprintf("host%d\r\n\x1b[2J:443", i), strings.Repeat("中", 1000), Refused, "", explain.Words{})
	}
	s = p.Seen()
	if len(s) != seenMost || s[0].Host != "host499???[2J:443" || len(s[0].UserAgent) > 120 || s[0].Remote != "::1" {
		t.Errorf("%d, the newest %+v", len(s), s[0])
	}
}
