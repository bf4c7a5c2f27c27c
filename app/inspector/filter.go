package inspector

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/server"
)

// filter says which exchanges are wanted; what is empty takes all. In a query:
//
//	family=payv3&endpoint=marketing&outcome=refused&account=1900009191&cause=v3.body.whole_multipart&q=photo.jpg
type filter struct {
	Family   wxup.Family
	Endpoint string // a row's name; "-" for calls about tokens and certificates
	Outcome  string // accepted, with or without warnings; warned: accepted with some; refused
	Account  string // mchid or appid
	Cause    string // what was proved (v3.body.whole_multipart, or v3.body for all of these), or the problem (bad_signature)
	Text     string // anywhere in what was sent or said, in either case; or the ID
}

// What happened to an exchange.
const (
	accepted = "accepted"
	warned   = "warned"
	refused  = "refused"
)

// noEndpoint stands for the calls that belong to no endpoint.
const noEndpoint = sqlindex.NoEndpoint

// textMost is the most characters of a value in a filter.
const textMost = 200

func parseFilter(v url.Values) (filter, error) {
	f := filter{
		Family: wxup.Family(v.Get("family")), Endpoint: v.Get("endpoint"), Outcome: v.Get("outcome"),
		Account: v.Get("account"), Cause: v.Get("cause"), Text: strings.TrimSpace(v.Get("q")),
	}
	// On the page one list holds families and endpoints: a family is family:payv3 there.
	if name, ok := strings.CutPrefix(f.Endpoint, "family:"); ok {
		f.Family, f.Endpoint = wxup.Family(name), ""
	}
	switch f.Family {
	case "", wxup.PayV3, wxup.PayV2, wxup.FamilyAccount:
	default:
		return f, badParameter("family is none that there is", "families are payv3, payv2 and account")
	}
	switch f.Outcome {
	case "", accepted, warned, refused:
	default:
		return f, badParameter("outcome is none that there is", "outcomes are accepted, warned and refused")
	}
	for _, s := range []string{f.Endpoint, f.Account, f.Cause, f.Text} {
		if len(s) > textMost {
			return f, badParameter("a value is too long", "give at most "+strconv.Itoa(textMost)+" bytes")
		}
	}
	return f, nil
}

// values is the filter as a query.
func (f filter) values() url.Values {
	v := url.Values{}
	for name, s := range map[string]string{
		"family": string(f.Family), "endpoint": f.Endpoint, "outcome": f.Outcome, "account": f.Account, "cause": f.Cause, "q": f.Text,
	} {
		if s != "" {
			v.Set(name, s)
		}
	}
	return v
}

// matches reports whether an exchange is wanted.
func (f filter) matches(e *server.Exchange) bool {
	switch {
	case f.Family != "" && e.Family != f.Family:
		return false
	case f.Endpoint == noEndpoint && e.Endpoint != "":
		return false
	case f.Endpoint != "" && f.Endpoint != noEndpoint && e.Endpoint != f.Endpoint:
		return false
	case f.Account != "" && e.Account != f.Account:
		return false
	case f.Cause != "" && !hasCause(e, f.Cause):
		return false
	}
	switch outcome := outcomeOf(e); f.Outcome {
	case refused, warned:
		if outcome != f.Outcome {
			return false
		}
	case accepted:
		if outcome == refused {
			return false
		}
	}
	return f.Text == "" || holds(e, strings.ToLower(f.Text))
}

func outcomeOf(e *server.Exchange) string {
	switch {
	case e.Problem != "":
		return refused
	case len(e.Warnings) > 0:
		return warned
	}
	return accepted
}

// holds looks for a text, given in lower case, in what a person may remember of an exchange.
func holds(e *server.Exchange, text string) bool {
	in := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	if in(e.ID) || in(e.Account) || in(e.Path) || in(e.Remote) || in(e.Reason) || in(string(e.Problem)) || in(e.ReplayOf) ||
		in(e.Request.Host) || slices.ContainsFunc(e.Warnings, in) || in(e.Cause) {
		return true
	}
	if m := e.Media; m != nil && (in(m.ID) || in(m.URL) || in(m.SHA256) || in(m.Filename)) {
		return true
	}
	for _, p := range e.Request.Parts {
		if in(p.Name) || in(p.Filename) || in(p.Text) || in(p.SHA256) {
			return true
		}
	}
	for _, values := range e.Request.Headers {
		if slices.ContainsFunc(values, in) {
			return true
		}
	}
	return false
}

// index gives the index the part of the filter that is likely to leave the fewest exchanges, so
// that an answer costs a bounded number of rows: the others are looked at here. A text may stand in
// what only one page shows.
func (f filter) index() sqlindex.ExchangeFilter {
	x := sqlindex.ExchangeFilter{Whole: f.Text != ""}
	switch {
	case f.Account != "":
		x.Account = f.Account
	case isProblem(f.Cause):
		x.Problem = wxup.Problem(f.Cause)
	case isCause(f.Cause):
		x.Cause = f.Cause
	case f.Cause != "": // all that begin so
		x.Refused = true
	case f.Outcome == warned:
		x.Warned = true
	case f.Endpoint != "":
		x.Endpoint = f.Endpoint
	case f.Outcome == refused:
		x.Refused = true
	case f.Family != "":
		x.Family = f.Family
	case f.Outcome == accepted:
		x.Accepted = true
	}
	return x
}

// isCause reports whether s is a cause, and not the beginning of others.
func isCause(s string) bool {
	found := false
	for _, c := range explain.Causes() {
		found = found || c.ID == s
		if strings.HasPrefix(c.ID, s+".") {
			return false
		}
	}
	return found
}

func isProblem(s string) bool { return wxup.Problem(s).Text("en") != "" }

// scanMost is how many exchanges are looked through for one answer, scanPage how many at a time.
const (
	scanMost = 5000
	scanPage = 250
)

// found is a page of a list. Next is where to go on, the zero Cursor if there is nothing more;
// there may be more even if nothing was found, when the looking was given up at SearchedTo.
type found struct {
	Exchanges  []server.Exchange
	Next       sqlindex.Cursor
	SearchedTo time.Time
}

// search finds at most limit exchanges, the newest first.
func search(ctx context.Context, index Index, f filter, after sqlindex.Cursor, limit int) (found, error) {
	var got found
	if f.Text != "" && after == (sqlindex.Cursor{}) { // an ID that was pasted is found however old it is
		e, err := index.Exchange(ctx, f.Text)
		if err == nil && f.matches(e) {
			got.Exchanges = append(got.Exchanges, *e)
			return got, nil
		}
		if err != nil && !errors.Is(err, server.ErrNotFound) {
			return got, err
		}
	}
	ask := f.index()
	ask.After = after
	for scanned := 0; ; {
		ask.Limit = min(scanPage, max(limit+1, 50))
		list, err := index.ListExchanges(ctx, ask)
		if err != nil {
			return got, err
		}
		for i := range list {
			if len(got.Exchanges) == limit {
				got.Next = ask.After
				return got, nil
			}
			ask.After = cursorOf(&list[i])
			if f.matches(&list[i]) {
				got.Exchanges = append(got.Exchanges, list[i])
			}
		}
		if len(list) < ask.Limit {
			return got, nil
		}
		if scanned += len(list); scanned >= scanMost {
			got.Next, got.SearchedTo = ask.After, ask.After.Time
			return got, nil
		}
	}
}

func cursorOf(e *server.Exchange) sqlindex.Cursor { return sqlindex.Cursor{Time: e.Time, ID: e.ID} }

// recorded is when an exchange came into the index, or a moment before: its Time is when it began.
func recorded(e *server.Exchange) time.Time { return e.Time.Add(e.Took) }
