package wxup

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/wxup/wxup/internal/flight"
	"github.com/wxup/wxup/wire"
)

// tokenMargin is how long before its end a token is renewed: WeChat keeps the old one good for
// these five minutes.
const tokenMargin = wire.Window

// keptToken keeps an account's access_token. Its zero value is empty.
type keptToken struct {
	flight flight.Group[struct{}, string]

	mu      sync.Mutex
	token   Token
	refused error // what the last call ended with that another would end with too
	tried   time.Time
}

// good returns the token if it can be used.
func (k *keptToken) good(now time.Time, rejected string) (token string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.token.goodAt(now, rejected):
		return k.token.Value, nil
	case k.refused != nil && now.Before(k.tried.Add(refusalPause)):
		return "", k.refused
	}
	return "", nil
}

// get returns the token, fetched if need be. However many ask at once, one call is made.
func (k *keptToken) get(ctx context.Context, now func() time.Time, rejected string, fetch func(context.Context) (Token, error)) (string, error) {
	for tries := 1; ; tries++ {
		if token, err := k.good(now(), rejected); token != "" || err != nil {
			return token, err
		}
		token, err := k.flight.Do(ctx, struct{}{}, maxSharedTime, func(ctx context.Context) (string, error) {
			if token, err := k.good(now(), rejected); token != "" || err != nil { // another caller was first
				return token, err
			}
			token, err := fetch(ctx)
			k.mu.Lock()
			defer k.mu.Unlock()
			k.refused, k.tried = nil, now()
			if err == nil {
				k.token = token
			} else if e, ok := errors.AsType[*Error](err); ok && e.Code != "" && !retryable(err) {
				k.refused = err
			}
			return token.Value, err
		})
		// A call that was in progress already may bring the very token that was rejected in the
		// meantime.
		if err != nil || token != rejected || tries == 2 {
			return token, err
		}
	}
}

// goodAt reports whether the token can be used.
func (t Token) goodAt(now time.Time, rejected string) bool {
	return t.Value != "" && t.Value != rejected && now.Before(t.Until)
}

// tokenCall asks WeChat for a token: of an Official Account, or of a company.
type tokenCall struct {
	caller *caller
	host   string
	path   string
	owner  string // appid or corpid
	query  url.Values
	body   map[string]any // of a POST
	secret string
	store  TokenStore
}

func appTokenCall(c *caller, a *App) *tokenCall {
	t := &tokenCall{caller: c, host: wire.AccountHost, path: wire.TokenPath, owner: a.AppID, secret: a.Secret, store: a.Store}
	if a.Stable {
		t.path = wire.StableTokenPath
		t.body = map[string]any{"grant_type": "client_credential", "appid": a.AppID, "secret": a.Secret}
		return t
	}
	t.query = url.Values{"grant_type": {"client_credential"}, "appid": {a.AppID}, "secret": {a.Secret}}
	return t
}

func corpTokenCall(c *caller, a *Corp) *tokenCall {
	query := url.Values{"corpid": {a.CorpID}, "corpsecret": {a.Secret}}
	return &tokenCall{caller: c, host: wire.CorpHost, path: wire.CorpTokenPath, owner: a.CorpID, secret: a.Secret, query: query, store: a.Store}
}

// fetch gets a token that is not the rejected one: from the store, else from WeChat.
func (t *tokenCall) fetch(ctx context.Context, rejected string) (Token, error) {
	if t.store == nil {
		return t.renew(ctx, rejected)
	}
	now := t.caller.now
	main, _ := t.caller.bases.Of(t.host)
	key := strings.TrimSuffix(main, "/") + t.path + " " + t.owner
	kept, err := t.store.Load(ctx, key)
	if err == nil && kept.goodAt(now(), rejected) {
		return kept, nil
	}
	token, err := t.store.Renew(ctx, key, func(ctx context.Context, kept Token) (Token, error) {
		if kept.goodAt(now(), rejected) { // another process was first
			return kept, nil
		}
		return t.renew(ctx, rejected)
	})
	if err != nil && token.goodAt(now(), rejected) {
		t.caller.observe(Event{Kind: EventStore, Err: fmt.Errorf("keep the access_token: %w", err)})
		err = nil
	}
	return token, err
}

// renew gets a token from WeChat.
func (t *tokenCall) renew(ctx context.Context, rejected string) (Token, error) {
	began := t.caller.now()
	got, err := t.ask(ctx, false)
	if err == nil && t.body != nil && got.AccessToken == rejected {
		// WeChat still takes it for good. It can be made to give another, 20 times a day, 30
		// seconds apart.
		got, err = t.ask(ctx, true)
	}
	if err != nil {
		return Token{}, named(path.Base(t.path), err)
	}
	life := time.Duration(min(got.ExpiresIn, 24*60*60)) * time.Second
	return Token{got.AccessToken, began.Add(life - min(tokenMargin, life/2))}, nil
}

func (t *tokenCall) ask(ctx context.Context, force bool) (wire.Token, error) {
	method, target, body := http.MethodGet, t.path, []byte(nil)
	if t.body != nil {
		t.body["force_refresh"] = force
		text, err := wire.Marshal(t.body)
		if err != nil {
			return wire.Token{}, err
		}
		method, body = http.MethodPost, text
	} else {
		target += "?" + t.query.Encode()
	}
	a, err := t.caller.call(ctx, method, t.host, target, http.Header{}, body, t.secret)
	if err != nil {
		return wire.Token{}, err
	}
	if _, err := readAccount(a, false); err != nil {
		return wire.Token{}, err
	}
	got, ok := wire.UnmarshalToken(a.Body)
	if !ok {
		return got, bad(a, errors.New("it has no access_token"))
	}
	return got, nil
}

// tokenSource is where the tokens of a Client come from, and how they are sent.
type tokenSource struct {
	get       func(ctx context.Context, rejected string) (string, error)
	parameter string // of the query
	sideCar   bool
	corp      bool
}

// tokensOf returns the tokens that an Auth stands for. kept is where those that the Client fetches
// are kept.
func tokensOf(auth Auth, c *caller, kept *keptToken) (*tokenSource, error) {
	const parameter = "access_token"
	fetched := func(call *tokenCall) func(context.Context, string) (string, error) {
		return func(ctx context.Context, rejected string) (string, error) {
			return kept.get(ctx, c.now, rejected, func(ctx context.Context) (Token, error) { return call.fetch(ctx, rejected) })
		}
	}
	switch auth := auth.(type) {
	case SideCar:
		none := func(context.Context, string) (string, error) { return "", nil }
		return &tokenSource{get: none, parameter: parameter, sideCar: true}, nil
	case Tokens:
		switch {
		case auth.Source == nil:
			return nil, errors.New("set Tokens.Source")
		case auth.Cloud:
			return &tokenSource{get: filled(auth.Source), parameter: "cloudbase_access_token"}, nil
		}
		return &tokenSource{get: filled(auth.Source), parameter: parameter, corp: auth.Corp}, nil
	case *App:
		if auth != nil && auth.AppID != "" && auth.Secret != "" {
			return &tokenSource{get: fetched(appTokenCall(c, auth)), parameter: parameter}, nil
		}
	case *Corp:
		if auth != nil && auth.CorpID != "" && auth.Secret != "" {
			return &tokenSource{get: fetched(corpTokenCall(c, auth)), parameter: parameter, corp: true}, nil
		}
	}
	return nil, errors.New("set Client.Auth: an App with AppID and Secret, or Tokens")
}

// filled makes empty tokens an error.
func filled(get func(context.Context, string) (string, error)) func(context.Context, string) (string, error) {
	return func(ctx context.Context, rejected string) (string, error) {
		token, err := get(ctx, rejected)
		if err == nil && token == "" {
			err = errors.New("Tokens.Source returned an empty token")
		}
		return token, err
	}
}
