package gate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// room is a Listener whose connections come from wherever a test says.
type room struct {
	t     *testing.T
	l     *Listener
	calls chan net.Conn
}

func open(t *testing.T, c Config) room {
	r := room{t: t, calls: make(chan net.Conn, 1)}
	r.l = New(r, c)
	return r
}

func (r room) Accept() (net.Conn, error) { return <-r.calls, nil }
func (r room) Close() error              { return nil }
func (r room) Addr() net.Addr            { return &net.TCPAddr{} }

type end struct {
	net.Conn
	from net.Addr
}

func (e end) RemoteAddr() net.Addr { return e.from }

// visitor is one connection, as both sides see it.
type visitor struct {
	near net.Conn
	conn *Conn
}

func (r room) visit(from string) visitor {
	near, far := net.Pipe()
	r.calls <- end{far, net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(from), 4711))}
	c, err := r.l.Accept()
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { near.Close() })
	return visitor{near, c.(*Conn)}
}

// send sends n bytes, which the server reads.
func (v visitor) send(n int) error {
	go v.near.Write(make([]byte, n))
	_, err := io.ReadFull(v.conn, make([]byte, n))
	return err
}

func (v visitor) gone() bool { return v.conn.inAll < 0 }

func everywhere(i int) string { return fmt.Sprintf("10.0.%d.%d", i/250, 1+i%250) }

// TestFull: a newcomer always finds a place; who is silent, or sends a byte now and then, loses
// theirs before those who send or have proved who they are.
func TestFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 64
		r := open(t, Config{Most: most})
		proved := r.visit("192.0.2.1")
		Proved(Context(t.Context(), proved.conn))
		sender := r.visit("192.0.2.2")
		var slow []visitor
		for i := range most - 2 {
			slow = append(slow, r.visit(everywhere(i)))
		}
		for i := range 10 * most {
			time.Sleep(10 * time.Millisecond)
			if err := sender.send(100 << 10); err != nil {
				t.Fatalf("after %d newcomers an upload under way was cut: %v", i, err)
			}
			for _, v := range slow[len(slow)/2:] {
				v.send(1)
			}
			if v := r.visit(everywhere(1000 + i)); v.gone() || v.send(10) != nil {
				t.Fatalf("newcomer %d found no place", i)
			}
		}
		if proved.gone() {
			t.Error("who has proved who they are was cut")
		}
		for i, v := range slow {
			if !v.gone() {
				t.Errorf("slow connection %d is still there", i)
			}
		}
		if open, closed := r.l.State(); open != most || closed != 10*most {
			t.Errorf("%d connections are open, %d were closed", open, closed)
		}
	})
}

// TestOneAddress: an address has no more than its share without proof. There too a newcomer finds a
// place; callers who are known, and a reverse proxy, have no share.
func TestOneAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, Config{Most: 256, Trusted: []netip.Prefix{netip.MustParsePrefix("10.9.0.0/16")}})
		other := r.visit("192.0.2.2")
		for i := range 1000 {
			time.Sleep(time.Millisecond)
			v := r.visit("192.0.2.7")
			if v.send(10) != nil {
				t.Fatalf("newcomer %d found no place", i)
			}
		}
		if open, _ := r.l.State(); open != r.l.Share()+1 || other.gone() {
			t.Errorf("%d connections are open; the share is %d", open, r.l.Share())
		}
		for range 100 {
			Proved(Context(t.Context(), r.visit("192.0.2.8").conn))
		}
		for range 100 {
			r.visit("10.9.0.1")
		}
		if open, _ := r.l.State(); open != r.l.Share()+1+200 {
			t.Errorf("%d connections are open, not %d", open, r.l.Share()+201)
		}
	})
}

// TestIdle: idle connections of callers who are known make room for newcomers in the end.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, Config{Most: 32})
		for range 32 {
			Proved(Context(t.Context(), r.visit("192.0.2.1").conn))
		}
		time.Sleep(2 * Start)
		for i := range 32 {
			r.visit(everywhere(i))
		}
		for i := range 32 {
			if v := r.visit(everywhere(i)); v.gone() {
				t.Error("a newcomer was cut, and not who is idle")
			}
		}
	})
}

// TestNotRead: an answer that nobody reads is given up; one that is read slowly is not.
func TestNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := open(t, Config{Most: 32})
		v := r.visit("192.0.2.1")
		v.conn.SetWriteDeadline(time.Now().Add(time.Hour))
		began := time.Now()
		if _, err := v.conn.Write(make([]byte, 1<<20)); err == nil || time.Since(began) != Stall {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		v = r.visit("192.0.2.1")
		go func() {
			for b := make([]byte, 64<<10); ; time.Sleep(Stall / 2) {
				if _, err := io.ReadFull(v.near, b); err != nil {
					return
				}
			}
		}()
		if n, err := v.conn.Write(make([]byte, 1<<20)); n != 1<<20 || err != nil {
			t.Errorf("%d bytes, %v", n, err)
		}
		v.conn.SetDeadline(time.Now().Add(time.Second))
		began = time.Now()
		if _, err := v.conn.Write(make([]byte, 1<<20)); err == nil || time.Since(began) > time.Second {
			t.Errorf("%v after %s: not the deadline that was set", err, time.Since(began))
		}
		v.near.Close()
		time.Sleep(Stall) // for its reader to end
	})
}

// TestServer: what a handler proves is known to the listener, through TLS too.
func TestServer(t *testing.T) {
	for _, secure := range []bool{false, true} {
		ts := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { Proved(r.Context()) }))
		l := New(ts.Listener, Config{Most: 32})
		var last atomic.Pointer[Conn]
		ts.Listener = l
		ts.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
			ctx = Context(ctx, c)
			last.Store(ctx.Value(key{}).(*Conn))
			return ctx
		}
		if secure {
			ts.StartTLS()
		} else {
			ts.Start()
		}
		resp, err := ts.Client().Get(ts.URL)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if !last.Load().proved.Load() {
			t.Error("the connection counts as unknown")
		}
		ts.Close()
		if open, _ := l.State(); open != 0 || len(l.unknown) != 0 {
			t.Errorf("%d connections, %d addresses are left", open, len(l.unknown))
		}
	}
}

// short is a system that has no file for the first connections.
type short struct {
	room
	fails, asked int
}

func (s *short) Accept() (net.Conn, error) {
	s.asked++
	if s.fails--; s.fails >= 0 {
		return nil, &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	return s.room.Accept()
}

// TestNoFiles: when the system has no more files, connections are closed for newcomers, and as many
// are welcome afterwards as before. If there are few, that would not help: the error is the
// caller's, who waits.
func TestNoFiles(t *testing.T) {
	for _, x := range []struct{ open, fails, closed, asked int }{
		{16, 1, 2, 2}, {16, 3, 6, 4}, {9, 1, 1, 2}, {8, 1, 0, 1}, {3, 1, 0, 1},
	} {
		t.Run(fmt.Sprint(x.open, " open, ", x.fails, " failures"), func(t *testing.T) {
			s := &short{room: room{t: t, calls: make(chan net.Conn, 1)}}
			s.l = New(s, Config{Most: 64})
			for i := range x.open {
				s.visit(everywhere(i))
			}
			s.fails, s.asked = x.fails, 0
			near, far := net.Pipe()
			t.Cleanup(func() { near.Close() })
			s.calls <- end{far, net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.9:4711"))}
			_, err := s.l.Accept()
			if (err != nil) != (x.closed == 0) || err != nil && !errors.Is(err, syscall.EMFILE) {
				t.Errorf("the error is %v", err)
			}
			if _, closed := s.l.State(); int(closed) != x.closed || s.asked != x.asked {
				t.Errorf("%d were closed and the system was asked %d times, want %d and %d", closed, s.asked, x.closed, x.asked)
			}
			if s.l.Most != 64 {
				t.Errorf("only %d connections are welcome from now on", s.l.Most)
			}
		})
	}
}
