package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"

	"github.com/wxup/wxup"
)

// The link of the comparison, and what goes through it.
const (
	linkRoundTrip = 50 * time.Millisecond
	linkRate      = 20e6 // bytes a second
	linkFile      = 300 << 10
	linkFiles     = 200
)

// crossing is how a contender brought many files through the link.
type crossing struct {
	name    string
	files   int
	seconds float64
	dials   int
}

func (c crossing) perFile() float64 { return c.seconds / float64(c.files) }

// share is how much of the link's width was used, from the first file's opening to the last answer,
// counting the files' bytes alone.
func (c crossing) share() float64 { return linkFile / linkRate / c.perFile() }

// batch is a way to upload many files.
type batch struct {
	name     string
	oneByOne bool
	upload   func(ctx context.Context, s *setup, paths []string) error
}

const (
	theLoop     = "a loop over wechatpay-go v0.2.21"
	theLoopAnew = "the same, each upload on a new connection"
	theUpload   = "wxup, UploadAll"
)

var batches = []batch{
	{theLoop, true, func(ctx context.Context, s *setup, paths []string) error { return loop(ctx, s, paths) }},
	{theLoopAnew, true, func(ctx context.Context, s *setup, paths []string) error {
		s.transport.DisableKeepAlives = true
		return loop(ctx, s, paths)
	}},
	{"wechatpay-go v0.2.21 in 8 goroutines", false, func(ctx context.Context, s *setup, paths []string) error { return pool(ctx, s, paths, 8) }},
	{"a loop over wxup", true, func(ctx context.Context, s *setup, paths []string) error {
		client := s.client()
		for _, path := range paths {
			if _, err := client.Upload(ctx, s.ep, wxup.File(path)); err != nil {
				return err
			}
		}
		return nil
	}},
	{theUpload, false, uploadAll},
}

// loop is what most programs do.
func loop(ctx context.Context, s *setup, paths []string) error {
	client, err := wechatpayClient(s, &http.Client{Transport: s.transport, Timeout: consts.DefaultTimeout})
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := wechatpayUpload(ctx, client, path); err != nil {
			return err
		}
	}
	return nil
}

// pool is what some do.
func pool(ctx context.Context, s *setup, paths []string, workers int) error {
	client, err := wechatpayClient(s, &http.Client{Transport: s.transport, Timeout: consts.DefaultTimeout})
	if err != nil {
		return err
	}
	todo := make(chan string, len(paths))
	for _, path := range paths {
		todo <- path
	}
	close(todo)
	failed := make(chan error, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for path := range todo {
				if err := wechatpayUpload(ctx, client, path); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(failed)
	return <-failed
}

func uploadAll(ctx context.Context, s *setup, paths []string) error {
	s.transport.MaxIdleConnsPerHost = 32 // as wxup's own transport has
	items := func(yield func(wxup.Item) bool) {
		for _, path := range paths {
			if !yield(wxup.Item{Endpoint: s.ep, Source: wxup.File(path)}) {
				return
			}
		}
	}
	done := 0
	for o := range s.client().UploadAll(ctx, items) {
		if o.Err != nil {
			return o.Err
		}
		done++
	}
	if done != len(paths) {
		return fmt.Errorf("UploadAll: %d outcomes of %d", done, len(paths))
	}
	return nil
}

// manyFiles brings the same files through the link in each way. In a short run those who take them
// one by one take fewer: for them each file is like the one before.
func (c *comparison) manyFiles(ctx context.Context) ([]crossing, error) {
	var paths []string
	for i := range linkFiles {
		paths = append(paths, filepath.Join(c.dir, fmt.Sprintf("many-%03d.jpg", i)))
		if err := os.WriteFile(paths[i], jpegOfSize(linkFile, uint64(i)), 0o600); err != nil {
			return nil, err
		}
	}
	var all []crossing
	for _, b := range batches {
		files := paths
		if c.short && b.oneByOne {
			files = paths[:linkFiles/5]
		}
		l := &link{roundTrip: linkRoundTrip, rate: linkRate, base: c.secure.dial}
		n := &network{dial: l.dial, tls: c.secure.tls}
		s := c.base
		s.transport = n.transport()
		before, err := c.sink.counts(ctx)
		if err != nil {
			return nil, err
		}
		began := time.Now()
		if err := b.upload(ctx, &s, files); err != nil {
			return nil, fmt.Errorf("%s: %w", b.name, err)
		}
		took := time.Since(began)
		s.transport.CloseIdleConnections()
		after, err := c.sink.counts(ctx)
		switch got := int64(len(files)); {
		case err != nil:
			return nil, err
		case after.Requests-before.Requests != got || after.Bytes-before.Bytes < got*linkFile:
			return nil, fmt.Errorf("%s: the sink got %d files of %d", b.name, after.Requests-before.Requests, got)
		}
		all = append(all, crossing{b.name, len(files), took.Seconds(), l.dials})
	}
	return all, nil
}
