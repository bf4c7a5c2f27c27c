package devkeys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/internal/need"
)

// TestLeaves: one certificate for a name however many ask, a new one long before it ends, and not
// ever more of them.
func TestLeaves(t *testing.T) {
	now := start
	ca := newTestCA(t, start)
	ca.Now = func() time.Time { return now }
	l := &Leaves{CA: ca}
	get := func(names ...string) *x509.Certificate {
		t.Helper()
		cert, err := l.For(names...)
		if err != nil {
			t.Fatal(err)
		}
		return cert.Leaf
	}
	first := get("api.weixin.qq.com")
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if c, err := l.For("mmbiz.qpic.cn"); err != nil || c.Leaf.VerifyHostname("mmbiz.qpic.cn") != nil {
				t.Error(err)
			}
			if c, err := l.For("api.weixin.qq.com"); err != nil || c.Leaf != first {
				t.Errorf("another certificate for the same name: %v", err)
			}
		})
	}
	wg.Wait()
	if len(l.kept) != 2 {
		t.Errorf("%d certificates were made for 2 names", len(l.kept))
	}
	if c := get(); len(c.DNSNames)+len(c.IPAddresses) != len(Hosts) {
		t.Errorf("no name given: a certificate for %q", c.DNSNames)
	}

	for day, want := range map[int]bool{0: true, 264: true, 265: false, 396: false} {
		now = start
		first := get("api.weixin.qq.com")
		now = start.AddDate(0, 0, day)
		if got := get("api.weixin.qq.com") == first; got != want {
			t.Errorf("day %d: the first certificate is shown: %v, want %v", day, got, want)
		}
		l = &Leaves{CA: ca}
	}
	// In the CA's last minutes every certificate ends with it, and still one is shown.
	now = start.AddDate(10, 0, 0).Add(-time.Minute)
	if c := get("api.weixin.qq.com"); !c.NotAfter.Equal(ca.Certificate().NotAfter) {
		t.Errorf("it ends %v, the CA %v", c.NotAfter, ca.Certificate().NotAfter)
	}
	now = now.Add(2 * time.Minute)
	if _, err := l.For("api.weixin.qq.com"); err == nil || !strings.Contains(err.Error(), "the CA is valid from") {
		t.Errorf("after the CA's end: %v", err)
	}

	now = start
	l = &Leaves{CA: ca}
	kept := get("api.weixin.qq.com")
	for i := range maxLeaves + 10 {
		get(fmt.Sprintf("img%d.qpic.cn", i))
		if get("api.weixin.qq.com") != kept {
			t.Fatalf("after %d others the one in use was dropped", i)
		}
	}
	if len(l.kept) != maxLeaves {
		t.Errorf("%d certificates are kept, want %d", len(l.kept), maxLeaves)
	}
	if _, err := l.For("example.com"); err == nil || len(l.kept) != maxLeaves {
		t.Errorf("a name that the CA may not vouch for: %v", err)
	}
	if _, err := (&Leaves{}).For("localhost"); err == nil {
		t.Error("a certificate without a CA")
	}
}

// TestRenew: the old and the new CA certificate stand for each other while both are valid, to Go
// and to OpenSSL.
func TestRenew(t *testing.T) {
	old := newTestCA(t, start)
	later := start.AddDate(9, 11, 15)
	next, err := old.Renew(later)
	if err != nil {
		t.Fatal(err)
	}
	now := later
	for _, ca := range []*CA{old, next} {
		ca.Now = func() time.Time { return now }
	}
	a, b := old.Certificate(), next.Certificate()
	if !bytes.Equal(a.RawSubject, b.RawSubject) || !a.PublicKey.(*ecdsa.PublicKey).Equal(b.PublicKey) || bytes.Equal(a.Raw, b.Raw) || a.SerialNumber.Cmp(b.SerialNumber) == 0 {
		t.Errorf("renewed: %s, %s", a.Subject, b.Subject)
	}
	if !b.NotAfter.Equal(later.AddDate(10, 0, 0)) || !b.PermittedDNSDomainsCritical || len(b.PermittedDNSDomains) != len(a.PermittedDNSDomains) {
		t.Errorf("renewed: ends %v, bound to %v", b.NotAfter, b.PermittedDNSDomains)
	}
	if loaded, err := LoadCA(next.PEM(), old.KeyPEM()); err != nil || !bytes.Equal(loaded.TrustChainPEM(), next.TrustChainPEM()) {
		t.Errorf("load the new certificate with the key: %v", err)
	}
	oldLeaf, err := old.Server("localhost")
	if err != nil {
		t.Fatal(err)
	}
	newLeaf, err := next.Server("localhost")
	if err != nil {
		t.Fatal(err)
	}
	merchantPEM, _, err := old.Merchant("1900009191")
	if err != nil {
		t.Fatal(err)
	}
	merchant := parse(t, merchantPEM)
	trusts := func(ca *CA, leaf *x509.Certificate) error {
		_, err := leaf.Verify(x509.VerifyOptions{Roots: ca.Pool(), CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		return err
	}
	for _, tt := range []struct {
		when time.Time
		ca   *CA
		leaf *x509.Certificate
		ok   bool
	}{
		{later, old, newLeaf.Leaf, true}, // who has not heard of the renewal
		{later, next, oldLeaf.Leaf, true},
		{later, next, merchant, true},
		{start.AddDate(10, 0, 1), old, newLeaf.Leaf, false}, // the old one has ended
		{start.AddDate(10, 0, 1), next, newLeaf.Leaf, true},
	} {
		now = tt.when
		if err := trusts(tt.ca, tt.leaf); (err == nil) != tt.ok {
			t.Errorf("%v: %s trusts %s: %v, want %v", tt.when, tt.ca.Certificate().SerialNumber, tt.leaf.Subject, err, tt.ok)
		}
	}

	need.Program(t, "openssl", need.Setup)
	dir := t.TempDir()
	for name, data := range map[string][]byte{"old.pem": old.PEM(), "next.pem": next.PEM(), "both.pem": append(old.PEM(), next.PEM()...),
		"oldleaf.pem": encode("CERTIFICATE", oldLeaf.Leaf.Raw), "newleaf.pem": encode("CERTIFICATE", newLeaf.Leaf.Raw)} {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		when     time.Time
		ca, leaf string
		ok       bool
	}{
		{later, "old.pem", "newleaf.pem", true}, {later, "next.pem", "oldleaf.pem", true}, {later, "both.pem", "newleaf.pem", true},
		{start.AddDate(10, 0, 1), "both.pem", "newleaf.pem", true}, {start.AddDate(10, 0, 1), "old.pem", "newleaf.pem", false},
	} {
		cmd := exec.CommandContext(t.Context(), "openssl", "verify", "-x509_strict", "-attime", fmt.Sprint(tt.when.Unix()), "-CAfile", tt.ca, tt.leaf)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); (err == nil) != tt.ok {
			t.Errorf("openssl, %v, %s by %s: %v\n%s", tt.when, tt.leaf, tt.ca, err, out)
		}
	}
}

func BenchmarkLeaves(b *testing.B) {
	l := &Leaves{CA: newTestCA(b, start)}
	for b.Loop() {
		if _, err := l.For("api.weixin.qq.com"); err != nil {
			b.Fatal(err)
		}
	}
}
