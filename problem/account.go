package problem

import "strconv"

// Account is the table of the API with access tokens.
var Account = &Table{accountRefusals, map[string]Problem{
	"40006": TooLarge, "45001": TooLarge, "40113": UnknownFormat, "40137": NotImage, "40005": UnknownFormat, "41005": NoFile,
}, nil}

// accountRefusals is the table of errcode and errmsg. The server puts " rid: …" after the message.
// Sources: the official tables of global return codes, and reports of users where "live" is said.
var accountRefusals = []Row{
	{Internal, proven, errcode(-1, "system error"), Refusal{}, "global table"},
	{Unavailable, unproven, errcode(-1, "system error"), Refusal{}, "global table"},
	{BadToken, unproven, errcode(40001, "invalid credential, access_token is invalid or not latest"), errcode(40001, "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"), "global table; live"},
	{BadGrantType, proven, errcode(40002, "invalid grant_type"), Refusal{}, "global table"},
	{UnknownType, unproven, errcode(40004, "invalid media type"), Refusal{}, "global table"},
	{UnknownFormat, proven, errcode(40005, "invalid file type"), Refusal{}, "seed"},
	{NotImage, proven, errcode(40005, "invalid file type"), Refusal{}, "seed"},
	{TooLarge, proven, errcode(40009, "invalid image size"), Refusal{}, "seed"},
	{TooManyPixels, proven, errcode(40009, "invalid image size"), Refusal{}, "seed"},
	{UnknownApp, unproven, errcode(40013, "invalid appid"), Refusal{}, "global table"},
	{MalformedToken, unproven, errcode(40014, "invalid access_token"), Refusal{}, "global table"},
	{BadSecret, proven, errcode(40125, "invalid appsecret"), Refusal{}, "global table"},
	{AddressNotAllowed, proven, errcode(40164, "invalid ip, not in whitelist"), Refusal{}, "global table"},
	{SecretFrozen, proven, errcode(40243, "AppSecret has been frozen"), Refusal{}, "global table"},
	{NoToken, unproven, errcode(41001, "access_token missing"), Refusal{}, "global table"},
	{NoSecret, proven, errcode(41004, "appsecret missing"), Refusal{}, "global table"},
	{NoFile, proven, errcode(41005, "media data missing"), Refusal{}, "global table"},
	{BadForm, unproven, errcode(41005, "media data missing"), Refusal{}, "global table; live"},
	{TokenExpired, unproven, errcode(42001, "access_token expired"), Refusal{}, "global table"},
	{MethodNotAllowed, unproven, errcode(43002, "require POST method"), Refusal{}, "global table"},
	{NotHTTPS, unproven, errcode(43003, "require https"), Refusal{}, "global table"},
	{EmptyFile, proven, errcode(44001, "empty media data"), Refusal{}, "global table"},
	{EmptyBody, unproven, errcode(44002, "empty post data"), Refusal{}, "global table"},
	{DailyQuotaExceeded, proven, errcode(45009, "reach max api daily quota limit"), Refusal{}, "global table"},
	{TooFrequent, proven, errcode(45011, "api minute-quota reach limit, must slower, retry next minute"), Refusal{}, "global table; live"},
	{APIUnauthorized, unproven, errcode(48001, "api unauthorized"), Refusal{}, "global table"},
	{APIForbidden, unproven, errcode(48004, "api forbidden for irregularities, view detail on mp.weixin.qq.com"), Refusal{}, "global table"},
	{AccountLimited, unproven, errcode(50002, "user limited"), Refusal{}, "global table"},
	{NotAuthorized, unproven, errcode(61003, "component is not authorized by this account"), Refusal{}, "global table"},
	{ComponentAddress, proven, errcode(61004, "access clientip is not registered"), Refusal{}, "global table"},
	{BadTicket, proven, errcode(61006, "component ticket is invalid"), Refusal{}, "global table"},
	{NotPermitted, unproven, errcode(61007, "api is unauthorized to component"), Refusal{}, "global table"},
	{BadCode, proven, errcode(61009, "code is invalid"), Refusal{}, "global table"},
	{CodeExpired, proven, errcode(61010, "code is expired"), Refusal{}, "global table"},
	{BadRefreshToken, proven, errcode(61023, "refresh_token is invalid"), Refusal{}, "global table"},
	{BadParameter, unproven, errcode(47001, "data format error"), Refusal{}, "global table"},
	{UnknownRID, proven, errcode(76001, "rid not found"), Refusal{}, "page of rid/get"},
	{BadRID, proven, errcode(76002, "rid is error"), Refusal{}, "page of rid/get"},
	{ForeignRID, proven, errcode(76003, "could not query this rid,no permission"), Refusal{}, "page of rid/get"},
	{UnknownCGIPath, proven, errcode(76021, "cgi_path not found, please check"), Refusal{}, "page of quota/get"},
	{CGIPathForbidden, proven, errcode(76022, "could not use this cgi_path,no permission"), Refusal{}, "page of quota/get"},
	{NotFound, proven, Refusal{Status: 404}, Refusal{}, "wxup"},
	{ChunkedBody, unproven, Refusal{Status: 412}, Refusal{}, "live, develop/000a6ca7ae4988a4d9f949d4456800"},
	{BadOpenAPIPath, proven, Refusal{Status: 502}, Refusal{}, "wxcloudrun guide, weixin/open"},
}

func errcode(n int, message string) Refusal {
	return Refusal{Status: 200, Code: strconv.Itoa(n), Message: message}
}
