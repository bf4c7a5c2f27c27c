package wxuptest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

func picture(encode func(io.Writer, image.Image) error) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 160, 120))
	for y := range 120 {
		for x := range 160 {
			m.Set(x, y, color.RGBA{uint8(x * 7), uint8(y * 5), uint8(x*y + 13), 255})
		}
	}
	var b bytes.Buffer
	if err := encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

var photo = sync.OnceValue(func() []byte {
	return picture(func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) })
})

var drawing = sync.OnceValue(func() []byte { return picture(png.Encode) })

// families are a row of each.
var families = []*wxup.Endpoint{wxup.MarketingImage, wxup.SecapiMedia, wxup.ArticleImage}

// soon bounds what must happen at once; a test that meets it has failed already.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// noGoroutines fails the test if more goroutines of ours are left at its end than there were. Call
// it first.
func noGoroutines(t *testing.T) {
	t.Helper()
	ours := func() []string {
		buf := make([]byte, 1<<20)
		buf = buf[:runtime.Stack(buf, true)]
		var list []string
		for _, g := range strings.Split(string(buf), "\n\n") {
			if strings.Contains(g, "net/http.") || strings.Contains(g, "crypto/tls.") || strings.Contains(g, "wxup/wxuptest.") && !strings.Contains(g, "testing.tRunner") {
				list = append(list, g)
			}
		}
		return list
	}
	before := len(ours())
	t.Cleanup(func() {
		var left []string
		for range 6000 { // a goroutine that was told to end takes its time
			if left = ours(); len(left) <= before {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Errorf("%d goroutines are left, there were %d:\n%s", len(left), before, strings.Join(left, "\n\n"))
	})
}

// TestEveryRow uploads to every endpoint with the ready client, and finds what was sent.
func TestEveryRow(t *testing.T) {
	noGoroutines(t)
	srv := NewServer(t)
	client := srv.Client()
	for _, ep := range wxup.Endpoints() {
		data, name := photo(), "photo.jpg"
		switch ep.Accepts[0].Format {
		case media.JPEG:
		case media.PNG:
			data, name = drawing(), "drawing.png"
		case media.BMP: // such a row takes PNG too
			data, name = drawing(), "drawing.png"
		case media.GIF:
			data, name = []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "still.gif"
		case media.AMR:
			data, name = append([]byte("#!AMR\n"), bytes.Repeat([]byte{4}, 130)...), "voice.amr"
		case media.PDF:
			data, name = []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"), "invoice.pdf"
		default:
			data, name = append([]byte("\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"), bytes.Repeat([]byte("mdat"), 500)...), "film.mp4"
		}
		src := wxup.Bytes(name, data)
		src.Path, src.Meta = map[string]string{}, map[string]string{}
		for _, m := range regexp.MustCompile(`{(\w+)}`).FindAllStringSubmatch(ep.Path, -1) {
			src.Path[m[1]] = "77"
		}
		for _, f := range ep.Fields {
			if f.Value == "" {
				src.Meta[f.Name] = "x"
			}
		}
		with := client
		if ep.Corp {
			with = srv.Client()
			with.Auth = &wxup.Corp{CorpID: srv.Corp.CorpID, Secret: srv.Corp.Secret}
		}
		res, err := with.Upload(t.Context(), ep, src)
		if err != nil {
			t.Errorf("%s: %v", ep.Name, err)
			continue
		}
		answered := cmp.Or(res.URL, res.MediaID)
		img := srv.Image(answered)
		if img == nil || !bytes.Equal(img.Data, data) || img.Endpoint != ep.Name {
			t.Errorf("%s: %q was answered, kept under it is %+v", ep.Name, answered, img)
		}
		up := srv.Uploads()
		e := up[len(up)-1]
		if e.Endpoint != ep.Name || e.Problem != "" || e.Request.Part(ep.FilePart).SHA256 != res.SHA256 {
			t.Errorf("%s: recorded is %s %s %+v", ep.Name, e.Endpoint, e.Problem, e.Request.Parts)
		}
		if res.URL == "" {
			continue
		}
		for _, hc := range []*http.Client{srv.HTTPClient(), http.DefaultClient} { // image URLs are for anyone
			resp, err := hc.Get(res.URL)
			if err != nil {
				t.Errorf("%s: %v", ep.Name, err)
				continue
			}
			if got, _ := io.ReadAll(resp.Body); !bytes.Equal(got, data) {
				t.Errorf("%s: %s gives %d bytes", ep.Name, res.URL, len(got))
			}
			resp.Body.Close()
		}
	}
	if n := len(srv.Images()); n != len(wxup.Endpoints()) {
		t.Errorf("%d files were kept, want %d", n, len(wxup.Endpoints()))
	}
	if srv.Image("nothing") != nil || srv.Image(srv.URL+"/mmbiz_jpg/nothing/0") != nil || srv.Image("http://a/b") != nil || srv.Image("") != nil {
		t.Error("an image was found that nobody has uploaded")
	}
	for _, e := range srv.Exchanges() {
		if e.Problem != "" {
			t.Errorf("%s %s: %s", e.Method, e.Path, e.Problem)
		}
	}
}

// TestAnswersOfBothKeys: clients that know one kind of WeChat's keys only are answered with it, and
// the platform certificates can be fetched.
func TestAnswersOfBothKeys(t *testing.T) {
	srv := NewServer(t)
	for name, change := range map[string]func(*wxup.Merchant){
		"public key":           func(m *wxup.Merchant) { m.PlatformCertificates, m.APIv3Key = nil, "" },
		"certificate":          func(m *wxup.Merchant) { m.PublicKeys, m.APIv3Key = nil, "" },
		"fetched certificates": func(m *wxup.Merchant) { m.PublicKeys, m.PlatformCertificates = nil, nil },
	} {
		client := srv.Client()
		change(client.Merchant)
		if _, err := client.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("photo.jpg", photo())); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCredentials: what is handed out is true, in each of its forms.
func TestCredentials(t *testing.T) {
	srv := NewServer(t)
	f := srv.Files()
	if again := srv.Files(); again != f {
		t.Error("a second call wrote other files")
	}
	read := func(path string) []byte {
		t.Helper()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return b
	}
	key, err := sign.ParsePrivateKey(read(f.MerchantKey))
	if err != nil || !key.Equal(srv.Merchant.PrivateKey) {
		t.Errorf("apiclient_key.pem: %v", err)
	}
	cert, err := sign.ParseCertificate(read(f.MerchantCert))
	if err != nil || !cert.Equal(srv.Merchant.Certificate) || !key.PublicKey.Equal(cert.PublicKey) || sign.Serial(cert) != srv.Merchant.SerialNo || cert.Subject.CommonName != srv.Merchant.MchID {
		t.Errorf("apiclient_cert.pem: %v", err)
	}
	platform, err := sign.ParseCertificate(read(f.PlatformCert))
	if err != nil || !platform.Equal(srv.Platform.Certificate) || sign.Serial(platform) != srv.Platform.SerialNo {
		t.Errorf("wechatpay_cert.pem: %v", err)
	}
	public, err := sign.ParsePublicKey(read(f.PublicKey))
	if err != nil || !public.Equal(srv.Platform.PublicKey) || !sign.IsPublicKeyID(srv.Platform.PublicKeyID) {
		t.Errorf("pub_key.pem: %v", err)
	}
	for _, c := range []*x509.Certificate{cert, platform} {
		for _, at := range []time.Time{time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Now(), time.Now().AddDate(9, 11, 0)} {
			if _, err := c.Verify(x509.VerifyOptions{Roots: srv.CAs, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
				t.Errorf("%s in %d: %v", c.Subject, at.Year(), err)
			}
		}
		if len(sign.Serial(c)) != 40 || c.Issuer.CommonName != "Tenpay.com Root CA" {
			t.Errorf("%s: serial %s, issuer %s", c.Subject, sign.Serial(c), c.Issuer)
		}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(read(f.CA)) {
		t.Error("ca.pem holds no certificate")
	}
	hc := &http.Client{Transport: &http.Transport{TLSClientConfig: srv.HTTPClient().Transport.(*http.Transport).TLSClientConfig}}
	defer hc.CloseIdleConnections()
	hc.Transport.(*http.Transport).TLSClientConfig.RootCAs = pool
	resp, err := hc.Get(srv.HTTPSURL + "/")
	if err != nil {
		t.Fatal("a client that trusts ca.pem:", err)
	}
	resp.Body.Close()
	if !strings.Contains(testingKeys, "TESTING KEY") || strings.Contains(testingKeys, "PRIVATE KEY") {
		t.Error("the keys are not marked as those of tests")
	}
}

// TestServersAreApart: many at once, in parallel; what one gives out the others refuse.
func TestServersAreApart(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]bool{}
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			srv, other := NewServer(t), NewServer(t)
			mu.Lock()
			for _, s := range []*Server{srv, other} {
				for _, secret := range []string{s.Merchant.MchID, s.Merchant.SerialNo, s.Merchant.APIv2Key, s.Merchant.APIv3Key,
					s.Platform.SerialNo, s.Platform.PublicKeyID, s.App.AppID, s.App.Secret, s.Component.AppID, s.Component.RefreshToken} {
					if secret == "" || seen[secret] {
						t.Errorf("%q is empty, or that of another server", secret)
					}
					seen[secret] = true
				}
			}
			mu.Unlock()
			for _, ep := range families {
				if _, err := srv.Client().Upload(t.Context(), ep, wxup.Bytes("photo.jpg", photo())); err != nil {
					t.Error(err)
				}
				stranger := srv.Client()
				stranger.Transport = other.HTTPClient().Transport
				if _, err := stranger.Upload(t.Context(), ep, wxup.Bytes("photo.jpg", photo())); err == nil {
					t.Errorf("%s: another server took the credentials", ep.Name)
				}
			}
			if len(srv.Images()) != 3 || len(other.Images()) != 0 {
				t.Errorf("%d and %d files", len(srv.Images()), len(other.Images()))
			}
		})
	}
}

// TestOtherSettings: those of the server's Config count.
func TestOtherSettings(t *testing.T) {
	var log bytes.Buffer
	asked := 0
	srv := NewServerWith(t, server.Config{
		Profile: problem.Observed, Strict: true, Log: slog.New(slog.NewTextHandler(&log, nil)), OperatorToken: "mine", PublicURL: "https://img.example.com",
		Veto: func(r *http.Request, e *server.Exchange) error { asked++; return nil },
	})
	res, err := srv.Client().Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("photo.jpg", photo()))
	if err != nil || asked != 1 || !strings.HasPrefix(res.URL, "https://img.example.com/") || srv.Image(res.URL) == nil {
		t.Errorf("%v; Veto asked %d times; %+v", err, asked, res)
	}
	srv.Refuse(wxup.MarketingImage, wxup.BadSignature, 1)
	var refused *wxup.Error
	if _, err := srv.Client().Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("photo.jpg", photo())); !errors.As(err, &refused) || refused.Code != "SIGN_ERROR" {
		t.Errorf("observed: %v", err)
	}
	if !strings.Contains(log.String(), "endpoint=marketing") || !slices.Contains(srv.Env(), "WXUP_ADMIN_TOKEN=mine") {
		t.Errorf("log: %s", log.String())
	}
}

// TestMounted: the server is a handler too.
func TestMounted(t *testing.T) {
	srv := NewServer(t)
	mux := http.NewServeMux()
	mux.Handle("/wechat/", http.StripPrefix("/wechat", srv))
	site := httptest.NewServer(mux)
	defer site.Close()
	client := srv.Client()
	client.Transport, client.BaseURL = nil, site.URL+"/wechat"
	srv.Refuse(wxup.ArticleImage, wxup.TooFrequent, 1)
	for _, want := range []wxup.Problem{wxup.TooFrequent, ""} {
		if _, err := client.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("photo.jpg", photo())); wxup.ProblemOf(err) != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestChild starts this test's own program once more, which finds the server by the variables of
// its environment.
func TestChild(t *testing.T) {
	if os.Getenv("WXUPTEST_CHILD") != "" {
		key, err := os.ReadFile(os.Getenv("WXUP_MCH_KEY_FILE"))
		if err != nil {
			t.Fatal(err)
		}
		pub, err := os.ReadFile(os.Getenv("WXUP_PLATFORM_PUBKEY_FILE"))
		if err != nil {
			t.Fatal(err)
		}
		client := &wxup.Client{
			BaseURL:  os.Getenv("WXUP_HTTP_URL"),
			Merchant: &wxup.Merchant{MchID: os.Getenv("WXUP_MCHID"), SerialNo: os.Getenv("WXUP_MCH_SERIAL")},
			Auth:     &wxup.App{AppID: os.Getenv("WXUP_APPID"), Secret: os.Getenv("WXUP_APPSECRET")},
		}
		client.Merchant.PrivateKey, _ = sign.ParsePrivateKey(key)
		public, err := sign.ParsePublicKey(pub)
		if err != nil {
			t.Fatal(err)
		}
		client.Merchant.PublicKeys = map[string]*rsa.PublicKey{os.Getenv("WXUP_PLATFORM_PUBKEY_ID"): public}
		for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.ArticleImage} {
			if _, err := client.Upload(t.Context(), ep, wxup.Bytes("child.jpg", photo())); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	srv := NewServer(t)
	child := exec.CommandContext(soon(t), os.Args[0], "-test.run=^TestChild$")
	child.Env = append(os.Environ(), srv.Env()...)
	child.Env = append(child.Env, "WXUPTEST_CHILD=1")
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	up := srv.Uploads()
	if len(up) != 2 || up[0].Request.Part("file").Filename != "child.jpg" {
		t.Errorf("%d uploads arrived", len(up))
	}
	for _, line := range srv.Env() {
		name, value, ok := strings.Cut(line, "=")
		if !ok || value == "" || !strings.HasPrefix(name, "WXUP_") {
			t.Errorf("%q", line)
		}
		if strings.HasSuffix(name, "_FILE") {
			if _, err := os.Stat(value); err != nil {
				t.Error(err)
			}
		}
	}
}
