package wxup

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// v2Refusals: problem ↔ APIv2 answer. The texts are those of the official page's table (seed) without its remarks.
// Which lines come as return_msg and which as err_code no page says: what is wrong with the request as such is taken for
// the former (Protocol), and carries err_code too.
var v2Refusals = []refusalRow{
	{MethodNotAllowed, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "请使用post 方法,请检查后重新提交", Protocol: true}, Refusal{}, "seed"},
	{BadForm, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "xml参数格式错误,请检查后重新提交", Protocol: true}, Refusal{}, "seed"},
	{NoClientCertificate, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "获取客户端证书序列号失败,请检查后重试", Protocol: true}, Refusal{Status: 400, Message: "400 No required SSL certificate was sent"}, "seed; live, zwczou/weixin-python #88"},
	{NoCertificateName, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "获取客户端证书特征名称(DN)域失败,请检查后重试", Protocol: true}, Refusal{}, "seed"},
	{BadClientCertificate, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "证书校验失败,请检查后重试", Protocol: true}, Refusal{}, "seed"},
	{UntrustedCertificate, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "证书校验失败,请检查后重试", Protocol: true}, Refusal{Status: 400, Message: "400 The SSL certificate error"}, "seed; live, binarywang/weixin-java-pay-demo #60"},
	{BadSignature, Refusal{Status: 200, Code: "SIGNERROR", Message: "签名校验失败,请检查后重试", Protocol: true}, Refusal{}, "seed"},

	{BadParameter, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "参数填写有误,请检查后重试"}, Refusal{Status: 200, Message: "图片参数填写有误,请检查后重新提交", Protocol: true}, "seed; live, 000a8e2c5e07d00c2c6937b6e5b000"},
	{NoFile, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "参数填写有误,请检查后重试"}, Refusal{Status: 200, Message: "图片参数填写有误,请检查后重新提交", Protocol: true}, "seed; live, 000a8e2c5e07d00c2c6937b6e5b000"},
	{EmptyFile, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "参数填写有误,请检查后重试"}, Refusal{Status: 200, Message: "图片参数填写有误,请检查后重新提交", Protocol: true}, "seed; live, 000a8e2c5e07d00c2c6937b6e5b000"},
	{NotImage, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "图片格式不正确,请检查后重新提交"}, Refusal{}, "seed"},
	{UnknownFormat, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "图片格式不正确,请检查后重新提交"}, Refusal{}, "seed"},
	{TooManyPixels, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "图片格式不正确,请检查后重新提交"}, Refusal{}, "wxup"},
	{TooLarge, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "图片大小不能超过2M,请检查后重新提交"}, Refusal{}, "seed"},
	{BadDigest, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "图片Hash 值有误,请检查后重新提交"}, Refusal{}, "seed"},
	{UnknownMerchant, Refusal{Status: 200, Code: "PARAM_ERROR", Message: "商户号mchid 有误,请检查后重试"}, Refusal{}, "seed"},
	{NotPermitted, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "暂无权限,请检查后重试"}, Refusal{Status: 200, Code: "INVALID_REQUEST", Message: "暂无图片上传权限,请检查后重试"}, "seed; live, 000a8e2c5e07d00c2c6937b6e5b000"},
	{TooFrequent, Refusal{Status: 200, Code: "FREQUENCY_LIMITED", Message: "操作过快,请稍后重试"}, Refusal{}, "seed"},
	{Internal, Refusal{Status: 200, Code: "SYSTEMERROR", Message: "上传图片失败,请稍后重试"}, Refusal{}, "seed"},
	{Unavailable, Refusal{Status: 200, Code: "SYSTEMERROR", Message: "上传图片失败,请稍后重试"}, Refusal{}, "seed"},
}

// V2Field is one element of an APIv2 answer.
type V2Field struct{ Name, Value string }

// MarshalV2 writes an APIv2 answer, each value in CDATA:
//
//	<xml>
//	<return_code><![CDATA[SUCCESS]]></return_code>
//	…
//	</xml>
func MarshalV2(fields []V2Field) []byte {
	var b bytes.Buffer
	b.WriteString("<xml>\n")
	for _, f := range fields {
		value := strings.ReplaceAll(f.Value, "]]>", "]]]]><![CDATA[>")
		fmt.Fprintf(&b, "<%s><![CDATA[%s]]></%s>\n", f.Name, value, f.Name)
	}
	b.WriteString("</xml>")
	return b.Bytes()
}

// UnmarshalV2 reads an APIv2 answer: the elements inside its root and their text. An element that holds elements, or
// occurs twice, is an error; so is what is not XML.
func UnmarshalV2(body []byte) (map[string]string, error) {
	dec := xml.NewDecoder(bytes.NewReader(body))
	fields := map[string]string{}
	var name string
	var text strings.Builder
	depth, roots := 0, 0
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, errNotXML
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > 2 {
				return nil, errors.New("the answer's XML is nested deeper than it should be")
			}
			if depth == 1 {
				roots++
			} else {
				name = t.Name.Local
				text.Reset()
			}
		case xml.CharData:
			if depth == 2 {
				text.Write(t)
			}
		case xml.EndElement:
			if depth == 2 {
				if _, twice := fields[name]; twice {
					return nil, fmt.Errorf("the answer holds %.64q twice", name)
				}
				fields[name] = text.String()
			}
			depth--
		}
	}
	if roots != 1 || depth != 0 {
		return nil, errNotXML
	}
	return fields, nil
}

var errNotXML = errors.New("the answer is not the XML that it should be")
