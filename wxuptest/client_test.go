package wxuptest

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/problem"
)

// TestHosts: every host of WeChat's, under both schemes, is this server, and it proves to be it.
func TestHosts(t *testing.T) {
	noGoroutines(t)
	srv := NewServer(t)
	hc := srv.HTTPClient()
	n := 0
	ask := func(address string, secure bool) {
		t.Helper()
		resp, err := hc.Get(address + "/cgi-bin/none")
		if err != nil {
			t.Error(err)
			return
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		n++
		all := srv.Exchanges()
		if len(all) != n || all[n-1].Path != "/cgi-bin/none" || (all[n-1].Request.TLS != "") != secure {
			t.Errorf("%s: %d exchanges, want %d; TLS %q", address, len(all), n, all[len(all)-1].Request.TLS)
		}
	}
	for _, host := range devkeys.Hosts {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		ask("https://"+host, true)
		ask("http://"+host, false)
		ask("https://"+host+":443", true)
	}
	ask(srv.URL, false)
	ask(srv.HTTPSURL, true)
	_, port, _ := net.SplitHostPort(srv.secure.addr)
	ask("https://localhost:"+port, true)
	_, port, _ = net.SplitHostPort(srv.plain.addr)
	ask("http://localhost:"+port, false)
	ask("https://API.weixin.qq.com", true)
}

// TestOtherHosts: no other host is reached, under whatever name, and not by a redirect or a proxy
// either.
func TestOtherHosts(t *testing.T) {
	reached := false
	outside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer outside.Close()
	t.Setenv("HTTP_PROXY", outside.URL)
	t.Setenv("HTTPS_PROXY", outside.URL)
	srv := NewServer(t)
	hc := srv.HTTPClient()
	for _, address := range []string{
		outside.URL, "http://example.com", "https://example.com", "https://pay.weixin.qq.com", "https://api.mch.weixin.qq.com.example.com",
		"https://api.weixin.qq.com:8443", "http://api.weixin.qq.com:22", "https://127.0.0.1:1", "http://[::1]:" + outside.URL[strings.LastIndex(outside.URL, ":")+1:],
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := hc.Get(address)
		if err == nil {
			resp.Body.Close()
			t.Errorf("%s was reached", address)
			continue
		}
		if !strings.Contains(err.Error(), u.Hostname()) || !strings.Contains(err.Error(), "is refused: this HTTP client reaches only WeChat's hosts") || !strings.Contains(err.Error(), srv.URL) {
			t.Errorf("%s: the error does not tell what is wrong: %v", address, err)
		}
	}
	if reached || len(srv.Exchanges()) != 0 {
		t.Errorf("reached outside: %v; here: %d", reached, len(srv.Exchanges()))
	}
}

// TestNoCertificate: the transport can be changed to show none.
func TestNoCertificate(t *testing.T) {
	srv := NewServer(t)
	for _, show := range []bool{true, false} {
		client := srv.Client()
		if !show {
			client.Merchant.Certificate.Certificate = nil
			client.Transport.(*http.Transport).TLSClientConfig.GetClientCertificate = nil
		}
		_, err := client.Upload(t.Context(), wxup.SecapiMedia, wxup.Bytes("photo.jpg", photo()))
		if show && err != nil || !show && wxup.ProblemOf(err) != problem.NoClientCertificate {
			t.Errorf("shown %v: %v", show, err)
		}
	}
}
