package server

import (
	"bytes"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
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
	if err := c.unended(); err != nil {
		return err
	}
	if u.metaNamed {
		c.warn("the meta part has a filename; the real service then reads an empty meta")
		if c.s.literal() {
			c.profile, u.misread, u.meta = problem.Observed, true, nil
			delete(u.fields, c.ep.MetaPart)
		}
	}
	if u.err == nil {
		c.odd(u)
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

// unended says that a body has no end. It is an error if that is how the real service takes it, or
// if nobody can read the body.
func (c *call) unended() error {
	f := &c.framing
	switch {
	case f.badChunks():
		return refuse(problem.Unreadable, "the chunks of the body cannot be read: %s", printable(f.chunks.Error()))
	case f.short > 0 && c.s.literal():
		return refuse(problem.Unreadable, "Content-Length is %d larger than the body, of %d bytes", f.short, f.got)
	case f.short > 0:
		c.warn("Content-Length is %d larger than the body, of %d bytes; the real service waits for the rest, and closes the connection without an answer", f.short, f.got)
	case f.chunks != nil && c.s.literal():
		return refuse(problem.Unreadable, "the chunked body has no end")
	case f.chunks != nil:
		c.warn("the chunked body has no end: %s; the real service waits for the rest, and closes the connection without an answer", explain.ChunkFault(f.after))
	}
	return nil
}

// odd warns of what is odd in a request whose form was read all the same. What the real service
// makes of it is not known.
func (c *call) odd(u *upload) {
	h := c.r.Header
	if n := len(h["Content-Type"]); n > 1 {
		c.warn("there are %d Content-Type headers", n)
	}
	if encoding := h.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		c.warn("Content-Encoding is %.40q, but the body is a form as it is", encoding)
	}
	_, parameters, _ := strings.Cut(h.Get("Content-Type"), ";")
	known := strings.ToLower(strings.Trim(parameters, "; \t"))
	unbound := func(w form.Warning) bool { return w.ID == form.WarnNoBoundary }
	if known != "" && !strings.HasPrefix(known, "charset=") && slices.ContainsFunc(u.warnings, unbound) {
		c.warn("the Content-Type has no boundary, or it is empty or misspelled: %.128q", h.Get("Content-Type"))
	}
	if bytes.HasPrefix(u.meta, []byte("\uFEFF")) {
		c.warn("meta begins with a byte order mark")
	}
	switch f := u.file; {
	case f == nil:
	case !f.HasFilename:
		c.warn("the file part has no filename")
	case form.Base(f.Filename) != f.Filename:
		c.warn("the filename of the file part is a path: %.128q", f.Filename)
	}
}

// unseen makes a form one in which no part was found.
func (u *upload) unseen() {
	u.misread, u.fields, u.meta, u.file, u.twice = true, map[string]string{}, nil, nil, nil
}
