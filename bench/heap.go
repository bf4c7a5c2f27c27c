package main

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"sync/atomic"
)

// held is how much heap an upload of a contender holds on to when half of it is sent: what a
// garbage collection then leaves, less what was there before the upload began, such as the body
// that lies ready for net/http.
func held(ctx context.Context, base setup, n *network, c contender, size int64) (int64, error) {
	half := &halfway{}
	s := base
	s.transport = n.through(half).transport()
	defer s.transport.CloseIdleConnections()
	upload, err := c.prepare(&s)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", c.name, err)
	}
	for range 3 { // connections and tables are there before
		if err := upload(ctx); err != nil {
			return 0, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	before := live()
	half.at.Store(size / 2)
	if err := upload(ctx); err != nil {
		return 0, fmt.Errorf("%s: %w", c.name, err)
	}
	runtime.KeepAlive(upload) // what it was prepared with is in both
	during := half.live.Load()
	if during == 0 {
		return 0, fmt.Errorf("%s: half of the file was never sent", c.name)
	}
	return max(during-before, 0), nil
}

// live is the heap that is still in use.
func live() int64 {
	runtime.GC()
	runtime.GC() // what pools keep for one more round
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// halfway looks at the heap once that many bytes are sent.
type halfway struct{ at, live atomic.Int64 }

func (h *halfway) sent(n int) {
	if left := h.at.Load(); left > 0 && h.at.Add(int64(-n)) <= 0 {
		h.live.Store(live())
	}
}

// through is a network whose connections tell h what they send.
func (n *network) through(h *halfway) *network {
	with := *n
	with.dial = func(ctx context.Context) (net.Conn, error) {
		c, err := n.dial(ctx)
		if err != nil {
			return nil, err
		}
		return watched{c, h}, nil
	}
	return &with
}

type watched struct {
	net.Conn
	*halfway
}

func (w watched) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.sent(n)
	return n, err
}
