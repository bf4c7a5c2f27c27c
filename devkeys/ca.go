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

	// backdate is how far before now certificates become valid, for peers (a container, a phone)
	// whose clock is slow.
	backdate = time.Hour
)

// permittedNames are the DNS names that the CA may sign for, each with its subdomains: all of
// WeChat's API hosts are below weixin.qq.com and wechatpay.cn.
var permittedNames = []string{"weixin.qq.com", "wechatpay.cn", "qpic.cn", "localhost"}

// permittedIPs are the addresses of this machine, 127.0.0.0/8 and ::1/128. Without them, the name
// constraints would permit every address.
var permittedIPs = []*net.IPNet{
	{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)},
	{IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)},
}

// CA is a local certificate authority in place of those of WeChat's servers and of WeChat Pay. Use
// [NewCA] or [LoadCA].
type CA struct {
	// Now dates certificates; nil means time.Now. Set it before the first use.
	Now func() time.Time

	key    *ecdsa.PrivateKey
	keyPEM []byte
	cert   *x509.Certificate // issues server certificates
	tenpay *x509.Certificate // the same key under the name that merchants' tools look for
	pool   *x509.CertPool
}

// NewCA generates a CA with a new ECDSA P-256 key, valid for 10 years from an hour before now. Its
// subject is "wxup local CA 1f0c9a2e", the first 4 bytes of the SHA-256 of its public key, to tell
// one installation from another.
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
	cert, err := certify(tmpl, tmpl, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make CA certificate: %w", err)
	}
	return newCA(cert, key)
}

// Renew returns the CA with a new certificate: the same key and name, valid for 10 years from an
// hour before now. As the key is the same, the old certificate and the new one each verify
// everything issued before and after, until they expire.
//
// Renew does not help if the key may have leaked: make a new CA.
func (ca *CA) Renew(now time.Time) (*CA, error) {
	tmpl := caTemplate(pkix.Name{})
	tmpl.RawSubject = ca.cert.RawSubject // verifiers compare names byte for byte
	tmpl.SerialNumber = newSerial()
	tmpl.NotBefore = now.Add(-backdate)
	tmpl.NotAfter = now.AddDate(caYears, 0, 0)
	cert, err := certify(tmpl, tmpl, ca.key.Public(), ca.key)
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

// LoadCA reads what [CA.PEM] and [CA.KeyPEM] returned. It refuses a certificate that is not a CA's
// and a key that does not belong to it. An expired CA loads, but issues nothing.
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
		// Without the cause: no part of a private key belongs in an error.
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
	// Like the real one (C=CN, O=Tenpay.com, OU=Tenpay.com CA Center, CN=Tenpay.com Root CA),
	// except for the OU, which names this CA. Serial number and dates are the CA's and the
	// signature is deterministic, so that a CA has the same trust chain at every start.
	tmpl := caTemplate(pkix.Name{
		Country:            []string{"CN"},
		Organization:       []string{"Tenpay.com"},
		OrganizationalUnit: []string{cert.Subject.CommonName},
		CommonName:         "Tenpay.com Root CA",
	})
	tmpl.SerialNumber, tmpl.NotBefore, tmpl.NotAfter = cert.SerialNumber, cert.NotBefore, cert.NotAfter
	tenpay, err := certify(tmpl, tmpl, key.Public(), key)
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

// Certificate returns the CA's certificate, the one to trust. Do not modify it.
func (ca *CA) Certificate() *x509.Certificate { return ca.cert }

// KeyPEM returns the CA's private key in PKCS#8 ("PRIVATE KEY"). Keep it with [WritePrivate].
func (ca *CA) KeyPEM() []byte { return bytes.Clone(ca.keyPEM) }

// TrustChainPEM returns the certificate that verifies merchant and platform certificates, as
// WeChat's 平台证书信任链 does. The check that WeChat documents works with it:
//
//	openssl verify -CAfile CertTrustChain.pem wechatpay_cert.pem
//
// https://pay.weixin.qq.com/doc/v3/merchant/4012072597
func (ca *CA) TrustChainPEM() []byte { return encode("CERTIFICATE", ca.tenpay.Raw) }

// Pool returns the roots of everything that the CA issues: RootCAs for a client, and for a server
// the Roots that verify a merchant's certificate with ExtKeyUsageClientAuth. The caller may add to
// it.
func (ca *CA) Pool() *x509.CertPool { return ca.pool.Clone() }

// Issued reports whether a merchant's or platform's certificate was issued by this CA.
func (ca *CA) Issued(cert *x509.Certificate) bool { return cert.CheckSignatureFrom(ca.tenpay) == nil }

func (ca *CA) now() time.Time {
	if ca.Now == nil {
		return time.Now()
	}
	return ca.Now()
}

// issue dates the template, signs it under the parent's name, and verifies the result against the
// CA's constraints and dates, so that it never returns a certificate that a verifier would refuse.
func (ca *CA) issue(tmpl, parent *x509.Certificate, pub crypto.PublicKey, life time.Duration) (*x509.Certificate, error) {
	now := ca.now()
	tmpl.SerialNumber = newSerial()
	tmpl.NotBefore = now.Add(-backdate)
	tmpl.NotAfter = tmpl.NotBefore.Add(life - time.Second) // both ends are included (RFC 5280 §4.1.2.5)
	if tmpl.NotAfter.After(parent.NotAfter) {
		tmpl.NotAfter = parent.NotAfter
	}
	if now.Before(parent.NotBefore) || now.After(parent.NotAfter) {
		return nil, fmt.Errorf("the CA is valid from %s to %s, and the clock says %s: set the clock, or make a new CA",
			parent.NotBefore.Format(time.RFC3339), parent.NotAfter.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	tmpl.BasicConstraintsValid = true // CA:FALSE
	cert, err := certify(tmpl, parent, pub, ca.key)
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

		PermittedDNSDomainsCritical: true, // a verifier without support for name constraints must refuse (RFC 5280 §4.2.1.10)
		PermittedDNSDomains:         permittedNames,
		PermittedIPRanges:           permittedIPs,
	}
}

// certify passes no source of randomness, which makes ECDSA signatures deterministic (RFC 6979).
// The template has its serial number already.
func certify(tmpl, parent *x509.Certificate, pub crypto.PublicKey, key *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(nil, tmpl, parent, pub, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// name encodes a subject in the order given: WeChat's subjects begin with CN, and pkix.Name would
// reorder them.
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

// newSerial returns a serial number of 40 hex digits, as WeChat's are
// (408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB): 20 random bytes, the first between 0x01 and 0x7f. A
// certificate allows at most 20 bytes, sign bit included (RFC 5280 §4.1.2.2).
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

// block returns the content of the first PEM block of a kind.
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
