package explain

import (
	"net"
	"slices"
	"strings"

	"github.com/wxup/wxup/wire"
)

// WeChat's hosts that do not serve a family's APIs. Nothing is said of other hosts, such as a proxy
// or a stand-in.
var (
	notPayHosts     = slices.Concat(wire.AccountHosts, wire.OtherHosts, []string{wire.CorpHost})
	notAccountHosts = slices.Concat(wire.PayHosts, wire.OtherHosts, []string{wire.CorpHost})
)

// judgeHost says that the request went to a host of WeChat's that does not serve the API.
func judgeHost(d *draft, cause, host string, wrong []string) {
	name := hostName(host)
	if slices.Contains(wrong, name) {
		d.find(cause, name, "Host: "+name)
	}
}

// hostName returns a Host header without its port, in lower case.
func hostName(host string) string {
	name := strings.ToLower(host)
	if bare, _, err := net.SplitHostPort(name); err == nil {
		name = bare
	}
	return strings.TrimSuffix(name, ".")
}

// atCorpUpload reports whether a request was sent to the upload of WeCom's that the Official
// Accounts have too, with other types.
func atCorpUpload(f *facts) bool {
	path, _, _ := strings.Cut(f.Target, "?")
	return hostName(f.Host) == wire.CorpHost && path == "/cgi-bin/media/upload"
}
