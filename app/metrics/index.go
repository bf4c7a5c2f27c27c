package metrics

import (
	"context"
	"errors"

	"github.com/wxup/wxup/server"
)

// Index counts what is recorded in an index.
func (m *Metrics) Index(index server.Index) server.Index { return &countedIndex{index, m} }

type countedIndex struct {
	server.Index
	m *Metrics
}

// Record counts what was recorded. A request whose nonce was spent meanwhile is recorded again by
// the server, as a refusal, and counted then; so is one whose file must be kept again first.
func (x *countedIndex) Record(ctx context.Context, e *server.Exchange) error {
	err := x.Index.Record(ctx, e)
	switch {
	case err == nil:
		x.m.exchanges.WithLabelValues(e.Endpoint, string(e.Problem), e.Cause).Inc()
		x.m.seconds.WithLabelValues(e.Endpoint).Observe(e.Took.Seconds())
		if e.Media != nil {
			x.m.bytes.WithLabelValues(e.Endpoint).Add(float64(e.Media.Size))
		}
	case !errors.Is(err, server.ErrSpent) && !errors.Is(err, server.ErrKeepAgain):
		x.m.failures.Inc()
	}
	return err
}
