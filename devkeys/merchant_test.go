package devkeys

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/sign"
)

// rsaPair is one PlatformKey for the tests that need no key of their own.
func rsaPair() (publicPEM, keyPEM []byte, err error) {
	rsaPairOnce.Do(func() { rsaPublicPEM, rsaKeyPEM, rsaErr = PlatformKey() })
	return rsaPublicPEM, rsaKeyPEM, rsaErr
}

var (
	rsaPairOnce             sync.Once
	rsaPublicPEM, rsaKeyPEM []byte
	rsaErr                  error
)

// subject writes a subject in the order of the certificate, as openssl does and pkix.Name does not.
func subject(t *testing.T, cert *x509.Certificate) string {
	t.Helper()
	var rdns pkix.RDNSequence
	if _, err := asn1.Unmarshal(cert.RawSubject, &rdns); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(rdns) // String begins at the end
	return rdns.String()
}

func TestMerchant(t *testing.T) {
	ca := newTestCA(t, start)
	certPEM, keyPEM, err := ca.Merchant("1900009191")
	if err != nil {
		t.Fatal(err)
	}
	cert := parse(t, certPEM)
	if got, want := subject(t, cert), "CN=1900009191,O=微信商户系统,OU=wxup,L=ShenZhen,C=CN"; got != want {
		t.Errorf("subject is %s, want %s", got, want)
	}
	if got, want := cert.Issuer.CommonName, "Tenpay.com Root CA"; got != want {
		t.Errorf("issuer is %s, want %s", got, want)
	}
	if got := sign.Serial(cert); len(got) != 40 {
		t.Errorf("serial_no is %s, want 40 digits", got)
	}
	if got, want := cert.NotAfter, start.Add(-time.Hour+5*365*24*time.Hour-time.Second); !got.Equal(want) {
		t.Errorf("ends %v, want %v", got, want)
	}
	if got, want := cert.KeyUsage, x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment; got != want {
		t.Errorf("key usage is %b, want %b", got, want)
	}
	if cert.IsCA || !cert.BasicConstraintsValid {
		t.Error("it does not say CA:FALSE")
	}
	checkPair(t, cert, keyPEM)

	verify := x509.VerifyOptions{Roots: ca.Pool(), CurrentTime: start, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	if _, err := cert.Verify(verify); err != nil {
		t.Errorf("as a client: %v", err)
	}
	verify.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	if _, err := cert.Verify(verify); err == nil {
		t.Error("a merchant's certificate is good for a server")
	}
	verify.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	verify.Roots = newTestCA(t, start).Pool()
	if _, err := cert.Verify(verify); err == nil {
		t.Error("another CA's pool accepts it")
	}
}

func TestMerchantRefuses(t *testing.T) {
	ca := newTestCA(t, start)
	for _, bad := range []string{"", "1900 9191", "1900009191\n", "商户", "api.weixin.qq.com", strings.Repeat("1", 33)} {
		if _, _, err := ca.Merchant(bad); err == nil {
			t.Errorf("made a certificate for mchid %q", bad)
		}
	}
	ca.Now = func() time.Time { return start.AddDate(11, 0, 0) }
	if _, _, err := ca.Merchant("1900009191"); err == nil {
		t.Error("a CA out of date made a merchant certificate")
	}
}

// TestMerchantHandshake is the mutual TLS of APIv2. The server asks and does not demand: APIv3
// clients on the same host have no certificate, and its absence gets an answer, not an alert.
func TestMerchantHandshake(t *testing.T) {
	now := time.Now()
	ca := newTestCA(t, now)
	cert, err := ca.Server()
	if err != nil {
		t.Fatal(err)
	}
	certPEM, keyPEM, err := ca.Merchant("1900009191")
	if err != nil {
		t.Fatal(err)
	}
	merchant, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, auth := range []tls.ClientAuthType{tls.RequestClientCert, tls.RequireAndVerifyClientCert} {
			server := &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: auth, ClientCAs: ca.Pool()}
			client := &tls.Config{RootCAs: ca.Pool(), ServerName: "api.mch.weixin.qq.com", MaxVersion: version,
				Certificates: []tls.Certificate{merchant}}
			state, _, err := handshake(t, server, client)
			if err != nil {
				t.Errorf("%s, %v: %v", tls.VersionName(version), auth, err)
				continue
			}
			if n := len(state.PeerCertificates); n != 1 {
				t.Errorf("%s, %v: the server got %d certificates, want 1", tls.VersionName(version), auth, n)
				continue
			}
			got := state.PeerCertificates[0]
			if got.Subject.CommonName != "1900009191" {
				t.Errorf("the server got the certificate of %s", got.Subject)
			}
			// What a handler does behind RequestClientCert.
			if _, err := got.Verify(x509.VerifyOptions{Roots: ca.Pool(), CurrentTime: now,
				KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
				t.Errorf("verify in the handler: %v", err)
			}
		}
		state, _, err := handshake(t,
			&tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequestClientCert},
			&tls.Config{RootCAs: ca.Pool(), ServerName: "api.mch.weixin.qq.com", MaxVersion: version})
		if err != nil || len(state.PeerCertificates) != 0 {
			t.Errorf("without a certificate: %v, %d certificates, want none and no error", err, len(state.PeerCertificates))
		}
	}
}

func TestPlatform(t *testing.T) {
	ca := newTestCA(t, start)
	certPEM, keyPEM, err := ca.Platform()
	if err != nil {
		t.Fatal(err)
	}
	cert := parse(t, certPEM)
	if got, want := subject(t, cert), "CN=Tenpay.com sign,O=Tenpay.com,OU=Tenpay.com CA Center,C=CN,L=ShenZhen"; got != want {
		t.Errorf("subject is %s, want %s", got, want)
	}
	// WeChat's pages have the reader check this.
	if got, want := cert.Issuer.CommonName, "Tenpay.com Root CA"; got != want {
		t.Errorf("issuer is %s, want %s", got, want)
	}
	if got := sign.Serial(cert); len(got) != 40 {
		t.Errorf("serial number is %s, want 40 digits", got)
	}
	if _, err := cert.Verify(x509.VerifyOptions{Roots: ca.Pool(), CurrentTime: start.AddDate(4, 11, 0),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
		t.Errorf("verify after 4 years and 11 months: %v", err)
	}
	key := checkPair(t, cert, keyPEM)

	// Answers are signed with it: SHA256 with RSA, 256 bytes.
	sum := sha256.Sum256([]byte("1554208460\nc5ac7061fccab6bf3e254dcf98995b8c\n{}\n"))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	if err := rsa.VerifyPKCS1v15(cert.PublicKey.(*rsa.PublicKey), crypto.SHA256, sum[:], sig); err != nil || len(sig) != 256 {
		t.Errorf("signature of %d bytes: %v", len(sig), err)
	}
}

// checkPair reads a key as SDKs do and compares it with its certificate.
func checkPair(t *testing.T, cert *x509.Certificate, keyPEM []byte) *rsa.PrivateKey {
	t.Helper()
	if !bytes.HasPrefix(keyPEM, []byte("-----BEGIN PRIVATE KEY-----\n")) {
		t.Errorf("the key is not PKCS#8 PEM")
	}
	der, err := block(keyPEM, "PRIVATE KEY")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		t.Fatal(err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		t.Fatalf("the key is a %T, want RSA", parsed)
	}
	if got := key.N.BitLen(); got != 2048 {
		t.Errorf("the key has %d bits, want 2048", got)
	}
	if !key.PublicKey.Equal(cert.PublicKey) {
		t.Error("key and certificate are not a pair")
	}
	return key
}

func TestPlatformKey(t *testing.T) {
	publicPEM, keyPEM, err := rsaPair()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(publicPEM, []byte("-----BEGIN PUBLIC KEY-----\n")) {
		t.Errorf("pub_key.pem is\n%s", publicPEM)
	}
	der, err := block(publicPEM, "PUBLIC KEY")
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		t.Fatal(err)
	}
	der, err = block(keyPEM, "PRIVATE KEY")
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		t.Fatal(err)
	}
	if !key.(*rsa.PrivateKey).PublicKey.Equal(public) {
		t.Error("public and private key are not a pair")
	}
}

func TestNewPublicKeyID(t *testing.T) {
	const head = len("PUB_KEY_ID_0119000091912026020100")
	for _, tt := range []struct{ mchid, want string }{
		{"1900009191", "PUB_KEY_ID_0119000091912026020100"}, // 18:30 UTC is the next day in Beijing
		{"", "PUB_KEY_ID_0100000000002026020100"},
		{"190000919", "PUB_KEY_ID_0100000000002026020100"},
		{"merchant10", "PUB_KEY_ID_0100000000002026020100"},
		{"19000091911", "PUB_KEY_ID_0100000000002026020100"},
	} {
		got := NewPublicKeyID(tt.mchid, start)
		if got[:head] != tt.want {
			t.Errorf("%q: id is %s, want %s…", tt.mchid, got, tt.want)
		}
		if len(got) != len("PUB_KEY_ID_0000000000000024101100397200000006") || strings.Trim(got[len("PUB_KEY_ID_"):], digits) != "" {
			t.Errorf("%q: id %s has not 34 digits", tt.mchid, got)
		}
		if again := NewPublicKeyID(tt.mchid, start); again == got {
			t.Errorf("%q: the same id twice, %s", tt.mchid, got)
		}
	}
}
