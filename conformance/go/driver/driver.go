// Package driver is what the drivers of Go SDKs share: the way to the server under test, and the line each call prints.
package driver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Env is the value of a variable of wxup.env; a driver cannot go on without it.
func Env(name string) string {
	v := os.Getenv(name)
	if v == "" {
		Stop(fmt.Errorf("%s is not set", name))
	}
	return v
}

// Stop ends the driver. The calls it has not spoken of are then counted as failed.
func Stop(err error) {
	fmt.Fprintln(os.Stderr, "driver:", err)
	os.Exit(1)
}

// Route leads what is said to WeChat's hosts to the server under test, and nothing else anywhere. SDKs whose hosts are
// constants stay as they are: the URL, the Host header and the name asked for in TLS are WeChat's own, only the
// connections of http.DefaultTransport (which they use unless told otherwise) end elsewhere.
func Route() {
	pem, err := os.ReadFile(Env("WXUP_CA_FILE"))
	if err != nil {
		Stop(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		Stop(fmt.Errorf("no certificate in WXUP_CA_FILE"))
	}
	server, err := url.Parse(Env("WXUP_HTTPS_URL"))
	if err != nil {
		Stop(err)
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	t := http.DefaultTransport.(*http.Transport)
	t.Proxy = nil
	t.TLSClientConfig = &tls.Config{RootCAs: roots}
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		switch addr {
		case "api.mch.weixin.qq.com:443", "api.weixin.qq.com:443":
			return dialer.DialContext(ctx, network, server.Host)
		}
		return nil, fmt.Errorf("%s is not a host of this run", addr)
	}
}

// File finds the file of one call: client and api as in calls.txt.
func File(client, api string) (string, error) {
	pattern := filepath.Join(Env("CONFORMANCE_FILES"), client+"-"+strings.ReplaceAll(api, "/", "-")+".*")
	found, err := filepath.Glob(pattern)
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("want one file %s, found %d", pattern, len(found))
	}
	return found[0], nil
}

// Upload finds the call's file, has it sent, and prints the call's line.
func Upload(client, api string, send func(path string) (urlOrID string, err error)) {
	path, err := File(client, api)
	if err != nil {
		Print(client, api, "", err)
		return
	}
	urlOrID, err := send(path)
	Print(client, api, urlOrID, err)
}

// Print prints the line of one call.
func Print(client, api, urlOrID string, err error) {
	if err != nil {
		fmt.Printf("%s %s FAIL %s\n", client, api, strings.Join(strings.Fields(err.Error()), " "))
		return
	}
	fmt.Printf("%s %s OK %s\n", client, api, urlOrID)
}
