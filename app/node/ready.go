package node

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/wxup/wxup/app/datadir"
)

// Ready asks a server whether it accepts uploads, at its public or its admin address, and waits at
// most for the time patience for the answer. The error says why it does not; at the public address
// that is no more than "not ready".
func Ready(ctx context.Context, address string, patience time.Duration) error {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(address, "/")+"/readyz", nil)
	if err != nil {
		return texts.Errorf("%s is not an address of the form http://host:port", address)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy stands between
	resp, err := client.Do(req)
	if err != nil {
		return texts.Errorf("not ready: %w", err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	switch said := strings.TrimSpace(string(text)); {
	case resp.StatusCode == http.StatusOK:
		return nil
	case said == "" || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain"):
		return texts.Errorf("not ready: %s answers %s; is it wxup's address?", address, resp.Status)
	default:
		return errors.New(said)
	}
}

// Alive reports whether a server runs in a data directory. One that was killed leaves its wxup.env
// behind.
func Alive(dir string) bool {
	vars, err := datadir.ReadEnv(datadir.EnvFile(dir))
	if err != nil {
		return false
	}
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(vars["WXUP_HTTP_URL"] + "/livez")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
