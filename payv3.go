package wxup

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/wxup/wxup/sign"
)

// The numbers at the end of a Request-ID that are known. Source: wechatpay-skills 排障手册, wechatpay.js.org.
const (
	numberSign     = 268443699
	numberParam    = 268435461
	numberTooLong  = 268435462
	numberFrequent = 268447840
	numberDisabled = 268443715
	numberOther    = 268435456 // not seen anywhere; wxup's for what has no known number
)

// v3Refusals: problem ↔ APIv3 answer. "seed" is the table of the endpoint's own official page; "live" is what users of
// the real service have posted; "public table" is the table of codes common to all of APIv3.
var v3Refusals = []refusalRow{
	{NotFound, Refusal{Status: 404}, Refusal{}, "live"},
	{MethodNotAllowed, Refusal{Status: 405}, Refusal{}, "live"},
	{MissingHeader, Refusal{Status: 400, Code: "INVALID_REQUEST", Message: "Http头缺少Accept或User-Agent", Number: numberParam}, Refusal{}, "live, 000e686b46cbd8980a82f4a7b6b800"},

	{BadAuthorization, signError("Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》"), Refusal{}, "4012072670"},
	{BadScheme, signError("HTTP头Authorization认证类型不正确"), Refusal{}, "4012072670"},
	{Expired, signError("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟"), Refusal{}, "4012072670; live, 000e4a8697061895c3da7fa3c5b400"},
	{UnknownMerchant, signError("Authorization不合法"), Refusal{}, "live, 2019"},
	{UnknownSerial, signError("商户证书序列号有误。请使用签名私钥匹配的证书序列号"), Refusal{}, "4012072670"},
	{NoCertificate, signError("商户未申请过证书。"), Refusal{}, "4012072670"},
	{CertificateExpired, signError("商户证书已过期"), Refusal{}, "4012072670"},
	{CertificateRevoked, signError("商户证书已作废"), Refusal{}, "4012072670"},
	{CertificateReplaced, signError("已更换证书，请使用新证书"), Refusal{}, "4012072670"},
	{NoAPIv3Key, signError("商户未设置APIv3密钥。"), Refusal{}, "4012072670"},
	{BadSignature, Refusal{Status: 403, Code: "REQUEST_BLOCKED", Message: "签名信息不匹配", Number: numberSign}, signError("错误的签名，验签失败"), "seed; live, 000426502ccd20d769fa5068651000"},
	{BadSignText, signError("签名源串格式错误"), Refusal{}, "live, 0002acfd8c4f3835ccd2b4d876b400"},
	{Replayed, signError("Http头Authorization中的nonce_str已被其他请求使用"), Refusal{}, "wxup"},

	{NoMeta, paramError("输入源“/body/meta”映射到字段“媒体文件元信息”必填性规则校验失败，此字段为必填项", "/body/meta"), Refusal{}, "live, 00086054aa8b18affe8b461665bc00"},
	{BadMeta, paramError("参数错误,meta信息有误,请检查后重新提交", "/body/meta"), Refusal{}, "wxup"},
	{NoFile, paramError("参数“图片文件”是必填项", "/UploadReq/file"), paramError("输入源“/body/file”映射到字段“图片文件”必填性规则校验失败，此字段为必填项", "/body/file"), "live, 00084aa4d881e06cfde9ee0685b000; live, 000c88c00c44787157db9fba851400"},
	{EmptyFile, paramError("图片文件为空", "/body/file"), paramError("图片文件缺失,请确认已选择待上传的图片", "/body/file"), "seed; live, wechatpay-apache-httpclient #188"},
	{NameMismatch, blocked("图片meta信息不一致"), paramError("参数错误,file文件名和meta的文件名不一致,请检查后重新提交", "/body/meta/filename"), "seed; live, 2019-09"},
	{BadDigest, blocked("图片meta信息不一致"), paramError("图片sha256值有误,请检查后重新提交", "/body/meta/sha256"), "seed; live, oCJUsw8vodq7wcNLVLscS14zuJig"},
	{NotImage, blocked("未知图片类型"), paramError("文件二进制内容不是图片,请检查后重新提交", "/body/file"), "seed; live, 2019-09"},
	{UnknownFormat, blocked("未知图片类型"), paramError("文件二进制内容不是图片,请检查后重新提交", "/body/file"), "seed; live, 2019-09"},
	{BadPartType, paramError("图片Content-Type非法", "/body/file"), Refusal{}, "live, wechatpay-go #221"},
	{TooLarge, Refusal{Status: 400, Code: "PARAM_ERROR", Message: "文件大小不能超过限制,请检查后重新提交", Number: numberTooLong, Field: "/body/file", Where: "body"}, Refusal{}, "wxup (the seed gives the limit, no text)"},
	{TooManyPixels, paramError("图片尺寸过大,请检查后重新提交", "/body/file"), Refusal{}, "wxup"},

	{NotPermitted, Refusal{Status: 403, Code: "NO_AUTH", Message: "商户没有权限", Number: numberDisabled}, Refusal{Status: 400, Code: "PARAM_ERROR", Message: "商户没有权限", Number: numberDisabled}, "public table; live, 0004ceb31903e0a7545a8e8695f400"},
	{NoPlatformCertificate, Refusal{Status: 404, Code: "RESOURCE_NOT_EXISTS", Message: "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。可查看指引https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html", Number: numberOther}, Refusal{}, "wechatpay-php README"},

	{TooFrequent, Refusal{Status: 429, Code: "RATELIMIT_EXCEEDED", Message: "操作过快,请稍后重试", Number: numberFrequent}, Refusal{Status: 429, Code: "FREQUENCY_LIMITED", Message: "操作过快,请稍后重试", Number: numberFrequent}, "public table (zh); business tables"},
	{Internal, Refusal{Status: 500, Code: "SYSTEM_ERROR", Message: "系统繁忙，请稍后重试", Number: numberOther}, Refusal{}, "public table; live, 000e060899c22861653a3b4885ec00"},
	{Unavailable, Refusal{Status: 503, Code: "SERVICE_UNAVAILABLE", Message: "服务不可用，请稍后重试", Number: numberOther}, Refusal{}, "public table"},
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

// V3Refusal is the body of a refused APIv3 request:
//
//	{"code":"PARAM_ERROR","message":"…","detail":{"field":"/body/meta","value":"","location":"body"}}
type V3Refusal struct {
	Code    string          `json:"code"`
	Message string          `json:"message"`
	Detail  json.RawMessage `json:"detail,omitempty"`
}

// V3Detail is the detail of a [V3Refusal] about one field.
type V3Detail struct {
	Field    string `json:"field"`
	Value    string `json:"value"`
	Issue    string `json:"issue,omitempty"`
	Location string `json:"location"`
}

// MarshalV3 writes the body of an accepted APIv3 upload: one member, or one inside objects where the row's Answer has
// dots ("receipt.receipt_id").
func MarshalV3(ep *Endpoint, value string) ([]byte, error) {
	steps := strings.Split(ep.Answer, ".")
	var answer any = value
	for i := len(steps) - 1; i >= 0; i-- {
		answer = map[string]any{steps[i]: answer}
	}
	return marshalJSON(answer)
}

// UnmarshalV3 reads what [MarshalV3] writes; other members may stand beside it. Where documents disagree about the
// member's name (media_url or image_url), either is read.
func UnmarshalV3(ep *Endpoint, body []byte) (string, error) {
	return jsonMember(body, ep.Answer, "media_url", "image_url")
}

// jsonMember finds a text that is not empty in a JSON object: at path, whose dots step into objects, or else, at the
// place of its last step, under one of the other names.
func jsonMember(body []byte, path string, others ...string) (string, error) {
	var object map[string]any
	if err := json.Unmarshal(body, &object); err != nil {
		return "", errNotJSON
	}
	names := strings.Split(path, ".")
	last := len(names) - 1
	for _, name := range names[:last] {
		object, _ = object[name].(map[string]any)
	}
	for _, name := range append(names[last:], others...) {
		if value, _ := object[name].(string); value != "" {
			return value, nil
		}
	}
	return "", errors.New("the answer has no " + path)
}

var errNotJSON = errors.New("the answer is not a JSON object")

// marshalJSON is json.Marshal without the escapes for HTML, which WeChat does not send.
func marshalJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// CertificateList is the answer of GET /v3/certificates: the platform certificates in PEM, each encrypted under the
// merchant's APIv3 key. Two at once stand in it while one is replaced by the next.
//
//	{"data":[{"serial_no":"5DEA…","effective_time":"2023-09-19T23:15:58+08:00","expire_time":"2028-09-17T23:15:58+08:00",
//	 "encrypt_certificate":{"algorithm":"AEAD_AES_256_GCM","nonce":"14b16c03dc1b","associated_data":"certificate","ciphertext":"…"}}]}
type CertificateList struct {
	Data []CertificateItem `json:"data"`
}

// CertificateItem is one platform certificate of a [CertificateList].
type CertificateItem struct {
	SerialNo           string      `json:"serial_no"`
	EffectiveTime      time.Time   `json:"effective_time"`
	ExpireTime         time.Time   `json:"expire_time"`
	EncryptCertificate sign.Secret `json:"encrypt_certificate"`
}
