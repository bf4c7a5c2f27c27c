package devkeys

import (
	"crypto/tls"
	"net"
	"slices"
	"testing"
	"time"
)

// handshake runs a real TLS handshake over loopback and returns what each side knows of the other.
func handshake(t *testing.T, server, client *tls.Config) (onServer, onClient tls.ConnectionState, err error) {
	t.Helper()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	type result struct {
		state tls.ConnectionState
		err   error
	}
	accepted := make(chan result, 1)
	go func() {
		c, err := ln.Accept()
		if err != nil {
			accepted <- result{err: err}
			return
		}
		defer c.Close()
		err = c.(*tls.Conn).Handshake()
		accepted <- result{c.(*tls.Conn).ConnectionState(), err}
	}()
	c, clientErr := tls.Dial("tcp", ln.Addr().String(), client)
	if clientErr == nil {
		defer c.Close()
		onClient = c.ConnectionState()
	}
	r := <-accepted
	if clientErr != nil {
		return r.state, onClient, clientErr
	}
	return r.state, onClient, r.err
}

// TestServer shakes hands as a client that trusts the CA, for every host, with both TLS versions
// that SDKs speak.
func TestServer(t *testing.T) {
	ca := newTestCA(t, time.Now())
	cert, err := ca.Server()
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range Hosts {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			_, state, err := handshake(t,
				&tls.Config{Certificates: []tls.Certificate{cert}},
				&tls.Config{RootCAs: ca.Pool(), ServerName: host, MinVersion: version, MaxVersion: version})
			if err != nil {
				t.Errorf("%s, %s: %v", host, tls.VersionName(version), err)
				continue
			}
			if n := len(state.PeerCertificates); n != 1 {
				t.Errorf("%s: the server sent %d certificates, want the leaf alone", host, n)
			}
		}
	}
	if got := len(cert.Leaf.DNSNames) + len(cert.Leaf.IPAddresses); got != len(Hosts) {
		t.Errorf("the certificate is for %d names, want %d", got, len(Hosts))
	}
	if life := cert.Leaf.NotAfter.Sub(cert.Leaf.NotBefore); life >= 397*24*time.Hour {
		t.Errorf("it is valid for %v, want at most 397 days, both ends counted", life)
	}
	_, _, err = handshake(t,
		&tls.Config{Certificates: []tls.Certificate{cert}},
		&tls.Config{RootCAs: newTestCA(t, time.Now()).Pool(), ServerName: "localhost"})
	if err == nil {
		t.Error("a client that trusts another CA shook hands")
	}
	_, _, err = handshake(t,
		&tls.Config{Certificates: []tls.Certificate{cert}},
		&tls.Config{RootCAs: ca.Pool(), ServerName: "pay.weixin.qq.com"})
	if err == nil {
		t.Error("a client shook hands with a host that the certificate is not for")
	}
}

func TestServerNames(t *testing.T) {
	ca := newTestCA(t, start)
	long := "a123456789.b123456789.c123456789.d123456789.e123456789.f123456789.localhost"
	for _, tt := range []struct {
		names []string
		cn    string
		dns   []string
		ips   []string
	}{
		{[]string{"localhost"}, "localhost", []string{"localhost"}, nil},
		{[]string{"API.mch.weixin.qq.com."}, "api.mch.weixin.qq.com", []string{"api.mch.weixin.qq.com"}, nil},
		{[]string{"127.0.0.2", "localhost", "::1"}, "127.0.0.2", []string{"localhost"}, []string{"127.0.0.2", "::1"}},
		{[]string{long}, "", []string{long}, nil},
		{[]string{long, "localhost"}, "localhost", []string{long, "localhost"}, nil},
	} {
		cert, err := ca.Server(tt.names...)
		if err != nil {
			t.Errorf("%q: %v", tt.names, err)
			continue
		}
		if got := cert.Leaf.Subject.CommonName; got != tt.cn {
			t.Errorf("%q: CN is %q, want %q", tt.names, got, tt.cn)
		}
		if got := cert.Leaf.DNSNames; !slices.Equal(got, tt.dns) {
			t.Errorf("%q: names are %q, want %q", tt.names, got, tt.dns)
		}
		if got := cert.Leaf.IPAddresses; !slices.EqualFunc(got, tt.ips, func(ip net.IP, s string) bool { return ip.String() == s }) {
			t.Errorf("%q: addresses are %v, want %v", tt.names, got, tt.ips)
		}
	}
	for _, bad := range [][]string{{""}, {"."}, {"localhost", ""}, {"a b.localhost"}, {"localhost:8443"}, {"例.localhost"}, {"https://localhost"}} {
		if cert, err := ca.Server(bad...); err == nil {
			t.Errorf("%q: made a certificate for %q", bad, cert.Leaf.DNSNames)
		}
	}
}

func BenchmarkServer(b *testing.B) {
	ca := newTestCA(b, start)
	for b.Loop() {
		if _, err := ca.Server("localhost"); err != nil {
			b.Fatal(err)
		}
	}
}
