package wxuptest

import (
	"fmt"
	"slices"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
)

// Refuse refuses the next uploads to an endpoint, as many as times says, with WeChat's own words,
// status and signature:
//
//	srv.Refuse(wxup.MarketingImage, wxup.TooFrequent, 2)  // 429 RATELIMIT_EXCEEDED, 操作过快,请稍后重试; twice
//
// Only an upload that is otherwise right is refused this way, and counts. One with a mistake of its
// own gets the answer to that: Refuse never hides a mistake. An exact repetition of a request that
// was answered before gets its first answer again and does not count, unless that answer was
// temporary (429, 5xx).
//
// Refuse and [Server.Fail] apply in the order in which they were called. Calls for tokens and
// certificates are not uploads: for those change the accounts ([Server.Accounts]), which works for
// uploads too.
func (s *Server) Refuse(ep *wxup.Endpoint, reason wxup.Problem, times int) {
	s.tb.Helper()
	if problem.Of(ep.Family).Row(reason) == nil {
		s.tb.Fatalf("wxuptest: Refuse: %s has no words for %s; docs/errors.md lists what it can say", ep.Family, string(reason))
	}
	s.plan(ep, planned{err: fmt.Errorf(asked+"(Refuse): %w", reason)}, times)
}

// Fail makes the next uploads to an endpoint, as many as times says, meet a fault. As with
// [Server.Refuse], only uploads that are otherwise right count.
//
// Some clients, wxup's among them, repeat a request that was lost on a connection kept alive, but
// not one lost on a new connection (http.Transport.DisableKeepAlives).
//
// The records list uploads that met Cut, Hang and BadGateway as refused, although no answer was
// given.
func (s *Server) Fail(ep *wxup.Endpoint, fault Fault, times int) {
	s.tb.Helper()
	switch {
	case !slices.Contains([]Fault{Cut, LostAnswer, HalfAnswer, Hang, BadGateway, BadProof}, fault):
		s.tb.Fatalf("wxuptest: Fail: there is no fault %q", string(fault))
	case fault == BadProof && ep.Family == wxup.FamilyAccount:
		s.tb.Fatalf("wxuptest: Fail: answers of the account family are not signed, so %s has no BadProof", ep.Name)
	}
	p := planned{fault: fault}
	if !fault.keeps() {
		p.err = fmt.Errorf(asked+"(Fail, %s): %w", fault, wxup.Unavailable)
	}
	s.plan(ep, p, times)
}

func (s *Server) plan(ep *wxup.Endpoint, p planned, times int) {
	s.tb.Helper()
	if times < 1 {
		s.tb.Fatalf("wxuptest: times is %d; it must be 1 or more", times)
	}
	if !slices.ContainsFunc(s.Handler.Endpoints, func(x *wxup.Endpoint) bool { return x.Name == ep.Name }) {
		s.tb.Fatalf("wxuptest: this server has no endpoint %q", ep.Name)
	}
	s.plans.add(ep.Name, p, times)
}
