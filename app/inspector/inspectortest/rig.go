// Package inspectortest runs an inspector and a server in front of real stores, for tests of the
// page.
package inspectortest

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

// What the rig's accounts have.
const (
	MchID      = "1900009191"
	APIv2Key   = "192006250b4c09247ec02edce69f6a2d"
	APIv3Key   = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb"
	AppID      = "wx1234567890abcdef"
	AppSecret  = "5ecre70123456789abcdef0123456789"
	Component  = "wxcomponent000001"
	AdminToken = "the-admin-token-of-the-tests"
)

// Secrets are what no page and no answer may hold unasked.
var Secrets = []string{APIv2Key, APIv3Key, AppSecret, AdminToken, "BEGIN PRIVATE KEY"}

type keyring struct {
	ca       *devkeys.CA
	merchant tls.Certificate
	key      *rsa.PrivateKey
	platform [2][]byte // certificate, key
}

var Keys = sync.OnceValue(func() *keyring {
	k := &keyring{}
	var err error
	must := func(e error) {
		if e != nil {
			panic(e)
		}
	}
	k.ca, err = devkeys.NewCA(time.Now())
	must(err)
	certPEM, keyPEM, err := k.ca.Merchant(MchID)
	must(err)
	k.merchant, err = tls.X509KeyPair(certPEM, keyPEM)
	must(err)
	k.key = k.merchant.PrivateKey.(*rsa.PrivateKey)
	k.platform[0], k.platform[1], err = k.ca.Platform()
	must(err)
	return k
})

// Rig is a real server on a real index and real files, with the inspector beside it.
type Rig struct {
	T         testing.TB
	Dir       string
	Index     *sqlindex.Index
	Inspector *inspector.Inspector
	API       *server.Server
	Server    *httptest.Server // the inspector's
	Public    *httptest.Server // the API's
	Log       *LockedBuffer
	Client    *wxup.Client
	Keeper    server.Keeper
	Offset    atomic.Int64 // of the inspector's clock, in ns
	NewToken  atomic.Pointer[string]
}

// Always is an admin token that does not change.
func Always(token string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return token, nil }
}

// Token is the admin token: NewToken if that is set.
func (g *Rig) Token(context.Context) (string, error) {
	if token := g.NewToken.Load(); token != nil {
		return *token, nil
	}
	return AdminToken, nil
}

func (g *Rig) now() time.Time { return time.Now().Add(time.Duration(g.Offset.Load())) }

func New(t testing.TB) *Rig {
	t.Helper()
	g := &Rig{T: t, Dir: t.TempDir(), Log: &LockedBuffer{}}
	ctx := t.Context()
	var err error
	g.Index, err = sqlindex.Open(ctx, filepath.Join(g.Dir, "index.db"))
	g.Must(err)
	t.Cleanup(func() { g.Index.Close() })
	blobs, err := fsblob.Open(filepath.Join(g.Dir, "blobs"))
	g.Must(err)
	t.Cleanup(func() { blobs.Close() })
	keeper, err := store.New(blobs, bytes.Repeat([]byte{7}, store.SecretSize))
	g.Must(err)
	k := Keys()
	g.Must(os.WriteFile(filepath.Join(g.Dir, "apiclient_key.pem"), []byte("BEGIN PRIVATE KEY"), 0o600))
	g.Must(g.Index.PutMerchant(ctx, server.Merchant{MchID: MchID, Name: "Tea House", APIv2Key: APIv2Key, APIv3Key: APIv3Key,
		Certificates: []server.MerchantCertificate{{Certificate: k.merchant.Leaf}}}))
	g.Must(g.Index.PutPlatformKey(ctx, "", k.platform[0], k.platform[1]))
	g.Must(g.Index.PutApp(ctx, server.App{AppID: AppID, Name: "Tea News", Secret: AppSecret}))
	g.Must(g.Index.PutComponent(ctx, server.Component{AppID: Component, Name: "Tea Platform", Secret: AppSecret}))

	g.Keeper = keeper
	logger := slog.New(slog.NewTextHandler(g.Log, nil))
	g.API, err = server.New(server.Config{Index: g.Index, Keeper: keeper, MerchantCAs: k.ca.Pool(), KeepRefused: true, Log: logger})
	g.Must(err)
	g.Inspector = g.Node(g.Index)
	g.Server, g.Public = httptest.NewServer(g.Inspector), httptest.NewServer(g.API)
	t.Cleanup(g.Server.Close)
	t.Cleanup(g.Public.Close)
	g.Client = &wxup.Client{
		BaseURL: g.Public.URL, Auth: &wxup.App{AppID: AppID, Secret: AppSecret},
		Merchant: &wxup.Merchant{MchID: MchID, Certificate: k.merchant, APIv2Key: APIv2Key, APIv3Key: APIv3Key},
	}
	return g
}

// Node makes an inspector on an index: of this Rig, or of another process with the same database.
func (g *Rig) Node(index *sqlindex.Index) *inspector.Inspector {
	g.T.Helper()
	in, err := inspector.New(inspector.Config{
		Index: index, Keeper: g.Keeper, AdminToken: g.Token, Version: "test", Now: g.now, Log: slog.New(slog.NewTextHandler(g.Log, nil)),
		MerchantDir: func(string) string { return g.Dir },
		HTTPSURL:    "https://127.0.0.1:8443",
		Reaching: map[string]string{
			"HTTPS_PROXY": "http://127.0.0.1:8081", "https_proxy": "http://127.0.0.1:8081", "SSL_CERT_FILE": "/srv/wxup/ca-bundle.pem",
			"REQUESTS_CA_BUNDLE": "/srv/wxup/ca-bundle.pem", "NODE_EXTRA_CA_CERTS": "/srv/wxup/ca.pem", "NODE_USE_ENV_PROXY": "1",
			"PHP_INI_SCAN_DIR": ":/srv/wxup/php", "JAVA_TOOL_OPTIONS": "-Djavax.net.ssl.trustStore=/srv/wxup/ca-bundle.p12 -Dhttps.proxyPort=8081",
		},
		Variables: func(context.Context) ([]inspector.Variable, error) {
			return []inspector.Variable{
				{Name: "WXUP_HTTP_URL", Value: "http://127.0.0.1:8080"}, {Name: "WXUP_MCHID", Value: MchID},
				{Name: "WXUP_MCH_KEY_FILE", Value: "/srv/wxup/merchants/1900009191/apiclient_key.pem"},
				{Name: "WXUP_APIV3_KEY", Value: APIv3Key}, {Name: "WXUP_APPSECRET", Value: AppSecret}, {Name: "WXUP_ADMIN_TOKEN", Value: AdminToken},
			}, nil
		},
	})
	g.Must(err)
	g.T.Cleanup(in.Close)
	return in
}

func (g *Rig) Must(err error) {
	g.T.Helper()
	if err != nil {
		g.T.Fatal(err)
	}
}

type LockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *LockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *LockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// Photo is a JPEG of a tea cup's colours; other seeds give other pictures.
func Photo(seed byte) []byte {
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

// Upload uploads with the library.
func (g *Rig) Upload(ep *wxup.Endpoint, name string, data []byte) *wxup.Result {
	g.T.Helper()
	src := wxup.Bytes(name, data)
	res, err := g.Client.Upload(g.T.Context(), ep, src)
	g.Must(err)
	return res
}

// Attempt is a request to the marketing API made by hand, so that a piece of it can be spoiled.
type Attempt struct {
	Name      string                         // of the file; "" is photo.jpg
	Data      []byte                         // nil is a photo
	Meta      string                         // "" is made of the name and the data
	Signed    func(meta, body string) string // the signed body line; nil is the meta
	Timestamp string
	Nonce     string
	MchID     string
	Header    http.Header // besides the usual ones
}

// Send sends it and gives the answer's status and Request-ID.
func (g *Rig) Send(a Attempt) (int, string) {
	g.T.Helper()
	k := Keys()
	if a.Name == "" {
		a.Name = "photo.jpg"
	}
	if a.Data == nil {
		a.Data = Photo(0)
	}
	sum := sha256.Sum256(a.Data)
	if a.Meta == "" {
		meta, _ := json.Marshal(map[string]string{"filename": a.Name, "sha256": hex.EncodeToString(sum[:])})
		a.Meta = string(meta)
	}
	const boundary = "----tea"
	body := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n" + a.Meta +
		"\r\n--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + a.Name + "\"\r\nContent-Type: image/jpeg\r\n\r\n" +
		string(a.Data) + "\r\n--" + boundary + "--\r\n"
	if a.Timestamp == "" {
		a.Timestamp = strconv.FormatInt(time.Now().Unix(), 10)
	}
	if a.Nonce == "" {
		a.Nonce = Nonce()
	}
	if a.MchID == "" {
		a.MchID = MchID
	}
	text := a.Meta
	if a.Signed != nil {
		text = a.Signed(a.Meta, body)
	}
	auth := sign.Authorization{Scheme: sign.SchemeRSA, MchID: a.MchID, NonceStr: a.Nonce, Timestamp: a.Timestamp, SerialNo: sign.Serial(k.merchant.Leaf)}
	var err error
	auth.Signature, err = sign.RSA(k.key, sign.V3Request("POST", wxup.MarketingImage.Path, auth.Timestamp, auth.NonceStr, []byte(text)))
	g.Must(err)
	r, err := http.NewRequest("POST", g.Public.URL+wxup.MarketingImage.Path, strings.NewReader(body))
	g.Must(err)
	r.Header = http.Header{"Accept": {"application/json"}, "User-Agent": {"tea-client/1.0"}, "Authorization": {auth.String()},
		"Content-Type": {"multipart/form-data; boundary=" + boundary}}
	for name, values := range a.Header {
		r.Header[name] = values
	}
	resp, err := http.DefaultClient.Do(r)
	g.Must(err)
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, resp.Header.Get("Request-ID")
}

// Nonce is a random nonce_str.
func Nonce() string {
	b := make([]byte, 16)
	rand.Read(b)
	return strings.ToUpper(hex.EncodeToString(b))
}

// WholeBody is the commonest mistake: the whole form is signed in the place of the meta.
func WholeBody(_, body string) string { return body }

// Browser is a visitor of the page, with cookies once it has signed in.
type Browser struct {
	Rig *Rig
	HC  *http.Client
}

func (g *Rig) Stranger() *Browser {
	jar, err := cookiejar.New(nil)
	g.Must(err)
	return &Browser{g, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (g *Rig) Operator() *Browser {
	g.T.Helper()
	b := g.Stranger()
	if a := b.Post("/login", url.Values{"token": {AdminToken}}); a.Status != http.StatusSeeOther {
		g.T.Fatalf("signing in: %d %s", a.Status, a.Body)
	}
	return b
}

type Reply struct {
	Status int
	Header http.Header
	Body   string
}

func (b *Browser) Get(path string, header ...string) Reply {
	b.Rig.T.Helper()
	r, err := http.NewRequest("GET", b.Rig.Server.URL+path, nil)
	b.Rig.Must(err)
	return b.Do(r, header...)
}

func (b *Browser) Post(path string, form url.Values, header ...string) Reply {
	b.Rig.T.Helper()
	r, err := http.NewRequest("POST", b.Rig.Server.URL+path, strings.NewReader(form.Encode()))
	b.Rig.Must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.Do(r, header...)
}

func (b *Browser) Do(r *http.Request, header ...string) Reply {
	b.Rig.T.Helper()
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := b.HC.Do(r)
	b.Rig.Must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	b.Rig.Must(err)
	return Reply{resp.StatusCode, resp.Header, string(body)}
}

// JSON reads an answer of the API.
func (b *Browser) JSON(path string, into any) Reply {
	b.Rig.T.Helper()
	a := b.Get(path)
	if err := json.Unmarshal([]byte(a.Body), into); err != nil {
		b.Rig.T.Fatalf("%s: %d %v: %s", path, a.Status, err, a.Body)
	}
	return a
}

// ErrorOf is the code in an error of the API.
func (a Reply) ErrorOf() string {
	var x struct {
		Error struct{ Code, Message, Hint string }
	}
	if json.Unmarshal([]byte(a.Body), &x) != nil {
		return fmt.Sprintf("not JSON: %.80s", a.Body)
	}
	return x.Error.Code
}

func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
