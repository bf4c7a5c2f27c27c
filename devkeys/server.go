package devkeys

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/wxup/wxup/wire"
)

// serverLife is the longest that every platform accepts: Apple's refuse more than 398 days.
const serverLife = 397 * 24 * time.Hour

// Hosts are the default names of a server certificate: those that WeChat's SDKs have built in, and
// this machine. Do not modify it.
var Hosts = slices.Concat(
	wire.PayHosts,
	[]string{wire.CorpHost},
	wire.AccountHosts,
	[]string{"mmbiz.qpic.cn", "mmecoa.qpic.cn", "wxpaylogo.qpic.cn"}, // where images are read
	[]string{"localhost", "127.0.0.1", "::1"},                        // this machine
)

// Server issues a TLS server certificate for DNS names and IP addresses, or for [Hosts] if there
// are none, with an ECDSA P-256 key, valid for 397 days from an hour ago. A name outside the CA's
// constraints is an error. The chain is the leaf alone, as clients have the CA. Issuing takes well
// under a millisecond: do it at every start instead of storing the result.
func (ca *CA) Server(names ...string) (tls.Certificate, error) {
	if len(names) == 0 {
		names = Hosts
	}
	tmpl, err := serverTemplate(names)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make server certificate: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make server key: %w", err)
	}
	leaf, err := ca.issue(tmpl, ca.cert, key.Public(), serverLife)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make server certificate for %s: %w", strings.Join(names, ", "), err)
	}
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

func serverTemplate(names []string) (*x509.Certificate, error) {
	tmpl := &x509.Certificate{
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, n := range names {
		// CONNECT requests and resolvers may write upper case and a trailing dot.
		n = strings.ToLower(strings.TrimSuffix(n, "."))
		if n == "" {
			return nil, errors.New("a host name is empty")
		}
		if ip := net.ParseIP(n); ip != nil {
			tmpl.IPAddresses = append(tmpl.IPAddresses, ip)
		} else {
			tmpl.DNSNames = append(tmpl.DNSNames, n)
		}
		// For people who list certificates; verifiers read the names above. A CN has at most 64
		// characters.
		if tmpl.Subject.CommonName == "" && len(n) <= 64 {
			tmpl.Subject = pkix.Name{CommonName: n}
		}
	}
	return tmpl, nil
}
