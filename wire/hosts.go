package wire

import "slices"

// WeChat's hosts. PayHost and AccountHost serve most endpoints; the overseas hosts serve the same
// paths.
const (
	PayHost     = "api.mch.weixin.qq.com"
	PayBackup   = "api2.mch.weixin.qq.com" // documented as the back-up of PayHost
	PayHostHK   = "apihk.mch.weixin.qq.com"
	PayHostUS   = "apius.mch.weixin.qq.com"
	PayHostEU   = "apieu.mch.weixin.qq.com"
	PayHostNew  = "api.wechatpay.cn"  // the SDKs know it; no endpoint's page names it
	PayNewBack  = "api2.wechatpay.cn" // the back-up that wechatpay-java asks
	AccountHost = "api.weixin.qq.com"
	// AccountBackup is documented as the back-up of AccountHost.
	AccountBackup = "api2.weixin.qq.com"
	// CorpHost is 企业微信 (WeCom).
	CorpHost = "qyapi.weixin.qq.com"
)

// PayHosts and AccountHosts are the hosts that answer WeChat Pay's and the account API's calls.
var (
	PayHosts     = []string{PayHost, PayBackup, PayHostHK, PayHostUS, PayHostEU, PayHostNew, PayNewBack}
	AccountHosts = []string{
		AccountHost, AccountBackup, "sh.api.weixin.qq.com", "sz.api.weixin.qq.com", "hk.api.weixin.qq.com",
		"file.api.weixin.qq.com", // the old host of uploads, which some SDKs still name
	}
	// OtherHosts are WeChat's too, but have none of these APIs. People take them for one that does.
	OtherHosts = []string{"mp.weixin.qq.com", "open.weixin.qq.com", "pay.weixin.qq.com"}
)

// Backup returns the documented back-up of a host, or "". The overseas hosts have none.
func Backup(host string) string {
	switch host {
	case PayHost:
		return PayBackup
	case AccountHost:
		return AccountBackup
	}
	return ""
}

// IsWeChat reports whether host is one of WeChat's that take uploads.
func IsWeChat(host string) bool {
	return host == CorpHost || slices.Contains(PayHosts, host) || slices.Contains(AccountHosts, host)
}
