package intercept

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/wxup/wxup/app/rawhttp"
	"github.com/wxup/wxup/explain"
)

// visit is a client's connection after its CONNECT.
type visit struct {
	net.Conn
	early   []byte // read by the outer server along with the CONNECT
	host    string
	port    string
	agent   string // of the CONNECT: curl names itself there, Go and Node do not
	helloed bool   // a TLS client hello was read
	tail    []byte // the last bytes read, as long as there may be an alert in them
	spoke   bool   // a byte of a request was read
	asked   atomic.Bool
}

func (v *visit) Read(b []byte) (int, error) {
	var n int
	var err error
	if len(v.early) > 0 {
		n = copy(b, v.early)
		v.early = v.early[n:]
	} else {
		n, err = v.Conn.Read(b)
	}
	if v.tail != nil {
		v.tail = append(v.tail, b[max(0, n-alertSize):n]...)
		v.tail = slices.Delete(v.tail, 0, max(0, len(v.tail)-alertSize))
	}
	return n, err
}

// NetConn is the connection below.
func (v *visit) NetConn() net.Conn { return v.Conn }

// hijack takes the connection of a CONNECT over from the outer server.
func hijack(w http.ResponseWriter, r *http.Request, host, port string) (*visit, error) {
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Time{})
	v := &visit{Conn: conn, host: host, port: port, agent: r.UserAgent()}
	if n := rw.Reader.Buffered(); n > 0 {
		b, _ := rw.Reader.Peek(n)
		v.early = bytes.Clone(b)
	}
	return v, nil
}

const established = "HTTP/1.1 200 Connection established\r\n\r\n"

type visitKey struct{}

func visitOf(c net.Conn) *visit {
	if h, ok := c.(*rawhttp.Heard); ok {
		c = h.Conn
	}
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	return c.(*visit)
}

// reply writes an answer to a hijacked connection, and waits a moment for the client to have read
// it.
func reply(c *visit, status int, why explain.Words) {
	c.SetDeadline(time.Now().Add(time.Second))
	body := why.EN + "\n" + why.ZH + "\n"
	fmt.Fprintf(c, "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		status, why.EN, len(body), body)
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		io.Copy(io.Discard, io.LimitReader(c, headerMost)) // to close with bytes unread would throw the answer away
	}
}

// looksLikeHTTP: the first 5 bytes, where TLS has its record header, begin a method.
func looksLikeHTTP(b [5]byte) bool {
	for _, method := range []string{"GET ", "HEAD ", "POST ", "PUT ", "PATCH", "DELET", "OPTIO", "CONNE", "PRI *"} {
		if bytes.HasPrefix(b[:], []byte(method)) {
			return true
		}
	}
	return false
}

// alertSize is the length of an alert that is not encrypted: 15 03 03 00 02 02 30.
const alertSize = 7
