package server

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/wxup/wxup"
)

// ridLife is how long a rid can be asked about (official page: get_rid_info).
const ridLife = 7 * 24 * time.Hour

var ridForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$`)

// rid is POST /cgi-bin/openapi/rid/get: what was asked and answered under a rid, told to the account that asked.
//
//	{"errcode":0,"errmsg":"ok","request":{"invoke_time":1635156704,"cost_in_ms":30,"request_url":"access_token=***",
//	 "request_body":"","response_body":"{…}","client_ip":"127.0.0.1"}}
//
// Source: developers.weixin.qq.com/doc/offiaccount/openApi/get_rid_info.html.
func (s *Server) rid(w http.ResponseWriter, r *http.Request) {
	c := s.newCall(w, r, accountFamily{}, nil)
	rep, err := s.tellRID(c)
	if err != nil {
		c.finish(nil, err)
		return
	}
	c.done(rep)
}

func (s *Server) tellRID(c *call) (reply, error) {
	if c.r.Method != http.MethodPost {
		return reply{}, refuse(wxup.MethodNotAllowed, "the method is %.16q", c.r.Method)
	}
	value := c.r.URL.Query().Get("access_token")
	if value == "" {
		return reply{}, refuse(wxup.NoToken, "the query has no access_token")
	}
	token, err := s.checkToken(c.ctx, value)
	if err != nil {
		return reply{}, err
	}
	if token.Kind == RefreshToken || token.Kind == AuthorizationCode || token.Kind == CloudToken {
		return reply{}, refuse(wxup.BadToken, "a token of kind %s cannot be used here", token.Kind)
	}
	c.rec.Account = token.Subject
	var ask struct {
		RID string `json:"rid"`
	}
	c.bodyRead = true
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, fieldMost))
	if err != nil || json.Unmarshal(body, &ask) != nil || !ridForm.MatchString(ask.RID) {
		return reply{}, refuse(wxup.BadRID, "the body names no rid")
	}
	e, err := s.Index.Exchange(c.ctx, ask.RID)
	switch {
	case errors.Is(err, ErrUnknown) || err == nil && s.Now().Sub(e.Time) > ridLife:
		return reply{}, refuse(wxup.UnknownRID, "no exchange %s in the last seven days", ask.RID)
	case err != nil:
		return reply{}, internal("look up the rid", err)
	case e.Account != token.Subject:
		return reply{}, refuse(wxup.ForeignRID, "the rid belongs to %.64q", e.Account)
	}
	type request struct {
		InvokeTime   int64  `json:"invoke_time"`
		CostInMS     int64  `json:"cost_in_ms"`
		RequestURL   string `json:"request_url"`
		RequestBody  string `json:"request_body"`
		ResponseBody string `json:"response_body"`
		ClientIP     string `json:"client_ip"`
	}
	_, query, _ := strings.Cut(e.Path, "?")
	return c.account(http.StatusOK, struct {
		ErrCode int     `json:"errcode"`
		ErrMsg  string  `json:"errmsg"`
		Request request `json:"request"`
	}{0, "ok", request{e.Time.Unix(), e.Took.Milliseconds(), query, "", string(e.Answer), e.Remote}}), nil
}
