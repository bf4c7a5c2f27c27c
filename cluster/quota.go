package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxup/wxup"
)

// quotaResult is what came of calling one account's endpoint more often than is allowed.
type quotaResult struct {
	allowed, sent     int
	accepted, refused int
	killed            bool // a node was killed meanwhile: then no more than allowed, but it may be less
}

func (q quotaResult) String() string {
	s := fmt.Sprintf("%d calls on %d nodes at once: %d accepted, %d refused; %d allowed", q.sent, nodeCount, q.accepted, q.refused, q.allowed)
	if q.killed {
		s += " (a node was killed meanwhile)"
	}
	return s
}

// hammer makes far more calls in one minute than the quota allows, on all nodes at once. The nodes
// run with
// --quotas allowed.
func hammer(ctx context.Context, l *load, allowed int, kill bool) (quotaResult, error) {
	q := quotaResult{allowed: allowed, sent: 3 * allowed, killed: kill}
	// The windows are the clock's minutes: there must be time for all calls in one.
	if second := time.Now().Second(); second > 25 || kill {
		sleep(ctx, time.Until(time.Now().Truncate(time.Minute).Add(time.Minute+time.Second)))
	}
	minute := time.Now().Truncate(time.Minute)
	var accepted, refused, other atomic.Int64
	var all sync.WaitGroup
	room := make(chan struct{}, 24)
	clients := make([]*wxup.Client, nodeCount)
	for i, n := range l.fleet.nodes {
		c, err := newClient(l.vars, "http://"+n.http, l.seen.through(&http.Transport{MaxIdleConnsPerHost: 16}, wxup.TooFrequent))
		if err != nil {
			return q, err
		}
		c.Retry.Attempts = 1
		clients[i] = c
	}
	for i := range q.sent {
		room <- struct{}{}
		if kill && i == q.sent/6 {
			l.fleet.nodes[0].kill()
		}
		all.Go(func() {
			defer func() { <-room }()
			data := picture()
			endpoint, where, err := uploadBy(clients[i%nodeCount], wxup.MarketingImage)(ctx, data)
			switch wxup.ProblemOf(err) {
			case "":
				if err == nil {
					l.acknowledged("quota, marketing", newAck(endpoint, where, data))
					accepted.Add(1)
				} else {
					other.Add(1)
				}
			case wxup.TooFrequent:
				refused.Add(1)
			default:
				other.Add(1)
			}
		})
	}
	all.Wait()
	q.accepted, q.refused = int(accepted.Load()), int(refused.Load())
	switch {
	case time.Now().Truncate(time.Minute) != minute:
		return q, fmt.Errorf("the machine is too slow: %d calls did not end within their minute", q.sent)
	case q.accepted > allowed:
		l.seen.violation("quota: %s", q)
	case !kill && (q.accepted != allowed || q.refused != q.sent-allowed):
		l.seen.violation("quota: %s, %d with another answer", q, other.Load())
	}
	return q, nil
}
