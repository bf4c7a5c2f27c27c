package server

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/wxup/wxup/sign"
)

func newRequest(method, path string) (*http.Request, *httptest.ResponseRecorder) {
	return httptest.NewRequest(method, path, nil), httptest.NewRecorder()
}

func shift(timestamp string, seconds int64) string {
	n, _ := strconv.ParseInt(timestamp, 10, 64)
	return strconv.FormatInt(n+seconds, 10)
}

func errcodeText(n int) string { return strconv.Itoa(n) }

// pngBomb is a small PNG that claims 40,000 by 40,000 pixels.
func pngBomb() []byte {
	chunk := func(kind string, data []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		b = append(append(b, kind...), data...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	}
	head := binary.BigEndian.AppendUint32(nil, 40000)
	head = binary.BigEndian.AppendUint32(head, 40000)
	b := []byte("\x89PNG\r\n\x1a\n")
	b = append(b, chunk("IHDR", append(head, 8, 2, 0, 0, 0))...)
	b = append(b, chunk("IDAT", []byte{0x78, 0x9c, 1, 0, 0, 0xff, 0xff, 0, 0, 0, 1})...)
	return append(b, chunk("IEND", nil)...)
}

// nameless is a client certificate whose subject is empty.
func nameless() *tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(7), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (g *rig) componentToken() string {
	g.t.Helper()
	ans := g.post("/cgi-bin/component/api_component_token", map[string]string{
		"component_appid": platformID, "component_appsecret": appSecret, "component_verify_ticket": "ticket@@@1",
	})
	return g.member(ans, "component_access_token")
}

func (g *rig) authorizerToken() string {
	g.t.Helper()
	refresh, err := g.srv.RefreshToken(g.t.Context(), platformID, authorizer)
	if err != nil {
		g.t.Fatal(err)
	}
	ans := g.post("/cgi-bin/component/api_authorizer_token?access_token="+g.componentToken(), map[string]string{
		"component_appid": platformID, "authorizer_appid": authorizer, "authorizer_refresh_token": refresh,
	})
	return g.member(ans, "authorizer_access_token")
}

func (g *rig) member(ans answer, name string) string {
	g.t.Helper()
	var object map[string]any
	json.Unmarshal([]byte(ans.body), &object)
	value, _ := object[name].(string)
	if value == "" {
		g.t.Fatalf("no %s in %s", name, ans.body)
	}
	return value
}

// certificates makes a good GET /v3/certificates.
func (g *rig) certificates(header ...string) answer {
	g.t.Helper()
	k := keys()
	auth := sign.Authorization{
		Scheme: sign.SchemeRSA, MchID: mchid, NonceStr: rand.Text(), SerialNo: sign.Serial(k.mine.pair.Leaf),
		Timestamp: strconv.FormatInt(g.now().Unix(), 10),
	}
	var err error
	if auth.Signature, err = sign.RSA(k.mine.key, sign.V3Request("GET", "/v3/certificates", auth.Timestamp, auth.NonceStr, nil)); err != nil {
		g.t.Fatal(err)
	}
	r, err := http.NewRequest("GET", g.ts.URL+"/v3/certificates", nil)
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Authorization", auth.String())
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return g.do(g.http(), r)
}

func matches(pattern, s string) bool {
	return regexp.MustCompile("^(?:" + pattern + ")$").MatchString(s)
}

// fuzzRig is a server without a network, and with a token called good.
func fuzzRig(t *testing.T) *rig {
	m := NewMemory()
	m.PutApp(App{AppID: appid, Secret: appSecret})
	m.IssueToken(t.Context(), Token{Value: "good", Kind: AccessToken, Subject: appid, Seq: 1}, time.Now())
	srv, err := New(Config{Index: m, Keeper: m, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return &rig{t: t, mem: m, srv: srv}
}

// raw sends a body as it is to the handler.
func (g *rig) raw(target, contentType string, body []byte) answer {
	r := httptest.NewRequest("POST", target, bytes.NewReader(body))
	r.Header["Content-Type"] = []string{contentType}
	w := httptest.NewRecorder()
	g.srv.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

func decode64(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}
