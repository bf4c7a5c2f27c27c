package inspector

import (
	"net/http"
	"strconv"
	"time"

	"github.com/wxup/wxup/app/store/sqlindex"
)

const (
	limitUsual = 50
	limitMost  = 200
)

// listExchanges is GET /api/v1/exchanges: the newest first, as the filter wants them. The answer's
// next, if there is one, is the before= of what follows; it may be there although nothing was
// found, when the looking stopped at searched_to.
func (in *Inspector) listExchanges(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	f, err := parseFilter(query)
	if err != nil {
		return err
	}
	before, err := parseBefore(query.Get("before"))
	if err != nil {
		return err
	}
	limit, err := parseLimit(query.Get("limit"))
	if err != nil {
		return err
	}
	got, err := search(r.Context(), in.Index, f, before, limit)
	if err != nil {
		return err
	}
	list := struct {
		Exchanges  []summary `json:"exchanges"`
		Next       string    `json:"next,omitempty"`
		SearchedTo time.Time `json:"searched_to,omitzero"`
	}{make([]summary, len(got.Exchanges)), got.Next.String(), got.SearchedTo}
	for i := range got.Exchanges {
		list.Exchanges[i] = summarize(&got.Exchanges[i], langOf(r))
	}
	return answer(w, http.StatusOK, list)
}

// parseLimit reads how many rows a list has at most.
func parseLimit(text string) (int, error) {
	if text == "" {
		return limitUsual, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > limitMost {
		return 0, badParameter("limit is not a number that is allowed", "give a number from 1 to "+strconv.Itoa(limitMost))
	}
	return limit, nil
}

func parseBefore(s string) (sqlindex.Cursor, error) {
	c, err := sqlindex.ParseCursor(s)
	if err != nil {
		return c, badParameter("before: "+err.Error(), "give the next of the list before")
	}
	return c, nil
}

// oneExchange is GET /api/v1/exchanges/{id}.
func (in *Inspector) oneExchange(w http.ResponseWriter, r *http.Request) error {
	e, err := in.Index.Exchange(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, in.describe(e, langOf(r)))
}
