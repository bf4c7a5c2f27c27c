package devkeys_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/sign"
)

// A first start: make what a merchant would download from WeChat's merchant portal, and keep it.
func Example() {
	if err := firstStart(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1900009191
	// Tenpay.com Root CA
	// 40 digits of serial_no
}

func firstStart() error {
	dir, err := os.MkdirTemp("", "wxup-data-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	ca, err := devkeys.NewCA(time.Now())
	if err != nil {
		return err
	}
	cert, key, err := ca.Merchant("1900009191")
	if err != nil {
		return err
	}
	keyFile := filepath.Join(dir, "apiclient_key.pem")
	if err := devkeys.WritePrivate(keyFile, key); err != nil {
		return err
	}
	if err := devkeys.WritePublic(filepath.Join(dir, "apiclient_cert.pem"), cert); err != nil {
		return err
	}

	// At each later start, before a key is read:
	if err := devkeys.CheckKeyFile(keyFile); err != nil {
		return err
	}

	block, _ := pem.Decode(cert)
	merchant, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return err
	}
	fmt.Println(merchant.Subject.CommonName)
	fmt.Println(merchant.Issuer.CommonName)
	fmt.Println(len(sign.Serial(merchant)), "digits of serial_no")
	return nil
}
