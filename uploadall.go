package wxup

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// Item is one upload of many.
type Item struct {
	Endpoint Endpoint
	Source   Source
}

// Outcome is what became of an [Item].
type Outcome struct {
	Item
	Index  int // of the Item in the input, from 0
	Result *Result
	Err    error // as of Client.Upload; exactly one of the two is not nil
}

// UploadAll uploads many files, several at once, and gives each outcome as soon as it is there: Index tells the order. How
// many are sent at once says Client.Parallel; a few more are being read, digested and fitted in the meantime. The input is
// asked for the next item only when there is room for it, in another goroutine than the caller's.
//
// If ctx ends, the input is not asked any more, and the uploads under way end with its error; each item that was taken
// from the input has its Outcome. Who leaves the loop ends the uploads under way too; whether these have happened is then
// not known, and doing them again does no harm. In either case nothing is left running when the loop is over: an input
// that may wait for long must itself end when ctx does.
//
// A panic of the input is passed on, after the outcomes of the items before.
func (c *Client) UploadAll(ctx context.Context, items iter.Seq[Item]) iter.Seq[Outcome] {
	return func(yield func(Outcome) bool) {
		ctx, cancel := context.WithCancel(ctx)
		b := &batch{client: c, outcomes: make(chan Outcome, lanesMost)}
		b.room.L = &b.mu
		b.lanes = &lanes{client: c, fixed: max(c.Parallel, 0), grown: b.room.Broadcast, by: map[string]*lane{}}
		stop := context.AfterFunc(ctx, func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.room.Broadcast()
		})
		defer stop()
		defer func() {
			cancel()
			for range b.outcomes { // until all are done
			}
		}()
		go b.feed(ctx, items)
		for o := range b.outcomes {
			if !yield(o) {
				return
			}
		}
		if b.thrown != nil {
			panic(b.thrown)
		}
	}
}

// batch is one UploadAll.
type batch struct {
	client   *Client
	lanes    *lanes
	outcomes chan Outcome // closed when all is done

	mu     sync.Mutex
	room   sync.Cond // there may be room for one more
	taken  int       // items that were taken from the input and have no outcome yet
	thrown any       // by a goroutine of the batch
	all    sync.WaitGroup
}

// feed takes items from the input as long as there is room for them.
func (b *batch) feed(ctx context.Context, items iter.Seq[Item]) {
	defer func() {
		b.all.Wait()
		close(b.outcomes)
	}()
	defer b.catch()
	index := 0
	if !b.enter(ctx) {
		return
	}
	for item := range items {
		b.all.Add(1)
		go b.upload(ctx, item, index)
		index++
		if !b.enter(ctx) {
			return
		}
	}
}

// enter waits until one more item may be taken. It reports false when the batch is over.
func (b *batch) enter(ctx context.Context) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ctx.Err() == nil && b.thrown == nil && b.taken >= b.lanes.width()+runtime.GOMAXPROCS(0) {
		b.room.Wait()
	}
	b.taken++
	return ctx.Err() == nil && b.thrown == nil
}

func (b *batch) upload(ctx context.Context, item Item, index int) {
	defer b.all.Done()
	defer func() {
		b.mu.Lock()
		b.taken--
		b.mu.Unlock()
		b.room.Broadcast()
	}()
	defer b.catch()
	res, err := b.client.upload(ctx, &upload{ep: &item.Endpoint, src: &item.Source, index: index, lanes: b.lanes})
	b.outcomes <- Outcome{item, index, res, err}
}

// catch keeps a panic for who called UploadAll.
func (b *batch) catch() {
	if thrown := recover(); thrown != nil {
		b.mu.Lock()
		b.thrown = thrown
		b.mu.Unlock()
		b.room.Broadcast()
	}
}
