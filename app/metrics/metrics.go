// Package metrics counts what a running server does and serves the counters at /metrics.
//
//	m := metrics.New()
//	index = m.Index(index)        // counts what is recorded
//	blobs = m.Blobs(blobs)        // times the store of images
//	handler = m.HTTP("http", mux) // counts answers
//	m.Pool(db.Stats)              // shows the connections of the index
//	m.Budget(srv.Memory)          // shows the memory of uploads
//	mux.Handle("GET /metrics", m.Handler())
//
// No label holds anything that a caller can choose: endpoints, problems and causes are words of
// wxup's.
package metrics

import (
	"database/sql"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics holds the counters of one server. Make it with [New].
type Metrics struct {
	registry *prometheus.Registry

	exchanges *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	bytes     *prometheus.CounterVec
	failures  prometheus.Counter
	blobs     *prometheus.HistogramVec
	answers   *prometheus.CounterVec
}

// New makes a server's counters, with those of the Go runtime and of the process.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		exchanges: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wxup_exchanges_total",
			Help: "Requests answered, by endpoint (empty: calls about tokens and certificates), problem and proven cause (both empty: accepted).",
		}, []string{"endpoint", "problem", "cause"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "wxup_exchange_seconds", Help: "Time from the request's header to the answer's record.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"endpoint"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wxup_kept_bytes_total", Help: "Bytes of accepted files.",
		}, []string{"endpoint"}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "wxup_record_failures_total", Help: "Requests that could not be recorded.",
		}),
		blobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "wxup_blob_seconds", Help: "Time of a call to the store of images, by call and result (ok, unknown or error).",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"call", "result"}),
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wxup_http_answers_total", Help: "Answers, by listener and status code.",
		}, []string{"listener", "code"}),
	}
	m.registry.MustRegister(m.exchanges, m.seconds, m.bytes, m.failures, m.blobs, m.answers,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves the counters.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// HTTP counts the answers of a handler. The listener is named as its flag is: http, https.
func (m *Metrics) HTTP(listener string, next http.Handler) http.Handler {
	return promhttp.InstrumentHandlerCounter(m.answers.MustCurryWith(prometheus.Labels{"listener": listener}), next)
}

// Budget shows the memory that uploads have: *server.Server's Memory.
func (m *Metrics) Budget(memory func() (granted int64, waiting int)) {
	m.gauge("wxup_budget_granted_bytes", "Bytes of uploads that are in memory, or may be.", func() float64 {
		granted, _ := memory()
		return float64(granted)
	})
	m.gauge("wxup_budget_waiting", "Requests that wait for memory.", func() float64 {
		_, waiting := memory()
		return float64(waiting)
	})
}

// Damaged shows how many kept files are known to be damaged.
func (m *Metrics) Damaged(files func() int64) {
	m.gauge("wxup_damaged_files", "Kept files that are not what their digests say, as far as is known.", func() float64 { return float64(files()) })
}

// Pool shows the connections of the index's database.
func (m *Metrics) Pool(stats func() sql.DBStats) {
	counter := func(name, help string, value func(sql.DBStats) float64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help},
			func() float64 { return value(stats()) }))
	}
	m.gauge("wxup_index_connections", "Open connections to the index.",
		func() float64 { return float64(stats().OpenConnections) })
	m.gauge("wxup_index_connections_in_use", "Connections to the index that are in use.",
		func() float64 { return float64(stats().InUse) })
	counter("wxup_index_waits_total", "Calls that waited for a connection to the index.",
		func(s sql.DBStats) float64 { return float64(s.WaitCount) })
	counter("wxup_index_wait_seconds_total", "Time that calls waited for a connection to the index.",
		func(s sql.DBStats) float64 { return s.WaitDuration.Seconds() })
}

func (m *Metrics) gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
}
