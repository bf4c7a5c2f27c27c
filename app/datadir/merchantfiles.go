package datadir

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/sign"
)

// A merchant's files, named as WeChat hands them out.
const (
	certFile = "apiclient_cert.pem"
	keyFile  = "apiclient_key.pem"
	p12File  = "apiclient_cert.p12" // the password is the mchid
)

// MerchantDir is the directory of a merchant's own files.
func (d *Dir) MerchantDir(mchid string) string { return filepath.Join(d.Path, "merchants", mchid) }

// writeMerchantFiles writes a merchant's certificate and key to dir. Files that are there already
// move to a directory named after the serial number of their certificate.
func writeMerchantFiles(dir, mchid string, certPEM, keyPEM []byte) error {
	cert, err := sign.ParseCertificate(certPEM)
	if err != nil {
		return err
	}
	key, err := sign.ParsePrivateKey(keyPEM)
	if err != nil {
		return err
	}
	p12, err := pkcs12.Modern.Encode(key, cert, nil, mchid)
	if err != nil {
		return texts.Errorf("make the p12 file: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := archiveMerchantFiles(dir); err != nil {
		return err
	}
	for _, f := range []struct {
		name  string
		data  []byte
		write func(string, []byte) error
	}{
		{keyFile, keyPEM, devkeys.WritePrivate},
		{p12File, p12, devkeys.WritePrivate},
		{certFile, certPEM, devkeys.WritePublic}, // last: its presence means that the others are there
	} {
		if err := f.write(filepath.Join(dir, f.name), f.data); err != nil {
			return texts.Errorf("write %s: %w", f.name, err)
		}
	}
	return nil
}

func archiveMerchantFiles(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, certFile))
	if err != nil {
		return nil // there is nothing to keep
	}
	cert, err := sign.ParseCertificate(text)
	if err != nil {
		return nil
	}
	archive := filepath.Join(dir, sign.Serial(cert))
	if err := os.MkdirAll(archive, 0o700); err != nil {
		return err
	}
	for _, name := range []string{certFile, keyFile, p12File} {
		err := os.Rename(filepath.Join(dir, name), filepath.Join(archive, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func certificatePEM(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}

// CopyMerchantFiles copies the files of all merchants to another data directory.
func (d *Dir) CopyMerchantFiles(to string) error {
	from := filepath.Join(d.Path, "merchants")
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, "merchants", rel)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if old, err := os.ReadFile(target); err == nil && bytes.Equal(old, text) {
			return nil
		}
		return devkeys.WritePrivate(target, text)
	})
	if errors.Is(err, fs.ErrNotExist) { // no merchant was made here
		return nil
	}
	return err
}
