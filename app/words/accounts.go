package words

import "github.com/wxup/wxup/app/internal/phrase"

const MerchantAddLong = `Adds a merchant and prints its number and the API keys that were made up, this once. What you do not give
is made up: number, certificate, private key, API keys. The files are written as WeChat hands them out:
apiclient_cert.pem, apiclient_key.pem, and apiclient_cert.p12 with the number as its password.`

// accountsChinese is the Chinese of merchant and app.
var accountsChinese = phrase.Catalogue{
	"--state: %w":                                       "--state：%w",
	"manage the merchants of this server":               "管理本服务的商户",
	"add a merchant, with keys of your own or new ones": "新建商户，可用自己的密钥或新生成的密钥",
	MerchantAddLong: `新建商户，并打印商户号与新生成的 API 密钥（仅此一次）。未给出的一律自动生成：商户号、证书、私钥、API 密钥。
文件与微信提供的相同：apiclient_cert.pem、apiclient_key.pem，以及以商户号为口令的 apiclient_cert.p12。`,
	"a name for people": "名称",
	"public-key, as new merchants have it, or certificate: which of WeChat Pay's keys sign answers":        "public-key（新商户均为此模式）或 certificate：应答由哪一种微信支付密钥签名",
	"it uses 电商收付通, for which the endpoint merchant takes 5 MB":                                            "商户使用电商收付通，其 merchant 接口上限为 5 MB",
	"the endpoints it may use, by name (default: all)":                                                     "允许使用的接口名（默认全部）",
	"its certificate, apiclient_cert.pem (default: a new one)":                                             "商户证书 apiclient_cert.pem（默认新签发）",
	"the private key of --cert, apiclient_key.pem":                                                         "--cert 的私钥 apiclient_key.pem",
	"its APIv2 key (default: a new one)":                                                                   "APIv2 密钥（默认新生成）",
	"its APIv3 key, 32 characters (default: a new one)":                                                    "APIv3 密钥，32 个字符（默认新生成）",
	"list the merchants and their certificates":                                                            "列出商户及其证书",
	"show a merchant; its API keys only with --reveal":                                                     "查看商户；加 --reveal 才显示 API 密钥",
	"show the secrets too":                                                                                 "同时显示机密",
	"issue a new certificate to a merchant; the old one stays valid until it is revoked":                   "为商户换发新证书；旧证书在作废前仍有效",
	"the new files are in %s, the old ones in a directory below it; restart wxup serve to update wxup.env": "新文件在 %s，旧文件在其子目录中；重启 wxup serve 以更新 wxup.env",
	"invalidate the old certificates at once":                                                              "旧证书立即失效",
	"revoke a certificate (--serial), or disable the merchant":                                             "作废一张证书（--serial），或停用商户",
	"the serial number of the certificate":                                                                 "证书序列号",
	" (disabled)":                                                                                          "（已停用）",
	"name":                                                                                                 "名称", "mode": "模式", "e-commerce": "电商收付通", "endpoints": "接口", "APIv2 key": "APIv2 密钥", "APIv3 key": "APIv3 密钥", "certificate": "证书", "files": "文件",

	"manage the apps and third-party platforms of this server":                         "管理本服务的公众号应用与第三方平台",
	"add an Official Account app, or a third-party platform (--component)":             "新建公众号应用，或第三方平台（--component）",
	"its appsecret (default: a new one)":                                               "appsecret（默认新生成）",
	"a third-party platform":                                                           "第三方平台",
	"addresses or networks that may ask for tokens (default: any)":                     "允许获取 token 的 IP 或网段（默认不限）",
	"list the apps and third-party platforms":                                          "列出应用与第三方平台",
	"show an app or a third-party platform; its secret only with --reveal":             "查看应用或第三方平台；加 --reveal 才显示 secret",
	"give an app a new secret; the old one is invalid at once":                         "更换应用的 secret；旧的立即失效",
	"change what an app may do (--state, --allow-ip)":                                  "修改应用的权限（--state、--allow-ip）",
	"active, frozen (40243), limited (50002), forbidden (48004), unauthorized (48001)": "状态：active、frozen（40243）、limited（50002）、forbidden（48004）、unauthorized（48001）",
	"addresses or networks that may ask for tokens; empty: any":                        "允许获取 token 的 IP 或网段；空为不限",
	"let a third-party platform act for an app, and print an authorization_code":       "授权第三方平台代公众号调用，并打印 authorization_code",
	"the platform's appid (default: the first)":                                        "第三方平台 appid（默认第一个）",
	"ids of permission sets; uploads need one of 1, 8, 9, 11, 18, 37, 100":             "权限集 id；上传需要 1、8、9、11、18、37、100 之一",
	"freeze an app's secret, or withdraw an authorization (--component)":               "冻结应用的 secret，或取消对第三方平台的授权（--component）",
	"the platform's appid": "第三方平台 appid",
	"kind":                 "类型", "state": "状态", "allowed addresses": "允许的地址",
}
