package words

import "github.com/wxup/wxup/app/internal/phrase"

const WhyLong = `Explains why an upload was refused: what was wrong, the proof, and what to change.

ID is the Request-ID of a Pay answer of this server, or the rid in an account answer; "last" is the newest refusal.

FILE is a request to any server, the real WeChat included, that you saved: raw HTTP (the answer may follow it), HAR, a curl
command line, what curl -v or --trace, OkHttp, Apache HttpClient or Python's http.client prints, a stream of Wireshark, or an export
of Postman, Burp Suite or Fiddler; "-" is standard input. This works offline. The merchant's certificate, or the public half of its private key,
tells what was really signed; the sign_information of the answer tells what WeChat saw.`

const WhyExample = "  wxup why last\n  wxup why failed.http --cert apiclient_cert.pem\n  pbpaste | wxup why -"

// savedChinese is the Chinese of why for saved requests.
var savedChinese = phrase.Catalogue{
	"explain why an upload was refused, by its Request-ID or rid, or from a saved request": "说明上传为何被拒：按 Request-ID 或 rid，或由保存下来的请求",
	WhyLong: `说明上传为何被拒：错在哪里、证据、如何修改。

ID 是本服务支付应答的 Request-ID，或公众号应答中的 rid；"last" 表示最近一次被拒。

FILE 是保存下来的请求，可以是发给任何服务的，包括真实的微信：原始 HTTP（可带应答）、HAR、curl 命令行，
curl -v 或 --trace、OkHttp、Apache HttpClient、Python http.client 的日志，Wireshark 的流，或 Postman、Burp Suite、Fiddler 的导出；"-" 表示标准输入。全程离线。
有商户证书（或私钥，只用其公钥部分）就能还原实际签名的内容；应答中的 sign_information 则说明微信看到了什么。`,
	"with FILE: the merchant's certificate, apiclient_cert.pem (default: WXUP_MCH_CERT_FILE)": "用于 FILE：商户证书 apiclient_cert.pem（默认 WXUP_MCH_CERT_FILE）",
	"with FILE: or its private key, apiclient_key.pem (default: WXUP_MCH_KEY_FILE)":           "用于 FILE：或商户私钥 apiclient_key.pem（默认 WXUP_MCH_KEY_FILE）",
	"with FILE: the APIv2 key, for uploadmedia; WXUP_APIV2_KEY is a safer place for it":       "用于 FILE：APIv2 密钥（uploadmedia 用）；放在 WXUP_APIV2_KEY 中更安全",
	"  note: %s": "  注意：%s",
	"reading the request from standard input; Ctrl-D ends it":                  "正在从标准输入读取请求；按 Ctrl-D 结束",
	"%s is a pipe; waiting for a program that writes to it (Ctrl-C ends that)": "%s 是管道；正在等待程序写入（按 Ctrl-C 结束）",
	"the path is not that of an upload API of WeChat; see: wxup endpoints":     "该路径不是微信的上传接口；见 wxup endpoints",
	"The signature is right as it stands.":                                     "签名本身是正确的。",
}
