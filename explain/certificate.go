package explain

import (
	"crypto/x509"
	"time"

	"github.com/wxup/wxup/sign"
)

// clientCertificate judges what was shown in the TLS handshake.
func (e *evidence) clientCertificate() {
	if len(e.ClientCertificates) == 0 {
		switch e.Scheme {
		case "http":
			e.find("v2.certificate.no_tls", "", "http://"+e.Host)
		case "https":
			e.find("v2.certificate.missing", "", "https://"+e.Host)
		}
		return
	}
	cert := e.ClientCertificates[0]
	fact := "CN=" + cert.Subject.CommonName + ", serial=" + sign.Serial(cert) + ", " + cert.NotBefore.Format("2006-01-02") + "…" + cert.NotAfter.Format("2006-01-02")
	if !e.Received.IsZero() {
		switch {
		case e.Received.After(cert.NotAfter):
			e.find("v2.certificate.expired", cert.NotAfter.Format("2006-01-02"), fact)
		case e.Received.Before(cert.NotBefore):
			e.find("v2.certificate.not_yet", cert.NotBefore.Format("2006-01-02"), fact)
		}
	}
	if cert.Subject.CommonName == "" {
		e.find("v2.certificate.no_name", "", fact)
	}
	mchid, _ := e.field("mch_id")
	for _, k := range e.known.Platform {
		if k.Certificate != nil && k.Certificate.Equal(cert) {
			e.find("v2.certificate.platform", k.Serial, fact)
			return
		}
	}
	if m := e.known.Merchant; m != nil {
		for _, k := range m.Keys {
			if k.Certificate != nil && k.Certificate.Equal(cert) {
				switch k.State {
				case Revoked:
					e.find("v2.certificate.revoked", k.Serial, fact)
				case Replaced:
					e.find("v2.certificate.replaced", k.Serial, fact)
				}
				return
			}
		}
	}
	for _, m := range e.known.Others {
		for _, k := range m.Keys {
			if k.Certificate != nil && k.Certificate.Equal(cert) {
				e.find("v2.certificate.other_merchant", m.ID, fact)
				return
			}
		}
	}
	if !e.trusted() {
		e.find("v2.certificate.other_ca", cert.Issuer.CommonName, fact)
		return
	}
	if cn := cert.Subject.CommonName; mchid != "" && cn != "" && cn != mchid && digits(cn) {
		e.find("v2.certificate.other_merchant", cn, fact)
	} else if e.known.Merchant != nil && len(e.known.Merchant.Keys) > 0 {
		e.find("v2.certificate.unknown", sign.Serial(cert), fact)
	}
}

// trusted reports whether a merchant CA has issued the client certificate. Its dates are judged apart.
func (e *evidence) trusted() bool {
	if e.known.MerchantCAs == nil {
		return true
	}
	between := x509.NewCertPool()
	for _, c := range e.ClientCertificates[1:] {
		between.AddCert(c)
	}
	cert := e.ClientCertificates[0]
	at := e.Received
	if at.Before(cert.NotBefore) || at.After(cert.NotAfter) {
		at = cert.NotAfter.Add(-time.Second)
	}
	_, err := cert.Verify(x509.VerifyOptions{
		Roots: e.known.MerchantCAs, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return err == nil
}
