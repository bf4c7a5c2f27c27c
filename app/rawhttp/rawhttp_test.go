package rawhttp

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/devkeys"
)

// start serves a handler that says the protocol, and returns its address and what is heard.
func start(t *testing.T, config *tls.Config) (addr string, heard chan Refusal) {
	t.Helper()
	heard = make(chan Refusal, 100)
	ear := &Ear{Tell: func(r Refusal) { heard <- r }}
	srv := &http.Server{
		Handler: Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			if r.TLS != nil {
				io.WriteString(w, "over TLS")
			}
		})),
		ConnContext: ConnContext, ConnState: Watch, MaxHeaderBytes: 1 << 10,
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go srv.Serve(ear.Listen(l, config))
	t.Cleanup(func() { srv.Close() })
	return l.Addr().String(), heard
}

func tlsConfig(t *testing.T) *tls.Config {
	t.Helper()
	ca, err := devkeys.NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := ca.Server()
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{leaf}}
}

// exchange sends bytes and reads until the server closes or has answered n times.
func exchange(t *testing.T, conn net.Conn, sent string, n int) string {
	t.Helper()
	defer conn.Close()
	io.WriteString(conn, sent)
	if half, ok := conn.(*net.TCPConn); ok && n == 0 {
		half.CloseWrite()
	}
	in := bufio.NewReader(conn)
	var all strings.Builder
	for i := 0; n == 0 || i < n; i++ {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			break
		}
		body, _ := io.ReadAll(resp.Body)
		all.WriteString(resp.Status + " " + string(body) + "\n")
		if resp.Close {
			all.WriteString("close\n")
			break
		}
	}
	return all.String()
}

func TestHeard(t *testing.T) {
	const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, c := range []struct {
		name, sent string
		tls, dial  bool // the port speaks TLS; so does the client
		status     int
		want       bool
		served     int
	}{
		{name: "a right request", sent: get},
		{name: "a malformed line", sent: "hello\r\n\r\n", status: 400, want: true},
		{name: "no version", sent: "GET /\r\n\r\n", status: 400, want: true},
		{name: "a large header", sent: "GET / HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("a", 10<<10) + "\r\n\r\n", status: 431, want: true},
		{name: "an unknown encoding", sent: "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", status: 501, want: true},
		{name: "an unknown expectation", sent: "POST / HTTP/1.1\r\nHost: x\r\nExpect: x\r\n\r\n", status: 417, want: true},
		{name: "no end", sent: "GET / HTTP/1.1\r\nHost: x\r\n", status: 400, want: true},
		{name: "nothing", sent: ""},
		{name: "OPTIONS *", sent: "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"},
		{name: "TLS on a plain port", sent: "\x16\x03\x01\x02\x00\x01", status: 400, want: true},
		{name: "a second that is none", sent: get + "rest of a body\r\n\r\n", status: 400, want: true, served: 1},
		{name: "two right ones", sent: get + get},
		{name: "plain HTTP on a TLS port", sent: get, tls: true, status: 400, want: true},
		{name: "over TLS", sent: get, tls: true, dial: true},
		{name: "a malformed line over TLS", sent: "hello\r\n\r\n", tls: true, dial: true, status: 400, want: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var config *tls.Config
			if c.tls {
				config = tlsConfig(t)
			}
			addr, heard := start(t, config)
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			if c.dial {
				conn, n = tls.Client(conn, &tls.Config{InsecureSkipVerify: true}), 1
			}
			got := exchange(t, conn, c.sent, n)
			if c.dial && !c.want && !strings.Contains(got, "over TLS") {
				t.Errorf("answered %q", got)
			}
			if !c.want {
				select {
				case r := <-heard:
					t.Errorf("heard %+v", r)
				default:
				}
				return
			}
			select {
			case r := <-heard:
				if r.Status != c.status || r.Served != c.served || r.TLSPort != c.tls || c.served == 0 && !strings.HasPrefix(c.sent, string(r.Sent)) {
					t.Errorf("heard %+v %q", r, r.Sent)
				}
			case <-time.After(2 * time.Minute):
				t.Errorf("nothing was heard; answered %q", got)
			}
		})
	}
}

// TestBothLengths: a connection ends after a request that tells its end in two ways.
func TestBothLengths(t *testing.T) {
	addr, _ := start(t, nil)
	for sent, closes := range map[string]bool{
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": true,
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n":                      false,
	} {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := exchange(t, conn, sent, 1); strings.Contains(got, "close") != closes {
			t.Errorf("%q: %q", sent, got)
		}
	}
}

// TestRate: a flood is not passed on.
func TestRate(t *testing.T) {
	now, told := time.Unix(1e9, 0), 0
	ear := &Ear{Tell: func(Refusal) { told++ }, Now: func() time.Time { return now }}
	for range 1000 {
		ear.Hear(Refusal{})
	}
	if told != maxBurst {
		t.Errorf("%d of 1000 were passed on at once", told)
	}
	now = now.Add(time.Minute)
	for range 1000 {
		ear.Hear(Refusal{})
	}
	if told != maxBurst+perMinute {
		t.Errorf("%d were passed on in a minute", told-maxBurst)
	}
}
