package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// fault is one thing that goes wrong for a while.
type fault struct {
	name  string
	names string // what /readyz must call degraded meanwhile; "" if the fault is too short to be seen, or not one of a backend
	last  time.Duration
	begin func() error
	end   func() error
	// images: meanwhile every public image must be served, by the nodes that were ready when it
	// began.
	images bool
	// kill: one node is killed in the midst of it, and must come back by itself when it is over.
	kill bool
}

func (b *backends) faults() []fault {
	toxic := func(t *toxic, kind, stream, attributes string) func() error {
		return func() error { return t.add(kind, stream, attributes) }
	}
	mood := func(status int) func() error {
		return func() error { b.mood.status.Store(int32(status)); return nil }
	}
	second := time.Second
	return []fault{
		{name: "PostgreSQL crashes and starts again", last: 0, begin: func() error { return b.postgres.Stop("immediate") }, end: b.postgres.Start, images: true},
		{name: "S3 answers 500 InternalError", names: "blobs", last: 10 * second, begin: mood(500), end: mood(0)},
		{name: "PostgreSQL is stopped", names: "index", last: 8 * second, begin: func() error { return b.postgres.Stop("fast") }, end: b.postgres.Start, images: true, kill: true},
		{name: "S3 answers 503 SlowDown", names: "blobs", last: 10 * second, begin: mood(503), end: mood(0)},
		{name: "PostgreSQL hangs (SIGSTOP)", names: "index", last: 6 * second, begin: b.postgres.Hang, end: b.postgres.Resume, images: true},
		{name: "S3 cuts connections (reset_peer)", names: "blobs", last: 10 * second, begin: toxic(b.toBlobs, "reset_peer", "downstream", `{"timeout":0}`), end: b.toBlobs.cure},
		{name: "PostgreSQL cuts connections (reset_peer)", names: "index", last: 6 * second, begin: toxic(b.toIndex, "reset_peer", "downstream", `{"timeout":0}`), end: b.toIndex.cure, images: true},
		{name: "S3 cuts answers short (limit_data)", last: 10 * second, begin: toxic(b.toBlobs, "limit_data", "downstream", `{"bytes":400}`), end: b.toBlobs.cure},
		{name: "PostgreSQL cannot be reached", names: "index", last: 6 * second, begin: b.toIndex.refuse, end: b.toIndex.accept, images: true},
		{name: "S3 hangs (SIGSTOP)", names: "blobs", last: 8 * second, begin: b.s3.Hang, end: b.s3.Resume},
		{name: "PostgreSQL answers nothing (timeout)", names: "index", last: 6 * second, begin: toxic(b.toIndex, "timeout", "downstream", `{"timeout":0}`), end: b.toIndex.cure, images: true},
		{name: "S3 is stopped", names: "blobs", last: 6 * second, begin: func() error { b.s3.Stop(); return nil }, end: b.s3.Start, kill: true},
	}
}

// outcome is what was seen of a fault.
type outcome struct {
	name         string
	lasted       time.Duration
	named        time.Duration // until every node's /readyz named it
	well         time.Duration // until every node was ready again
	images, lost int           // GETs of images meanwhile, and those without 200
}

// chaos is what happens to the cluster while the clients upload.
type chaos struct {
	*backends
	fleet *fleet
	load  *load
	seen  *observer
	times *timetable
	only  string  // bring about only faults whose names contain it
	scale float64 // of the faults' lengths

	mu    sync.Mutex
	held  bool // no node is killed
	list  []outcome
	watch imageWatch
}

// killing kills a node every so often.
func (c *chaos) killing(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for !c.load.enough.Load() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		c.mu.Lock()
		if !c.held {
			c.fleet.nodes[rand.IntN(nodeCount)].kill()
		}
		c.mu.Unlock()
	}
}

func (c *chaos) hold(held bool) {
	c.mu.Lock()
	c.held = held
	c.mu.Unlock()
}

// all causes the faults one after the other, with a pause before each.
func (c *chaos) all(ctx context.Context, pause time.Duration, each func(string)) error {
	for _, f := range c.faults() {
		if !strings.Contains(f.name, c.only) {
			continue
		}
		f.last = time.Duration(float64(f.last) * c.scale)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		each(f.name)
		if err := c.bring(ctx, f); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

// bring causes one fault and ends it. It decides which processes are killed meanwhile, so that the
// caller knows which nodes must do what.
func (c *chaos) bring(ctx context.Context, f fault) error {
	c.hold(true)
	defer c.hold(false)
	if err := c.fleet.awaitReady(ctx, c.fleet.limits.well); err != nil {
		c.seen.violation("before %q: %v", f.name, err)
	}
	o := outcome{name: f.name}
	over := c.times.begin(f.name)
	began := time.Now()
	if f.images {
		c.watch.start()
	}
	if err := f.begin(); err != nil {
		return err
	}
	if f.names != "" {
		o.named = c.fleet.await(ctx, c.fleet.limits.named, says("degraded", f.names))
		for _, n := range c.fleet.nodes { // it stays in rotation
			if status, text, err := n.ask(ctx, n.http, "/readyz"); o.named >= 0 && status != http.StatusOK {
				c.seen.violation("%s: the public /readyz of %s is %d %q %v", f.name, n.name, status, text, err)
			}
		}
		if o.named < 0 {
			c.seen.violation("%s: /readyz did not name %s on every node within %s: %s", f.name, f.names, c.fleet.limits.named, c.fleet.readiness(ctx))
		}
	}
	left := f.last - time.Since(began)
	if f.kill {
		sleep(ctx, left/2)
		if f.images {
			o.images, o.lost = c.watch.stop()
		}
		c.fleet.nodes[rand.IntN(nodeCount)].kill()
		sleep(ctx, left/2)
	} else {
		sleep(ctx, left)
	}
	if err := f.end(); err != nil {
		return err
	}
	if f.images && !f.kill {
		o.images, o.lost = c.watch.stop()
	}
	o.lasted = time.Since(began)
	ended := time.Now()
	o.well = c.fleet.await(ctx, c.fleet.limits.well, func(_ int, text string) bool { return text == "ok" })
	over()
	if o.well < 0 {
		c.seen.violation("%s: not every node was ready again %s after it: %s", f.name, time.Since(ended).Round(time.Second), c.fleet.readiness(ctx))
	}
	if f.images && o.images == 0 {
		c.seen.violation("%s: no image was asked for", f.name)
	}
	if o.lost > 0 {
		c.seen.violation("%s: %d of %d images were not served", f.name, o.lost, o.images)
	}
	c.list = append(c.list, o)
	return nil
}

// await waits until every node's /readyz is as wanted, and says how long that took; -1 if it was
// not within most.
func (f *fleet) await(ctx context.Context, most time.Duration, want func(int, string) bool) time.Duration {
	began := time.Now()
	var asking sync.WaitGroup
	var late atomic.Bool
	for _, n := range f.nodes {
		asking.Go(func() {
			for {
				status, text, err := n.ask(ctx, n.admin, "/readyz")
				if err == nil && want(status, text) {
					return
				}
				if time.Since(began) > most || ctx.Err() != nil {
					late.Store(true)
					return
				}
				time.Sleep(50 * time.Millisecond)
			}
		})
	}
	asking.Wait()
	if late.Load() {
		return -1
	}
	return time.Since(began)
}

// says is the answer of a /readyz that says how things are, and names what is down.
func says(state, name string) func(int, string) bool {
	return func(_ int, text string) bool {
		return strings.HasPrefix(text, state+": ") && strings.Contains(text, name)
	}
}

func (f *fleet) readiness(ctx context.Context) string {
	var list []string
	for _, n := range f.nodes {
		status, text, err := n.ask(ctx, n.admin, "/readyz")
		list = append(list, fmt.Sprintf("%s: %d %.200s %v", n.name, status, text, err))
	}
	return strings.Join(list, " | ")
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
