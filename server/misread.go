package server

import (
	"slices"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/problem"
)

// literal reports whether a form is read as the real service reads it: that is told by
// [problem.Observed], and by Config.Strict. Otherwise what it misreads is a warning.
func (s *Server) literal() bool { return s.Strict || s.Profile == problem.Observed }

// common are the deviations that a well-used client always sends, and that the real service is not
// known to misread: nothing is said of them.
var common = []form.WarningID{form.WarnPartLength, form.WarnUnquoted, form.WarnNoName}

// misread says what the real service misreads in a form. If the form is read literally, it is
// without what the real service does not see; only a request that the real service does not answer
// is an error.
func (c *call) misread(u *upload) error {
	if c.short > 0 {
		text := "the body ended %d bytes before its Content-Length of %d"
		if c.s.literal() {
			return refuse(problem.Unreadable, text, c.short, c.r.ContentLength)
		}
		c.warn(text+"; the real service waits for them, and does not answer", c.short, c.r.ContentLength)
	}
	if u.metaNamed {
		c.warn("the meta part has a filename; the real service then reads an empty meta")
		if c.s.literal() {
			c.profile, u.misread, u.meta = problem.Observed, true, nil
			delete(u.fields, c.ep.MetaPart)
		}
	}
	for _, w := range u.warnings {
		switch {
		case slices.Contains(common, w.ID), w.ID == form.WarnNoBoundary && c.ep.Family == wxup.PayV3:
			continue
		case c.s.Strict, c.s.literal() && w.ID == form.WarnQuotedBoundary:
			c.profile = problem.Observed
			u.unseen()
		}
		c.warn("form: %s", w)
	}
	return nil
}

// unseen makes a form one in which no part was found.
func (u *upload) unseen() {
	u.misread, u.fields, u.meta, u.file, u.twice = true, map[string]string{}, nil, nil, nil
}
