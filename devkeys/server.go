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
	"strings"
	"time"
)

// serverLife is what every platform still takes; Apple's refuse a server certificate above 398 days.
const serverLife = 397 * 24 * time.Hour

// Hosts are the names a server certificate is for when none are given: those that WeChat's SDKs have built in, and this
// machine. Not to be changed.
var Hosts = []string{
	// WeChat Pay, its back-up host, and those for merchants abroad
	"api.mch.weixin.qq.com",
	"api2.mch.weixin.qq.com",
	"apihk.mch.weixin.qq.com",
	"apius.mch.weixin.qq.com",
	"apieu.mch.weixin.qq.com",
	"api.wechatpay.cn",
	"api2.wechatpay.cn",

	// Official Accounts: general, back-up, Shanghai, Shenzhen, Hong Kong
	"api.weixin.qq.com",
	"api2.weixin.qq.com",
	"sh.api.weixin.qq.com",
	"sz.api.weixin.qq.com",
	"hk.api.weixin.qq.com",
	"file.api.weixin.qq.com", // the old host of uploads, which some SDKs still name

	// where images are read
	"mmbiz.qpic.cn",
	"mmecoa.qpic.cn",
	"wxpaylogo.qpic.cn",

	// this machine
	"localhost",
	"127.0.0.1",
	"::1",
}

// Server makes a TLS server certificate for DNS names and IP addresses, [Hosts] if none are given, with an ECDSA P-256
// key, valid for 397 days from an hour ago. A name that the CA may not vouch for is an error. The chain is the leaf alone:
// whoever trusts the CA has it. It costs well under a millisecond, so make one at every start instead of keeping it.
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
		// As a CONNECT request or a resolver may write it: upper case, a last dot.
		n = strings.ToLower(strings.TrimSuffix(n, "."))
		if n == "" {
			return nil, errors.New("a host name is empty")
		}
		if ip := net.ParseIP(n); ip != nil {
			tmpl.IPAddresses = append(tmpl.IPAddresses, ip)
		} else {
			tmpl.DNSNames = append(tmpl.DNSNames, n)
		}
		// For people who list certificates; verifiers read the names above. 64 is the most a CN may have.
		if tmpl.Subject.CommonName == "" && len(n) <= 64 {
			tmpl.Subject = pkix.Name{CommonName: n}
		}
	}
	return tmpl, nil
}
