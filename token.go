package wxup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"
)

// TokenSource gives access tokens. It must be safe for concurrent use.
type TokenSource interface {
	// Token gives the access_token to use now. dead is "", or a token that WeChat has just refused: then it is to be
	// another one, and if the source has another already, that.
	Token(ctx context.Context, dead string) (string, error)
}

// Token is an access_token and when to renew it.
type Token struct {
	Value string
	Until time.Time
}

// TokenStore keeps tokens where several processes find them, and lets one of them at a time renew a token: package
// tokenstore has one in files and one in a database. It must be safe for concurrent use. app tells tokens apart: an
// appid, and the address and way by which its tokens are fetched.
type TokenStore interface {
	// Load gives the token that is kept, or the zero Token.
	Load(ctx context.Context, app string) (Token, error)
	// Renew calls renew with the token that is kept, while no other process is in there for that app, and keeps and gives
	// what that returns. A Token given with an error is good, but could not be kept.
	Renew(ctx context.Context, app string, renew func(ctx context.Context, kept Token) (Token, error)) (Token, error)
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

// AccessToken is the token that an Account upload would send now: the App's, which the Client keeps and renews, or that of
// Tokens or CloudTokens. It is for calls that wxup does not make, and for seeing whether appid and appsecret are right.
// With a SideCar there is none, and it is "". The errors are those of Upload.
func (c *Client) AccessToken(ctx context.Context) (string, error) {
	source, _, err := c.tokens()
	if err != nil {
		return "", err
	}
	return source.Token(ctx, "")
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
		token, err := c.accessToken.flight.do(ctx, c.callTime(), func(ctx context.Context) (string, error) {
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

// fetchToken gets a token that is not dead: from the TokenStore, else from WeChat.
func (c *Client) fetchToken(ctx context.Context, dead string) (string, error) {
	token, err := c.storedToken(ctx, dead)
	if err != nil {
		return "", err
	}
	c.accessToken.mu.Lock()
	defer c.accessToken.mu.Unlock()
	c.accessToken.token, c.accessToken.until = token.Value, token.Until
	return token.Value, nil
}

func (c *Client) storedToken(ctx context.Context, dead string) (Token, error) {
	if c.TokenStore == nil {
		return c.newToken(ctx, dead)
	}
	good := func(t Token) bool { return t.Value != "" && t.Value != dead && c.now().Before(t.Until) }
	base, _ := c.bases(AccountHost)
	app := strings.TrimSuffix(base, "/") + c.tokenPath() + " " + c.App.AppID
	kept, err := c.TokenStore.Load(ctx, app)
	if err == nil && good(kept) {
		return kept, nil
	}
	token, err := c.TokenStore.Renew(ctx, app, func(ctx context.Context, kept Token) (Token, error) {
		if good(kept) { // another process was first
			return kept, nil
		}
		return c.newToken(ctx, dead)
	})
	if err != nil && good(token) {
		c.observe(nil, Event{Kind: EventStore, Err: fmt.Errorf("keep the access_token: %w", err)})
		err = nil
	}
	return token, err
}

// newToken gets a token from WeChat.
func (c *Client) newToken(ctx context.Context, dead string) (Token, error) {
	began := c.now()
	t, err := c.askToken(ctx, false)
	if err == nil && c.App.Stable && t.AccessToken == dead {
		// WeChat thinks it good still. It can be made to give another, 20 times a day, 30 seconds apart.
		t, err = c.askToken(ctx, true)
	}
	if err != nil {
		return Token{}, err
	}
	life := time.Duration(min(t.ExpiresIn, 24*60*60)) * time.Second
	return Token{t.AccessToken, began.Add(life - min(tokenMargin, life/2))}, nil
}

func (c *Client) tokenPath() string {
	if c.App.Stable {
		return "/cgi-bin/stable_token"
	}
	return "/cgi-bin/token"
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
	name := path.Base(c.tokenPath())
	u, err := c.address(AccountHost, c.tokenPath())
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
	if err := c.refusedAccount(a); err != nil {
		return nil, named(name, err)
	}
	var t tokenAnswer
	if json.Unmarshal(a.body, &t) != nil || t.AccessToken == "" || t.ExpiresIn < 0 {
		return nil, named(name, a.bad(errors.New("it has no access_token")))
	}
	return &t, nil
}
