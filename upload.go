package wxup

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/internal/carry"
	"github.com/wxup/wxup/internal/pace"
	"github.com/wxup/wxup/internal/source"
)

// upload is one file on its way to one endpoint.
type upload struct {
	opened
	memory // nil ledger: nothing is remembered
	caller *caller
	family family
	retry  Retry
	quota  Quota
	paces  *pace.Windows
	lanes  *pace.Lanes // of UploadAll; nil for an upload alone
}

// run takes the file all the way: it opens it, looks it up in the ledger, makes it fit, checks it,
// and sends it until it is accepted. Sending a file again does no harm: the bytes are the same, the
// request is signed anew, and an upload that WeChat kept twice is an image that nobody refers to.
func (up *upload) run(ctx context.Context) (res *Result, err error) {
	if err := up.open(ctx); err != nil {
		return nil, err
	}
	defer up.close()
	if up.fitter == nil { // this digests the file, for the ledger
		if err := up.check(ctx); err != nil {
			return nil, err
		}
	}
	if up.target, err = up.ep.Target(up.source.Path); err != nil {
		return nil, err
	}
	if up.extra, err = extra(up.ep, up.source.Meta); err != nil {
		return nil, err
	}
	send := func() (*Result, error) {
		if up.fitter != nil {
			if err := up.fitAndCheck(ctx); err != nil {
				return nil, err
			}
		}
		fields, err := up.family.fields(&up.facts)
		if err != nil {
			return nil, err
		}
		body, err := form.New(form.File{Part: up.ep.FilePart, Filename: up.name, ContentType: up.format.MIME()}, fields...)
		if err != nil {
			return nil, err
		}
		return up.deliver(ctx, body)
	}
	if up.ledger == nil || up.fitter != nil && up.size > maxDigested {
		return send()
	}
	return up.once(ctx, &up.opened, up.caller.now, send)
}

// deliver sends the file, as often as it takes.
func (up *upload) deliver(ctx context.Context, body *form.Body) (*Result, error) {
	attempts := up.retry.attempts()
	var last error
	moved := false
	for try := 1; ; try++ {
		res, err := up.try(ctx, body)
		switch {
		case err == nil:
			return res, nil
		case ctx.Err() != nil && last != nil:
			return nil, &RetryError{Err: last, Tries: try, Ended: ctx.Err()}
		case ctx.Err() != nil || !retryable(err) || attempts == 1:
			if refused, ok := err.(*Error); ok && refused.Status == 0 && last != nil { // the quota leaves no time for this try
				return nil, &RetryError{Err: last, Tries: try - 1, Ended: err}
			}
			return nil, err
		case try == attempts:
			return nil, &RetryError{Err: err, Tries: try}
		}
		last = err
		wait := up.retry.pause(try, err)
		if lost, ok := errors.AsType[*carry.Lost](err); ok && !moved && lost.Host != carry.Host(up.caller.base(up.ep.host())) {
			moved, wait = true, 0 // the next try asks another host
		}
		if asked := retryAfter(err); asked > maxWait {
			if _, ok := ctx.Deadline(); !ok {
				return nil, &RetryError{Err: err, Tries: try, Wait: asked}
			}
		}
		if !pace.TimeFor(ctx, wait) {
			return nil, &RetryError{Err: err, Tries: try, Wait: wait, Ended: context.DeadlineExceeded}
		}
		up.observe(Event{Kind: EventRetry, Err: err, Try: try + 1, Of: attempts, Wait: wait})
		up.tell(Waiting, 0)
		if err := pace.Sleep(ctx, wait); err != nil {
			return nil, &RetryError{Err: last, Tries: try, Ended: err}
		}
	}
}

// try sends the file once, and once more if WeChat wants another access_token.
func (up *upload) try(ctx context.Context, body *form.Body) (res *Result, err error) {
	if up.lanes != nil {
		host := carry.Host(up.caller.base(up.ep.host()))
		up.tell(Waiting, 0)
		leave, ended := up.lanes.Enter(ctx, host)
		if ended != nil {
			return nil, ended
		}
		defer func() {
			if width := leave(outcome(err)); width > 0 {
				up.observe(Event{Kind: EventConcurrency, Concurrency: width, Host: host})
			}
		}()
	}
	for again := true; again; {
		if err := up.family.prepare(ctx, &up.facts); err != nil {
			return nil, err
		}
		if err := up.pace(ctx); err != nil {
			return nil, err
		}
		u, err := carry.URL(up.caller.base(up.ep.host()), up.target)
		if err != nil {
			return nil, err
		}
		r := &carry.Request{
			Method: http.MethodPost, URL: u, Header: http.Header{"Content-Type": {body.ContentType()}}, Limit: up.caller.timeout,
			Length: body.Len(up.size), Body: func() io.Reader { return body.Reader(up.sending()) },
		}
		if err := up.family.prove(&up.facts, r); err != nil {
			return nil, err
		}
		a, err := up.caller.send(ctx, r)
		if err != nil {
			return nil, err
		}
		if res, again, err = up.family.read(ctx, &up.facts, a); err != nil {
			return nil, err
		}
	}
	return res, nil
}

// outcome is what a try tells about how many may run at once.
func outcome(err error) pace.Outcome {
	switch {
	case err != nil && retryable(err):
		return pace.Trouble
	case err != nil && ProblemOf(err) == "":
		return pace.Nothing
	}
	return pace.Good
}

// pace waits until the endpoint's quota allows one more call.
func (up *upload) pace(ctx context.Context) error {
	q := up.quota
	return up.paces.Wait(ctx, up.ep.Name, pace.Quota(q), func(wait time.Duration) error {
		_, bounded := ctx.Deadline()
		if !pace.TimeFor(ctx, wait) || !bounded && wait > maxWait && q.Per > maxWait {
			until := up.caller.now().Add(wait).Format(time.RFC3339)
			return refuse(TooFrequent, "%s are allowed, and the quota is used up: the next call may be made at %s", both{q.text("en"), q.text("zh")}, until)
		}
		up.observe(Event{Kind: EventPace, Wait: wait, Quota: q})
		up.tell(Waiting, 0)
		return nil
	})
}

// sending is the file as it is sent.
func (up *upload) sending() io.Reader {
	file := &source.Counted{R: up.file.Section(), Want: up.size}
	if up.progress == nil {
		return file
	}
	up.tell(Sending, 0)
	return &told{file, up.tell}
}

// told tells how much of a file has been read.
type told struct {
	*source.Counted
	tell func(phase Phase, sent int64)
}

func (t *told) Read(p []byte) (int, error) {
	n, err := t.Counted.Read(p)
	if n > 0 {
		t.tell(Sending, t.N)
	}
	return n, err
}
