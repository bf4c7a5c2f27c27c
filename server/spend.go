package server

import (
	"context"
	"errors"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
)

// replay is the error of an exact replay. It holds the exchange whose answer is given again.
type replay struct{ *Exchange }

func (replay) Error() string { return "this exact request was answered before" }

// replayed reports whether a nonce was spent: by this very request, which then gets its first
// answer again (the error is a replay), or by another one, which refuses it. An expired nonce is
// free, as it is for Record, whether or not the Index has forgotten it.
func (s *Server) replayed(ctx context.Context, n *Nonce, now time.Time) error {
	if n == nil {
		return nil
	}
	first, err := s.Index.SpentBy(ctx, n.Account, n.Value)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return internal("look up the nonce", err)
	case first.Nonce != nil && !now.Before(first.Nonce.Expires):
		return nil
	case first.Nonce != nil && first.Nonce.Digest == n.Digest:
		return replay{first}
	}
	return refuse(problem.Replayed, "the nonce was spent by %s", first.ID)
}

// rate counts an account's call of an endpoint against its quotas.
func (s *Server) rate(ctx context.Context, ep *wxup.Endpoint, account string) error {
	quotas := []wxup.Quota{{Calls: s.Limit.PerMinute, Per: time.Minute}}
	if s.Limit.Documented {
		quotas = append(quotas, ep.Quota)
	}
	for _, q := range quotas {
		exceeded := problem.TooFrequent
		if q.Per > time.Hour && ep.Family == wxup.FamilyAccount {
			exceeded = problem.DailyQuotaExceeded
		}
		if err := s.take(ctx, ep.Name+"/"+account, q, exceeded); err != nil {
			return err
		}
	}
	return nil
}

const day = 24 * time.Hour

// take counts one call under a name, and refuses it if the quota of the present window is used up.
func (s *Server) take(ctx context.Context, name string, q wxup.Quota, exceeded problem.Problem) error {
	if q.Calls <= 0 {
		return nil
	}
	ok, err := s.Index.Take(ctx, name, s.Now().Truncate(q.Per), q.Per, q.Calls)
	if err != nil {
		return internal("count the call", err)
	}
	if !ok {
		return refuse(exceeded, "%d calls were made in this window of %s", q.Calls, q.Per)
	}
	return nil
}
