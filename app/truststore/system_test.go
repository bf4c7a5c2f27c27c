package truststore

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/internal/need"
)

var testCA = sync.OnceValue(func() *devkeys.CA {
	ca, err := devkeys.NewCA(time.Now())
	if err != nil {
		panic(err)
	}
	return ca
})

// TestSystems: each system's own place and command, shown as a person would type them.
func TestSystems(t *testing.T) {
	cert := testCA().Certificate()
	name := Name(cert)
	if !strings.HasPrefix(name, "wxup-local-ca-") || len(name) != len("wxup-local-ca-")+8 {
		t.Fatalf("the name is %q", name)
	}
	for _, tt := range []struct {
		os      string
		tree    []string // directories, and files with a dot in the name
		install []string
		removal []string
	}{
		{"linux", []string{"etc/pki/ca-trust/source/anchors"},
			[]string{"write ROOT/etc/pki/ca-trust/source/anchors/" + name + ".pem", "update-ca-trust extract"},
			[]string{"rm ROOT/etc/pki/ca-trust/source/anchors/" + name + ".pem", "update-ca-trust extract"}},
		{"linux", []string{"etc/ca-certificates/trust-source/anchors"},
			[]string{"write ROOT/etc/ca-certificates/trust-source/anchors/" + name + ".crt", "trust extract-compat"},
			[]string{"rm ROOT/etc/ca-certificates/trust-source/anchors/" + name + ".crt", "trust extract-compat"}},
		{"linux", []string{"etc/pki/trust/anchors"},
			[]string{"write ROOT/etc/pki/trust/anchors/" + name + ".pem", "update-ca-certificates"},
			[]string{"rm ROOT/etc/pki/trust/anchors/" + name + ".pem", "update-ca-certificates"}},
		{"linux", []string{"usr/local/share/ca-certificates"}, // Alpine
			[]string{"write ROOT/usr/local/share/ca-certificates/" + name + ".crt", "update-ca-certificates"},
			[]string{"rm ROOT/usr/local/share/ca-certificates/" + name + ".crt", "update-ca-certificates"}},
		{"linux", []string{"usr/local/share/ca-certificates", "etc/ca-certificates.conf"},
			[]string{"write ROOT/usr/local/share/ca-certificates/" + name + ".crt", "update-ca-certificates"},
			[]string{"rm ROOT/usr/local/share/ca-certificates/" + name + ".crt", "sh -c "}},
		{"darwin", nil,
			[]string{"security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain '/data dir/ca.pem'"},
			[]string{"security remove-trusted-cert -d '/data dir/ca.pem'", "security delete-certificate -Z "}},
		{"windows", nil,
			[]string{"certutil -addstore -f ROOT '/data dir/ca.pem'"},
			[]string{"certutil -delstore ROOT "}},
		{"linux", nil, nil, nil},
	} {
		root := t.TempDir()
		s := &System{OS: tt.os, Root: root}
		for _, path := range tt.tree {
			path = filepath.Join(root, path)
			dir := path
			if filepath.Ext(path) != "" {
				dir = filepath.Dir(path)
			}
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if dir != path {
				if err := os.WriteFile(path, nil, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		steps, err := s.Install(cert, "/data dir/ca.pem")
		if tt.install == nil {
			if err == nil || !strings.Contains(err.Error(), "wxup ca bundle") {
				t.Errorf("a system without a trust store: %v", err)
			}
			continue
		}
		same := func(what string, steps []Step, want []string) {
			t.Helper()
			if len(steps) != len(want) {
				t.Fatalf("%v: %s: %v", tt.tree, what, steps)
			}
			for i, step := range steps {
				if got := strings.ReplaceAll(step.String(), root, "ROOT"); !strings.HasPrefix(got, want[i]) {
					t.Errorf("%v: %s: %s, want %s", tt.tree, what, got, want[i])
				}
			}
		}
		same("install", steps, tt.install)
		if tt.os == "linux" {
			if steps, err := s.Uninstall(cert, ""); err != nil || len(steps) > 0 {
				t.Errorf("%v: uninstall before install: %v, %v", tt.tree, steps, err)
			}
			if err := steps[0].Do(t.Context()); err != nil {
				t.Fatal(err)
			}
			if fi, err := os.Stat(steps[0].Write); err != nil || fi.Mode().Perm() != 0o644 {
				t.Errorf("%s: %v %v", steps[0].Write, fi.Mode(), err)
			}
			all, err := s.UninstallAll()
			if err != nil {
				t.Fatal(err)
			}
			same("uninstall --all", all, tt.removal)
		} else if _, err := s.UninstallAll(); err == nil {
			t.Errorf("%s: uninstall --all has no next step", tt.os)
		}
		steps, err = s.Uninstall(cert, "/data dir/ca.pem")
		if err != nil {
			t.Fatal(err)
		}
		same("uninstall", steps, tt.removal)
	}
}

// TestUninstallRenewed: after a renewal, what was installed before it is taken out too, and no
// other CA's.
func TestUninstallRenewed(t *testing.T) {
	s := &System{OS: "linux", Root: t.TempDir()}
	dir := filepath.Join(s.Root, "usr/local/share/ca-certificates")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	other, err := devkeys.NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := testCA().Renew(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, ca := range []*devkeys.CA{testCA(), other} {
		steps, err := s.Install(ca.Certificate(), "")
		if err != nil {
			t.Fatal(err)
		}
		if err := steps[0].Do(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	steps, err := s.Uninstall(renewed.Certificate(), "")
	if err != nil || len(steps) != 2 || steps[0].Remove != filepath.Join(dir, Name(testCA().Certificate())+".crt") {
		t.Errorf("uninstall: %v, %v", steps, err)
	}
}

// TestDebian runs Debian's own script on a system in a directory: install and uninstall, each
// twice, leave what was there before, byte for byte, and the hooks hear of both.
func TestDebian(t *testing.T) {
	const script = "/usr/sbin/update-ca-certificates"
	if text, err := os.ReadFile(script); err != nil || !bytes.Contains(text, []byte("--localcertsdir")) {
		need.That(t, false, "ca-certificates of Debian or Ubuntu", need.Setup)
	}
	need.Program(t, "openssl", need.Setup)
	root, bin := t.TempDir(), t.TempDir()
	at := func(parts ...string) string { return filepath.Join(append([]string{root}, parts...)...) }
	other, err := devkeys.NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	local := at("usr/local/share/ca-certificates")
	for _, dir := range []string{local, at("usr/share/ca-certificates"), at("etc/ssl/certs"), at("hooks")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	shim := fmt.Sprintf("#!/bin/sh\nexec %s --localcertsdir %s --certsdir %s --etccertsdir %s --hooksdir %s --certsconf %s \"$@\"\n",
		script, local, at("usr/share/ca-certificates"), at("etc/ssl/certs"), at("hooks"), at("etc/ca-certificates.conf"))
	for path, text := range map[string]string{
		filepath.Join(bin, "update-ca-certificates"): shim,
		at("hooks/hear"):                                   "#!/bin/sh\ncat >> " + filepath.Join(bin, "heard") + "\n",
		at("etc/ca-certificates.conf"):                     "# roots\nother.crt\n",
		at("usr/share/ca-certificates/other.crt"):          string(other.PEM()),
		filepath.Join(local, "company's own root (1).crt"): string(other.TrustChainPEM()),
	} {
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH")+":/usr/sbin")
	do := func(steps []Step, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range steps {
			if err := s.Do(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	do([]Step{{Command: []string{"update-ca-certificates"}}}, nil)
	before := tree(t, root)

	s, cert := &System{OS: "linux", Root: root}, testCA().Certificate()
	for range 2 {
		do(s.Install(cert, ""))
		if !s.Trusts(cert) || !s.Trusts(other.Certificate()) {
			t.Fatal("installed, and not among the roots")
		}
	}
	leaf, err := testCA().Server("localhost")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(bin, "leaf.pem")
	if err := os.WriteFile(file, encodePEM(leaf.Leaf), 0o644); err != nil {
		t.Fatal(err)
	}
	verify := func() error {
		return exec.CommandContext(t.Context(), "openssl", "verify", "-no-CAfile", "-CApath", at("etc/ssl/certs"), file).Run()
	}
	if err := verify(); err != nil {
		t.Errorf("openssl, by the directory: %v", err)
	}
	for range 2 {
		do(s.Uninstall(cert, ""))
		if s.Trusts(cert) || !s.Trusts(other.Certificate()) {
			t.Fatal("uninstalled, and still among the roots")
		}
	}
	if err := verify(); err == nil {
		t.Error("openssl trusts it after the uninstallation")
	}
	if after := tree(t, root); !maps.Equal(before, after) {
		t.Errorf("not as it was before:\n%v\n%v", before, after)
	}
	do(s.Install(cert, ""))
	do(s.UninstallAll())
	if after := tree(t, root); !maps.Equal(before, after) {
		t.Errorf("not as it was before, after uninstall --all:\n%v\n%v", before, after)
	}
	heard, err := os.ReadFile(filepath.Join(bin, "heard"))
	pem := at("etc/ssl/certs", Name(cert)+".pem")
	if err != nil || strings.Count(string(heard), "+"+pem) != 2 || strings.Count(string(heard), "-"+pem) != 2 {
		t.Errorf("the hooks heard %s, %v", heard, err)
	}
}

// tree is all that is in a directory.
func tree(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := d.Info()
		if err != nil {
			return err
		}
		what := fi.Mode().String()
		switch {
		case fi.Mode()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			if err != nil {
				return err
			}
			what += " " + to
		case fi.Mode().IsRegular():
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			sum := sha256.Sum256(b)
			what += " " + hex.EncodeToString(sum[:])
		}
		all[path] = what
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestRealSystem installs into this very machine and takes it out again.
func TestRealSystem(t *testing.T) {
	need.Variable(t, "WXUP_TEST_SYSTEM", ".ci/run, as root: it changes the system's trust store and changes it back")
	ca, err := devkeys.NewCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := ca.Server()
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "trusted") }))
	ts.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}}
	ts.StartTLS()
	defer ts.Close()
	_, port, _ := net.SplitHostPort(ts.Listener.Addr().String())
	file := filepath.Join(t.TempDir(), "leaf.pem")
	if err := os.WriteFile(file, encodePEM(leaf.Leaf), 0o644); err != nil {
		t.Fatal(err)
	}
	trusted := func(args ...string) bool {
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { // what would replace the system's roots
			name, _, _ := strings.Cut(v, "=")
			return strings.Contains(strings.ToLower(name), "proxy") || strings.Contains(name, "SSL") || strings.Contains(name, "CA_BUNDLE")
		})
		out, err := cmd.CombinedOutput()
		t.Logf("%s: %v %s", args[0], err, bytes.TrimSpace(out))
		return err == nil
	}
	check := func(when string, want bool) {
		t.Helper()
		for _, client := range [][]string{
			{"curl", "-sS", "https://localhost:" + port},
			{"openssl", "verify", file},
			{"go", "run", "testdata/get.go", "https://localhost:" + port},
		} {
			if _, err := exec.LookPath(client[0]); err != nil {
				t.Logf("NOT TESTED with %s: %v", client[0], err)
				continue
			}
			if got := trusted(client...); got != want {
				t.Errorf("%s: %s trusts it: %v, want %v", when, client[0], got, want)
			}
		}
	}
	s := &System{}
	do := func(steps []Step, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range steps {
			t.Log(step)
			if err := step.Do(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
	pemFile := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(pemFile, ca.PEM(), 0o644); err != nil {
		t.Fatal(err)
	}
	check("before", false)
	do(s.Install(ca.Certificate(), pemFile))
	defer func() {
		do(s.Uninstall(ca.Certificate(), pemFile))
		check("after", false)
		if steps, err := s.Uninstall(ca.Certificate(), pemFile); err != nil || len(steps) > 0 {
			t.Errorf("a second uninstall: %v %v", steps, err)
		}
	}()
	check("installed", true)
}

func TestStep(t *testing.T) {
	for _, tt := range []struct {
		step Step
		want string
	}{
		{Step{Write: filepath.Join(t.TempDir(), "none", "x")}, "no such file"},
		{Step{Command: []string{"wxup-no-such-command"}}, "install the package ca-certificates"},
		{Step{Command: []string{"sh", "-c", "echo the reason; exit 3"}}, "exit status 3: the reason"},
		{Step{Remove: filepath.Join(t.TempDir(), "gone")}, ""},
	} {
		err := tt.step.Do(t.Context())
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.step, err, tt.want)
		}
	}
}
