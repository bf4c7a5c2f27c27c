package truststore

import (
	"bytes"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/wxup/wxup/devkeys"
)

// TestEncode reads each format back. That Java itself reads them is tested with keytool
// (cmd/wxup/testdata/ca_export.txtar) and with Java's own TLS client (package intercept).
func TestEncode(t *testing.T) {
	other, err := devkeys.NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	trust, err := Parse(other.TrustChainPEM()) // a root of another name
	if err != nil {
		t.Fatal(err)
	}
	certs := []*x509.Certificate{testCA().Certificate(), trust}
	read := map[string]func([]byte) ([]*x509.Certificate, error){
		"pem": func(b []byte) ([]*x509.Certificate, error) { return parsePEM(b), nil },
		"p12": func(b []byte) ([]*x509.Certificate, error) { return pkcs12.DecodeTrustStore(b, "other password") },
		"jks": func(b []byte) (list []*x509.Certificate, err error) {
			ks := keystore.New(keystore.WithOrderedAliases())
			if err := ks.Load(bytes.NewReader(b), []byte("other password")); err != nil {
				return nil, err
			}
			for _, alias := range []string{Name(certs[0]), "root-2"} {
				e, err := ks.GetTrustedCertificateEntry(alias)
				if err != nil {
					return nil, err
				}
				c, err := x509.ParseCertificate(e.Certificate.Content)
				if err != nil {
					return nil, err
				}
				list = append(list, c)
			}
			return list, nil
		},
	}
	for format, read := range read {
		b, err := Encode(format, certs, "other password")
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		got, err := read(b)
		if err != nil || len(got) != 2 || !got[0].Equal(certs[0]) || !got[1].Equal(certs[1]) {
			t.Errorf("%s: read back as %d certificates, %v", format, len(got), err)
		}
	}
	if b, err := Encode("der", certs[:1], ""); err != nil || !bytes.Equal(b, certs[0].Raw) {
		t.Errorf("der: %v", err)
	}
	for _, bad := range []struct {
		format, password, want string
		certs                  []*x509.Certificate
	}{
		{"der", "", "one certificate", certs},
		{"jks", "short", "6 or more", certs},
		{"p12", "密码密码密码", "ASCII", certs},
		{"xyz", "", "pem, der, p12, jks", certs},
		{"pem", "", "no certificate", nil},
	} {
		if _, err := Encode(bad.format, bad.certs, bad.password); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%s: %v, want %q", bad.format, err, bad.want)
		}
	}
}

// TestMerge: the system's roots, whatever lies between them, and the CA, each once.
func TestMerge(t *testing.T) {
	root := t.TempDir()
	s := &System{OS: "linux", Root: root}
	cert := testCA().Certificate()
	if got := s.Merge(cert); len(got) != 1 || s.Trusts(cert) {
		t.Errorf("without a system: %d certificates", len(got))
	}
	if err := os.MkdirAll(filepath.Join(root, "etc/ssl/certs"), 0o755); err != nil {
		t.Fatal(err)
	}
	text := "# a root\n" + string(testCA().TrustChainPEM()) + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" +
		string(testCA().PEM()) + string(testCA().TrustChainPEM())
	if err := os.WriteFile(filepath.Join(root, "etc/ssl/certs/ca-certificates.crt"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := s.Merge(cert); len(got) != 2 || !got[0].Equal(cert) || !s.Trusts(cert) {
		t.Errorf("%d certificates, trusted %v; want 2", len(got), s.Trusts(cert))
	}
	if _, err := Parse([]byte("no PEM")); err == nil {
		t.Error("a text without a certificate was read")
	}
}
