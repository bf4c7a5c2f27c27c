package server

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/problem"
)

// Unread is a request that came to no handler: net/http refused it, or TLS did not come about.
type Unread struct {
	explain.Unread
	Remote string // an address with its port
	Host   string // that the client asked a proxy for; "" if it did not
	Said   string // what net/http said, beside the status
}

// RecordUnread records a request that came to no handler. Nothing of its body is kept.
func (s *Server) RecordUnread(ctx context.Context, u Unread) {
	from := s.Caller(&http.Request{RemoteAddr: u.Remote})
	e := &Exchange{
		Time: s.Now(), Remote: from.Addr, Status: u.Status, Problem: problem.Unreadable,
		Reason: "no HTTP request that can be read",
	}
	if u.Said != "" {
		e.Reason = printable(u.Said)
	}
	head, _, _ := bytes.Cut(u.Sent, []byte("\r\n\r\n"))
	line, rest, _ := strings.Cut(string(head), "\n")
	e.Request.Host = u.Host
	if fields := strings.Fields(line); u.Served == 0 && len(fields) > 1 && isMethod(fields[0]) {
		e.Method, e.Path = fields[0], printable(maskQuery(fields[1]))
		e.Request.Proto = printable(strings.Join(fields[2:], " "))
		h := http.Header{}
		for line := range strings.SplitSeq(rest, "\n") {
			if name, value, ok := strings.Cut(line, ":"); ok {
				h.Add(strings.TrimSpace(name), strings.TrimSpace(value))
			}
		}
		if e.Request.Host == "" {
			e.Request.Host = h.Get("Host")
		}
		h.Del("Host")
		e.Request.Headers = recordHeaders(h)
	}
	e.Family = explain.FamilyOf(&explain.Request{Target: e.Path, Host: e.Request.Host, Header: http.Header{}})
	e.ID = newFamily(e.Family).newID(e.Time)
	func() {
		defer func() {
			if v := recover(); v != nil {
				none := explain.Unexplained(explain.Panicked)
				e.Report = &none
			}
		}()
		u.Mask = s.Secrets.Mask
		report := explain.Unreadable(u.Unread)
		e.Report = &report
	}()
	if len(e.Report.Findings) > 0 {
		e.Cause = e.Report.Findings[0].Cause
	}
	e.Hide(s.Secrets)
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if err := s.Index.Record(ctx, e); err != nil {
		s.Log.ErrorContext(ctx, "exchange not recorded", "id", e.ID, "err", err)
	}
	s.Log.Warn("refused", "id", e.ID, "path", printable(e.Path), "status", e.Status, "took", time.Duration(0),
		"problem", string(e.Problem), "reason", e.Reason, "cause", e.Cause)
}

// isMethod reports whether a word may be a method: not the beginning of a body.
func isMethod(word string) bool {
	return word != "" && len(word) <= 20 && strings.Trim(strings.ToUpper(word), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
