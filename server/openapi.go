package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// openAPI answers a call about the API itself, made with the token of an account.
func (s *Server) openAPI(answer func(c *call, account string, body []byte) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := s.newCall(w, r, account{}, nil)
		appid, body, err := s.askedBy(c)
		if err != nil {
			c.refuse(err)
			return
		}
		told, err := answer(c, appid, body)
		if err != nil {
			c.refuse(err)
			return
		}
		c.done(accountReply(c, http.StatusOK, encodeJSON(told)))
	}
}

// askedBy finds the account that asks, and reads the body of its call.
func (s *Server) askedBy(c *call) (appid string, body []byte, err error) {
	if c.r.Method != http.MethodPost {
		return "", nil, refuse(problem.MethodNotAllowed, "the method is %.16q", c.r.Method)
	}
	value := c.r.URL.Query().Get("access_token")
	if value == "" {
		return "", nil, refuse(problem.NoToken, "the query has no access_token")
	}
	token, err := s.checkToken(c.ctx, value)
	if err != nil {
		return "", nil, err
	}
	if token.Kind == RefreshToken || token.Kind == AuthorizationCode || token.Kind == CloudToken {
		return "", nil, refuse(problem.BadToken, "a token of kind %s cannot be used here", token.Kind)
	}
	c.rec.Account, c.bodyRead = token.Subject, true
	if body, err = c.readAll(); err != nil {
		return "", nil, refuse(problem.BadParameter, "read the body: %v", err)
	}
	return token.Subject, body, nil
}

// ridLife is how long a rid can be asked about (official page: get_rid_info).
const ridLife = 7 * 24 * time.Hour

// ridAnswer is the answer of POST /cgi-bin/openapi/rid/get:
//
//	{"errcode":0,"errmsg":"ok","request":{"invoke_time":1635156704,"cost_in_ms":30,"request_url":"access_token=***",
//	 "request_body":"","response_body":"{…}","client_ip":"127.0.0.1"}}
//
// Source: developers.weixin.qq.com/doc/offiaccount/openApi/get_rid_info.html.
type ridAnswer struct {
	ErrCode int    `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
	Request struct {
		InvokeTime   int64  `json:"invoke_time"`
		CostInMS     int64  `json:"cost_in_ms"`
		RequestURL   string `json:"request_url"`
		RequestBody  string `json:"request_body"`
		ResponseBody string `json:"response_body"`
		ClientIP     string `json:"client_ip"`
	} `json:"request"`
}

// rid tells an account what it asked under a rid and what it was answered.
func (s *Server) rid(c *call, appid string, body []byte) (any, error) {
	var ask struct {
		RID string `json:"rid"`
	}
	if json.Unmarshal(body, &ask) != nil || !wire.IsRID(ask.RID) {
		return nil, refuse(problem.BadRID, "the body names no rid")
	}
	e, err := s.Index.Exchange(c.ctx, ask.RID)
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && s.Now().Sub(e.Time) > ridLife:
		return nil, refuse(problem.UnknownRID, "no exchange %s in the last seven days", ask.RID)
	case err != nil:
		return nil, internal("look up the rid", err)
	case e.Account != appid:
		return nil, refuse(problem.ForeignRID, "the rid belongs to %.64q", e.Account)
	}
	a := ridAnswer{ErrMsg: "ok"}
	_, query, _ := strings.Cut(e.Path, "?")
	a.Request.InvokeTime, a.Request.CostInMS, a.Request.RequestURL = e.Time.Unix(), e.Took.Milliseconds(), query
	a.Request.ResponseBody, a.Request.ClientIP = string(e.Answer), e.Remote
	return a, nil
}

// defaultDaily is the daily limit of a call that has none of its own: what the documents' table of
// limits gives for uploads.
const defaultDaily = 100_000

// quota tells an account how often it may make a call each day. Without Limit.Documented nothing is
// counted, and the documented limit is answered as unused.
func (s *Server) quota(c *call, appid string, body []byte) (any, error) {
	var ask struct {
		CGIPath string `json:"cgi_path"`
	}
	if json.Unmarshal(body, &ask) != nil || ask.CGIPath == "" {
		return nil, refuse(problem.UnknownCGIPath, "the body names no cgi_path")
	}
	if strings.HasPrefix(ask.CGIPath, "/sns/") {
		return nil, refuse(problem.CGIPathForbidden, "quotas of %.64q cannot be asked", ask.CGIPath)
	}
	name, q, ok := s.quotaOf(ask.CGIPath)
	if !ok {
		return nil, refuse(problem.UnknownCGIPath, "no call has the path %.64q", ask.CGIPath)
	}
	a := wire.QuotaAnswer{ErrMsg: "ok"}
	a.Quota.DailyLimit = defaultDaily
	switch {
	case s.Limit.PerMinute > 0:
		a.RateLimit = &wire.RateLimit{CallCount: s.Limit.PerMinute, RefreshSecond: 60}
	case q.Calls > 0 && q.Per < day:
		a.RateLimit = &wire.RateLimit{CallCount: q.Calls, RefreshSecond: int64(q.Per / time.Second)}
	}
	if q.Calls > 0 && q.Per == day {
		a.Quota.DailyLimit = q.Calls
		if s.Limit.Documented {
			used, err := s.Index.Taken(c.ctx, name+"/"+appid, s.Now().Truncate(q.Per), q.Per)
			if err != nil {
				return nil, internal("look up the quota", err)
			}
			a.Quota.Used = used
		}
	}
	a.Quota.Remain = max(0, a.Quota.DailyLimit-a.Quota.Used)
	return a, nil
}

// quotaOf finds the documented quota of a path of the account API, and the name under which its
// calls are counted.
func (s *Server) quotaOf(path string) (name string, q wxup.Quota, ok bool) {
	for _, ep := range s.Endpoints {
		if ep.Family == wxup.FamilyAccount && !ep.Corp && samePath(ep, path) {
			return ep.Name, ep.Quota, true
		}
	}
	tc, ok := tokenCalls[path]
	return path, tc.quota, ok
}
