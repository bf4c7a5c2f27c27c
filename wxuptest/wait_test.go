package wxuptest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
)

func sprint(a ...any) string                 { return fmt.Sprint(a...) }
func sprintf(format string, a ...any) string { return fmt.Sprintf(format, a...) }

func anything(*server.Exchange) bool { return true }

// TestWaitFor: what has happened counts at once, what has not is waited for, and what never comes
// ends with the context.
func TestWaitFor(t *testing.T) {
	srv := NewServer(t)
	client := srv.Client()
	if _, err := upload(t, client, wxup.MarketingImage); err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if e, err := srv.WaitFor(ended, anything); err != nil || e.Endpoint != "marketing" {
		t.Errorf("what has happened: %v", err)
	}
	_, err := srv.WaitAfter(ended, 1, anything)
	if !errors.Is(err, context.Canceled) || !strings.HasSuffix(err.Error(), "no exchange matched; there was none") {
		t.Errorf("%v", err)
	}

	var waiting sync.WaitGroup
	for i := range 10 { // they all wait for the last of what is to come
		waiting.Go(func() {
			e, err := srv.WaitAfter(soon(t), i%2, func(e *server.Exchange) bool { return e.Endpoint == "article" })
			if err != nil || e.Problem != wxup.NotImage {
				t.Errorf("%v, %+v", err, e.Problem)
			}
		})
	}
	for range 20 {
		if _, err := upload(t, client, wxup.MarketingImage); err != nil {
			t.Fatal(err)
		}
	}
	srv.Refuse(wxup.ArticleImage, wxup.NotImage, 1)
	upload(t, client, wxup.ArticleImage)
	waiting.Wait()

	_, err = srv.WaitFor(ended, func(*server.Exchange) bool { return false })
	if err == nil || !strings.Contains(err.Error(), "there were 23:") || !strings.Contains(err.Error(), "and 3 more") ||
		!strings.Contains(err.Error(), "POST /v3/marketing/favor/media/image-upload "+srv.Merchant.MchID+": 200, accepted") {
		t.Errorf("%v", err)
	}

	never := make(chan error)
	go func() {
		_, err := srv.WaitFor(soon(t), func(*server.Exchange) bool { return false })
		never <- err
	}()
	srv.Close()
	srv.Close()
	if err := <-never; err == nil || !strings.Contains(err.Error(), "the server was closed") {
		t.Errorf("%v", err)
	}
	if _, err := upload(t, client, wxup.MarketingImage); err == nil {
		t.Error("a closed server took an upload")
	}
	if len(srv.Images()) != 1 {
		t.Error("a closed server cannot be looked at")
	}
}

// TestCrowd: many uploads at once, with faults among them, are all accounted for.
func TestCrowd(t *testing.T) {
	noGoroutines(t)
	srv := NewServer(t)
	client := srv.Client()
	const each = 20
	for _, ep := range families {
		srv.Refuse(ep, wxup.TooFrequent, each/2)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	outcomes := map[string]int{}
	for _, ep := range families {
		for range each {
			all.Go(func() {
				_, err := upload(t, client, ep)
				mu.Lock()
				defer mu.Unlock()
				outcomes[ep.Name+string(wxup.ProblemOf(err))]++
			})
		}
	}
	all.Wait()
	for _, ep := range families {
		if outcomes[ep.Name] != each/2 || outcomes[ep.Name+string(wxup.TooFrequent)] != each/2 {
			t.Errorf("%s: %v", ep.Name, outcomes)
		}
	}
	if n := len(srv.Uploads()); n != 3*each {
		t.Errorf("%d uploads were recorded, want %d", n, 3*each)
	}
}

// FuzzName has a server of its own for each input, as a fuzz target of yours would: they are cheap,
// and keep all they see.
func FuzzName(f *testing.F) {
	f.Add("photo.jpg")
	f.Add("照片 \"1\".JPG")
	f.Add("")
	f.Fuzz(func(t *testing.T, name string) {
		srv := NewServer(t)
		res, err := srv.Client().Upload(t.Context(), wxup.MarketingImage, wxup.Bytes(name, photo()))
		if err != nil {
			t.Fatal(err)
		}
		if got := srv.Uploads()[0].Request.Part("file").Filename; got != res.Name {
			t.Errorf("sent as %q, arrived as %q", res.Name, got)
		}
	})
}
