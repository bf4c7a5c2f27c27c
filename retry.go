package wxup

import (
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"time"
)

// Retry says how an upload is retried if the network or the server fails, or asks to slow down.
// Pauses are random, grow, and respect Retry-After and the context.
type Retry struct {
	Attempts int           // the maximum number of tries; 0 is 5, 1 never retries
	Base     time.Duration // the maximum pause before the second try, doubled each time; 0 is 0.5 s
	Max      time.Duration // the maximum of all pauses; 0 is 30 s
}

const (
	retryAttempts = 5
	retryBase     = 500 * time.Millisecond
	retryMax      = 30 * time.Second
	// slower is how much longer the pauses are if the server asks to slow down: its quotas are for
	// a minute.
	slower = 8
	// maxWait is how long the Client waits at most if the context has no deadline: for what a
	// server asks in Retry-After, and for a quota of a longer span.
	maxWait = 2 * time.Minute
)

func (r *Retry) attempts() int { return cmp.Or(max(r.Attempts, 0), retryAttempts) }

// pause is how long to wait after a try: anything up to a limit that doubles, so that many who
// failed together do not come back together; if the server asks to slow down longer, and at least
// half of the limit.
func (r *Retry) pause(try int, err error) time.Duration {
	base, most := cmp.Or(max(r.Base, 0), retryBase), cmp.Or(max(r.Max, 0), retryMax)
	slow := ProblemOf(err) == TooFrequent
	if slow {
		base = min(base, math.MaxInt64/slower) * slower
	}
	limit := most
	if shift := min(try-1, 30); base < most>>shift {
		limit = base << shift
	}
	if asked := retryAfter(err); asked > 0 {
		return asked + upTo(min(limit, base, math.MaxInt64-asked))
	}
	if slow {
		return limit/2 + upTo(limit/2)
	}
	return upTo(limit)
}

// upTo is a random duration of at most d.
func upTo(d time.Duration) time.Duration { return rand.N(min(d, math.MaxInt64-1) + 1) }

// retryAfter is how long the server has asked to wait; 0 if it has not.
func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.RetryAfter
	}
	return 0
}
