// Package carry sends one request and reads its answer.
package carry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"runtime"
	"time"
)

// Request is a request to send.
type Request struct {
	Method  string
	URL     *url.URL
	Header  http.Header
	Body    func() io.Reader // the body from its start; nil is none
	Length  int64            // of the body, in bytes
	Limit   time.Duration    // how long sending it and getting the answer may take; 0 means no limit
	Secrets []string         // what no error may show
}

// Carrier sends requests.
type Carrier struct {
	Transport http.RoundTripper
	UserAgent string
	// OwnNames says that the names of the hosts are a user's own: one that does not exist stays so.
	OwnNames bool
	// Failing is called when a host gave no answer, or, where status is not 0, one that blames the
	// server.
	Failing func(host string, status int, err error)
}

// UserAgent is sent by default.
var UserAgent = "wxup (" + runtime.GOOS + ") " + runtime.Version()

// maxAnswer is how many bytes of an answer are read, after decompression. Real ones have some
// hundreds.
const maxAnswer = 1 << 20

// Lost is a call that brought no answer.
type Lost struct {
	what  string // was done
	Host  string // that was asked
	Err   error
	Final bool // waiting does not help
}

func (e *Lost) Error() string { return e.what + e.Err.Error() }
func (e *Lost) Unwrap() error { return e.Err }

// late is that no answer came within the limit of a request.
type late time.Duration

func (l late) Error() string        { return "nothing was answered within " + time.Duration(l).String() }
func (l late) Is(target error) bool { return target == context.DeadlineExceeded }

// TooLong is an answer of more bytes than are read.
type TooLong struct{ Status int }

func (e *TooLong) Error() string {
	return fmt.Sprintf("it is larger than %d bytes (%d MB)", maxAnswer, maxAnswer>>20)
}

// Unread is the error of reading the file that was being sent.
type Unread struct{ Err error }

func (e *Unread) Error() string { return "read the file: " + e.Err.Error() }
func (e *Unread) Unwrap() error { return e.Err }

// Do sends a request and reads the answer. It follows no redirect: the body, and a token in the
// URL, are for the host that was asked, and no other. When Do returns, the body is no longer read.
func (c *Carrier) Do(ctx context.Context, r *Request) (*Answer, error) {
	whole := ctx
	if r.Limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.Limit)
		defer cancel()
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", c.UserAgent)
	req := (&http.Request{Method: r.Method, URL: r.URL, Host: r.URL.Host, Header: r.Header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}).WithContext(ctx)
	gate := &gate{}
	if r.Body != nil {
		req.ContentLength = r.Length
		req.GetBody = func() (io.ReadCloser, error) { return &gated{gate, r.Body()}, nil }
		req.Body, _ = req.GetBody()
	}
	a, err := c.roundTrip(req, r.Secrets)
	if broken := gate.close(); broken != nil && err != nil { // not the network's fault
		return nil, &Unread{broken}
	}
	lost, ok := errors.AsType[*Lost](err)
	if !ok {
		return a, err
	}
	switch ended := ctx.Err(); {
	case ended == nil:
	case whole.Err() != nil: // the caller's doing: it says nothing about the host
		lost.Err, lost.Final = ended, false
		return nil, lost
	default:
		lost.Err, lost.Final = late(r.Limit), false
	}
	if !lost.Final {
		c.Failing(lost.Host, 0, lost)
	}
	return nil, lost
}

func (c *Carrier) roundTrip(req *http.Request, secrets []string) (*Answer, error) {
	what := req.Method + " " + req.URL.Scheme + "://" + req.URL.Host + req.URL.Path + ": " // not the query: it may hold a token
	resp, err := tryAgain(c.Transport, req)
	if err != nil {
		return nil, &Lost{what: what, Host: req.URL.Host, Err: redact(err, secrets), Final: c.stays(err)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, &Lost{what: what + "read the answer: ", Host: req.URL.Host, Err: redact(err, secrets), Final: c.stays(err)}
	}
	if resp.StatusCode >= http.StatusInternalServerError {
		c.Failing(req.URL.Host, resp.StatusCode, nil)
	}
	if len(body) > maxAnswer {
		return nil, &TooLong{resp.StatusCode}
	}
	return &Answer{resp.StatusCode, resp.Header, body, secrets}, nil
}

// maxStale is the maximum number of times that a request is sent.
const maxStale = 3

// tryAgain sends a request once more if it went over a kept connection that died under it, as
// WeChat closes connections after 8 seconds. It does no harm if the request has arrived all the
// same: the same upload again changes nothing. Go's transport would do this for a GET alone, and
// not if the connection dies while a long body is being sent.
func tryAgain(rt http.RoundTripper, req *http.Request) (*http.Response, error) {
	for tries := 1; ; tries++ {
		kept := false
		trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { kept = info.Reused }}
		resp, err := rt.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
		timeout, ok := errors.AsType[net.Error](err)
		if err == nil || !kept || tries == maxStale || ok && timeout.Timeout() || req.Context().Err() != nil {
			return resp, err
		}
		if req.GetBody != nil {
			if req.Body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
	}
}

// stays reports whether waiting does not help against an error of the transport: a name that does
// not exist, TLS with a server that does not prove who it is, or does not accept us.
func (c *Carrier) stays(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return c.OwnNames // WeChat's names exist
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "remote error" { // an alert
		return true
	}
	return is[*tls.CertificateVerificationError](err) || is[tls.RecordHeaderError](err) || is[x509.UnknownAuthorityError](err) ||
		is[x509.HostnameError](err) || is[x509.CertificateInvalidError](err) || errors.Is(err, http.ErrSchemeMismatch)
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
