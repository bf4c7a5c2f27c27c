package server

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/wxup/wxup"
)

// The lives of tokens. Sources: the official pages of the calls.
const (
	tokenLife   = 2 * time.Hour
	tokenGrace  = 5 * time.Minute  // a replaced token goes on that long; a stable one is renewed that long before its end
	forcePause  = 30 * time.Second // between two forced renewals of a stable token
	forcePerDay = 20
	codeLife    = time.Hour
	cloudLife   = 30 * time.Minute
)

// tokenCall is one of the calls that give out tokens.
type tokenCall struct {
	method string
	quota  wxup.Quota
	answer func(c *call, ask tokenRequest) (any, error)
}

var tokenCalls = map[string]tokenCall{
	"/cgi-bin/token":                          {http.MethodGet, wxup.Quota{Calls: 2000, Per: 24 * time.Hour}, (*call).accessToken},
	"/cgi-bin/stable_token":                   {http.MethodPost, wxup.Quota{Calls: 10000, Per: time.Minute}, (*call).stableToken},
	"/cgi-bin/component/api_component_token":  {http.MethodPost, wxup.Quota{}, (*call).componentToken},
	"/cgi-bin/component/api_query_auth":       {http.MethodPost, wxup.Quota{}, (*call).queryAuth},
	"/cgi-bin/component/api_authorizer_token": {http.MethodPost, wxup.Quota{}, (*call).authorizerToken},
}

// tokenRequest holds the parameters of all token calls: in the query of a GET, as JSON of a POST.
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
}

// token answers a token call. The exchange is recorded without the answer, which is a secret.
func (s *Server) token(w http.ResponseWriter, r *http.Request, tc tokenCall) {
	c := s.newCall(w, r, accountFamily{}, nil)
	answer, err := c.giveToken(tc)
	if err != nil {
		c.finish(nil, err)
		return
	}
	c.rec.Proven = true
	ctx, cancel := c.closing()
	defer cancel()
	defer c.ended()
	rep := c.record(ctx, reply{status: http.StatusOK})
	if c.rec.Problem == "" {
		rep = c.account(http.StatusOK, answer)
	}
	c.write(rep)
	c.log()
}

func (c *call) giveToken(tc tokenCall) (any, error) {
	if c.r.Method != tc.method && !(tc.method == http.MethodGet && c.r.Method == http.MethodPost) {
		return nil, refuse(wxup.MethodNotAllowed, "the method is %.16q", c.r.Method)
	}
	if c.s.RequireHTTPS && c.r.TLS == nil {
		return nil, refuse(wxup.NotHTTPS, "the request came over plain HTTP")
	}
	ask, err := c.tokenRequest(tc)
	if err != nil {
		return nil, err
	}
	c.rec.Account = ask.AppID
	if ask.ComponentAppID != "" {
		c.rec.Account = ask.ComponentAppID
	}
	if c.s.Limit.Documented {
		if err := c.s.take(c.ctx, c.r.URL.Path+"/"+c.rec.Account, tc.quota, wxup.DailyQuotaExceeded); err != nil {
			return nil, err
		}
	}
	var answer any
	for range 8 { // another server may renew the same token at the same moment
		if answer, err = tc.answer(c, ask); !errors.Is(err, ErrRaced) {
			break
		}
	}
	return answer, err
}

func (c *call) tokenRequest(tc tokenCall) (tokenRequest, error) {
	var ask tokenRequest
	if tc.method == http.MethodGet {
		q := c.r.URL.Query()
		return tokenRequest{GrantType: q.Get("grant_type"), AppID: q.Get("appid"), Secret: q.Get("secret")}, nil
	}
	c.bodyRead = true
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, fieldMost))
	switch {
	case err != nil:
		return ask, refuse(wxup.BadParameter, "read the body: %v", err)
	case len(body) == 0:
		return ask, refuse(wxup.EmptyBody, "the request has no body")
	case json.Unmarshal(body, &ask) != nil:
		return ask, refuse(wxup.BadParameter, "the body is not the JSON object that is wanted")
	}
	return ask, nil
}

// AccessAnswer is the answer of /cgi-bin/token and stable_token.
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"`
}

// knownApp checks appid, secret and address of a caller who wants tokens.
func (c *call) knownApp(ask tokenRequest) (*App, error) {
	switch {
	case ask.GrantType != "client_credential":
		return nil, refuse(wxup.BadGrantType, "the grant_type is %.32q", ask.GrantType)
	case ask.Secret == "":
		return nil, refuse(wxup.NoSecret, "the secret is missing")
	}
	app, err := c.s.Index.App(c.ctx, ask.AppID)
	switch {
	case errors.Is(err, ErrUnknown):
		return nil, refuse(wxup.UnknownApp, "no app %.64q", ask.AppID)
	case err != nil:
		return nil, internal("look up the app", err)
	case !sameSecret(ask.Secret, app.Secret):
		return nil, refuse(wxup.BadSecret, "the secret is not that of %s", app.AppID)
	case app.State == Frozen:
		return nil, refuse(wxup.SecretFrozen, "the secret of %s is frozen", app.AppID)
	case !allowed(app.AllowIPs, c.rec.Remote):
		return nil, refuse(wxup.AddressNotAllowed, "%s is not on the allow-list of %s", c.rec.Remote, app.AppID)
	}
	return app, nil
}

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func allowed(list []netip.Prefix, ip string) bool {
	if list == nil {
		return true
	}
	addr, err := netip.ParseAddr(ip)
	return err == nil && slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(addr.Unmap()) })
}

// accessToken is GET /cgi-bin/token: always a new token; the one before goes on for five minutes.
func (c *call) accessToken(ask tokenRequest) (any, error) {
	app, err := c.knownApp(ask)
	if err != nil {
		return nil, err
	}
	t, err := c.s.issue(c.ctx, Token{Kind: AccessToken, Subject: app.AppID}, tokenLife, tokenGrace)
	return tokenAnswer{t.Value, int64(tokenLife / time.Second)}, err
}

// stableToken is POST /cgi-bin/stable_token: the same token while it is good; a new one five minutes before its end, or
// at once if forced, which ends the old one.
func (c *call) stableToken(ask tokenRequest) (any, error) {
	app, err := c.knownApp(ask)
	if err != nil {
		return nil, err
	}
	now := c.s.Now()
	last, err := c.s.Index.LatestToken(c.ctx, StableToken, app.AppID, "")
	if err != nil && !errors.Is(err, ErrUnknown) {
		return nil, internal("look up the token", err)
	}
	alive := err == nil && now.Before(last.Expires) && last.Retired.IsZero()
	grace := tokenGrace
	if alive && ask.ForceRefresh {
		if now.Sub(last.Issued) < forcePause {
			return nil, refuse(wxup.TooFrequent, "the last token is %s old; forced renewals are %s apart", now.Sub(last.Issued).Round(time.Second), forcePause)
		}
		if err := c.s.take(c.ctx, "force/"+app.AppID, wxup.Quota{Calls: forcePerDay, Per: 24 * time.Hour}, wxup.DailyQuotaExceeded); c.s.Limit.Documented && err != nil {
			return nil, err
		}
		grace = 0
	} else if alive && last.Expires.Sub(now) > tokenGrace {
		return tokenAnswer{last.Value, int64(last.Expires.Sub(now) / time.Second)}, nil
	}
	t, err := c.s.issue(c.ctx, Token{Kind: StableToken, Subject: app.AppID}, tokenLife, grace)
	return tokenAnswer{t.Value, int64(tokenLife / time.Second)}, err
}

// componentToken is api_component_token: the third party's own token.
func (c *call) componentToken(ask tokenRequest) (any, error) {
	comp, err := c.s.Index.Component(c.ctx, ask.ComponentAppID)
	switch {
	case errors.Is(err, ErrUnknown):
		return nil, refuse(wxup.UnknownApp, "no component %.64q", ask.ComponentAppID)
	case err != nil:
		return nil, internal("look up the component", err)
	case ask.ComponentSecret == "":
		return nil, refuse(wxup.NoSecret, "component_appsecret is missing")
	case !sameSecret(ask.ComponentSecret, comp.Secret):
		return nil, refuse(wxup.BadSecret, "the secret is not that of %s", comp.AppID)
	case ask.Ticket == "" || comp.Ticket != "" && !sameSecret(ask.Ticket, comp.Ticket):
		return nil, refuse(wxup.BadTicket, "the component_verify_ticket is not the one that was pushed")
	case !allowed(comp.AllowIPs, c.rec.Remote):
		return nil, refuse(wxup.ComponentAddress, "%s is not registered for %s", c.rec.Remote, comp.AppID)
	}
	t, err := c.s.issue(c.ctx, Token{Kind: ComponentToken, Subject: comp.AppID, Component: comp.AppID}, tokenLife, tokenGrace)
	return struct {
		Token     string `json:"component_access_token"`
		ExpiresIn int64  `json:"expires_in"`
	}{t.Value, int64(tokenLife / time.Second)}, err
}

// asComponent checks the component's token, which comes as access_token (new documents) or component_access_token (old).
func (c *call) asComponent(ask tokenRequest) (component string, err error) {
	value := c.r.URL.Query().Get("component_access_token")
	if value == "" {
		value = c.r.URL.Query().Get("access_token")
	}
	if value == "" {
		return "", refuse(wxup.NoToken, "the query has no component_access_token")
	}
	t, err := c.s.checkToken(c.ctx, value)
	if err != nil {
		return "", err
	}
	if t.Kind != ComponentToken || ask.ComponentAppID != "" && ask.ComponentAppID != t.Subject {
		return "", refuse(wxup.BadToken, "the token is not one of component %.64q", ask.ComponentAppID)
	}
	c.rec.Account = t.Subject
	return t.Subject, nil
}

type scopeID struct {
	Category struct {
		ID int `json:"id"`
	} `json:"funcscope_category"`
}

// queryAuth is api_query_auth: an authorization_code is exchanged, once, for the account's tokens.
func (c *call) queryAuth(ask tokenRequest) (any, error) {
	component, err := c.asComponent(ask)
	if err != nil {
		return nil, err
	}
	code, err := c.s.Index.Token(c.ctx, ask.Code)
	now := c.s.Now()
	switch {
	case errors.Is(err, ErrUnknown) || err == nil && (code.Kind != AuthorizationCode || code.Component != component):
		return nil, refuse(wxup.BadCode, "no such authorization_code was given out to %s", component)
	case err != nil:
		return nil, internal("look up the code", err)
	case !now.Before(code.Expires):
		return nil, refuse(wxup.CodeExpired, "the code ended at %s", code.Expires.Format(time.RFC3339))
	}
	auth, err := c.s.Index.Authorization(c.ctx, component, code.Subject)
	if errors.Is(err, ErrUnknown) {
		return nil, refuse(wxup.NotAuthorized, "%s has taken back its authorization", code.Subject)
	} else if err != nil {
		return nil, internal("look up the authorization", err)
	}
	if err := c.s.Index.RetireToken(c.ctx, code.Value, now); errors.Is(err, ErrRaced) {
		return nil, refuse(wxup.BadCode, "the authorization_code was used before")
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
func (c *call) authorizerToken(ask tokenRequest) (any, error) {
	component, err := c.asComponent(ask)
	if err != nil {
		return nil, err
	}
	if _, err := c.s.Index.Authorization(c.ctx, component, ask.AuthorizerAppID); errors.Is(err, ErrUnknown) {
		return nil, refuse(wxup.NotAuthorized, "%.64q has not authorized %s", ask.AuthorizerAppID, component)
	} else if err != nil {
		return nil, internal("look up the authorization", err)
	}
	refresh, err := c.s.Index.Token(c.ctx, ask.RefreshToken)
	switch {
	case errors.Is(err, ErrUnknown) || err == nil && (refresh.Kind != RefreshToken || refresh.Subject != ask.AuthorizerAppID ||
		refresh.Component != component || !refresh.Retired.IsZero()):
		return nil, refuse(wxup.BadRefreshToken, "the refresh token is not that of %.64q for %s", ask.AuthorizerAppID, component)
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

// issue adds a token to its line. The one before goes on for the grace at most.
func (s *Server) issue(ctx context.Context, t Token, life, grace time.Duration) (Token, error) {
	last, err := s.Index.LatestToken(ctx, t.Kind, t.Subject, t.Component)
	switch {
	case errors.Is(err, ErrUnknown):
		t.Seq = 1
	case err != nil:
		return t, internal("look up the latest token", err)
	default:
		t.Seq = last.Seq + 1
	}
	now := s.Now()
	t.Value, t.Issued = newToken(t.Kind), now
	if life > 0 {
		t.Expires = now.Add(life)
	}
	if err := s.Index.IssueToken(ctx, t, now.Add(grace)); errors.Is(err, ErrRaced) {
		return t, err
	} else if err != nil {
		return t, internal("keep the token", err)
	}
	return t, nil
}

// newToken makes the text of a token: its length is that of real ones.
func newToken(k TokenKind) string {
	b := make([]byte, 102) // 136 characters
	rand.Read(b)
	text := base64.RawURLEncoding.EncodeToString(b)
	switch k {
	case AuthorizationCode:
		return "queryauthcode@@@" + text[:64]
	case RefreshToken:
		return "refreshtoken@@@" + text[:43]
	}
	return text
}

// RefreshToken gives the authorizer_refresh_token of an account for a component. It lives until the authorization is
// taken back.
func (s *Server) RefreshToken(ctx context.Context, component, authorizer string) (string, error) {
	for {
		t, err := s.Index.LatestToken(ctx, RefreshToken, authorizer, component)
		if err == nil && t.Retired.IsZero() {
			return t.Value, nil
		}
		if err != nil && !errors.Is(err, ErrUnknown) {
			return "", internal("look up the refresh token", err)
		}
		made, err := s.issue(ctx, Token{Kind: RefreshToken, Subject: authorizer, Component: component}, 0, 0)
		if !errors.Is(err, ErrRaced) {
			return made.Value, err
		}
	}
}

// AuthorizationCode gives a component a code for an account that has authorized it, as WeChat does after the account's
// owner has scanned the page. It can be used once, within an hour.
func (s *Server) AuthorizationCode(ctx context.Context, component, authorizer string) (string, error) {
	t, err := s.issue(ctx, Token{Kind: AuthorizationCode, Subject: authorizer, Component: component}, codeLife, codeLife)
	if err != nil {
		return "", fmt.Errorf("make an authorization code: %w", err)
	}
	return t.Value, nil
}

// CloudToken gives a cloudbase_access_token (云调用) for an app, good for half an hour. The one before stays good.
func (s *Server) CloudToken(ctx context.Context, appid string) (string, error) {
	for {
		t, err := s.issue(ctx, Token{Kind: CloudToken, Subject: appid}, cloudLife, cloudLife)
		if !errors.Is(err, ErrRaced) {
			return t.Value, err
		}
	}
}
