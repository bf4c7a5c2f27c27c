package wxup

import (
	"context"
	"errors"

	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/internal/carry"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// familyAccount is the API of accounts: an access_token in the query.
type familyAccount struct {
	caller   *caller
	tokens   *tokenSource
	unset    error // why there are no tokens
	observe  func(Event)
	token    string
	rejected string // a token that WeChat has refused
}

func (f *familyAccount) fields(up *facts) ([]form.Field, error) { return formFields(up.extra), nil }

func (f *familyAccount) prepare(ctx context.Context, up *facts) (err error) {
	if f.unset != nil {
		return f.unset
	}
	if f.tokens.corp != up.ep.Corp {
		return errors.New("set Client.Auth: this endpoint's access_token is of another kind: a company's (Corp) and an Official Account's (App) differ")
	}
	f.token, err = f.tokens.get(ctx, f.rejected)
	return err
}

func (f *familyAccount) prove(_ *facts, r *carry.Request) error {
	r.URL.RawQuery = withQuery(r.URL.RawQuery, f.tokens.parameter, f.token)
	r.Secrets = []string{f.token}
	return nil
}

func (f *familyAccount) read(_ context.Context, up *facts, a *carry.Answer) (*Result, bool, error) {
	answer, err := readAccount(a, f.tokens.sideCar)
	if e, ok := err.(*Error); ok && isTokenRejected(e.Problem) && f.token != "" && f.rejected == "" { // once more, with another
		f.rejected = f.token
		f.observe(Event{Kind: EventToken, Err: e})
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	res, err := up.accepted(a.Header.Get(wire.SideCarID), f.caller.now(), func(name string) (string, error) { return answer.Object.Text(name) })
	if err != nil {
		return nil, false, bad(a, err)
	}
	return res, false, nil
}

// isTokenRejected reports whether WeChat asks for another access_token: 40001, 40014, 42001.
func isTokenRejected(p Problem) bool {
	return p == BadToken || p == problem.MalformedToken || p == problem.TokenExpired
}
