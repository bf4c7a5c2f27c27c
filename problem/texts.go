package problem

import "strings"

// Error returns the English text.
func (p Problem) Error() string {
	if text, ok := texts[p]; ok {
		return text.en
	}
	return strings.ReplaceAll(string(p), "_", " ")
}

// Text says what is wrong, in English or, if lang begins with "zh", in Chinese.
func (p Problem) Text(lang string) string { return texts[p].in(lang) }

// Hint says what to do about the problem, in the language that [Problem.Text] would use. It may be
// empty.
func (p Problem) Hint(lang string) string { return hints[p].in(lang) }

// pair is a text in English and in Chinese.
type pair struct{ en, zh string }

func (t pair) in(lang string) string {
	if strings.HasPrefix(lang, "zh") {
		return t.zh
	}
	return t.en
}

// texts says what is wrong, hints what to do about it. WeChat's own messages are in the tables of
// refusals.
var texts = map[Problem]pair{
	NotFound:         {"there is no such path", "没有这个路径"},
	MethodNotAllowed: {"the method is not the one of this API", "请求方法与接口不符"},
	Unreadable:       {"what was sent is no HTTP request that can be read", "收到的不是可以解析的 HTTP 请求"},
	WrongHost:        {"the request names a host that is not this server's", "请求所写的域名不是本服务的"},
	NotHTTPS:         {"the request must come over https", "必须使用 https"},
	ChunkedBody:      {"the request has no Content-Length", "请求没有 Content-Length（分块传输）"},
	MissingHeader:    {"the Accept or the User-Agent header is missing", "缺少 Accept 或 User-Agent 请求头"},
	BadForm:          {"the multipart body cannot be read", "无法解析 multipart 请求体"},
	EmptyBody:        {"the request has no body", "请求体为空"},
	BadParameter:     {"a form field is missing or malformed", "表单字段缺失或格式不对"},

	BadAuthorization:      {"the Authorization header is malformed", "Authorization 头格式错误"},
	BadScheme:             {"the Authorization scheme is not WECHATPAY2-SHA256-RSA2048", "Authorization 认证类型不正确"},
	Expired:               {"the timestamp is more than five minutes off", "时间戳与服务器相差超过 5 分钟"},
	Replayed:              {"the nonce_str was already used by another request", "nonce_str 已被另一个请求使用"},
	UnknownMerchant:       {"no such merchant", "商户号不存在"},
	UnknownSerial:         {"the merchant has no API certificate with this serial number", "商户没有该序列号的 API 证书"},
	NoCertificate:         {"the merchant has no API certificate", "商户未申请过 API 证书"},
	CertificateExpired:    {"the merchant's API certificate has expired", "商户 API 证书已过期"},
	CertificateRevoked:    {"the merchant's API certificate was revoked", "商户 API 证书已作废"},
	CertificateReplaced:   {"the merchant's API certificate was replaced by a newer one", "商户 API 证书已被新证书取代"},
	NoAPIv3Key:            {"the merchant has set no APIv3 key", "商户未设置 APIv3 密钥"},
	NoPlatformCertificate: {"the merchant uses the WeChat Pay public key and has no platform certificate", "商户使用微信支付公钥，没有平台证书"},
	BadSignature:          {"the signature does not match the request", "签名与请求不符"},
	BadSignText:           {"the text that was signed has a line too many", "待签名串多了一行"},
	NoClientCertificate:   {"the request showed no TLS client certificate", "请求没有携带客户端证书"},
	NoCertificateName:     {"the client certificate's subject names no merchant", "客户端证书的 DN 中没有商户号"},
	UntrustedCertificate:  {"the client certificate has expired or was not issued for merchants", "客户端证书已过期，或不是签发给商户的"},
	BadClientCertificate:  {"the client certificate is not this merchant's", "客户端证书不是该商户的"},
	NotPermitted:          {"the account is not permitted to use this API", "没有调用该接口的权限"},

	NoToken:            {"the access_token is missing", "缺少 access_token"},
	BadToken:           {"the access_token is wrong or not the latest", "access_token 无效或不是最新的"},
	MalformedToken:     {"the access_token is malformed", "access_token 不合法"},
	TokenExpired:       {"the access_token has expired", "access_token 已过期"},
	UnknownApp:         {"no such appid", "appid 不存在"},
	NoSecret:           {"the appsecret is missing", "缺少 appsecret"},
	BadSecret:          {"the appsecret is wrong", "appsecret 错误"},
	SecretFrozen:       {"the appsecret is frozen", "appsecret 已被冻结"},
	BadGrantType:       {"grant_type must be client_credential", "grant_type 必须是 client_credential"},
	AddressNotAllowed:  {"the caller's IP address is not on the account's allow-list", "调用方 IP 不在白名单中"},
	APIUnauthorized:    {"the account does not have this API", "公众号没有该接口权限"},
	APIForbidden:       {"this API was taken from the account", "该接口已被封禁"},
	AccountLimited:     {"the account is restricted", "账号受限"},
	NotAuthorized:      {"the account has not authorized this third party", "该账号未授权此第三方平台"},
	ComponentAddress:   {"the third party's IP address is not registered", "第三方平台 IP 未登记"},
	BadTicket:          {"the component_verify_ticket is wrong", "component_verify_ticket 无效"},
	BadCode:            {"the authorization_code is unknown or was used", "authorization_code 无效或已使用"},
	CodeExpired:        {"the authorization_code has expired", "authorization_code 已过期"},
	BadRefreshToken:    {"the authorizer_refresh_token is wrong", "authorizer_refresh_token 无效"},
	UnknownRID:         {"there is no such rid, or it is older than seven days", "rid 不存在，或已超过 7 天"},
	BadRID:             {"the rid is missing or malformed", "rid 为空或格式错误"},
	UnknownType:        {"the type in the URL is missing or unknown", "URL 中的 type 缺失或无效"},
	UnknownCGIPath:     {"the cgi_path does not exist", "cgi_path 不存在"},
	CGIPathForbidden:   {"the quota of this cgi_path cannot be asked", "该 cgi_path 不支持查询额度"},
	ForeignRID:         {"the rid belongs to another account", "该 rid 属于其他账号"},
	BadOpenAPIPath:     {"the side-car's allow-list does not hold this API", "开放接口服务的白名单中没有该接口"},
	DailyQuotaExceeded: {"the account's calls for today are used up", "当日调用次数已用完"},

	NoMeta:        {"the form has no readable meta part", "表单中没有可读的 meta 部分"},
	BadMeta:       {"the meta part is not the JSON object that is wanted", "meta 不是所要求的 JSON 对象"},
	NoFile:        {"the form has no file part of the right name", "表单中没有正确命名的文件部分"},
	EmptyFile:     {"the file is empty", "文件为空"},
	NameMismatch:  {"meta and the file part name different files", "meta 与文件部分的文件名不一致"},
	BadDigest:     {"the digest does not belong to the file", "摘要与文件内容不符"},
	UnknownFormat: {"the file name's suffix is not one that is accepted", "文件名后缀不在允许范围内"},
	NotImage:      {"the content is not an image of an accepted format, or is damaged", "文件内容不是允许格式的图片，或已损坏"},
	BadPartType:   {"the file part's Content-Type is not an image's", "文件部分的 Content-Type 不是图片类型"},
	TooLarge:      {"the file is too large", "文件过大"},
	TooManyPixels: {"the picture has too many pixels, scans or segments", "图片像素、扫描或分段过多"},

	TooFrequent: {"too many requests at the moment", "操作过于频繁"},
	Internal:    {"the server failed", "服务器内部错误"},
	Unavailable: {"the service is not available", "服务不可用"},

	BadAnswer:        {"the answer is not one that WeChat gives", "应答不是微信的格式"},
	UnverifiedAnswer: {"the answer is not proved to come from WeChat", "应答未能证明来自微信"},
	Refused:          {"the request was refused for a reason that is not in the tables", "请求被拒绝，原因不在错误码表中"},
}

var hints = map[Problem]pair{
	NotFound:              {"check the base URL and the path", "请检查服务地址与路径"},
	Unreadable:            {"look at what the client wrote, byte for byte", "请逐字节检查客户端发出的内容"},
	ChunkedBody:           {"send the body with a Content-Length (do not stream it chunked)", "请带上 Content-Length 发送，不要用分块传输"},
	MissingHeader:         {"send Accept: application/json and any User-Agent", "请发送 Accept: application/json 和任意 User-Agent"},
	BadAuthorization:      {`write it on one line: WECHATPAY2-SHA256-RSA2048 mchid="…",nonce_str="…",timestamp="…",serial_no="…",signature="…"; under /brand/ WECHATPAY-BRAND-SHA256-RSA2048 brand_id="…",…`, `请写成一行：WECHATPAY2-SHA256-RSA2048 mchid="…",nonce_str="…",timestamp="…",serial_no="…",signature="…"；/brand/ 下的接口写 WECHATPAY-BRAND-SHA256-RSA2048 brand_id="…",…`},
	Expired:               {"set the clock, and send seconds, not milliseconds", "请校准时钟，并使用秒而不是毫秒"},
	Replayed:              {"make a new nonce_str for each request", "每个请求请使用新的 nonce_str"},
	UnknownMerchant:       {"check mchid", "请检查商户号"},
	UnknownSerial:         {"serial_no is that of the merchant's API certificate (apiclient_cert.pem), not the platform's", "serial_no 是商户 API 证书（apiclient_cert.pem）的序列号，不是平台证书的"},
	CertificateExpired:    {"apply for a new API certificate in the merchant portal", "请在商户平台申请新的 API 证书"},
	CertificateRevoked:    {"use the merchant's current API certificate", "请使用商户当前的 API 证书"},
	CertificateReplaced:   {"use the merchant's current API certificate", "请使用商户当前的 API 证书"},
	NoAPIv3Key:            {"set an APIv3 key in the merchant portal", "请在商户平台设置 APIv3 密钥"},
	NoPlatformCertificate: {"use the WeChat Pay public key (PUB_KEY_ID_…) from the merchant portal", "请使用商户平台的微信支付公钥（PUB_KEY_ID_…）"},
	BadSignature:          {"sign the meta part alone, byte for byte as it is sent, and nothing as the body of a GET; check that the key belongs to the serial number", "只签 meta 部分，且与发送的字节完全一致，GET 请求的报文主体为空；并确认私钥与证书序列号匹配"},
	BadSignText:           {"the text has five lines: method, path, timestamp, nonce_str, meta", "待签名串共五行：方法、路径、时间戳、随机串、meta"},
	NoClientCertificate:   {"use TLS with apiclient_cert.pem and apiclient_key.pem (or apiclient_cert.p12)", "请在 TLS 中使用 apiclient_cert.pem 和 apiclient_key.pem（或 apiclient_cert.p12）"},
	UntrustedCertificate:  {"use the merchant's current API certificate", "请使用商户当前的 API 证书"},
	BadClientCertificate:  {"use the API certificate of the merchant that mch_id names", "请使用 mch_id 对应商户的 API 证书"},
	NotPermitted:          {"open the product for this account, or use the endpoint that belongs to it", "请为该账号开通产品权限，或改用对应的接口"},
	NoToken:               {"send ?access_token=…", "请在 URL 中带上 access_token"},
	BadToken:              {"fetch a new access_token; let one place fetch it, as a newer token ends the older", "请重新获取 access_token，并由一处统一获取：新的会使旧的失效"},
	MalformedToken:        {"send the access_token as it was answered, URL-encoded once", "请原样发送 access_token，只做一次 URL 编码"},
	TokenExpired:          {"fetch a new access_token", "请重新获取 access_token"},
	UnknownApp:            {"check appid", "请检查 appid"},
	BadSecret:             {"check appsecret", "请检查 appsecret"},
	AddressNotAllowed:     {"add the address to the account's allow-list", "请把该 IP 加入账号的白名单"},
	NoFile:                {"name the file part as the document says, and give it a filename", "请按文档命名文件部分，并带上 filename"},
	NoMeta:                {"send a part named meta, without a filename, before or after the file", "请发送名为 meta 的部分，不要带 filename"},
	BadDigest:             {"compute the digest over the very bytes that are sent, in lower-case hex", "请对实际发送的字节计算摘要，并用小写十六进制"},
	NameMismatch:          {"give meta and the file part the same filename", "meta 与文件部分请使用相同的文件名"},
	UnknownFormat:         {"give the file a suffix of a format that the endpoint takes", "请使用该接口允许的文件后缀"},
	NotImage:              {"convert the file to a format that the endpoint takes", "请把文件转换为该接口允许的格式"},
	TooLarge:              {"make the file smaller", "请减小文件"},
	TooManyPixels:         {"make the picture smaller", "请减小图片尺寸"},
	TooFrequent:           {"wait a little and try again", "请稍后重试"},
	DailyQuotaExceeded:    {"wait until tomorrow", "请明天再试"},
	Internal:              {"try again; if it goes on, ask with the request id", "请重试；若仍失败，请凭请求号查询"},
	Unavailable:           {"try again in a moment", "请稍后重试"},
	BadAnswer:             {"check the base URL, and whether a proxy stands in between", "请检查服务地址，以及中间是否有代理"},
	UnverifiedAnswer:      {"check the clock, and that the WeChat Pay public key or platform certificates are the current ones", "请校准时钟，并确认微信支付公钥或平台证书是当前的"},
}
