package devkeys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/sign"
)

// start is a first start of wxup; no test reads the wall clock but those that shake hands.
var start = time.Date(2026, 1, 31, 18, 30, 0, 0, time.UTC)

func newTestCA(t testing.TB, now time.Time) *CA {
	t.Helper()
	ca, err := NewCA(now)
	if err != nil {
		t.Fatal(err)
	}
	ca.Now = func() time.Time { return now }
	return ca
}

func parse(t testing.TB, certPEM []byte) *x509.Certificate {
	t.Helper()
	der, err := block(certPEM, "CERTIFICATE")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestCA(t *testing.T) {
	ca := newTestCA(t, start)
	for _, tt := range []struct {
		pem     []byte
		subject string
	}{
		{ca.PEM(), ca.cert.Subject.CommonName},
		{ca.TrustChainPEM(), "Tenpay.com Root CA"},
	} {
		cert := parse(t, tt.pem)
		if got := cert.Subject.CommonName; got != tt.subject {
			t.Errorf("CN is %q, want %q", got, tt.subject)
		}
		if !cert.IsCA || !cert.MaxPathLenZero || cert.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageCRLSign {
			t.Errorf("%s: CA %v, no CA below %v, key usage %b", tt.subject, cert.IsCA, cert.MaxPathLenZero, cert.KeyUsage)
		}
		if !cert.PermittedDNSDomainsCritical || len(cert.PermittedDNSDomains) == 0 || len(cert.PermittedIPRanges) == 0 {
			t.Errorf("%s: is not bound to names (%v) and addresses (%v)", tt.subject, cert.PermittedDNSDomains, cert.PermittedIPRanges)
		}
		if got, want := cert.NotBefore, start.Add(-time.Hour); !got.Equal(want) {
			t.Errorf("%s: begins %v, want %v", tt.subject, got, want)
		}
		if got, want := cert.NotAfter, start.AddDate(10, 0, 0); !got.Equal(want) {
			t.Errorf("%s: ends %v, want %v", tt.subject, got, want)
		}
		if err := cert.CheckSignatureFrom(cert); err != nil {
			t.Errorf("%s: %v", tt.subject, err)
		}
	}
	if got, prefix := ca.cert.Subject.CommonName, "wxup local CA "; !strings.HasPrefix(got, prefix) || len(got) != len(prefix)+8 {
		t.Errorf("CN is %q, want %q and 8 hex digits", got, prefix)
	}
	// The name is WeChat's, the OU says whose it is.
	if got := ca.tenpay.Subject.OrganizationalUnit[0]; got != ca.cert.Subject.CommonName {
		t.Errorf("OU of the trust chain is %q, want %q", got, ca.cert.Subject.CommonName)
	}
	if other := newTestCA(t, start); other.cert.Subject.CommonName == ca.cert.Subject.CommonName {
		t.Errorf("two CAs are both called %q", ca.cert.Subject.CommonName)
	}
}

func TestLoadCA(t *testing.T) {
	ca := newTestCA(t, start)
	loaded, err := LoadCA(ca.PEM(), ca.KeyPEM())
	if err != nil {
		t.Fatal(err)
	}
	for what, pair := range map[string][2][]byte{
		"certificate": {ca.PEM(), loaded.PEM()},
		"key":         {ca.KeyPEM(), loaded.KeyPEM()},
		"trust chain": {ca.TrustChainPEM(), loaded.TrustChainPEM()}, // people keep a copy of it
	} {
		if !bytes.Equal(pair[0], pair[1]) {
			t.Errorf("the %s changed:\n%s\n%s", what, pair[0], pair[1])
		}
	}
	loaded.Now = ca.Now
	leaf, err := loaded.Server("localhost")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := leaf.Leaf.Verify(x509.VerifyOptions{Roots: ca.Pool(), DNSName: "localhost", CurrentTime: start}); err != nil {
		t.Errorf("issued after loading: %v", err)
	}
}

func TestLoadCARefuses(t *testing.T) {
	ca, other := newTestCA(t, start), newTestCA(t, start)
	server, err := ca.Server("localhost")
	if err != nil {
		t.Fatal(err)
	}
	serverKey, err := x509.MarshalPKCS8PrivateKey(server.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	_, rsaKey, err := rsaPair()
	if err != nil {
		t.Fatal(err)
	}
	key := bytes.Clone(ca.KeyPEM())
	for name, tt := range map[string]struct {
		cert, key []byte
		want      string
	}{
		"nothing":                     {nil, nil, `no PEM block "CERTIFICATE"`},
		"no key":                      {ca.PEM(), nil, `no PEM block "PRIVATE KEY"`},
		"key and certificate swapped": {ca.KeyPEM(), ca.PEM(), `no PEM block "CERTIFICATE"`},
		"another CA's key":            {ca.PEM(), other.KeyPEM(), "does not belong"},
		"an RSA key":                  {ca.PEM(), rsaKey, "not ECDSA"},
		"a server certificate":        {encode("CERTIFICATE", server.Leaf.Raw), encode("PRIVATE KEY", serverKey), "not a CA"},
		"a broken certificate":        {encode("CERTIFICATE", ca.cert.Raw[:40]), ca.KeyPEM(), "read CA certificate"},
		"a broken key":                {ca.PEM(), encode("PRIVATE KEY", []byte("secret")), "not PKCS#8"},
		"half of the key's lines":     {ca.PEM(), key[:len(key)/2], `no PEM block "PRIVATE KEY"`},
	} {
		_, err := LoadCA(tt.cert, tt.key)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, tt.want)
		}
	}
}

// TestNameConstraints: the CA signs for a name it may not vouch for, as whoever stole its key
// could, and the verifier refuses. Server would not have handed it out.
func TestNameConstraints(t *testing.T) {
	ca := newTestCA(t, start)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		host string
		ok   bool
	}{
		{"api.mch.weixin.qq.com", true},
		{"weixin.qq.com", true},
		{"mch.weixin.qq.com", true},
		{"fraud.mch.weixin.qq.com", true},
		{"pay.wechatpay.cn", true},
		{"other.qpic.cn", true},
		{"minio.localhost", true},
		{"*.api.weixin.qq.com", true},
		{"127.255.255.254", true},
		{"::1", true},
		{"example.com", false},
		{"qq.com", false},
		{"mail.qq.com", false},
		{"notweixin.qq.com", false},
		{"weixin.qq.com.example.com", false},
		{"*.qq.com", false},
		{"192.168.1.2", false},
		{"128.0.0.1", false},
		{"::2", false},
	} {
		for _, parent := range []*x509.Certificate{ca.cert, ca.tenpay} {
			tmpl, err := serverTemplate([]string{tt.host})
			if err != nil {
				t.Fatal(err)
			}
			tmpl.SerialNumber, tmpl.NotBefore, tmpl.NotAfter = newSerial(), start, start.Add(time.Hour)
			leaf, err := certify(tmpl, parent, key.Public(), ca.key)
			if err != nil {
				t.Fatal(err)
			}
			_, err = leaf.Verify(x509.VerifyOptions{Roots: ca.Pool(), CurrentTime: start})
			if tt.ok && err != nil {
				t.Errorf("%s under %s: %v", tt.host, parent.Subject.CommonName, err)
			}
			var invalid x509.CertificateInvalidError
			if !tt.ok && (!errors.As(err, &invalid) || invalid.Reason != x509.CANotAuthorizedForThisName) {
				t.Errorf("%s under %s: %v, want a refusal by name constraint", tt.host, parent.Subject.CommonName, err)
			}
		}
		_, err := ca.Server(tt.host)
		if (err == nil) != tt.ok {
			t.Errorf("Server(%q): %v", tt.host, err)
		}
		if err != nil && !strings.Contains(err.Error(), tt.host) {
			t.Errorf("Server(%q): the error does not name it: %v", tt.host, err)
		}
	}
}

// TestDates: what is issued never outlives the CA, and a CA out of date issues nothing.
func TestDates(t *testing.T) {
	for _, tt := range []struct {
		name  string
		now   time.Time
		until time.Time
		ok    bool
	}{
		{"at first", start, start.Add(-time.Hour + serverLife - time.Second), true},
		{"a slow clock", start.Add(-59 * time.Minute), start.Add(-119*time.Minute + serverLife - time.Second), true},
		{"the last year", start.AddDate(9, 6, 0), start.AddDate(10, 0, 0), true},
		{"the last second", start.AddDate(10, 0, 0), start.AddDate(10, 0, 0), true},
		{"too late", start.AddDate(10, 0, 0).Add(time.Second), time.Time{}, false},
		{"too early", start.Add(-2 * time.Hour), time.Time{}, false},
	} {
		ca := newTestCA(t, start)
		ca.Now = func() time.Time { return tt.now }
		cert, err := ca.Server()
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if err != nil {
			if !strings.Contains(err.Error(), "make a new CA") {
				t.Errorf("%s: the error has no next step: %v", tt.name, err)
			}
			continue
		}
		if got := cert.Leaf.NotAfter; !got.Equal(tt.until) {
			t.Errorf("%s: ends %v, want %v", tt.name, got, tt.until)
		}
		if got := cert.Leaf.NotBefore; !got.Equal(tt.now.Add(-time.Hour)) {
			t.Errorf("%s: begins %v, want an hour before %v", tt.name, got, tt.now)
		}
	}
}

func TestSerials(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		s := sign.Serial(&x509.Certificate{SerialNumber: newSerial()})
		if len(s) != 40 || strings.Trim(s, "0123456789ABCDEF") != "" {
			t.Fatalf("serial number %q is not 40 upper-case hex digits", s)
		}
		if s[:2] < "01" || s[:2] > "7F" {
			t.Fatalf("serial number %s begins with %s, want 01 to 7F: more would need a 21st byte", s, s[:2])
		}
		if seen[s] {
			t.Fatalf("serial number %s came twice", s)
		}
		seen[s] = true
	}
}

// TestPool: what a caller adds to its pool is not trusted by the next.
func TestPool(t *testing.T) {
	ca, other := newTestCA(t, start), newTestCA(t, start)
	ca.Pool().AddCert(other.cert)
	leaf, err := other.Server("localhost")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := leaf.Leaf.Verify(x509.VerifyOptions{Roots: ca.Pool(), CurrentTime: start}); err == nil {
		t.Error("another CA's certificate is trusted")
	}
}

// TestTogether runs everything at once, for the race detector.
func TestTogether(t *testing.T) {
	ca := newTestCA(t, start)
	var wg sync.WaitGroup
	for range 4 {
		for _, f := range []func() error{
			func() error { _, err := ca.Server(); return err },
			func() error { _, _, err := ca.Merchant(NewMchID()); return err },
			func() error { ca.Pool().AddCert(ca.cert); return nil },
			func() error { _, err := LoadCA(ca.PEM(), ca.KeyPEM()); return err },
		} {
			wg.Go(func() {
				if err := f(); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
}
