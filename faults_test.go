package wxup_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/server"
)

// realServer is a server of the real kind, with one merchant and one app.
type realServer struct {
	*server.Server
	memory *server.Memory
}

func newRealServer(t *testing.T) *realServer {
	t.Helper()
	s := &realServer{memory: server.NewMemory()}
	s.memory.PutMerchant(server.Merchant{MchID: mchID, APIv2Key: apiV2Key, APIv3Key: apiV3Key, Certificates: []server.MerchantCertificate{{Certificate: merchant().cert}}})
	s.memory.PutPlatformKey(server.PlatformKey{ID: platform().serial(), Key: platform().key, Certificate: platform().cert})
	s.memory.PutApp(server.App{AppID: "wx1", Secret: appSecret})
	var err error
	s.Server, err = server.New(server.Config{Index: s.memory, Keeper: s.memory, Now: now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// kept counts the different files that the server has acknowledged.
func (s *realServer) kept() int {
	ids := map[string]bool{}
	for _, e := range s.memory.Exchanges() {
		if e.Media != nil {
			ids[e.Media.ID] = true
		}
	}
	return len(ids)
}

// fault is what goes wrong with one request on its way; nil is nothing. It is given the connection,
// and the request before its body is read; forward brings the answer of the server behind.
type fault func(c net.Conn, r *http.Request, forward func() []byte)

// atOnce is the fault that closes a connection before anything is read from it.
var atOnce fault = func(net.Conn, *http.Request, func() []byte) { panic("never called") }

// faultProxy stands in front of a server. The n-th request has the n-th fault; those after the last
// have none.
type faultProxy struct {
	net.Listener
	behind string
	mu     sync.Mutex
	faults []fault
	seen   int // requests for uploads, and connections closed at once
}

func newFaultProxy(t *testing.T, behind http.Handler, faults ...fault) *faultProxy {
	t.Helper()
	ts := httptest.NewServer(behind)
	t.Cleanup(ts.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &faultProxy{Listener: l, behind: ts.Listener.Addr().String(), faults: faults}
	done := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-done })
	go func() {
		defer close(done)
		var all sync.WaitGroup
		defer all.Wait()
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.serve(c) })
		}
	}()
	return p
}

func (p *faultProxy) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

func (p *faultProxy) URL() string { return "http://" + p.Addr().String() }

// next takes the next request's fault, if that is one of the given kind.
func (p *faultProxy) next(early bool) (f fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.faults) > 0 {
		f = p.faults[0]
	}
	if isEarly := f != nil && fmt.Sprint(f) == fmt.Sprint(atOnce); isEarly != early {
		return nil
	}
	p.seen++
	if len(p.faults) > 0 {
		p.faults = p.faults[1:]
	}
	return f
}

func (p *faultProxy) serve(c net.Conn) {
	defer c.Close()
	if p.next(true) != nil {
		reset(c)
		return
	}
	in := bufio.NewReader(c)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		forward := func() []byte {
			to, err := net.Dial("tcp", p.behind)
			if err != nil {
				return nil
			}
			defer to.Close()
			if r.Write(to) != nil {
				return nil
			}
			resp, err := http.ReadResponse(bufio.NewReader(to), r)
			if err != nil {
				return nil
			}
			answer, err := httputil.DumpResponse(resp, true)
			if err != nil {
				return nil
			}
			return answer
		}
		var f fault
		if strings.Contains(r.URL.Path, "upload") {
			f = p.next(false)
		}
		if f != nil {
			f(c, r, forward)
			return
		}
		if _, err := c.Write(forward()); err != nil {
			return
		}
	}
}

// says answers in the place of the server, once the request has been read, and closes the
// connection.
func says(status, header, body string) fault {
	return func(c net.Conn, r *http.Request, _ func() []byte) {
		io.Copy(io.Discard, r.Body)
		fmt.Fprintf(c, "HTTP/1.1 %s\r\nConnection: close\r\nDate: Wed, 04 Mar 2026 05:06:07 GMT\r\n%sContent-Length: %d\r\n\r\n%s", status, header, len(body), body)
	}
}

func saysJSON(status, code string) fault {
	return says(status, "Content-Type: application/json\r\n", `{"code":"`+code+`","message":"x"}`)
}

func saysErrcode(code int) fault {
	return says("200 OK", "", fmt.Sprintf(`{"errcode":%d,"errmsg":"x rid: 1-2-3"}`, code))
}

var (
	afterHeaders fault = func(c net.Conn, _ *http.Request, _ func() []byte) { reset(c) }
	midBody      fault = func(c net.Conn, r *http.Request, _ func() []byte) { io.CopyN(io.Discard, r.Body, 64<<10); reset(c) }
	afterBody    fault = func(c net.Conn, r *http.Request, _ func() []byte) { io.Copy(io.Discard, r.Body); reset(c) }
	beforeAnswer fault = func(c net.Conn, _ *http.Request, forward func() []byte) { forward(); reset(c) }
	closedBefore fault = func(c net.Conn, _ *http.Request, forward func() []byte) { forward() }
	midHeader    fault = func(c net.Conn, _ *http.Request, forward func() []byte) { c.Write(forward()[:30]) }
	midAnswer    fault = func(c net.Conn, _ *http.Request, forward func() []byte) { a := forward(); c.Write(a[:len(a)-5]) }
	hangs        fault = func(c net.Conn, r *http.Request, _ func() []byte) {
		io.Copy(io.Discard, r.Body)
		io.Copy(io.Discard, c)
	}
	garbage fault = says("200 OK", "", "<html>please log in</html>")
)

// quickly is a Retry that costs no time.
var quickly = wxup.Retry{Base: time.Microsecond, Max: time.Microsecond}

func times(n int, f fault) []fault {
	var list []fault
	for range n {
		list = append(list, f)
	}
	return list
}

// TestFaults: what goes wrong on the way, how often the upload is tried, and that the file is kept
// once.
func TestFaults(t *testing.T) {
	file := pngOfSize(300 << 10)
	for name, test := range map[string]struct {
		faults  []fault
		account bool // the upload is one to an Official Account
		tries   int
		kept    int
		problem wxup.Problem
		says    string // the end of the error; "" is success
	}{
		"nothing": {nil, false, 1, 1, "", ""},

		// The network.
		"reset at once":                {[]fault{atOnce}, false, 2, 1, "", ""},
		"reset after the headers":      {[]fault{afterHeaders}, false, 2, 1, "", ""},
		"reset in the body":            {[]fault{midBody}, false, 2, 1, "", ""},
		"reset after the body":         {[]fault{afterBody}, false, 2, 1, "", ""},
		"reset before the answer":      {[]fault{beforeAnswer}, false, 2, 1, "", ""},
		"closed before the answer":     {[]fault{closedBefore}, false, 2, 1, "", ""},
		"cut in the answer's header":   {[]fault{midHeader}, false, 2, 1, "", ""},
		"cut in the answer":            {[]fault{midAnswer}, false, 2, 1, "", ""},
		"all of them but one":          {[]fault{atOnce, afterHeaders, midBody, midAnswer}, false, 5, 1, "", ""},
		"too many":                     {[]fault{atOnce, midBody, afterBody, closedBefore, midHeader}, false, 5, 1, "", "(tried 5 times)"},
		"reset for ever":               {times(9, afterBody), false, 5, 0, "", "connection reset by peer (tried 5 times)"},
		"account: reset in the body":   {[]fault{midBody}, true, 2, 1, "", ""},
		"account: cut in the answer":   {[]fault{midAnswer, beforeAnswer}, true, 3, 1, "", ""},
		"account: reset for ever":      {times(9, midBody), true, 5, 0, "", "(tried 5 times)"},
		"no HTTP":                      {[]fault{func(c net.Conn, r *http.Request, _ func() []byte) { io.WriteString(c, "SSH-2.0\r\n\r\n") }}, false, 2, 1, "", ""},
		"an answer of another kind":    {[]fault{garbage}, false, 1, 0, wxup.UnverifiedAnswer, "it has no Wechatpay-Timestamp"},
		"account: a log-in page":       {[]fault{garbage}, true, 1, 0, wxup.BadAnswer, "(HTTP 200)"},
		"a redirect":                   {[]fault{says("302 Found", "Location: http://x.example/\r\n", "")}, false, 1, 0, wxup.BadAnswer, "(HTTP 302)"},
		"an upload that was kept, 503": {[]fault{func(c net.Conn, r *http.Request, f func() []byte) { f(); says("503 X", "", "")(c, r, nil) }}, false, 2, 1, "", ""},

		// Answers that blame the server.
		"500 SYSTEM_ERROR":          {[]fault{saysJSON("500 X", "SYSTEM_ERROR")}, false, 2, 1, "", ""},
		"500 SYSTEMERROR":           {[]fault{saysJSON("500 X", "SYSTEMERROR")}, false, 2, 1, "", ""},
		"502 HTML":                  {[]fault{says("502 Bad Gateway", "Content-Type: text/html\r\n", "<html><title>502 Bad Gateway</title>")}, false, 2, 1, "", ""},
		"503 SERVICE_UNAVAILABLE":   {[]fault{saysJSON("503 X", "SERVICE_UNAVAILABLE")}, false, 2, 1, "", ""},
		"503 and when to come":      {[]fault{says("503 X", "Retry-After: Wed, 04 Mar 2026 05:06:08 GMT\r\n", "")}, false, 2, 1, "", ""},
		"504":                       {[]fault{says("504 X", "", "upstream request timeout")}, false, 2, 1, "", ""},
		"408":                       {[]fault{says("408 X", "", "")}, false, 2, 1, "", ""},
		"500 larger than an answer": {[]fault{says("500 X", "", strings.Repeat("x", 2<<20))}, false, 2, 1, "", ""},
		"500 for ever":              {times(9, saysJSON("500 X", "SYSTEM_ERROR")), false, 5, 0, wxup.Internal, "(WeChat said: SYSTEM_ERROR x) (tried 5 times)"},
		"account: -1":               {[]fault{saysErrcode(-1)}, true, 2, 1, "", ""},
		"account: 502 HTML":         {[]fault{says("502 X", "", "<html>")}, true, 2, 1, "", ""},
		"account: -1 for ever":      {times(9, saysErrcode(-1)), true, 5, 0, wxup.Internal, "rid: 1-2-3) (tried 5 times)"},

		// Answers that ask to slow down.
		"429":                        {[]fault{says("429 X", "", "")}, false, 2, 1, "", ""},
		"429 RATELIMIT_EXCEEDED":     {[]fault{saysJSON("429 X", "RATELIMIT_EXCEEDED")}, false, 2, 1, "", ""},
		"429 RATE_LIMITED":           {[]fault{saysJSON("429 X", "RATE_LIMITED")}, false, 2, 1, "", ""},
		"429 FREQUENCY_LIMITED":      {[]fault{saysJSON("429 X", "FREQUENCY_LIMITED")}, false, 2, 1, "", ""},
		"403 FREQUENCY_LIMIT_EXCEED": {[]fault{saysJSON("403 X", "FREQUENCY_LIMIT_EXCEED")}, false, 2, 1, "", ""},
		"account: 45011":             {[]fault{saysErrcode(45011)}, true, 2, 1, "", ""},

		// What does not pass.
		"401 SIGN_ERROR":                 {[]fault{saysJSON("401 X", "SIGN_ERROR")}, false, 1, 0, wxup.BadSignature, "(WeChat said: SIGN_ERROR x)"},
		"403 NO_AUTH":                    {[]fault{saysJSON("403 X", "NO_AUTH")}, false, 1, 0, wxup.NotPermitted, "(WeChat said: NO_AUTH x)"},
		"400 PARAM_ERROR":                {[]fault{saysJSON("400 X", "PARAM_ERROR")}, false, 1, 0, problem.BadParameter, "(WeChat said: PARAM_ERROR x)"},
		"400 a new code":                 {[]fault{saysJSON("400 X", "NEW")}, false, 1, 0, wxup.Refused, "(WeChat said: NEW x)"},
		"413":                            {[]fault{says("413 X", "", "")}, false, 1, 0, wxup.TooLarge, "(HTTP 413)"},
		"404":                            {[]fault{says("404 X", "", "")}, false, 1, 0, problem.NotFound, "(HTTP 404)"},
		"account: 45009":                 {[]fault{saysErrcode(45009)}, true, 1, 0, wxup.DailyQuotaExceeded, "rid: 1-2-3)"},
		"account: 40009":                 {[]fault{saysErrcode(40009)}, true, 1, 0, wxup.TooLarge, "rid: 1-2-3)"},
		"account: 48001":                 {[]fault{saysErrcode(48001)}, true, 1, 0, problem.APIUnauthorized, "rid: 1-2-3)"},
		"a 503 first, then a refusal":    {[]fault{says("503 X", "", ""), saysJSON("403 X", "NO_AUTH")}, false, 2, 0, wxup.NotPermitted, "(WeChat said: NO_AUTH x)"},
		"account: 40001, with a new one": {[]fault{saysErrcode(40001)}, true, 2, 1, "", ""},
		"account: 40001 for ever":        {times(9, saysErrcode(40001)), true, 2, 0, wxup.BadToken, "rid: 1-2-3)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newRealServer(t)
			p := newFaultProxy(t, s, test.faults...)
			c := payClient(&wechat{Server: httptestServer(p.URL())})
			c.Auth, c.Retry, c.Transport = &wxup.App{AppID: "wx1", Secret: appSecret}, quickly, &http.Transport{DisableKeepAlives: true}
			ep := wxup.MarketingImage
			if test.account {
				ep = wxup.ArticleImage
			}
			res, err := c.Upload(t.Context(), ep, wxup.Bytes("a.png", file))
			if test.says == "" && (err != nil || res.URL == "") || test.says != "" && (err == nil || !strings.HasSuffix(err.Error(), test.says)) {
				t.Errorf("got %v, %v; want an error that ends in %q", res, err, test.says)
			}
			if problem := wxup.ProblemOf(err); problem != test.problem {
				t.Errorf("the problem is %q, want %q", problem, test.problem)
			}
			if p.count() != test.tries || s.kept() != test.kept {
				t.Errorf("%d tries, %d kept; want %d, %d", p.count(), s.kept(), test.tries, test.kept)
			}
		})
	}
}

// A server that does not answer: the context ends the upload, and the error is the context's.
func TestHanging(t *testing.T) {
	file := pngOfSize(300 << 10)
	for name, test := range map[string]struct {
		faults []fault
		tries  int
		is     []error
	}{
		"at first":       {[]fault{hangs}, 1, []error{context.Canceled}},
		"after a 503":    {[]fault{says("503 X", "", ""), hangs}, 2, []error{context.Canceled, wxup.Unavailable}},
		"after a broken": {[]fault{midBody, hangs}, 2, []error{context.Canceled}},
	} {
		s := newRealServer(t)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for i, f := range test.faults {
			if i == test.tries-1 {
				test.faults[i] = func(c net.Conn, r *http.Request, _ func() []byte) {
					io.Copy(io.Discard, r.Body)
					cancel()
					f(c, r, nil)
				}
			}
		}
		p := newFaultProxy(t, s, test.faults...)
		c := payClient(&wechat{Server: httptestServer(p.URL())})
		c.Retry = quickly
		_, err := c.Upload(ctx, wxup.MarketingImage, wxup.Bytes("a.png", file))
		for _, is := range test.is {
			if !errors.Is(err, is) {
				t.Errorf("%s: got %v, want %v", name, err, is)
			}
		}
		if p.count() != test.tries || s.kept() != 0 {
			t.Errorf("%s: %d tries, %d kept", name, p.count(), s.kept())
		}
	}
}

// A connection that was kept open and dies is no try.
func TestKeptConnections(t *testing.T) {
	s := newRealServer(t)
	p := newFaultProxy(t, s, nil, afterHeaders, nil)
	c := payClient(&wechat{Server: httptestServer(p.URL())})
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	c.Transport = tr
	var events []wxup.Event
	c.Observe = func(e wxup.Event) { events = append(events, e) }
	for range 2 {
		if _, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", pngFile)); err != nil {
			t.Fatal(err)
		}
	}
	if p.count() != 3 || len(events) != 0 {
		t.Errorf("%d requests, events %v", p.count(), events)
	}
}

// wechatHosts is a network in which WeChat's names lead where a test wants.
type wechatHosts struct {
	tls  *tls.Config // a certificate for the names
	cert *x509.Certificate
	pool *x509.CertPool
	to   map[string]func() (net.Conn, error)
	seen []string // whom connections were made to
	mu   sync.Mutex
}

func newWechatHosts(t *testing.T, k keyPair, names ...string) *wechatHosts {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: k.serial()}, NotBefore: clock.AddDate(-9, 0, 0), NotAfter: clock.AddDate(9, 0, 0), IsCA: true, BasicConstraintsValid: true,
		DNSNames: names}
	der, err := x509.CreateCertificate(nil, template, template, &k.key.PublicKey, k.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	h := &wechatHosts{cert: cert, pool: x509.NewCertPool(), to: map[string]func() (net.Conn, error){}}
	h.pool.AddCert(cert)
	h.tls = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: k.key}}}
	return h
}

// serve lets a name lead to a handler over TLS.
func (h *wechatHosts) serve(t *testing.T, config *tls.Config, handler http.Handler, names ...string) {
	ts := httptest.NewUnstartedServer(handler)
	ts.TLS = config.Clone()
	ts.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	ts.StartTLS()
	t.Cleanup(ts.Close)
	for _, name := range names {
		h.to[name] = func() (net.Conn, error) { return net.Dial("tcp", ts.Listener.Addr().String()) }
	}
}

func (h *wechatHosts) client() *wxup.Client {
	c := payClient(&wechat{Server: httptestServer("")})
	c.Auth, c.Retry, c.Rate.Off = &wxup.App{AppID: "wx1", Secret: appSecret}, quickly, true
	c.Transport = &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{RootCAs: h.pool},
		DialContext: func(_ context.Context, network, addr string) (net.Conn, error) {
			host, _, _ := net.SplitHostPort(addr)
			h.mu.Lock()
			h.seen = append(h.seen, host)
			dial := h.to[host]
			h.mu.Unlock()
			if dial == nil {
				return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
			}
			return dial()
		},
	}
	return c
}

// TestBackupHosts: WeChat's second host is asked when the first gives no answer, or blames itself;
// and not when the first does not prove to be WeChat.
func TestBackupHosts(t *testing.T) {
	const pay, pay2, acc, acc2 = "api.mch.weixin.qq.com", "api2.mch.weixin.qq.com", "api.weixin.qq.com", "api2.weixin.qq.com"
	status := func(n int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(n) })
	}
	refusing := func() (net.Conn, error) { return net.Dial("tcp", "127.0.0.1:1") }
	resetting := func(t *testing.T) func() (net.Conn, error) {
		p := newFaultProxy(t, status(200), times(99, atOnce)...)
		return func() (net.Conn, error) { return net.Dial("tcp", p.Addr().String()) }
	}
	other := newWechatHosts(t, newPlatform(), "*.mch.weixin.qq.com", "*.weixin.qq.com") // whose certificate nobody trusts
	for name, test := range map[string]struct {
		ep    *wxup.Endpoint
		first func(*testing.T, *wechatHosts)
		asked string // the hosts, in their order
		says  string // the error's end; "" is success
		event string // the first one's
	}{
		"no such host":                {wxup.MarketingImage, func(*testing.T, *wechatHosts) {}, pay + " " + pay2, "", pay + " does not answer, trying " + pay2},
		"refused":                     {wxup.MarketingImage, func(t *testing.T, h *wechatHosts) { h.to[pay] = refusing }, pay + " " + pay2, "", pay + " does not answer, trying " + pay2},
		"reset":                       {wxup.MarketingImage, func(t *testing.T, h *wechatHosts) { h.to[pay] = resetting(t) }, pay + " " + pay2, "", pay + " does not answer, trying " + pay2},
		"500":                         {wxup.MarketingImage, func(t *testing.T, h *wechatHosts) { h.serve(t, h.tls, status(500), pay) }, pay + " " + pay2, "", pay + " answers HTTP 500, trying " + pay2},
		"503":                         {wxup.MarketingImage, func(t *testing.T, h *wechatHosts) { h.serve(t, h.tls, status(503), pay) }, pay + " " + pay2, "", pay + " answers HTTP 503, trying " + pay2},
		"429 is not the host's fault": {wxup.MarketingImage, func(t *testing.T, h *wechatHosts) { h.serve(t, h.tls, status(429), pay) }, strings.TrimSpace(strings.Repeat(pay+" ", 5)), "(HTTP 429) (tried 5 times)", "try 2 of 5 in 0.0 s: HTTP 429"},
		"account: refused, already for the token": {wxup.ArticleImage, func(t *testing.T, h *wechatHosts) { h.to[acc] = refusing }, acc + " " + acc2 + " " + acc2, "", acc + " does not answer, trying " + acc2},
		"account: 502":             {wxup.ArticleImage, func(t *testing.T, h *wechatHosts) { h.serve(t, h.tls, status(502), acc) }, acc + " " + acc2 + " " + acc2, "", acc + " answers HTTP 502, trying " + acc2},
		"overseas has none":        {wxup.HKComplaintImage, func(t *testing.T, h *wechatHosts) { h.to["apihk.mch.weixin.qq.com"] = refusing }, strings.TrimSpace(strings.Repeat("apihk.mch.weixin.qq.com ", 5)), "connection refused (tried 5 times)", "try 2 of 5 in 0.0 s: dial tcp 127.0.0.1:1: connect: connection refused"},
		"both refuse":              {wxup.MarketingImage, func(t *testing.T, h *wechatHosts) { h.to[pay], h.to[pay2] = refusing, refusing }, strings.Join([]string{pay, pay2, pay, pay2, pay}, " "), "connection refused (tried 5 times)", pay + " does not answer, trying " + pay2},
		"a stranger's certificate": {wxup.MarketingImage, func(t *testing.T, h *wechatHosts) { h.serve(t, other.tls, status(200), pay) }, pay, "certificate signed by unknown authority", ""},
		"a certificate for another name": {wxup.MarketingImage, func(t *testing.T, h *wechatHosts) {
			elsewhere := newWechatHosts(t, platform(), "example.com")
			h.pool.AddCert(elsewhere.cert)
			h.serve(t, elsewhere.tls, status(200), pay)
		}, pay, "valid for example.com, not " + pay, ""},
		"a TLS alert": {wxup.MarketingImage, func(t *testing.T, h *wechatHosts) {
			strict := h.tls.Clone()
			strict.ClientAuth = tls.RequireAnyClientCert
			strict.MaxVersion = tls.VersionTLS12
			h.serve(t, strict, status(200), pay)
		}, pay, "remote error: tls: handshake failure", ""},
		"no TLS": {wxup.MarketingImage, func(t *testing.T, h *wechatHosts) {
			ts := httptest.NewServer(status(200))
			t.Cleanup(ts.Close)
			h.to[pay] = func() (net.Conn, error) { return net.Dial("tcp", ts.Listener.Addr().String()) }
		}, pay, "first record does not look like a TLS handshake", ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newWechatHosts(t, merchant(), "*.mch.weixin.qq.com", "*.weixin.qq.com")
			s := newRealServer(t)
			h.serve(t, h.tls, s, pay2, acc2)
			test.first(t, h)
			c := h.client()
			var events []string
			c.Observe = func(e wxup.Event) { events = append(events, e.String()) }
			res, err := c.Upload(t.Context(), test.ep, wxup.Bytes("a.png", pngFile))
			if test.says == "" && err != nil || test.says != "" && (err == nil || !strings.HasSuffix(err.Error(), test.says)) {
				t.Errorf("got %v, %v", res, err)
			}
			mustBe(t, "asked", strings.Join(h.seen, " "), test.asked)
			if first := append(events, ""); first[0] != test.event {
				t.Errorf("event %q, want %q", first[0], test.event)
			}
			if wantKept := test.says == ""; (s.kept() == 1) != wantKept {
				t.Errorf("%d kept", s.kept())
			}
			if test.says != "" {
				return
			}
			h.seen = nil // the next upload goes where the last one got through
			if _, err := c.Upload(t.Context(), test.ep, wxup.Bytes("b.png", pngFile)); err != nil || strings.Contains(strings.Join(h.seen, " "), strings.Fields(test.asked)[0]) {
				t.Errorf("the next: %v, asked %v", err, h.seen)
			}
		})
	}
}

// A Backup of one's own, and one that has no address.
func TestOwnBackup(t *testing.T) {
	s := newRealServer(t)
	good := httptest.NewServer(s)
	defer good.Close()
	c := payClient(&wechat{Server: httptestServer("http://127.0.0.1:1")})
	c.BackupURL, c.Retry, c.Transport = good.URL, quickly, &http.Transport{DisableKeepAlives: true}
	if _, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", pngFile)); err != nil || s.kept() != 1 {
		t.Errorf("got %v, %d kept", err, s.kept())
	}
	c = payClient(&wechat{Server: httptestServer("http://127.0.0.1:1")})
	c.BackupURL, c.Retry = "good", quickly
	if _, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", pngFile)); err == nil || !strings.Contains(err.Error(), "BackupURL is not an address") {
		t.Errorf("got %v", err)
	}
	// A name of one's own that does not exist is wrong, not out of order.
	c = payClient(&wechat{Server: httptestServer("http://does-not-exist.invalid")})
	c.Retry = quickly
	if _, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", pngFile)); err == nil || strings.Contains(err.Error(), "tried") {
		t.Errorf("got %v", err)
	}
}

// A source that cannot be read while it is sent is not the network's fault, and is not tried again.
func TestSourceBreaks(t *testing.T) {
	file := pngOfSize(300 << 10)
	for name, readAt := range map[string]func(p []byte, off int64) (int, error){
		"an error": func(p []byte, off int64) (int, error) { return 0, errors.New("I/O error") },
		"shorter":  func(p []byte, off int64) (int, error) { return 0, io.EOF },
	} {
		s := newRealServer(t)
		p := newFaultProxy(t, s)
		c := payClient(&wechat{Server: httptestServer(p.URL())})
		c.Retry = quickly
		src := &breaking{Reader: bytes.NewReader(file), readAt: readAt, good: len(file) + len(file)/2}
		_, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Reader("a.png", src, -1))
		if err == nil || !strings.Contains(err.Error(), "read the file: ") || strings.Contains(err.Error(), "tried") || p.count() > 1 || s.kept() != 0 {
			t.Errorf("%s: got %v after %d tries", name, err, p.count())
		}
	}
}

// breaking is a file that breaks after good bytes were read of it.
type breaking struct {
	*bytes.Reader
	good   int
	readAt func(p []byte, off int64) (int, error)
}

func (b *breaking) ReadAt(p []byte, off int64) (int, error) {
	if b.good -= len(p); b.good < 0 {
		return b.readAt(p, off)
	}
	return b.Reader.ReadAt(p, off)
}
