package sqlindex

import (
	"context"
	"time"

	"github.com/wxup/wxup/server"
)

const tokenColumns = `SELECT value, kind, subject, component, seq, issued, expires, retired FROM token `

func scanToken(row scanner) (t server.Token, err error) {
	var issued, expires, retired int64
	err = row.Scan(&t.Value, &t.Kind, &t.Subject, &t.Component, &t.Seq, &issued, &expires, &retired)
	t.Issued, t.Expires, t.Retired = moment(issued), moment(expires), moment(retired)
	return t, err
}

// Token finds a token by its value.
func (ix *Index) Token(ctx context.Context, value string) (*server.Token, error) {
	return one(ctx, ix, "look up token", scanToken, tokenColumns+`WHERE value = $1`, escape(value))
}

// LatestToken finds the newest token of a line.
func (ix *Index) LatestToken(ctx context.Context, kind server.TokenKind, subject, component string) (*server.Token, error) {
	return one(ctx, ix, "look up the latest token", scanToken,
		tokenColumns+`WHERE kind = $1 AND subject = $2 AND component = $3 ORDER BY seq DESC LIMIT 1`,
		string(kind), escape(subject), escape(component))
}

// IssueToken adds a token to its line if its number is the next there.
func (ix *Index) IssueToken(ctx context.Context, t server.Token, retireOlder time.Time) error {
	err := ix.write.do(ctx, func(c *change) error {
		kind, at := string(t.Kind), micros(retireOlder)
		err := c.must(server.ErrRaced, `INSERT INTO token (value, kind, subject, component, seq, issued, expires, retired)
			SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT),
			       CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT)
			WHERE $5 = (SELECT COALESCE(MAX(seq), 0) + 1 FROM token WHERE kind = $2 AND subject = $3 AND component = $4)
			ON CONFLICT (kind, subject, component, seq) DO NOTHING`,
			t.Value, kind, t.Subject, t.Component, t.Seq, micros(t.Issued), micros(t.Expires), micros(t.Retired))
		if err != nil {
			return err
		}
		_, err = c.exec(`UPDATE token SET retired = $5
			WHERE kind = $1 AND subject = $2 AND component = $3 AND seq < $4
			  AND (retired = 0 OR retired > $5) AND (expires = 0 OR expires > $5)`,
			kind, t.Subject, t.Component, t.Seq, at)
		return err
	})
	return doing("issue token", err)
}

// RetireToken ends a token that is not retired yet.
func (ix *Index) RetireToken(ctx context.Context, value string, at time.Time) error {
	err := ix.write.do(ctx, func(c *change) error {
		return c.must(server.ErrRaced, `UPDATE token SET retired = $2 WHERE value = $1 AND (retired = 0 OR retired > $2)`,
			escape(value), micros(at))
	})
	return doing("retire token", err)
}

// Take counts a call, unless the limit is reached.
func (ix *Index) Take(ctx context.Context, name string, start time.Time, window time.Duration, limit int) (ok bool, err error) {
	if limit <= 0 {
		return false, nil
	}
	err = ix.write.do(ctx, func(c *change) error {
		n, err := c.exec(`INSERT INTO quota (name, start, ends, calls) VALUES ($1, $2, $3, 1)
			ON CONFLICT (name, start, ends) DO UPDATE SET calls = quota.calls + 1 WHERE quota.calls < $4`,
			escape(name), micros(start), micros(start.Add(window)), limit)
		ok = n == 1
		return err
	})
	return ok && err == nil, doing("count a call", err)
}
