package datadir

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/server"
)

// FindExchange finds a record by its Request-ID or by the rid in an errmsg; "last" is the newest
// refusal. It fails with [server.ErrNotFound] if there is none.
func (d *Dir) FindExchange(ctx context.Context, id string) (*server.Exchange, error) {
	if id != "last" {
		if _, after, found := strings.Cut(id, "rid:"); found {
			id = after
		}
		return d.Index.Exchange(ctx, strings.TrimSpace(id))
	}
	list, err := d.Index.ListExchanges(ctx, sqlindex.ExchangeFilter{Refused: true, Limit: 1})
	if err != nil || len(list) == 0 {
		return nil, errors.Join(err, server.ErrNotFound)
	}
	return d.Index.Exchange(ctx, list[0].ID)
}

// maxSince is how many records [Dir.ExchangesSince] returns at most.
const maxSince = 10_000

// ExchangesSince lists the records of requests since began, the newest first, at most 10,000.
func (d *Dir) ExchangesSince(ctx context.Context, began time.Time) ([]server.Exchange, error) {
	var list []server.Exchange
	filter := sqlindex.ExchangeFilter{Limit: 500, Whole: true}
	for len(list) < maxSince {
		page, err := d.Index.ListExchanges(ctx, filter)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if e.Time.Before(began) {
				return list, nil
			}
			list = append(list, e)
		}
		if len(page) < filter.Limit {
			break
		}
		last := page[len(page)-1]
		filter.After = sqlindex.Cursor{Time: last.Time, ID: last.ID}
	}
	return list, nil
}
