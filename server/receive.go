package server

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// serve answers one upload.
func (s *Server) serve(c *call) {
	defer c.giveBack()
	m, err := s.receive(c)
	c.finish(m, err)
}

// receive is the way of one upload, top to bottom. It returns what was kept, or a refusal. Cheap
// checks come first, and nothing that only the account's owner should learn is said before the
// claim is proved.
func (s *Server) receive(c *call) (_ *Media, err error) {
	var u *upload
	defer func() {
		if !c.passing {
			c.explain(u, err)
			c.keepRefused(u, err)
		}
	}()
	if s.stopped.Load() {
		return nil, refuse(problem.Unavailable, "the server is stopping")
	}
	if len(c.rows) == 0 {
		return nil, refuse(wrongQuery(c.ep.Family), "no API has this path with this query")
	}
	if err := c.step("admit", c.family.admit(c)); err != nil {
		if asRefusal(err).Problem == problem.NoToken { // it may be in the body
			u, _ = s.read(c)
		}
		return nil, err
	}
	right := explain.RightHost(&explain.Request{Target: target(c.r), Host: c.r.Host})
	if host := hostOf(c.r); c.ep.Family == wxup.FamilyAccount && wire.IsWeChat(host) && (host == wire.CorpHost) != c.ep.Corp {
		right = c.ep.Host // of 企业微信 and the Official Accounts, neither takes the other's tokens
	}
	if right != "" && hostOf(c.r) != c.ep.Host {
		c.warn("the request names the host %.128q; the real service has this API at %s", c.r.Host, right)
	}
	if strings.Contains(c.r.URL.Path, "{") {
		c.warn("the path has a placeholder in braces that was not filled in")
	}
	if c.merchant != nil {
		c.ep = c.ep.For(c.merchant.ECommerce)
	}
	u, err = s.read(c)
	if c.step("read", err) != nil {
		return nil, err
	}
	if err := c.step("prove", c.family.prove(c, u)); err != nil {
		return nil, err
	}
	c.rec.Proven = true
	c.prove()
	if err := c.step("replay", s.replayed(c.ctx, c.rec.Nonce, c.rec.Time)); err != nil {
		return nil, err
	}
	if err := c.step("rate", s.rate(c.ctx, c.ep, c.rec.Account)); err != nil {
		return nil, err
	}
	m, err := s.check(c, u)
	if c.step("check", err) != nil {
		return nil, err
	}
	if s.Veto != nil {
		if err := c.step("veto", s.veto(c)); err != nil {
			return nil, err
		}
	}
	if err := c.step("keep", s.keep(c, m, u)); err != nil {
		return nil, err
	}
	return m, nil
}

// wrongQuery is the problem of a request that lacks the fixed query of each row of its path.
func wrongQuery(f wxup.Family) problem.Problem {
	switch f {
	case wxup.PayV3:
		return problem.NotFound
	case wxup.PayV2:
		return problem.BadParameter
	}
	return problem.UnknownType
}

// read receives the form. Its bytes are kept once. An error ends the request; a form that cannot be
// read does not (see upload.err).
func (s *Server) read(c *call) (*upload, error) {
	max := c.ep.MaxSize()
	if c.r.ContentLength > maxBody {
		return nil, refuse(problem.TooLarge, "the body has %d bytes; the file may have %d", c.r.ContentLength, max)
	}
	limit := max + maxForm
	if n := c.r.ContentLength; n >= 0 && n < limit {
		limit = n
	}
	left := time.Until(c.until)
	control := http.NewResponseController(c.w)
	c.loan = s.budget.begin(c.from.Addr, limit+formWindow, func() { control.SetReadDeadline(time.Unix(1, 0)) })
	c.bodyRead = true
	b := &body{
		from: http.MaxBytesReader(c.w, c.r.Body, maxBody), control: control, loan: c.loan, ctx: c.r.Context(), wait: s.BudgetWait, limit: limit,
	}
	c.known(b, c.family.recognize(c, nil))
	u := readUpload(c.ep, c.r.Header.Get("Content-Type"), b, func(u *upload) error { return c.known(b, c.family.recognize(c, u)) })
	if b.err == nil && (u.err == nil || errors.Is(u.err, form.ErrTruncated) || errors.Is(u.err, form.ErrRead) || c.r.ContentLength < 0) {
		c.framed(b.end(c.r.ContentLength), b.got)
		if u.err == nil && c.framing.chunks != nil {
			c.framing.after = b.tail(u.size)
		}
	}
	c.loan.end()
	c.answerIn(left) // the time that the caller took to send does not count
	c.passing = !c.proved && (b.err != nil || b.gone)
	switch b.err {
	case errNoRoom, errTaken:
		return nil, refuse(problem.TooFrequent, "%v", b.err)
	}
	c.rec.Request.Parts = u.records
	if err := c.misread(u); err != nil {
		return nil, err
	}
	if u.err != nil {
		c.warn("the form cannot be read: %s", printable(u.err.Error()))
	}
	return u, nil
}

// known notes that it is proved which account sends a body, while it is read.
func (c *call) known(b *body, account string) error {
	if account == "" || c.proved {
		return nil
	}
	c.prove()
	return b.prove(account)
}

// veto asks Config.Veto. Its error gets the form that it would have by its natural cause.
func (s *Server) veto(c *call) error {
	err := s.Veto(c.r, c.rec)
	if err == nil {
		return nil
	}
	p := wxup.ProblemOf(err)
	row := problem.Of(c.ep.Family).Row(p)
	if row == nil {
		return internal("veto", err)
	}
	if row.Unproven {
		c.rec.Proven, c.rec.Nonce = false, nil
	}
	return refusal{Problem: p, reason: err.Error(), vetoed: true}
}

func (s *Server) keep(c *call, m *Media, u *upload) error {
	c.keepAgain = func(ctx context.Context) error { return s.Keeper.Keep(ctx, m, bytes.NewReader(u.file.data)) }
	if err := c.keepAgain(context.WithoutCancel(c.r.Context())); err != nil { // Keep has time of its own
		return internal("keep the file", err)
	}
	if m.Public {
		m.URL = s.publicURL(c.r, m)
	}
	return nil
}

// keepRefused keeps a refused file for the operator. A failure to keep it changes nothing.
func (c *call) keepRefused(u *upload, err error) {
	var r refusal
	if !c.s.KeepRefused || !errors.As(err, &r) || r.Temporary() || !c.from.Local || u == nil || u.file == nil || len(u.file.data) == 0 {
		return
	}
	m := &Media{
		Account: "refused", Endpoint: c.ep.Name, SHA256: u.file.sha256, Size: u.file.size, Format: media.Sniff(u.file.head), Created: c.rec.Time,
	}
	if err := c.s.Keeper.Keep(c.ctx, m, bytes.NewReader(u.file.data)); err != nil {
		return
	}
	for i := range c.rec.Request.Parts {
		if p := &c.rec.Request.Parts[i]; p.SHA256 == m.SHA256 {
			p.Kept, p.Format = m.ID, m.Format
		}
	}
}
