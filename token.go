package wxup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// TokenSource gives access tokens. It must be safe for concurrent use.
type TokenSource interface {
	// Token gives the access_token to use now. dead is "", or a token that WeChat has just refused: then it is to be
	// another one, and if the source has another already, that.
	Token(ctx context.Context, dead string) (string, error)
}

// TokenFunc is a function as a TokenSource.
type TokenFunc func(ctx context.Context, dead string) (string, error)

// Token calls f.
func (f TokenFunc) Token(ctx context.Context, dead string) (string, error) { return f(ctx, dead) }

// tokens is where access tokens come from, and the query parameter that takes them.
func (c *Client) tokens() (TokenSource, string, error) {
	const parameter = "access_token"
	switch {
	case c.SideCar:
		return TokenFunc(func(context.Context, string) (string, error) { return "", nil }), parameter, nil
	case c.CloudTokens != nil:
		return filled{c.CloudTokens}, "cloudbase_access_token", nil
	case c.Tokens != nil:
		return filled{c.Tokens}, parameter, nil
	case c.App != nil && c.App.AppID != "" && c.App.Secret != "":
		return TokenFunc(c.appToken), parameter, nil
	}
	return nil, "", errors.New("set Client.App with AppID and Secret, or Client.Tokens")
}

// filled is a TokenSource whose empty tokens are errors.
type filled struct{ TokenSource }

func (f filled) Token(ctx context.Context, dead string) (string, error) {
	token, err := f.TokenSource.Token(ctx, dead)
	if err == nil && token == "" {
		err = errors.New("the TokenSource gave an empty token")
	}
	return token, err
}

// tokenCache keeps the app's access_token.
type tokenCache struct {
	flight flight[string]
	mu     sync.Mutex
	token  string
	until  time.Time // from then on a new one is fetched
}

// tokenMargin is how long before its end a token is renewed: WeChat keeps the old one good for these five minutes.
const tokenMargin = 5 * time.Minute

func (t *tokenCache) get(now time.Time, dead string) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.token, t.token != "" && t.token != dead && now.Before(t.until)
}

// appToken is the app's token, fetched if need be. However many ask at once, one call is made.
func (c *Client) appToken(ctx context.Context, dead string) (string, error) {
	for tries := 1; ; tries++ {
		if token, ok := c.accessToken.get(c.now(), dead); ok {
			return token, nil
		}
		token, err := c.accessToken.flight.do(ctx, func(ctx context.Context) (string, error) {
			if token, ok := c.accessToken.get(c.now(), dead); ok { // somebody else was first
				return token, nil
			}
			return c.fetchToken(ctx, dead)
		})
		// A call that was under way already may bring the very token that has died in the meantime.
		if err != nil || token != dead || tries == 2 {
			return token, err
		}
	}
}

func (c *Client) fetchToken(ctx context.Context, dead string) (string, error) {
	began := c.now()
	t, err := c.askToken(ctx, false)
	if err == nil && c.App.Stable && t.AccessToken == dead {
		// WeChat thinks it good still. It can be made to give another, 20 times a day, 30 seconds apart.
		t, err = c.askToken(ctx, true)
	}
	if err != nil {
		return "", err
	}
	life := time.Duration(min(t.ExpiresIn, 24*60*60)) * time.Second
	c.accessToken.mu.Lock()
	defer c.accessToken.mu.Unlock()
	c.accessToken.token = t.AccessToken
	c.accessToken.until = began.Add(life - min(tokenMargin, life/2))
	return t.AccessToken, nil
}

// tokenAnswer is the answer of /cgi-bin/token and stable_token:
//
//	{"access_token":"ACCESS_TOKEN","expires_in":7200}
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"` // seconds; what is left of it for stable_token
}

// askToken calls GET /cgi-bin/token or POST /cgi-bin/stable_token.
func (c *Client) askToken(ctx context.Context, force bool) (*tokenAnswer, error) {
	name := "token"
	if c.App.Stable {
		name = "stable_token"
	}
	u, err := c.address(AccountHost, "/cgi-bin/"+name)
	if err != nil {
		return nil, err
	}
	req := newRequest(ctx, http.MethodGet, u, http.Header{})
	if c.App.Stable {
		body, err := marshalJSON(map[string]any{
			"grant_type": "client_credential", "appid": c.App.AppID, "secret": c.App.Secret, "force_refresh": force,
		})
		if err != nil {
			return nil, err
		}
		req.Method, req.ContentLength = http.MethodPost, int64(len(body))
		req.Header.Set("Content-Type", "application/json")
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		req.Body, _ = req.GetBody()
	} else {
		u.RawQuery = url.Values{"grant_type": {"client_credential"}, "appid": {c.App.AppID}, "secret": {c.App.Secret}}.Encode()
	}
	a, err := c.roundTrip(c.transport(), req, c.App.Secret)
	if err != nil {
		return nil, named(name, err)
	}
	if err := a.refusedAccount(); err != nil {
		return nil, named(name, err)
	}
	var t tokenAnswer
	if json.Unmarshal(a.body, &t) != nil || t.AccessToken == "" || t.ExpiresIn < 0 {
		return nil, named(name, a.bad(errors.New("it has no access_token")))
	}
	return &t, nil
}
