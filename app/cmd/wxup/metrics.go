package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/wxup/wxup/server"
)

// metered is an index that counts what is recorded in it. No label holds anything that a caller may choose: endpoints,
// problems and causes are words of ours.
type metered struct {
	server.Index
	exchanges *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	bytes     *prometheus.CounterVec
	failures  prometheus.Counter
}

// newMetered gives the index with its counters, and the handler of /metrics.
func newMetered(index server.Index) (*metered, http.Handler) {
	m := &metered{
		Index: index,
		exchanges: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wxup_exchanges_total", Help: "Requests answered, by endpoint (empty: calls about tokens and certificates), problem and proven cause (both empty: accepted).",
		}, []string{"endpoint", "problem", "cause"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "wxup_exchange_seconds", Help: "Time from the request's header to the answer's record.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"endpoint"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wxup_kept_bytes_total", Help: "Bytes of accepted files.",
		}, []string{"endpoint"}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "wxup_record_failures_total", Help: "Exchanges that could not be recorded.",
		}),
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.exchanges, m.seconds, m.bytes, m.failures,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m, promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// Record counts what could be recorded; what was spent by another request is recorded once more, and counted then.
func (m *metered) Record(ctx context.Context, e *server.Exchange) error {
	err := m.Index.Record(ctx, e)
	switch {
	case err == nil:
		m.exchanges.WithLabelValues(e.Endpoint, string(e.Problem), e.Cause).Inc()
		m.seconds.WithLabelValues(e.Endpoint).Observe(e.Took.Seconds())
		if e.Media != nil {
			m.bytes.WithLabelValues(e.Endpoint).Add(float64(e.Media.Size))
		}
	case !errors.Is(err, server.ErrSpent):
		m.failures.Inc()
	}
	return err
}
