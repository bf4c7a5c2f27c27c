package credentials

import "github.com/wxup/wxup/app/internal/phrase"

// texts has the Chinese of the names, notes and errors.
var texts = phrase.Catalogue{
	"the profile %s":  "profile %s",
	"the environment": "环境变量",
	"%s and %s":       "%s 和 %s",
	"the environment, which has none, and %s, which does not exist": "环境变量（未设置）与 %s（不存在）",
	"the environment, which has none, and %s, which cannot be read": "环境变量（未设置）与 %s（无法读取）",
	"profile %s: the command for %s (%s …): %w":                     "profile %s：获取 %s 的命令（%s …）：%w",
	"profile %s: %s comes from $%s, which is not set":               "profile %s：%s 取自 $%s，但该变量未设置",
	"; or choose a profile with --profile: %s":                      "；或用 --profile 选择：%s",
	"endpoints of a company (企业微信) and of an Official Account need tokens of different kinds: upload to them in separate runs": "企业微信与公众号的接口使用不同的 access_token，请分两次上传",
	"no credentials for %s: the profile %s in %s lacks %s":                                                                     "缺少 %s 的凭据：profile %s（%s）中没有 %s",
	"no credentials for %s: set %s too; the environment has %s, so nothing is taken from %s%s":                                 "缺少 %s 的凭据：还需设置 %s；环境变量中已有 %s，因此不会读取 %s%s",
	"no credentials for %s: set %s, or start wxup serve and run this in the same directory (or with --data); looked in %s%s":   "缺少 %s 的凭据：请设置 %s，或启动 wxup serve 并在同一目录中运行（或用 --data 指定）；已查找 %s%s",

	"it printed nothing within %s":  "在 %s 内没有输出",
	"it printed more than %d bytes": "输出超过 %d 字节",
	"%w; run it by hand to see why": "%w；请手动运行以查明原因",
	"it printed nothing":            "没有输出",

	"its value ends in a carriage return, which was ignored; the file that set it has the line ends of Windows": "值以回车符结尾，已忽略；设置它的文件使用了 Windows 换行",
	"its value is in quotes, which were ignored; docker --env-file and the like do not remove them":             "值带有引号，已忽略；docker --env-file 等不会去掉引号",

	"%s: %s: %w": "%s：%s：%w",
	"%s: %w":     "%s：%w",
	"%[1]s holds a path; set %[1]s_FILE to it":                              "%[1]s 的值是路径；请改设 %[1]s_FILE",
	"%s: %s cannot be read by this user":                                    "%s：当前用户无法读取 %s",
	"%s: %s is not a regular file":                                          "%s：%s 不是普通文件",
	"%s: %s is larger than %d bytes, so it cannot be what is wanted here":   "%s：%s 超过 %d 字节，不是所需的文件",
	"%s is a URL; download the file and set the variable to its path":       "%s 的值是 URL；请先下载文件，再把变量设为其路径",
	"%s is not the path of a file; if it is the value itself, set %s to it": "%s 的值不是文件路径；如果它就是密钥等内容本身，请改设 %s",
	"%s: %s does not exist":                                                 "%s：%s 不存在",
	"it has no certificate":                                                 "其中没有证书",

	"uploadmedia needs the merchant's client certificate: set WXUP_MCH_CERT_FILE and WXUP_MCH_KEY_FILE (apiclient_cert.pem, apiclient_key.pem), or WXUP_MCH_P12_FILE (apiclient_cert.p12)": "uploadmedia 需要商户的客户端证书：请设置 WXUP_MCH_CERT_FILE 与 WXUP_MCH_KEY_FILE（apiclient_cert.pem、apiclient_key.pem），或 WXUP_MCH_P12_FILE（apiclient_cert.p12）",
	"%s holds the certificate and %s the private key: swap them":                                                                                        "%s 中是证书，%s 中是私钥：两者填反了",
	"%s: %s does not open with the merchant number as its password: %w":                                                                                 "%s：%s 无法用商户号作为密码打开：%w",
	"the credentials in %s are those of a local server, which the real WeChat does not know; set WXUP_MCHID and so on to your own, or choose a profile": "%s 中是本地服务的凭据，真实的微信并不认识；请把 WXUP_MCHID 等设为你自己的，或选择 profile",
	"%s is not an address of the form https://host:port":                                                                                                "%s 不是 https://host:port 形式的地址",
}
