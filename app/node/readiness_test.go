package node

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

type pinged struct {
	err   error
	count int
}

func (p *pinged) Ping(context.Context) error {
	p.count++
	return p.err
}

// TestReadiness: what is shared and down makes a node degraded, what is its own makes it not ready,
// and only the operator learns why. The parts are asked once a second, however many ask.
func TestReadiness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		index, images := &pinged{}, &pinged{}
		damaged := int64(0)
		s := &readiness{mask: func(text string) string { return text }, damaged: func() int64 { return damaged }, parts: []part{{"index", index, false}, {"blobs", images, true}}}
		ask := func() (public, reasons *httptest.ResponseRecorder) {
			public, reasons = httptest.NewRecorder(), httptest.NewRecorder()
			s.public(public, nil)
			s.reasons(reasons, nil)
			return public, reasons
		}
		if public, reasons := ask(); public.Code != http.StatusServiceUnavailable || !strings.Contains(reasons.Body.String(), "starting") {
			t.Errorf("before wxup.env is written: %d %q", public.Code, reasons.Body)
		}
		s.opened.Store(true)
		for _, c := range []struct {
			index, images error
			damaged       int64
			status        int
			text          string
		}{
			{nil, nil, 0, 200, "ok"},
			{nil, errors.New("bucket s3.secret.internal"), 0, 200, "degraded: blobs: bucket s3.secret.internal"},
			{errors.New("the disk is full"), nil, 0, 503, "not ready: index: the disk is full"},
			{errors.New("the disk is full"), errors.New("away"), 0, 503, "not ready: index: the disk is full; blobs: away"},
			{nil, nil, 3, 200, "degraded: 3 kept files are damaged: wxup fsck names them"},
			{errors.New("the disk is full"), nil, 3, 503, "not ready: index: the disk is full; 3 kept files are damaged: wxup fsck names them"},
		} {
			index.err, images.err, damaged = c.index, c.images, c.damaged
			time.Sleep(readyEvery)
			before := index.count
			var public, reasons *httptest.ResponseRecorder
			for range 100 {
				public, reasons = ask()
			}
			if n := index.count - before; n != 1 {
				t.Errorf("%s: the index was asked %d times by 200 who ask", c.text, n)
			}
			if reasons.Code != c.status || strings.TrimSpace(reasons.Body.String()) != c.text {
				t.Errorf("the operator is told %d %q, want %d %q", reasons.Code, reasons.Body, c.status, c.text)
			}
			want := map[int]string{200: "ok\n", 503: "not ready\n"}[c.status]
			if public.Code != c.status || public.Body.String() != want {
				t.Errorf("everybody is told %d %q, want %d %q", public.Code, public.Body, c.status, want)
			}
		}
		index.err, images.err = nil, nil
		s.leaving.Store(true)
		if public, reasons := ask(); public.Code != http.StatusServiceUnavailable || !strings.Contains(reasons.Body.String(), "stopping") {
			t.Errorf("before a stop: %d %q", public.Code, reasons.Body)
		}
	})
}
