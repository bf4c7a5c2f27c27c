package wxup

import (
	"context"
	"crypto/x509"
	"sync"
	"time"

	"github.com/wxup/wxup/internal/flight"
)

const (
	// certificateAge is how long a list of platform certificates is used. WeChat asks to fetch it
	// within 12 hours.
	certificateAge = 12 * time.Hour
	// certificatePause is how long after a refresh that failed the list at hand is used on.
	certificatePause = 5 * time.Minute
	// refusalPause is how long an answer that refuses a call for certificates or a token stands for
	// those that follow: with a wrong key, thousands of files make one call.
	refusalPause = time.Minute
)

// certificateList keeps the platform certificates that WeChat lists. Its zero value is empty.
type certificateList struct {
	flight flight.Group[struct{}, []*x509.Certificate]

	mu      sync.Mutex
	list    []*x509.Certificate
	asked   time.Time // when the list was asked for
	tried   time.Time // when it was last tried to
	refused error     // what a try ended with that another would end with too
}

type fetchCertificates func(context.Context) ([]*x509.Certificate, error)

// since returns the list, and whether it was asked for at that time or later.
func (c *certificateList) since(at time.Time) ([]*x509.Certificate, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.list, c.list != nil && !c.asked.Before(at)
}

// current returns a list that is fresh enough, fetched if need be. If that fails, an older list is
// used.
func (c *certificateList) current(ctx context.Context, now func() time.Time, fetch fetchCertificates) ([]*x509.Certificate, error) {
	at := now()
	list, fresh := c.since(at.Add(-certificateAge))
	c.mu.Lock()
	paused := list != nil && at.Before(c.tried.Add(certificatePause))
	refused := c.refused
	if !at.Before(c.tried.Add(refusalPause)) {
		refused = nil
	}
	c.mu.Unlock()
	switch {
	case fresh || paused:
		return list, nil
	case refused != nil:
		return list, refused
	}
	newer, err := c.refresh(ctx, now, fetch)
	if err != nil && list != nil && ctx.Err() == nil {
		return list, nil
	}
	return newer, err
}

// refresh fetches the list. Callers at the same time share one call.
func (c *certificateList) refresh(ctx context.Context, now func() time.Time, fetch fetchCertificates) ([]*x509.Certificate, error) {
	return c.flight.Do(ctx, struct{}{}, maxSharedTime, func(ctx context.Context) ([]*x509.Certificate, error) {
		began := now()
		list, err := fetch(ctx)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.tried, c.refused = began, nil
		if err != nil {
			err = named("certificates", err)
			if !retryable(err) {
				c.refused = err
			}
			return nil, err
		}
		c.list, c.asked = list, began
		return list, nil
	})
}
