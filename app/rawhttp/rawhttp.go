// Package rawhttp hears the requests that net/http refuses before any handler does: a malformed
// line, a header that is too large, TLS on a plain port, plain HTTP on a TLS port.
//
//	ear := &rawhttp.Ear{Tell: func(r rawhttp.Refusal) { … }}
//	srv := &http.Server{
//		Handler: rawhttp.Handler(h), ConnContext: rawhttp.ConnContext, ConnState: rawhttp.Watch,
//	}
//	srv.Serve(ear.Listen(l, tlsConfig))
//
// It keeps the first 4 KB of each request until a handler has taken it.
package rawhttp

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Refusal is a request that no handler has seen.
type Refusal struct {
	Remote  string
	Host    string // that the client asked a proxy for, if it did
	TLS     bool   // over TLS, which came about
	TLSPort bool   // on a port for TLS
	Sent    []byte // the first 4 KB; empty if they came together with the request before
	Status  int    // that net/http answered; 0 if it closed the connection
	Said    string // what it said beside the status
	Served  int    // requests that were served on this connection before
	Port    string // of WeChat's host, that a proxy was asked for and WeChat does not have
	Alert   string // why TLS did not come about, as TLS calls it
}

const (
	maxSent = 4 << 10
	// A connection is told of once, and of all of them so many at once and in a minute.
	maxBurst  = 30
	perMinute = 30
)

// Ear passes on what its listeners hear, at a limited rate.
type Ear struct {
	Tell func(Refusal)
	Now  func() time.Time // nil: time.Now

	mu   sync.Mutex
	left float64
	last time.Time
}

// Hear passes on a refusal, unless too many came of late.
func (e *Ear) Hear(r Refusal) {
	if e == nil || e.Tell == nil {
		return
	}
	now := time.Now
	if e.Now != nil {
		now = e.Now
	}
	e.mu.Lock()
	if at := now(); e.last.IsZero() {
		e.left, e.last = maxBurst, at
	} else {
		e.left, e.last = min(maxBurst, e.left+at.Sub(e.last).Minutes()*perMinute), at
	}
	may := e.left >= 1
	if may {
		e.left--
	}
	e.mu.Unlock()
	if may {
		e.Tell(r)
	}
}

// Listen hears a listener. With a configuration it speaks TLS.
func (e *Ear) Listen(l net.Listener, config *tls.Config) net.Listener { return &listener{l, e, config} }

type listener struct {
	net.Listener
	ear    *Ear
	config *tls.Config
}

func (l *listener) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if l.config != nil {
		return l.ear.Conn(tls.Server(raw, l.config), ""), nil
	}
	return l.ear.Conn(raw, ""), nil
}

// Conn hears one connection. host is what its client asked a proxy for.
func (e *Ear) Conn(c net.Conn, host string) net.Conn {
	heard := &Heard{Conn: c, ear: e, host: host, fresh: true}
	heard.tls, _ = c.(*tls.Conn)
	return heard
}

// Heard is a connection that is heard.
type Heard struct {
	net.Conn
	ear  *Ear
	host string
	tls  *tls.Conn // nil: plain

	mu     sync.Mutex
	sent   []byte
	fresh  bool // no handler has taken the present request
	told   bool
	served int
}

// NetConn returns the connection that is heard.
func (h *Heard) NetConn() net.Conn { return h.Conn }

// Read keeps the beginning of a request. TLS on a plain port is answered at once: neither side
// would say a word.
func (h *Heard) Read(b []byte) (int, error) {
	n, err := h.Conn.Read(b)
	h.mu.Lock()
	first := len(h.sent) == 0 && h.served == 0
	h.sent = append(h.sent, b[:min(n, maxSent-len(h.sent))]...)
	hello := h.tls == nil && first && n > 1 && b[0] == 22 && b[1] == 3
	h.mu.Unlock()
	if hello {
		h.hear(http.StatusBadRequest, "")
		io.WriteString(h.Conn, "HTTP/1.0 400 Bad Request\r\n\r\nTLS was spoken to a port for plain HTTP: use http://, or the port for https.\n")
		return 0, io.EOF
	}
	if re, ok := errors.AsType[tls.RecordHeaderError](err); ok && re.Conn != nil {
		h.mu.Lock()
		h.sent = append(h.sent[:0], re.RecordHeader[:]...)
		h.mu.Unlock()
		h.rest(re.Conn)
		h.hear(http.StatusBadRequest, "")
		io.WriteString(re.Conn, "HTTP/1.0 400 Bad Request\r\n\r\nPlain HTTP was sent to a port for TLS: use https://.\n")
		return 0, io.EOF
	}
	if err != nil && h.tls != nil && !h.tls.ConnectionState().HandshakeComplete && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
		h.alert(err)
	}
	return n, err
}

// alert tells of a TLS handshake that failed.
func (h *Heard) alert(err error) {
	var at *net.OpError
	said := err.Error()
	if errors.As(err, &at) && at.Op == "remote error" {
		said = at.Err.Error()
	}
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		return // a port that was opened ahead of need
	}
	h.mu.Lock()
	told := h.told
	h.told = true
	h.mu.Unlock()
	if !told {
		h.ear.Hear(Refusal{Remote: h.RemoteAddr().String(), Host: h.host, TLSPort: true, Alert: strings.TrimPrefix(said, "tls: ")})
	}
}

// rest reads what has already arrived of a request, for its first line.
func (h *Heard) rest(from net.Conn) {
	from.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	more := make([]byte, maxSent-len(h.sent))
	n, _ := from.Read(more)
	h.sent = append(h.sent, more[:n]...)
}

// Write sees answers that no handler gave. Once a handler answers, what is read belongs to the next
// request.
func (h *Heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	fresh := h.fresh
	if fresh && !(len(b) > 9 && (b[9] == '4' || b[9] == '5')) { // net/http answers OPTIONS * itself
		h.fresh, fresh = false, false
	}
	if !fresh {
		h.sent = h.sent[:0]
	}
	h.mu.Unlock()
	if fresh && bytes.HasPrefix(b, []byte("HTTP/1.1 ")) && len(b) > 12 && (b[9] == '4' || b[9] == '5') {
		status := int(b[9]-'0')*100 + int(b[10]-'0')*10 + int(b[11]-'0')
		_, said, _ := strings.Cut(string(b), "\r\n\r\n")
		h.hear(status, said)
	}
	return h.Conn.Write(b)
}

// ReadFrom keeps the way of files past the program's memory open.
func (h *Heard) ReadFrom(r io.Reader) (int64, error) {
	if to, ok := h.Conn.(io.ReaderFrom); ok {
		return to.ReadFrom(r)
	}
	return io.Copy(struct{ io.Writer }{h.Conn}, r)
}

// CloseWrite says that no more will come.
func (h *Heard) CloseWrite() error {
	if half, ok := h.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// Close tells of a request that came to no end.
func (h *Heard) Close() error {
	h.mu.Lock()
	unfinished := h.fresh && len(h.sent) > 0
	h.mu.Unlock()
	if unfinished {
		h.hear(0, "")
	}
	return h.Conn.Close()
}

func (h *Heard) hear(status int, said string) {
	h.mu.Lock()
	r := Refusal{
		Remote: h.RemoteAddr().String(), Host: h.host, TLSPort: h.tls != nil, Sent: bytes.Clone(h.sent), Status: status, Said: strings.TrimSpace(said), Served: h.served,
	}
	told := h.told
	h.told = true
	h.mu.Unlock()
	r.TLS = h.tls != nil && h.tls.ConnectionState().HandshakeComplete
	if !told {
		h.ear.Hear(r)
	}
}

// take notes that a handler has the request. It reports whether the header may have named both
// ways to tell a body's end: of a header that is not known here, it may.
func (h *Heard) take() (both bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fresh = false
	h.served++
	head, _, whole := bytes.Cut(bytes.ToLower(h.sent), []byte("\r\n\r\n"))
	return !whole || bytes.Contains(head, []byte("\ncontent-length"))
}

// Watch is for [http.Server.ConnState].
func Watch(c net.Conn, state http.ConnState) {
	h := heard(c)
	if h == nil || state != http.StateIdle {
		return
	}
	h.mu.Lock()
	h.fresh = true
	h.mu.Unlock()
}

// heard finds the Heard in a connection.
func heard(c net.Conn) *Heard {
	h, _ := c.(*Heard)
	return h
}

type key struct{}

// ConnContext is for [http.Server.ConnContext].
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, key{}, heard(c))
}

// Handler takes requests off the connections that are heard, and gives them the state of their TLS.
// A request with both Content-Length and Transfer-Encoding is the last of its connection: a proxy
// before it may have seen another end.
func Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, _ := r.Context().Value(key{}).(*Heard); h != nil {
			if both := h.take(); both && len(r.TransferEncoding) > 0 {
				w.Header().Set("Connection", "close")
			}
			if h.tls != nil && r.TLS == nil {
				state := h.tls.ConnectionState()
				with := *r
				with.TLS = &state
				r = &with
			}
		}
		next.ServeHTTP(w, r)
	})
}
