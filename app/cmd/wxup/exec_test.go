package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// TestExecStopped: a signal that comes while the server starts stops the command that was to be
// run.
func TestExecStopped(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out bytes.Buffer
	if status := run(ctx, []string{"exec", "--", "touch", "ran"}, &out, &out); status != exitStopped {
		t.Errorf("status %d: %s", status, &out)
	}
	if _, err := os.Stat("ran"); err == nil {
		t.Error("the command was run")
	}
}

// TestReadyElsewhere: what is no wxup is told from one that is not ready.
func TestReadyElsewhere(t *testing.T) {
	page := "text/html"
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", page)
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write([]byte("index: down"))
	}))
	defer ts.Close()
	p := &program{}
	if err := ready(t.Context(), p, []string{ts.URL}, readyTime); err == nil || !strings.Contains(err.Error(), "503 Service Unavailable; is it wxup") {
		t.Errorf("a page: %v", err)
	}
	page = "text/plain; charset=utf-8"
	if err := ready(t.Context(), p, []string{ts.URL}, readyTime); err == nil || err.Error() != "index: down" {
		t.Errorf("wxup's words: %v", err)
	}
}
