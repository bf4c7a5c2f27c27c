package intercept

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxup/wxup/devkeys"
)

// memory is a listener in memory, so that time in a bubble stands for time in life.
type memory chan net.Conn

type memoryConn struct{ net.Conn }

func (memoryConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 40000} }

func (l memory) Accept() (net.Conn, error) {
	c, ok := <-l
	if !ok {
		return nil, net.ErrClosed
	}
	return memoryConn{c}, nil
}

func (l memory) Close() error   { return nil }
func (l memory) Addr() net.Addr { return &net.UnixAddr{Name: "memory"} }

// inMemory starts a proxy in a bubble and opens a connection to it. Call end before the bubble
// ends.
func inMemory(t *testing.T, ca *devkeys.CA) (p *Proxy, near net.Conn, end func()) {
	l := make(memory)
	p = &Proxy{CA: ca, Handler: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler)}
	go p.Serve(l)
	near, far := net.Pipe()
	l <- far
	return p, near, func() {
		near.Close()
		close(l)
		p.Close()
		p.Shutdown(t.Context())
	}
}

// TestSlow: who says too little is hung up on at the time, not before and not later.
func TestSlow(t *testing.T) {
	ca := keys().ca
	for _, tt := range []struct {
		name  string
		says  []string // a second apart
		waits time.Duration
		seen  Outcome
		why   string
	}{
		{"nothing", nil, headerTime, "", ""},
		{"half a request", []string{"CONNECT api.weixin.qq.com:443 HT"}, headerTime, "", ""},
		{"no TLS", []string{"CONNECT api.weixin.qq.com:443 HTTP/1.1\r\n\r\n"}, headerTime, TLSFailed, "not done within 10s"},
		{"TLS byte by byte", append([]string{"CONNECT api.weixin.qq.com:443 HTTP/1.1\r\n\r\n"}, strings.Split("\x16\x03\x01\x02\x00\x01\x00\x01", "")...), headerTime, TLSFailed, "not done within 10s"},
		{"no request", []string{"CONNECT api.weixin.qq.com:80 HTTP/1.1\r\n\r\n"}, headerTime, "", ""},
		{"no further request", []string{"CONNECT api.weixin.qq.com:80 HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"}, idleTime, Answered, ""},
		{"the same in clear", []string{"GET http://api.weixin.qq.com/ HTTP/1.1\r\nHost: a\r\n\r\n"}, idleTime, Answered, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, near, end := inMemory(t, ca)
				defer end()
				go io.Copy(io.Discard, near)
				began := time.Now()
				for i, s := range tt.says {
					if i > 0 {
						time.Sleep(time.Second)
					}
					if _, err := io.WriteString(near, s); err != nil {
						t.Errorf("piece %d: %v", i, err)
					}
				}
				synctest.Wait()
				time.Sleep(time.Until(began.Add(tt.waits - time.Millisecond)))
				synctest.Wait()
				near.SetWriteDeadline(time.Now()) // a write to a pipe waits for its reader: only ask whether it is closed
				if _, err := near.Write(nil); err == io.ErrClosedPipe {
					t.Error("hung up on too soon")
				}
				time.Sleep(time.Second)
				synctest.Wait()
				near.SetWriteDeadline(time.Time{})
				if _, err := near.Write([]byte("x")); err != io.ErrClosedPipe {
					t.Errorf("still open %v after the start: %v", time.Since(began), err)
				}
				if tt.seen != "" {
					if s := p.Seen(); len(s) != 1 || s[0].Outcome != tt.seen || !strings.Contains(s[0].Reason.EN, tt.why) {
						t.Errorf("seen: %+v", s)
					}
				}
			})
		})
	}
}

// TestIdleTunnel: a tunnel in which nothing is said for five minutes ends; one in which only one
// side speaks does not.
func TestIdleTunnel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, near := net.Pipe()
		b, far := net.Pipe()
		ended := make(chan time.Duration, 1)
		began := time.Now()
		go func() {
			splice(near, far)
			ended <- time.Since(began)
		}()
		go io.Copy(io.Discard, b)
		for range 10 {
			time.Sleep(tunnelIdle - time.Second)
			if _, err := a.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := <-ended, 10*(tunnelIdle-time.Second)+tunnelIdle; got != want {
			t.Errorf("ended after %v, want %v", got, want)
		}
	})
}
