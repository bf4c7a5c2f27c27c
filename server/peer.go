package server

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Caller is where a request comes from.
type Caller struct {
	Addr  string // an IP address
	Local bool   // the caller is on this machine
}

// forwarding lists the headers that reverse proxies add.
var forwarding = []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip"}

// Caller tells who sent a request. The connection decides, unless it is one of
// Config.TrustedProxies: then X-Forwarded-For or Forwarded does, read from its end, where the
// nearest proxy has put what it saw. If there are both they must agree, as a proxy that sets one of
// them may pass the other on as a stranger has sent it. A request that shows signs of an unknown
// proxy never counts as local: a proxy on this machine connects from a loopback address for
// everybody.
func (s *Server) Caller(r *http.Request) Caller {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return Caller{Addr: r.RemoteAddr}
	}
	conn, err := netip.ParseAddr(host)
	if err != nil {
		return Caller{Addr: host}
	}
	if conn.Is4In6() {
		conn = conn.Unmap()
		host = conn.String()
	}
	if !slices.ContainsFunc(forwarding, func(name string) bool { return r.Header[name] != nil }) {
		return Caller{host, conn.IsLoopback()}
	}
	one, two := hops(r.Header["X-Forwarded-For"]), forwardedFor(r.Header["Forwarded"])
	switch {
	case one == nil:
		return s.follow(conn, two)
	case two == nil || s.follow(conn, one) == s.follow(conn, two):
		return s.follow(conn, one)
	}
	return Caller{Addr: host}
}

// hops splits the lists of headers.
func hops(lines []string) []string {
	if lines == nil {
		return nil
	}
	return strings.Split(strings.Join(lines, ","), ",")
}

// forwardedFor gives the addresses in the form that X-Forwarded-For has: from
//
//	Forwarded: for=192.0.2.60;proto=http;by=203.0.113.43, for="[2001:db8::1]:4711"
//
// An element without for is "", which is not an address. Source: RFC 7239 §4.
func forwardedFor(lines []string) (list []string) {
	for _, element := range hops(lines) {
		addr := ""
		for pair := range strings.SplitSeq(element, ";") {
			if name, value, _ := strings.Cut(strings.TrimSpace(pair), "="); strings.EqualFold(name, "for") {
				addr = strings.Trim(value, `"`)
			}
		}
		list = append(list, addr)
	}
	return list
}

// follow goes from the connection's address over the proxies that are trusted to the caller.
func (s *Server) follow(conn netip.Addr, hops []string) Caller {
	addr, told, loopback := conn, false, conn.IsLoopback()
	for i := len(hops) - 1; i >= 0 && contains(s.TrustedProxies, addr); i-- {
		next, err := parseHop(hops[i])
		if err != nil { // this proxy did not see an address: nothing before it can be trusted
			return Caller{Addr: addr.String()}
		}
		addr, told, loopback = next, true, loopback && next.IsLoopback()
	}
	return Caller{addr.String(), told && loopback}
}

// parseHop reads an element of X-Forwarded-For: an address, perhaps with a port.
func parseHop(s string) (netip.Addr, error) {
	s = strings.TrimSpace(s)
	if at, err := netip.ParseAddrPort(s); err == nil {
		return at.Addr().Unmap(), nil
	}
	addr, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return addr.Unmap(), err
}

func contains(list []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// mayCall reports whether an allow-list has the caller. A nil list has everybody.
func (c Caller) mayCall(list []netip.Prefix) bool {
	if list == nil {
		return true
	}
	addr, err := netip.ParseAddr(c.Addr)
	return err == nil && contains(list, addr)
}

// hostOf is the host that a request names, without its port.
func hostOf(r *http.Request) string {
	host := strings.ToLower(r.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.TrimSuffix(host, ".")
}
