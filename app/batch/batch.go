// Package batch uploads many files through a Client and says what becomes of each. It can be
// stopped in two steps: first nothing new is begun and what is being sent is finished, then
// everything ends.
package batch

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/pick"
)

// A Reporter receives what happens. Its methods are called from several goroutines; i is the index
// of an item.
type Reporter interface {
	Uploaded(i int, res *wxup.Result, took time.Duration)
	Refused(i int, err error)
	Left(i int) // was begun, and given up because the batch was stopped
	Progress(i int, p wxup.Progress)
	Event(i int, e wxup.Event) // i is -1 for what is about no item
	Stopping(busy int)         // uploads that are finished first
	Broken() bool              // results can no longer be written: the batch ends
}

// Batch is the uploads of one run.
type Batch struct {
	Client *wxup.Client
	Items  []pick.Item
	Source func(*pick.Item) wxup.Source
	Report Reporter

	// Stuck is called if the batch was stopped, has nothing left to finish or is to stop at once,
	// and does not end within StuckTime: reading standard input or a pipe cannot be interrupted. It
	// is expected to end the process. The batch may end while it is called.
	Stuck func(Totals)
}

// StuckTime is how long a stopped run may take to end.
const StuckTime = 2 * time.Second

// Run uploads all items. The end of ctx stops it as soon as what is being sent is finished, the end
// of now at once.
func (b *Batch) Run(ctx, now context.Context) Totals {
	r := &run{Batch: b, ctx: ctx, finished: make(chan struct{}), repeats: map[int][]int{}}
	r.tracker.going = map[int]*going{}
	r.counter.place = map[string]int{}
	r.now, r.stop = context.WithCancel(now)
	defer r.stop()
	if r.Stuck != nil {
		context.AfterFunc(r.now, func() { Watch(r.finished, func() { r.Stuck(r.counter.get()) }) })
	}
	for i := range b.Items {
		r.counter.expect(b.Items[i].Endpoint.Name)
		if same := b.Items[i].Same; same >= 0 {
			r.repeats[same] = append(r.repeats[same], i)
		}
	}
	var watching sync.WaitGroup
	watching.Go(r.watch)
	defer watching.Wait()
	defer close(r.finished)
	r.all()
	return r.counter.get()
}

// run is a Batch while it runs.
type run struct {
	*Batch
	tracker tracker
	counter counter
	repeats map[int][]int // the items that repeat one

	ctx      context.Context // ended: begin nothing new
	now      context.Context // ended: stop what is under way
	stop     context.CancelFunc
	finished chan struct{}
}

func (r *run) all() {
	for i := range r.Items {
		if err := r.Items[i].Err; err != nil {
			r.outcome(i, nil, err, 0)
		}
	}
	r.Client.Progress, r.Client.Observe = r.progress, r.observe
	for o := range r.Client.UploadAll(r.now, r.input()) {
		i, took := r.tracker.finish(o.Index)
		if o.Err != nil && r.now.Err() != nil && errors.Is(o.Err, context.Canceled) {
			r.Report.Left(i)
			continue
		}
		r.outcome(i, o.Result, o.Err, took)
		if r.Report.Broken() {
			r.stop()
		}
	}
}

// input gives the client the items, until the batch is stopped.
func (r *run) input() iter.Seq[wxup.Item] {
	return func(yield func(wxup.Item) bool) {
		for i := range r.Items {
			it := &r.Items[i]
			if it.Err != nil || it.Same >= 0 {
				continue
			}
			if r.ctx.Err() != nil {
				return
			}
			r.tracker.take(i)
			if !yield(wxup.Item{Endpoint: it.Endpoint, Source: r.Source(it)}) {
				return
			}
		}
	}
}

// outcome reports what became of an item and of those that repeat it.
func (r *run) outcome(i int, res *wxup.Result, err error, took time.Duration) {
	r.one(i, res, err, took)
	if len(r.repeats[i]) > 0 && res != nil {
		again := *res
		again.Cached = true
		res = &again
	}
	for _, j := range r.repeats[i] {
		r.one(j, res, err, 0)
	}
}

func (r *run) one(i int, res *wxup.Result, err error, took time.Duration) {
	if err != nil {
		r.counter.count(r.Items[i].Endpoint.Name, nil)
		r.Report.Refused(i, err)
		return
	}
	r.counter.count(r.Items[i].Endpoint.Name, res)
	r.Report.Uploaded(i, res, took)
}

func (r *run) progress(p wxup.Progress) {
	changed := r.tracker.progress(p)
	r.Report.Progress(r.tracker.item(p.Index), p)
	if changed {
		r.settle()
	}
}

func (r *run) observe(e wxup.Event) {
	i := -1
	if e.Endpoint != "" && e.Kind != wxup.EventConcurrency {
		i = r.tracker.item(e.Index)
	}
	r.Report.Event(i, e)
}

// watch waits for the end of ctx.
func (r *run) watch() {
	select {
	case <-r.finished:
	case <-r.ctx.Done():
		r.Report.Stopping(r.tracker.busy())
		r.settle()
	}
}

// settle ends a stopped batch as soon as those at work have finished.
func (r *run) settle() {
	if r.ctx.Err() == nil || r.now.Err() != nil || r.tracker.busy() > 0 {
		return
	}
	r.stop()
}

// Watch calls stuck unless finished is closed within StuckTime.
func Watch(finished <-chan struct{}, stuck func()) {
	select {
	case <-finished:
	case <-time.After(StuckTime):
		stuck()
	}
}

// Endpoints returns the endpoints of items, each once.
func Endpoints(items []pick.Item) (list []*wxup.Endpoint) {
	for i := range items {
		ep := items[i].Endpoint
		if !slices.ContainsFunc(list, func(e *wxup.Endpoint) bool { return e.Name == ep.Name }) {
			list = append(list, ep)
		}
	}
	return list
}
