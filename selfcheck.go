package wxup

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/wxup/wxup/sign"
)

// skewWorthSaying is how far two clocks may be apart before it is mentioned. WeChat allows five minutes.
const skewWorthSaying = 30 * time.Second

// selfCheck looks at a request of ours that was answered with 401 or 403 for what can be wrong on this side: key and
// certificate that are no pair, a serial number that is not the certificate's or is WeChat's own, a certificate of
// another merchant, a clock that is off. It is "" if nothing of it is so.
func (c *Client) selfCheck(a *answer, sent time.Time) string {
	if a.status != http.StatusUnauthorized && a.status != http.StatusForbidden {
		return ""
	}
	var found []string
	if m := c.Merchant; m != nil {
		found = m.selfCheck()
	}
	if date, err := http.ParseTime(a.header.Get("Date")); err == nil {
		if skew := date.Sub(sent); skew.Abs() > skewWorthSaying {
			side := "behind"
			if skew < 0 {
				side = "ahead of"
			}
			found = append(found, fmt.Sprintf("this machine's clock is %s %s the server's", skew.Abs().Round(time.Second), side))
		}
	}
	return strings.Join(found, "; ")
}

func (m *Merchant) selfCheck() []string {
	var found []string
	key, serial, err := m.identity()
	if err != nil {
		return nil
	}
	for _, platform := range m.PlatformCertificates {
		if sign.SameSerial(serial, sign.Serial(platform)) {
			found = append(found, "SerialNo is that of WeChat's platform certificate; it must be that of apiclient_cert.pem")
		}
	}
	if len(m.Certificate.Certificate) == 0 {
		return found
	}
	cert, err := x509.ParseCertificate(m.Certificate.Certificate[0])
	if err != nil {
		return found
	}
	if public, ok := cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); ok && !public.Equal(key.Public()) {
		found = append(found, "PrivateKey does not belong to Merchant.Certificate")
	}
	if own := sign.Serial(cert); !sign.SameSerial(serial, own) {
		found = append(found, fmt.Sprintf("SerialNo is %s, that of Merchant.Certificate is %s", serial, own))
	}
	if cn := cert.Subject.CommonName; cn != "" && cn != m.MchID {
		found = append(found, fmt.Sprintf("Merchant.Certificate is that of %q, MchID is %q", cn, m.MchID))
	}
	return found
}
