package datadir

import (
	"context"
	"errors"

	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// NewMerchant is a merchant to add. What is missing of its number, keys and certificate is made up.
type NewMerchant struct {
	server.Merchant
	Cert, Key []byte // PEM: apiclient_cert.pem and apiclient_key.pem; both or neither
}

// check completes the merchant's number and refuses keys that do not fit.
func (m *NewMerchant) check() error {
	if len(m.Cert) == 0 != (len(m.Key) == 0) {
		return texts.Errorf("a certificate and its private key go together: give both or neither")
	}
	if len(m.Cert) > 0 {
		cert, err := sign.ParseCertificate(m.Cert)
		if err != nil {
			return texts.Errorf("the certificate: %w", err)
		}
		key, err := sign.ParsePrivateKey(m.Key)
		if err != nil {
			return texts.Errorf("the private key: %w", err)
		}
		if !key.PublicKey.Equal(cert.PublicKey) {
			return texts.Errorf("the private key does not belong to the certificate")
		}
		switch owner := cert.Subject.CommonName; m.MchID {
		case "":
			m.MchID = owner
		case owner:
		default:
			return texts.Errorf("the certificate belongs to merchant %.40q, not %s", owner, m.MchID)
		}
		m.Certificates = []server.MerchantCertificate{{Certificate: cert}}
	}
	if m.MchID == "" {
		m.MchID = devkeys.NewMchID()
	} else if err := checkID("mchid", m.MchID); err != nil {
		return err
	}
	if m.APIv2Key != "" {
		if err := checkSecret("APIv2 key", m.APIv2Key); err != nil {
			return err
		}
	}
	if m.APIv3Key != "" {
		return sign.CheckAPIv3Key(m.APIv3Key)
	}
	return nil
}

// AddMerchant adds a merchant and writes its files.
func (d *Dir) AddMerchant(ctx context.Context, m *NewMerchant) error {
	if err := m.check(); err != nil {
		return err
	}
	if _, err := d.Index.Merchant(ctx, m.MchID); err == nil {
		return texts.Errorf("merchant %s exists already; issue a new certificate with: wxup merchant rotate %s", m.MchID, m.MchID)
	} else if !errors.Is(err, server.ErrNotFound) {
		return err
	}
	return d.putMerchant(ctx, m)
}

// putMerchant writes a merchant that was checked, with keys made up for those that are missing.
func (d *Dir) putMerchant(ctx context.Context, m *NewMerchant) error {
	if len(m.Cert) > 0 {
		if err := d.keep(ctx, m.MchID, m.Cert, m.Key); err != nil {
			return err
		}
	} else if len(m.Certificates) == 0 {
		certPEM, err := d.issue(ctx, m.MchID)
		if err != nil {
			return err
		}
		cert, err := sign.ParseCertificate(certPEM)
		if err != nil {
			return err
		}
		m.Certificates = []server.MerchantCertificate{{Certificate: cert}}
	}
	if m.APIv2Key == "" {
		m.APIv2Key = devkeys.NewAPIKey()
	}
	if m.APIv3Key == "" {
		m.APIv3Key = devkeys.NewAPIKey()
	}
	return d.Index.PutMerchant(ctx, m.Merchant)
}

// issue makes an API certificate and its key for a merchant, and keeps them.
func (d *Dir) issue(ctx context.Context, mchid string) (certPEM []byte, err error) {
	ca, err := d.CA(ctx)
	if err != nil {
		return nil, texts.Errorf("load the CA: %w", err)
	}
	certPEM, keyPEM, err := ca.Merchant(mchid)
	if err != nil {
		return nil, texts.Errorf("make the merchant's certificate: %w", err)
	}
	return certPEM, d.keep(ctx, mchid, certPEM, keyPEM)
}

// keep writes a merchant's files and, for the merchants that every server hands out, the private
// key to the index.
func (d *Dir) keep(ctx context.Context, mchid string, certPEM, keyPEM []byte) error {
	for role, key := range roleKeys {
		holder, err := d.Setting(ctx, role)
		if err != nil {
			return err
		}
		if holder != mchid {
			continue
		}
		if err := d.put(ctx, key, string(keyPEM)); err != nil {
			return err
		}
	}
	return writeMerchantFiles(d.MerchantDir(mchid), mchid, certPEM, keyPEM)
}

// RotateMerchant gives a merchant a new certificate and returns its serial number. The old
// certificates stay valid unless endOld.
func (d *Dir) RotateMerchant(ctx context.Context, mchid string, endOld bool) (serial string, err error) {
	// One at a time: the files on disk must be those of the newest certificate.
	err = d.Index.Exclusive(ctx, "rotate", func(ctx context.Context) (err error) {
		serial, err = d.rotate(ctx, mchid, endOld)
		return err
	})
	return serial, err
}

func (d *Dir) rotate(ctx context.Context, mchid string, endOld bool) (serial string, err error) {
	m, err := d.Index.Merchant(ctx, mchid)
	if err != nil {
		return "", Named(err, "merchant", mchid)
	}
	certPEM, err := d.issue(ctx, mchid)
	if err != nil {
		return "", err
	}
	cert, err := sign.ParseCertificate(certPEM)
	if err != nil {
		return "", err
	}
	if err := d.Index.AddMerchantCertificate(ctx, mchid, certPEM, server.Valid); err != nil {
		return "", err
	}
	for _, c := range m.Certificates {
		if endOld && c.State == server.Valid {
			if err := d.Index.SetCertificateState(ctx, mchid, sign.Serial(c.Certificate), server.Replaced); err != nil {
				return "", err
			}
		}
	}
	return sign.Serial(cert), nil
}

// RevokeCertificate revokes one certificate of a merchant.
func (d *Dir) RevokeCertificate(ctx context.Context, mchid, serial string) error {
	if _, err := d.Index.Merchant(ctx, mchid); err != nil {
		return Named(err, "merchant", mchid)
	}
	err := d.Index.SetCertificateState(ctx, mchid, serial, server.Revoked)
	if errors.Is(err, server.ErrNotFound) {
		return texts.Errorf("merchant %s has no certificate %s; see: wxup merchant show %s", mchid, serial, mchid)
	}
	return err
}

// DisableMerchant refuses all further calls of a merchant.
func (d *Dir) DisableMerchant(ctx context.Context, mchid string) error {
	return Named(d.Index.DisableMerchant(ctx, mchid), "merchant", mchid)
}
