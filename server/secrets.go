package server

import (
	"context"
	"time"

	"github.com/wxup/wxup/internal/secret"
)

// Secrets hides secrets in what a [Server] records and logs. It is safe for concurrent use.
type Secrets interface {
	// Add makes secrets known.
	Add(secrets ...string)
	// Mask returns a text without the secrets that are known, in any encoding, and without what
	// looks like one.
	Mask(text string) string
}

// learning is an Index that makes known the secrets that pass through it. Those of accounts that
// nobody has asked for yet are added by who knows them: see Config.Secrets.
type learning struct {
	Index
	secrets Secrets
}

func (x *learning) Merchant(ctx context.Context, mchid string) (*Merchant, error) {
	m, err := x.Index.Merchant(ctx, mchid)
	if err == nil {
		x.secrets.Add(m.APIv2Key, m.APIv3Key)
	}
	return m, err
}

func (x *learning) Merchants(ctx context.Context, limit int) ([]Merchant, error) {
	list, err := x.Index.Merchants(ctx, limit)
	for i := range list {
		x.secrets.Add(list[i].APIv2Key, list[i].APIv3Key)
	}
	return list, err
}

func (x *learning) App(ctx context.Context, appid string) (*App, error) {
	a, err := x.Index.App(ctx, appid)
	if err == nil {
		x.secrets.Add(a.Secret)
	}
	return a, err
}

func (x *learning) Component(ctx context.Context, appid string) (*Component, error) {
	c, err := x.Index.Component(ctx, appid)
	if err == nil {
		x.secrets.Add(c.Secret, c.Ticket)
	}
	return c, err
}

func (x *learning) Token(ctx context.Context, value string) (*Token, error) {
	return x.learn(x.Index.Token(ctx, value))
}

func (x *learning) TokenLike(ctx context.Context, text string) (*Token, error) {
	return x.learn(x.Index.TokenLike(ctx, text))
}

func (x *learning) LatestToken(ctx context.Context, kind TokenKind, subject, component string) (*Token, error) {
	return x.learn(x.Index.LatestToken(ctx, kind, subject, component))
}

func (x *learning) learn(t *Token, err error) (*Token, error) {
	if err == nil {
		x.secrets.Add(t.Value)
	}
	return t, err
}

func (x *learning) IssueToken(ctx context.Context, t Token, retireOlder time.Time) error {
	x.secrets.Add(t.Value)
	return x.Index.IssueToken(ctx, t, retireOlder)
}

// Hide takes the secrets out of an exchange: one about to be recorded, or one that an older version
// recorded. A Server does it with each of its own.
func (e *Exchange) Hide(secrets Secrets) {
	secret.Walk(e, secrets.Mask)
	if shown := secrets.Mask(string(e.Answer)); e.Problem != "" && shown != string(e.Answer) {
		e.Answer = []byte(shown) // those of accepted calls hold what the server itself has put there
	}
}
