package tokenstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/wxup/wxup"
)

// Schema creates the table that [SQL] uses, if it is missing, in SQLite and PostgreSQL.
const Schema = `CREATE TABLE IF NOT EXISTS wxup_tokens (
	app   TEXT PRIMARY KEY,
	token TEXT NOT NULL,
	until BIGINT NOT NULL, -- milliseconds since 1970
	lease TEXT NOT NULL    -- held by the process that renews it; '' if none does
)`

// SQL keeps tokens in the table of [Schema], one row for each app. It works with SQLite and
// PostgreSQL.
//
// A process that renews a token holds a lease, a random text in the row. If it is killed, it cannot
// return the lease; another process takes it after seeing it unchanged for the duration of Lease by
// its own clock, so the clocks of the machines need not agree. A process that has lost its lease
// cannot overwrite the token of the next holder, and returns that one instead of its own. With
// SQLite, let connections wait for each other (PRAGMA busy_timeout).
type SQL struct {
	DB *sql.DB
	// Lease is how long a renewal may take before others take it over; 0 is 20 seconds.
	Lease time.Duration
}

var _ wxup.TokenStore = (*SQL)(nil)

func (s *SQL) lease() time.Duration {
	if s.Lease > 0 {
		return s.Lease
	}
	return 20 * time.Second
}

// Load reads the token.
func (s *SQL) Load(ctx context.Context, app string) (wxup.Token, error) {
	token, _, err := s.row(ctx, app)
	return token, err
}

func (s *SQL) row(ctx context.Context, app string) (token wxup.Token, lease string, err error) {
	var until int64
	err = s.DB.QueryRowContext(ctx, `SELECT token, until, lease FROM wxup_tokens WHERE app = $1`, app).Scan(&token.Value, &until, &lease)
	if errors.Is(err, sql.ErrNoRows) {
		return wxup.Token{}, "", nil
	}
	if err != nil {
		return wxup.Token{}, "", fmt.Errorf("read the table wxup_tokens: %w", err)
	}
	if token.Value != "" {
		token.Until = time.UnixMilli(until)
	}
	return token, lease, nil
}

// Renew calls renew while it holds the app's lease. It cancels renew's context a little before the
// lease ends.
func (s *SQL) Renew(ctx context.Context, app string, renew func(context.Context, wxup.Token) (wxup.Token, error)) (wxup.Token, error) {
	mine := rand.Text()
	for {
		if err := s.acquire(ctx, app, mine); err != nil {
			return wxup.Token{}, err
		}
		token, kept, err := s.renew(ctx, app, mine, renew)
		if err != nil || kept {
			return token, err
		}
		// The lease was lost: another process has renewed the token, or is about to, and this one
		// may already be invalid.
	}
}

// acquire waits until this process holds the lease, under the text mine.
func (s *SQL) acquire(ctx context.Context, app, mine string) error {
	seen, since := "", time.Now()
	return wait(ctx, func() (bool, error) {
		_, lease, err := s.row(ctx, app)
		switch {
		case err != nil:
			return false, err
		case lease == "":
			return s.changed(ctx, `INSERT INTO wxup_tokens (app, token, until, lease) VALUES ($1, '', 0, $2)
				ON CONFLICT (app) DO UPDATE SET lease = excluded.lease WHERE wxup_tokens.lease = ''`, app, mine)
		case lease != seen:
			seen, since = lease, time.Now()
			return false, nil
		case time.Since(since) < s.lease():
			return false, nil
		}
		return s.changed(ctx, `UPDATE wxup_tokens SET lease = $1 WHERE app = $2 AND lease = $3`, mine, app, seen)
	})
}

// renew calls renew, then stores the token and returns the lease in one statement. kept is false if
// the lease was lost in the meantime.
func (s *SQL) renew(ctx context.Context, app, mine string, renew func(context.Context, wxup.Token) (wxup.Token, error)) (token wxup.Token, kept bool, err error) {
	release := func() (bool, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return s.changed(ctx, `UPDATE wxup_tokens SET lease = '' WHERE app = $1 AND lease = $2`, app, mine)
	}
	held, err := s.Load(ctx, app)
	if err != nil {
		release()
		return wxup.Token{}, false, err
	}
	limited, cancel := context.WithTimeout(ctx, s.lease()*9/10)
	defer cancel()
	token, err = renew(limited, held)
	if err != nil || token == held {
		_, failed := release()
		if err == nil && failed != nil { // others wait for the lease to end; the token is good
			err = failed
		}
		return token, true, err
	}
	// WeChat has issued the token: keep it even if ctx ended.
	saving, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	kept, err = s.changed(saving, `UPDATE wxup_tokens SET token = $1, until = $2, lease = '' WHERE app = $3 AND lease = $4`,
		token.Value, token.Until.UnixMilli(), app, mine)
	return token, kept, err
}

// changed runs a statement and reports whether it changed a row.
func (s *SQL) changed(ctx context.Context, query string, args ...any) (bool, error) {
	res, err := s.DB.ExecContext(ctx, query, args...)
	if err != nil {
		return false, fmt.Errorf("write the table wxup_tokens: %w", err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}
