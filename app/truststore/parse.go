package truststore

import (
	"crypto/x509"
	"encoding/pem"
)

// Parse reads the first certificate of a PEM text.
func Parse(text []byte) (*x509.Certificate, error) {
	if all := parsePEM(text); len(all) > 0 {
		return all[0], nil
	}
	return nil, texts.Errorf("it holds no certificate in PEM")
}

// parsePEM reads the certificates among what may be text between them, and passes over those that
// Go cannot read.
func parsePEM(text []byte) (certs []*x509.Certificate) {
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			return certs
		}
		if c, err := x509.ParseCertificate(b.Bytes); err == nil && b.Type == "CERTIFICATE" {
			certs = append(certs, c)
		}
	}
}
