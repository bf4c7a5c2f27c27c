package capture

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
)

// clientCertificate fills in what --cert shows in the handshake: the certificates of a PEM file. It
// answers false if there is a --cert whose certificates are not known.
func (c *command) clientCertificate(s *Saved) (known bool) {
	if c.cert == "" {
		return true
	}
	name := certFile(c.cert)
	if c.certType != "" && !strings.EqualFold(c.certType, "PEM") && !strings.EqualFold(c.certType, "DER") {
		s.note(noteCertificate(name))
		return false
	}
	content, err := c.readFile(name)
	if err != nil {
		s.note(noteCertificate(name)) // the rest can be explained without it
		return false
	}
	der := content
	if !strings.EqualFold(c.certType, "DER") {
		der = nil
		for block, rest := pem.Decode(content); block != nil && len(der) < 1<<20; block, rest = pem.Decode(rest) {
			if block.Type == "CERTIFICATE" {
				der = append(der, block.Bytes...)
			}
		}
	}
	certs, err := x509.ParseCertificates(der)
	if err != nil || len(certs) == 0 {
		s.note(noteCertificate(name))
		return false
	}
	s.Request.ClientCertificates = certs
	return true
}

// certFile is the file in the argument of --cert, FILE:PASSWORD. A colon in a file's name is
// written \:, but for that of a Windows drive.
func certFile(arg string) string {
	var name strings.Builder
	for i := 0; i < len(arg); i++ {
		switch {
		case arg[i] == '\\' && i+1 < len(arg) && (arg[i+1] == ':' || arg[i+1] == '\\'):
			i++
		case arg[i] == ':' && !(i == 1 && i+1 < len(arg) && (arg[2] == '\\' || arg[2] == '/')):
			return name.String()
		}
		name.WriteByte(arg[i])
	}
	return name.String()
}
