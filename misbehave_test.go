package wxup_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
)

// rawServer hands each connection to serve, with its number. What serve leaves open is closed with
// it.
func rawServer(t *testing.T, serve func(n int, c net.Conn)) *wechat {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(n, c)
			}()
		}
	}()
	return &wechat{Server: httptestServer("http://" + l.Addr().String())}
}

// reset closes a connection with a RST.
func reset(c net.Conn) {
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

// readRequest reads n bytes, or with n < 0 a whole request.
func readRequest(c net.Conn, n int64) {
	if n >= 0 {
		io.CopyN(io.Discard, c, n)
		return
	}
	var head []byte
	one := make([]byte, 1)
	for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		if _, err := c.Read(one); err != nil {
			return
		}
		head = append(head, one[0])
	}
	var length int64
	for line := range strings.SplitSeq(string(head), "\r\n") {
		fmt.Sscanf(line, "Content-Length: %d", &length)
	}
	io.CopyN(io.Discard, c, length)
}

// Servers that break off: the error is the network's, and says which request of which endpoint.
func TestBrokenConnections(t *testing.T) {
	file := pngOfSize(1 << 20)
	for name, serve := range map[string]func(int, net.Conn){
		"reset at once":         func(_ int, c net.Conn) { reset(c) },
		"reset in the header":   func(_ int, c net.Conn) { readRequest(c, 20); reset(c) },
		"reset in the body":     func(_ int, c net.Conn) { readRequest(c, 200<<10); reset(c) },
		"reset after the body":  func(_ int, c net.Conn) { readRequest(c, -1); reset(c) },
		"closed after the body": func(_ int, c net.Conn) { readRequest(c, -1) },
		"reset in the status":   func(_ int, c net.Conn) { readRequest(c, -1); io.WriteString(c, "HTTP/1.1 20"); reset(c) },
		"closed in the header":  func(_ int, c net.Conn) { readRequest(c, -1); io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Le") },
		"answer cut off": func(_ int, c net.Conn) {
			readRequest(c, -1)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"media_url\"")
		},
		"chunked answer cut off": func(_ int, c net.Conn) {
			readRequest(c, -1)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"me")
		},
		"bad chunks": func(_ int, c net.Conn) {
			readRequest(c, -1)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}")
		},
		"not HTTP": func(_ int, c net.Conn) { readRequest(c, -1); io.WriteString(c, "SSH-2.0-OpenSSH_9.2\r\n\r\n") },
		"two lengths": func(_ int, c net.Conn) {
			readRequest(c, -1)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")
		},
		"header without end": func(_ int, c net.Conn) {
			readRequest(c, -1)
			io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for range 1000 {
				io.WriteString(c, "X: "+strings.Repeat("x", 1000)+"\r\n")
			}
		},
		"informational for ever": func(_ int, c net.Conn) {
			readRequest(c, -1)
			for range 100 {
				io.WriteString(c, "HTTP/1.1 103 Early Hints\r\n\r\n")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := payClient(rawServer(t, serve))
			res, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", file))
			if err == nil {
				t.Fatalf("got %v", res)
			}
			if want := "marketing: POST " + c.BaseURL + wxup.MarketingImage.Path + ": "; !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got %q, want it to begin with %q", err, want)
			}
			if p := wxup.ProblemOf(err); p != "" {
				t.Errorf("the problem is %s", p)
			}
		})
	}
}

// A Content-Length that is too short cuts the answer, and its signature does not fit.
func TestShortContentLength(t *testing.T) {
	s := rawServer(t, func(_ int, c net.Conn) {
		readRequest(c, -1)
		const body = `{"media_url":"` + mediaURL + `"}`
		h := http.Header{"Content-Length": {fmt.Sprint(len(body) - 1)}}
		signV3(h, platform().key, platform().serial(), body, clock)
		io.WriteString(c, "HTTP/1.1 200 OK\r\n")
		h.Write(c)
		io.WriteString(c, "\r\n"+body)
	})
	if err := uploadLogo(t, payClient(s)); !errors.Is(err, wxup.UnverifiedAnswer) {
		t.Errorf("got %v", err)
	}
}

// Answers that are whole and strange.
func TestStrangeAnswers(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 8 {
		z.Write(make([]byte, 1<<20))
	}
	z.Close()
	text := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	for name, test := range map[string]struct {
		answer  http.HandlerFunc
		pay     wxup.Problem // what each family makes of it; "" is an error that is no Problem
		account wxup.Problem
		says    string
	}{
		"gzip bomb": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(bomb.Bytes())
		}, wxup.BadAnswer, wxup.BadAnswer, "larger than 1048576 bytes (1 MB)"},
		"no gzip after all": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, `{"url":"x"}`)
		}, "", "", "gzip"},
		"huge":                 {text(200, "application/json", strings.Repeat(" ", 2<<20)), wxup.BadAnswer, wxup.BadAnswer, "larger than"},
		"huge error":           {text(500, "application/json", strings.Repeat("x", 2<<20)), wxup.BadAnswer, wxup.BadAnswer, "larger than"},
		"captive portal":       {text(200, "text/html", "<html><title>Log in</title></html>"), wxup.UnverifiedAnswer, wxup.BadAnswer, "answer"},
		"empty":                {text(200, "application/json", ""), wxup.UnverifiedAnswer, wxup.BadAnswer, "answer"},
		"nothing":              {text(204, "", ""), wxup.UnverifiedAnswer, wxup.BadAnswer, "answer"},
		"types":                {text(200, "application/json", `{"media_url":1,"url":true}`), wxup.UnverifiedAnswer, wxup.BadAnswer, "answer"},
		"errcode text":         {text(200, "application/json", `{"errcode":"0","url":"x"}`), wxup.UnverifiedAnswer, wxup.BadAnswer, "answer"},
		"HTML 502":             {text(502, "text/html", "<html>\r\n<head><title>502 Bad Gateway</title></head></html>"), wxup.Unavailable, wxup.Unavailable, "502 Bad Gateway"},
		"empty 502":            {text(502, "", ""), wxup.Unavailable, wxup.Unavailable, "HTTP 502"},
		"504":                  {text(504, "text/plain", "upstream request timeout"), wxup.Unavailable, wxup.Unavailable, "upstream request timeout"},
		"500":                  {text(500, "text/plain", "\x00\x01"), wxup.Internal, wxup.Internal, "HTTP 500"},
		"404":                  {text(404, "text/plain", "404 page not found\n"), problem.NotFound, problem.NotFound, "404 page not found"},
		"405":                  {text(405, "", ""), problem.MethodNotAllowed, problem.MethodNotAllowed, "HTTP 405"},
		"412":                  {text(412, "", ""), problem.ChunkedBody, problem.ChunkedBody, "HTTP 412"},
		"413":                  {text(413, "text/html", "<html><h1>413</h1>"), wxup.TooLarge, wxup.TooLarge, "HTTP 413"},
		"429":                  {text(429, "", ""), wxup.TooFrequent, wxup.TooFrequent, "HTTP 429"},
		"418":                  {text(418, "text/plain", "teapot"), wxup.Refused, wxup.Refused, "teapot"},
		"unsigned 401":         {text(401, "application/json", `{"code":"SIGN_ERROR","message":"签名错误"}`), wxup.BadSignature, wxup.Refused, "SIGN_ERROR"},
		"bare 401":             {text(401, "", ""), wxup.BadSignature, wxup.Refused, "HTTP 401"},
		"code of a wrong type": {text(400, "application/json", `{"code":7,"message":"x"}`), wxup.Refused, wxup.Refused, "HTTP 400"},
		"new code":             {text(400, "application/json", `{"code":"NEW_CODE","message":"x"}`), wxup.Refused, wxup.Refused, "NEW_CODE"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, test.answer)
			if name == "code of a wrong type" || strings.Contains(name, "401") || name == "new code" {
				// The whole text is shown where the form is not the family's.
				test.says = strings.Replace(test.says, "HTTP 400", `"code":7`, 1)
			}
			for ep, want := range map[*wxup.Endpoint]wxup.Problem{wxup.MarketingImage: test.pay, wxup.ArticleImage: test.account} {
				c := payClient(s)
				c.Auth = wxup.Tokens{Source: fixedToken("57_tokenTOKENtoken")}
				_, err := c.Upload(t.Context(), ep, wxup.Bytes("a.png", pngFile))
				if err == nil || wxup.ProblemOf(err) != want || !strings.Contains(err.Error(), test.says) {
					t.Errorf("%s: got %v (%s), want %s that says %s", ep.Name, err, wxup.ProblemOf(err), want, test.says)
				}
			}
		})
	}
}

// A redirect is not followed, and neither the file nor the token gets to the other host.
func TestRedirect(t *testing.T) {
	other := serve(t, acceptedArticle)
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.RequestURI, status)
		})
		c := payClient(s)
		c.Auth = &wxup.App{AppID: "wx1", Secret: appSecret}
		for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.ArticleImage} {
			_, err := c.Upload(t.Context(), ep, wxup.Bytes("a.png", pngFile))
			e, ok := errors.AsType[*wxup.Error](err)
			if !ok || e.Problem != wxup.BadAnswer || e.Status != status || !strings.Contains(e.Reason, "a redirect to "+other.URL) {
				t.Errorf("%d: got %v", status, err)
			}
		}
		c.Auth = wxup.Tokens{Source: fixedToken("57_tokenTOKENtoken")}
		if err := uploadArticle(t, c); !errors.Is(err, wxup.BadAnswer) || strings.Contains(err.Error(), "57_token") {
			t.Errorf("%d: got %v", status, err)
		}
	}
	if n := len(other.requests("/")); n != 0 {
		t.Errorf("the other host was asked %d times", n)
	}
}

// The context ends an upload in every phase.
func TestContextEnds(t *testing.T) {
	for name, phase := range map[string]func(arrived func(), c net.Conn){
		"while connecting the body": func(arrived func(), c net.Conn) {
			readRequest(c, 100<<10)
			arrived()
			io.Copy(io.Discard, io.LimitReader(c, 1))
			select {}
		},
		"before the header": func(arrived func(), c net.Conn) { readRequest(c, -1); arrived(); select {} },
		"in the header": func(arrived func(), c net.Conn) {
			readRequest(c, -1)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nX: ")
			arrived()
			select {}
		},
		"in the answer": func(arrived func(), c net.Conn) {
			readRequest(c, -1)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")
			arrived()
			select {}
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			c := payClient(rawServer(t, func(_ int, conn net.Conn) { phase(cancel, conn) }))
			_, err := c.Upload(ctx, wxup.MarketingImage, wxup.Bytes("a.png", pngOfSize(2_000_000)))
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("before", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("enough"))
		if _, err := payClient(serve(t, accepted)).Upload(ctx, wxup.MarketingImage, wxup.Bytes("a.png", pngFile)); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("while reading", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := serve(t, accepted)
		for _, src := range []wxup.Source{
			wxup.Reader("a.png", &cancelling{Reader: bytes.NewReader(pngOfSize(1 << 20)), cancel: cancel}, -1),
			wxup.Reader("a.png", struct{ io.Reader }{&cancelling{Reader: bytes.NewReader(pngOfSize(1 << 20)), cancel: cancel}}, -1),
		} {
			if _, err := payClient(s).Upload(ctx, wxup.MarketingImage, src); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		}
		if n := len(s.requests("/")); n != 0 {
			t.Errorf("%d requests", n)
		}
	})
}

// cancelling ends a context when 100 KB of it have been read.
type cancelling struct {
	*bytes.Reader
	n      int
	cancel func()
}

func (c *cancelling) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.count(n)
	return n, err
}
func (c *cancelling) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.Reader.ReadAt(p, off)
	c.count(n)
	return n, err
}

func (c *cancelling) count(n int) {
	if c.n += n; c.n > 100<<10 {
		c.cancel()
	}
}

// A server that answers before it has read the file: the answer counts, and when Upload is back
// nobody reads the file.
func TestEarlyAnswer(t *testing.T) {
	s := rawServer(t, func(_ int, c net.Conn) {
		readRequest(c, 4<<10)
		const body = `{"code":"NO_AUTH","message":"商户没有权限"}`
		fmt.Fprintf(c, "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		io.Copy(io.Discard, c)
	})
	file := pngOfSize(2_000_000)
	for range 5 {
		_, err := payClient(s).Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", file))
		if !errors.Is(err, wxup.NotPermitted) {
			t.Errorf("got %v", err)
		}
		for i := range file { // under -race this finds a reader that was left behind
			file[i]++
			file[i]--
		}
	}
}

// A connection that was kept open and has died under the request is no error: the form is sent
// again, whole.
func TestStaleConnection(t *testing.T) {
	s := serve(t, accepted)
	proxy := rawServer(t, func(n int, c net.Conn) {
		const body = `{"media_url":"` + mediaURL + `"}`
		h := http.Header{"Content-Length": {fmt.Sprint(len(body))}}
		signV3(h, platform().key, platform().serial(), body, clock)
		if n > 0 { // the second connection is a good one
			to, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
			if err != nil {
				return
			}
			defer to.Close()
			go io.Copy(to, c)
			io.Copy(c, to)
			return
		}
		readRequest(c, -1)
		io.WriteString(c, "HTTP/1.1 200 OK\r\n")
		h.Write(c)
		io.WriteString(c, "\r\n"+body)
		readRequest(c, 500) // of the second request
	})
	c := payClient(proxy)
	c.Transport = &http.Transport{}
	for range 2 {
		if err := uploadLogo(t, c); err != nil {
			t.Fatal(err)
		}
	}
	r := s.requests("/")[0]
	mustBe(t, "length", len(r.body), r.length)
	if !strings.Contains(string(r.body), string(pngFile)) {
		t.Error("the file is not whole")
	}
}

// Over HTTP/2 too a form is sent again whole, after a token was refused.
func TestHTTP2(t *testing.T) {
	s := &wechat{}
	s.Server = httptest.NewUnstartedServer(s.keeping(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("HTTP/%d", r.ProtoMajor)
		}
		if r.URL.Query().Get("access_token") == "bad" {
			fmt.Fprint(w, `{"errcode":40001,"errmsg":"invalid credential"}`)
			return
		}
		acceptedArticle(w, r)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := accountClient(s)
	c.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	c.Auth = wxup.Tokens{Source: (&countingTokens{list: []string{"bad", "good"}}).Token}
	if err := uploadArticle(t, c); err != nil {
		t.Fatal(err)
	}
	got := s.requests("/")
	if len(got) != 2 || !bytes.Equal(got[0].body, got[1].body) || got[1].length != int64(len(got[1].body)) {
		t.Errorf("%d requests", len(got))
	}
}

// No error holds a token or a secret, whatever goes wrong and whoever says so.
func TestSecretsAreHidden(t *testing.T) {
	const token = "57_tokenTOKENtoken+/="
	echo := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/cgi-bin/token":
			fmt.Fprintf(w, `{"errcode":40125,"errmsg":"invalid appsecret %s"}`, r.URL.Query().Get("secret"))
		case r.URL.Path == "/cgi-bin/stable_token":
			fmt.Fprintf(w, `{"errcode":40125,"errmsg":"invalid appsecret %s"}`, appSecret)
		default:
			w.WriteHeader(500)
			fmt.Fprintf(w, "cannot serve %s %s", r.RequestURI, r.URL.Query().Get("access_token"))
		}
	})
	garbled := rawServer(t, func(_ int, c net.Conn) {
		b := make([]byte, 400)
		n, _ := c.Read(b)
		fmt.Fprintf(c, "%s\r\n\r\n", b[:n])
	})
	redirecting := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "http://x."+r.URL.Query().Get("secret")+r.URL.Query().Get("access_token"))
		w.WriteHeader(302)
	})
	closed := httptestServer("http://127.0.0.1:1")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	timeout := roundTrip(func(r *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("get %q: %w", r.URL, context.DeadlineExceeded)
	})
	client := roundTrip(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.RequestURI = ""
		return http.DefaultClient.Do(r)
	})
	for name, test := range map[string]struct {
		url       string
		ctx       context.Context
		transport http.RoundTripper
		is        error
	}{
		"echoed":             {echo.URL, t.Context(), nil, nil},
		"garbled":            {garbled.URL, t.Context(), nil, nil},
		"redirect":           {redirecting.URL, t.Context(), nil, wxup.BadAnswer},
		"dial":               {closed.URL, t.Context(), nil, nil},
		"cancelled":          {echo.URL, cancelled, nil, context.Canceled},
		"time-out":           {echo.URL, t.Context(), timeout, context.DeadlineExceeded},
		"http.Client":        {closed.URL, t.Context(), client, nil},
		"unknown host":       {"http://does-not-exist.invalid", t.Context(), nil, nil},
		"http.Client as TLS": {strings.Replace(echo.URL, "http:", "https:", 1), t.Context(), client, nil},
	} {
		for _, c := range []*wxup.Client{
			{Auth: wxup.Tokens{Source: fixedToken(token)}}, {Auth: wxup.Tokens{Source: fixedToken(token), Cloud: true}},
			{Auth: &wxup.App{AppID: "wx1", Secret: appSecret}}, {Auth: &wxup.App{AppID: "wx1", Secret: appSecret, Stable: true}},
		} {
			c.BaseURL, c.Transport, c.Retry = test.url, test.transport, wxup.Retry{Attempts: 2, Base: 1}
			c.Observe = func(e wxup.Event) {
				text := fmt.Sprintf("%v %+v %#v %v", e, e, e, e.Err)
				for _, secret := range []string{token, "57_token", appSecret, "s3cr3t"} {
					if strings.Contains(text, secret) {
						t.Errorf("%s: a secret is in %s", name, text)
					}
				}
			}
			_, err := c.Upload(test.ctx, wxup.ArticleImage, wxup.Bytes("a.png", pngFile))
			if err == nil || test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("%s: got %v, want %v", name, err, test.is)
				continue
			}
			if gave, ok := errors.AsType[*wxup.RetryError](err); ok {
				if text := fmt.Sprintf("%v %+v %#v", gave, gave, gave); strings.Contains(text, "57_token") || strings.Contains(text, appSecret) {
					t.Errorf("%s: a secret is in %s", name, text)
				}
				err = gave.Err
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				text := fmt.Sprintf("%v %+v %#v", e, e, e)
				for _, secret := range []string{token, "57_token", appSecret, "s3cr3t"} {
					if strings.Contains(text, secret) {
						t.Errorf("%s: a secret is in %s", name, text)
					}
				}
			}
		}
	}
}
