package credentials

import (
	"crypto/rsa"
	"crypto/x509"
	"os"
	"path/filepath"

	"github.com/wxup/wxup/app/internal/gbk"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/sign"
)

// Given are credentials from flags, for the explanation of a saved request. A certificate or key
// that is given counts in place of those in the values.
type Given struct{ CertFile, KeyFile, APIv2Key string }

// Known returns what is known of the merchant and of WeChat's keys. Private keys are used for their
// public half only.
func (v Values) Known(given Given) (*explain.Known, error) {
	m := &explain.Merchant{ID: v.Get("mchid"), APIv2Key: given.APIv2Key}
	var err error
	if m.APIv3Key, err = v.Line("apiv3_key"); err != nil {
		return nil, err
	}
	if m.APIv2Key == "" {
		if m.APIv2Key, err = v.Line("apiv2_key"); err != nil {
			return nil, err
		}
	}
	cert, key, err := v.ownKeys(given)
	switch {
	case err != nil:
		return nil, err
	case cert != nil:
		m.Keys = []explain.Key{explain.CertificateKey(cert, explain.Valid)}
		if given.CertFile != "" || m.ID == "" {
			m.ID = cert.Subject.CommonName
		}
	case key != nil:
		m.Keys = []explain.Key{{Serial: v.Get("mch_serial"), Public: &key.PublicKey}}
	}
	known := &explain.Known{Merchant: m, App: v.Get("appid"), GBK: gbk.Encode, FromGBK: gbk.Decode}
	if cert, set, err := Parsed(v, "platform_cert", sign.ParseCertificate); err == nil && set {
		known.Platform = append(known.Platform, explain.CertificateKey(cert, explain.Valid))
	}
	if key, set, err := Parsed(v, "platform_pubkey", sign.ParsePublicKey); err == nil && set {
		known.Platform = append(known.Platform, explain.Key{Serial: v.Get("platform_pubkey_id"), Public: key})
	}
	return known, nil
}

// ownKeys returns the merchant's certificate, or else its private key, if there is one.
func (v Values) ownKeys(given Given) (cert *x509.Certificate, key *rsa.PrivateKey, err error) {
	switch {
	case given.CertFile != "":
		cert, err = parseFile("--cert", given.CertFile, sign.ParseCertificate)
		return cert, nil, err
	case given.KeyFile != "":
		key, err = parseFile("--key", given.KeyFile, sign.ParsePrivateKey)
		return nil, key, err
	}
	cert, set, err := Parsed(v, "mch_cert", sign.ParseCertificate)
	if err != nil || set {
		return cert, nil, err
	}
	key, _, err = Parsed(v, "mch_key", sign.ParsePrivateKey)
	return nil, key, err
}

func parseFile[T any](flag, file string, parse func([]byte) (T, error)) (value T, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return value, texts.Errorf("%s: %w", flag, err)
	}
	if value, err = parse(text); err != nil {
		err = texts.Errorf("%s: %s: %w", flag, filepath.Base(file), err)
	}
	return value, err
}
