package explain

import (
	"net"
	"slices"
	"strings"
)

// Hosts of WeChat's that have other APIs. Of a host that is nobody's (a proxy, a stand-in) nothing is said.
var (
	notPayHosts     = []string{"api.weixin.qq.com", "mp.weixin.qq.com", "open.weixin.qq.com", "qyapi.weixin.qq.com", "pay.weixin.qq.com"}
	notAccountHosts = []string{"api.mch.weixin.qq.com", "api2.mch.weixin.qq.com", "apihk.mch.weixin.qq.com", "mp.weixin.qq.com", "open.weixin.qq.com", "qyapi.weixin.qq.com", "pay.weixin.qq.com"}
)

// host says that the request went to a host of WeChat's which has not this API.
func (e *evidence) host(cause string, wrong []string) {
	name := strings.ToLower(e.Host)
	if host, _, err := net.SplitHostPort(name); err == nil {
		name = host
	}
	if slices.Contains(wrong, name) {
		e.find(cause, name, "Host: "+name)
	}
}
