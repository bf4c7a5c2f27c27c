package inspector_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/inspector"
	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/fsblob"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

const (
	mchid      = "1900009191"
	apiV2Key   = "192006250b4c09247ec02edce69f6a2d"
	apiV3Key   = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb"
	appid      = "wx1234567890abcdef"
	appSecret  = "5ecre70123456789abcdef0123456789"
	component  = "wxcomponent000001"
	adminToken = "the-admin-token-of-the-tests"
)

// secrets are what no page and no answer may hold unasked.
var secrets = []string{apiV2Key, apiV3Key, appSecret, adminToken, "BEGIN PRIVATE KEY"}

type keyring struct {
	ca       *devkeys.CA
	merchant tls.Certificate
	key      *rsa.PrivateKey
	platform [2][]byte // certificate, key
}

var keys = sync.OnceValue(func() *keyring {
	k := &keyring{}
	var err error
	must := func(e error) {
		if e != nil {
			panic(e)
		}
	}
	k.ca, err = devkeys.NewCA(time.Now())
	must(err)
	certPEM, keyPEM, err := k.ca.Merchant(mchid)
	must(err)
	k.merchant, err = tls.X509KeyPair(certPEM, keyPEM)
	must(err)
	k.key = k.merchant.PrivateKey.(*rsa.PrivateKey)
	k.platform[0], k.platform[1], err = k.ca.Platform()
	must(err)
	return k
})

// rig is a real server on a real index and real files, with the inspector in front, on one address.
type rig struct {
	t     testing.TB
	dir   string
	index *sqlindex.Index
	insp  *inspector.Inspector
	srv   *server.Server
	ts    *httptest.Server
	log   *lockedBuffer

	client *wxup.Client
	keeper server.Keeper
	offset atomic.Int64 // of the inspector's clock, in ns
}

func (g *rig) now() time.Time { return time.Now().Add(time.Duration(g.offset.Load())) }

func newRig(t testing.TB) *rig {
	t.Helper()
	g := &rig{t: t, dir: t.TempDir(), log: &lockedBuffer{}}
	ctx := t.Context()
	var err error
	g.index, err = sqlindex.Open(ctx, filepath.Join(g.dir, "index.db"))
	g.must(err)
	t.Cleanup(func() { g.index.Close() })
	blobs, err := fsblob.Open(filepath.Join(g.dir, "blobs"))
	g.must(err)
	t.Cleanup(func() { blobs.Close() })
	keeper, err := store.New(blobs, bytes.Repeat([]byte{7}, store.SecretSize))
	g.must(err)
	k := keys()
	g.must(os.WriteFile(filepath.Join(g.dir, "apiclient_key.pem"), []byte("BEGIN PRIVATE KEY"), 0o600))
	g.must(g.index.PutMerchant(ctx, server.Merchant{MchID: mchid, Name: "Tea House", APIv2Key: apiV2Key, APIv3Key: apiV3Key,
		Certificates: []server.MerchantCertificate{{Certificate: k.merchant.Leaf}}}))
	g.must(g.index.PutPlatformKey(ctx, "", k.platform[0], k.platform[1]))
	g.must(g.index.PutApp(ctx, server.App{AppID: appid, Name: "Tea News", Secret: appSecret}))
	g.must(g.index.PutComponent(ctx, server.Component{AppID: component, Name: "Tea Platform", Secret: appSecret}))

	g.keeper = keeper
	logger := slog.New(slog.NewTextHandler(g.log, nil))
	g.srv, err = server.New(server.Config{Index: g.index, Keeper: keeper, MerchantCAs: k.ca.Pool(), KeepRefused: true, Log: logger})
	g.must(err)
	g.insp = g.node(g.index)
	mux := http.NewServeMux()
	g.insp.Mount(mux)
	mux.Handle("/", g.srv)
	g.ts = httptest.NewServer(mux)
	t.Cleanup(g.ts.Close)
	g.client = &wxup.Client{
		BaseURL: g.ts.URL, App: &wxup.App{AppID: appid, Secret: appSecret},
		Merchant: &wxup.Merchant{MchID: mchid, Certificate: k.merchant, APIv2Key: apiV2Key, APIv3Key: apiV3Key},
	}
	return g
}

// node makes an inspector on an index: of this rig, or of another process with the same database.
func (g *rig) node(index *sqlindex.Index) *inspector.Inspector {
	g.t.Helper()
	in, err := inspector.New(inspector.Config{
		Index: index, Keeper: g.keeper, AdminToken: adminToken, Version: "test", Now: g.now, Log: slog.New(slog.NewTextHandler(g.log, nil)),
		MerchantDir: func(string) string { return g.dir },
		HTTPSURL:    "https://127.0.0.1:8443",
		Reaching: map[string]string{
			"HTTPS_PROXY": "http://127.0.0.1:8081", "https_proxy": "http://127.0.0.1:8081", "SSL_CERT_FILE": "/srv/wxup/ca-bundle.pem",
			"REQUESTS_CA_BUNDLE": "/srv/wxup/ca-bundle.pem", "NODE_EXTRA_CA_CERTS": "/srv/wxup/ca.pem", "NODE_USE_ENV_PROXY": "1",
			"PHP_INI_SCAN_DIR": ":/srv/wxup/php", "JAVA_TOOL_OPTIONS": "-Djavax.net.ssl.trustStore=/srv/wxup/ca-bundle.p12 -Dhttps.proxyPort=8081",
		},
		Variables: func(context.Context) ([]inspector.Variable, error) {
			return []inspector.Variable{
				{Name: "WXUP_HTTP_URL", Value: "http://127.0.0.1:8080"}, {Name: "WXUP_MCHID", Value: mchid},
				{Name: "WXUP_MCH_KEY_FILE", Value: "/srv/wxup/merchants/1900009191/apiclient_key.pem"},
				{Name: "WXUP_APIV3_KEY", Value: apiV3Key}, {Name: "WXUP_APPSECRET", Value: appSecret}, {Name: "WXUP_ADMIN_TOKEN", Value: adminToken},
			}, nil
		},
	})
	g.must(err)
	g.t.Cleanup(in.Close)
	return in
}

func (g *rig) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// photo is a JPEG of a tea cup's colours; other seeds give other pictures.
func photo(seed byte) []byte {
	const w, h = 320, 200
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			dx, dy := float64(x-w/2)/70, float64(y-h/2)/70
			c := color.RGBA{uint8(205 - y/4), uint8(222 - x/8), 205 + seed%40, 255}
			if d := dx*dx + dy*dy; d < 1 {
				c = color.RGBA{uint8(150 + 80*d), uint8(90 + 70*d), 40 + seed%30, 255}
			} else if d < 1.25 {
				c = color.RGBA{250, 250, 246, 255}
			}
			m.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// upload uploads with the library.
func (g *rig) upload(ep wxup.Endpoint, name string, data []byte) *wxup.Result {
	g.t.Helper()
	src := wxup.Bytes(name, data)
	res, err := g.client.Upload(g.t.Context(), ep, src)
	g.must(err)
	return res
}

// attempt is a request to the marketing API made by hand, so that a piece of it can be spoiled.
type attempt struct {
	name      string                         // of the file; "" is photo.jpg
	data      []byte                         // nil is a photo
	meta      string                         // "" is made of the name and the data
	signed    func(meta, body string) string // what stands in the fifth line; nil is the meta
	timestamp string
	nonce     string
	mchid     string
	header    http.Header // besides the usual ones
}

// send sends it and gives the answer's status and Request-ID.
func (g *rig) send(a attempt) (int, string) {
	g.t.Helper()
	k := keys()
	if a.name == "" {
		a.name = "photo.jpg"
	}
	if a.data == nil {
		a.data = photo(0)
	}
	sum := sha256.Sum256(a.data)
	if a.meta == "" {
		meta, _ := json.Marshal(map[string]string{"filename": a.name, "sha256": hex.EncodeToString(sum[:])})
		a.meta = string(meta)
	}
	const boundary = "----tea"
	body := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n" + a.meta +
		"\r\n--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + a.name + "\"\r\nContent-Type: image/jpeg\r\n\r\n" +
		string(a.data) + "\r\n--" + boundary + "--\r\n"
	if a.timestamp == "" {
		a.timestamp = strconv.FormatInt(time.Now().Unix(), 10)
	}
	if a.nonce == "" {
		a.nonce = nonce()
	}
	if a.mchid == "" {
		a.mchid = mchid
	}
	text := a.meta
	if a.signed != nil {
		text = a.signed(a.meta, body)
	}
	auth := sign.Authorization{Scheme: sign.SchemeRSA, MchID: a.mchid, NonceStr: a.nonce, Timestamp: a.timestamp, SerialNo: sign.Serial(k.merchant.Leaf)}
	var err error
	auth.Signature, err = sign.RSA(k.key, sign.V3Request("POST", wxup.MarketingImage.Path, auth.Timestamp, auth.NonceStr, []byte(text)))
	g.must(err)
	r, err := http.NewRequest("POST", g.ts.URL+wxup.MarketingImage.Path, strings.NewReader(body))
	g.must(err)
	r.Header = http.Header{"Accept": {"application/json"}, "User-Agent": {"tea-client/1.0"}, "Authorization": {auth.String()},
		"Content-Type": {"multipart/form-data; boundary=" + boundary}}
	for name, values := range a.header {
		r.Header[name] = values
	}
	resp, err := http.DefaultClient.Do(r)
	g.must(err)
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, resp.Header.Get("Request-ID")
}

func nonce() string {
	b := make([]byte, 16)
	rand.Read(b)
	return strings.ToUpper(hex.EncodeToString(b))
}

// wholeBody is the commonest mistake: the whole form is signed in the place of the meta.
func wholeBody(_, body string) string { return body }

// browser is someone who looks: with the cookies of one who has signed in, or not yet.
type browser struct {
	g  *rig
	hc *http.Client
}

func (g *rig) stranger() *browser {
	jar, err := cookiejar.New(nil)
	g.must(err)
	return &browser{g, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (g *rig) operator() *browser {
	g.t.Helper()
	b := g.stranger()
	if a := b.post("/login", url.Values{"token": {adminToken}}); a.status != http.StatusSeeOther {
		g.t.Fatalf("signing in: %d %s", a.status, a.body)
	}
	return b
}

type reply struct {
	status int
	header http.Header
	body   string
}

func (b *browser) get(path string, header ...string) reply {
	b.g.t.Helper()
	r, err := http.NewRequest("GET", b.g.ts.URL+path, nil)
	b.g.must(err)
	return b.do(r, header...)
}

func (b *browser) post(path string, form url.Values, header ...string) reply {
	b.g.t.Helper()
	r, err := http.NewRequest("POST", b.g.ts.URL+path, strings.NewReader(form.Encode()))
	b.g.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r, header...)
}

func (b *browser) do(r *http.Request, header ...string) reply {
	b.g.t.Helper()
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := b.hc.Do(r)
	b.g.must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	b.g.must(err)
	return reply{resp.StatusCode, resp.Header, string(body)}
}

// json reads an answer of the API.
func (b *browser) json(path string, into any) reply {
	b.g.t.Helper()
	a := b.get(path)
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		b.g.t.Fatalf("%s: %d %v: %s", path, a.status, err, a.body)
	}
	return a
}

// errorOf is the code in an error of the API.
func (a reply) errorOf() string {
	var x struct {
		Error struct{ Code, Message, Hint string }
	}
	if json.Unmarshal([]byte(a.body), &x) != nil {
		return fmt.Sprintf("not JSON: %.80s", a.body)
	}
	return x.Error.Code
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
