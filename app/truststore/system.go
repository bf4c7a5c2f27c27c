package truststore

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/wxup/wxup/devkeys"
)

// System is the trust store of an operating system. The zero value is this machine's.
type System struct {
	OS   string // "" is runtime.GOOS
	Root string // a directory that stands for /; "" is / itself
}

// Step is one thing that is done to the system: a file written, a file removed, or a command run.
type Step struct {
	Write   string // the file's path
	Data    []byte
	Remove  string
	Command []string
}

// String is the step as a person would type it.
func (s Step) String() string {
	switch {
	case s.Write != "":
		return "write " + s.Write
	case s.Remove != "":
		return "rm " + s.Remove
	}
	words := make([]string, len(s.Command))
	for i, w := range s.Command {
		if w == "" || strings.ContainsAny(w, " \t\n'\"\\$`;&|<>(){}*?[]#~!") {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		words[i] = w
	}
	return strings.Join(words, " ")
}

// Do does it. A file that is already as it should be is not an error.
func (s Step) Do(ctx context.Context) error {
	switch {
	case s.Write != "":
		return devkeys.WritePublic(s.Write, s.Data)
	case s.Remove != "":
		if err := os.Remove(s.Remove); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	out, err := exec.CommandContext(ctx, s.Command[0], s.Command[1:]...).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return texts.Errorf("there is no command %s: install the package ca-certificates", s.Command[0])
	}
	if err != nil {
		return texts.Errorf("%s: %w: %s", s, err, bytes.TrimSpace(tail(out)))
	}
	return nil
}

// tail is the end of a command's output, where it says why it gave up.
func tail(out []byte) []byte { return out[max(0, len(out)-1000):] }

// anchors are the directories where Linux distributions look for the administrator's own roots, and
// the command that takes a change up. The first directory that is there counts.
var anchors = []struct {
	dir, suffix, only string // only: a file that tells this one from the next
	update            []string
}{
	{"/etc/pki/ca-trust/source/anchors", ".pem", "", []string{"update-ca-trust", "extract"}},       // Fedora, RHEL and kin
	{"/etc/ca-certificates/trust-source/anchors", ".crt", "", []string{"trust", "extract-compat"}}, // Arch
	{"/etc/pki/trust/anchors", ".pem", "", []string{"update-ca-certificates"}},                     // openSUSE
	{"/usr/local/share/ca-certificates", ".crt", debianConf, []string{"update-ca-certificates"}},   // Debian, Ubuntu
	{"/usr/local/share/ca-certificates", ".crt", "", []string{"update-ca-certificates"}},           // Alpine
}

const (
	prefix     = "wxup-local-ca-"
	debianConf = "/etc/ca-certificates.conf"
	keychain   = "/Library/Keychains/System.keychain"
)

// Name is what a certificate is called in trust stores: wxup-local-ca-1f0c9a2e, by its SHA-256.
func Name(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	return fmt.Sprintf("%s%x", prefix, sum[:4])
}

// Install gives the steps that make the system trust a certificate. file is where it lies as PEM,
// for commands that take it from there. To do the steps again does no harm.
func (s *System) Install(cert *x509.Certificate, file string) ([]Step, error) {
	switch s.os() {
	case "darwin":
		return []Step{{Command: []string{"security", "add-trusted-cert", "-d", "-r", "trustRoot", "-k", keychain, file}}}, nil
	case "windows":
		return []Step{{Command: []string{"certutil", "-addstore", "-f", "ROOT", file}}}, nil
	}
	i, err := s.anchor()
	if err != nil {
		return nil, err
	}
	return []Step{
		{Write: s.path(anchors[i].dir, Name(cert)+anchors[i].suffix), Data: encodePEM(cert)},
		{Command: anchors[i].update},
	}, nil
}

// Uninstall gives the steps that undo Install, of the certificates before a renewal too: none, if
// the system trusts none of them.
func (s *System) Uninstall(cert *x509.Certificate, file string) ([]Step, error) {
	hash := fmt.Sprintf("%X", sha1.Sum(cert.Raw)) // by which these two name a certificate
	switch s.os() {
	case "darwin":
		return []Step{
			{Command: []string{"security", "remove-trusted-cert", "-d", file}},
			{Command: []string{"security", "delete-certificate", "-Z", hash, keychain}},
		}, nil
	case "windows":
		return []Step{{Command: []string{"certutil", "-delstore", "ROOT", hash}}}, nil
	}
	i, err := s.anchor()
	if err != nil {
		return nil, err
	}
	var names []string
	own := s.path(anchors[i].dir, Name(cert)+anchors[i].suffix)
	for _, name := range s.installed(i) {
		if name == own || sameKey(name, cert) {
			names = append(names, name)
		}
	}
	if len(names) == 0 && s.Trusts(cert) {
		names = []string{own} // the file is gone, and the system has not taken it up
	}
	if len(names) == 0 {
		return nil, nil
	}
	return s.remove(i, names...), nil
}

// installed lists the files that Install has written.
func (s *System) installed(i int) []string {
	names, _ := filepath.Glob(s.path(anchors[i].dir, prefix+strings.Repeat("[0-9a-f]", 8)+anchors[i].suffix))
	return names
}

// sameKey reports whether a file holds a certificate of the same CA: a renewal keeps the key.
func sameKey(file string, cert *x509.Certificate) bool {
	text, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	c, err := Parse(text)
	return err == nil && bytes.Equal(c.RawSubjectPublicKeyInfo, cert.RawSubjectPublicKeyInfo)
}

// UninstallAll gives the steps that take every CA of a wxup out, also where its data directory is
// gone. It is for systems that keep roots as files.
func (s *System) UninstallAll() ([]Step, error) {
	if s.os() == "darwin" || s.os() == "windows" {
		return nil, texts.Errorf(`look for "wxup local CA" in the system's keychain or certificate manager, and delete it there`)
	}
	i, err := s.anchor()
	if err != nil {
		return nil, err
	}
	names := s.installed(i)
	if len(names) == 0 {
		return nil, nil
	}
	return s.remove(i, names...), nil
}

// remove gives the steps that take files out of an anchor directory.
func (s *System) remove(i int, names ...string) []Step {
	a := anchors[i]
	var steps []Step
	for _, n := range names {
		steps = append(steps, Step{Remove: n})
	}
	if a.only != debianConf {
		return append(steps, Step{Command: a.update})
	}
	// Debian's script sees what is new, not what is gone: links to the file would stay in
	// /etc/ssl/certs, and Java's store would keep the certificate. It does remove what its
	// configuration names with a "!" in front, and tells the hooks.
	var gone strings.Builder
	for _, n := range names {
		fmt.Fprintf(&gone, " '!%s'", filepath.Base(n))
	}
	return append(steps, Step{Command: []string{"sh", "-c", fmt.Sprintf(
		`c=$(mktemp) && { cat '%s'; printf '%%s\n'%s; } >"$c" && update-ca-certificates --certsconf "$c"; r=$?; rm -f "$c"; exit $r`,
		s.path(debianConf), gone.String())}})
}

// Trusts reports whether a certificate is among the roots that the system keeps in a file. Where
// there is none, as on Windows, it says no.
func (s *System) Trusts(cert *x509.Certificate) bool {
	_, text := s.Roots()
	for _, c := range parsePEM(text) {
		if c.Equal(cert) {
			return true
		}
	}
	return false
}

// Roots are the certificates that the system trusts, in PEM, and the file that they are in; "" if
// there is none.
func (s *System) Roots() (file string, text []byte) {
	for _, name := range []string{
		"/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Arch, Alpine
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Fedora, RHEL
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem", // openSUSE
		"/etc/ssl/cert.pem",      // macOS, Alpine, BSD
	} {
		if text, err := os.ReadFile(s.path(name)); err == nil {
			return s.path(name), text
		}
	}
	return "", nil
}

func (s *System) os() string {
	if s.OS == "" {
		return runtime.GOOS
	}
	return s.OS
}

// path is a place below the root.
func (s *System) path(parts ...string) string {
	if s.Root == "" {
		return filepath.Join(parts...)
	}
	return filepath.Join(append([]string{s.Root}, parts...)...)
}

// anchor finds the distribution's way.
func (s *System) anchor() (int, error) {
	for i, a := range anchors {
		if fi, err := os.Stat(s.path(a.dir)); err != nil || !fi.IsDir() {
			continue
		}
		if a.only == "" {
			return i, nil
		}
		if _, err := os.Stat(s.path(a.only)); err == nil {
			return i, nil
		}
	}
	return 0, texts.Errorf("no trust store that wxup knows is on this system: install the package ca-certificates, or give each program the file of: wxup ca bundle")
}

func encodePEM(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}
