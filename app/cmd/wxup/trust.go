package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/intercept"
	"github.com/wxup/wxup/app/truststore"
	"github.com/wxup/wxup/devkeys"
)

// The files by which programs trust the local CA. Those that are the only roots a program then knows hold the system's too.
const (
	bundleFile = "ca-bundle.pem" // the system's roots and the local CA
	javaFile   = "ca-bundle.p12" // the same as a Java trust store; the password is Java's own default
	phpDir     = "php"           // with an ini file that names the bundle
)

// writeTrust writes the files by which programs trust the local CA.
func (s *state) writeTrust(ca *devkeys.CA) error {
	var system truststore.System
	roots := system.Merge(ca.Certificate())
	bundle, err := truststore.Encode("pem", roots, "")
	if err != nil {
		return err
	}
	path := filepath.Join(s.dir, bundleFile)
	if err := os.MkdirAll(filepath.Join(s.dir, phpDir), 0o700); err != nil {
		return err
	}
	ini := fmt.Sprintf("; PHP_INI_SCAN_DIR=:%s makes PHP trust the local CA.\ncurl.cainfo=%q\nopenssl.cafile=%q\n", filepath.Join(s.dir, phpDir), path, path)
	if err := writeChanged(filepath.Join(s.dir, phpDir, "wxup.ini"), []byte(ini)); err != nil {
		return err
	}
	_, noJava := os.Stat(filepath.Join(s.dir, javaFile))
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, bundle) && noJava == nil {
		return nil // and so is Java's, which comes before it
	}
	java, err := truststore.Encode("p12", roots, truststore.Password)
	if err != nil {
		return fmt.Errorf("make the Java trust store: %w", err)
	}
	if err := devkeys.WritePublic(filepath.Join(s.dir, javaFile), java); err != nil {
		return err
	}
	return devkeys.WritePublic(path, bundle)
}

// reaching are the variables by which common runtimes send WeChat's traffic here and trust the answers. given are those
// that are set already, of the few that are added to. dir is the data directory.
func reaching(dir, proxy string, given func(string) string) map[string]string {
	bundle := filepath.Join(dir, bundleFile)
	vars := map[string]string{
		"SSL_CERT_FILE": bundle, "CURL_CA_BUNDLE": bundle, "REQUESTS_CA_BUNDLE": bundle, "DENO_CERT": filepath.Join(dir, "ca.pem"),
		"NODE_EXTRA_CA_CERTS": filepath.Join(dir, "ca.pem"),
		"PHP_INI_SCAN_DIR":    withPHP(given("PHP_INI_SCAN_DIR"), filepath.Join(dir, phpDir)),
	}
	java := []string{javaWord("-Djavax.net.ssl.trustStore=" + filepath.Join(dir, javaFile)), "-Djavax.net.ssl.trustStorePassword=" + truststore.Password}
	if host, port, err := net.SplitHostPort(strings.TrimPrefix(proxy, "http://")); err == nil {
		for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
			vars[name] = proxy
		}
		direct := noProxy(given("NO_PROXY") + "," + given("no_proxy"))
		vars["NO_PROXY"], vars["no_proxy"] = direct, direct
		vars["NODE_USE_ENV_PROXY"] = "1"
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

// noProxy is a NO_PROXY for this machine and for the hosts that one names already, but for those by which WeChat's would go
// past the proxy.
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

// withPHP adds a directory to those that PHP_INI_SCAN_DIR names; an empty one among them is PHP's own.
func withPHP(given, dir string) string {
	if slices.Contains(filepath.SplitList(given), dir) {
		return given
	}
	return given + string(filepath.ListSeparator) + dir
}

// javaWord writes one option for JAVA_TOOL_OPTIONS, which is parted at spaces outside quotes and knows no backslash.
func javaWord(s string) string {
	if !strings.ContainsAny(s, " \t'\"") {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `"'"'"`) + `"`
}

func (p *program) envCommand() *cobra.Command {
	var noProxy bool
	cmd := &cobra.Command{
		Use:   "env",
		Short: p.say("print shell variables for programs that use this server", "打印使用本服务所需的环境变量"),
		Long: p.say(`Prints the variables of wxup.env with export, and those by which common runtimes send WeChat's traffic to this server's
proxy and trust the local CA: Go, Java, Node, PHP, Python, Ruby, .NET, curl.

  eval "$(wxup env)"

In that shell, the proxy refuses all hosts that are not WeChat's, unless the server runs with --proxy-others tunnel.
For one command alone, use wxup exec.`, `打印 wxup.env 中的变量（带 export），以及让常见运行时（Go、Java、Node、PHP、Python、Ruby、.NET、curl）
把微信流量发往本服务的代理、并信任本地 CA 的变量。

  eval "$(wxup env)"

在该 shell 中，代理会拒绝所有非微信的域名，除非服务端以 --proxy-others tunnel 运行。只需对一条命令生效时，请用 wxup exec。`),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			vars, err := readEnv(envFile(p.data))
			if errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("there is no %s; start wxup serve, or name its directory with --data", envFile(p.data))
			} else if err != nil {
				return err
			}
			proxy := vars["WXUP_PROXY_URL"]
			if noProxy {
				proxy = ""
			}
			maps.Copy(vars, reaching(filepath.Dir(vars["WXUP_CA_FILE"]), proxy, os.Getenv))
			for _, name := range slices.Sorted(maps.Keys(vars)) {
				fmt.Fprintf(p.stdout, "export %s=%s\n", name, quoteValue(vars[name]))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&noProxy, "no-proxy", false, p.say("leave out the proxy: for programs that are told WXUP_HTTPS_URL", "不输出代理变量：适用于已配置 WXUP_HTTPS_URL 的程序"))
	return cmd
}
