package main

import (
	"context"
	"errors"
	"iter"
	"os"
	"os/signal"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/wxup/wxup"
)

// batch is one run of put.
type batch struct {
	program   *program
	client    *wxup.Client
	items     []item
	source    func(*item) wxup.Source
	report    *report
	resumable bool // a ledger will know what was done

	mu    sync.Mutex
	taken []int          // the item of each place in the client's input
	going map[int]*going // by that place

	ctx  context.Context // ended by the first Ctrl-C: nothing new is begun
	hard context.Context // ended by the second, or when nothing is on the wire any more
	stop context.CancelFunc

	done     atomic.Int64 // items with an outcome
	finished chan struct{}
}

// going is an upload under way.
type going struct {
	phase wxup.Phase
	begun time.Time
	took  time.Duration
}

// run uploads all items and says what became of them.
func (b *batch) run(ctx context.Context) error {
	b.ctx = ctx
	b.hard, b.stop = context.WithCancel(context.WithoutCancel(ctx))
	b.going = map[int]*going{}
	b.client.Progress, b.client.Observe = b.progress, b.observe
	defer b.stop()
	b.finished = make(chan struct{})
	var watching sync.WaitGroup
	signals := make(chan os.Signal, 2) // before anything is begun: the first is not to be missed
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	watching.Go(func() { b.watch(signals) })
	defer func() {
		signal.Stop(signals)
		close(b.finished)
		watching.Wait()
	}()

	again := map[int][]int{} // the items that repeat one
	for i := range b.items {
		if b.items[i].same >= 0 {
			again[b.items[i].same] = append(again[b.items[i].same], i)
		}
	}
	outcome := func(i int, res *wxup.Result, err error, took time.Duration) {
		if err != nil {
			b.report.refused(i, err)
		} else {
			b.report.uploaded(i, res, took)
		}
		b.done.Add(1)
	}
	all := func(i int, res *wxup.Result, err error, took time.Duration) {
		outcome(i, res, err, took)
		for _, j := range again[i] {
			repeated := res
			if res != nil {
				copied := *res
				copied.Cached, repeated = true, &copied
			}
			outcome(j, repeated, err, 0)
		}
	}
	for i := range b.items {
		if err := b.items[i].err; err != nil {
			all(i, nil, err, 0)
		}
	}
	for o := range b.client.UploadAll(b.hard, b.input()) {
		b.mu.Lock()
		i, took := b.taken[o.Index], time.Duration(0)
		if g := b.going[o.Index]; g != nil {
			took = g.took
		}
		delete(b.going, o.Index)
		b.mu.Unlock()
		if o.Err != nil && b.hard.Err() != nil && errors.Is(o.Err, context.Canceled) {
			b.report.left(i)
			continue
		}
		all(i, o.Result, o.Err, took)
		if b.report.broken() {
			b.stop()
		}
	}
	return b.end()
}

// end says what all came to.
func (b *batch) end() error {
	return b.report.end(len(b.items)-int(b.done.Load()), b.resumable)
}

// input gives the client the items, until the first Ctrl-C.
func (b *batch) input() iter.Seq[wxup.Item] {
	return func(yield func(wxup.Item) bool) {
		for i := range b.items {
			it := &b.items[i]
			if it.err != nil || it.same >= 0 {
				continue
			}
			if b.ctx.Err() != nil {
				return
			}
			b.mu.Lock()
			b.taken = append(b.taken, i)
			b.mu.Unlock()
			if !yield(wxup.Item{Endpoint: *it.ep, Source: b.source(it)}) {
				return
			}
		}
	}
}

// watch waits for signals. The first one has ended b.ctx already, as main asks for it too.
func (b *batch) watch(signals <-chan os.Signal) {
	first := b.ctx.Done()
	for n := 0; ; {
		select {
		case <-b.finished:
			return
		case <-first:
			first = nil
			b.mu.Lock()
			b.report.stopping(b.busy())
			b.mu.Unlock()
			b.settle()
		case <-signals:
			if n++; n == 2 {
				b.stop()
				time.AfterFunc(time.Second, func() { os.Exit(exitStopped) }) // if something does not heed it: standard input
			}
		}
	}
}

// busy is how many uploads are at work: those that wait for a turn or a pause are not. b.mu is held.
func (b *batch) busy() (n int) {
	for _, g := range b.going {
		if g.phase != wxup.Waiting && g.phase != wxup.Done {
			n++
		}
	}
	return n
}

// settle ends the run after the first Ctrl-C as soon as those at work have finished.
func (b *batch) settle() {
	if b.ctx.Err() == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.busy() > 0 || b.hard.Err() != nil {
		return
	}
	b.stop()
	go exitIfStuck(b.finished, func() { b.end() })
}

// stuckTime is how long a run may go on that was stopped and has nothing to finish.
const stuckTime = 2 * time.Second

// exitIfStuck ends the program after a last word, unless the run finishes in time: standard input, and a pipe that nobody
// writes into, heed nothing.
func exitIfStuck(finished <-chan struct{}, last func()) {
	select {
	case <-finished:
	case <-time.After(stuckTime):
		last()
		os.Exit(exitStopped)
	}
}

// progress is told by the client how far an upload has come.
func (b *batch) progress(pr wxup.Progress) {
	b.mu.Lock()
	g := b.going[pr.Index]
	if g == nil {
		g = &going{begun: time.Now()}
		b.going[pr.Index] = g
	}
	before := g.phase
	g.phase = pr.Phase
	if pr.Phase == wxup.Done {
		g.took = time.Since(g.begun)
	}
	i := b.taken[pr.Index]
	b.mu.Unlock()
	b.report.progress(i, pr)
	if before != pr.Phase {
		b.settle()
	}
}

// observe is told by the client what it has decided.
func (b *batch) observe(e wxup.Event) {
	name := ""
	if e.Endpoint != "" && e.Kind != wxup.EventParallel {
		b.mu.Lock()
		if e.Index < len(b.taken) {
			name = b.items[b.taken[e.Index]].name
		}
		b.mu.Unlock()
	}
	b.report.event(name, e)
}

// endpointsOf are those that items are for, each once.
func endpointsOf(items []item) []wxup.Endpoint {
	var list []wxup.Endpoint
	for i := range items {
		if ep := items[i].ep; !slices.ContainsFunc(list, func(e wxup.Endpoint) bool { return e.Name == ep.Name }) {
			list = append(list, *ep)
		}
	}
	return list
}
