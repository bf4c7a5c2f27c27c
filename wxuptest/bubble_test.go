package wxuptest

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
)

// TestBubble: in a synctest bubble all of it works in the bubble's own time, from 2000 on, and its
// timers fire.
func TestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := NewServer(t)
		if now := srv.Now().UTC(); now.Year() != 2000 {
			t.Errorf("it is %s", now)
		}
		for _, ep := range families {
			res, err := srv.Client().Upload(t.Context(), ep, wxup.Bytes("photo.jpg", photo()))
			if err != nil {
				t.Error(err)
				continue
			}
			if res.URL != "" {
				resp, err := srv.HTTPClient().Get(res.URL)
				if err != nil || resp.StatusCode != 200 {
					t.Errorf("%s: %v", res.URL, err)
				}
				resp.Body.Close()
			}
		}
		if resp, body := rawV3(t, srv, srv.HTTPClient(), photo(), "\n"); resp.StatusCode != 200 { // by time.Now, with another client
			t.Errorf("%d %s", resp.StatusCode, body)
		}
		synctest.Wait() // idle connections do not keep it from this
		time.Sleep(3 * time.Hour)
		if resp, body := rawV3(t, srv, srv.HTTPClient(), photo(), "\n"); resp.StatusCode != 200 {
			t.Errorf("three hours later: %d %s", resp.StatusCode, body)
		}
		if _, err := http.Get(srv.URL); err == nil {
			t.Error("a server in a bubble was reached from outside")
		}
	})
}

// TestBubbleOfWaits: a caller that gives up after an hour, one that tries again after pauses, and
// WaitFor's own end: all at once, and to the nanosecond.
func TestBubbleOfWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := NewServer(t)
		start := time.Now()
		srv.Fail(wxup.MarketingImage, Hang, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err := srv.Client().Upload(ctx, wxup.MarketingImage, wxup.Bytes("photo.jpg", photo()))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Hour {
			t.Errorf("after %s: %v", time.Since(start), err)
		}

		srv.Refuse(wxup.MarketingImage, wxup.TooFrequent, 3)
		client := srv.Client()
		client.Retry = wxup.Retry{Attempts: 4, Base: time.Minute, Max: time.Hour}
		start = time.Now()
		if _, err := client.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("photo.jpg", photo())); err != nil {
			t.Error(err)
		}
		up := srv.Uploads()
		if len(up) != 5 || time.Since(start) == 0 || up[4].Time.Sub(up[1].Time) != time.Since(start) {
			t.Errorf("%d uploads in %s", len(up), time.Since(start))
		}

		start = time.Now()
		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := srv.WaitFor(ctx, func(*server.Exchange) bool { return false }); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Minute {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}
