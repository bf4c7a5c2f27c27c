package intercept

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxup/wxup"
)

// TestEveryFamily uploads with a client that knows nothing of wxup but the proxy's address, by each
// family's proof: a signature, a client certificate through the proxy's TLS, a token that was
// fetched through it too.
func TestEveryFamily(t *testing.T) {
	g := newRig(t)
	c := g.client()
	for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.SecapiMedia, wxup.ArticleImage} {
		res, err := c.Upload(t.Context(), ep, wxup.Bytes("photo.jpg", picture()))
		if err != nil {
			t.Errorf("%s: %v", ep.Name, err)
			continue
		}
		sum := sha256.Sum256(picture())
		if res.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: digest %s", ep.Name, res.SHA256)
		}
		r := g.asked.Load()
		if r.Host != ep.Host || r.TLS == nil || r.TLS.ServerName != ep.Host || r.RemoteAddr[:10] != "127.0.0.1:" {
			t.Errorf("%s: the server was asked for %s by %s, TLS %v", ep.Name, r.Host, r.RemoteAddr, r.TLS)
		}
		if ep.Family == wxup.PayV2 && len(r.TLS.PeerCertificates) == 0 {
			t.Error("the client certificate was lost on the way")
		}
		if s := g.last(Answered); s.Host != ep.Host+":443" || s.UserAgent == "" || s.Remote != "127.0.0.1" {
			t.Errorf("%s: seen as %+v", ep.Name, s)
		}
	}
	for _, e := range g.mem.Exchanges() {
		if e.Problem != "" {
			t.Errorf("%s was refused: %s", e.Endpoint, e.Problem)
		}
	}
}

// TestEveryHost: a handshake for each name that SDKs have built in, and image hosts that nobody has
// listed.
func TestEveryHost(t *testing.T) {
	g := newRig(t, func(p *Proxy) {
		p.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Host) })
	})
	hosts := strings.Fields(`api.mch.weixin.qq.com api2.mch.weixin.qq.com apihk.mch.weixin.qq.com apius.mch.weixin.qq.com
		apieu.mch.weixin.qq.com api.wechatpay.cn api2.wechatpay.cn api.weixin.qq.com api2.weixin.qq.com sh.api.weixin.qq.com
		sz.api.weixin.qq.com hk.api.weixin.qq.com file.api.weixin.qq.com mmbiz.qpic.cn mmecoa.qpic.cn wxpaylogo.qpic.cn mmbiz7.qpic.cn`)
	tr := g.transport()
	for _, host := range hosts {
		if !Ours(host) || !Ours(strings.ToUpper(host)+".:443") {
			t.Errorf("%s is not ours", host)
		}
		for _, scheme := range []string{"https", "http"} {
			if status, body, err := get(tr, scheme+"://"+host+"/"); status != 200 || body != host {
				t.Errorf("%s://%s: %d %q %v", scheme, host, status, body, err)
			}
		}
	}
	for _, host := range []string{"", ".", "qpic.cn", "localhost", "127.0.0.1", "::1", "example.com", "mp.weixin.qq.com", "weixin.qq.com",
		"api.mch.weixin.qq.com.example.com", "xapi.weixin.qq.com", "evilqpic.cn", "a b.qpic.cn", "..qpic.cn", "\x00.qpic.cn", "*.qpic.cn",
		strings.Repeat("a", 64) + ".qpic.cn", strings.Repeat("a.", 130) + "qpic.cn"} {
		if Ours(host) {
			t.Errorf("%q is ours", host)
		}
	}
}

// TestPlain: http addresses go to a proxy in absolute form; the server gets them as from the client
// itself, byte for byte.
func TestPlain(t *testing.T) {
	g := newRig(t)
	for _, tt := range []struct{ sent, uri string }{
		{"http://api.weixin.qq.com/cgi-bin/token?a=%2f&b", "/cgi-bin/token?a=%2f&b"},
		{"http://API.weixin.qq.com:80/v3/%e4%b8%ad//x", "/v3/%e4%b8%ad//x"},
		{"http://user:secret@api.weixin.qq.com", "/"},
		{"http://api.weixin.qq.com?q", "/?q"},
		{"https://api.mch.weixin.qq.com/v3/certificates", "/v3/certificates"}, // some clients do send it so
	} {
		g.asked.Store(nil)
		answer := g.say("GET " + tt.sent + " HTTP/1.1\r\nHost: other.example\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: Basic eA==\r\nAuthorization: mine\r\nConnection: close\r\n\r\n")
		r := g.asked.Load()
		if r == nil {
			t.Errorf("%s did not reach the server: %s", tt.sent, answer)
			continue
		}
		if r.RequestURI != tt.uri || r.URL.Host != "" || r.URL.Scheme != "" || r.URL.User != nil || !Ours(r.Host) || r.TLS != nil {
			t.Errorf("%s: URI %q, URL %#v, Host %s", tt.sent, r.RequestURI, r.URL, r.Host)
		}
		if r.Header.Get("Proxy-Connection") != "" || r.Header.Get("Proxy-Authorization") != "" || r.Header.Get("Authorization") != "mine" {
			t.Errorf("%s: header %v", tt.sent, r.Header)
		}
	}
	status, body, err := g.get("http://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential&appid=" + appid + "&secret=" + appSecret)
	if status != 200 || !strings.Contains(body, "access_token") {
		t.Errorf("a token over plain HTTP: %d %s %v", status, body, err)
	}
	// The same inside a CONNECT to port 80.
	answer := g.say("CONNECT api.weixin.qq.com:80 HTTP/1.1\r\n\r\nGET /cgi-bin/token HTTP/1.1\r\nHost: api.weixin.qq.com\r\nConnection: close\r\n\r\n")
	if !strings.HasPrefix(answer, established+"HTTP/1.1 200") || !strings.Contains(answer, "errcode") {
		t.Errorf("inside CONNECT to port 80: %q", answer)
	}
}

// TestRefused: what is not ours is not connected, and the one line that clients show says what to
// do.
func TestRefused(t *testing.T) {
	g := newRig(t)
	_, _, err := g.get("https://example.com/")
	if err == nil || !strings.Contains(err.Error(), "example.com:443 is not WeChat's") || !strings.Contains(err.Error(), "--proxy-others tunnel") {
		t.Errorf("https: %v", err)
	}
	status, body, err := g.get("http://example.com/")
	if err != nil || status != 403 || !strings.Contains(body, "NO_PROXY=example.com") || !strings.Contains(body, "不是微信") {
		t.Errorf("http: %d %q %v", status, body, err)
	}
	for _, tt := range []struct {
		sent   string
		status int
		text   string
	}{
		{"CONNECT api.weixin.qq.com:8443 HTTP/1.1\r\n\r\n", 403, "no port 8443"},
		{"GET http://api.weixin.qq.com:8080/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 403, "no port 8080"},
		{"CONNECT api.weixin.qq.com HTTP/1.1\r\n\r\n", 400, "host:port"},
		{"CONNECT api.weixin.qq.com:https HTTP/1.1\r\n\r\n", 400, ""},
		{"CONNECT api.weixin.qq.com:443443 HTTP/1.1\r\n\r\n", 400, "host:port"},
		{"CONNECT [fe80::1%25eth0]:443 HTTP/1.1\r\n\r\n", 400, "host:port"},
		{"CONNECT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400, "host:port"},
		{"GET / HTTP/1.1\r\nHost: 127.0.0.1:8081\r\nConnection: close\r\n\r\n", 400, "HTTPS_PROXY=http://127.0.0.1:8081"},
		{"GET ftp://example.com/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400, "http://host/path"},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "HTTPS_PROXY=http://127.0.0.1:"},
		{"GET http://api.weixin.qq.com/ HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 80<<10) + "\r\n\r\n", 431, ""},
		{"CONNECT api.weixin.qq.com:443 HTTP/1.1\r\nX: " + strings.Repeat("x", 80<<10) + "\r\n\r\n", 431, ""},
		{"CONNECT api.weixin.qq.com:443 HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: api.weixin.qq.com\r\n\r\n", 200, "HTTP/1.1 400 plain HTTP was sent inside"},
	} {
		answer := g.say(tt.sent)
		if !strings.HasPrefix(answer, fmt.Sprintf("HTTP/1.1 %d ", tt.status)) || !strings.Contains(answer, tt.text) {
			t.Errorf("%.80q is answered %.400q, want %d and %q", tt.sent, answer, tt.status, tt.text)
		}
	}
	if r := g.asked.Load(); r != nil {
		t.Errorf("the server was asked for %s %s", r.Host, r.RequestURI)
	}
}

// TestNotAnHTTPProxy: whoever takes it for a proxy of another kind is not left waiting, and is told
// of in the log and list.
func TestNotAnHTTPProxy(t *testing.T) {
	ca := keys().ca
	for sent, why := range map[string]string{"\x05\x01\x00": "not socks5://", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03": "not https://"} {
		synctest.Test(t, func(t *testing.T) {
			p, near, end := inMemory(t, ca)
			defer end()
			began := time.Now()
			go io.WriteString(near, sent)
			if answer, err := io.ReadAll(near); len(answer) != 0 || err != nil || time.Since(began) != 0 {
				t.Errorf("%q is answered %q, %v after %v", sent, answer, err, time.Since(began))
			}
			synctest.Wait()
			if s := p.Seen(); len(s) != 1 || s[0].Outcome != NotHTTP || !strings.HasSuffix(s[0].Reason.EN, why) {
				t.Errorf("%q: seen is %+v", sent, s)
			}
		})
	}
}

// TestRemote: other machines are refused, whatever they ask for, and a listener that they could
// reach is not served.
func TestRemote(t *testing.T) {
	g := newStrangerRig(t, func(p *Proxy) { p.Others = Tunnel })
	for _, address := range []string{"https://api.weixin.qq.com/", "https://example.com/"} {
		if _, _, err := g.get(address); err == nil || !strings.Contains(err.Error(), "own machine only") {
			t.Errorf("%s: %v", address, err)
		}
	}
	if status, body, err := g.get("http://api.weixin.qq.com/"); err != nil || status != 403 || !strings.Contains(body, "own machine only") {
		t.Errorf("http: %d %s %v", status, body, err)
	}
	if g.asked.Load() != nil {
		t.Error("the server was asked")
	}
	for addr, ok := range map[string]bool{"127.0.0.1:0": true, "[::1]:0": true, "0.0.0.0:0": false, "[::]:0": false, ":0": false} {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Logf("%s: %v", addr, err) // no IPv6 here
			continue
		}
		p := &Proxy{CA: keys().ca, Handler: http.NotFoundHandler(), Log: g.Log}
		p.Shutdown(t.Context()) // so that Serve comes back at once
		if err := p.Serve(l); errors.Is(err, http.ErrServerClosed) != ok || !ok && !strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%s: %v", addr, err)
		}
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: the listener is still open: %v", addr, err)
		}
	}
	allowed := newStrangerRig(t, func(p *Proxy) { p.AllowRemote = true })
	if _, err := allowed.client().Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("photo.jpg", picture())); err != nil {
		t.Errorf("a remote client that is allowed: %v", err)
	}
	if r := allowed.asked.Load(); r == nil || !strings.HasPrefix(r.RemoteAddr, "203.0.113.7:") {
		t.Errorf("the server does not see whose request it is: %v", r)
	}
}

func TestUnusable(t *testing.T) {
	for _, p := range []*Proxy{{}, {Handler: http.NotFoundHandler()}, {CA: keys().ca}, {Handler: http.NotFoundHandler(), CA: keys().ca, Others: "pass"}} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Serve(l); err == nil || !strings.HasPrefix(err.Error(), "intercept: ") {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

// TestShutdown: what is under way is finished, tunnels are cut, nothing new is taken.
func TestShutdown(t *testing.T) {
	far := echo(t)
	entered, proceed := make(chan struct{}), make(chan struct{})
	g := newRig(t, func(p *Proxy) {
		p.Others = Tunnel
		p.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(entered)
			<-proceed
			io.WriteString(w, "finished")
		})
	})
	answered := make(chan string, 1)
	go func() {
		_, body, err := g.get("https://api.weixin.qq.com/")
		answered <- fmt.Sprint(body, err)
	}()
	<-entered
	tunnel := g.raw()
	fmt.Fprintf(tunnel, "CONNECT %s HTTP/1.1\r\n\r\n", far)
	if b := make([]byte, len(established)); !readFull(tunnel, b) || string(b) != established {
		t.Fatalf("the tunnel: %q", b)
	}
	stopping := g.raw() // and one in the midst of its handshake
	fmt.Fprintf(stopping, "CONNECT api.weixin.qq.com:443 HTTP/1.1\r\n\r\n")
	if b := make([]byte, len(established)); !readFull(stopping, b) {
		t.Fatalf("the handshake: %q", b)
	}

	done := make(chan error, 1)
	go func() { done <- g.Shutdown(context.WithoutCancel(t.Context())) }()
	if err := <-g.served; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("Serve: %v", err)
	}
	if c, err := net.Dial("tcp", g.addr); err == nil {
		c.Close()
		t.Error("still listening")
	}
	select {
	case err := <-done:
		t.Errorf("Shutdown did not wait: %v", err)
	default:
	}
	close(proceed)
	if got := <-answered; got != "finished<nil>" {
		t.Errorf("the request under way: %s", got)
	}
	if err := <-done; err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	for name, c := range map[string]net.Conn{"tunnel": tunnel, "handshake": stopping} {
		if n, err := c.Read(make([]byte, 1)); err == nil {
			t.Errorf("the %s is still open: %d", name, n)
		}
	}
	for _, s := range g.Seen() {
		if s.Outcome != Answered && s.Outcome != Tunnelled {
			t.Errorf("our own doing is laid to a client: %+v", s)
		}
	}
	// A Shutdown that may not wait says so.
	g2 := newRig(t, func(p *Proxy) {
		p.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	})
	go g2.get("https://api.weixin.qq.com/")
	g2.last(Answered)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g2.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown under a context that has ended: %v", err)
	}
}

func readFull(r io.Reader, b []byte) bool {
	_, err := io.ReadFull(r, b)
	return err == nil
}

// TestKeepAlive: many requests in one CONNECT, and the certificate of the name in SNI.
func TestKeepAlive(t *testing.T) {
	g := newRig(t)
	tr := g.transport()
	for range 5 {
		if status, _, err := get(tr, "https://api.weixin.qq.com/cgi-bin/token"); status != 200 {
			t.Fatal(status, err)
		}
	}
	if s := g.last(Answered); s.Count != 1 {
		t.Errorf("5 requests took %d connections", s.Count)
	}
	// Somebody who connects to one of our hosts and asks for another gets what was asked for.
	tr2 := g.transport()
	tr2.TLSClientConfig.ServerName = "mmbiz.qpic.cn"
	if _, _, err := get(tr2, "https://api.weixin.qq.com/cgi-bin/token"); err != nil {
		t.Error(err)
	}
	// A name that is not ours gets no certificate of its own.
	tr3 := g.transport()
	tr3.TLSClientConfig.ServerName = "example.com"
	if _, _, err := get(tr3, "https://api.weixin.qq.com/"); err == nil || !strings.Contains(err.Error(), "valid for api.weixin.qq.com, not example.com") {
		t.Errorf("SNI example.com: %v", err)
	}
}

// BenchmarkUpload compares an upload through the proxy with one straight to the same handler over
// TLS, on connections that are kept open, and a connection's whole cost: CONNECT, handshake, one
// small request. ratio is the price of the proxy: 1 is none.
func BenchmarkUpload(b *testing.B) {
	g := newRig(b)
	leaf, err := keys().ca.Server()
	if err != nil {
		b.Fatal(err)
	}
	direct := newDirect(b, g, leaf)
	client := func(base string) *http.Client {
		tr := g.transport()
		if base == direct {
			tr.Proxy = nil
		}
		return &http.Client{Transport: tr}
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("media", "photo.jpg")
	if err != nil {
		b.Fatal(err)
	}
	part.Write(picture())
	w.Close()
	_, body, err := g.get("https://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential&appid=" + appid + "&secret=" + appSecret)
	_, token, ok := strings.Cut(body, `"access_token":"`)
	if err != nil || !ok {
		b.Fatal(body, err)
	}
	token, _, _ = strings.Cut(token, `"`)

	bases := []string{direct, "https://api.weixin.qq.com"}
	var took [2]float64
	for i, name := range []string{"direct", "proxy"} {
		b.Run(name, func(b *testing.B) {
			hc := client(bases[i])
			for b.Loop() {
				resp, err := hc.Post(bases[i]+"/cgi-bin/media/uploadimg?access_token="+token, w.FormDataContentType(), bytes.NewReader(form.Bytes()))
				if err != nil {
					b.Fatal(err)
				}
				answer, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				if !bytes.Contains(answer, []byte(`"url"`)) {
					b.Fatalf("%s", answer)
				}
			}
			took[i] = float64(b.Elapsed()) / float64(b.N)
			b.ReportMetric(took[i]/took[0], "ratio")
		})
	}
	for i, name := range []string{"connect/direct", "connect/proxy"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				tr := client(bases[i]).Transport.(*http.Transport)
				tr.DisableKeepAlives = true
				if status, _, err := get(tr, bases[i]+"/cgi-bin/token"); status != 200 {
					b.Fatal(status, err)
				}
			}
			took[i] = float64(b.Elapsed()) / float64(b.N)
			b.ReportMetric(took[i]/took[0], "ratio")
		})
	}
}
