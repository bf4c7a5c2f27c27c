package server

import (
	"errors"
	"strings"
	"time"

	"github.com/wxup/wxup/problem"
)

// componentToken is api_component_token: the third party's own token.
func componentToken(c *call, ask tokenRequest) (any, error) {
	comp, err := c.s.Index.Component(c.ctx, ask.ComponentAppID)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, refuse(problem.UnknownApp, "no component %.64q", claimed(ask.ComponentAppID))
	case err != nil:
		return nil, internal("look up the component", err)
	case ask.ComponentSecret == "":
		return nil, refuse(problem.NoSecret, "component_appsecret is missing")
	case !sameSecret(ask.ComponentSecret, comp.Secret):
		return nil, refuse(problem.BadSecret, "the secret does not belong to %s", comp.AppID)
	case ask.Ticket == "" || comp.Ticket != "" && !sameSecret(ask.Ticket, comp.Ticket):
		return nil, refuse(problem.BadTicket, "the component_verify_ticket is not the one that was pushed")
	case !c.from.mayCall(comp.AllowIPs):
		return nil, refuse(problem.ComponentAddress, "%s is not registered for %s", c.rec.Remote, comp.AppID)
	}
	if strings.ContainsAny(ask.Ticket, "<>") {
		c.warn("component_verify_ticket holds XML; the ticket is the text within ComponentVerifyTicket, without CDATA")
	}
	t, err := c.s.issue(c.ctx, Token{Kind: ComponentToken, Subject: comp.AppID, Component: comp.AppID}, tokenLife, tokenGrace)
	return struct {
		Token     string `json:"component_access_token"`
		ExpiresIn int64  `json:"expires_in"`
	}{t.Value, int64(tokenLife / time.Second)}, err
}

// asComponent checks the component's token, sent as access_token (new documents) or
// component_access_token (old ones).
func asComponent(c *call, ask tokenRequest) (component string, err error) {
	value := c.r.URL.Query().Get("component_access_token")
	if value == "" {
		value = c.r.URL.Query().Get("access_token")
	}
	if value == "" {
		return "", refuse(problem.NoToken, "the query has no component_access_token")
	}
	t, err := c.s.checkToken(c.ctx, value)
	if err != nil {
		return "", err
	}
	if t.Kind != ComponentToken || ask.ComponentAppID != "" && ask.ComponentAppID != t.Subject {
		return "", refuse(problem.BadToken, "the token does not belong to component %.64q", claimed(ask.ComponentAppID))
	}
	c.rec.Account = t.Subject
	return t.Subject, nil
}

type scopeID struct {
	Category struct {
		ID int `json:"id"`
	} `json:"funcscope_category"`
}

// queryAuth is api_query_auth: it exchanges an authorization_code, once, for the account's tokens.
func queryAuth(c *call, ask tokenRequest) (any, error) {
	component, err := asComponent(c, ask)
	if err != nil {
		return nil, err
	}
	code, err := c.s.Index.Token(c.ctx, ask.Code)
	now := c.s.Now()
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && (code.Kind != AuthorizationCode || code.Component != component):
		return nil, refuse(problem.BadCode, "no such authorization_code was issued to %s", component)
	case err != nil:
		return nil, internal("look up the code", err)
	case !now.Before(code.Expires):
		return nil, refuse(problem.CodeExpired, "the code expired at %s", code.Expires.Format(time.RFC3339))
	}
	auth, err := c.s.Index.Authorization(c.ctx, component, code.Subject)
	if errors.Is(err, ErrNotFound) {
		return nil, refuse(problem.NotAuthorized, "%s has withdrawn its authorization", code.Subject)
	} else if err != nil {
		return nil, internal("look up the authorization", err)
	}
	if err := c.s.Index.RetireToken(c.ctx, code.Value, now); errors.Is(err, ErrRaced) {
		return nil, refuse(problem.BadCode, "the authorization_code was used before")
	} else if err != nil {
		return nil, internal("spend the code", err)
	}
	refresh, err := c.s.RefreshToken(c.ctx, component, code.Subject)
	if err != nil {
		return nil, err
	}
	t, err := c.s.issue(c.ctx, Token{Kind: AuthorizerToken, Subject: code.Subject, Component: component}, tokenLife, tokenGrace)
	if err != nil {
		return nil, err
	}
	type info struct {
		AppID        string    `json:"authorizer_appid"`
		Token        string    `json:"authorizer_access_token"`
		ExpiresIn    int64     `json:"expires_in"`
		RefreshToken string    `json:"authorizer_refresh_token"`
		Scopes       []scopeID `json:"func_info"`
	}
	answer := info{code.Subject, t.Value, int64(tokenLife / time.Second), refresh, []scopeID{}}
	for _, id := range auth.Permissions {
		var s scopeID
		s.Category.ID = id
		answer.Scopes = append(answer.Scopes, s)
	}
	return struct {
		Info info `json:"authorization_info"`
	}{answer}, nil
}

// authorizerToken is api_authorizer_token: a new token for an account, by its refresh token.
func authorizerToken(c *call, ask tokenRequest) (any, error) {
	component, err := asComponent(c, ask)
	if err != nil {
		return nil, err
	}
	if _, err := c.s.Index.Authorization(c.ctx, component, ask.AuthorizerAppID); errors.Is(err, ErrNotFound) {
		return nil, refuse(problem.NotAuthorized, "%.64q has not authorized %s", ask.AuthorizerAppID, component)
	} else if err != nil {
		return nil, internal("look up the authorization", err)
	}
	refresh, err := c.s.Index.Token(c.ctx, ask.RefreshToken)
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && (refresh.Kind != RefreshToken || refresh.Subject != ask.AuthorizerAppID ||
		refresh.Component != component || !refresh.Retired.IsZero()):
		return nil, refuse(problem.BadRefreshToken, "the refresh token does not belong to %.64q for %s", ask.AuthorizerAppID, component)
	case err != nil:
		return nil, internal("look up the refresh token", err)
	}
	t, err := c.s.issue(c.ctx, Token{Kind: AuthorizerToken, Subject: ask.AuthorizerAppID, Component: component}, tokenLife, tokenGrace)
	return struct {
		Token        string `json:"authorizer_access_token"`
		ExpiresIn    int64  `json:"expires_in"`
		RefreshToken string `json:"authorizer_refresh_token"`
	}{t.Value, int64(tokenLife / time.Second), refresh.Value}, err
}
