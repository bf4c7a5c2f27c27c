package explain

import (
	"crypto/x509"
	"time"

	"github.com/wxup/wxup/sign"
)

// clientCertificate judges the client certificate of the TLS handshake.
func clientCertificate(f *facts, d *draft, known *Known) {
	if len(f.ClientCertificates) == 0 {
		switch f.Scheme {
		case "http":
			d.find("v2.certificate.no_tls", "", "http://"+f.Host)
		case "https":
			d.find("v2.certificate.missing", "", "https://"+f.Host)
		}
		return
	}
	cert := f.ClientCertificates[0]
	fact := "CN=" + cert.Subject.CommonName + ", serial=" + sign.Serial(cert) + ", " + cert.NotBefore.Format("2006-01-02") + "…" + cert.NotAfter.Format("2006-01-02")
	if !f.Received.IsZero() {
		switch {
		case f.Received.After(cert.NotAfter):
			d.find("v2.certificate.expired", cert.NotAfter.Format("2006-01-02"), fact)
		case f.Received.Before(cert.NotBefore):
			d.find("v2.certificate.not_yet", cert.NotBefore.Format("2006-01-02"), fact)
		}
	}
	if cert.Subject.CommonName == "" {
		d.find("v2.certificate.no_name", "", fact)
	}
	mchid, _ := f.field("mch_id")
	for _, k := range known.Platform {
		if k.Certificate != nil && k.Certificate.Equal(cert) {
			d.find("v2.certificate.platform", k.Serial, fact)
			return
		}
	}
	if m := known.Merchant; m != nil {
		for _, k := range m.Keys {
			if k.Certificate != nil && k.Certificate.Equal(cert) {
				switch k.State {
				case Revoked:
					d.find("v2.certificate.revoked", k.Serial, fact)
				case Replaced:
					d.find("v2.certificate.replaced", k.Serial, fact)
				}
				return
			}
		}
	}
	for _, m := range known.Others {
		for _, k := range m.Keys {
			if k.Certificate != nil && k.Certificate.Equal(cert) {
				d.find("v2.certificate.other_merchant", m.ID, fact)
				return
			}
		}
	}
	if !trusted(f, known) {
		d.find("v2.certificate.other_ca", cert.Issuer.CommonName, fact)
		return
	}
	if cn := cert.Subject.CommonName; mchid != "" && cn != "" && cn != mchid && digits(cn) {
		d.find("v2.certificate.other_merchant", cn, fact)
	} else if known.Merchant != nil && len(known.Merchant.Keys) > 0 {
		d.find("v2.certificate.unknown", sign.Serial(cert), fact)
	}
}

// trusted reports whether a merchant CA issued the client certificate, whatever its dates.
func trusted(f *facts, known *Known) bool {
	if known.MerchantCAs == nil {
		return true
	}
	between := x509.NewCertPool()
	for _, c := range f.ClientCertificates[1:] {
		between.AddCert(c)
	}
	cert := f.ClientCertificates[0]
	at := f.Received
	if at.Before(cert.NotBefore) || at.After(cert.NotAfter) {
		at = cert.NotAfter.Add(-time.Second)
	}
	_, err := cert.Verify(x509.VerifyOptions{
		Roots: known.MerchantCAs, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return err == nil
}
