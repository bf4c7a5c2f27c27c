package sqlindex

import (
	"context"
	"errors"
	"strings"
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

// TokenLike finds a token that a text may have been: the text is its beginning, begins with it, or
// differs in the case of letters. In each case an index finds it.
func (ix *Index) TokenLike(ctx context.Context, text string) (*server.Token, error) {
	const what = "look up a token like it"
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= '\x7f' }) {
		return nil, doing(what, server.ErrNotFound)
	}
	// No token holds the last ASCII character, so it stands behind all that go on.
	t, err := one(ctx, ix, what, scanToken, tokenColumns+`WHERE value > $1 AND value < $2 ORDER BY value LIMIT 1`, text, text+"\x7f")
	if err == nil || !errors.Is(err, server.ErrNotFound) {
		return t, err
	}
	t, err = one(ctx, ix, what, scanToken, tokenColumns+`WHERE lower(value) = $1 AND value <> $2 LIMIT 1`, strings.ToLower(text), text)
	if err == nil || !errors.Is(err, server.ErrNotFound) {
		return t, err
	}
	// The last token before the text is its beginning, or it tells how long one could be.
	before := text
	for range tokenLikeMost {
		t, err = one(ctx, ix, what, scanToken, tokenColumns+`WHERE value <= $1 AND value <> $2 ORDER BY value DESC LIMIT 1`, before, text)
		if err != nil || strings.HasPrefix(text, t.Value) {
			return t, err
		}
		n := 0
		for n < min(len(t.Value), len(text)) && t.Value[n] == text[n] {
			n++
		}
		before = text[:n]
	}
	return nil, doing(what, server.ErrNotFound)
}

// tokenLikeMost bounds how often it is looked. Tokens are random, so that few begin alike.
const tokenLikeMost = 20

// LatestToken finds the newest token of a line.
func (ix *Index) LatestToken(ctx context.Context, kind server.TokenKind, subject, component string) (*server.Token, error) {
	return one(ctx, ix, "look up the latest token", scanToken,
		tokenColumns+`WHERE kind = $1 AND subject = $2 AND component = $3 ORDER BY seq DESC LIMIT 1`,
		string(kind), escape(subject), escape(component))
}

// IssueToken adds a token to its line if its number is the next there.
func (ix *Index) IssueToken(ctx context.Context, t server.Token, retireOlder time.Time) error {
	return doing("issue token", ix.do(ctx, server.ErrRaced,
		stmt(`INSERT INTO token (value, kind, subject, component, seq, issued, expires, retired)
			SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT),
			       CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT)
			WHERE $5 = (SELECT COALESCE(MAX(seq), 0) + 1 FROM token WHERE kind = $2 AND subject = $3 AND component = $4)
			ON CONFLICT (kind, subject, component, seq) DO NOTHING`,
			t.Value, string(t.Kind), t.Subject, t.Component, t.Seq, micros(t.Issued), micros(t.Expires), micros(t.Retired)),
		stmt(`UPDATE token SET retired = $5
			WHERE kind = $1 AND subject = $2 AND component = $3 AND seq < $4
			  AND (retired = 0 OR retired > $5) AND (expires = 0 OR expires > $5)
			  AND EXISTS (SELECT 1 FROM token issued WHERE issued.value = $6)`,
			string(t.Kind), t.Subject, t.Component, t.Seq, micros(retireOlder), t.Value),
	))
}

// RetireToken ends a token that is not retired yet.
func (ix *Index) RetireToken(ctx context.Context, value string, at time.Time) error {
	return doing("retire token", ix.do(ctx, server.ErrRaced, stmt(
		`UPDATE token SET retired = $2 WHERE value = $1 AND (retired = 0 OR retired > $2)`, escape(value), micros(at))))
}

// Take counts a call, unless the limit is reached.
func (ix *Index) Take(ctx context.Context, name string, start time.Time, window time.Duration, limit int) (ok bool, err error) {
	if limit <= 0 {
		return false, nil
	}
	n, err := ix.db.change(ctx, []statement{stmt(`INSERT INTO quota (name, start, ends, calls) VALUES ($1, $2, $3, 1)
		ON CONFLICT (name, start, ends) DO UPDATE SET calls = quota.calls + 1 WHERE quota.calls < $4`,
		key(name), micros(start), micros(start.Add(window)), limit)})
	return err == nil && n[0] == 1, doing("count a call", err)
}

// Taken returns how many calls were counted in a window.
func (ix *Index) Taken(ctx context.Context, name string, start time.Time, window time.Duration) (int, error) {
	n, err := value[int](ctx, ix, "look up a quota", `SELECT calls FROM quota WHERE name = $1 AND start = $2 AND ends = $3`,
		key(name), micros(start), micros(start.Add(window)))
	if errors.Is(err, server.ErrNotFound) {
		return 0, nil
	}
	return n, err
}
