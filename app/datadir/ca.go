package datadir

import (
	"context"
	"crypto/x509"
	"errors"
	"time"

	"github.com/wxup/wxup/devkeys"
)

// renewBefore is how long before its expiry the CA is renewed.
const renewBefore = 30 * 24 * time.Hour

// CA loads the local CA.
func (d *Dir) CA(ctx context.Context) (*devkeys.CA, error) {
	set, err := d.settings(ctx, caCert, caKey)
	if err != nil {
		return nil, err
	}
	return devkeys.LoadCA([]byte(set[caCert]), []byte(set[caKey]))
}

// EndsSoon reports whether a CA is due for renewal: 30 days before it expires.
func EndsSoon(cert *x509.Certificate, now time.Time) bool {
	return cert.NotAfter.Sub(now) < renewBefore
}

// MerchantIssuers returns what merchants' client certificates are verified with: the CA, and those
// certificates that operators have brought, whose issuers are not known here.
func (d *Dir) MerchantIssuers(ctx context.Context, ca *devkeys.CA) (*x509.CertPool, error) {
	pool := ca.Pool()
	merchants, err := d.Index.ListMerchants(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range merchants {
		for _, c := range m.Certificates {
			if !ca.Issued(c.Certificate) {
				pool.AddCert(c.Certificate)
			}
		}
	}
	return pool, nil
}

// CurrentCA loads the CA and renews it if it expires soon. Programs that trust it notice nothing:
// its key stays the same.
func (d *Dir) CurrentCA(ctx context.Context, now time.Time) (*devkeys.CA, error) {
	ca, err := d.CA(ctx)
	if err != nil || !EndsSoon(ca.Certificate(), now) {
		return ca, err
	}
	return d.RenewCA(ctx, ca, now)
}

// RenewCA replaces the CA's certificate by its next one, in the index and in the files.
func (d *Dir) RenewCA(ctx context.Context, ca *devkeys.CA, now time.Time) (*devkeys.CA, error) {
	next, err := ca.Renew(now)
	if err != nil {
		return nil, err
	}
	// If this is interrupted, either certificate matches the key.
	if err := d.put(ctx, caCert, string(next.PEM())); err != nil {
		return nil, err
	}
	return next, errors.Join(d.writeFiles(ctx), d.WriteTrust(next))
}
