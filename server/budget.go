package server

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// budget is the memory for the bytes of uploads. It is lent in steps, as bytes arrive, and never as
// announced. Callers who have not proved who they are have a quarter of it, so that they cannot
// take it from the others; of each part, one address, or one account, gets half at most.
type budget struct {
	mu     sync.Mutex
	open   pool // for callers who have not proved who they are
	proved pool
	shares map[string]*pool // of addresses and of accounts
	queue  []*claim         // those that need the least come first: they end soonest
}

// pool is a part of the budget, or a share of a part.
type pool struct {
	least      int64 // of a share
	most, held int64
	loans      []*loan
}

// loan is what one request holds of the budget.
type loan struct {
	b     *budget
	part  *pool
	share *pool
	key   string // of the share
	held  int64
	most  int64        // what it may hold in the end
	stop  func()       // ends a read that is under way
	lost  atomic.Bool  // the memory is wanted back
	until atomic.Int64 // Unix time in ns when the body is given up; see arrived
	whole bool         // nothing more is read: it ends soon by itself
}

// claim is a wish for n more bytes; or, with a key, to move all that is held to that account.
type claim struct {
	*loan
	n     int64
	key   string
	ready chan struct{}
}

// A body must arrive at minRate bytes a second. readGrace is the head start, and how far it may
// fall behind at any time. One that is behind by more than stallTime loses its memory if another
// upload needs it.
const (
	minRate   = 8 << 10
	readGrace = 15 * time.Second
	stallTime = time.Second
)

// spare is room for callers without proof to begin in, beside one whose upload is the largest.
const spare = 2 << 20

// leastBudget is the smallest budget that works if an upload may need so many bytes, and one that
// is proved late only so many.
func leastBudget(largest, late int64) int64 { return largest + late + spare }

func newBudget(n, largest, late int64) *budget {
	open := max(n/4, late+spare)
	return &budget{
		open: pool{most: open, least: late}, proved: pool{most: n - open, least: largest}, shares: map[string]*pool{},
	}
}

// state returns how many bytes are lent and how many requests wait.
func (b *budget) state() (lent int64, waiting int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.open.held + b.proved.held, len(b.queue)
}

// begin makes an empty loan for a caller at an address, of at most so many bytes. stop ends the
// read that it may wait in. As long as it holds nothing it is nobody's concern.
func (b *budget) begin(addr string, most int64, stop func()) *loan {
	l := &loan{b: b, part: &b.open, key: "address " + addr, most: most, stop: stop}
	l.until.Store(time.Now().Add(readGrace).UnixNano())
	return l
}

// shareOf finds a share of a part, or makes one.
func (b *budget) shareOf(part *pool, key string) *pool {
	if p := b.shares[key]; p != nil {
		return p
	}
	return &pool{most: max(part.most/2, part.least)}
}

func (b *budget) join(l *loan, part *pool, share *pool, key string) {
	l.part, l.share, l.key = part, share, key
	b.shares[key] = share
	for _, p := range []*pool{l.part, l.share} {
		p.loans = append(p.loans, l)
		p.held += l.held
	}
}

func (b *budget) leave(l *loan) {
	if l.share == nil {
		return
	}
	for _, p := range []*pool{l.part, l.share} {
		p.held -= l.held
		p.loans = slices.DeleteFunc(p.loans, func(x *loan) bool { return x == l })
	}
	if len(l.share.loans) == 0 {
		delete(b.shares, l.key)
	}
}

// wanted are the pools that a claim is for.
func (b *budget) wanted(c *claim) (part, share *pool) {
	if c.key != "" {
		return &b.proved, b.shareOf(&b.proved, c.key)
	}
	if c.loan.share != nil {
		return c.part, c.loan.share
	}
	return c.part, b.shareOf(c.part, c.loan.key)
}

// fits reports whether there is room for a claim, so that all uploads under way can still come to
// their ends, one after the other: uploads that grow step by step would else wait for each other
// for ever.
func (b *budget) fits(c *claim) bool {
	part, share := b.wanted(c)
	room, rooms := part.most-part.held-c.n, map[*pool]int64{share: share.most - share.held - c.n}
	if room < 0 || rooms[share] < 0 {
		return false
	}
	type open struct {
		*loan
		share      *pool
		held, need int64
	}
	left := make([]open, 1, len(part.loans)+1)
	left[0] = open{c.loan, share, c.held, c.loan.most - c.held}
	if c.key == "" {
		left[0].held, left[0].need = c.held+c.n, c.loan.most-c.held-c.n
	}
	for _, l := range part.loans {
		switch {
		case l == c.loan:
		case l.whole:
			left = append(left, open{l, l.share, l.held, 0})
		default:
			left = append(left, open{l, l.share, l.held, l.most - l.held})
		}
	}
	slices.SortFunc(left, func(x, y open) int { return cmp.Compare(x.need, y.need) })
	for before := 0; len(left) != before; {
		before = len(left)
		left = slices.DeleteFunc(left, func(o open) bool {
			free, ok := rooms[o.share]
			if !ok {
				free = o.share.most - o.share.held
			}
			if o.need > room || o.need > free {
				return false
			}
			rooms[o.share] = free + o.held
			room += o.held
			return true
		})
	}
	return len(left) == 0
}

// needs is how much a claim's upload needs before it ends, of the pools that the claim is for.
func (c *claim) needs() int64 {
	if c.key != "" {
		return c.loan.most
	}
	return c.loan.most - c.held
}

// grant grants a claim if it fits.
func (b *budget) grant(c *claim) bool {
	if !b.fits(c) {
		return false
	}
	part, share := b.wanted(c)
	switch {
	case c.key != "":
		b.leave(c.loan)
		b.join(c.loan, part, share, c.key)
	case c.loan.share == nil:
		b.join(c.loan, part, share, c.loan.key)
	}
	if c.key == "" {
		c.held += c.n
		part.held += c.n
		share.held += c.n
	}
	close(c.ready)
	return true
}

// mostTries bounds the work of one look through the queue. A claim that was not looked at tries by
// itself before long.
const mostTries = 16

// serve grants what fits. Of each share only the first claim is tried: the others need more. A
// claim that does not fit stands in the way of no other share.
func (b *budget) serve() {
	for again := true; again; {
		again = false
		full := map[string]bool{}
		b.queue = slices.DeleteFunc(b.queue, func(c *claim) bool {
			key := cmp.Or(c.key, c.loan.key)
			if len(full) >= mostTries || full[key] {
				return false
			}
			if !b.grant(c) {
				full[key] = true
				return false
			}
			again = again || c.key != "" // it made room where it was
			return true
		})
	}
}

// reclaim takes the memory of loans that are behind, for a claim that waits.
func (b *budget) reclaim(c *claim) {
	now := time.Now()
	part, share := b.wanted(c)
	from := share
	if part.most-part.held < part.least+c.n {
		from = part
	}
	for _, l := range from.loans {
		if l != c.loan && !l.whole && !l.lost.Load() && l.behind(now) >= stallTime {
			l.lost.Store(true)
			l.stop()
		}
	}
}

// obtain waits for a claim until ctx ends, and reports whether it was granted.
func (b *budget) obtain(ctx context.Context, c *claim) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.grant(c) {
		b.serve()
		return true
	}
	at, _ := slices.BinarySearchFunc(b.queue, c.needs()+1, func(x *claim, n int64) int { return cmp.Compare(x.needs(), n) })
	b.queue = slices.Insert(b.queue, at, c)
	again := time.NewTicker(stallTime / 4)
	defer again.Stop()
	for {
		b.reclaim(c)
		began := time.Now()
		b.mu.Unlock()
		select {
		case <-c.ready:
		case <-again.C:
		case <-ctx.Done():
		}
		b.mu.Lock()
		c.until.Add(int64(time.Since(began))) // it cannot read meanwhile
		select {
		case <-c.ready:
			return true
		default:
		}
		granted := b.grant(c)
		if granted || ctx.Err() != nil {
			b.queue = slices.DeleteFunc(b.queue, func(x *claim) bool { return x == c })
			return granted
		}
	}
}

// take waits for n more bytes. It reports whether it got them.
func (l *loan) take(ctx context.Context, n int64) bool {
	return l.b.obtain(ctx, &claim{loan: l, n: n, ready: make(chan struct{})})
}

// prove moves the loan to the share of an account, and waits until there is room.
func (l *loan) prove(ctx context.Context, account string) bool {
	if l.held == 0 {
		l.part, l.key = &l.b.proved, "account "+account
		return true
	}
	return l.b.obtain(ctx, &claim{loan: l, n: l.held, key: "account " + account, ready: make(chan struct{})})
}

// arrived notes that n bytes of the body have come.
func (l *loan) arrived(n int) {
	most := time.Now().Add(readGrace).UnixNano()
	l.until.Store(min(l.until.Load()+int64(n)*int64(time.Second)/minRate, most))
}

// behind is how far the body has fallen behind.
func (l *loan) behind(now time.Time) time.Duration {
	return time.Duration(now.Add(readGrace).UnixNano() - l.until.Load())
}

// end notes that nothing more is read.
func (l *loan) end() {
	if l.share == nil {
		return
	}
	l.b.mu.Lock()
	defer l.b.mu.Unlock()
	l.whole = true
}

// giveBack ends the loan.
func (l *loan) giveBack() {
	if l.share == nil {
		return
	}
	l.b.mu.Lock()
	defer l.b.mu.Unlock()
	l.b.leave(l)
	l.b.serve()
}
