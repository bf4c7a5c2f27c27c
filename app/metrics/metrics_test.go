package metrics_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/wxup/wxup/app/metrics"
	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
)

// failing is an index that records nothing.
type failing struct {
	server.Index
	err error
}

func (f failing) Record(context.Context, *server.Exchange) error { return f.err }

// noBlobs is a store that is empty and takes nothing.
type noBlobs struct{ store.Blobs }

func (noBlobs) Put(context.Context, string, int64, io.ReadSeeker) error { return errors.New("full") }
func (noBlobs) Open(context.Context, string) (*store.Blob, error)       { return nil, server.ErrNotFound }

func TestMetrics(t *testing.T) {
	m := metrics.New()
	m.Pool(func() sql.DBStats { return sql.DBStats{OpenConnections: 3, InUse: 2, WaitCount: 1} })
	m.Budget(func() (int64, int) { return 5, 4 })
	memory := server.NewMemory()
	e := &server.Exchange{ID: "1", Endpoint: "marketing", Media: &server.Media{Size: 7}}
	if err := m.Index(memory).Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	m.Index(failing{memory, errors.New("disk")}).Record(t.Context(), e)
	m.Index(failing{memory, server.ErrSpent}).Record(t.Context(), e)
	blobs := m.Blobs(noBlobs{})
	blobs.Put(t.Context(), "", 0, nil)
	blobs.Open(t.Context(), "")
	teapot := m.HTTP("http", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	teapot.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))

	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		`wxup_exchanges_total{cause="",endpoint="marketing",problem=""} 1`,
		`wxup_exchange_seconds_count{endpoint="marketing"} 1`,
		`wxup_kept_bytes_total{endpoint="marketing"} 7`,
		`wxup_record_failures_total 1`,
		`wxup_blob_seconds_count{call="put",result="error"} 1`,
		`wxup_blob_seconds_count{call="open",result="unknown"} 1`,
		`wxup_http_answers_total{code="418",listener="http"} 1`,
		`wxup_budget_granted_bytes 5`,
		`wxup_budget_waiting 4`,
		`wxup_index_connections 3`,
		`wxup_index_connections_in_use 2`,
		`wxup_index_waits_total 1`,
	} {
		if !strings.Contains(w.Body.String(), "\n"+line+"\n") {
			t.Errorf("no line %q in:\n%s", line, strings.Join(regexp.MustCompile(`(?m)^wxup.*`).FindAllString(w.Body.String(), -1), "\n"))
		}
	}
}
