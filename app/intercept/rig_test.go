package intercept

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// No goroutine outlives the tests: every listener, tunnel and half-done handshake has an end.
// net/http waits half a second by itself before it closes a connection whose request it has
// refused.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

const (
	mchid     = "1900009191"
	apiV2Key  = "192006250b4c09247ec02edce69f6a2d"
	apiV3Key  = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb"
	appid     = "wx1234567890abcdef"
	appSecret = "0123456789abcdef0123456789abcdef"
)

// keys are those of all tests: RSA keys take long to make.
var keys = sync.OnceValue(func() (k struct {
	ca       *devkeys.CA
	merchant tls.Certificate
	platform server.PlatformKey
}) {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	var err error
	k.ca, err = devkeys.NewCA(time.Now())
	must(err)
	certPEM, keyPEM, err := k.ca.Merchant(mchid)
	must(err)
	k.merchant, err = tls.X509KeyPair(certPEM, keyPEM)
	must(err)
	certPEM, keyPEM, err = k.ca.Platform()
	must(err)
	k.platform.Key, err = sign.ParsePrivateKey(keyPEM)
	must(err)
	k.platform.Certificate, err = sign.ParseCertificate(certPEM)
	must(err)
	k.platform.ID = sign.Serial(k.platform.Certificate)
	return k
})

// rig is a proxy before a real server.
type rig struct {
	*Proxy
	t      testing.TB
	mem    *server.Memory
	addr   string // of the proxy
	served chan error
	asked  atomic.Pointer[http.Request] // the last one that reached the server
}

func newRig(t testing.TB, change ...func(*Proxy)) *rig {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return newRigOn(t, l, change...)
}

func newRigOn(t testing.TB, l net.Listener, change ...func(*Proxy)) *rig {
	t.Helper()
	k := keys()
	g := &rig{t: t, mem: server.NewMemory(), addr: l.Addr().String(), served: make(chan error, 1)}
	g.mem.PutMerchant(server.Merchant{MchID: mchid, APIv2Key: apiV2Key, APIv3Key: apiV3Key, Certificates: []server.MerchantCertificate{{Certificate: k.merchant.Leaf}}})
	g.mem.PutPlatformKey(k.platform)
	g.mem.PutApp(server.App{AppID: appid, Secret: appSecret})
	srv, err := server.New(server.Config{Index: g.mem, Keeper: g.mem, MerchantCAs: k.ca.Pool(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	g.Proxy = &Proxy{
		CA: k.ca, Log: slog.New(slog.DiscardHandler),
		Upstream: func(*http.Request) (*url.URL, error) { return nil, nil },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			g.asked.Store(r)
			srv.ServeHTTP(w, r)
		}),
	}
	for _, f := range change {
		f(g.Proxy)
	}
	go func() { g.served <- g.Serve(l) }()
	t.Cleanup(func() {
		g.Close()
		if err := g.Shutdown(t.Context()); err != nil && t.Context().Err() == nil {
			t.Errorf("Shutdown after Close: %v", err)
		}
	})
	return g
}

// transport is Go's client with HTTPS_PROXY and HTTP_PROXY set, trusting the CA and perhaps others.
func (g *rig) transport(roots ...*x509.Certificate) *http.Transport {
	pool := keys().ca.Pool()
	for _, c := range roots {
		pool.AddCert(c)
	}
	tr := &http.Transport{
		Proxy:           http.ProxyURL(&url.URL{Scheme: "http", Host: g.addr}),
		TLSClientConfig: &tls.Config{RootCAs: pool},
	}
	g.t.Cleanup(tr.CloseIdleConnections)
	return tr
}

// client is the library as a program for the real WeChat uses it: no address of a server in it.
func (g *rig) client() *wxup.Client {
	return &wxup.Client{
		Transport: g.transport(),
		Merchant:  &wxup.Merchant{MchID: mchid, Certificate: keys().merchant, APIv2Key: apiV2Key, APIv3Key: apiV3Key},
		Auth:      &wxup.App{AppID: appid, Secret: appSecret},
	}
}

func (g *rig) get(address string) (status int, body string, err error) {
	return get(g.transport(), address)
}

func get(tr *http.Transport, address string) (status int, body string, err error) {
	resp, err := (&http.Client{Transport: tr}).Get(address)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

// last is the newest thing that was seen of a kind, which may be a moment behind what a client
// knows.
func (g *rig) last(want ...Outcome) Seen {
	g.t.Helper()
	for range 6000 {
		for _, s := range g.Seen() {
			if slices.Contains(want, s.Outcome) {
				return s
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	g.t.Fatalf("nothing was seen as %v: %+v", want, g.Seen())
	return Seen{}
}

// raw opens a connection to the proxy.
func (g *rig) raw() *net.TCPConn {
	g.t.Helper()
	c, err := net.Dial("tcp", g.addr)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}

// say sends something and gives all that comes until the proxy hangs up. The sender of a GET keeps
// its side open, as one who means to hear the answer: to net/http the others would have gone away.
func (g *rig) say(text string) string {
	g.t.Helper()
	c := g.raw()
	if _, err := io.WriteString(c, text); err != nil {
		g.t.Fatal(err)
	}
	if !strings.HasPrefix(text, "GET ") {
		c.CloseWrite()
	}
	b, _ := io.ReadAll(c) // a reset ends it too
	return string(b)
}

var picture = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 48)), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
})

// stranger is a listener whose clients all come from another machine.
type stranger struct{ net.Listener }

type strangerConn struct{ *net.TCPConn }

func (l stranger) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return strangerConn{c.(*net.TCPConn)}, nil
}

func (strangerConn) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(203, 0, 113, 7), Port: 40000}
}

func newStrangerRig(t testing.TB, change ...func(*Proxy)) *rig {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return newRigOn(t, stranger{l}, change...)
}
