package explain_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/wxuptest"
)

// serve starts a server that knows what the world of the tests does, at the time of its requests.
func serve(t *testing.T) *wxuptest.Server {
	now := time.Unix(1755000002, 0)
	known, platform, public := explain.World()
	merchants := append([]*explain.Merchant{known.Merchant}, known.Others...)
	issuers := x509.NewCertPool() // the certificates of the tests are their own issuers
	for _, m := range merchants {
		for _, k := range m.Keys {
			issuers.AddCert(k.Certificate)
		}
	}
	issuers.AddCert(known.Platform[0].Certificate)
	srv := wxuptest.NewServerWith(t, server.Config{Now: func() time.Time { return now }, GBK: explain.GBK, FromGBK: explain.FromGBK, MerchantCAs: issuers})
	for _, m := range merchants {
		x := server.Merchant{MchID: m.ID, APIv2Key: m.APIv2Key, APIv3Key: m.APIv3Key}
		for _, k := range m.Keys {
			x.Certificates = append(x.Certificates, server.MerchantCertificate{Certificate: k.Certificate, State: server.CertificateState(k.State)})
		}
		srv.Accounts.PutMerchant(x)
	}
	srv.Accounts.PutPlatformKey(server.PlatformKey{ID: known.Platform[0].Serial, Key: platform, Certificate: known.Platform[0].Certificate})
	srv.Accounts.PutPlatformKey(server.PlatformKey{ID: known.Platform[1].Serial, Key: public})
	return srv
}

// send writes a request byte for byte and returns what the server recorded; nil if it recorded
// nothing.
func send(t *testing.T, srv *wxuptest.Server, m explain.Mistake) *server.Exchange {
	t.Helper()
	before := len(srv.Exchanges())
	req := m.Request
	addr := strings.TrimPrefix(srv.URL, "http://")
	if req.Scheme == "https" && req.Header.Get("Authorization") == "" {
		addr = strings.TrimPrefix(srv.HTTPSURL, "https://")
	}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if addr != strings.TrimPrefix(srv.URL, "http://") {
		c := &tls.Config{RootCAs: srv.CAs, ServerName: "api.mch.weixin.qq.com"}
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			if m.Client == nil {
				return &tls.Certificate{}, nil
			}
			return m.Client, nil
		}
		conn = tls.Client(conn, c)
	}
	go conn.Write(raw(req))
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%s: no answer: %v", m.Name, err)
	}
	resp.Body.Close()
	list := srv.Exchanges()
	if len(list) == before {
		return nil
	}
	return &list[len(list)-1]
}

// raw is a request as HTTP/1.1 sends it.
func raw(req *explain.Request) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", req.Method, req.Target, req.Host)
	if req.Chunked {
		b.WriteString("Transfer-Encoding: chunked\r\n")
	} else {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(req.Body))
	}
	for name, values := range req.Header {
		for _, value := range values {
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
	}
	b.WriteString("\r\n")
	if req.Chunked {
		fmt.Fprintf(&b, "%x\r\n%s\r\n0\r\n\r\n", len(req.Body), req.Body)
	} else {
		b.Write(req.Body)
	}
	return b.Bytes()
}

// served are the mistakes of which a server knows less than is in the request: what is found of
// them there.
var served = map[string]string{
	// Refused before the body was read.
	"blanks for plus and milliseconds":       "v3.signature.blanks",
	"header in milliseconds, seconds signed": "clock.milliseconds",
	"trailing slash sent":                    "-",
	"behind a gateway":                       "-",
	"no certificate, no key":                 "v2.certificate.missing",
	"GET":                                    "-",
	// Accepted, with a warning or without.
	"expired": "-", "to the account host": "-", "to the API of WeCom": "-", "two Content-Types": "-", "chunked": "-", "http": "-",
	"no boundary": "-", "quoted boundary": "-", "PNG named jpg": "-", "another app": "-",
	// Of a body that is not a form nothing is kept.
	"JSON type": "form.not_multipart",
}

// TestServed sends every mistake to a running server: what it records must be exactly what is
// explained of the request itself.
func TestServed(t *testing.T) {
	t.Parallel()
	t.Run("payv3", func(t *testing.T) { t.Parallel(); sendAll(t, serve(t), explain.V3Mistakes()) })
	t.Run("payv2", func(t *testing.T) { t.Parallel(); sendAll(t, serve(t), explain.V2Mistakes()) })
	t.Run("account", func(t *testing.T) {
		t.Parallel()
		srv := serve(t)
		list, known := explain.AccountMistakes()
		issueTokens(t, srv, known)
		sendAll(t, srv, list)
	})
}

func sendAll(t *testing.T, srv *wxuptest.Server, mistakes []explain.Mistake) {
	n, right := 0, 0
	for i, m := range mistakes {
		if i%every > 0 {
			continue
		}
		if less, ok := served[m.Name]; ok {
			m.Want = less
		}
		if m.Want == "-" || !sendable(m.Request) {
			continue
		}
		n++
		e := send(t, srv, m)
		if e == nil || e.Report == nil {
			t.Errorf("%s: not explained: %+v", m.Name, e)
			continue
		}
		var got []string
		for _, f := range e.Report.Findings {
			got = append(got, f.Cause)
		}
		want := strings.Fields(m.Want)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v (%s)", m.Name, got, want, e.Reason)
			continue
		}
		right++
	}
	t.Logf("%d of %d mistakes are explained exactly", right, n)
}

// issueTokens gives the server the tokens of known. Tokens of one kind and app end each other, so
// those that must not are of another kind that may upload, too.
func issueTokens(t *testing.T, srv *wxuptest.Server, known *explain.Known) {
	t.Helper()
	far := time.Unix(4e9, 0)
	seq := map[string]int64{}
	for _, k := range known.Tokens {
		kind := server.TokenKind(k.Kind)
		if strings.HasSuffix(k.Value, "old") {
			kind = server.StableToken
		} else if strings.HasSuffix(k.Value, "replaced") {
			kind = server.AuthorizerToken
		}
		srv.Accounts.PutApp(server.App{AppID: k.App, Secret: "0123456789abcdef0123456789abcdef"})
		line := string(kind) + k.App
		seq[line]++
		x := server.Token{Value: k.Value, Kind: kind, Subject: k.App, Seq: seq[line], Issued: time.Unix(1754990000, 0), Expires: k.Expires}
		if err := srv.Accounts.IssueToken(t.Context(), x, far); err != nil {
			t.Fatalf("%s: %v", k.Kind, err)
		}
		if !k.Retired.IsZero() {
			if err := srv.Accounts.RetireToken(t.Context(), k.Value, k.Retired); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// sendable reports whether net/http delivers a request to its handler.
func sendable(req *explain.Request) bool {
	for _, values := range req.Header {
		for _, v := range values {
			if strings.ContainsAny(v, "\r\n\x00") {
				return false
			}
		}
	}
	return req.Target != "" && !strings.ContainsAny(req.Target, " \r\n")
}
