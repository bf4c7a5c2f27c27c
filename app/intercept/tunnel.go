package intercept

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxup/wxup/explain"
)

// others answers CONNECT for a host that is not ours.
func (p *Proxy) others(w http.ResponseWriter, r *http.Request, host, port string, local bool) {
	release, ok := p.admit(w, r, host, port)
	if !ok {
		return
	}
	defer release()
	hostport := net.JoinHostPort(host, port)
	// A client that has sent all it wants to has not gone away, as the request's context would have
	// it.
	far, err := p.dial(context.WithoutCancel(r.Context()), host, port, local)
	if err != nil {
		p.unreachable(w, r, hostport, err)
		return
	}
	defer far.Close()
	near, err := hijack(w, r, host, port)
	if err != nil {
		p.Log.Error("proxy: the connection cannot be taken over", "err", err)
		return
	}
	defer near.Close()
	if !p.take(near) {
		return
	}
	defer p.leave(near)
	if !p.take(far) {
		return
	}
	defer p.leave(far)
	p.saw(r.RemoteAddr, hostport, r.UserAgent(), Tunnelled, "", explain.Words{})
	near.SetWriteDeadline(time.Now().Add(headerTime))
	if _, err := io.WriteString(near, established); err == nil {
		splice(near, far)
	}
}

// admit refuses others' hosts where the policy says so, requests that came around in a loop, and
// too many at once. It gives the way to free the place again.
func (p *Proxy) admit(w http.ResponseWriter, r *http.Request, host, port string) (release func(), ok bool) {
	hostport := net.JoinHostPort(host, port)
	if p.Others != Tunnel {
		why := explain.Words{
			EN: fmt.Sprintf("%s is not WeChat's: take it out with NO_PROXY=%s, or start the proxy with --proxy-others tunnel", hostport, host),
			ZH: fmt.Sprintf("%s 不是微信的主机：用 NO_PROXY=%s 排除它，或以 --proxy-others tunnel 启动代理", hostport, host),
		}
		p.refuse(w, r, hostport, http.StatusForbidden, why)
		return nil, false
	}
	if slices.ContainsFunc(r.Header.Values("Via"), func(v string) bool { return strings.Contains(v, p.via) }) {
		p.refuse(w, r, hostport, http.StatusLoopDetected, explain.Words{
			EN: "the request came back to this proxy: its upstream proxy leads here", ZH: "请求又回到了本代理：其上游代理指向这里",
		})
		return nil, false
	}
	select {
	case p.tunnels <- struct{}{}:
		return func() { <-p.tunnels }, true
	default:
		p.refuse(w, r, hostport, http.StatusServiceUnavailable, explain.Words{
			EN: fmt.Sprintf("%d connections to other hosts are open, which is the most: close some", tunnelsMost),
			ZH: fmt.Sprintf("到其他主机的连接已达上限 %d 个：请关闭一些", tunnelsMost),
		})
		return nil, false
	}
}

// unreachable answers for a host that could not be connected to.
func (p *Proxy) unreachable(w http.ResponseWriter, r *http.Request, hostport string, err error) {
	status, outcome := http.StatusBadGateway, Unreachable
	for _, own := range []error{errItself, errInside} {
		if errors.Is(err, own) {
			status, outcome, err = http.StatusForbidden, Refused, own
		}
	}
	p.refuseAs(w, r, hostport, status, outcome, explain.Words{
		EN: fmt.Sprintf("%s cannot be connected to: %s", printable(hostport), printable(err.Error())),
		ZH: fmt.Sprintf("无法连接 %s：%s", printable(hostport), printable(err.Error())),
	})
}

// splice carries bytes both ways until both sides have closed, or for too long none came.
func splice(a, b net.Conn) {
	var last atomic.Int64 // when a byte was carried, either way
	last.Store(time.Now().UnixNano())
	var both sync.WaitGroup
	both.Go(func() { carry(a, b, &last) })
	both.Go(func() { carry(b, a, &last) })
	both.Wait()
}

func carry(to, from net.Conn, last *atomic.Int64) {
	buf := make([]byte, 32<<10)
	for {
		from.SetReadDeadline(time.Unix(0, last.Load()).Add(tunnelIdle))
		n, err := from.Read(buf)
		if n > 0 {
			now := time.Now()
			last.Store(now.UnixNano())
			to.SetWriteDeadline(now.Add(tunnelIdle))
			if _, werr := to.Write(buf[:n]); werr != nil {
				break
			}
		}
		switch {
		case err == nil:
			continue
		case errors.Is(err, os.ErrDeadlineExceeded) && time.Since(time.Unix(0, last.Load())) < tunnelIdle:
			continue // the other direction was busy meanwhile
		case errors.Is(err, io.EOF) && closeWrite(to):
			return // the other direction goes on
		}
		break
	}
	to.Close()
	from.Close()
}

// closeWrite says that no more will come, and keeps the way back open.
func closeWrite(c net.Conn) bool {
	if v, ok := c.(*visit); ok {
		c = v.Conn
	}
	half, ok := c.(interface{ CloseWrite() error })
	return ok && half.CloseWrite() == nil
}

// forwardOthers answers GET http://host/path for a host that is not ours.
func (p *Proxy) forwardOthers(w http.ResponseWriter, r *http.Request, host, port string, local bool) {
	if r.URL.Scheme != "http" {
		p.refuse(w, r, r.URL.Host, http.StatusBadRequest, explain.Words{
			EN: "an https address is asked for with CONNECT, not in clear", ZH: "https 地址须用 CONNECT 请求，不能明文发送",
		})
		return
	}
	release, ok := p.admit(w, r, host, port)
	if !ok {
		return
	}
	defer release()
	p.saw(r.RemoteAddr, net.JoinHostPort(host, port), r.UserAgent(), Tunnelled, "", explain.Words{})
	out := *r
	out.Header = r.Header.Clone()
	out.Header.Del("Upgrade") // a connection that is no longer HTTP takes a CONNECT
	p.forward[local].ServeHTTP(w, &out)
}

// forwarder sends plain HTTP on, with connections of its own for local clients and for remote ones.
func (p *Proxy) forwarder(local bool) *httputil.ReverseProxy {
	// To a remote client's request the upstream would be a way around the look at the address: it
	// is sent directly.
	up := p.upstream
	if !local {
		up = nil
	}
	return &httputil.ReverseProxy{
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.Out.URL.User, pr.Out.URL.RawQuery = nil, pr.In.URL.RawQuery
			pr.Out.Header.Add("Via", "1.1 "+p.via)
		},
		Transport: &http.Transport{
			Proxy:                  up,
			DialContext:            p.dialer(local).DialContext,
			DisableCompression:     true,
			MaxIdleConns:           32,
			IdleConnTimeout:        idleTime,
			ResponseHeaderTimeout:  time.Minute,
			MaxResponseHeaderBytes: headerMost,
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			p.unreachable(w, r, r.URL.Host, err)
		},
		ErrorLog: slog.NewLogLogger(p.Log.Handler(), slog.LevelDebug),
	}
}
