package server

import (
	"errors"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// tokenRequest holds the parameters of all token calls: the query of a GET, or the JSON body of a
// POST.
type tokenRequest struct {
	GrantType       string `json:"grant_type"`
	AppID           string `json:"appid"`
	Secret          string `json:"secret"`
	ForceRefresh    bool   `json:"force_refresh"`
	ComponentAppID  string `json:"component_appid"`
	ComponentSecret string `json:"component_appsecret"`
	Ticket          string `json:"component_verify_ticket"`
	Code            string `json:"authorization_code"`
	AuthorizerAppID string `json:"authorizer_appid"`
	RefreshToken    string `json:"authorizer_refresh_token"`

	corp bool // AppID is a corpid, Secret a corpsecret
}

// knownApp checks the appid, the secret and the address of a caller that asks for a token.
func knownApp(c *call, ask tokenRequest) (*App, error) {
	switch {
	case ask.GrantType != "client_credential" && !ask.corp:
		return nil, refuse(problem.BadGrantType, "the grant_type is %.32q", ask.GrantType)
	case ask.Secret == "":
		return nil, refuse(problem.NoSecret, "the secret is missing")
	}
	app, err := c.s.Index.App(c.ctx, ask.AppID)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, refuse(problem.UnknownApp, "no app %.64q", claimed(ask.AppID))
	case err != nil:
		return nil, internal("look up the app", err)
	case app.Corp() != ask.corp:
		return nil, refuse(problem.UnknownApp, "%.64q is not an id of this kind: a corpid begins with ww", claimed(ask.AppID))
	case !sameSecret(ask.Secret, app.Secret):
		return nil, refuse(problem.BadSecret, "the secret does not belong to %s", app.AppID)
	case app.State == Frozen:
		return nil, refuse(problem.SecretFrozen, "the secret of %s is frozen", app.AppID)
	case !c.from.mayCall(app.AllowIPs):
		return nil, refuse(problem.AddressNotAllowed, "%s is not on the allow-list of %s", c.rec.Remote, app.AppID)
	}
	return app, nil
}

// accessToken is GET /cgi-bin/token: always a new token. The previous one stays valid for five
// minutes.
func accessToken(c *call, ask tokenRequest) (any, error) {
	app, err := knownApp(c, ask)
	if err != nil {
		return nil, err
	}
	t, err := c.s.issue(c.ctx, Token{Kind: AccessToken, Subject: app.AppID}, tokenLife, tokenGrace)
	return wire.Token{AccessToken: t.Value, ExpiresIn: int64(tokenLife / time.Second)}, err
}

// stableToken is POST /cgi-bin/stable_token: the same token until five minutes before its end, then
// a new one. A forced call gets a new one at once, which ends the old one.
func stableToken(c *call, ask tokenRequest) (any, error) {
	app, err := knownApp(c, ask)
	if err != nil {
		return nil, err
	}
	now := c.s.Now()
	last, err := c.s.Index.LatestToken(c.ctx, StableToken, app.AppID, "")
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, internal("look up the token", err)
	}
	alive := err == nil && now.Before(last.Expires) && last.Retired.IsZero()
	grace := tokenGrace
	if alive && ask.ForceRefresh {
		if now.Sub(last.Issued) < forcePause {
			return nil, refuse(problem.TooFrequent, "the last token is %s old; forced renewals must be %s apart", now.Sub(last.Issued).Round(time.Second), forcePause)
		}
		if c.s.Limit.Documented {
			if err := c.s.take(c.ctx, "force/"+app.AppID, wxup.Quota{Calls: forcePerDay, Per: day}, problem.DailyQuotaExceeded); err != nil {
				return nil, err
			}
		}
		grace = 0
	} else if alive && last.Expires.Sub(now) > tokenGrace {
		return wire.Token{AccessToken: last.Value, ExpiresIn: int64(last.Expires.Sub(now) / time.Second)}, nil
	}
	t, err := c.s.issue(c.ctx, Token{Kind: StableToken, Subject: app.AppID}, tokenLife, grace)
	return wire.Token{AccessToken: t.Value, ExpiresIn: int64(tokenLife / time.Second)}, err
}

// corpToken is GET /cgi-bin/gettoken: the same token until it expires.
//
//	{"errcode":0,"errmsg":"ok","access_token":"…","expires_in":7200}
//
// Source: developer.work.weixin.qq.com/document/path/91039.
func corpToken(c *call, ask tokenRequest) (any, error) {
	app, err := knownApp(c, ask)
	if err != nil {
		return nil, err
	}
	now := c.s.Now()
	t, err := c.s.Index.LatestToken(c.ctx, CorpToken, app.AppID, "")
	switch {
	case err != nil && !errors.Is(err, ErrNotFound):
		return nil, internal("look up the token", err)
	case err != nil || !now.Before(t.Expires) || !t.Retired.IsZero():
		issued, err := c.s.issue(c.ctx, Token{Kind: CorpToken, Subject: app.AppID}, tokenLife, 0)
		if err != nil {
			return nil, err
		}
		t = &issued
	}
	return struct {
		ErrCode int    `json:"errcode"`
		ErrMsg  string `json:"errmsg"`
		wire.Token
	}{0, "ok", wire.Token{AccessToken: t.Value, ExpiresIn: int64(t.Expires.Sub(now) / time.Second)}}, nil
}
