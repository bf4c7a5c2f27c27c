package main

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// balancer is a plain TCP balancer: each connection goes to the next backend, and to the one after
// that if it cannot be reached. It looks at nothing, and asks nobody whether he is well.
type balancer struct {
	listener net.Listener
	backends []string
	next     atomic.Uint64

	mu    sync.Mutex
	leads map[string]int // from a client's address to the backend that it was given, an index of backends
}

func newBalancer(backends []string) (*balancer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &balancer{listener: l, backends: backends, leads: map[string]int{}}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go b.carry(client)
		}
	}()
	return b, nil
}

func (b *balancer) address() string { return b.listener.Addr().String() }

func (b *balancer) carry(client net.Conn) {
	defer client.Close()
	server, which := b.dial()
	if server == nil {
		return
	}
	defer server.Close()
	from := client.RemoteAddr().String()
	b.mu.Lock()
	b.leads[from] = which
	b.mu.Unlock()

	// When one side has gone the other has nobody to talk to: a node that was killed is seen at
	// once.
	done := make(chan struct{}, 2)
	go func() { io.Copy(server, client); done <- struct{}{} }()
	go func() { io.Copy(client, server); done <- struct{}{} }()
	<-done
}

func (b *balancer) dial() (net.Conn, int) {
	first := b.next.Add(1)
	for i := range b.backends {
		which := int((first + uint64(i)) % uint64(len(b.backends)))
		if c, err := net.DialTimeout("tcp", b.backends[which], time.Second); err == nil {
			return c, which
		}
	}
	return nil, 0
}

// lead is the backend that a client's connection was given; -1 if none.
func (b *balancer) lead(client string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if which, ok := b.leads[client]; ok {
		return which
	}
	return -1
}

func (b *balancer) close() { b.listener.Close() }
