package inspector

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/server"
)

// feed tells all who listen what is new in the index, whichever node has recorded it. One goroutine
// asks for all of them, and only while there are some: when the index says that something was
// recorded here, and every now and then for what other nodes have recorded.
//
// The index lists exchanges by when they began, and an upload may take minutes: what is new is not
// always on top. So besides a look at the top there is, every now and then, one at all of the last
// minutes; the feed knows what it has told.
type feed struct {
	index Index
	now   func() time.Time
	log   *slog.Logger

	mu        sync.Mutex
	listeners map[*listener]bool
	seen      map[string]time.Time // told, or there before: ID and Time, of the last minutes
	stop      context.CancelFunc   // of the goroutine; nil while nobody listens
	running   sync.WaitGroup
	closed    bool
}

const (
	pollEvery  = 2 * time.Second       // for what other nodes record; the own index tells of its own
	pollPause  = 50 * time.Millisecond // between two polls, in which more may come
	deepEvery  = 10                    // polls
	lookBack   = 5 * time.Minute       // longer than any upload may take
	topPage    = 20
	deepPage   = 200
	deepMost   = 2000 // exchanges of one poll
	pollTime   = 3 * time.Second
	listenMost = 64                  // listeners at once
	behindMost = deepMost + deepPage // exchanges that a listener may be behind by: more than one poll brings; then it is dropped
)

// listener gets what is new. Its channel is closed when it is dropped: it was too slow, or the
// server stops.
type listener struct {
	exchanges chan *server.Exchange
}

func newFeed(index Index, now func() time.Time, log *slog.Logger) *feed {
	return &feed{index: index, now: now, log: log, listeners: map[*listener]bool{}}
}

// listen begins to listen: whatever is recorded after the call comes, and nothing that was before.
func (f *feed) listen(ctx context.Context) (*listener, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
		return nil, closing
	case len(f.listeners) >= listenMost:
		return nil, crowded
	}
	if f.stop == nil {
		f.seen = map[string]time.Time{}
	}
	if err := f.poll(ctx, true); err != nil { // the others get it; the new one counts from here
		return nil, err
	}
	l := &listener{make(chan *server.Exchange, behindMost)}
	f.listeners[l] = true
	if f.stop == nil {
		ctx, cancel := context.WithCancel(context.Background())
		f.stop = cancel
		f.running.Go(func() { f.run(ctx) })
	}
	return l, nil
}

// leave ends the listening.
func (f *feed) leave(l *listener) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drop(l)
	if len(f.listeners) == 0 && f.stop != nil {
		f.stop()
		f.stop, f.seen = nil, nil
	}
}

func (f *feed) drop(l *listener) {
	if f.listeners[l] {
		delete(f.listeners, l)
		close(l.exchanges)
	}
}

func (f *feed) close() {
	f.mu.Lock()
	f.closed = true
	for l := range f.listeners {
		f.drop(l)
	}
	if f.stop != nil {
		f.stop()
		f.stop = nil
	}
	f.mu.Unlock()
	f.running.Wait()
}

func (f *feed) run(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	failing := false
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-f.index.Recorded():
			time.Sleep(pollPause)
		case <-tick.C:
		}
		f.mu.Lock()
		if ctx.Err() != nil {
			f.mu.Unlock()
			return
		}
		err := f.poll(ctx, n%deepEvery == 0)
		f.mu.Unlock()
		if err != nil && !failing && ctx.Err() == nil {
			f.log.Warn("live updates wait: the index cannot be read", "err", err)
		}
		failing = err != nil
	}
}

// poll asks the index for what is new and tells it, in the order in which it was recorded. A deep
// one looks through all of the last minutes.
func (f *feed) poll(ctx context.Context, deep bool) error {
	ctx, cancel := context.WithTimeout(ctx, pollTime)
	defer cancel()
	horizon := f.now().Add(-lookBack)
	ask := sqlindex.ExchangeFilter{Limit: topPage, Whole: true}
	if deep {
		ask.Limit = deepPage
	}
	var fresh []*server.Exchange
	for looked := 0; looked < deepMost; {
		list, err := f.index.ListExchanges(ctx, ask)
		if err != nil {
			return err
		}
		before := len(fresh)
		for i := range list {
			e := &list[i]
			if _, ok := f.seen[e.ID]; !ok && !e.Time.Before(horizon) {
				fresh = append(fresh, e)
			}
		}
		if len(list) < ask.Limit || list[len(list)-1].Time.Before(horizon) || !deep && len(fresh) == before {
			break
		}
		looked += len(list)
		ask.After, ask.Limit = cursorOf(&list[len(list)-1]), deepPage
	}
	slices.SortFunc(fresh, func(a, b *server.Exchange) int { return recorded(a).Compare(recorded(b)) })
	for _, e := range fresh {
		f.seen[e.ID] = e.Time
		f.tell(e)
	}
	for id, at := range f.seen {
		if at.Before(horizon) {
			delete(f.seen, id)
		}
	}
	return nil
}

func (f *feed) tell(e *server.Exchange) {
	for l := range f.listeners {
		select {
		case l.exchanges <- e:
		default:
			f.drop(l)
		}
	}
}
