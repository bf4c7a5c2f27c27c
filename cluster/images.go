package main

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"sync"
	"time"
)

// imageWatch counts the images that browsers ask for, while it is started.
type imageWatch struct {
	mu       sync.Mutex
	counting bool
	asked    int
	lost     int
}

func (w *imageWatch) start() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counting, w.asked, w.lost = true, 0, 0
}

func (w *imageWatch) stop() (asked, lost int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counting = false
	return w.asked, w.lost
}

func (w *imageWatch) count(ok bool) (counted bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.counting {
		w.asked++
		if !ok {
			w.lost++
		}
	}
	return w.counting
}

// browse asks for images by their URLs, through the balancer, each on a connection of its own.
func (c *chaos) browse(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var under sync.WaitGroup
	defer under.Wait()
	for !c.load.enough.Load() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		a, ok := c.load.some()
		if !ok {
			continue
		}
		under.Go(func() {
			c.watch.mu.Lock()
			before := c.watch.counting
			c.watch.mu.Unlock()
			status, got, err := fetch(ctx, a.url, "")
			ok := err == nil && status == http.StatusOK && got == a.sum
			if before && c.watch.count(ok) && !ok {
				c.seen.violation("GET of an image: %d, %v, the right bytes: %t", status, err, got == a.sum)
			}
		})
	}
}

// fetch gets a file and gives the digest of its bytes.
func fetch(ctx context.Context, url, token string) (status int, sum [sha256.Size]byte, err error) {
	return fetchBy(ctx, lone, url, token)
}

func fetchBy(ctx context.Context, client *http.Client, url, token string) (status int, sum [sha256.Size]byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, sum, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, sum, err
	}
	defer resp.Body.Close()
	digest := sha256.New()
	if _, err := io.Copy(digest, resp.Body); err != nil {
		return resp.StatusCode, sum, err
	}
	digest.Sum(sum[:0])
	return resp.StatusCode, sum, nil
}
