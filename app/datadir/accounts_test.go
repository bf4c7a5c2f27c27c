package datadir

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// provisioned returns a data directory as the first start leaves it.
func provisioned(t *testing.T) *Dir {
	t.Helper()
	d, err := Open(t.Context(), filepath.Join(t.TempDir(), "data"), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if err := d.Provision(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestRotateAtOnce: of certificates that are issued at the same time none is lost, and the files
// are those of one of them.
func TestRotateAtOnce(t *testing.T) {
	d := provisioned(t)
	mchid, err := d.Setting(t.Context(), DefaultMerchant)
	if err != nil {
		t.Fatal(err)
	}
	const rotations = 4
	serials := make([]string, rotations)
	var rotating sync.WaitGroup
	for i := range rotations {
		rotating.Go(func() {
			var err error
			if serials[i], err = d.RotateMerchant(t.Context(), mchid, false); err != nil {
				t.Error(err)
			}
		})
	}
	rotating.Wait()
	m, err := d.Index.Merchant(t.Context(), mchid)
	if err != nil || len(m.Certificates) != rotations+1 {
		t.Fatalf("%d certificates, want %d: %v", len(m.Certificates), rotations+1, err)
	}
	valid := map[string]bool{}
	for _, c := range m.Certificates {
		valid[sign.Serial(c.Certificate)] = c.State == server.Valid
	}
	for _, serial := range serials {
		if !valid[serial] {
			t.Errorf("certificate %s was issued and is not valid", serial)
		}
	}
	certPEM, _ := os.ReadFile(filepath.Join(d.MerchantDir(mchid), certFile))
	keyPEM, _ := os.ReadFile(filepath.Join(d.MerchantDir(mchid), keyFile))
	cert, err := sign.ParseCertificate(certPEM)
	if err != nil {
		t.Fatal(err)
	}
	key, err := sign.ParsePrivateKey(keyPEM)
	if err != nil || !key.PublicKey.Equal(cert.PublicKey) {
		t.Errorf("the key on disk is not the certificate's: %v", err)
	}
}
