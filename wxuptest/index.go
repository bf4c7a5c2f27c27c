package wxuptest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/wxup/wxup/server"
)

// index is the server's memory. It reports each exchange.
type index struct {
	*server.Memory
	mu        sync.Mutex
	exchanges []server.Exchange
	changed   chan struct{} // closed, and replaced, with each new one
	closed    bool
}

// Record is where an exchange is known for the first time: before its answer is given.
func (ix *index) Record(ctx context.Context, e *server.Exchange) error {
	if err := ix.Memory.Record(ctx, e); err != nil {
		return err
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.exchanges = append(ix.exchanges, *e)
	ix.wake()
	return nil
}

func (ix *index) wake() {
	close(ix.changed)
	ix.changed = make(chan struct{})
}

func (ix *index) close() {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.closed = true
	ix.wake()
}

// all returns the exchanges, oldest first.
func (ix *index) all() []server.Exchange {
	list, _, _ := ix.since(0)
	return list
}

// since returns the exchanges from the nth on, and a channel that is closed when there are more.
func (ix *index) since(n int) (list []server.Exchange, more <-chan struct{}, closed bool) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	return slices.Clone(ix.exchanges[min(n, len(ix.exchanges)):]), ix.changed, ix.closed
}

// maxSummary is how many exchanges a summary lists.
const maxSummary = 20

// wait returns the first exchange after the nth that matches. See [Server.WaitAfter].
func (ix *index) wait(ctx context.Context, n int, match func(*server.Exchange) bool) (server.Exchange, error) {
	for seen := n; ; {
		list, more, closed := ix.since(seen)
		for i := range list {
			if match(&list[i]) {
				return list[i], nil
			}
		}
		seen += len(list)
		if closed {
			return server.Exchange{}, fmt.Errorf("wxuptest: the server was closed, and no exchange matched; %s", ix.summary(n))
		}
		select {
		case <-more:
		case <-ctx.Done():
			return server.Exchange{}, fmt.Errorf("wxuptest: %w: no exchange matched; %s", context.Cause(ctx), ix.summary(n))
		}
	}
}

// summary says in a few lines what happened.
func (ix *index) summary(after int) string {
	list, _, _ := ix.since(after)
	if len(list) == 0 {
		return "there was none"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "there were %d:", len(list))
	for i, e := range list {
		if i == maxSummary {
			fmt.Fprintf(&b, "\n\tand %d more", len(list)-i)
			break
		}
		outcome := "accepted"
		if e.Problem != "" {
			outcome = fmt.Sprintf("refused as %s (%s)", e.Problem, e.Reason)
		}
		path, _, _ := strings.Cut(e.Path, "?")
		fmt.Fprintf(&b, "\n\t%s %s %s: %d, %s", e.Method, path, e.Account, e.Status, outcome)
	}
	return b.String()
}
