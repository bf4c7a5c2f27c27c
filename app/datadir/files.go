package datadir

import (
	"context"
	"crypto/rsa"
	"os"
	"path/filepath"
	"slices"

	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/sign"
)

func platformCertFile(dir string) string { return filepath.Join(dir, "platform", "wechatpay_cert.pem") }

func platformKeyFile(dir string) string { return filepath.Join(dir, "platform", "pub_key.pem") }

// writeFiles writes what developers need of the index: the CA, the platform's certificate and
// public key, and the default merchant's files if they are missing.
func (d *Dir) writeFiles(ctx context.Context) error {
	ca, err := d.Setting(ctx, caCert)
	if err != nil {
		return err
	}
	if err := writeChanged(CAFile(d.Path), []byte(ca)); err != nil {
		return err
	}
	if err := d.writePlatformFiles(ctx); err != nil {
		return err
	}
	for role, key := range roleKeys {
		if err := d.writeMerchantOf(ctx, role, key); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dir) writePlatformFiles(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(platformKeyFile(d.Path)), 0o700); err != nil {
		return err
	}
	keys, err := d.Index.PlatformKeys(ctx)
	if err != nil {
		return err
	}
	for _, k := range slices.Backward(keys) { // the default key is the first, and is written last
		file, text := platformKeyFile(d.Path), []byte(nil)
		if k.Certificate != nil {
			file, text = platformCertFile(d.Path), certificatePEM(k.Certificate)
		} else if public, ok := k.Key.Public().(*rsa.PublicKey); ok {
			text = devkeys.PublicKeyPEM(public)
		}
		if err := writeChanged(file, text); err != nil {
			return err
		}
	}
	return nil
}

// writeMerchantOf writes the files of a merchant that is handed out, if they are missing: its key
// and the certificate that belongs to it.
func (d *Dir) writeMerchantOf(ctx context.Context, role, keySetting Setting) error {
	mchid, err := d.Setting(ctx, role)
	if err != nil || mchid == "" {
		return err
	}
	if _, err := os.Stat(filepath.Join(d.MerchantDir(mchid), certFile)); err == nil {
		return nil
	}
	keyPEM, err := d.Setting(ctx, keySetting)
	if err != nil {
		return err
	}
	key, err := sign.ParsePrivateKey([]byte(keyPEM))
	if err != nil {
		return texts.Errorf("the setting %s: %w", keySetting, err)
	}
	m, err := d.Index.Merchant(ctx, mchid)
	if err != nil {
		return texts.Errorf("the setting %s, merchant %s: %w", role, mchid, err)
	}
	for _, c := range m.Certificates {
		if key.PublicKey.Equal(c.Certificate.PublicKey) {
			return writeMerchantFiles(d.MerchantDir(mchid), mchid, certificatePEM(c.Certificate), []byte(keyPEM))
		}
	}
	return texts.Errorf("merchant %s has no certificate for its key; issue one with: wxup merchant rotate %s", mchid, mchid)
}
