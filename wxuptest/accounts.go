package wxuptest

import (
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
)

// Merchant is a WeChat Pay merchant with one API certificate, in the forms that SDKs want. Each
// server has an MchID of its own, since SDKs cache by it; the PrivateKey is the same everywhere,
// and published.
type Merchant struct {
	MchID    string
	SerialNo string // of Certificate, 40 hex digits
	APIv3Key string
	APIv2Key string

	PrivateKey  *rsa.PrivateKey
	Certificate *x509.Certificate
	KeyPEM      string // apiclient_key.pem
	CertPEM     string // apiclient_cert.pem
}

// TLS is the merchant's certificate for a handshake.
func (m Merchant) TLS() tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{m.Certificate.Raw}, PrivateKey: m.PrivateKey, Leaf: m.Certificate}
}

// Platform is what answers of WeChat Pay are verified with. They are signed with the key that the
// request's Wechatpay-Serial names, else with the certificate's.
type Platform struct {
	SerialNo    string
	Certificate *x509.Certificate // 平台证书
	CertPEM     string

	PublicKeyID  string // PUB_KEY_ID_…
	PublicKey    *rsa.PublicKey
	PublicKeyPEM string // pub_key.pem
}

// App is an Official Account.
type App struct{ AppID, Secret string }

// Corp is an application of a company (企业微信). Endpoints with Corp set take its access_token:
//
//	client := srv.Client()
//	client.Auth = &wxup.Corp{CorpID: srv.Corp.CorpID, Secret: srv.Corp.Secret}
type Corp struct{ CorpID, Secret string }

// Component is a third-party platform (第三方平台) and an account that has authorized it.
type Component struct {
	AppID, Secret   string
	AuthorizerAppID string
	RefreshToken    string // authorizer_refresh_token
}

// Files are the paths of a merchant's files, as WeChat hands them out.
type Files struct {
	Dir          string
	CA           string // ca.pem: what the TLS listener's certificate is verified with
	MerchantCert string // merchants/<mchid>/apiclient_cert.pem
	MerchantKey  string // merchants/<mchid>/apiclient_key.pem
	PlatformCert string // platform/wechatpay_cert.pem
	PublicKey    string // platform/pub_key.pem
	CloudToken   string // cloudbase_access_token, good for half an hour of the server's clock
}
