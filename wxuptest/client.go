package wxuptest

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/devkeys"
)

// Client returns a wxup client for this server, ready for all three families. It does not limit its
// rate and tries everything once, so that a test sees what it asked for; set Rate and Retry to test
// those. Each call makes a new client: change it before its first use.
func (s *Server) Client() *wxup.Client {
	return &wxup.Client{
		Transport: s.HTTPClient().Transport, Now: s.Now,
		Rate: wxup.Rate{Off: true}, Retry: wxup.Retry{Attempts: 1},
		Merchant: &wxup.Merchant{
			MchID: s.Merchant.MchID, SerialNo: s.Merchant.SerialNo, PrivateKey: s.Merchant.PrivateKey, Certificate: s.Merchant.TLS(),
			APIv2Key: s.Merchant.APIv2Key, APIv3Key: s.Merchant.APIv3Key,
			PublicKeys:           map[string]*rsa.PublicKey{s.Platform.PublicKeyID: s.Platform.PublicKey},
			PlatformCertificates: []*x509.Certificate{s.Platform.Certificate},
		},
		Auth: &wxup.App{AppID: s.App.AppID, Secret: s.App.Secret},
	}
}

// HTTPClient returns an HTTP client for which this server is WeChat. It connects WeChat's host
// names ([devkeys.Hosts]), over https and http, to this server, as well as its URLs; it trusts the
// server's CA, and shows the merchant's certificate when asked. It refuses every other host, so
// that no test reaches the internet by accident.
//
// Each call makes a new client, whose Transport is an [*http.Transport]: change it before its first
// use, for example to show no certificate.
func (s *Server) HTTPClient() *http.Client {
	tr := &http.Transport{
		DialContext: s.dial,
		TLSClientConfig: &tls.Config{
			RootCAs: s.CAs, MinVersion: tls.VersionTLS12,
			Time: func() time.Time { return began }, // whatever the clock of a bubble says
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				cert := s.Merchant.TLS()
				return &cert, nil
			},
		},
		MaxIdleConnsPerHost: 32,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.transports = append(s.transports, tr)
	return &http.Client{Transport: tr}
}

// dial connects WeChat's hosts, and the server's own addresses, to the server.
func (s *Server) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	for _, l := range []*listener{s.plain, s.secure, s.admin} {
		if l.addr == addr {
			return l.dial(ctx)
		}
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if slices.Contains(devkeys.Hosts, strings.ToLower(strings.TrimSuffix(host, "."))) {
		switch port {
		case "443":
			return s.secure.dial(ctx)
		case "80":
			return s.plain.dial(ctx)
		}
		_, own, _ := net.SplitHostPort(s.secure.addr)
		if port == own { // localhost in the place of 127.0.0.1
			return s.secure.dial(ctx)
		} else if _, own, _ = net.SplitHostPort(s.plain.addr); port == own {
			return s.plain.dial(ctx)
		}
	}
	return nil, fmt.Errorf("wxuptest: %s is refused: this HTTP client reaches only WeChat's hosts (api.mch.weixin.qq.com, api.weixin.qq.com, …; ports 443 and 80) "+
		"and its own server (%s, %s), so that no test reaches the internet", addr, s.URL, s.HTTPSURL)
}
