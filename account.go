package wxup

import (
	"encoding/json"
	"strconv"
)

// accountRefusals: problem ↔ errcode and errmsg. The server puts " rid: …" after the message. Sources: the official
// tables of global return codes, and reports of users where "live" is said.
var accountRefusals = []refusalRow{
	{Internal, errcode(-1, "system error"), Refusal{}, "global table"},
	{Unavailable, errcode(-1, "system error"), Refusal{}, "global table"},
	{BadToken, errcode(40001, "invalid credential, access_token is invalid or not latest"), errcode(40001, "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"), "global table; live"},
	{BadGrantType, errcode(40002, "invalid grant_type"), Refusal{}, "global table"},
	{UnknownFormat, errcode(40005, "invalid file type"), Refusal{}, "seed"},
	{NotImage, errcode(40005, "invalid file type"), Refusal{}, "seed"},
	{TooLarge, errcode(40009, "invalid image size"), Refusal{}, "seed"},
	{TooManyPixels, errcode(40009, "invalid image size"), Refusal{}, "seed"},
	{UnknownApp, errcode(40013, "invalid appid"), Refusal{}, "global table"},
	{MalformedToken, errcode(40014, "invalid access_token"), Refusal{}, "global table"},
	{BadSecret, errcode(40125, "invalid appsecret"), Refusal{}, "global table"},
	{AddressNotAllowed, errcode(40164, "invalid ip, not in whitelist"), Refusal{}, "global table"},
	{SecretFrozen, errcode(40243, "AppSecret has been frozen"), Refusal{}, "global table"},
	{NoToken, errcode(41001, "access_token missing"), Refusal{}, "global table"},
	{NoSecret, errcode(41004, "appsecret missing"), Refusal{}, "global table"},
	{NoFile, errcode(41005, "media data missing"), Refusal{}, "global table"},
	{BadForm, errcode(41005, "media data missing"), Refusal{}, "global table; live"},
	{TokenExpired, errcode(42001, "access_token expired"), Refusal{}, "global table"},
	{MethodNotAllowed, errcode(43002, "require POST method"), Refusal{}, "global table"},
	{NotHTTPS, errcode(43003, "require https"), Refusal{}, "global table"},
	{EmptyFile, errcode(44001, "empty media data"), Refusal{}, "global table"},
	{EmptyBody, errcode(44002, "empty post data"), Refusal{}, "global table"},
	{DailyQuotaExceeded, errcode(45009, "reach max api daily quota limit"), Refusal{}, "global table"},
	{TooFrequent, errcode(45011, "api minute-quota reach limit, must slower retry next minute"), Refusal{}, "global table"},
	{APIUnauthorized, errcode(48001, "api unauthorized"), Refusal{}, "global table"},
	{APIForbidden, errcode(48004, "api forbidden for irregularities, view detail on mp.weixin.qq.com"), Refusal{}, "global table"},
	{AccountLimited, errcode(50002, "user limited"), Refusal{}, "global table"},
	{NotAuthorized, errcode(61003, "component is not authorized by this account"), Refusal{}, "global table"},
	{ComponentAddress, errcode(61004, "access clientip is not registered"), Refusal{}, "global table"},
	{BadTicket, errcode(61006, "component ticket is invalid"), Refusal{}, "global table"},
	{NotPermitted, errcode(61007, "api is unauthorized to component"), Refusal{}, "global table"},
	{BadCode, errcode(61009, "code is invalid"), Refusal{}, "global table"},
	{CodeExpired, errcode(61010, "code is expired"), Refusal{}, "global table"},
	{BadRefreshToken, errcode(61023, "refresh_token is invalid"), Refusal{}, "global table"},
	{BadParameter, errcode(47001, "data format error"), Refusal{}, "global table"},
	{UnknownRID, errcode(76001, "rid not found"), Refusal{}, "page of rid/get (the code; the text is wxup's)"},
	{BadRID, errcode(76002, "invalid rid"), Refusal{}, "page of rid/get (the code; the text is wxup's)"},
	{ForeignRID, errcode(76003, "rid not belong to the caller"), Refusal{}, "page of rid/get (the code; the text is wxup's)"},
	{NotFound, Refusal{Status: 404}, Refusal{}, "wxup"},
	{ChunkedBody, Refusal{Status: 412}, Refusal{}, "live, develop/000a6ca7ae4988a4d9f949d4456800"},
	{BadOpenAPIPath, Refusal{Status: 502}, Refusal{}, "wxcloudrun guide, weixin/open"},
}

func errcode(n int, message string) Refusal {
	return Refusal{Status: 200, Code: strconv.Itoa(n), Message: message}
}

// AccountAnswer is the JSON of an uploadimg call, for either outcome. Older answers of success lack errcode: 0 it is.
//
//	{"url":"http://mmbiz.qpic.cn/mmbiz_png/…/0?wx_fmt=png","errcode":0,"errmsg":"ok"}
//	{"errcode":40005,"errmsg":"invalid file type rid: 5f5b3894-6f7cfd2e-24149285"}
type AccountAnswer struct {
	URL     string `json:"url,omitempty"`
	ErrCode int    `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
}

// Marshal writes the answer as WeChat does.
func (a AccountAnswer) Marshal() ([]byte, error) { return marshalJSON(a) }

// UnmarshalAccount reads an answer, whatever its Content-Type claims.
func UnmarshalAccount(body []byte) (AccountAnswer, error) {
	var a AccountAnswer
	if err := json.Unmarshal(body, &a); err != nil {
		return a, errNotJSON
	}
	return a, nil
}
