package problem

import "net/http"

// The numbers at the end of a Request-ID that are known. Source: wechatpay-skills 排障手册,
// wechatpay.js.org.
const (
	numberSign     = 268443699
	numberParam    = 268435461
	numberTooLong  = 268435462
	numberFrequent = 268447840
	numberDisabled = 268443715
	numberOther    = 268435456 // not seen anywhere; wxup's for what has no known number
)

// V3 is the table of WeChat Pay APIv3.
var V3 = &Table{v3Refusals, map[string]Problem{
	"RATE_LIMITED": TooFrequent, "FREQUENCY_LIMIT_EXCEED": TooFrequent, "FREQUENCY_LIMITED": TooFrequent, "RATELIMIT_EXCEEDED": TooFrequent,
	"SYSTEMERROR": Internal, "SIGN_ERROR": BadSignature, "NO_AUTH": NotPermitted, "PARAM_ERROR": BadParameter, "INVALID_REQUEST": BadParameter,
	"REQUEST_BLOCKED": BadSignature, "RESOURCE_NOT_EXISTS": NotFound,
}, map[int]Problem{http.StatusUnauthorized: BadSignature}}

// v3Refusals is the table of APIv3. "seed" is the table of the endpoint's own official page; "live"
// is what users of the real service have posted; "public table" is the table of codes common to all
// of APIv3.
var v3Refusals = []Row{
	{NotFound, proven, Refusal{Status: 404}, Refusal{}, "live"},
	{MethodNotAllowed, unproven, Refusal{Status: 405}, Refusal{}, "live"},
	{MissingHeader, unproven, Refusal{Status: 400, Code: "INVALID_REQUEST", Message: "Http头缺少Accept或User-Agent", Number: numberParam}, Refusal{}, "live, 000e686b46cbd8980a82f4a7b6b800"},

	{BadAuthorization, unproven, signError("Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》"), Refusal{}, "4012072670"},
	{BadScheme, unproven, signError("HTTP头Authorization认证类型不正确"), Refusal{}, "4012072670"},
	{Expired, unproven, signError("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟"), Refusal{}, "4012072670; live, 000e4a8697061895c3da7fa3c5b400"},
	{UnknownMerchant, unproven, signError("Authorization不合法"), Refusal{}, "live, 2019"},
	{UnknownSerial, unproven, signError("商户证书序列号有误。请使用签名私钥匹配的证书序列号"), Refusal{}, "4012072670"},
	{NoCertificate, unproven, signError("商户未申请过证书。"), Refusal{}, "4012072670"},
	{CertificateExpired, unproven, signError("商户证书已过期"), Refusal{}, "4012072670"},
	{CertificateRevoked, unproven, signError("商户证书已作废"), Refusal{}, "4012072670"},
	{CertificateReplaced, unproven, signError("已更换证书，请使用新证书"), Refusal{}, "4012072670"},
	{NoAPIv3Key, proven, signError("商户未设置APIv3密钥。"), Refusal{}, "4012072670"},
	{BadSignature, unproven, Refusal{Status: 403, Code: "REQUEST_BLOCKED", Message: "签名信息不匹配", Number: numberSign}, signError("错误的签名，验签失败"), "seed; live, 000426502ccd20d769fa5068651000"},
	{BadSignText, unproven, signError("签名源串格式错误"), Refusal{}, "live, 0002acfd8c4f3835ccd2b4d876b400"},
	{Replayed, proven, signError("Http头Authorization中的nonce_str已被其他请求使用"), Refusal{}, "wxup"},

	{NoMeta, proven, paramError("输入源“/body/meta”映射到字段“媒体文件元信息”必填性规则校验失败，此字段为必填项", "/body/meta"), Refusal{}, "live, 00086054aa8b18affe8b461665bc00"},
	{BadMeta, proven, paramError("参数错误,meta信息有误,请检查后重新提交", "/body/meta"), Refusal{}, "wxup"},
	{NoFile, proven, paramError("参数“图片文件”是必填项", "/UploadReq/file"), paramError("输入源“/body/file”映射到字段“图片文件”必填性规则校验失败，此字段为必填项", "/body/file"), "live, 00084aa4d881e06cfde9ee0685b000; live, 000c88c00c44787157db9fba851400"},
	{EmptyFile, proven, paramError("图片文件为空", "/body/file"), paramError("图片文件缺失,请确认已选择待上传的图片", "/body/file"), "seed; live, wechatpay-apache-httpclient #188"},
	{NameMismatch, proven, blocked("图片meta信息不一致"), paramError("参数错误,file文件名和meta的文件名不一致,请检查后重新提交", "/body/meta/filename"), "seed; live, 2019-09"},
	{BadDigest, proven, blocked("图片meta信息不一致"), paramError("图片sha256值有误,请检查后重新提交", "/body/meta/sha256"), "seed; live, oCJUsw8vodq7wcNLVLscS14zuJig"},
	{NotImage, proven, blocked("未知图片类型"), paramError("文件二进制内容不是图片,请检查后重新提交", "/body/file"), "seed; live, 2019-09"},
	{UnknownFormat, proven, blocked("未知图片类型"), paramError("文件二进制内容不是图片,请检查后重新提交", "/body/file"), "seed; live, 2019-09"},
	{BadPartType, proven, Refusal{Status: 400, Code: "INVALID_REQUEST", Message: "图片Content-Type非法", Number: numberParam}, Refusal{}, "live, wechatpay-go #221, gopay #393"},
	{TooLarge, proven, Refusal{Status: 400, Code: "PARAM_ERROR", Message: "文件大小不能超过限制,请检查后重新提交", Number: numberTooLong, Field: "/body/file", Where: "body"}, Refusal{}, "wxup (the seed gives the limit, no text)"},
	{TooManyPixels, proven, paramError("图片尺寸过大,请检查后重新提交", "/body/file"), Refusal{}, "wxup"},

	{NotPermitted, unproven, Refusal{Status: 403, Code: "NO_AUTH", Message: "商户没有权限", Number: numberDisabled}, Refusal{Status: 400, Code: "PARAM_ERROR", Message: "商户没有权限", Number: numberDisabled}, "public table; live, 0004ceb31903e0a7545a8e8695f400"},
	{NoPlatformCertificate, proven, Refusal{Status: 404, Code: "RESOURCE_NOT_EXISTS", Message: "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。可查看指引https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html", Number: numberOther}, Refusal{}, "wechatpay-php README"},

	{TooFrequent, proven, Refusal{Status: 429, Code: "RATELIMIT_EXCEEDED", Message: "操作过快,请稍后重试", Number: numberFrequent}, Refusal{Status: 429, Code: "FREQUENCY_LIMITED", Message: "操作过快,请稍后重试", Number: numberFrequent}, "public table (zh); business tables"},
	{Internal, proven, Refusal{Status: 500, Code: "SYSTEM_ERROR", Message: "系统繁忙，请稍后重试", Number: numberOther}, Refusal{}, "public table; live, 000e060899c22861653a3b4885ec00"},
	{Unavailable, unproven, Refusal{Status: 503, Code: "SERVICE_UNAVAILABLE", Message: "服务不可用，请稍后重试", Number: numberOther}, Refusal{}, "public table"},
}

func signError(message string) Refusal {
	return Refusal{Status: 401, Code: "SIGN_ERROR", Message: message, Number: numberSign}
}

func paramError(message, field string) Refusal {
	return Refusal{Status: 400, Code: "PARAM_ERROR", Message: message, Number: numberParam, Field: field, Where: "body"}
}

func blocked(message string) Refusal {
	return Refusal{Status: 403, Code: "REQUEST_BLOCKED", Message: message, Number: numberParam}
}
