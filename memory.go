package wxup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wxup/wxup/internal/flight"
	"github.com/wxup/wxup/internal/source"
)

// memory is what an upload needs to ask the Ledger.
type memory struct {
	ledger   Ledger
	ignore   bool   // what the Ledger has is uploaded all the same
	server   string // the address of the endpoint's host
	account  string // whose upload it is; "" if that is not known
	inFlight *flight.Group[LedgerKey, *Result]
}

// rememberTime is how long the Ledger may take to keep what an upload brought.
const rememberTime = 10 * time.Second

// once sends the file unless the Ledger has it. Uploads of the same file at the same time share
// one.
func (m *memory) once(ctx context.Context, o *opened, now func() time.Time, send func() (*Result, error)) (*Result, error) {
	if m.account == "" {
		o.observe(Event{Kind: EventStore, Err: errors.New("ledger: set Owner in Client.Auth: it is not known whose uploads these are")})
		return send()
	}
	key, err := m.key(ctx, o)
	if err != nil {
		return nil, err
	}
	waiting := func() { o.tell(Waiting, 0) }
	res, shared, err := m.inFlight.Share(ctx, key, waiting, final, func() (*Result, error) {
		if res := m.recall(ctx, o, key, now()); res != nil {
			return res, nil
		}
		res, err := send()
		if err != nil {
			return nil, err
		}
		// The upload has happened: that is worth a moment, even if the caller's time is up.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rememberTime)
		defer cancel()
		if err := m.ledger.Remember(ctx, key, res); err != nil {
			o.observe(Event{Kind: EventStore, Err: fmt.Errorf("ledger: %w", err)})
		}
		return res, nil
	})
	if refused, ok := err.(*Error); ok { // copies: callers may change theirs
		own := *refused
		return nil, &own
	}
	if err != nil {
		return nil, err
	}
	own := *res
	own.Cached = own.Cached || shared
	return &own, nil
}

// final reports whether an outcome is another upload's of the same file too. Trouble is not: each
// upload tries for itself.
func final(res *Result, err error) bool {
	refused, ok := err.(*Error)
	return err == nil && res != nil || ok && refused.Status != 0 && !retryable(refused)
}

// recall returns what the Ledger has, if that can still be used.
func (m *memory) recall(ctx context.Context, o *opened, key LedgerKey, now time.Time) *Result {
	if m.ignore {
		return nil
	}
	known, err := m.ledger.Recall(ctx, key)
	if err != nil {
		if ctx.Err() == nil {
			o.observe(Event{Kind: EventStore, Err: fmt.Errorf("ledger: %w", err)})
		}
		return nil
	}
	if known == nil || !fresh(known, o.ep, now) {
		return nil
	}
	res := *known
	res.Cached = true
	o.observe(Event{Kind: EventRecall})
	return &res
}

// key is the upload's key in the Ledger. If a Fitter may change the file, it is digested here, as
// it is before.
func (m *memory) key(ctx context.Context, o *opened) (LedgerKey, error) {
	key := LedgerKey{Server: strings.TrimSuffix(m.server, "/"), Account: m.account, Endpoint: o.ep.Name}
	sum := sha256.New()
	fmt.Fprintf(sum, "%q", o.target)
	for _, f := range o.extra {
		fmt.Fprintf(sum, "%q%q", f.Name, f.Value)
	}
	key.Fields = hex.EncodeToString(sum.Sum(nil))
	if o.fitter != nil {
		key.Fit = o.fitter.Settings()
		o.tell(Hashing, 0)
		sum.Reset()
		if _, err := io.Copy(sum, source.WithContext(ctx, o.file.Section())); err != nil {
			return key, fmt.Errorf("read the file: %w", err)
		}
		o.sha256 = hex.EncodeToString(sum.Sum(nil))
	}
	key.SHA256 = o.sha256
	return key, nil
}
