package server

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// account is the Official Account API: a token in the query, JSON with an errcode.
type account struct {
	sideCar string // the appid that calls without a token are made for; "": a token is required
	corp    bool   // the call is one of 企业微信, where the path alone tells
}

func (account) kind() wxup.Family { return wxup.FamilyAccount }

// takesNoToken reports whether the door that the call came in by tells who asks.
func (a account) takesNoToken() bool { return a.sideCar != "" }

// newID is a rid: 8hex-8hex-8hex, the first group the time.
func (account) newID(now time.Time) string {
	var raw [12]byte
	binary.BigEndian.PutUint32(raw[:], uint32(now.Unix()))
	rand.Read(raw[4:])
	text := hex.EncodeToString(raw[:])
	return text[:8] + "-" + text[8:16] + "-" + text[16:]
}

func (a account) admit(c *call) error {
	switch {
	case c.r.Method != http.MethodPost:
		return refuse(problem.MethodNotAllowed, "the method is %.16q", c.r.Method)
	case c.s.RequireHTTPS && c.r.TLS == nil && a.sideCar == "":
		return refuse(problem.NotHTTPS, "the request came over plain HTTP")
	case c.r.ContentLength < 0 && c.s.literal():
		return refuse(problem.ChunkedBody, "the body is chunked; the real service wants a Content-Length")
	case c.r.ContentLength < 0:
		c.warn("the body is chunked; the real service wants a Content-Length")
	}
	if err := a.identify(c); err != nil {
		return err
	}
	if c.r.ContentLength == 0 {
		return refuse(problem.EmptyBody, "the request has no body")
	}
	return nil
}

// identify finds out who asks, from the token or the side-car, and whether they may. It is all the
// proof that this family has, so that prove has nothing to do.
func (a account) identify(c *call) error {
	if a.sideCar != "" {
		c.rec.Account = a.sideCar
		if from := c.r.URL.Query().Get("from_appid"); from != "" {
			c.rec.Account = from
		}
		return c.s.mayUpload(c.ctx, c.rec.Account)
	}
	token, err := c.s.uploadToken(c.ctx, c.r.URL.Query())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(c.rows, func(ep *wxup.Endpoint) bool { return ep.Corp == (token.Kind == CorpToken) })
	if i < 0 {
		return refuse(problem.BadToken, "a token of kind %s cannot be used here", token.Kind)
	}
	c.take(c.rows[i])
	c.rec.Account = token.Subject
	if token.Kind == AuthorizerToken {
		if err := c.s.mayActFor(c.ctx, token); err != nil {
			return err
		}
	}
	return c.s.mayUpload(c.ctx, token.Subject)
}

// uploadTokens lists the kinds of token that each query parameter takes.
var uploadTokens = []struct {
	parameter string
	kinds     []TokenKind
}{
	{"access_token", []TokenKind{AccessToken, StableToken, AuthorizerToken, CorpToken}},
	{"cloudbase_access_token", []TokenKind{CloudToken}},
}

// uploadToken finds the token of an upload in its query.
func (s *Server) uploadToken(ctx context.Context, query url.Values) (*Token, error) {
	for _, u := range uploadTokens {
		value := query.Get(u.parameter)
		if value == "" {
			continue
		}
		token, err := s.checkToken(ctx, value)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(u.kinds, token.Kind) {
			return nil, refuse(problem.BadToken, "a token of kind %s cannot be used as %s", token.Kind, u.parameter)
		}
		return token, nil
	}
	return nil, refuse(problem.NoToken, "the query has no access_token")
}

// uploadPermissions are the permission sets (权限集) of which a third party needs one. Source: the
// page of uploadimg, whose "8-9" is read as 8 and 9.
var uploadPermissions = []int{1, 8, 9, 11, 18, 37, 100}

func (s *Server) mayActFor(ctx context.Context, token *Token) error {
	auth, err := s.Index.Authorization(ctx, token.Component, token.Subject)
	switch {
	case errors.Is(err, ErrNotFound):
		return refuse(problem.NotAuthorized, "%s has withdrawn its authorization of %s", token.Subject, token.Component)
	case err != nil:
		return internal("look up the authorization", err)
	}
	for _, id := range uploadPermissions {
		if slices.Contains(auth.Permissions, id) {
			return nil
		}
	}
	return refuse(problem.NotPermitted, "the permission sets granted are %v; one of %v is required", auth.Permissions, uploadPermissions)
}

func (s *Server) mayUpload(ctx context.Context, appid string) error {
	app, err := s.Index.App(ctx, appid)
	switch {
	case errors.Is(err, ErrNotFound):
		return refuse(problem.UnknownApp, "no app %.64q", appid)
	case err != nil:
		return internal("look up the app", err)
	}
	switch app.State {
	case Limited:
		return refuse(problem.AccountLimited, "the account is limited")
	case Forbidden:
		return refuse(problem.APIForbidden, "the API was withdrawn from the account")
	case Unauthorized:
		return refuse(problem.APIUnauthorized, "the account does not have the API")
	}
	return nil
}

func (account) prove(*call, *upload) error { return nil }

func (account) recognize(c *call, _ *upload) string { return c.rec.Account }

func (account) agree(c *call, u *upload) (string, error) {
	switch {
	case !u.file.HasFilename:
		return "", refuse(problem.NoFile, "the part %s has no filename", u.file.Name)
	case u.file.FilenameStar:
		return "", refuse(problem.NoFile, "the part has only filename*=, which the account API does not read")
	}
	return u.file.Filename, requiredFields(c.ep, u)
}

func (account) accepted(c *call, m *Media) reply {
	return accountReply(c, http.StatusOK, accountAnswer(0, "ok", members(c.ep, m)...))
}

func (a account) refused(c *call, p refusal) reply {
	table, corp := problem.Account, a.corp || c.ep != nil && c.ep.Corp
	if corp {
		table = problem.Corp
	}
	r := table.Refusal(p.Problem, c.profile)
	if r.Code == "" {
		return reply{status: r.Status}
	}
	n, _ := strconv.Atoi(r.Code)
	message := r.Message
	if corp {
		return accountReply(c, r.Status, accountAnswer(n, wire.JoinHint(message, n, c.rec.ID, c.rec.Remote)))
	}
	if p.Problem == problem.AddressNotAllowed {
		message = fmt.Sprintf("invalid ip %s, not in whitelist", c.rec.Remote)
	}
	return accountReply(c, r.Status, accountAnswer(n, wire.JoinRID(message, c.rec.ID)))
}

// accountAnswer writes an answer of texts and numbers, which always encode.
func accountAnswer(code int, message string, members ...wire.Member) []byte {
	body, _ := wire.MarshalAccount(code, message, members...)
	return body
}

func (account) seal(_ *call, rep reply) reply { return rep }

// accountReply is an answer of the account family: text/plain from uploads in the observed profile.
func accountReply(c *call, status int, body []byte) reply {
	contentType := jsonUTF8
	if c.profile == problem.Observed && c.ep != nil {
		contentType = "text/plain"
	}
	return reply{status: status, contentType: contentType, body: body}
}
