package explain

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain/text"
	"github.com/wxup/wxup/sign"
)

// observedAnswer is an answer of the real service to a v3 request whose signature it did not
// accept. It shows some of the text that the service built: its length, its first four lines, and
// the first 8 bytes of the body.
//
//	{"code":"SIGN_ERROR","message":"错误的签名，验签失败","detail":{"detail":{"issue":"sign not match"},"field":"signature",
//	 "location":"authorization","sign_information":{"method":"POST","sign_message_length":89,
//	 "truncated_sign_message":"POST\n/v3/marketing/favor/media/image-upload\n1600233831\n01f12c9fd9c92f936ed33a3a4ea817e3\n\n",
//	 "url":"/v3/marketing/favor/media/image-upload"}}}
//
// Source: community/pay/doc/000426502ccd20d769fa5068651000.
type observedAnswer struct {
	Code    string
	Message string
	ErrMsg  string // of the account API
	Detail  struct {
		Field       string
		Information struct {
			Length    int    `json:"sign_message_length"`
			Truncated string `json:"truncated_sign_message"`
		} `json:"sign_information"`
	}
}

// shownOfBody is how many bytes of the body the real service shows.
const shownOfBody = 8

// Observed reads an answer of the real service, and compares it with the request if that is given
// (its Target, Header, and Body or Parts). What the answer shows comes first, and what the request
// alone shows follows.
func Observed(answer []byte, req *Request) []Finding {
	var a observedAnswer
	if json.Unmarshal(answer, &a) != nil {
		a.Message = string(answer[:min(len(answer), 2048)])
	}
	a.Message = cmp.Or(a.Message, a.ErrMsg)
	if req == nil {
		req = &Request{}
	}
	explain, usual := familyOf(req)
	f := readFacts(req, usual)
	d := &draft{ep: f.ep, unknown: req.Unknown, secrets: secretsOf(f, &Known{})}
	info := a.Detail.Information
	if info.Truncated != "" {
		observedText(f, d, info.Truncated, info.Length)
	}
	if cause := observedCause(&a); cause != "" {
		d.find(cause, "", strings.TrimSpace(a.Code+" "+a.Message))
	}
	found := d.report.Findings
	if req.Header == nil {
		return found
	}
	for _, x := range explain(req, nil).Findings {
		if x.Proof.Kind == ProofFact {
			found = append(found, x)
		}
	}
	return found
}

// familyOf returns the explanation of a request's family and its usual endpoint. Without an
// endpoint the path tells the family.
func familyOf(req *Request) (explain func(*Request, *Known) Report, usual *wxup.Endpoint) {
	family := wxup.PayV3
	switch {
	case req.Endpoint != nil:
		family = req.Endpoint.Family
	case strings.HasPrefix(req.Target, "/secapi/"):
		family = wxup.PayV2
	case strings.HasPrefix(req.Target, "/cgi-bin/"):
		family = wxup.FamilyAccount
	}
	switch family {
	case wxup.PayV2:
		return V2, usualV2
	case wxup.FamilyAccount:
		return Account, usualAccount
	}
	return V3, usualV3
}

// observedCause returns the cause that an answer names. Its message says what is wrong; the field
// alone says only that something is missing there, if the message does not complain of its content.
func observedCause(a *observedAnswer) string {
	for _, m := range observedMessages {
		if strings.Contains(a.Message, m.part) {
			return m.cause
		}
	}
	for _, content := range []string{"非法", "格式", "JSON", "json", "Content-Type", "类型"} {
		if strings.Contains(a.Message, content) {
			return ""
		}
	}
	for _, m := range observedMessages {
		if m.field != "" && a.Detail.Field == m.field {
			return m.cause
		}
	}
	return ""
}

// observedMessages are texts of the real service that say more than that the signature is wrong.
// Sources: official page 4012072670, and what users have posted.
var observedMessages = []struct{ part, field, cause string }{
	{"签名源串格式错误", "", "observed.extra_line"},
	{"不得超过5分钟", "", "observed.clock"},
	{"证书序列号有误", "", "observed.serial"},
	{"证书已过期", "", "observed.certificate"},
	{"证书已作废", "", "observed.certificate"},
	{"已更换证书", "", "observed.certificate"},
	{"缺少Accept或User-Agent", "", "observed.headers"},
	{"Authorization值格式错误", "", "observed.authorization"},
	{"Authorization认证类型不正确", "", "observed.authorization"},
	{"Authorization不合法", "", "observed.mchid"},
	{"/body/meta”", "/body/meta", "observed.meta_required"},
	{"/body/file”", "/body/file", "observed.file_required"},
	{"参数“图片文件”是必填项", "/UploadReq/file", "observed.file_required"},
	{"图片文件缺失", "", "observed.file_required"},
	{"文件名不一致", "", "observed.names"},
	{"sha256值有误", "", "observed.digest"},
	{"不是图片", "", "observed.not_picture"},
	{"No required SSL certificate was sent", "", "observed.no_certificate"},
	{"The SSL certificate error", "", "observed.bad_certificate"},
	{"商户没有权限", "", "observed.permission"},
	{"暂无图片上传权限", "", "observed.permission"},
	{"频率限制", "", "observed.frequent"},
	{"501 Not Implemented", "", "observed.front_end"},
	{"invalid meida size", "", "observed.size"},
	{"图片Content-Type非法", "", "form.part_type"},
}

// observedText compares the text that the real service built with the request's.
func observedText(f *facts, d *draft, truncated string, length int) {
	lines := strings.SplitN(truncated, "\n", 5)
	if len(lines) < 5 {
		return
	}
	seen := strings.TrimSuffix(lines[4], "\n")
	headLen := len(truncated) - len(lines[4])
	bodyLen := length - headLen - 1
	fact := fmt.Sprintf("sign_message_length %d, truncated_sign_message %s", length, truncated)
	if f.Header != nil {
		a, err := sign.ParseAuthorization(f.Header.Get("Authorization"))
		for i, x := range []struct{ cause, want string }{
			{"observed.method", f.Method}, {"observed.url", f.Target}, {"observed.timestamp", a.Timestamp}, {"observed.nonce", a.NonceStr},
		} {
			if x.want != "" && (i < 2 || err == nil) && lines[i] != x.want {
				d.find(x.cause, text.Visible(lines[i], 60)+" ≠ "+text.Visible(x.want, 60), fact)
			}
		}
	}
	switch {
	case length == 0:
	case bodyLen == 0:
		d.find("observed.no_meta", fmt.Sprint(length), fact)
	case !f.hasMeta:
		d.find("observed.body", fmt.Sprintf("%d, %s", bodyLen, text.Visible(seen, shownOfBody)), fact)
	case !strings.HasPrefix(string(f.meta), seen):
		d.find("observed.other_meta", text.Visible(seen, shownOfBody), fact)
	case bodyLen != len(f.meta):
		d.find("observed.meta_length", fmt.Sprintf("%d ≠ %d", bodyLen, len(f.meta)), fact)
	case len(d.report.Findings) == 0:
		d.find("observed.same_text", "", fact)
	}
}
