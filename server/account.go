package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup"
)

// accountFamily is the Official Account API: a token in the query, JSON with an errcode.
type accountFamily struct {
	sideCar string // the appid that token-free calls are made for; "" wants a token
}

// newID is a rid: 8hex-8hex-8hex, the first group the time.
func (accountFamily) newID(now time.Time) string {
	return fmt.Sprintf("%08x-%s-%s", uint32(now.Unix()), randomHex(4), randomHex(4))
}

func (a accountFamily) admit(c *call) error {
	switch {
	case c.r.Method != http.MethodPost:
		return refuse(wxup.MethodNotAllowed, "the method is %.16q", c.r.Method)
	case c.s.RequireHTTPS && c.r.TLS == nil && a.sideCar == "":
		return refuse(wxup.NotHTTPS, "the request came over plain HTTP")
	case c.s.Profile == wxup.Observed && c.r.ContentLength < 0:
		return refuse(wxup.ChunkedBody, "the body is chunked; the real service wants a Content-Length")
	}
	if err := a.identify(c); err != nil {
		return err
	}
	if c.r.ContentLength == 0 {
		return refuse(wxup.EmptyBody, "the request has no body")
	}
	return nil
}

// identify tells who asks, from the token or the side-car, and whether they may. It is all the proof of this family, so
// that prove has nothing left to do.
func (a accountFamily) identify(c *call) error {
	if a.sideCar != "" {
		c.rec.Account = a.sideCar
		if from := c.r.URL.Query().Get("from_appid"); from != "" {
			c.rec.Account = from
		}
		return c.mayUpload(c.rec.Account)
	}
	token, err := c.findToken()
	if err != nil {
		return err
	}
	c.rec.Account = token.Subject
	if token.Kind == AuthorizerToken {
		if err := c.mayActFor(token); err != nil {
			return err
		}
	}
	return c.mayUpload(token.Subject)
}

// uploadTokens are the kinds that each query parameter takes.
var uploadTokens = []struct {
	parameter string
	kinds     []TokenKind
}{
	{"access_token", []TokenKind{AccessToken, StableToken, AuthorizerToken}},
	{"cloudbase_access_token", []TokenKind{CloudToken}},
}

func (c *call) findToken() (*Token, error) {
	query := c.r.URL.Query()
	for _, u := range uploadTokens {
		value := query.Get(u.parameter)
		if value == "" {
			continue
		}
		token, err := c.s.checkToken(c.ctx, value)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(u.kinds, token.Kind) {
			return nil, refuse(wxup.BadToken, "a token of kind %s cannot be used as %s", token.Kind, u.parameter)
		}
		return token, nil
	}
	return nil, refuse(wxup.NoToken, "the query has no access_token")
}

// tokenMost is the most characters of a token (official advice: store at least 512).
const tokenMost = 1024

// checkToken finds a token that is alive.
func (s *Server) checkToken(ctx context.Context, value string) (*Token, error) {
	if len(value) > tokenMost || strings.ContainsFunc(value, func(r rune) bool { return !tokenRune(r) }) {
		return nil, refuse(wxup.MalformedToken, "the token holds characters that no token has (encoded twice, perhaps), or is too long")
	}
	token, err := s.Index.Token(ctx, value)
	now := s.Now()
	switch {
	case errors.Is(err, ErrUnknown):
		return nil, refuse(wxup.BadToken, "no such token was given out")
	case err != nil:
		return nil, internal("look up the token", err)
	case !token.Retired.IsZero() && !now.Before(token.Retired):
		return nil, refuse(wxup.BadToken, "the token was replaced by a newer one at %s", token.Retired.Format(time.RFC3339))
	case !token.Expires.IsZero() && !now.Before(token.Expires):
		return nil, refuse(wxup.TokenExpired, "the token ended at %s", token.Expires.Format(time.RFC3339))
	}
	return token, nil
}

func tokenRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_@.!~", r)
}

// uploadPermissions are the permission sets (权限集) of which a third party needs one. Source: the seed's page, with 8–9
// read as 8 and 9.
var uploadPermissions = []int{1, 8, 9, 11, 18, 37, 100}

func (c *call) mayActFor(token *Token) error {
	auth, err := c.s.Index.Authorization(c.ctx, token.Component, token.Subject)
	switch {
	case errors.Is(err, ErrUnknown):
		return refuse(wxup.NotAuthorized, "%s has taken back its authorization of %s", token.Subject, token.Component)
	case err != nil:
		return internal("look up the authorization", err)
	}
	for _, id := range uploadPermissions {
		if slices.Contains(auth.Permissions, id) {
			return nil
		}
	}
	return refuse(wxup.NotPermitted, "the permission sets given are %v; one of %v is needed", auth.Permissions, uploadPermissions)
}

func (c *call) mayUpload(appid string) error {
	app, err := c.s.Index.App(c.ctx, appid)
	switch {
	case errors.Is(err, ErrUnknown):
		return refuse(wxup.UnknownApp, "no app %.64q", appid)
	case err != nil:
		return internal("look up the app", err)
	}
	switch app.State {
	case Limited:
		return refuse(wxup.AccountLimited, "the account is limited")
	case Forbidden:
		return refuse(wxup.APIForbidden, "the API was taken from the account")
	case Unauthorized:
		return refuse(wxup.APIUnauthorized, "the account does not have the API")
	}
	return nil
}

func (accountFamily) prove(*call, *upload) error { return nil }

func (accountFamily) agree(c *call, f *upload) (string, error) {
	switch {
	case !f.file.HasFilename:
		return "", refuse(wxup.NoFile, "the part %s has no filename", f.file.Name)
	case f.file.FilenameStar:
		return "", refuse(wxup.NoFile, "the part has only filename*=, which the account API does not read")
	}
	return f.file.Filename, nil
}

func (accountFamily) accepted(c *call, m *Media) reply {
	return c.account(http.StatusOK, wxup.AccountAnswer{URL: m.URL, ErrMsg: "ok"})
}

func (accountFamily) refused(c *call, p refusal) reply {
	r := wxup.Account.Refusal(p.Problem, c.s.Profile)
	if r.Code == "" {
		return reply{status: r.Status}
	}
	n, _ := strconv.Atoi(r.Code)
	message := r.Message
	if p.Problem == wxup.AddressNotAllowed {
		message = fmt.Sprintf("invalid ip %s, not in whitelist", c.rec.Remote)
	}
	return c.account(r.Status, wxup.AccountAnswer{ErrCode: n, ErrMsg: message + " rid: " + c.rec.ID})
}

func (c *call) account(status int, a any) reply {
	contentType := jsonUTF8
	if c.s.Profile == wxup.Observed && c.ep != nil {
		contentType = "text/plain"
	}
	return reply{status, contentType, encodeJSON(a)}
}
