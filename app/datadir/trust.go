package datadir

import (
	"bytes"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wxup/wxup/app/intercept"
	"github.com/wxup/wxup/app/truststore"
	"github.com/wxup/wxup/devkeys"
)

// The files that make programs trust the local CA. The bundles replace the roots that a program
// knows, so they hold the system's roots too.
const (
	caFile     = "ca.pem"
	bundleFile = "ca-bundle.pem"
	javaFile   = "ca-bundle.p12" // a Java trust store with Java's default password
	phpDir     = "php"           // with an ini file that names the bundle
)

// CAFile is the path of the local CA's certificate in a data directory.
func CAFile(dir string) string { return filepath.Join(dir, caFile) }

// writeChanged writes a file that anyone may read, unless it already has these contents.
func writeChanged(path string, data []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	return devkeys.WritePublic(path, data)
}

// WriteTrust writes the files that make programs trust the local CA.
func (d *Dir) WriteTrust(ca *devkeys.CA) error {
	var system truststore.System
	roots := system.Merge(ca.Certificate())
	bundle, err := truststore.Encode("pem", roots, "")
	if err != nil {
		return err
	}
	path, php := filepath.Join(d.Path, bundleFile), filepath.Join(d.Path, phpDir)
	if err := os.MkdirAll(php, 0o700); err != nil {
		return err
	}
	ini := fmt.Sprintf("; PHP_INI_SCAN_DIR=:%s makes PHP trust the local CA.\ncurl.cainfo=%q\nopenssl.cafile=%q\n", php, path, path)
	if err := writeChanged(filepath.Join(php, "wxup.ini"), []byte(ini)); err != nil {
		return err
	}
	_, noJava := os.Stat(filepath.Join(d.Path, javaFile))
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, bundle) && noJava == nil {
		return nil // Java's file is written first, so it is up to date too
	}
	java, err := truststore.Encode("p12", roots, truststore.Password)
	if err != nil {
		return texts.Errorf("make the Java trust store: %w", err)
	}
	if err := devkeys.WritePublic(filepath.Join(d.Path, javaFile), java); err != nil {
		return err
	}
	return devkeys.WritePublic(path, bundle)
}

// Reaching returns the variables that make common runtimes send WeChat's traffic to the proxy of
// the server in dir and trust its answers. An empty proxy leaves out the proxy's variables. given
// returns the current value of a variable; a few of them are added to.
func Reaching(dir, proxy string, given func(string) string) map[string]string {
	bundle, php := filepath.Join(dir, bundleFile), filepath.Join(dir, phpDir)
	vars := map[string]string{
		"SSL_CERT_FILE": bundle, "CURL_CA_BUNDLE": bundle, "REQUESTS_CA_BUNDLE": bundle,
		"DENO_CERT": CAFile(dir), "NODE_EXTRA_CA_CERTS": CAFile(dir),
		"PHP_INI_SCAN_DIR": withPHP(given("PHP_INI_SCAN_DIR"), php),
	}
	java := []string{
		javaWord("-Djavax.net.ssl.trustStore=" + filepath.Join(dir, javaFile)),
		"-Djavax.net.ssl.trustStorePassword=" + truststore.Password,
	}
	if host, port, err := net.SplitHostPort(strings.TrimPrefix(proxy, "http://")); err == nil {
		maps.Copy(vars, proxyVariables(proxy, given))
		for _, scheme := range []string{"http", "https"} {
			java = append(java, "-D"+scheme+".proxyHost="+host, "-D"+scheme+".proxyPort="+port)
		}
	}
	options := strings.Join(java, " ")
	if old := given("JAVA_TOOL_OPTIONS"); strings.Contains(old, options) {
		options = old
	} else if old != "" {
		options = old + " " + options
	}
	vars["JAVA_TOOL_OPTIONS"] = options
	return vars
}

func proxyVariables(proxy string, given func(string) string) map[string]string {
	direct := noProxy(given("NO_PROXY") + "," + given("no_proxy"))
	return map[string]string{
		"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "http_proxy": proxy, "https_proxy": proxy,
		"NO_PROXY": direct, "no_proxy": direct, "NODE_USE_ENV_PROXY": "1",
	}
}

// noProxy returns a NO_PROXY for this machine and the hosts in given, without those that would let
// requests to WeChat bypass the proxy.
func noProxy(given string) string {
	list := []string{"localhost", "127.0.0.1", "::1"}
	for _, host := range strings.FieldsFunc(given, func(r rune) bool { return r == ',' || r == ' ' }) {
		name := host
		if h, _, err := net.SplitHostPort(host); err == nil {
			name = h
		}
		name = strings.ToLower(strings.Trim(name, "*."))
		ours := func(h string) bool { return strings.HasSuffix(h, name) }
		if slices.Contains(list, host) || intercept.Ours(name) || slices.ContainsFunc(devkeys.Hosts, ours) || ours(".qpic.cn") {
			continue
		}
		list = append(list, host)
	}
	return strings.Join(list, ",")
}

// withPHP adds a directory to a PHP_INI_SCAN_DIR, in which an empty entry is PHP's own directory.
func withPHP(given, dir string) string {
	if slices.Contains(filepath.SplitList(given), dir) {
		return given
	}
	return given + string(filepath.ListSeparator) + dir
}

// javaWord quotes an option for JAVA_TOOL_OPTIONS, which is split at spaces outside quotes and has
// no escape character.
func javaWord(s string) string {
	if !strings.ContainsAny(s, " \t'\"") {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `"'"'"`) + `"`
}
