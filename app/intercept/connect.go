package intercept

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/wxup/wxup/app/rawhttp"
	"github.com/wxup/wxup/explain"
)

// serveOuter answers what a client says to a proxy.
func (p *Proxy) serveOuter(w http.ResponseWriter, r *http.Request) {
	local := isLocal(r.RemoteAddr)
	switch {
	case !local && !p.AllowRemote:
		p.refuse(w, r, r.Host, http.StatusForbidden, explain.Words{
			EN: "wxup's proxy takes clients of its own machine only, unless it is started with --proxy-remote",
			ZH: "wxup 代理只接受本机的客户端，除非以 --proxy-remote 启动",
		})
	case r.Method == http.MethodConnect:
		host, port, ok := target(r.URL.Host)
		switch {
		case !ok:
			p.refuse(w, r, r.URL.Host, http.StatusBadRequest, explain.Words{
				EN: "CONNECT names no host:port", ZH: "CONNECT 中没有 host:port",
			})
		case !ours(host):
			p.others(w, r, host, port, local)
		case port == "443" || port == "80":
			p.connect(w, r, host, port)
		default:
			p.refuseOurs(w, r, host, port)
		}
	case r.URL.Host != "":
		p.absolute(w, r, local)
	default:
		// Somebody opened the proxy's address in a browser, or took it for the server's.
		at := r.Host
		if own, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && at == "" {
			at = own.String() // HTTP/1.0 need not name a host
		}
		p.refuse(w, r, at, http.StatusBadRequest, explain.Words{
			EN: fmt.Sprintf("this is wxup's proxy, not its server: set HTTPS_PROXY=http://%s for the program that uploads", printable(at)),
			ZH: fmt.Sprintf("这是 wxup 的代理，不是服务端：请为上传程序设置 HTTPS_PROXY=http://%s", printable(at)),
		})
	}
}

// refuseOurs: WeChat's APIs are nowhere but on 443 and 80, and what is meant for them must not
// leave the machine.
func (p *Proxy) refuseOurs(w http.ResponseWriter, r *http.Request, host, port string) {
	p.Ear.Hear(rawhttp.Refusal{Remote: r.RemoteAddr, Host: net.JoinHostPort(host, port), Status: http.StatusForbidden, Port: port})
	p.refuse(w, r, net.JoinHostPort(host, port), http.StatusForbidden, explain.Words{
		EN: fmt.Sprintf("%s has no port %s, only 443 and 80", host, port),
		ZH: fmt.Sprintf("%s 没有端口 %s，只有 443 与 80", host, port),
	})
}

// absolute answers GET http://host/path HTTP/1.1, which is how plain HTTP is sent to a proxy. Some
// programs (old axios among them) send https in this way too, and so in clear; for our hosts that
// is answered as what it is, plain HTTP.
func (p *Proxy) absolute(w http.ResponseWriter, r *http.Request, local bool) {
	hostport, secure := r.URL.Host, r.URL.Scheme == "https"
	if r.URL.Port() == "" {
		hostport = net.JoinHostPort(r.URL.Hostname(), map[bool]string{false: "80", true: "443"}[secure])
	}
	host, port, ok := target(hostport)
	switch {
	case !ok || r.URL.Scheme != "http" && !secure:
		p.refuse(w, r, r.URL.Host, http.StatusBadRequest, explain.Words{
			EN: "the address in the request is not of the form http://host/path", ZH: "请求中的地址不是 http://host/path 的形式",
		})
	case !ours(host):
		p.forwardOthers(w, r, host, port, local)
	case port != "443" && port != "80":
		p.refuseOurs(w, r, host, port)
	default:
		p.saw(r.RemoteAddr, net.JoinHostPort(host, port), r.UserAgent(), Answered, "", explain.Words{})
		p.Handler.ServeHTTP(w, origin(r))
	}
}

// origin is the request as its host would get it from the client itself.
func origin(r *http.Request) *http.Request {
	o := *r
	o.URL = &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery, ForceQuery: r.URL.ForceQuery}
	// The path as it was sent, byte for byte: signatures are made over it.
	_, rest, _ := strings.Cut(r.RequestURI, "://")
	o.RequestURI = "/"
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		o.RequestURI = "/" + strings.TrimPrefix(rest[i:], "/")
	}
	if o.URL.Path == "" {
		o.URL.Path = "/"
	}
	o.Header = r.Header.Clone()
	for name := range o.Header {
		if strings.HasPrefix(name, "Proxy-") {
			delete(o.Header, name)
		}
	}
	return &o
}

// connect answers CONNECT for one of our hosts: TLS is ended here, and the inner server has the
// rest. What comes on port 80 is plain HTTP.
func (p *Proxy) connect(w http.ResponseWriter, r *http.Request, host, port string) {
	v, err := hijack(w, r, host, port)
	if err != nil {
		p.Log.Error("proxy: the connection cannot be taken over", "err", err)
		return
	}
	if !p.take(v) {
		v.Close()
		return
	}
	defer p.leave(v)
	v.SetDeadline(time.Now().Add(headerTime))
	if _, err := io.WriteString(v, established); err != nil {
		v.Close()
		return
	}
	if port == "80" {
		v.SetDeadline(time.Time{})
		p.inbox.put(p.Ear.Conn(v, host))
		return
	}
	v.tail = make([]byte, 0, 2*alertSize)
	conn := tls.Server(v, p.tls)
	// The deadline ends it; the request's context ended with the hijacking.
	if err := conn.HandshakeContext(context.WithoutCancel(r.Context())); err != nil {
		p.failed(v, err)
		return
	}
	v.tail = nil
	v.SetDeadline(time.Time{})
	p.inbox.put(p.Ear.Conn(conn, host))
}

// failed is for a TLS handshake that came to nothing.
func (p *Proxy) failed(v *visit, err error) {
	if p.stopping.Load() {
		v.Close()
		return // it was us
	}
	outcome, alert, why := diagnose(v, err)
	p.Ear.Hear(rawhttp.Refusal{Remote: v.RemoteAddr().String(), Host: v.host, TLSPort: true, Alert: cmp.Or(alert, why.EN)})
	p.saw(v.RemoteAddr().String(), net.JoinHostPort(v.host, v.port), v.agent, outcome, alert, why)
	if re, ok := errors.AsType[tls.RecordHeaderError](err); ok && re.Conn != nil && looksLikeHTTP(re.RecordHeader) {
		reply(v, http.StatusBadRequest, explain.Words{
			EN: "plain HTTP was sent inside a CONNECT to port 443, where TLS is spoken: use an https address",
			ZH: "在到 443 端口的 CONNECT 内发送了明文 HTTP，该端口使用 TLS：请使用 https 地址",
		})
	}
	v.Close()
}

// serveInner answers what a client says to WeChat.
func (p *Proxy) serveInner(w http.ResponseWriter, r *http.Request) {
	v := r.Context().Value(visitKey{}).(*visit)
	if !v.asked.Swap(true) {
		p.saw(r.RemoteAddr, net.JoinHostPort(v.host, v.port), r.UserAgent(), Answered, "", explain.Words{})
	}
	if r.Method == http.MethodConnect {
		http.Error(w, "a CONNECT inside a CONNECT", http.StatusMethodNotAllowed)
		return
	}
	if r.URL.Host != "" {
		r = origin(r)
	}
	p.Handler.ServeHTTP(w, r)
}

// watch hears of the inner server's connections, for those that end without a request.
func (p *Proxy) watch(c net.Conn, state http.ConnState) {
	rawhttp.Watch(c, state)
	v := visitOf(c)
	switch state {
	case http.StateActive:
		v.spoke = true
	case http.StateClosed:
		switch {
		case v.asked.Load() || p.stopping.Load():
		case v.spoke:
			p.saw(v.RemoteAddr().String(), net.JoinHostPort(v.host, v.port), v.agent, NotHTTP, "", explain.Words{
				EN: "what was sent is not an HTTP/1.1 request, or its header is too large", ZH: "收到的不是 HTTP/1.1 请求，或请求头过大",
			})
		case v.port == "443":
			p.saw(v.RemoteAddr().String(), net.JoinHostPort(v.host, v.port), v.agent, Silent, "", silentWords)
		}
	}
}

// isLocal reports whether a client is on this machine.
func isLocal(remote string) bool {
	if remote == "" || remote == "@" {
		return true // over a Unix socket
	}
	ap, err := netip.ParseAddrPort(remote)
	return err == nil && ap.Addr().Unmap().IsLoopback()
}
