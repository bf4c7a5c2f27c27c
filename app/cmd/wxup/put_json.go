package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/checkup"
	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/app/pick"
	"github.com/wxup/wxup/problem"
)

// uploadedLine and refusedLine are the lines of wxup put --json.
type uploadedLine struct {
	File     string     `json:"file"`
	Endpoint string     `json:"endpoint"`
	URL      string     `json:"url,omitempty"`
	MediaID  string     `json:"media_id,omitempty"`
	SHA256   string     `json:"sha256"`
	Bytes    int64      `json:"bytes"`
	Seconds  float64    `json:"seconds"`
	Fitted   string     `json:"fitted,omitempty"`
	Cached   bool       `json:"cached,omitempty"`
	Expires  *time.Time `json:"expires,omitempty"`
}

type refusedLine struct {
	File     string  `json:"file"`
	Endpoint string  `json:"endpoint"`
	Error    refusal `json:"error"`
	WithFit  string  `json:"with_fit,omitempty"` // of --dry-run: what --fit would change
}

// fittingLine is a line of wxup put --dry-run --json for a file that would be sent.
type fittingLine struct {
	File     string `json:"file"`
	Endpoint string `json:"endpoint"`
	Name     string `json:"name"` // as it would be sent
	Format   string `json:"format"`
	SHA256   string `json:"sha256"`
	Bytes    int64  `json:"bytes"`
	Fitted   string `json:"fitted,omitempty"`
}

// refusal is an error with what to do about it.
type refusal struct {
	Problem   wxup.Problem `json:"problem,omitempty"`
	Status    int          `json:"status,omitempty"`
	Code      string       `json:"code,omitempty"`
	Message   string       `json:"message"`
	RequestID string       `json:"request_id,omitempty"`
	Hint      string       `json:"hint,omitempty"`
}

// refusalOf returns an error of an upload to an address with what to do about it.
func refusalOf(p *program, address string, err error) refusal {
	r := refusal{Problem: wxup.ProblemOf(err), Message: phrase.In(err, p.lang)}
	r.Hint = r.Problem.Hint(p.lang)
	if r.Problem == "" {
		if _, do, ok := checkup.Diagnose(address, err); ok {
			r.Hint = do.In(p.lang)
		}
	}
	if e, ok := errors.AsType[*wxup.Error](err); ok {
		switch {
		case e.Status != 0:
		case e.Problem == wxup.BadMeta:
			r.Hint = p.t("give fields with --meta NAME=VALUE, or with the meta of a rule")
		case e.Problem == problem.BadParameter:
			r.Hint = p.t("give values in the path with --path NAME=VALUE, or with the path of a rule")
		}
		r.Status, r.Code, r.RequestID = e.Status, e.Code, e.RequestID
		if e.Message != "" {
			r.Message = e.Message
		}
	}
	return r
}

// mayFit reports whether a file was refused before it was sent, for something that --fit may
// change.
func mayFit(it *pick.Item, err error) bool {
	e, ok := errors.AsType[*wxup.Error](err)
	if !ok || e.Status != 0 || e.Problem != wxup.TooLarge && e.Problem != wxup.NotImage {
		return false
	}
	return pick.Fittable(it.Name, it.Endpoint, fittable())
}

// change returns in the user's language what fitting changed, or "".
func change(p *program, c fmt.Stringer) string {
	if c == nil {
		return ""
	}
	if t, ok := c.(interface{ Text(lang string) string }); ok {
		return t.Text(p.lang)
	}
	return c.String()
}

// english returns what fitting changed, or "".
func english(c fmt.Stringer) string {
	if c == nil {
		return ""
	}
	return c.String()
}
