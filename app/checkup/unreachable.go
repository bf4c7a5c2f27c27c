package checkup

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/wxup/wxup/app/internal/phrase"
)

// proxyOf returns the proxy that the environment names for an address, without who logs in to it;
// "" if there is none.
func proxyOf(address string) string {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return ""
	}
	proxy, err := http.ProxyFromEnvironment(req)
	if err != nil || proxy == nil {
		return ""
	}
	return (&url.URL{Scheme: proxy.Scheme, Host: proxy.Host}).String()
}

// unreachable says why a request to an address got no answer, and what to do.
func unreachable(address string, err error) (detail, do phrase.Text) {
	if detail, do, ok := Diagnose(address, err); ok {
		return detail, do
	}
	return said(err), texts.Text("look at the network")
}

// Diagnose recognizes the errors of a network: why a request to an address got no answer, and what
// to do. It names the proxy that the request went through, if any.
func Diagnose(address string, err error) (detail, do phrase.Text, ok bool) {
	proxy := proxyOf(address)
	if proxy != "" {
		if detail, do, ok := proxyFailed(proxy, err); ok {
			return detail, do, true
		}
	}
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var timeout net.Error
	switch text := err.Error(); {
	case errors.As(err, &dns):
		return texts.Text("its name cannot be resolved"), texts.Text("look at the resolver (/etc/resolv.conf) and at what the network lets through"), true
	case errors.As(err, &unknown):
		return texts.Text("its certificate is by an unknown CA"),
			texts.Text("for wxup, set WXUP_CA_FILE (see wxup env) or run wxup ca install; for WeChat, something in between reads along, or the system's roots are old (package ca-certificates)"), true
	case errors.As(err, &name), errors.As(err, &invalid):
		return texts.Text("its certificate does not fit: %s", text), texts.Text("are the clock and the address right?"), true
	case strings.Contains(text, "does not look like a TLS handshake"), strings.Contains(text, "HTTP response to HTTPS client"):
		return texts.Text("what answers there does not speak TLS"), texts.Text("is the port right? An address of plain HTTP begins with http://"), true
	case errors.Is(err, syscall.ECONNREFUSED), strings.Contains(text, "connection refused"):
		return texts.Text("nothing listens there"), texts.Text("is wxup serve running, and is the address right?"), true
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return texts.Text("there was no answer in time"), texts.Text("a firewall drops the packets, or a proxy is needed (HTTPS_PROXY)"), true
	}
	return detail, do, false
}

// proxyFailed recognizes the errors of a proxy: one that cannot be reached, and one that refuses
// CONNECT. The transport gives the latter as the text of its status alone.
func proxyFailed(proxy string, err error) (detail, do phrase.Text, ok bool) {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "proxyconnect" {
		return texts.Text("the proxy %s (HTTPS_PROXY) cannot be reached: %s", proxy, op.Err),
			texts.Text("is the proxy running? Without one, unset HTTPS_PROXY, or name the host in NO_PROXY"), true
	}
	for status := 300; status < 600; status++ {
		if text := http.StatusText(status); text != "" && strings.HasSuffix(err.Error(), text) {
			return texts.Text("the proxy %s (HTTPS_PROXY) refused to connect: %d %s", proxy, status, text),
				texts.Text("the proxy must allow CONNECT to port 443 of this host; a web server such as nginx does not serve as one"), true
		}
	}
	return detail, do, false
}
