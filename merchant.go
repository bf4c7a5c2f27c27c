package wxup

import (
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/wxup/wxup/internal/carry"
	"github.com/wxup/wxup/sign"
)

// Merchant is a WeChat Pay merchant. PayV3 needs MchID, SerialNo, PrivateKey and, to verify
// answers, PublicKeys, PlatformCertificates or APIv3Key; PayV2 needs MchID, APIv2Key and
// Certificate.
type Merchant struct {
	MchID       string          // 1900009191; for the brand endpoints the brand's id
	SerialNo    string          // of apiclient_cert.pem; "" takes it from Certificate
	PrivateKey  crypto.Signer   // apiclient_key.pem; nil takes it from Certificate
	Certificate tls.Certificate // apiclient_cert.pem and apiclient_key.pem
	APIv2Key    string
	SignType    string // sign.MD5 or sign.HMACSHA256; "" is the latter
	ECommerce   bool   // uses 电商收付通, for which MerchantImage takes 5 MB

	PublicKeys           map[string]*rsa.PublicKey // 微信支付公钥, by their ids PUB_KEY_ID_…
	PlatformCertificates []*x509.Certificate       // 微信支付平台证书: WeChat's, not the merchant's
	APIv3Key             string                    // lets the Client fetch platform certificates
}

// identity returns the key that signs requests, and the serial number of its certificate.
func (m *Merchant) identity() (crypto.Signer, string, error) {
	if m == nil {
		return nil, "", errors.New("set Client.Merchant: this endpoint is WeChat Pay's")
	}
	key, serial := m.PrivateKey, m.SerialNo
	if key == nil {
		key, _ = m.Certificate.PrivateKey.(crypto.Signer)
	}
	if serial == "" && len(m.Certificate.Certificate) > 0 {
		cert := m.Certificate.Leaf
		if cert == nil {
			var err error
			if cert, err = x509.ParseCertificate(m.Certificate.Certificate[0]); err != nil {
				return nil, "", errors.New("Merchant.Certificate cannot be read")
			}
		}
		serial = sign.Serial(cert)
	}
	if m.MchID == "" || key == nil || serial == "" {
		return nil, "", errors.New("set Merchant.MchID, PrivateKey and SerialNo (or Certificate for the last two)")
	}
	return key, serial, nil
}

// knownKey returns the key of that id among those that the Merchant was given, or nil.
func (m *Merchant) knownKey(serial string, now time.Time) (*rsa.PublicKey, error) {
	if sign.IsPublicKeyID(serial) {
		return m.PublicKeys[serial], nil
	}
	return keyIn(m.PlatformCertificates, serial, now)
}

// keyIn returns the key of the certificate with that serial number, or nil.
func keyIn(list []*x509.Certificate, serial string, now time.Time) (*rsa.PublicKey, error) {
	for _, cert := range list {
		if !sign.SameSerial(serial, sign.Serial(cert)) {
			continue
		}
		if now.After(cert.NotAfter) {
			return nil, fmt.Errorf("its platform certificate %s ended on %s", serial, cert.NotAfter.Format(time.DateOnly))
		}
		key, ok := cert.PublicKey.(*rsa.PublicKey)
		if !ok {
			return nil, fmt.Errorf("its platform certificate %s holds no RSA key", serial)
		}
		return key, nil
	}
	return nil, nil
}

// newest returns the serial number of the certificate that is valid now and was made last.
func newest(list []*x509.Certificate, now time.Time) string {
	var best *x509.Certificate
	for _, cert := range list {
		if !now.Before(cert.NotBefore) && !now.After(cert.NotAfter) && (best == nil || cert.NotBefore.After(best.NotBefore)) {
			best = cert
		}
	}
	if best == nil {
		return ""
	}
	return sign.Serial(best)
}

// minSkew is how far two clocks may be apart before it is mentioned. WeChat allows five minutes.
const minSkew = 30 * time.Second

// selfCheck looks for mistakes on this side after a request, sent at that time, was answered with
// 401 or 403: a key that is not the certificate's, a serial number that is not the certificate's or
// is WeChat's own, a certificate of another merchant, a clock that is off. The text is empty if it
// finds none.
func (m *Merchant) selfCheck(a *carry.Answer, sent time.Time) (found both) {
	if a.Status != http.StatusUnauthorized && a.Status != http.StatusForbidden {
		return both{}
	}
	found = m.mistakes()
	if date, err := http.ParseTime(a.Header.Get("Date")); err == nil {
		if skew := date.Sub(sent); skew.Abs() > minSkew {
			side := both{"behind", "慢"}
			if skew < 0 {
				side = both{"ahead of", "快"}
			}
			apart := skew.Abs().Round(time.Second)
			found.add(both{fmt.Sprintf("this machine's clock is %s %s the server's", apart, side.en), fmt.Sprintf("本机时钟比服务端%s %s", side.zh, apart)})
		}
	}
	return found
}

func (m *Merchant) mistakes() (found both) {
	key, serial, err := m.identity()
	if err != nil {
		return found
	}
	for _, platform := range m.PlatformCertificates {
		if sign.SameSerial(serial, sign.Serial(platform)) {
			found.add(both{"SerialNo is that of WeChat's platform certificate; it must be that of apiclient_cert.pem",
				"SerialNo 是微信支付平台证书的序列号；应使用 apiclient_cert.pem 的序列号"})
		}
	}
	if len(m.Certificate.Certificate) == 0 {
		return found
	}
	cert, err := x509.ParseCertificate(m.Certificate.Certificate[0])
	if err != nil {
		return found
	}
	if public, ok := cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); ok && !public.Equal(key.Public()) {
		found.add(both{"PrivateKey does not belong to Merchant.Certificate", "PrivateKey 与 Merchant.Certificate 不匹配"})
	}
	if own := sign.Serial(cert); !sign.SameSerial(serial, own) {
		found.add(both{fmt.Sprintf("SerialNo is %s, that of Merchant.Certificate is %s", serial, own),
			fmt.Sprintf("SerialNo 为 %s，而 Merchant.Certificate 的序列号是 %s", serial, own)})
	}
	if cn := cert.Subject.CommonName; cn != "" && cn != m.MchID {
		found.add(both{fmt.Sprintf("Merchant.Certificate is that of %q, MchID is %q", cn, m.MchID),
			fmt.Sprintf("Merchant.Certificate 属于商户 %q，而 MchID 为 %q", cn, m.MchID)})
	}
	return found
}
