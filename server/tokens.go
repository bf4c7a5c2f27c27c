package server

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wxup/wxup/problem"
)

// The lives of tokens. Sources: the official pages of the calls.
const (
	tokenLife   = 2 * time.Hour
	tokenGrace  = 5 * time.Minute  // for a replaced token; a stable one is renewed as long before its end
	forcePause  = 30 * time.Second // between two forced renewals of a stable token
	forcePerDay = 20
	codeLife    = time.Hour
	cloudLife   = 30 * time.Minute
)

// maxToken is the maximum length of a token in characters (official advice: store at least 512).
const maxToken = 1024

// checkToken finds a token and checks that it is alive.
func (s *Server) checkToken(ctx context.Context, value string) (*Token, error) {
	if len(value) > maxToken || strings.ContainsFunc(value, func(r rune) bool { return !tokenRune(r) }) {
		return nil, refuse(problem.MalformedToken, "the token contains characters that no token has (perhaps it was encoded twice), or is too long")
	}
	token, err := s.Index.Token(ctx, value)
	now := s.Now()
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, refuse(problem.BadToken, "no such token was issued")
	case err != nil:
		return nil, internal("look up the token", err)
	case !token.Retired.IsZero() && !now.Before(token.Retired):
		return nil, refuse(problem.BadToken, "the token was replaced by a newer one at %s", token.Retired.Format(time.RFC3339))
	case !token.Expires.IsZero() && !now.Before(token.Expires):
		return nil, refuse(problem.TokenExpired, "the token expired at %s", token.Expires.Format(time.RFC3339))
	}
	return token, nil
}

func tokenRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_@.!~", r)
}

// issue adds a token to its line. The previous one stays valid for up to grace.
func (s *Server) issue(ctx context.Context, t Token, life, grace time.Duration) (Token, error) {
	last, err := s.Index.LatestToken(ctx, t.Kind, t.Subject, t.Component)
	switch {
	case errors.Is(err, ErrNotFound):
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

// newToken makes the text of a token, as long as real ones are.
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

// RefreshToken returns the authorizer_refresh_token of an account for a component. It is valid
// until the authorization is withdrawn.
func (s *Server) RefreshToken(ctx context.Context, component, authorizer string) (string, error) {
	for {
		t, err := s.Index.LatestToken(ctx, RefreshToken, authorizer, component)
		if err == nil && t.Retired.IsZero() {
			return t.Value, nil
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return "", internal("look up the refresh token", err)
		}
		made, err := s.issue(ctx, Token{Kind: RefreshToken, Subject: authorizer, Component: component}, 0, 0)
		if !errors.Is(err, ErrRaced) {
			return made.Value, err
		}
	}
}

// AuthorizationCode issues a code for an account that has authorized a component, as WeChat does
// after the account's owner has scanned the QR code. It can be used once, within an hour.
func (s *Server) AuthorizationCode(ctx context.Context, component, authorizer string) (string, error) {
	t, err := s.issue(ctx, Token{Kind: AuthorizationCode, Subject: authorizer, Component: component}, codeLife, codeLife)
	if err != nil {
		return "", fmt.Errorf("make an authorization code: %w", err)
	}
	return t.Value, nil
}

// CloudToken issues a cloudbase_access_token (云调用) for an app, valid for half an hour. The
// previous one stays valid.
func (s *Server) CloudToken(ctx context.Context, appid string) (string, error) {
	for {
		t, err := s.issue(ctx, Token{Kind: CloudToken, Subject: appid}, cloudLife, cloudLife)
		if !errors.Is(err, ErrRaced) {
			return t.Value, err
		}
	}
}
