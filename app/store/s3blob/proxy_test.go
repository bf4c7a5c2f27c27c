package s3blob

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/app/testservers"
)

// proxy stands before a real server and does to requests and answers what networks and stores do to
// them.
type proxy struct {
	*httptest.Server
	over chan struct{} // closed at the end of the test

	mu       sync.Mutex
	fault    fault
	requests []string
}

// fault handles a request in the place of next, which hands it on.
type fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

func newProxy(t testing.TB, endpoint string) *proxy {
	t.Helper()
	target, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{over: make(chan struct{})}
	next := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // it is signed
		},
		Transport:    &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.requests = append(p.requests, r.Method)
		fault := p.fault
		p.mu.Unlock()
		if fault != nil {
			fault(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		close(p.over)
		p.CloseClientConnections()
		p.Close()
		next.Transport.(*http.Transport).CloseIdleConnections()
	})
	return p
}

// openVia opens a new bucket through a proxy.
func openVia(t testing.TB) (*Bucket, *proxy) {
	t.Helper()
	s := testservers.S3(t)
	p := newProxy(t, s.Endpoint)
	return openAt(t, s, strings.Replace(s.URL(t), s.Endpoint, p.URL, 1)), p
}

// set makes all requests from now on fail in a way; nil ends that.
func (p *proxy) set(f fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
}

// asked gives the methods of the requests since the last call.
func (p *proxy) asked() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer func() { p.requests = nil }()
	return strings.Join(p.requests, " ")
}

// first limits a fault to the first so many requests.
func first(n int, f fault) fault {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		n--
		now := n >= 0
		mu.Unlock()
		if now {
			f(w, r, next)
		} else {
			next.ServeHTTP(w, r)
		}
	}
}

// only limits a fault to requests of a method.
func only(method string, f fault) fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == method {
			f(w, r, next)
		} else {
			next.ServeHTTP(w, r)
		}
	}
}

// answers gives an answer of its own.
func answers(status int, code string) fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>`+code+`</Code><Message>A message.</Message><RequestId>REQ1</RequestId></Error>`)
	}
}

// changes lets the answer through with other headers.
func changes(f func(h http.Header)) fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&changer{w, f}, r)
	}
}

type changer struct {
	http.ResponseWriter
	change func(http.Header)
}

func (c *changer) WriteHeader(status int) {
	c.change(c.Header())
	c.ResponseWriter.WriteHeader(status)
}

// cutsRequest hands half of the request's body on and then cuts both connections.
func cutsRequest(w http.ResponseWriter, r *http.Request, next http.Handler) {
	r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, r.ContentLength/2), broken{}))
	next.ServeHTTP(w, r)
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// cutsAnswer does what is asked, and cuts the connection before it says so.
func cutsAnswer(_ http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

// cutsBody cuts the connection within the answer.
func cutsBody(w http.ResponseWriter, r *http.Request, next http.Handler) {
	rec := httptest.NewRecorder()
	next.ServeHTTP(rec, r)
	for name, values := range rec.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(rec.Code)
	w.Write(rec.Body.Bytes()[:(rec.Body.Len()+1)/2])
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// resets cuts the connection at once.
func resets(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

// hangs never answers.
func (p *proxy) hangs(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	select {
	case <-p.over:
	case <-r.Context().Done():
	}
	panic(http.ErrAbortHandler)
}

// stallsBody gives half of the answer and then nothing.
func (p *proxy) stallsBody(w http.ResponseWriter, r *http.Request, next http.Handler) {
	rec := httptest.NewRecorder()
	next.ServeHTTP(rec, r)
	for name, values := range rec.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(rec.Code)
	w.Write(rec.Body.Bytes()[:rec.Body.Len()/2])
	http.NewResponseController(w).Flush()
	p.hangs(w, r, next)
}

// trickles takes a byte of the request at a time, and far too long for all of it.
func (p *proxy) trickles(w http.ResponseWriter, r *http.Request, next http.Handler) {
	one := make([]byte, 1)
	for {
		if _, err := r.Body.Read(one); err != nil {
			panic(http.ErrAbortHandler)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-p.over:
			panic(http.ErrAbortHandler)
		}
	}
}

// flips changes one bit of what is sent.
func flips(w http.ResponseWriter, r *http.Request, next http.Handler) {
	data, _ := io.ReadAll(r.Body)
	if len(data) > 0 {
		data[len(data)/2] ^= 1
	}
	r.Body = io.NopCloser(strings.NewReader(string(data)))
	next.ServeHTTP(w, r)
}

// stallsAtHalf gives the first half of an object and never more.
func (p *proxy) stallsAtHalf(size int) fault {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Header.Get("Range") == "" {
			p.stallsBody(w, r, next)
		}
		w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
		var from int
		fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
		w.Header().Set("Content-Length", strconv.Itoa(size-from))
		w.WriteHeader(http.StatusPartialContent)
		http.NewResponseController(w).Flush()
		p.hangs(w, r, next)
	}
}
