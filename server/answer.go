package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

const jsonUTF8 = "application/json; charset=utf-8"

// finish answers an upload: it makes the reply, records the exchange, and only then lets the caller
// know.
func (c *call) finish(m *Media, err error) {
	var first replay
	switch {
	case errors.As(err, &first):
		c.done(c.again(first.Exchange))
	case err != nil:
		c.atLeast(refuseTime)
		c.done(c.say(asRefusal(err)))
	default:
		c.atLeast(keptTime)
		c.rec.Media = m
		c.done(c.family.seal(c, c.family.accepted(c, m)))
	}
}

// refuse answers a call that is no upload and was refused.
func (c *call) refuse(err error) {
	c.explain(nil, err)
	c.finish(nil, err)
}

// done records the exchange and gives its answer.
func (c *call) done(rep reply) {
	ctx, cancel := c.closing()
	defer cancel()
	defer c.ended()
	if c.passing {
		c.giveBack()
		c.write(rep)
		return
	}
	rep = c.record(ctx, rep)
	c.giveBack()
	c.log()
	c.drain()
	c.write(rep)
}

// members lists the members of an accepted upload's answer.
func members(ep *wxup.Endpoint, m *Media) []wire.Member {
	list := make([]wire.Member, 0, 4)
	for _, x := range ep.AnswerAlso {
		list = append(list, wire.Member{Name: x.Name, Value: x.Value})
	}
	if ep.AnswerURL != "" {
		list = append(list, wire.Member{Name: ep.AnswerURL, Value: m.URL})
	}
	if ep.AnswerID != "" {
		list = append(list, wire.Member{Name: ep.AnswerID, Value: m.ID})
	}
	switch {
	case ep.AnswerTime != "" && (ep.Corp || ep.Family == wxup.PayV2):
		list = append(list, wire.Member{Name: ep.AnswerTime, Value: strconv.FormatInt(m.Created.Unix(), 10)}) // a text there
	case ep.AnswerTime != "":
		list = append(list, wire.Member{Name: ep.AnswerTime, Value: m.Created.Unix()})
	}
	return list
}

// say makes the reply of a refusal and notes it.
func (c *call) say(p refusal) reply {
	c.rec.Problem, c.rec.Reason, c.rec.Media = p.Problem, p.reason, nil
	if p.Temporary() {
		c.rec.Nonce = nil // the same request may be sent again
	}
	switch p.Problem { // neither of an API
	case problem.Unreadable:
		if c.framing.badChunks() {
			return badRequest()
		}
		return reply{}
	case problem.WrongHost:
		return reply{status: http.StatusMisdirectedRequest, contentType: "text/plain; charset=utf-8", body: []byte(notHere(c.r.Host) + "\n")}
	}
	return c.family.seal(c, c.family.refused(c, p))
}

// again makes the reply of an exact replay: the first answer. Only PayV3 has replays.
func (c *call) again(first *Exchange) reply {
	c.rec.ReplayOf, c.rec.Problem, c.rec.Reason, c.rec.Media, c.rec.Nonce = first.ID, first.Problem, first.Reason, nil, nil
	c.rec.Cause, c.rec.Report = first.Cause, first.Report
	rep := reply{status: first.Status, contentType: jsonUTF8, body: first.Answer}
	if first.Problem != "" {
		rep.number = problem.V3.Refusal(first.Problem, c.s.Profile).Number
	}
	return c.family.seal(c, rep)
}

// record makes the exchange durable. If that fails, nothing was acknowledged yet, and the reply
// becomes a refusal.
func (c *call) record(ctx context.Context, rep reply) reply {
	for range 2 {
		c.rec.Status, c.rec.Answer, c.rec.Took = rep.status, rep.body, time.Since(c.begun)
		c.rec.Hide(c.s.Secrets)
		err := c.recordKept(ctx)
		if err == nil {
			return rep
		}
		if errors.Is(err, ErrSpent) { // by a request that ran at the same time
			nonce := *c.rec.Nonce
			err = c.s.replayed(ctx, &nonce, c.rec.Time)
			var first replay
			switch {
			case errors.As(err, &first):
				rep = c.again(first.Exchange)
			case err == nil: // and was forgotten again
				err = internal("spend the nonce", ErrSpent)
				fallthrough
			default:
				c.rec.Nonce = nil
				rep = c.say(asRefusal(err))
			}
			continue
		}
		c.s.Log.ErrorContext(ctx, "exchange not recorded", "id", c.rec.ID, "err", err)
		if c.rec.Problem != "" {
			return rep // a refusal may be given without a record
		}
		rep = c.say(refusal{Problem: problem.Internal, reason: "record the exchange: " + err.Error()})
		c.rec.Status = rep.status
		return rep
	}
	return rep
}

// keepAgainTime is how long a file is kept again and again whose bytes are being deleted. A
// deletion that was cut short is waited for that long at most.
const keepAgainTime = 8 * time.Second

// recordKept is Record, with the file kept again for as long as Record wants that.
func (c *call) recordKept(ctx context.Context) error {
	err := c.s.Index.Record(ctx, c.rec)
	if !errors.Is(err, ErrKeepAgain) || c.keepAgain == nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepAgainTime)
	defer cancel()
	for pause := 10 * time.Millisecond; errors.Is(err, ErrKeepAgain); pause = min(2*pause, 200*time.Millisecond) {
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
		if err := c.keepAgain(ctx); err != nil {
			return err
		}
		err = c.s.Index.Record(ctx, c.rec)
	}
	return err
}

// maxDrain, and drainTime, bound what is read of a body once the answer is known. A caller that is
// still sending when the connection closes often sees a reset in place of the answer.
const maxDrain = 16 << 20

func (c *call) drain() {
	if c.framing.short > 0 || c.framing.chunks != nil {
		return
	}
	if !c.bodyRead && strings.EqualFold(c.r.Header.Get("Expect"), "100-continue") {
		return // the caller waits for 100 Continue before it sends
	}
	http.NewResponseController(c.w).SetReadDeadline(time.Now().Add(drainTime))
	io.CopyN(io.Discard, c.r.Body, maxDrain)
}

// write sends a reply. Without a status there is none: the connection is closed.
func (c *call) write(rep reply) {
	if rep.status == 0 {
		panic(http.ErrAbortHandler)
	}
	h := c.w.Header()
	if rep.contentType != "" {
		h.Set("Content-Type", rep.contentType)
	}
	h.Set("Content-Length", strconv.Itoa(len(rep.body)))
	c.w.WriteHeader(rep.status)
	if c.r.Method != http.MethodHead {
		c.w.Write(rep.body)
	}
}

func (c *call) log() {
	attrs := []slog.Attr{
		slog.String("id", c.rec.ID), slog.String("endpoint", c.rec.Endpoint), slog.String("account", printable(c.rec.Account)),
		slog.Int("status", c.rec.Status), slog.Duration("took", c.rec.Took.Round(10*time.Microsecond)),
	}
	if c.rec.Endpoint == "" {
		attrs[1] = slog.String("path", printable(c.rec.Path))
	}
	level, text := slog.LevelInfo, "accepted"
	if c.rec.Problem != "" {
		level, text = slog.LevelWarn, "refused"
		attrs = append(attrs, slog.String("problem", string(c.rec.Problem)), slog.String("reason", printable(c.rec.Reason)))
		if c.rec.Cause != "" {
			attrs = append(attrs, slog.String("cause", c.rec.Cause))
		}
	}
	if c.rec.ReplayOf != "" {
		attrs = append(attrs, slog.String("replay_of", c.rec.ReplayOf))
	}
	for _, w := range c.rec.Warnings {
		attrs = append(attrs, slog.String("warning", printable(w)))
	}
	c.s.Log.LogAttrs(context.WithoutCancel(c.ctx), level, text, attrs...)
}

// badRequest is what the front end of the real service answers to chunks that cannot be read.
func badRequest() reply {
	return reply{status: http.StatusBadRequest, contentType: "text/html", body: []byte(strings.Join([]string{
		"<html>", "<head><title>400 Bad Request</title></head>", "<body>", "<center><h1>400 Bad Request</h1></center>", "</body>", "</html>", "",
	}, "\r\n"))}
}
