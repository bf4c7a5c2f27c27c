package wire

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
)

// SideCarID is the header in which answers that came through the side-car (开放接口服务) carry an
// id.
const SideCarID = "X-Openapi-Seqid"

// AccountAnswer is the JSON of a call with an access_token, for either outcome. Older answers of
// success lack errcode.
//
//	{"url":"http://mmbiz.qpic.cn/mmbiz_png/…/0?wx_fmt=png","errcode":0,"errmsg":"ok"}
//	{"errcode":40005,"errmsg":"invalid file type rid: 5f5b3894-6f7cfd2e-24149285"}
type AccountAnswer struct {
	ErrCode int
	ErrMsg  string
	Object  Object // all members
}

// MarshalAccount writes an answer: its members, and after them errcode and errmsg.
func MarshalAccount(code int, message string, members ...Member) ([]byte, error) {
	return object(append(members[:len(members):len(members)], Member{"errcode", code}, Member{"errmsg", message}))
}

// UnmarshalAccount reads an answer. One whose errcode is not a whole number is an error.
func UnmarshalAccount(body []byte) (AccountAnswer, error) {
	o, err := ParseObject(body)
	if err != nil {
		return AccountAnswer{}, err
	}
	a := AccountAnswer{Object: o}
	a.ErrMsg, _ = o["errmsg"].(string)
	if code, ok := o["errcode"]; ok && code != nil {
		n, ok := code.(float64)
		if !ok || n != math.Trunc(n) || math.Abs(n) > math.MaxInt32 {
			return a, errNotJSON
		}
		a.ErrCode = int(n)
	}
	return a, nil
}

// JoinRID puts the id of a call after an errmsg.
func JoinRID(message, rid string) string { return message + " rid: " + rid }

// JoinHint appends to an errmsg what a company (企业微信) gets: the id of the call and the
// caller's address.
//
//	invalid corpid, hint: [1571797218565236350500021], from ip: 192.0.2.7, more info at https://open.work.weixin.qq.com/devtool/query?e=40013
func JoinHint(message string, code int, id, ip string) string {
	return fmt.Sprintf("%s, hint: [%s], from ip: %s, more info at https://open.work.weixin.qq.com/devtool/query?e=%d", message, id, ip, code)
}

// SplitRID takes the ids off an errmsg:
//
//	invalid file type hint: [OOr9Ra0781d418] rid: 5f5b3894-6f7cfd2e-24149285
func SplitRID(message string) (text, rid string) {
	text, rid, _ = strings.Cut(message, " rid: ")
	text, _, _ = strings.Cut(text, " hint: [")
	return strings.TrimRight(text, ","), strings.TrimSpace(rid)
}

var ridForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$`)

// IsRID reports whether a text has the form of a rid.
func IsRID(s string) bool { return ridForm.MatchString(s) }

// Token is the answer of a call that gives out an access_token:
//
//	{"access_token":"ACCESS_TOKEN","expires_in":7200}
type Token struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"` // seconds; of a stable token what is left of it
}

// UnmarshalToken reads a token, and reports whether it is one.
func UnmarshalToken(body []byte) (Token, bool) {
	var t Token
	err := json.Unmarshal(body, &t)
	return t, err == nil && t.AccessToken != "" && t.ExpiresIn >= 0
}

// The paths that give out tokens of an Official Account, and of a company (企业微信).
const (
	TokenPath       = "/cgi-bin/token"
	StableTokenPath = "/cgi-bin/stable_token"
	CorpTokenPath   = "/cgi-bin/gettoken"
)

// QuotaPath tells an account how many calls it has left.
const QuotaPath = "/cgi-bin/openapi/quota/get"

// QuotaAnswer is the answer of POST /cgi-bin/openapi/quota/get
// {"cgi_path":"/cgi-bin/media/uploadimg"}:
//
//	{"errcode":0,"errmsg":"ok","quota":{"daily_limit":1000,"used":3,"remain":997},
//	 "rate_limit":{"call_count":500,"refresh_second":60}}
//
// Source: developers.weixin.qq.com/doc/offiaccount/openApi/get_api_quota.html.
type QuotaAnswer struct {
	ErrCode int    `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
	Quota   struct {
		DailyLimit int `json:"daily_limit"`
		Used       int `json:"used"`
		Remain     int `json:"remain"`
	} `json:"quota"`
	RateLimit *RateLimit `json:"rate_limit,omitempty"`
}

// RateLimit is how many calls may be made in a span of seconds.
type RateLimit struct {
	CallCount     int   `json:"call_count"`
	RefreshSecond int64 `json:"refresh_second"`
}
