package devkeys

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/internal/need"
	"github.com/wxup/wxup/sign"
)

// TestOpenSSL asks a verifier that is not Go's: curl, PHP, Python, Ruby and Node stand on this one.
func TestOpenSSL(t *testing.T) {
	need.Program(t, "openssl", need.Setup)
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	openssl := func(args ...string) (string, error) {
		out, err := exec.CommandContext(t.Context(), "openssl", args...).CombinedOutput()
		return strings.TrimSpace(string(out)), err
	}

	ca := newTestCA(t, time.Now())
	server, err := ca.Server()
	if err != nil {
		t.Fatal(err)
	}
	merchantCert, merchantKey, err := ca.Merchant("1900009191")
	if err != nil {
		t.Fatal(err)
	}
	platformCert, _, err := ca.Platform()
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := serverTemplate([]string{"example.com"})
	if err != nil {
		t.Fatal(err)
	}
	tmpl.SerialNumber, tmpl.NotBefore, tmpl.NotAfter = newSerial(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	stray, err := certify(tmpl, ca.cert, server.Leaf.PublicKey, ca.key)
	if err != nil {
		t.Fatal(err)
	}

	var (
		root     = file("ca.pem", ca.PEM())
		chain    = file("CertTrustChain.pem", ca.TrustChainPEM())
		leaf     = file("leaf.pem", encode("CERTIFICATE", server.Leaf.Raw))
		merchant = file("apiclient_cert.pem", merchantCert)
		platform = file("wechatpay_cert.pem", platformCert)
		example  = file("example.pem", encode("CERTIFICATE", stray.Raw))
	)
	verify := func(args ...string) []string { return append([]string{"verify", "-x509_strict"}, args...) }
	type row struct {
		args   []string
		refuse string // what it says when it refuses
	}
	rows := []row{
		{verify("-CAfile", chain, "-purpose", "sslclient", merchant), ""},
		{verify("-CAfile", chain, "-purpose", "sslserver", merchant), "purpose"},
		{verify("-CAfile", root, merchant), "unable to get local issuer"},
		{verify("-verbose", "-CAfile", chain, platform), ""}, // as WeChat's page has it
		{verify("-CAfile", root, "-purpose", "sslserver", example), "permitted subtree violation"},
		{verify("-CAfile", root, "-verify_hostname", "pay.weixin.qq.com", leaf), "hostname mismatch"},
	}
	for _, host := range Hosts {
		check := "-verify_hostname"
		if net.ParseIP(host) != nil {
			check = "-verify_ip"
		}
		rows = append(rows, row{verify("-CAfile", root, "-purpose", "sslserver", check, host, leaf), ""})
	}
	for _, r := range rows {
		out, err := openssl(r.args...)
		if r.refuse == "" && err != nil || r.refuse != "" && (err == nil || !strings.Contains(strings.ToLower(out), r.refuse)) {
			t.Errorf("openssl %s: %v, want %q\n%s", strings.Join(r.args, " "), err, r.refuse, out)
		}
	}

	for name, cert := range map[string][]byte{merchant: merchantCert, platform: platformCert, root: ca.PEM()} {
		out, err := openssl("x509", "-noout", "-serial", "-in", name)
		if want := "serial=" + sign.Serial(parse(t, cert)); err != nil || out != want {
			t.Errorf("openssl shows %s (%v), want %s", out, err, want)
		}
	}
	for name, key := range map[string][]byte{"apiclient_key.pem": merchantKey, "ca_key.pem": ca.KeyPEM()} {
		if out, err := openssl("pkey", "-check", "-noout", "-in", file(name, key)); err != nil {
			t.Errorf("openssl pkey %s: %v\n%s", name, err, out)
		}
	}
	publicPEM, _, err := rsaPair()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := openssl("pkey", "-pubin", "-noout", "-in", file("pub_key.pem", publicPEM)); err != nil {
		t.Errorf("openssl pkey -pubin: %v\n%s", err, out)
	}
}
