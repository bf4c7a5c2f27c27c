package explain

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/wxup/wxup/sign"
)

// An answer of the real service to a v3 request whose signature it did not accept. It tells something of the text that it
// built itself: how long that was, its four first lines, and the first 8 bytes of the body that it saw.
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

// Observed reads what an answer of the real service tells, and compares it with the request if that is given (its Target,
// Header, and Body or Parts). Its findings stand in the answer; what stands in the request alone follows them.
func Observed(answer []byte, req *Request) []Finding {
	var a observedAnswer
	if json.Unmarshal(answer, &a) != nil {
		a.Message = string(answer[:min(len(answer), 2048)])
	}
	if req == nil {
		req = &Request{}
	}
	e := examine(req, nil, usualV3)
	info := a.Detail.Information
	if info.Truncated != "" {
		e.observedText(info.Truncated, info.Length)
	}
	for _, m := range observedMessages {
		if strings.Contains(a.Message, m.part) || m.field != "" && a.Detail.Field == m.field {
			e.find(m.cause, "", strings.TrimSpace(a.Code+" "+a.Message))
			break
		}
	}
	found := e.report.Findings
	if req.Header == nil {
		return found
	}
	for _, f := range V3(req, nil).Findings {
		if f.Proof.Kind == ProofFact {
			found = append(found, f)
		}
	}
	return found
}

// observedMessages are texts of the real service that say more than that the signature is wrong. Sources: official page
// 4012072670, and what users have posted.
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
	{"Authorization不合法", "", "observed.authorization"},
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
}

// observedText compares the text that the real service built with the request's.
func (e *evidence) observedText(truncated string, length int) {
	lines := strings.SplitN(truncated, "\n", 5)
	if len(lines) < 5 {
		return
	}
	seen := strings.TrimSuffix(lines[4], "\n")
	headLen := len(truncated) - len(lines[4])
	bodyLen := length - headLen - 1
	fact := fmt.Sprintf("sign_message_length %d, truncated_sign_message %s", length, truncated)
	if e.Header != nil {
		a, err := sign.ParseAuthorization(e.Header.Get("Authorization"))
		for i, x := range []struct{ cause, want string }{
			{"observed.method", e.Method}, {"observed.url", e.Target}, {"observed.timestamp", a.Timestamp}, {"observed.nonce", a.NonceStr},
		} {
			if x.want != "" && (i < 2 || err == nil) && lines[i] != x.want {
				e.find(x.cause, visible(lines[i], 60)+" ≠ "+visible(x.want, 60), fact)
			}
		}
	}
	switch {
	case length == 0:
	case bodyLen == 0:
		e.find("observed.no_meta", fmt.Sprint(length), fact)
	case e.meta == nil:
		e.find("observed.body", fmt.Sprintf("%d, %s", bodyLen, visible(seen, shownOfBody)), fact)
	case !strings.HasPrefix(string(e.meta), seen):
		e.find("observed.other_meta", visible(seen, shownOfBody), fact)
	case bodyLen != len(e.meta):
		e.find("observed.meta_length", fmt.Sprintf("%d ≠ %d", bodyLen, len(e.meta)), fact)
	case len(e.report.Findings) == 0:
		e.find("observed.same_text", "", fact)
	}
}
