package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// allDown starts the nodes for the first time while there is neither PostgreSQL nor S3, and sees
// that they start, say that they are not ready, answer in WeChat's words, and begin by themselves
// when both have come.
func allDown(ctx context.Context, b *backends, f *fleet, seen *observer) (began time.Duration, err error) {
	if err := b.postgres.Stop("fast"); err != nil {
		return 0, err
	}
	b.s3.Stop()
	over := seen.times.begin("all down at the start")
	f.start()
	for _, n := range f.nodes {
		deadline := time.Now().Add(f.limits.well)
		for {
			status, _, err := n.ask(ctx, n.http, "/livez")
			if status == http.StatusOK {
				break
			}
			if time.Now().After(deadline) {
				return 0, fmt.Errorf("%s does not live without its backends: %d %v; see %s", n.name, status, err, n.log)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	// As long as nothing is there: not ready, the reason said, and uploads refused as the family
	// documents it.
	for range 6 {
		for _, n := range f.nodes {
			status, text, err := n.ask(ctx, n.admin, "/readyz")
			if status != http.StatusServiceUnavailable || !strings.Contains(text, "index") {
				seen.violation("%s without its backends: /readyz is %d %q %v", n.name, status, text, err)
			}
			if status, text, err := n.ask(ctx, n.http, "/readyz"); status != http.StatusServiceUnavailable || text != "not ready" {
				seen.violation("%s without its backends: the public /readyz is %d %q %v", n.name, status, text, err)
			}
			for _, ep := range []string{"/v3/marketing/favor/media/image-upload", "/secapi/mch/uploadmedia", "/cgi-bin/media/uploadimg", "/cgi-bin/stable_token"} {
				body := strings.NewReader(`{"grant_type":"client_credential","appid":"wx0123456789abcdef","secret":"none"}`)
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+n.http+ep, body)
				if err != nil {
					return 0, err
				}
				req.Header.Set("Accept", "application/json")
				resp, err := seen.through(lone.Transport).RoundTrip(req)
				if err != nil {
					continue // and is a violation
				}
				answer, _ := io.ReadAll(resp.Body)
				if _, said, problem, ok := readAnswer(ep, resp.StatusCode, answer); ok && problem == "" {
					seen.violation("%s accepted %s without its backends: %s", n.name, ep, said)
				}
			}
		}
		sleep(ctx, 500*time.Millisecond)
	}
	if err := b.postgres.Start(); err != nil {
		return 0, err
	}
	if named := f.await(ctx, f.limits.well, says("not ready", "blobs")); named < 0 {
		seen.violation("without S3: /readyz did not name blobs on every node: %s", f.readiness(ctx))
	}
	if err := b.s3.Start(); err != nil {
		return 0, err
	}
	up := time.Now()
	if err := f.awaitReady(ctx, 3*f.limits.well); err != nil {
		return 0, err
	}
	over()
	return time.Since(up), nil
}
