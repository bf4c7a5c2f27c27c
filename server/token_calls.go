package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// tokenCall is one of the calls that issue tokens.
type tokenCall struct {
	method string
	quota  wxup.Quota
	answer func(c *call, ask tokenRequest) (any, error)
	corp   bool // of 企业微信
}

var tokenCalls = map[string]tokenCall{
	wire.TokenPath:                            {http.MethodGet, wxup.Quota{Calls: 2000, Per: day}, accessToken, false},
	wire.StableTokenPath:                      {http.MethodPost, wxup.Quota{Calls: 10000, Per: time.Minute}, stableToken, false},
	wire.CorpTokenPath:                        {http.MethodGet, wxup.Quota{}, corpToken, true},
	"/cgi-bin/component/api_component_token":  {http.MethodPost, wxup.Quota{}, componentToken, false},
	"/cgi-bin/component/api_query_auth":       {http.MethodPost, wxup.Quota{}, queryAuth, false},
	"/cgi-bin/component/api_authorizer_token": {http.MethodPost, wxup.Quota{}, authorizerToken, false},
}

// token answers a token call. The record of the exchange does not have the answer, which is a
// secret.
func (s *Server) token(w http.ResponseWriter, r *http.Request, tc tokenCall) {
	c := s.newCall(w, r, account{corp: tc.corp}, nil)
	answer, err := giveToken(c, tc)
	if err != nil {
		c.refuse(err)
		return
	}
	if right := explain.RightHost(&explain.Request{Target: target(r), Host: r.Host}); right != "" {
		c.warn("the request names the host %.128q; the real service has this API at %s", r.Host, right)
	}
	c.rec.Proven = true
	ctx, cancel := c.closing()
	defer cancel()
	defer c.ended()
	rep := c.record(ctx, reply{status: http.StatusOK})
	if c.rec.Problem == "" {
		rep = accountReply(c, http.StatusOK, encodeJSON(answer))
	}
	c.write(rep)
	c.log()
}

func giveToken(c *call, tc tokenCall) (any, error) {
	if c.r.Method != tc.method && !(tc.method == http.MethodGet && c.r.Method == http.MethodPost) {
		return nil, refuse(problem.MethodNotAllowed, "the method is %.16q", c.r.Method)
	}
	if c.s.RequireHTTPS && c.r.TLS == nil {
		return nil, refuse(problem.NotHTTPS, "the request came over plain HTTP")
	}
	ask, err := readTokenRequest(c, tc)
	if err != nil {
		return nil, err
	}
	c.rec.Account = claimed(ask.AppID)
	if ask.ComponentAppID != "" {
		c.rec.Account = claimed(ask.ComponentAppID)
	}
	if c.s.Limit.Documented {
		if err := c.s.take(c.ctx, c.r.URL.Path+"/"+c.s.Secrets.Mask(c.rec.Account), tc.quota, problem.DailyQuotaExceeded); err != nil {
			return nil, err
		}
	}
	var answer any
	for range 8 { // another server may be renewing the same token
		if answer, err = tc.answer(c, ask); !errors.Is(err, ErrRaced) {
			break
		}
	}
	return answer, err
}

// exactNames leaves out of a JSON object the members whose names differ from a parameter's in case:
// package encoding/json would take them for it.
func exactNames(body []byte) []byte {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return body
	}
	for name := range object {
		if name != strings.ToLower(name) {
			delete(object, name)
		}
	}
	exact, err := json.Marshal(object)
	if err != nil {
		return body
	}
	return exact
}

func readTokenRequest(c *call, tc tokenCall) (tokenRequest, error) {
	var ask tokenRequest
	c.bodyRead = true
	body, err := c.readAll()
	q := c.r.URL.Query()
	switch {
	case tc.corp:
		return tokenRequest{AppID: q.Get("corpid"), Secret: q.Get("corpsecret"), corp: true}, nil
	case tc.method == http.MethodGet:
		return tokenRequest{GrantType: q.Get("grant_type"), AppID: q.Get("appid"), Secret: q.Get("secret")}, nil
	}
	switch {
	case err != nil:
		return ask, refuse(problem.BadParameter, "read the body: %v", err)
	case len(body) == 0:
		return ask, refuse(problem.EmptyBody, "the request has no body")
	case json.Unmarshal(exactNames(body), &ask) != nil:
		return ask, refuse(problem.BadParameter, "the body is not a JSON object with the parameters of this call")
	}
	return ask, nil
}
