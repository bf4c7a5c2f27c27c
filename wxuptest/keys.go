package wxuptest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/pem"
	"math/big"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/sign"
)

//go:embed testingkeys.pem
var testingKeys string

// began is when the process began, by the real clock: in a synctest bubble time begins in 2000.
var began = time.Now()

// Certificates of WeChat Pay are valid from before a bubble's time on. TLS certificates are dated
// by the real clock.
var (
	payFrom  = time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)
	payUntil = began.AddDate(10, 0, -1)
)

// authority is what all servers of a process share. Making it takes a few milliseconds.
type authority struct {
	ca     *devkeys.CA
	leaf   tls.Certificate   // for devkeys.Hosts
	issuer *x509.Certificate // of WeChat Pay's certificates
	key    crypto.Signer     // the CA's

	merchant, platform, public *rsa.PrivateKey // the testing keys
}

var shared = sync.OnceValue(newAuthority)

// newAuthority makes a CA with a secret key. It panics on an error, which would be a bug of this
// package.
func newAuthority() *authority {
	a := &authority{}
	made := must(devkeys.NewCA(began))
	a.key = must(x509.ParsePKCS8PrivateKey(decodePEM(made.KeyPEM()))).(crypto.Signer)
	root := must(x509.ParseCertificate(decodePEM(made.PEM())))
	root.NotBefore = payFrom
	a.ca = must(devkeys.LoadCA(encodePEM("CERTIFICATE", must(x509.CreateCertificate(rand.Reader, root, root, a.key.Public(), a.key))), made.KeyPEM()))
	a.ca.Now = func() time.Time { return began }
	a.leaf = must(a.ca.Server())
	a.issuer = must(x509.ParseCertificate(decodePEM(a.ca.TrustChainPEM())))

	rest := []byte(testingKeys)
	var block *pem.Block
	for _, into := range []**rsa.PrivateKey{&a.merchant, &a.platform, &a.public} {
		block, rest = pem.Decode(rest)
		*into = must(x509.ParsePKCS8PrivateKey(block.Bytes)).(*rsa.PrivateKey)
	}
	return a
}

// issue makes a WeChat Pay certificate for one of the testing keys.
func (a *authority) issue(subject pkix.Name, key *rsa.PrivateKey, usage x509.KeyUsage, extended ...x509.ExtKeyUsage) (*x509.Certificate, string) {
	der := must(x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: newSerial(), Subject: subject, NotBefore: payFrom, NotAfter: payUntil,
		KeyUsage: usage, ExtKeyUsage: extended, BasicConstraintsValid: true,
	}, a.issuer, key.Public(), a.key))
	return must(x509.ParseCertificate(der)), string(encodePEM("CERTIFICATE", der))
}

// newMerchant makes a merchant's credentials.
func (a *authority) newMerchant(mchid string) Merchant {
	cert, certPEM := a.issue(pkix.Name{
		CommonName: mchid, Organization: []string{"微信商户系统"}, OrganizationalUnit: []string{"wxuptest"}, Locality: []string{"ShenZhen"}, Country: []string{"CN"},
	}, a.merchant, x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment, x509.ExtKeyUsageClientAuth)
	return Merchant{
		MchID: mchid, SerialNo: sign.Serial(cert), PrivateKey: a.merchant, Certificate: cert, CertPEM: certPEM,
		KeyPEM:   string(encodePEM("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(a.merchant)))),
		APIv3Key: devkeys.NewAPIKey(), APIv2Key: devkeys.NewAPIKey(),
	}
}

// newPlatform makes WeChat's keys.
func (a *authority) newPlatform(mchid string) Platform {
	cert, certPEM := a.issue(pkix.Name{
		CommonName: "Tenpay.com sign", Organization: []string{"Tenpay.com"}, OrganizationalUnit: []string{"Tenpay.com CA Center"}, Locality: []string{"ShenZhen"}, Country: []string{"CN"},
	}, a.platform, x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment|x509.KeyUsageKeyEncipherment|x509.KeyUsageDataEncipherment)
	return Platform{
		SerialNo: sign.Serial(cert), Certificate: cert, CertPEM: certPEM,
		PublicKeyID: devkeys.NewPublicKeyID(mchid, began), PublicKey: &a.public.PublicKey,
		PublicKeyPEM: string(devkeys.PublicKeyPEM(&a.public.PublicKey)),
	}
}

// newSerial makes a serial number of 40 hex digits.
func newSerial() *big.Int {
	b := make([]byte, 20)
	rand.Read(b)
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b)
}

var merchants atomic.Uint32 // how many were made

// newMchID makes an mchid that no other server of the process has: SDKs cache by mchid for the life
// of the process.
func newMchID() string {
	n := 1_900_000_000 + (uint32(began.Nanosecond())+merchants.Add(1))%100_000
	return big.NewInt(int64(n)).String()
}

func encodePEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func decodePEM(text []byte) []byte {
	block, _ := pem.Decode(text)
	return block.Bytes
}

func must[T any](v T, err error) T {
	if err != nil {
		panic("wxuptest: " + strings.TrimPrefix(err.Error(), "wxuptest: "))
	}
	return v
}
