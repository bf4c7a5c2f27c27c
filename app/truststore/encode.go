package truststore

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"
)

// Formats are what Encode writes.
var Formats = []string{"pem", "der", "p12", "jks"}

// Password opens the trust stores that Java comes with. It keeps nothing secret: certificates are
// public.
const Password = "changeit"

// Encode writes certificates to trust.
//
//	pem  one after another
//	der  one only
//	p12  a PKCS#12 trust store: Java 8u301, 11.0.12 and newer, .NET
//	jks  a Java key store: every Java
//
// Each certificate in a p12 or jks has an alias, that of a wxup CA being its [Name]. The password
// is for these two; "" is [Password].
func Encode(format string, certs []*x509.Certificate, password string) ([]byte, error) {
	if len(certs) == 0 {
		return nil, texts.Errorf("there is no certificate to write")
	}
	if password == "" {
		password = Password
	}
	if format == "p12" || format == "jks" {
		if len(password) < 6 || strings.ContainsFunc(password, func(r rune) bool { return r < ' ' || r > '~' }) {
			return nil, texts.Errorf("the password of a trust store has 6 or more letters, digits or signs of ASCII: Java takes no other")
		}
	}
	switch format {
	case "pem":
		var b bytes.Buffer
		for _, c := range certs {
			b.Write(encodePEM(c))
		}
		return b.Bytes(), nil
	case "der":
		if len(certs) > 1 {
			return nil, texts.Errorf("a der file holds one certificate; choose pem, p12 or jks")
		}
		return certs[0].Raw, nil
	case "p12":
		var entries []pkcs12.TrustStoreEntry
		for i, c := range certs {
			entries = append(entries, pkcs12.TrustStoreEntry{Cert: c, FriendlyName: alias(i, c)})
		}
		return pkcs12.Modern.EncodeTrustStoreEntries(entries, password)
	case "jks":
		store := keystore.New(keystore.WithOrderedAliases())
		for i, c := range certs {
			err := store.SetTrustedCertificateEntry(alias(i, c), keystore.TrustedCertificateEntry{
				CreationTime: c.NotBefore, Certificate: keystore.Certificate{Type: "X.509", Content: c.Raw},
			})
			if err != nil {
				return nil, texts.Errorf("write the key store: %w", err)
			}
		}
		var b bytes.Buffer
		if err := store.Store(&b, []byte(password)); err != nil {
			return nil, texts.Errorf("write the key store: %w", err)
		}
		return b.Bytes(), nil
	}
	return nil, texts.Errorf("there is no format %q, only %s", format, strings.Join(Formats, ", "))
}

// alias is unique by the number in it; a CA of wxup's has one that people can name.
func alias(i int, c *x509.Certificate) string {
	if strings.HasPrefix(c.Subject.CommonName, "wxup local CA ") {
		return Name(c)
	}
	return fmt.Sprintf("root-%d", i+1)
}

// Merge is a certificate and the system's roots, each once.
func (s *System) Merge(cert *x509.Certificate) []*x509.Certificate {
	_, text := s.Roots()
	all := []*x509.Certificate{cert}
	for _, c := range parsePEM(text) {
		if !slices.ContainsFunc(all, c.Equal) {
			all = append(all, c)
		}
	}
	return all
}
