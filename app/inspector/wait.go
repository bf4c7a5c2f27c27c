package inspector

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/wxup/wxup/server"
)

const (
	waitUsual = 30 * time.Second
	waitMost  = 2 * time.Minute
)

// wait is GET /api/v1/exchanges/wait: it answers with the first exchange that the filter takes and
// that is recorded after the call, or after the exchange that after= names (0: after the
// beginning). It is for tests: remember the newest ID, run the program under test, wait. A timeout
// is 408.
func (in *Inspector) wait(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	f, err := parseFilter(query)
	if err != nil {
		return err
	}
	timeout := waitUsual
	if text := query.Get("timeout"); text != "" {
		if timeout, err = time.ParseDuration(text); err != nil || timeout < 0 {
			return badParameter("timeout is not a duration", "write it as 30s")
		}
		timeout = min(timeout, waitMost)
	}
	l, err := in.feed.listen(r.Context()) // first, so that nothing falls between the look back and the waiting
	if err != nil {
		return err
	}
	defer in.feed.leave(l)
	if after := query.Get("after"); after != "" {
		e, err := in.firstAfter(r, f, after)
		if err != nil {
			return err
		}
		if e != nil {
			if e, err = in.Index.Exchange(r.Context(), e.ID); err != nil { // whole
				return err
			}
			return answer(w, http.StatusOK, in.describe(e, langOf(r)))
		}
	}
	control := http.NewResponseController(w)
	control.SetWriteDeadline(time.Now().Add(timeout + streamWrite))
	defer control.SetWriteDeadline(time.Time{}) // the connection may be used again
	end := time.NewTimer(timeout)
	defer end.Stop()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-end.C:
			return fault{http.StatusRequestTimeout, "timeout", "no such exchange was recorded within " + timeout.String(),
				"GET /api/v1/exchanges shows what was recorded; a filter may be too narrow"}
		case e, open := <-l.exchanges:
			if !open {
				return closing
			}
			if f.matches(e) {
				if !in.sessions.admits(r) {
					return notSignedIn
				}
				return answer(w, http.StatusOK, in.describe(e, langOf(r)))
			}
		}
	}
}

// firstAfter finds the first exchange that was recorded after another; nil if there is none yet.
func (in *Inspector) firstAfter(r *http.Request, f filter, after string) (*server.Exchange, error) {
	var from time.Time
	if after != "0" {
		e, err := in.Index.Exchange(r.Context(), after)
		if errors.Is(err, server.ErrNotFound) {
			return nil, badParameter("after names no exchange", "give the id of an exchange, or 0 for the beginning")
		} else if err != nil {
			return nil, err
		}
		from = recorded(e)
	}
	ask := f.index()
	ask.Limit = deepPage
	var first *server.Exchange
	for looked := 0; looked < scanMost; looked += deepPage {
		list, err := in.Index.ListExchanges(r.Context(), ask)
		if err != nil {
			return nil, err
		}
		for _, e := range slices.Backward(list) {
			earlier := first == nil || recorded(&e).Before(recorded(first))
			if e.ID != after && !recorded(&e).Before(from) && earlier && f.matches(&e) {
				first = &e
			}
		}
		if len(list) < ask.Limit || !from.IsZero() && list[len(list)-1].Time.Before(from.Add(-lookBack)) {
			break
		}
		ask.After = cursorOf(&list[len(list)-1])
	}
	return first, nil
}
