package server

import (
	"bytes"
	"crypto/md5"
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
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// keyring holds the keys of all tests of the package: RSA keys take long to make.
type keyring struct {
	ca                 *devkeys.CA
	leaf               tls.Certificate
	mine, next, theirs merchantKeys // of mchid, of mchid's rotation, of another merchant
	platform           PlatformKey
	public             PlatformKey
}

type merchantKeys struct {
	pair tls.Certificate
	key  *rsa.PrivateKey
}

const (
	mchid      = "1900009191"
	otherMchID = "1900007291"
	apiV2Key   = "192006250b4c09247ec02edce69f6a2d"
	apiV3Key   = "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb"
	appid      = "wx1234567890abcdef"
	corpid     = "ww1234567890abcdef"
	appSecret  = "0123456789abcdef0123456789abcdef"
	platformID = "wxcomponent000001"
	authorizer = "wxauthorizer00001"
	pubKeyID   = "PUB_KEY_ID_0119000091912026112100000000000001"
	operator   = "operator-token"
)

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
	k.leaf, err = k.ca.Server()
	must(err)
	for mch, to := range map[*merchantKeys]string{&k.mine: mchid, &k.next: mchid, &k.theirs: otherMchID} {
		certPEM, keyPEM, err := k.ca.Merchant(to)
		must(err)
		mch.pair, err = tls.X509KeyPair(certPEM, keyPEM)
		must(err)
		mch.key = mch.pair.PrivateKey.(*rsa.PrivateKey)
	}
	certPEM, keyPEM, err := k.ca.Platform()
	must(err)
	k.platform.Key, err = sign.ParsePrivateKey(keyPEM)
	must(err)
	k.platform.Certificate, err = sign.ParseCertificate(certPEM)
	must(err)
	k.platform.ID = sign.Serial(k.platform.Certificate)
	_, keyPEM, err = devkeys.PlatformKey()
	must(err)
	k.public.ID = pubKeyID
	k.public.Key, err = sign.ParsePrivateKey(keyPEM)
	must(err)
	return k
})

// rig is a running server over TLS with one of everything, and a clock that tests can set.
type rig struct {
	t      testing.TB
	mem    *Memory
	srv    *Server
	ts     *httptest.Server
	offset atomic.Int64 // of the clock, in ns
	log    *syncBuffer
}

func newRig(t testing.TB, change ...func(*Config)) *rig {
	t.Helper()
	k := keys()
	g := &rig{t: t, mem: NewMemory(), log: &syncBuffer{}}
	g.mem.PutMerchant(Merchant{MchID: mchid, APIv2Key: apiV2Key, APIv3Key: apiV3Key, Certificates: []MerchantCertificate{
		{Certificate: k.mine.pair.Leaf}, {Certificate: k.next.pair.Leaf},
	}})
	g.mem.PutMerchant(Merchant{MchID: otherMchID, APIv2Key: strings.Repeat("k", 32), APIv3Key: strings.Repeat("3", 32), Certificates: []MerchantCertificate{
		{Certificate: k.theirs.pair.Leaf},
	}})
	g.mem.PutPlatformKey(k.platform)
	g.mem.PutPlatformKey(k.public)
	g.mem.PutApp(App{AppID: appid, Secret: appSecret})
	g.mem.PutApp(App{AppID: corpid, Secret: appSecret})
	g.mem.PutApp(App{AppID: authorizer, Secret: appSecret})
	g.mem.PutComponent(Component{AppID: platformID, Secret: appSecret})
	g.mem.PutAuthorization(Authorization{Component: platformID, Authorizer: authorizer, Permissions: []int{11}})
	c := Config{
		Index: g.mem, Keeper: g.mem, MerchantCAs: k.ca.Pool(), OperatorToken: operator, KeepAlive: 55 * time.Second,
		Now: g.now, Log: slog.New(slog.NewTextHandler(g.log, nil)),
	}
	for _, f := range change {
		f(&c)
	}
	var err error
	if g.srv, err = New(c); err != nil {
		t.Fatal(err)
	}
	doors := http.NewServeMux() // both on one address: the paths of the one are not the other's
	doors.Handle("/", g.srv)
	doors.Handle("/api/v1/", g.srv.Operator())
	g.ts = httptest.NewUnstartedServer(doors)
	g.ts.TLS = &tls.Config{Certificates: []tls.Certificate{k.leaf}, ClientAuth: tls.RequestClientCert, NextProtos: []string{"http/1.1"}}
	g.ts.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	g.ts.StartTLS()
	t.Cleanup(g.ts.Close)
	return g
}

func (g *rig) now() time.Time          { return time.Now().Add(time.Duration(g.offset.Load())) }
func (g *rig) advance(d time.Duration) { g.offset.Add(int64(d)) }

// http is an HTTP client that trusts the rig and shows a client certificate, if any is given.
func (g *rig) http(show ...tls.Certificate) *http.Client {
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: keys().ca.Pool()}, ForceAttemptHTTP2: true}
	if len(show) > 0 {
		tr.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &show[0], nil }
	}
	g.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// client is the library, set up for the rig.
func (g *rig) client() *wxup.Client {
	k := keys()
	return &wxup.Client{
		BaseURL: g.ts.URL, Transport: g.http().Transport, Now: g.now,
		Merchant: &wxup.Merchant{
			MchID: mchid, Certificate: k.mine.pair, APIv2Key: apiV2Key, APIv3Key: apiV3Key,
		},
		Auth: &wxup.App{AppID: appid, Secret: appSecret},
	}
}

// answer is what a caller got.
type answer struct {
	status int
	header http.Header
	body   string
}

func (g *rig) do(hc *http.Client, r *http.Request) answer {
	g.t.Helper()
	resp, err := hc.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

// attempt is an upload made by hand, so that tests can spoil any piece of it. The zero pieces are
// made right.
type attempt struct {
	ep       *wxup.Endpoint
	method   string
	path     string
	name     string // in meta, and of the file part
	data     []byte
	meta     string            // what is sent
	signed   *string           // what is signed instead of meta
	fields   map[string]string // PayV2
	partName string
	partHead string // a whole Content-Disposition, in the place of the usual one
	extra    string // parts before the others
	order    []string
	header   map[string]string
	query    string
	auth     func(*sign.Authorization)
	key      *rsa.PrivateKey
	show     *tls.Certificate // PayV2; nil: the merchant's
	noCert   bool
	body     *string // the whole body instead
	ctype    string
	plain    bool // over plain HTTP
	chunked  bool
	keep     bool // keep nonce and time of the attempt before
	last     sign.Authorization
}

func try(ep *wxup.Endpoint) *attempt {
	data, name := sample(ep)
	path := regexp.MustCompile(`{\w+}`).ReplaceAllString(ep.Path, "77")
	return &attempt{ep: ep, method: "POST", path: path, name: name, data: data, header: map[string]string{}, order: []string{"meta", "file"}}
}

// metaWith is the meta of an attempt with the given digest; "" leaves it out.
func (a *attempt) metaWith(digest string) string {
	meta := map[string]string{}
	if a.ep.NameField != "" {
		meta[a.ep.NameField] = a.name
	}
	for _, f := range a.ep.Fields {
		meta[f.Name] = cmpOr(f.Value, "x")
	}
	if digest != "" && a.ep.DigestField != "" {
		meta[a.ep.DigestField] = digest
	}
	return string(encodeJSON(meta))
}

func (a *attempt) digest() string {
	switch a.ep.Digest {
	case "md5":
		sum := md5.Sum(a.data)
		return hex.EncodeToString(sum[:])
	case "sm3":
		h, _ := media.NewDigest("sm3")
		h.Write(a.data)
		return hex.EncodeToString(h.Sum(nil))
	}
	sum := sha256.Sum256(a.data)
	return hex.EncodeToString(sum[:])
}

func (a *attempt) form() []byte {
	const b = "----boundary7MA4YWxk"
	if a.ctype == "" {
		a.ctype = "multipart/form-data; boundary=" + b
	}
	if a.body != nil {
		return []byte(*a.body)
	}
	var buf bytes.Buffer
	text := func(name, value string) {
		fmt.Fprintf(&buf, "--%s\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", b, name, value)
	}
	buf.WriteString(a.extra)
	for _, part := range a.order {
		switch part {
		case "meta":
			if a.ep.Family == wxup.PayV3 {
				text(a.ep.MetaPart, a.meta)
			}
			for name, value := range a.fields {
				text(name, value)
			}
		case "file":
			head := a.partHead
			if head == "" {
				head = fmt.Sprintf("form-data; name=%q; filename=%q", cmpOr(a.partName, a.ep.FilePart), a.name)
			}
			fmt.Fprintf(&buf, "--%s\r\nContent-Disposition: %s\r\nContent-Type: image/jpeg\r\n\r\n", b, head)
			buf.Write(a.data)
			buf.WriteString("\r\n")
		}
	}
	fmt.Fprintf(&buf, "--%s--\r\n", b)
	return buf.Bytes()
}

// typedRow is a row of the account API whose query names a type.
func typedRow(kind string) *wxup.Endpoint {
	return &wxup.Endpoint{
		Name: "typed-" + kind, Family: wxup.FamilyAccount, Path: "/cgi-bin/odd/upload?type=" + kind, FilePart: "media", AnswerID: "media_id",
		AnswerTime: "created_at", AnswerAlso: []wxup.Field{{Name: "type", Value: kind}}, Accepts: []wxup.Accept{{Format: media.PNG, Max: 1 << 20}},
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// send makes the attempt.
func (g *rig) send(a *attempt) answer {
	g.t.Helper()
	return g.do(g.request(a))
}

// request makes the request of an attempt, and the client for it.
func (g *rig) request(a *attempt) (*http.Client, *http.Request) {
	g.t.Helper()
	k := keys()
	show := k.mine.pair
	if a.show != nil {
		show = *a.show
	}
	hc := g.http()
	switch a.ep.Family {
	case wxup.PayV3:
		if a.meta == "" {
			a.meta = a.metaWith(a.digest())
		}
		signed := a.meta
		if a.signed != nil {
			signed = *a.signed
		}
		auth := a.last
		if !a.keep {
			auth = sign.Authorization{
				Scheme: sign.SchemeRSA, MchID: mchid, NonceStr: rand.Text(),
				Timestamp: strconv.FormatInt(g.now().Unix(), 10), SerialNo: sign.Serial(k.mine.pair.Leaf),
			}
			if a.ep.Brand {
				auth.Scheme = sign.SchemeBrand
			}
			if a.auth != nil {
				a.auth(&auth)
			}
			if auth.Signature == "" {
				key := a.key
				if key == nil {
					key = k.mine.key
				}
				var err error
				auth.Signature, err = sign.RSA(key, sign.V3Request("POST", a.path, auth.Timestamp, auth.NonceStr, []byte(signed)))
				if err != nil {
					g.t.Fatal(err)
				}
			}
			a.last = auth
		}
		if _, ok := a.header["Authorization"]; !ok {
			a.header["Authorization"] = auth.String()
			defer delete(a.header, "Authorization")
		}
	case wxup.PayV2:
		if !a.noCert {
			hc = g.http(show)
		}
		if a.fields == nil {
			a.fields = map[string]string{"mch_id": mchid}
			if a.ep.DigestField != "" {
				a.fields[a.ep.DigestField] = a.digest()
			}
		}
		if _, ok := a.fields["sign"]; !ok {
			a.fields["sign"] = sign.V2(a.fields["sign_type"], a.fields, apiV2Key)
		}
	case wxup.FamilyAccount:
		if a.query == "" {
			a.query = "access_token=" + g.token()
		}
	}
	base := g.ts.URL
	if a.plain {
		plain := httptest.NewServer(g.srv)
		g.t.Cleanup(plain.Close)
		base = plain.URL
	}
	u := base + a.path
	if a.query != "" && a.query != "-" {
		if strings.Contains(u, "?") {
			u += "&" + a.query
		} else {
			u += "?" + a.query
		}
	}
	var body io.Reader = bytes.NewReader(a.form())
	if a.chunked {
		body = io.MultiReader(body)
	}
	r, err := http.NewRequest(a.method, u, body)
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "test")
	r.Header.Set("Content-Type", a.ctype)
	for name, value := range a.header {
		if value == "" {
			r.Header[http.CanonicalHeaderKey(name)] = nil
		} else {
			r.Header.Set(name, value)
		}
	}
	return hc, r
}

// token fetches an access_token of the app.
func (g *rig) token() string {
	g.t.Helper()
	var a struct {
		Token string `json:"access_token"`
	}
	ans := g.get("/cgi-bin/token?grant_type=client_credential&appid=" + appid + "&secret=" + appSecret)
	if err := json.Unmarshal([]byte(ans.body), &a); err != nil || a.Token == "" {
		g.t.Fatalf("token: %s", ans.body)
	}
	return a.Token
}

// corpToken fetches an access_token of the company.
func (g *rig) corpToken() string {
	g.t.Helper()
	ans := g.get("/cgi-bin/gettoken?corpid=" + corpid + "&corpsecret=" + appSecret)
	t, ok := wire.UnmarshalToken([]byte(ans.body))
	if !ok {
		g.t.Fatalf("gettoken: %s", ans.body)
	}
	return t.AccessToken
}

func (g *rig) get(path string) answer {
	g.t.Helper()
	r, err := http.NewRequest("GET", g.ts.URL+path, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	return g.do(g.http(), r)
}

func (g *rig) post(path string, v any) answer {
	g.t.Helper()
	r, err := http.NewRequest("POST", g.ts.URL+path, bytes.NewReader(encodeJSON(v)))
	if err != nil {
		g.t.Fatal(err)
	}
	return g.do(g.http(), r)
}

// fetch gets back the bytes of an upload, from the URL that was answered or by the operator's door.
func (g *rig) fetch(value string) (answer, []byte) {
	g.t.Helper()
	u, err := url.Parse(value)
	if err != nil || u.Host == "" {
		u, _ = url.Parse(g.ts.URL + "/api/v1/media/" + value)
	}
	r, err := http.NewRequest("GET", u.String(), nil)
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+operator)
	ans := g.do(g.http(), r)
	return ans, []byte(ans.body)
}

// exchange finds the record of an answer.
func (g *rig) lastExchange() Exchange {
	g.t.Helper()
	all := g.mem.Exchanges()
	if len(all) == 0 {
		g.t.Fatal("nothing was recorded")
	}
	return all[len(all)-1]
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// picture paints something with many colours.
func picture(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(x * 7), uint8(y * 5), uint8(x*y + 13), 255})
		}
	}
	return m
}

var photo = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(160, 120), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
})

var drawing = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, picture(64, 48)); err != nil {
		panic(err)
	}
	return b.Bytes()
})

// bitmap is a BMP of 24 bits.
func bitmap(w, h int) []byte {
	row := (w*3 + 3) &^ 3
	b := make([]byte, 54+row*h)
	copy(b, "BM")
	le := func(at int, v uint32) {
		b[at], b[at+1], b[at+2], b[at+3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
	}
	le(2, uint32(len(b)))
	le(10, 54)
	le(14, 40)
	le(18, uint32(w))
	le(22, uint32(h))
	b[26], b[28] = 1, 24
	return b
}

// sized is a valid JPEG of exactly n bytes: the photo with a comment in it.
func sized(n int) []byte {
	p := photo()
	b := append([]byte(nil), p[:2]...)
	for missing := n - len(p); missing > 0; {
		c := min(missing, 65537)
		if rest := missing - c; rest > 0 && rest < 4 {
			c -= 4
		}
		b = append(b, 0xff, 0xfe, byte((c-2)>>8), byte(c-2))
		b = append(b, bytes.Repeat([]byte{'x'}, c-4)...)
		missing -= c
	}
	return append(b, p[2:]...)
}

// sample is a good file for a row: content and name.
func sample(ep *wxup.Endpoint) (data []byte, name string) {
	switch f := ep.Accepts[0].Format; f {
	case media.JPEG:
		return photo(), "photo.jpg"
	case media.PNG:
		return drawing(), "drawing.png"
	case media.BMP:
		return bitmap(8, 8), "scan.bmp"
	case media.GIF:
		return []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "still.gif"
	case media.AMR:
		return append([]byte("#!AMR\n"), bytes.Repeat([]byte{4}, 130)...), "voice.amr"
	case media.PDF:
		return []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"), "invoice.pdf"
	default:
		return append([]byte("\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"), bytes.Repeat([]byte("mdat"), 500)...), "film.mp4"
	}
}
