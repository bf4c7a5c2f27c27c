package devkeys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"
)

const (
	caYears = 10

	// backdate makes a certificate valid for a peer (a container, a phone) whose clock is behind ours.
	backdate = time.Hour
)

// permittedNames are the DNS names the CA may vouch for, each with all names below it: api.mch.weixin.qq.com, its
// siblings abroad and api.weixin.qq.com are all below weixin.qq.com.
var permittedNames = []string{"weixin.qq.com", "wechatpay.cn", "qpic.cn", "localhost"}

// permittedIPs are the addresses of this machine, 127.0.0.0/8 and ::1/128. A constraint that named no address would
// permit every one.
var permittedIPs = []*net.IPNet{
	{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
	{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
}

// CA is a local certificate authority that stands in for the ones behind WeChat's servers and WeChat Pay. Make it with
// [NewCA] or [LoadCA].
type CA struct {
	// Now is the clock that certificates are dated by; nil means time.Now. Set it before the first use.
	Now func() time.Time

	key    *ecdsa.PrivateKey
	keyPEM []byte
	cert   *x509.Certificate // issues server certificates
	tenpay *x509.Certificate // the same key under the name that merchants' tools look for
	pool   *x509.CertPool
}

// NewCA makes a CA with a new ECDSA P-256 key, valid for 10 years from an hour before now. Its subject is
// "wxup local CA 1f0c9a2e", the first 4 bytes of the SHA-256 of its public key, to tell one installation from another.
func NewCA(now time.Time) (*CA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make CA key: %w", err)
	}
	spki, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("make CA key: %w", err)
	}
	id := sha256.Sum256(spki)
	tmpl := caTemplate(pkix.Name{CommonName: fmt.Sprintf("wxup local CA %x", id[:4])})
	tmpl.SerialNumber = newSerial()
	tmpl.NotBefore = now.Add(-backdate)
	tmpl.NotAfter = now.AddDate(caYears, 0, 0)
	cert, err := sign(tmpl, tmpl, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make CA certificate: %w", err)
	}
	return newCA(cert, key)
}

// Renew makes the CA's next certificate: the same key and name, other dates, 10 years from an hour before now. Since the
// key is the same, whoever trusts the old certificate goes on trusting all that is issued, old or new, until the old one
// ends, and whoever trusts the new one trusts what was issued before. Only the end moves.
//
// A key that may be known to others is not mended by this: start over with a new CA.
func (ca *CA) Renew(now time.Time) (*CA, error) {
	tmpl := caTemplate(pkix.Name{})
	tmpl.RawSubject = ca.cert.RawSubject // byte for byte: verifiers compare names so
	tmpl.SerialNumber = newSerial()
	tmpl.NotBefore = now.Add(-backdate)
	tmpl.NotAfter = now.AddDate(caYears, 0, 0)
	cert, err := sign(tmpl, tmpl, ca.key.Public(), ca.key)
	if err != nil {
		return nil, fmt.Errorf("renew CA certificate: %w", err)
	}
	next, err := newCA(cert, ca.key)
	if err != nil {
		return nil, err
	}
	next.Now = ca.Now
	return next, nil
}

// LoadCA reads back what [CA.PEM] and [CA.KeyPEM] wrote. It refuses a certificate that is not a CA's, and a key that is
// not the certificate's. One that is out of date is read, and refuses to issue.
func LoadCA(certPEM, keyPEM []byte) (*CA, error) {
	der, err := block(certPEM, "CERTIFICATE")
	if err != nil {
		return nil, fmt.Errorf("read CA certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read CA certificate: %w", err)
	}
	if !cert.IsCA {
		return nil, errors.New("read CA certificate: it is not a CA's certificate")
	}
	der, err = block(keyPEM, "PRIVATE KEY")
	if err != nil {
		return nil, fmt.Errorf("read CA key: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		// The cause is left out: nothing that was read from a private key belongs in an error.
		return nil, errors.New("read CA key: it is not PKCS#8")
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("read CA key: it is a %T, not ECDSA", parsed)
	}
	if !key.PublicKey.Equal(cert.PublicKey) {
		return nil, errors.New("read CA key: it does not belong to the CA certificate")
	}
	return newCA(cert, key)
}

func newCA(cert *x509.Certificate, key *ecdsa.PrivateKey) (*CA, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode CA key: %w", err)
	}
	// As the real one, C=CN, O=Tenpay.com, OU=Tenpay.com CA Center, CN=Tenpay.com Root CA, but for the OU, which says
	// whose it is. Serial number and dates are the CA's, and the signature is deterministic, so that the same CA has
	// the same trust chain at every start.
	tmpl := caTemplate(pkix.Name{
		Country:            []string{"CN"},
		Organization:       []string{"Tenpay.com"},
		OrganizationalUnit: []string{cert.Subject.CommonName},
		CommonName:         "Tenpay.com Root CA",
	})
	tmpl.SerialNumber, tmpl.NotBefore, tmpl.NotAfter = cert.SerialNumber, cert.NotBefore, cert.NotAfter
	tenpay, err := sign(tmpl, tmpl, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make trust chain: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	pool.AddCert(tenpay)
	return &CA{key: key, keyPEM: encode("PRIVATE KEY", der), cert: cert, tenpay: tenpay, pool: pool}, nil
}

// PEM returns the CA's certificate, the one to trust ("CERTIFICATE").
func (ca *CA) PEM() []byte { return encode("CERTIFICATE", ca.cert.Raw) }

// Certificate is the CA's certificate, the one to trust. It is not to be changed.
func (ca *CA) Certificate() *x509.Certificate { return ca.cert }

// KeyPEM returns the CA's private key in PKCS#8 ("PRIVATE KEY"). Keep it with [WritePrivate].
func (ca *CA) KeyPEM() []byte { return bytes.Clone(ca.keyPEM) }

// TrustChainPEM returns the certificate that merchant and platform certificates are verified with, the counterpart of
// WeChat's 平台证书信任链, so that the check its pages describe works here too:
//
//	openssl verify -CAfile CertTrustChain.pem wechatpay_cert.pem
//
// https://pay.weixin.qq.com/doc/v3/merchant/4012072597
func (ca *CA) TrustChainPEM() []byte { return encode("CERTIFICATE", ca.tenpay.Raw) }

// Pool returns the roots of all that the CA issues: a client's RootCAs, and for a server the Roots that a merchant's
// certificate is verified with, asking for ExtKeyUsageClientAuth. The caller may add to it.
func (ca *CA) Pool() *x509.CertPool { return ca.pool.Clone() }

func (ca *CA) now() time.Time {
	if ca.Now == nil {
		return time.Now()
	}
	return ca.Now()
}

// issue dates the template, signs it with the parent's name, and proves the result against the CA's own constraints and
// dates: nothing leaves here that a verifier would refuse.
func (ca *CA) issue(tmpl, parent *x509.Certificate, pub crypto.PublicKey, life time.Duration) (*x509.Certificate, error) {
	now := ca.now()
	tmpl.SerialNumber = newSerial()
	tmpl.NotBefore = now.Add(-backdate)
	tmpl.NotAfter = tmpl.NotBefore.Add(life - time.Second) // both ends count (RFC 5280 §4.1.2.5)
	if tmpl.NotAfter.After(parent.NotAfter) {
		tmpl.NotAfter = parent.NotAfter
	}
	if now.Before(parent.NotBefore) || now.After(parent.NotAfter) {
		return nil, fmt.Errorf("the CA is valid from %s to %s, and the clock says %s: set the clock, or make a new CA",
			parent.NotBefore.Format(time.RFC3339), parent.NotAfter.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	tmpl.BasicConstraintsValid = true // CA:FALSE
	cert, err := sign(tmpl, parent, pub, ca.key)
	if err != nil {
		return nil, err
	}
	_, err = cert.Verify(x509.VerifyOptions{
		Roots:       ca.pool,
		CurrentTime: now,
		KeyUsages:   []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return cert, err
}

func caTemplate(subject pkix.Name) *x509.Certificate {
	return &x509.Certificate{
		Subject:               subject,
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true, // no CA below it
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,

		PermittedDNSDomainsCritical: true, // a verifier that knows no name constraints must refuse (RFC 5280 §4.2.1.10)
		PermittedDNSDomains:         permittedNames,
		PermittedIPRanges:           permittedIPs,
	}
}

// sign is given no randomness: ECDSA signatures are deterministic then (RFC 6979), and serial numbers are ours.
func sign(tmpl, parent *x509.Certificate, pub crypto.PublicKey, key *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(nil, tmpl, parent, pub, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// name encodes a subject in the order given; pkix.Name has an order of its own, and WeChat's subjects begin with CN.
func name(attributes ...pkix.AttributeTypeAndValue) ([]byte, error) {
	var rdns pkix.RDNSequence
	for _, a := range attributes {
		rdns = append(rdns, pkix.RelativeDistinguishedNameSET{a})
	}
	return asn1.Marshal(rdns)
}

// Attribute types of a subject (RFC 5280, appendix A.1).
func commonName(v string) pkix.AttributeTypeAndValue   { return attribute(3, v) }
func country(v string) pkix.AttributeTypeAndValue      { return attribute(6, v) }
func locality(v string) pkix.AttributeTypeAndValue     { return attribute(7, v) }
func organization(v string) pkix.AttributeTypeAndValue { return attribute(10, v) }
func unit(v string) pkix.AttributeTypeAndValue         { return attribute(11, v) }

func attribute(n int, v string) pkix.AttributeTypeAndValue {
	return pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, n}, Value: v}
}

// newSerial makes a serial number that always shows as 40 hex digits, as WeChat's do
// (408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB): 20 random bytes, the first between 0x01 and 0x7f. 20 bytes is also the
// most that a certificate may have, sign bit included (RFC 5280 §4.1.2.2).
func newSerial() *big.Int {
	var b [20]byte
	for b[0] == 0 {
		rand.Read(b[:]) // never fails
		b[0] &= 0x7f
	}
	return new(big.Int).SetBytes(b[:])
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// block finds the first PEM block of a kind.
func block(text []byte, kind string) ([]byte, error) {
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			return nil, fmt.Errorf("no PEM block %q", kind)
		}
		if b.Type == kind {
			return b.Bytes, nil
		}
	}
}
