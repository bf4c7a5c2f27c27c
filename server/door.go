package server

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/wxup/wxup/wire"
)

// A web page can make a browser on this machine, or in this network, send requests to a Server, and
// read the answers if the page's own host name leads here (DNS rebinding). So each door looks at
// Host, and at Origin where a request may change something.

// reserved are domains that nobody can register (RFC 2606, 6761, 6762, 8375 and 9476, and ICANN's
// internal): no stranger can lead a name in them here.
var reserved = []string{"localhost", "local", "internal", "alt", "home.arpa", "test", "example", "invalid", "example.com", "example.net", "example.org"}

// Guard refuses requests that a web page has made a browser send: with 421 those for a host that is
// not the server's, with 403 those that may change something and come from another origin. The
// server's hosts are addresses, names without a dot, names that nobody can register, WeChat's
// hosts, the host of PublicURL, and those of [Config.Hosts]. The Server's own handlers are guarded.
func (s *Server) Guard(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "the request comes from a web page of another site, "+printable(r.Header.Get("Origin")), http.StatusForbidden)
	}))
	return s.GuardHost(origin.Handler(next))
}

// GuardHost is the part of [Server.Guard] that looks at Host, for handlers that look at Origin
// themselves.
func (s *Server) GuardHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.hasHost(r.Host) {
			http.Error(w, notHere(r.Host), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func notHere(host string) string {
	return "this server is not " + printable(host) + "; if it is, add the name to --hosts (server.Config.Hosts)"
}

// hasHost reports whether the value of Host can only be meant for this server.
func (s *Server) hasHost(value string) bool {
	host := value
	if h, _, err := net.SplitHostPort(value); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if _, err := netip.ParseAddr(host); err == nil || !strings.Contains(host, ".") {
		return true // HTTP/1.0 need not name a host; no browser speaks it
	}
	if u, err := url.Parse(s.PublicURL); err == nil && u.Hostname() == host {
		return true
	}
	return wire.IsWeChat(host) || slices.Contains(wire.OtherHosts, host) || strings.HasSuffix(host, ".qpic.cn") ||
		slices.ContainsFunc(reserved, func(domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }) ||
		slices.ContainsFunc(s.Hosts, func(name string) bool {
			rest, under := strings.CutPrefix(strings.ToLower(name), "*")
			return host == rest || under && strings.HasSuffix(host, rest)
		})
}
