package wxup

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/wxup/wxup/internal/carry"
	"github.com/wxup/wxup/wire"
)

// caller makes the calls of one Client.
type caller struct {
	carry.Carrier
	bases   carry.Bases
	hosts   *carry.Hosts
	timeout time.Duration // Client.Timeout
	now     func() time.Time
	observe func(Event)
}

// maxCallTime is how long a call for a token or for certificates may take.
const maxCallTime = 30 * time.Second

// maxSharedTime is how long a call that several uploads wait for may take, with what it needs
// beside the network.
const maxSharedTime = 2 * maxCallTime

// base returns the address to use now for a host.
func (c *caller) base(host string) string { return c.hosts.Choose(c.bases.Of(host)) }

// failing notes that a host gave no answer, or one that blames the server.
func (c *caller) failing(host string, status int, err error) {
	if status != 0 {
		err = &Error{Status: status}
	}
	for _, of := range []string{wire.PayHost, wire.AccountHost} {
		main, backup := c.bases.Of(of)
		if backup == "" || host != carry.Host(main) && host != carry.Host(backup) {
			continue
		}
		if from, to, moved := c.hosts.Fail(host, main, backup); moved {
			c.observe(Event{Kind: EventHost, Host: from, Other: to, Err: err})
		}
		return
	}
}

// send sends a request whose answer is read as a whole, and names what is too long.
func (c *caller) send(ctx context.Context, r *carry.Request) (*carry.Answer, error) {
	a, err := c.Do(ctx, r)
	if long, ok := errors.AsType[*carry.TooLong](err); ok {
		return nil, &Error{Problem: BadAnswer, Status: long.Status, Reason: long.Error()}
	}
	return a, err
}

// call makes a small call to a host: for a token, certificates or a quota.
func (c *caller) call(ctx context.Context, method, host, target string, header http.Header, body []byte, secrets ...string) (*carry.Answer, error) {
	u, err := carry.URL(c.base(host), target)
	if err != nil {
		return nil, err
	}
	r := &carry.Request{Method: method, URL: u, Header: header, Limit: maxCallTime, Secrets: secrets}
	if c.timeout > 0 {
		r.Limit = min(c.timeout, maxCallTime)
	}
	if body != nil {
		header.Set("Content-Type", "application/json")
		r.Length, r.Body = int64(len(body)), func() io.Reader { return bytes.NewReader(body) }
	}
	return c.send(ctx, r)
}

// withQuery adds a query parameter to a target, unless it has no value.
func withQuery(query, name, value string) string {
	if value == "" {
		return query
	}
	if query != "" {
		query += "&"
	}
	return query + name + "=" + url.QueryEscape(value)
}
