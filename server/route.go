package server

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/wire"
)

// route is the rows that share a path. Their fixed queries tell them apart, and the kind of the
// access_token.
type route struct {
	path    string
	rows    []*wxup.Endpoint
	queries []url.Values
}

// routes groups rows by their paths.
func routes(rows []*wxup.Endpoint) []*route {
	var list []*route
	for _, ep := range rows {
		path, query := ep.Route()
		i := slices.IndexFunc(list, func(rt *route) bool { return rt.path == path })
		if i < 0 {
			i = len(list)
			list = append(list, &route{path: path})
		}
		list[i].rows, list[i].queries = append(list[i].rows, ep), append(list[i].queries, query)
	}
	return list
}

// matching lists the rows whose fixed query a request has. Rows of the host that it names come
// first.
func (rt *route) matching(r *http.Request) []*wxup.Endpoint {
	if len(rt.rows) == 1 && len(rt.queries[0]) == 0 {
		return rt.rows
	}
	query := r.URL.Query()
	var list []*wxup.Endpoint
	for i, ep := range rt.rows {
		if hasQuery(query, rt.queries[i]) {
			list = append(list, ep)
		}
	}
	slices.SortStableFunc(list, func(a, b *wxup.Endpoint) int {
		corp := r.Host == wire.CorpHost
		switch {
		case a.Corp == b.Corp:
			return 0
		case a.Corp == corp:
			return -1
		}
		return 1
	})
	return list
}

func hasQuery(query, fixed url.Values) bool {
	for name := range fixed {
		if query.Get(name) != fixed.Get(name) {
			return false
		}
	}
	return true
}
