package inspector

import (
	"strings"
	"time"
)

// rowView is one line of the list.
type rowView struct {
	summary
	Link  string
	API   string // the endpoint's name, or what was called
	Clock string
}

// row makes the line of a summary; of anything else the empty line, which the browser fills in.
func (l lang) row(s any, query string) rowView {
	if query != "" {
		query = "?" + query
	}
	x, ok := s.(summary)
	if !ok {
		return rowView{summary: summary{Outcome: accepted}, Link: query}
	}
	v := rowView{x, x.Page + query, x.Endpoint, x.Time.Local().Format(time.TimeOnly)}
	if v.API == "" {
		path, _, _ := strings.Cut(x.Path, "?")
		v.API = plain(path[strings.LastIndexByte(path, '/')+1:])
	}
	if now := time.Now(); x.Time.Local().Format(time.DateOnly) != now.Format(time.DateOnly) {
		v.Clock = x.Time.Local().Format("01-02 15:04")
	}
	return v
}

// outcome names what happened to an exchange; "" is any.
func (l lang) outcome(o string) string {
	switch o {
	case accepted:
		return l.t("Accepted")
	case warned:
		return l.t("Warned")
	case refused:
		return l.t("Refused")
	}
	return l.t("All")
}

// state names what has become of a certificate, an app or a merchant.
func (l lang) state(s string) string {
	switch s {
	case "valid":
		return l.t("valid")
	case "active":
		return l.t("active")
	case "revoked":
		return l.t("revoked")
	case "replaced":
		return l.t("replaced")
	case "expired":
		return l.t("expired")
	}
	return s
}
