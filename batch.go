package wxup

import (
	"context"
	"iter"
	"runtime"
	"sync"

	"github.com/wxup/wxup/internal/pace"
)

// Item is one upload of many.
type Item struct {
	Endpoint *Endpoint
	Source   Source
}

// Outcome is what became of an [Item].
type Outcome struct {
	Item
	Index  int // in the input, from 0
	Result *Result
	Err    error // as of Client.Upload; exactly one of the two is not nil
}

// batch is one UploadAll.
type batch struct {
	upload   func(ctx context.Context, item Item, index int) (*Result, error)
	lanes    *pace.Lanes
	outcomes chan Outcome // closed when all is done

	mu     sync.Mutex
	room   sync.Cond // there may be room for one more
	taken  int       // items that were taken from the input and have no outcome yet
	thrown any       // by a goroutine of the batch
	all    sync.WaitGroup
}

func newBatch(lanes *pace.Lanes, upload func(ctx context.Context, item Item, index int) (*Result, error)) *batch {
	b := &batch{upload: upload, lanes: lanes, outcomes: make(chan Outcome, pace.MaxLanes)}
	b.room.L = &b.mu
	lanes.Changed = b.room.Broadcast
	return b
}

// run uploads the items, and yields the outcomes.
func (b *batch) run(ctx context.Context, items iter.Seq[Item], yield func(Outcome) bool) {
	ctx, cancel := context.WithCancel(ctx)
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
		go b.one(ctx, item, index)
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
	for ctx.Err() == nil && b.thrown == nil && b.taken >= b.lanes.Width()+runtime.GOMAXPROCS(0) {
		b.room.Wait()
	}
	b.taken++
	return ctx.Err() == nil && b.thrown == nil
}

func (b *batch) one(ctx context.Context, item Item, index int) {
	defer b.all.Done()
	defer func() {
		b.mu.Lock()
		b.taken--
		b.mu.Unlock()
		b.room.Broadcast()
	}()
	defer b.catch()
	res, err := b.upload(ctx, item, index)
	b.outcomes <- Outcome{item, index, res, err}
}

// catch keeps a panic for the caller of UploadAll.
func (b *batch) catch() {
	if thrown := recover(); thrown != nil {
		b.mu.Lock()
		b.thrown = thrown
		b.mu.Unlock()
		b.room.Broadcast()
	}
}
