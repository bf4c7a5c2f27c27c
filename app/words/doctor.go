package words

import "github.com/wxup/wxup/app/internal/phrase"

const DoctorLong = `Checks what an upload needs: whether key, certificate and serial number belong together, whether the p12 opens, whether
WeChat's key is known, whether WeChat can be reached, whether the clock is right, and which proxy and CA are in effect. Each
line has passed, failed or is a warning, with what to do. Nothing is uploaded. A token is fetched with stable_token, which
ends no other token.

Credentials come from where wxup put takes them. The exit status is 1 if a check failed.`

// doctorChinese is the Chinese of doctor.
var doctorChinese = phrase.Catalogue{
	"check keys, certificates, clock and network before you upload": "上传之前检查密钥、证书、时钟与网络",
	DoctorLong: `检查上传所需的一切：私钥、证书与序列号是否匹配，p12 能否打开，平台公钥是否已知，微信是否可达，时钟是否准确，
哪个代理与 CA 正在生效。每行给出通过、失败或警告，以及该做什么。不会上传任何文件；token 通过 stable_token 获取，不会使其他 token 失效。

凭据来源与 wxup put 相同。有失败项时退出码为 1。`,
	"check only this machine": "只检查本机",
	"credentials from %s":     "凭据来自%s",
}
