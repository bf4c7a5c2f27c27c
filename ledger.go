package wxup

import (
	"context"
	"sync"
	"time"
)

// Ledger remembers what has been uploaded, so that it is not uploaded again. It must be safe for
// concurrent use. If it fails, the file is uploaded.
type Ledger interface {
	// Recall returns what Remember was given for the key; (nil, nil) if that is not known or has
	// expired.
	Recall(ctx context.Context, key LedgerKey) (*Result, error)
	// Remember keeps the result of an upload.
	Remember(ctx context.Context, key LedgerKey, res *Result) error
}

// LedgerKey is what makes two uploads the same; the file's name does not.
type LedgerKey struct {
	Server   string // https://api.mch.weixin.qq.com, or Client.BaseURL
	Account  string // mchid or appid
	Endpoint string // the row's name
	SHA256   string // of the source before it is fitted, lower-case hex
	Fit      string // Fitter.Settings; "" without one
	Fields   string // a digest of Source.Path and Source.Meta
}

// expiryMargin is how long before its end an id is no longer recalled, so that there is time to use
// it; a quarter of its life if that is less.
const expiryMargin = time.Hour

// fresh reports whether a remembered result can still be used.
func fresh(res *Result, ep *Endpoint, now time.Time) bool {
	margin := expiryMargin
	if ep.Expires > 0 {
		margin = min(margin, ep.Expires/4)
	}
	return res.Expires.IsZero() || !now.Add(margin).After(res.Expires)
}

// MemoryLedger is a [Ledger] that ends with the process. Its zero value works.
type MemoryLedger struct {
	mu    sync.Mutex
	known map[LedgerKey]Result
}

// Recall returns what is remembered, even if it has expired.
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
