package node

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/wxup/wxup/devkeys"
)

func TestOwnCertificate(t *testing.T) {
	ca, err := devkeys.NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	own := &ownCertificate{certFile: filepath.Join(dir, "cert.pem"), keyFile: filepath.Join(dir, "key.pem")}
	if _, err := own.load(); err == nil {
		t.Error("files that do not exist were read")
	}
	// write makes a certificate for localhost, which the files then hold.
	write := func(at time.Time) *tls.Certificate {
		cert, err := ca.Server("localhost")
		if err != nil {
			t.Fatal(err)
		}
		key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
		if err != nil {
			t.Fatal(err)
		}
		for file, block := range map[string]*pem.Block{
			own.keyFile: {Type: "PRIVATE KEY", Bytes: key}, own.certFile: {Type: "CERTIFICATE", Bytes: cert.Certificate[0]},
		} {
			if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(file, at, at); err != nil {
				t.Fatal(err)
			}
		}
		return &cert
	}
	c := certificates{local: &devkeys.Leaves{CA: ca}, own: own}
	hello := func(name string) *tls.ClientHelloInfo {
		return &tls.ClientHelloInfo{
			ServerName: name, SupportedVersions: []uint16{tls.VersionTLS13},
			SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256}, SupportedCurves: []tls.CurveID{tls.CurveP256},
		}
	}
	begun := time.Now().Add(-time.Hour)
	for i := range 2 {
		want := write(begun.Add(time.Duration(i) * time.Minute))
		for _, name := range []string{"localhost", ""} {
			got, err := c.get(hello(name))
			if err != nil || !got.Leaf.Equal(want.Leaf) {
				t.Errorf("certificate %d for %q: another one, %v", i, name, err)
			}
		}
	}
	if got, err := c.get(hello("api.mch.weixin.qq.com")); err != nil || got.Leaf.VerifyHostname("api.mch.weixin.qq.com") != nil {
		t.Errorf("WeChat's host: %v", err)
	}
	if err := os.WriteFile(own.keyFile, []byte("half a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	later := begun.Add(time.Hour)
	if err := os.Chtimes(own.certFile, later, later); err != nil {
		t.Fatal(err)
	}
	if got, err := c.get(hello("localhost")); err != nil || got == nil {
		t.Errorf("while the files do not match: %v", err)
	}
}
