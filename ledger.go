package wxup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Ledger remembers what has been uploaded, so that it is not uploaded again. It must be safe for concurrent use. A Ledger
// that fails stops no upload: Client.Observe is told, and the upload is made. [MemoryLedger] is one.
type Ledger interface {
	// Recall gives what Remember was given for the key; (nil, nil) if that is not known or has expired.
	Recall(ctx context.Context, key LedgerKey) (*Result, error)
	// Remember keeps what an upload brought.
	Remember(ctx context.Context, key LedgerKey, res *Result) error
}

// LedgerKey is what makes two uploads the same. The file's name is not in it: the answer is for the bytes.
type LedgerKey struct {
	Server   string // https://api.mch.weixin.qq.com, or Client.BaseURL
	Account  string // mchid or appid
	Endpoint string // the row's name
	SHA256   string // of the source as it lies there, lower-case hex
	Fit      string // Fitter.Settings; "" where none is asked
	Fields   string // a digest of the path and of the fields sent beside the file (Source.Path, Source.Meta)
}

// expiryMargin is how long before its end an id is no longer recalled, so that there is time to use it; a quarter of its
// life if that is less.
const expiryMargin = time.Hour

// once uploads a file unless the Ledger knows it. Those who upload the same at the same time share one upload.
func (c *Client) once(ctx context.Context, up *upload) (*Result, error) {
	fits := c.fits(up.ep)
	if !fits { // this digests it on the way
		if err := c.prepare(ctx, up); err != nil {
			return nil, err
		}
	}
	key, err := c.ledgerKey(ctx, up)
	if err != nil {
		return nil, err
	}
	send := func() (*Result, error) {
		if fits {
			if err := c.prepare(ctx, up); err != nil {
				return nil, err
			}
		}
		return c.deliver(ctx, up)
	}
	if key.Account == "" {
		c.observe(up, Event{Kind: EventStore, Err: errors.New("ledger: set Client.Account: it is not known whose uploads these are")})
		return send()
	}
	return c.underway.share(ctx, key, func() { c.tell(up, Waiting, 0) }, func() (*Result, error) {
		if res := c.recall(ctx, up, key); res != nil {
			return res, nil
		}
		res, err := send()
		if err != nil {
			return nil, err
		}
		// The upload has happened: that is worth a moment, even if the caller's time is up.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rememberTime)
		defer cancel()
		if err := c.Ledger.Remember(ctx, key, res); err != nil {
			c.observe(up, Event{Kind: EventStore, Err: fmt.Errorf("ledger: %w", err)})
		}
		return res, nil
	})
}

// rememberTime is how long the Ledger may take to keep what an upload brought.
const rememberTime = 10 * time.Second

// recall is what the Ledger knows, if that is good still.
func (c *Client) recall(ctx context.Context, up *upload, key LedgerKey) *Result {
	if c.Again {
		return nil
	}
	known, err := c.Ledger.Recall(ctx, key)
	if err != nil {
		if ctx.Err() == nil {
			c.observe(up, Event{Kind: EventStore, Err: fmt.Errorf("ledger: %w", err)})
		}
		return nil
	}
	if known == nil {
		return nil
	}
	margin := expiryMargin
	if up.ep.Expires > 0 {
		margin = min(margin, up.ep.Expires/4)
	}
	if !known.Expires.IsZero() && c.now().Add(margin).After(known.Expires) {
		return nil
	}
	res := *known
	res.Cached = true
	c.observe(up, Event{Kind: EventRecall})
	return &res
}

// ledgerKey is the key of an upload. Its Account is "" if that is not known.
func (c *Client) ledgerKey(ctx context.Context, up *upload) (LedgerKey, error) {
	key := LedgerKey{Account: c.account(up.ep), Endpoint: up.ep.Name, SHA256: up.sha256}
	server, _ := c.bases(up.ep.Host)
	key.Server = strings.TrimSuffix(server, "/")
	target, err := up.target()
	if err != nil {
		return key, err
	}
	fields, err := up.extra()
	if err != nil {
		return key, err
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%q", target)
	for _, f := range fields {
		fmt.Fprintf(sum, "%q%q", f.name, f.value)
	}
	key.Fields = hex.EncodeToString(sum.Sum(nil))
	if !c.fits(up.ep) {
		return key, nil
	}
	key.Fit = c.Fit.Settings()
	c.tell(up, Hashing, 0)
	sum.Reset()
	if _, err := io.Copy(sum, &contextReader{ctx, up.reader()}); err != nil {
		return key, fmt.Errorf("read the file: %w", err)
	}
	key.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return key, nil
}

// account is whose uploads these are: a mchid or an appid, "" if the Client cannot know.
func (c *Client) account(ep *Endpoint) string {
	switch {
	case ep.Family != Account && c.Merchant != nil:
		return c.Merchant.MchID
	case ep.Family == Account && c.App != nil && !c.SideCar && c.CloudTokens == nil && c.Tokens == nil:
		return c.App.AppID
	}
	return c.Account
}

// underway holds the uploads that others may wait for.
type underway struct {
	mu sync.Mutex
	by map[LedgerKey]*shared
}

type shared struct {
	done chan struct{} // closed when res and err are there
	res  *Result
	err  error
}

// share uploads, or waits for who is uploading the same and takes the same answer. Trouble is not shared: if the other
// got no answer, this one tries for itself.
func (u *underway) share(ctx context.Context, key LedgerKey, waiting func(), upload func() (*Result, error)) (*Result, error) {
	for {
		u.mu.Lock()
		other := u.by[key]
		if other == nil {
			break
		}
		u.mu.Unlock()
		waiting()
		select {
		case <-other.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if other.res != nil {
			res := *other.res
			res.Cached = true
			return &res, nil
		}
		if refused, ok := other.err.(*Error); ok && refused.Status != 0 && !refused.mayPass() {
			again := *refused
			return nil, &again
		}
	}
	mine := &shared{done: make(chan struct{})}
	if u.by == nil {
		u.by = map[LedgerKey]*shared{}
	}
	u.by[key] = mine
	u.mu.Unlock()
	defer func() {
		u.mu.Lock()
		delete(u.by, key)
		u.mu.Unlock()
		close(mine.done)
	}()
	res, err := upload()
	if err == nil { // copies: the caller may change his
		kept := *res
		mine.res = &kept
	} else if refused, ok := err.(*Error); ok {
		kept := *refused
		mine.err = &kept
	}
	return res, err
}

// MemoryLedger is a [Ledger] that ends with the process. Its zero value is ready for use. It grows by some hundred bytes
// with each different file.
type MemoryLedger struct {
	mu    sync.Mutex
	known map[LedgerKey]Result
}

// Recall gives what is remembered. The Client looks at whether it has expired.
func (l *MemoryLedger) Recall(_ context.Context, key LedgerKey) (*Result, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if res, ok := l.known[key]; ok {
		return &res, nil
	}
	return nil, nil
}

// Remember never fails.
func (l *MemoryLedger) Remember(_ context.Context, key LedgerKey, res *Result) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		l.known = map[LedgerKey]Result{}
	}
	l.known[key] = *res
	return nil
}
