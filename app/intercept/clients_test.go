package intercept

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"crypto/x509"
	"encoding/pem"

	"github.com/wxup/wxup/app/truststore"
	"github.com/wxup/wxup/internal/need"
)

// program runs a client that nobody here wrote, with no proxy in its environment but what env says.
func program(t *testing.T, env []string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(strings.ToLower(v), "=")
		return strings.HasSuffix(name, "_proxy") || strings.HasPrefix(name, "ssl_cert") || name == "curl_ca_bundle" || name == "java_tool_options"
	}), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// files writes what clients are given: the CA, the merchant's certificate and key, a picture.
func files(t *testing.T) (at func(string) string) {
	t.Helper()
	dir := t.TempDir()
	key, err := x509.MarshalPKCS8PrivateKey(keys().merchant.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"ca.pem": keys().ca.PEM(), "photo.jpg": picture(),
		"apiclient_cert.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: keys().merchant.Certificate[0]}),
		"apiclient_key.pem":  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) string { return filepath.Join(dir, name) }
}

// TestCurl: the command lines of WeChat's own pages, with -x.
func TestCurl(t *testing.T) {
	need.Program(t, "curl", need.Setup)
	g := newRig(t)
	at := files(t)
	curl := func(args ...string) (string, error) {
		return program(t, nil, append([]string{"curl", "-sS", "-x", "http://" + g.addr}, args...)...)
	}
	const tokenURL = "https://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential&appid=" + appid + "&secret=" + appSecret
	out, err := curl("--cacert", at("ca.pem"), tokenURL)
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	_, token, _ := strings.Cut(out, `"access_token":"`)
	token, _, _ = strings.Cut(token, `"`)
	out, err = curl("--cacert", at("ca.pem"), "-F", "media=@"+at("photo.jpg"), "https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token="+token)
	if err != nil || !strings.Contains(out, `"url":"`) {
		t.Errorf("upload: %v: %s", err, out)
	}
	if s := g.last(Answered); !strings.HasPrefix(s.UserAgent, "curl/") {
		t.Errorf("seen: %+v", s)
	}
	// A client certificate through the proxy: without it the server says so, with it it asks for
	// the sign.
	secapi := []string{"--cacert", at("ca.pem"), "-F", "mch_id=" + mchid, "-F", "media=@" + at("photo.jpg"), "https://api.mch.weixin.qq.com/secapi/mch/uploadmedia"}
	bare, err1 := curl(secapi...)
	shown, err2 := curl(append([]string{"--cert", at("apiclient_cert.pem"), "--key", at("apiclient_key.pem")}, secapi...)...)
	if err1 != nil || err2 != nil || bare == shown || len(g.asked.Load().TLS.PeerCertificates) != 1 {
		t.Errorf("client certificate: %v %s\n%v %s", err1, bare, err2, shown)
	}
	// Plain HTTP, and what is refused.
	if out, err := curl(strings.Replace(tokenURL, "https", "http", 1)); err != nil || !strings.Contains(out, "access_token") {
		t.Errorf("http: %v: %s", err, out)
	}
	if out, err := curl("-v", "https://example.com/"); err == nil || !strings.Contains(out, "403 example.com:443 is not WeChat's") {
		t.Errorf("another host: %v: %s", err, out)
	}
	// Not trusting: whichever way this curl's TLS library says so, it is known.
	for _, version := range []string{"1.2", "1.3"} {
		g := newRig(t)
		if out, err := program(t, nil, "curl", "-sS", "-x", "http://"+g.addr, "--tls-max", version, tokenURL); err == nil {
			t.Errorf("TLS %s: curl trusts anybody: %s", version, out)
		}
		if s := g.last(Untrusted); s.Alert != "unknown certificate authority" || !strings.HasPrefix(s.UserAgent, "curl/") || !strings.Contains(s.Reason.EN, "does not trust the CA") {
			t.Errorf("TLS %s: %+v", version, s)
		}
	}
}

// TestJava runs a Java program with the trust stores that "wxup ca export" writes.
func TestJava(t *testing.T) {
	java := need.Program(t, "java", need.Setup)
	modules, _ := exec.Command(java, "--list-modules").Output()
	need.That(t, strings.Contains(string(modules), "jdk.compiler"), "a JDK", need.Setup) // to run a source file
	g := newRig(t)
	host, port, _ := strings.Cut(g.addr, ":")
	dir := t.TempDir()
	run := func(format, password string) (string, error) {
		file := filepath.Join(dir, "trust."+format)
		b, err := truststore.Encode(format, []*x509.Certificate{keys().ca.Certificate()}, password)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b, 0o644); err != nil {
			t.Fatal(err)
		}
		return program(t, nil, "java", "-Xint", "-Djavax.net.ssl.trustStore="+file, "-Djavax.net.ssl.trustStorePassword="+password,
			"-Dhttps.proxyHost="+host, "-Dhttps.proxyPort="+port, "testdata/Get.java",
			"https://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential&appid="+appid+"&secret="+appSecret)
	}
	for _, format := range []string{"p12", "jks"} {
		if out, err := run(format, "changeit"); err != nil || !strings.Contains(out, "200") || !strings.Contains(out, "access_token") {
			t.Errorf("%s: %v: %s", format, err, out)
		}
	}
	if s := g.last(Answered); !strings.HasPrefix(s.UserAgent, "Java-http-client/") || s.Count != 2 {
		t.Errorf("seen: %+v", s)
	}
	// With Java's own roots it does not trust the CA, and we hear it.
	out, err := program(t, nil, "java", "-Xint", "-Dhttps.proxyHost="+host, "-Dhttps.proxyPort="+port, "testdata/Get.java", "https://api.weixin.qq.com/")
	if err == nil {
		t.Errorf("Java trusts anybody: %s", out)
	}
	if s := g.last(Untrusted); !strings.Contains(s.Reason.EN, "not trust the CA") {
		t.Errorf("seen: %+v", s)
	}
}

// TestNode: Node.js looks at the certificate when its side of the handshake is done, and hangs up
// without an alert. Its last bytes may or may not get out before.
func TestNode(t *testing.T) {
	need.Program(t, "node", need.Setup)
	at := files(t)
	for _, trusting := range []bool{true, false} {
		g := newRig(t)
		var env []string
		if trusting {
			env = []string{"NODE_EXTRA_CA_CERTS=" + at("ca.pem")}
		}
		out, err := program(t, env, "node", "testdata/get.mjs", g.addr, "api.weixin.qq.com", "/cgi-bin/token")
		if (err == nil) != trusting {
			t.Errorf("trusting %v: %v: %s", trusting, err, out)
		}
		if trusting {
			g.last(Answered)
			continue
		}
		if s := g.last(Untrusted, Silent); !strings.Contains(s.Reason.EN, "Node.js") {
			t.Errorf("seen: %+v", s)
		}
	}
}
