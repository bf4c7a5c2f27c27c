package wxup

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Retry says how often and after what pauses an upload is tried again. Its zero value is good.
//
// Tried again is what may pass: an answer that blames the server ([Problem.Temporary]: SYSTEM_ERROR, -1, any HTTP 5xx)
// or asks to slow down (429, FREQUENCY_LIMITED, 45011), and a network that fails. All else is final at once, such as a
// refusal of the file or of who is asking, a day's quota that is used up (45009), a certificate that is not WeChat's, an
// answer that does not prove to be, and the end of the context.
//
// Pauses are random (full jitter) and grow; what the server asks for in Retry-After is kept to. No pause is begun that
// the context's deadline would end: the upload then fails at once.
type Retry struct {
	Attempts int           // the most tries of one upload; 0 is 5, 1 never tries again
	Base     time.Duration // the longest pause before the second try; it doubles with each further one. 0 is half a second
	Max      time.Duration // the longest of all; 0 is half a minute
}

const (
	retryAttempts = 5
	retryBase     = 500 * time.Millisecond
	retryMax      = 30 * time.Second
	// slower is how much longer the pauses are where the server asks to slow down: its quotas are for a minute.
	slower = 8
	// longestWait is how long the Client waits at most where nobody has told it how much time there is: for what a server
	// asks in Retry-After, and for a quota of longer than this.
	longestWait = 2 * time.Minute
)

// GaveUp is an upload that was tried more than once, or would have been, had there been time. errors.Is and errors.As find
// what the last try failed with, and, where the context left no time, [context.DeadlineExceeded] or what else ended it.
type GaveUp struct {
	Err   error         // of the last try
	Tries int           // how many there were
	Wait  time.Duration // the pause for which there was no time; 0 if that is not why
	Ended error         // why there was no time; nil if all tries were used
}

func (g *GaveUp) Error() string {
	s := fmt.Sprintf("%v (tried %d times", g.Err, g.Tries)
	if g.Tries == 1 {
		s = fmt.Sprintf("%v (tried once", g.Err)
	}
	switch {
	case g.Wait > 0 && g.Ended == nil:
		return s + "; the server asks to wait " + span(g.Wait, "en") + ")"
	case g.Wait > 0:
		return s + "; no time left to wait " + span(g.Wait, "en") + " for the next)"
	case g.Ended != nil:
		return s + "; " + g.Ended.Error() + ")"
	}
	return s + ")"
}

// Unwrap gives the last try's error and the context's.
func (g *GaveUp) Unwrap() []error {
	if g.Ended == nil {
		return []error{g.Err}
	}
	return []error{g.Err, g.Ended}
}

// deliver sends the file, as often as it takes. Doing so does no harm: the bytes are the same, the request is signed
// anew, and an upload that was kept twice is an image that nobody refers to.
func (c *Client) deliver(ctx context.Context, up *upload) (*Result, error) {
	most := cmp.Or(max(c.Retry.Attempts, 0), retryAttempts)
	var last error
	moved := false
	for try := 1; ; try++ {
		res, err := c.try(ctx, up)
		switch {
		case err == nil:
			return res, nil
		case ctx.Err() != nil && last != nil:
			return nil, &GaveUp{Err: last, Tries: try, Ended: ctx.Err()}
		case ctx.Err() != nil || !mayPass(err) || most == 1:
			if refused, ok := err.(*Error); ok && refused.Status == 0 && last != nil { // the quota leaves no time for this try
				return nil, &GaveUp{Err: last, Tries: try - 1, Ended: err}
			}
			return nil, err
		case try == most:
			return nil, &GaveUp{Err: err, Tries: try}
		}
		last = err
		wait := c.Retry.pause(try, err)
		if lost, ok := errors.AsType[*networkError](err); ok && !moved && lost.host != hostOf(c.base(up.ep.Host)) {
			moved, wait = true, 0 // the host that is asked next is another
		}
		if asked := retryAfter(err); asked > longestWait {
			if _, ok := ctx.Deadline(); !ok {
				return nil, &GaveUp{Err: err, Tries: try, Wait: asked}
			}
		}
		if !timeFor(ctx, wait) {
			return nil, &GaveUp{Err: err, Tries: try, Wait: wait, Ended: context.DeadlineExceeded}
		}
		c.observe(up, Event{Kind: EventRetry, Err: err, Try: try + 1, Of: most, Wait: wait})
		c.tell(up, Waiting, 0)
		if err := sleep(ctx, wait); err != nil {
			return nil, &GaveUp{Err: last, Tries: try, Ended: err}
		}
	}
}

// try sends the file once.
func (c *Client) try(ctx context.Context, up *upload) (res *Result, err error) {
	if up.lanes != nil {
		c.tell(up, Waiting, 0)
		leave, ended := c.enter(ctx, up)
		if ended != nil {
			return nil, ended
		}
		defer func() { leave(err) }()
	}
	switch up.ep.Family {
	case PayV3:
		return c.uploadV3(ctx, up)
	case PayV2:
		return c.uploadV2(ctx, up)
	}
	return c.uploadAccount(ctx, up)
}

// mayPass reports whether another try may bring what this one did not.
func mayPass(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.mayPass()
	}
	if e, ok := errors.AsType[*VerifyError](err); ok { // accepted; but the certificates to verify that could not be fetched
		return mayPass(e.Err)
	}
	lost, ok := errors.AsType[*networkError](err)
	return ok && !lost.final
}

func (e *Error) mayPass() bool {
	switch {
	case e.Status == 0, e.Problem == BadOpenAPIPath:
		return false
	case e.Status == http.StatusRequestTimeout, e.Status >= 500 && e.Problem == BadAnswer:
		return true
	}
	return e.Problem.Temporary()
}

// neverPasses reports whether an error of the transport is one that waiting does not mend: TLS with somebody who does
// not prove to be the server, or does not want to speak to us.
func (c *Client) neverPasses(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound { // WeChat's names are right; one's own may not be
		return c.BaseURL != "" && c.Backup == ""
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return true
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" { // an alert
		return true
	}
	return errors.Is(err, http.ErrSchemeMismatch)
}

// pause is how long to wait after a try: anything up to a limit that doubles, so that many who failed together do not
// come back together; where the server asks to slow down longer, and at least half of the limit.
func (r *Retry) pause(try int, err error) time.Duration {
	base, most := cmp.Or(max(r.Base, 0), retryBase), cmp.Or(max(r.Max, 0), retryMax)
	slow := ProblemOf(err) == TooFrequent
	if slow {
		base *= slower
	}
	limit := most
	if shift := min(try-1, 30); base < most>>shift {
		limit = base << shift
	}
	if asked := retryAfter(err); asked > 0 {
		return asked + rand.N(min(limit, base)+1)
	}
	if slow {
		return limit/2 + rand.N(limit/2+1)
	}
	return rand.N(limit + 1)
}

// retryAfter is how long the server has asked to wait; 0 if it has not.
func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

// retryAfter reads the header of that name: seconds, or a date, which is compared with the answer's own.
func (a *answer) retryAfter() time.Duration {
	text := strings.TrimSpace(a.header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	until, err1 := http.ParseTime(text)
	date, err2 := http.ParseTime(a.header.Get("Date"))
	if err1 != nil || err2 != nil {
		return 0
	}
	return max(until.Sub(date), 0)
}

// timeFor reports whether a wait ends before the context does.
func timeFor(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > wait
}

// sleep waits, or gives the context's error when that ends before.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
