package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
)

// family is one of WeChat's three APIs: what it checks and answers in its own way.
// (*Server).receive has the order of the steps. A value serves one call, and may keep what that
// call claims.
type family interface {
	kind() wxup.Family
	// newID makes the id by which the answer will be known.
	newID(now time.Time) string
	// admit checks what is known before the body is read: method, headers, who claims to ask.
	admit(c *call) error
	// prove checks that the claim is true: signature, certificate, token.
	prove(c *call, u *upload) error
	// recognize returns the account that is proved to send the body, as soon as that is known:
	// before the body is read (u is nil), or when a text part of it has come. Else it returns "".
	recognize(c *call, u *upload) (account string)
	// agree compares what the caller says of the file with the file, and returns the file's name.
	agree(c *call, u *upload) (name string, err error)
	// accepted and refused make the answers, and seal adds what all answers of the family carry:
	// headers, a signature.
	accepted(c *call, m *Media) reply
	refused(c *call, p refusal) reply
	seal(c *call, rep reply) reply
}

// reply is an answer.
type reply struct {
	status      int
	contentType string
	body        []byte
	number      int // PayV3: the last number of Request-ID
}

// call is one request and what became of it so far.
type call struct {
	s      *Server
	w      http.ResponseWriter
	r      *http.Request
	family family
	ep     *wxup.Endpoint   // nil where the path is not an upload's
	rows   []*wxup.Endpoint // those that the path and the query leave, ep among them; the access_token decides
	rec    *Exchange
	from   Caller

	ctx   context.Context
	ended context.CancelFunc
	begun time.Time // on the monotonic clock
	until time.Time // when to answer at the latest, even if the Index hangs; ctx ends then

	profile  problem.Profile // of the answer
	framing  framing
	merchant *Merchant // Pay: who asks, once known
	bodyRead bool
	loan     *loan  // memory for the body; nil: none
	proved   bool   // it is proved who sends the request
	passing  bool   // the caller has gone, or came too slowly, and is unknown: no record is kept
	body     []byte // of a call that is no upload, as far as it was read

	keepAgain func(context.Context) error // keeps the file once more; nil if it was not kept
}

func (s *Server) newCall(w http.ResponseWriter, r *http.Request, f family, rt *route) *call {
	now := s.Now()
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(readGrace)) // for the body; uploads get more
	c := &call{s: s, w: w, r: r, family: f, profile: s.Profile, from: s.Caller(r), begun: time.Now(), ended: func() {}}
	c.answerIn(answerTime)
	c.rec = &Exchange{
		ID: f.newID(now), Time: now, Family: f.kind(), Method: r.Method, Path: maskQuery(target(r)), Remote: c.from.Addr,
		Request: RequestRecord{Proto: r.Proto, Host: r.Host, Headers: recordHeaders(r.Header)},
	}
	if r.TLS != nil {
		c.rec.Request.TLS = fmt.Sprintf("%#x", r.TLS.Version)
	}
	if rt != nil {
		c.rec.Steps = make([]Step, 0, 8)
		if c.rows = rt.matching(r); len(c.rows) > 0 {
			c.take(c.rows[0])
		} else {
			c.take(rt.rows[0])
		}
	}
	return c
}

// giveBack returns the memory for the body. The file may have to be kept again until the exchange
// is recorded.
func (c *call) giveBack() {
	if c.loan != nil {
		c.loan.giveBack()
		c.loan = nil
	}
}

// take makes a row the one of the call.
func (c *call) take(ep *wxup.Endpoint) {
	c.ep, c.rec.Endpoint = ep, ep.Name
}

// step records that a check was made.
func (c *call) step(name string, err error) error {
	st := Step{Name: name, At: time.Since(c.begun)}
	if err != nil {
		st.Err = asRefusal(err).reason
	}
	c.rec.Steps = append(c.rec.Steps, st)
	return err
}

// warn records a leniency.
func (c *call) warn(format string, args ...any) {
	c.rec.Warnings = append(c.rec.Warnings, fmt.Sprintf(format, args...))
}

// prove notes that it is proved who sends the request.
func (c *call) prove() {
	if !c.proved && c.s.Proved != nil {
		c.s.Proved(c.r)
	}
	c.proved = true
}

// How long an answer may take, over everything that the Index is asked, if the Index hangs. Callers
// give up after about 3 seconds. Only a file that was kept is worth a longer wait, if keeping it
// took the time; and a refusal leaves time to record it.
const (
	answerTime = 2600 * time.Millisecond
	keptTime   = 1500 * time.Millisecond
	refuseTime = 300 * time.Millisecond
)

// answerIn sets the time for the answer. A connection that ends is no reason to give up: net/http
// cancels the request's context too when only the body has no end.
func (c *call) answerIn(d time.Duration) {
	c.ended()
	c.until = time.Now().Add(d)
	c.ctx, c.ended = context.WithDeadline(context.WithoutCancel(c.r.Context()), c.until)
}

// atLeast extends the time for what follows to d.
func (c *call) atLeast(d time.Duration) {
	if least := time.Now().Add(d); least.After(c.until) {
		c.until = least
	}
}

// closing returns the context of what is done even if the caller has gone.
func (c *call) closing() (context.Context, context.CancelFunc) {
	return context.WithDeadline(context.WithoutCancel(c.r.Context()), c.until)
}

// framed notes what is wrong with the end of a body of which got bytes came, if it could not be
// read.
func (c *call) framed(err error, got int64) {
	var tooLarge *http.MaxBytesError
	c.framing.got = got
	switch {
	case errors.As(err, &tooLarge):
	case c.r.ContentLength >= 0:
		c.framing.short = max(0, c.r.ContentLength-got)
	case err != nil && err != io.EOF:
		c.framing.chunks = err
	}
}

// readAll reads the body of a call other than an upload.
func (c *call) readAll() ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxField))
	c.body = body
	c.framed(err, int64(len(body)))
	return body, err
}
