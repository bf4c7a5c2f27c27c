package intercept

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// A tunnel is somebody else's connection made by this machine, and so must not get them further
// than they get on their own. A client on this machine could connect anywhere it asks for by
// itself; one on another machine may be led to public addresses only, so that it cannot reach what
// listens on this machine's loopback, its private network, or a cloud's metadata service. What
// counts is the address that is really connected to, looked at after names were resolved.
var (
	errItself = errors.New("that is this proxy itself")
	errInside = errors.New("that is an address of this machine or its private network, which remote clients are not led to")
)

// dial connects a client to another host, through the upstream proxy if there is one.
func (p *Proxy) dial(ctx context.Context, host, port string, local bool) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, headerTime)
	defer cancel()
	hostport := net.JoinHostPort(host, port)
	up, err := p.upstream(&http.Request{URL: &url.URL{Scheme: "https", Host: hostport}})
	switch {
	case err != nil:
		return nil, err
	case up != nil:
		return p.dialUpstream(ctx, up, host, port, local)
	}
	return p.dialer(local).DialContext(ctx, "tcp", hostport)
}

// upstream is the proxy that a request goes through, nil if none. A shell in which "wxup env" was
// evaluated and in which the server is started again names this proxy; that one does not count.
func (p *Proxy) upstream(r *http.Request) (*url.URL, error) {
	up, err := p.Upstream(r)
	if err != nil {
		return nil, fmt.Errorf("the upstream proxy in the environment: %w", err)
	}
	if up == nil {
		return nil, nil
	}
	port, err := strconv.ParseUint(up.Port(), 10, 16)
	if err != nil {
		return up, nil
	}
	ips, err := net.DefaultResolver.LookupNetIP(r.Context(), "ip", up.Hostname())
	if err != nil {
		return nil, fmt.Errorf("the upstream proxy in the environment: %w", err)
	}
	for _, ip := range ips {
		if p.isItself(netip.AddrPortFrom(ip, uint16(port))) {
			return nil, nil
		}
	}
	return up, nil
}

// dialer refuses addresses that the client may not be led to.
func (p *Proxy) dialer(local bool) *net.Dialer {
	return &net.Dialer{
		Timeout: headerTime,
		Control: func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			if p.isItself(to) {
				return errItself
			}
			if !local && inside(to.Addr()) {
				return errInside
			}
			return nil
		},
	}
}

// isItself reports whether an address is one that this proxy listens on.
func (p *Proxy) isItself(to netip.AddrPort) bool {
	p.mu.Lock()
	at := slices.Clone(p.at)
	p.mu.Unlock()
	addr := to.Addr().Unmap().WithZone("")
	for _, l := range at {
		if l.Port() == to.Port() && (l.Addr().WithZone("") == addr || addr.IsUnspecified() || l.Addr().IsUnspecified() && (addr.IsLoopback() || isOwn(addr))) {
			return true
		}
	}
	return false
}

// notPublic are ranges that netip has no method for.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),      // this host
	netip.MustParsePrefix("100.64.0.0/10"),  // carrier-grade NAT; metadata services of some clouds
	netip.MustParsePrefix("192.0.0.0/24"),   // protocol assignments; metadata services too
	netip.MustParsePrefix("240.0.0.0/4"),    // reserved
	netip.MustParsePrefix("::/96"),          // IPv4-compatible
	netip.MustParsePrefix("64:ff9b:1::/48"), // NAT64 inside a network
	netip.MustParsePrefix("2001::/32"),      // Teredo
	netip.MustParsePrefix("fec0::/10"),      // once site-local
}

// inside reports whether an address is of this machine or its network.
func inside(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() || isOwn(a) ||
		slices.ContainsFunc(notPublic, func(n netip.Prefix) bool { return n.Contains(a) }) {
		return true
	}
	// IPv4 addresses inside IPv6 ones, by NAT64 (the last 4 bytes) and 6to4 (after the first 2).
	b := a.As16()
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(a):
		return inside(netip.AddrFrom4([4]byte(b[12:16])))
	case netip.MustParsePrefix("2002::/16").Contains(a):
		return inside(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return false
}

// isOwn reports whether an address is one of this machine's, a public one included.
func isOwn(a netip.Addr) bool {
	addrs, err := net.InterfaceAddrs()
	return err != nil || slices.ContainsFunc(addrs, func(x net.Addr) bool {
		n, ok := x.(*net.IPNet)
		if !ok {
			return false
		}
		own, ok := netip.AddrFromSlice(n.IP)
		return ok && own.Unmap() == a
	})
}

// dialUpstream asks another proxy for the connection.
func (p *Proxy) dialUpstream(ctx context.Context, up *url.URL, host, port string, local bool) (net.Conn, error) {
	upHost, upPort := up.Hostname(), up.Port()
	switch {
	case up.Scheme == "http" && upPort == "":
		upPort = "80"
	case up.Scheme == "https" && upPort == "":
		upPort = "443"
	case up.Scheme != "http" && up.Scheme != "https":
		return nil, fmt.Errorf("the upstream proxy in the environment is of the kind %s, and http and https are known", up.Scheme)
	}
	if !local {
		// A name may resolve differently at the upstream, so it gets the address that was checked
		// here.
		ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		if err != nil {
			return nil, err
		}
		ips = slices.DeleteFunc(ips, inside)
		if len(ips) == 0 {
			return nil, errInside
		}
		host = ips[0].Unmap().String()
	}
	conn, err := p.dialer(true).DialContext(ctx, "tcp", net.JoinHostPort(upHost, upPort))
	if err != nil {
		return nil, fmt.Errorf("the upstream proxy: %w", err)
	}
	if up.Scheme == "https" {
		conn = tls.Client(conn, &tls.Config{ServerName: upHost, NextProtos: []string{"http/1.1"}})
	}
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	c, err := p.askUpstream(conn, up, net.JoinHostPort(host, port))
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("the upstream proxy: %w", err)
	}
	return c, nil
}

func (p *Proxy) askUpstream(conn net.Conn, up *url.URL, hostport string) (net.Conn, error) {
	ask := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: hostport}, Host: hostport, Header: http.Header{"Via": {"1.1 " + p.via}}}
	if up.User != nil {
		password, _ := up.User.Password()
		ask.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(up.User.Username()+":"+password)))
	}
	if err := ask.Write(conn); err != nil {
		return nil, err
	}
	limited := &io.LimitedReader{R: conn, N: headerMost}
	r := bufio.NewReader(limited)
	resp, err := http.ReadResponse(r, ask)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %s", printable(resp.Status))
	}
	early, _ := r.Peek(r.Buffered())
	return &visit{Conn: conn, early: slices.Clone(early)}, nil
}
