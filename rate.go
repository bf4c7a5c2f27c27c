package wxup

import (
	"context"
	"sync"
	"time"
)

// Rate paces uploads so that a quota is kept rather than hit: never do more calls begin than it allows in any span of its
// length, tries that failed included. In its zero value each endpoint's documented Quota counts, where the other end is
// WeChat's own. All who use the Client share its quotas; they get their turns in the order in which they came.
//
// An upload waits for its turn, unless the context would end before; that is known at once, and the error is
// [TooFrequent]. If there is no deadline, it does not wait for more than two minutes where the quota is for longer than
// these: for a day's quota, the error says when there will be room again.
type Rate struct {
	Off  bool             // no pace at all
	All  Quota            // for every endpoint, each counted by itself, that Each does not name
	Each map[string]Quota // by the endpoint's name
}

// quota is the one to keep for an endpoint; no Calls means none.
func (c *Client) quota(ep *Endpoint) Quota {
	if c.Rate.Off {
		return Quota{}
	}
	if q, ok := c.Rate.Each[ep.Name]; ok {
		return q
	}
	switch {
	case c.Rate.All != Quota{}:
		return c.Rate.All
	case c.atWeChat():
		return ep.Quota
	}
	return Quota{}
}

// pace waits until the endpoint's quota allows one more call.
func (c *Client) pace(ctx context.Context, up *upload) error {
	q := c.quota(up.ep)
	if q.Calls <= 0 || q.Per <= 0 {
		return nil
	}
	p := c.pacers.of(up.ep.Name, q)
	return p.wait(ctx, func(wait time.Duration) error {
		_, bounded := ctx.Deadline()
		if !timeFor(ctx, wait) || !bounded && wait > longestWait && q.Per > longestWait {
			return refuse(TooFrequent, "%s are allowed, and the last was less than that ago: there is room again at %s", q.text("en"), c.now().Add(wait).Format(time.RFC3339))
		}
		c.observe(up, Event{Kind: EventPace, Wait: wait, Quota: q})
		c.tell(up, Waiting, 0)
		return nil
	})
}

// pacers are a Client's pacers, by the endpoint's name.
type pacers struct {
	mu sync.Mutex
	by map[string]*pacer
}

func (ps *pacers) of(name string, q Quota) *pacer {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	p := ps.by[name]
	if p == nil || p.quota != q { // another row of the same name
		p = &pacer{quota: q, turn: make(chan struct{}, 1)}
		if ps.by == nil {
			ps.by = map[string]*pacer{}
		}
		ps.by[name] = p
	}
	return p
}

// pacer keeps one quota: a window of its length slides over the calls' beginnings.
type pacer struct {
	quota Quota
	turn  chan struct{} // who has put something in may begin next; a channel serves those who wait in their order

	mu      sync.Mutex
	began   []time.Time // the calls of the last span of time, at most quota.Calls
	waiting int
}

// wait gives back when a call may begin. If that is not at once, mayWait is asked first.
func (p *pacer) wait(ctx context.Context, mayWait func(time.Duration) error) error {
	p.mu.Lock()
	ahead := p.waiting
	now := time.Now()
	at := p.next(now, ahead)
	if !at.After(now) { // there is room for those ahead, too
		p.began = append(p.began, now)
		p.mu.Unlock()
		return nil
	}
	p.waiting++
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.waiting--
		p.mu.Unlock()
	}()
	if wait := at.Sub(now); wait > 0 {
		if err := mayWait(wait); err != nil {
			return err
		}
	}
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.turn }()
	for {
		p.mu.Lock()
		now := time.Now()
		at := p.next(now, 0)
		if !at.After(now) {
			p.began = append(p.began, now)
			p.mu.Unlock()
			return nil
		}
		p.mu.Unlock()
		if err := sleep(ctx, at.Sub(now)); err != nil {
			return err
		}
	}
}

// next is when a call may begin that has so many others ahead of it. It forgets the calls that are no longer in the way.
func (p *pacer) next(now time.Time, ahead int) time.Time {
	gone := 0
	for gone < len(p.began) && now.Sub(p.began[gone]) >= p.quota.Per {
		gone++
	}
	p.began = append(p.began[:0], p.began[gone:]...)
	rounds := ahead / p.quota.Calls
	place := len(p.began) + ahead%p.quota.Calls - p.quota.Calls // of the call that it must be Per after
	at := now
	if place >= 0 {
		at = p.began[place].Add(p.quota.Per)
	}
	return at.Add(time.Duration(rounds) * p.quota.Per)
}
