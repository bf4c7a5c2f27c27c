package wxup_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/sign"
)

// clock is when the tests happen.
var clock = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func now() time.Time { return clock }

const (
	mchID       = "1900009191"
	apiV2Key    = "192006250b4c09247ec02edce69f6a2d"
	apiV3Key    = "0123456789abcdef0123456789ABCDEF"
	publicKeyID = "PUB_KEY_ID_0119000091912026030400000000000000"
)

// keyPair is a key and a certificate for it.
type keyPair struct {
	key  *rsa.PrivateKey
	cert *x509.Certificate
}

func (k keyPair) serial() string { return sign.Serial(k.cert) }
func (k keyPair) tls() tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{k.cert.Raw}, PrivateKey: k.key, Leaf: k.cert}
}

func newPair(name string, from, to time.Time) keyPair {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	serial := make([]byte, 20)
	rand.Read(serial)
	serial[0] = serial[0]&0x7f | 0x10
	c := &x509.Certificate{SerialNumber: new(big.Int).SetBytes(serial), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return keyPair{key, cert}
}

var (
	merchant    = sync.OnceValue(func() keyPair { return newPair(mchID, clock.AddDate(-1, 0, 0), clock.AddDate(4, 0, 0)) })
	platform    = sync.OnceValue(func() keyPair { return newPair("Tenpay.com sign", clock.AddDate(-1, 0, 0), clock.AddDate(4, 0, 0)) })
	newPlatform = sync.OnceValue(func() keyPair { return newPair("Tenpay.com sign", clock.AddDate(0, 0, -5), clock.AddDate(5, 0, 0)) })
	oldPlatform = sync.OnceValue(func() keyPair { return newPair("Tenpay.com sign", clock.AddDate(-6, 0, 0), clock.AddDate(-1, 0, 0)) })
)

// received is a request as a server got it.
type received struct {
	method, target string
	header         http.Header
	length         int64
	body           []byte
	certificates   []*x509.Certificate
}

// wechat is a server that keeps what it receives and answers as a test wants.
type wechat struct {
	*httptest.Server
	mu  sync.Mutex
	got []received
}

// serve starts a server over plain HTTP. answer may leave the body unread: it is read before.
func serve(t testing.TB, answer http.HandlerFunc) *wechat {
	t.Helper()
	s := &wechat{}
	s.Server = httptest.NewServer(s.keeping(answer))
	t.Cleanup(s.Close)
	return s
}

func (s *wechat) keeping(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		got := received{method: r.Method, target: r.RequestURI, header: r.Header.Clone(), length: r.ContentLength, body: body}
		if r.TLS != nil {
			got.certificates = r.TLS.PeerCertificates
		}
		s.mu.Lock()
		s.got = append(s.got, got)
		s.mu.Unlock()
		answer(w, r)
	}
}

// requests are those received so far for paths that begin with prefix.
func (s *wechat) requests(prefix string) []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []received
	for _, r := range s.got {
		if strings.HasPrefix(r.target, prefix) {
			list = append(list, r)
		}
	}
	return list
}

// form gives the body with its boundary written as B.
func (r received) form(t *testing.T) string {
	t.Helper()
	boundary, ok := strings.CutPrefix(r.header.Get("Content-Type"), "multipart/form-data; boundary=")
	if !ok || strings.Contains(boundary, `"`) {
		t.Fatalf("Content-Type %q", r.header.Get("Content-Type"))
	}
	return strings.ReplaceAll(string(r.body), boundary, "B")
}

// signV3 signs an answer as WeChat does.
func signV3(h http.Header, key *rsa.PrivateKey, serial, body string, at time.Time) {
	timestamp, nonce := strconv.FormatInt(at.Unix(), 10), "804c37132dbc174cd7add22556a05f46"
	signature, err := sign.RSA(key, sign.V3Answer(timestamp, nonce, []byte(body)))
	if err != nil {
		panic(err)
	}
	h.Set("Wechatpay-Timestamp", timestamp)
	h.Set("Wechatpay-Nonce", nonce)
	h.Set("Wechatpay-Signature", signature)
	h.Set("Wechatpay-Serial", serial)
	h.Set("Wechatpay-Signature-Type", sign.SchemeRSA)
}

// answerV3 is a handler that answers body, signed with the platform's certificate.
func answerV3(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Request-ID", "08C6AADAAF0120BF1F28E3BE04-0")
		signV3(w.Header(), platform().key, platform().serial(), body, clock)
		io.WriteString(w, body)
	}
}

const mediaURL = "https://wxpaylogo.qpic.cn/wxpaylogo/abc/0"

var accepted = answerV3(`{"media_url":"` + mediaURL + `"}`)

// once makes a Client try once: the tests of retry_test.go and faults_test.go try again.
var once = wxup.Retry{Attempts: 1}

// payClient is a Client for a server: a merchant with the platform's certificate.
func payClient(s *wechat) *wxup.Client {
	return &wxup.Client{
		BaseURL: s.URL, Now: now, Retry: once,
		Merchant: &wxup.Merchant{
			MchID: mchID, SerialNo: merchant().serial(), PrivateKey: merchant().key,
			PlatformCertificates: []*x509.Certificate{platform().cert}, APIv2Key: apiV2Key,
		},
	}
}

// accountClient is a Client whose token is fixed.
func accountClient(s *wechat) *wxup.Client {
	return &wxup.Client{BaseURL: s.URL, Now: now, Retry: once, Auth: wxup.Tokens{Source: fixedToken("57_tokenTOKENtoken")}}
}

func fixedToken(token string) func(context.Context, string) (string, error) {
	return (&countingTokens{list: []string{token}}).Token
}

// picture is a small picture with some variety in it.
func picture(w, h int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.NRGBA{uint8(x * 7), uint8(y * 5), uint8(x ^ y), 255})
		}
	}
	return m
}

func encode(f func(io.Writer, image.Image) error, m image.Image) []byte {
	var b bytes.Buffer
	if err := f(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

var (
	pngFile = encode(png.Encode, picture(16, 16))
	jpgFile = encode(func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }, picture(16, 16))
	gifFile = []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00!\xf9\x04\x01\n\x00\x01\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02L\x01\x00;")
	mp4File = mp4OfSize(4 << 10)
)

// pngOfSize is a valid PNG of about size bytes, which do not compress.
func pngOfSize(size int) []byte {
	side := 1
	for (side+1)*((side+1)*3+1) < size-size/500-200 {
		side++
	}
	r := mathrand.New(mathrand.NewPCG(1, 2))
	m := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := range m.Pix {
		m.Pix[i] = byte(r.Uint32())
		if i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	return encode((&png.Encoder{CompressionLevel: png.NoCompression}).Encode, m)
}

// mp4OfSize is the outline of a video: ftyp, moov and mdat boxes.
func mp4OfSize(size int) []byte {
	b := []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x00\x08moov")
	b = binary.BigEndian.AppendUint32(b, uint32(size-len(b)))
	b = append(b, "mdat"...)
	return append(b, make([]byte, size-len(b))...)
}

func mustBe(t *testing.T, what string, got, want any) {
	t.Helper()
	if got, want := fmt.Sprint(got), fmt.Sprint(want); got != want {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// roundTrip is a function as an http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// httptestServer is no server, only its address.
func httptestServer(url string) *httptest.Server { return &httptest.Server{URL: url} }

func md5Sum(b []byte) string {
	sum := md5.Sum(b)
	return hex.EncodeToString(sum[:])
}
