package devkeys

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// rsaBits is the size in all of WeChat's samples; a signature then has 344 characters of
	// base64.
	rsaBits = 2048

	// payLife is 5 years of 365 days, as in WeChat's sample certificate (2023-09-19 to 2028-09-17).
	payLife = 5 * 365 * 24 * time.Hour
)

// Merchant generates a merchant API certificate (商户API证书) and its key, in the form of
// apiclient_cert.pem and apiclient_key.pem:
//
//	CN=<mchid>, O=微信商户系统, OU=wxup, L=ShenZhen, C=CN
//
// RSA-2048, 5 years, issued by Tenpay.com Root CA, for client authentication; the key in PKCS#8
// ("PRIVATE KEY"). APIv3 uses its serial number (sign.Serial) as the serial_no; APIv2 uses it as
// the TLS client certificate. mchid is 1 to 32 letters and digits.
func (ca *CA) Merchant(mchid string) (certPEM, keyPEM []byte, err error) {
	if !isMchID(mchid) {
		return nil, nil, fmt.Errorf("make merchant certificate: mchid %q is not 1 to 32 letters and digits", mchid)
	}
	certPEM, keyPEM, err = ca.pay(&x509.Certificate{
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, commonName(mchid), organization("微信商户系统"), unit("wxup"), locality("ShenZhen"), country("CN"))
	if err != nil {
		return nil, nil, fmt.Errorf("make certificate of merchant %s: %w", mchid, err)
	}
	return certPEM, keyPEM, nil
}

// Platform generates a platform certificate (平台证书), which verifies answers, and the key that
// signs them:
//
//	CN=Tenpay.com sign, O=Tenpay.com, OU=Tenpay.com CA Center, C=CN, L=ShenZhen
//
// RSA-2048, 5 years, issued by Tenpay.com Root CA; the key in PKCS#8. Its serial number
// (sign.Serial) is the answers' Wechatpay-Serial.
// https://pay.weixin.qq.com/doc/v3/merchant/4012068814
func (ca *CA) Platform() (certPEM, keyPEM []byte, err error) {
	certPEM, keyPEM, err = ca.pay(&x509.Certificate{
		// Merchants also encrypt names and card numbers to it. The real one has keyAgreement too,
		// which RSA does not support.
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment |
			x509.KeyUsageKeyEncipherment | x509.KeyUsageDataEncipherment,
	}, commonName("Tenpay.com sign"), organization("Tenpay.com"), unit("Tenpay.com CA Center"), country("CN"), locality("ShenZhen"))
	if err != nil {
		return nil, nil, fmt.Errorf("make platform certificate: %w", err)
	}
	return certPEM, keyPEM, nil
}

// pay generates an RSA key and its certificate under WeChat Pay's name.
func (ca *CA) pay(tmpl *x509.Certificate, subject ...pkix.AttributeTypeAndValue) (certPEM, keyPEM []byte, err error) {
	if tmpl.RawSubject, err = name(subject...); err != nil {
		return nil, nil, err
	}
	key, keyPEM, err := newRSA()
	if err != nil {
		return nil, nil, err
	}
	cert, err := ca.issue(tmpl, ca.tenpay, key.Public(), payLife)
	if err != nil {
		return nil, nil, err
	}
	return encode("CERTIFICATE", cert.Raw), keyPEM, nil
}

// PlatformKey generates a WeChat Pay public key (微信支付公钥), pub_key.pem, and the PKCS#8 private
// key that signs the answers. It is RSA-2048, has no certificate and does not expire;
// [NewPublicKeyID] generates its ID. https://pay.weixin.qq.com/doc/v3/merchant/4012153196
func PlatformKey() (publicPEM, keyPEM []byte, err error) {
	key, keyPEM, err := newRSA()
	if err != nil {
		return nil, nil, fmt.Errorf("make platform key: %w", err)
	}
	return PublicKeyPEM(&key.PublicKey), keyPEM, nil
}

// PublicKeyPEM encodes a public key as in pub_key.pem: PKIX, "PUBLIC KEY".
func PublicKeyPEM(key *rsa.PublicKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		panic(err) // every RSA key can be encoded
	}
	return encode("PUBLIC KEY", der)
}

// NewPublicKeyID returns an ID as WeChat gives to a public key, the Wechatpay-Serial of the answers
// that it verifies:
//
//	PUB_KEY_ID_ 01 1900009191 20260131 00397200000006
//	               mchid      date     00 and 12 digits, random here
//
// The parts are joined, 34 digits. The published sample,
// PUB_KEY_ID_0000000000000024101100397200000006, has zeros for the mchid and the century.
// An mchid that is not 10 digits is written as zeros. The date is Beijing's.
func NewPublicKeyID(mchid string, now time.Time) string {
	if len(mchid) != 10 || strings.Trim(mchid, digits) != "" {
		mchid = "0000000000"
	}
	date := now.In(time.FixedZone("CST", 8*60*60)).Format("20060102")
	return "PUB_KEY_ID_01" + mchid + date + "00" + pick(digits, 12)
}

func newRSA() (*rsa.PrivateKey, []byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, errors.New("encode RSA key: not PKCS#8") // without the cause: no part of a key in an error
	}
	return key, encode("PRIVATE KEY", der), nil
}

func isMchID(s string) bool {
	return s != "" && len(s) <= 32 && strings.Trim(s, letters+digits) == ""
}
