package intercept

import (
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/wxup/wxup/devkeys"
)

// Ours reports whether a host name is one of WeChat's that wxup answers for: the hosts for uploads
// and tokens, and all of qpic.cn, where images are read. A port, upper case and a last dot are no
// matter.
func Ours(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	name, ok := hostName(host)
	return ok && ours(name)
}

// ours is Ours for a name that hostName has written.
func ours(name string) bool {
	if _, err := netip.ParseAddr(name); err == nil || name == "localhost" {
		return false // the CA vouches for this machine too, but nobody has to be led here
	}
	return strings.HasSuffix(name, ".qpic.cn") || slices.Contains(devkeys.Hosts, name)
}

// target splits host:port as CONNECT has it. The host is written in one way only, and nothing in it
// needs quoting.
func target(hostport string) (host, port string, ok bool) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil || port == "" || len(port) > 5 || strings.Trim(port, "0123456789") != "" {
		return "", "", false
	}
	host, ok = hostName(host)
	return host, port, ok
}

// hostName writes a DNS name in lower case without the last dot, and an address as netip does.
func hostName(s string) (string, bool) {
	if ip, err := netip.ParseAddr(s); err == nil {
		return ip.Unmap().String(), ip.Zone() == ""
	}
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if s == "" || len(s) > 253 {
		return "", false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", false
		}
	}
	return s, true
}
