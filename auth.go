package wxup

import (
	"context"
	"time"
)

// Auth is where the access_token of a [FamilyAccount] upload comes from: an *[App], a *[Corp],
// [Tokens] or a [SideCar].
type Auth interface {
	// owner is whose uploads these are, for the Ledger; "" if that is not known.
	owner() string
}

// App is an Official Account or a mini program, whose tokens the Client fetches.
type App struct {
	AppID  string
	Secret string
	Stable bool       // use /cgi-bin/stable_token, where a new token does not end the others
	Store  TokenStore // shares tokens with other processes, see package tokenstore; nil keeps them here
}

// Corp is an application of a company (企业微信), whose tokens the Client fetches.
type Corp struct {
	CorpID string
	Secret string // of the application
	Store  TokenStore
}

// Tokens come from another part of the program, such as a third party's authorizer_access_token.
type Tokens struct {
	// Source returns the token to use now: another than rejected, which WeChat has just refused. It
	// must be safe for concurrent use.
	Source func(ctx context.Context, rejected string) (string, error)
	Cloud  bool   // they are sent as cloudbase_access_token (云托管)
	Corp   bool   // they are a company's (企业微信)
	Owner  string // whose they are, such as an appid; without it nothing is remembered in the Ledger
}

// SideCar is for 开放接口服务: the container's side-car adds the token, over http.
type SideCar struct {
	Owner string // as in Tokens
}

func (a *App) owner() string {
	if a == nil {
		return ""
	}
	return a.AppID
}

func (c *Corp) owner() string {
	if c == nil {
		return ""
	}
	return c.CorpID
}

func (t Tokens) owner() string  { return t.Owner }
func (s SideCar) owner() string { return s.Owner }

// Token is an access_token and when to renew it.
type Token struct {
	Value string
	Until time.Time
}

// TokenStore shares tokens between processes: see package tokenstore. It must be safe for
// concurrent use. app is an appid and where its tokens come from.
type TokenStore interface {
	// Load returns the token that is kept, or the zero Token.
	Load(ctx context.Context, app string) (Token, error)
	// Renew calls renew with the kept token, while no other process does so for that app, and
	// keeps what it returns. A Token returned with an error is good, but could not be kept.
	Renew(ctx context.Context, app string, renew func(ctx context.Context, kept Token) (Token, error)) (Token, error)
}
