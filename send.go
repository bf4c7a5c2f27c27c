package wxup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/wxup/wxup/form"
)

// maxAnswer is how many bytes of an answer are read, after decompression. Real ones have some hundreds.
const maxAnswer = 1 << 20

// filePart is the part of the form that holds the file.
func (up *upload) filePart() form.File {
	return form.File{Part: up.ep.FilePart, Filename: up.name, ContentType: up.format.MIME()}
}

// answer is an answer, read whole.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	secrets []string // of the request; a server may have repeated them
}

func (a *answer) ok() bool { return a.status/100 == 2 }

// post sends the file in its form. When it returns the file is no longer read.
func (c *Client) post(ctx context.Context, rt http.RoundTripper, u *url.URL, header http.Header, up *upload, body *form.Body, secrets ...string) (*answer, error) {
	whole := ctx
	if c.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.Timeout)
		defer cancel()
	}
	req := newRequest(ctx, http.MethodPost, u, header)
	header.Set("Content-Type", body.ContentType())
	gate := &gate{}
	req.ContentLength = body.Len(up.size)
	req.GetBody = func() (io.ReadCloser, error) { return &gated{gate, body.Reader(c.sending(up))}, nil }
	req.Body, _ = req.GetBody()
	a, err := c.roundTrip(rt, req, secrets...)
	if lost, ok := errors.AsType[*networkError](err); ok && ctx.Err() != nil && whole.Err() == nil {
		lost.err, lost.final = fmt.Errorf("nothing was answered within %s", c.Timeout), false
	}
	if broken := gate.close(); broken != nil && err != nil { // not the network's fault
		return nil, fmt.Errorf("read the file: %w", broken)
	}
	return a, err
}

// sending is the file as it is sent.
func (c *Client) sending(up *upload) io.Reader {
	file := &tally{r: up.reader(), want: up.size}
	if c.Progress == nil {
		return file
	}
	c.tell(up, Sending, 0)
	return &told{file, c, up}
}

// told tells how much of a file has been read.
type told struct {
	*tally
	c  *Client
	up *upload
}

func (t *told) Read(p []byte) (int, error) {
	n, err := t.tally.Read(p)
	if n > 0 {
		t.c.tell(t.up, Sending, t.n)
	}
	return n, err
}

func newRequest(ctx context.Context, method string, u *url.URL, header http.Header) *http.Request {
	return (&http.Request{Method: method, URL: u, Host: u.Host, Header: header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}).WithContext(ctx)
}

var userAgent = "wxup (" + runtime.GOOS + ") " + runtime.Version()

// roundTrip sends a request and reads the answer. It follows no redirect: the body, and a token in the URL, are for the
// host that was asked, and no other. The secrets are taken out of its errors.
func (c *Client) roundTrip(rt http.RoundTripper, req *http.Request, secrets ...string) (*answer, error) {
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", cmp.Or(c.UserAgent, userAgent))
	what := req.Method + " " + req.URL.Scheme + "://" + req.URL.Host + req.URL.Path // not the query: it may hold a token
	failed := func(doing string, err error) error {
		if ended := req.Context().Err(); ended != nil { // the caller's, who knows; or a shared call's, which says nothing about the host
			return &networkError{what + ": " + doing, req.URL.Host, redact(ended, secrets), false}
		}
		lost := &networkError{what + ": " + doing, req.URL.Host, redact(err, secrets), c.neverPasses(err)}
		if !lost.final {
			c.failing(lost.host, lost)
		}
		return lost
	}
	resp, err := tryAgain(rt, req)
	if err != nil {
		return nil, failed("", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, failed("read the answer: ", err)
	}
	a := &answer{resp.StatusCode, resp.Header, body, secrets}
	if a.status >= 500 {
		c.failing(req.URL.Host, &Error{Status: a.status})
	}
	if len(body) > maxAnswer {
		return nil, a.bad(fmt.Errorf("it is larger than %s", bytesText(maxAnswer)))
	}
	return a, nil
}

// networkError is a call that brought no answer.
type networkError struct {
	what  string
	host  string // that was asked
	err   error
	final bool // waiting does not mend it
}

func (e *networkError) Error() string { return e.what + e.err.Error() }
func (e *networkError) Unwrap() error { return e.err }

// maxStale is how often a request is sent at most.
const maxStale = 3

// tryAgain sends a request once more if the connection was one kept open and has died under it, as WeChat closes those
// after 8 seconds. That it may have arrived all the same does no harm: the same upload again changes nothing. Go's
// transport would do this for a GET alone, and not where the connection dies while a long body is being sent.
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

// refused is the error of an answer that refuses in a family's words.
func (a *answer) refused(f Family, code, message, requestID string) *Error {
	return &Error{
		Problem: f.Problem(a.status, code, message), Status: a.status,
		Code: hide(code, a.secrets), Message: hide(message, a.secrets), RequestID: hide(requestID, a.secrets),
		RetryAfter: a.retryAfter(),
	}
}

// foreign is the error of a refusal that is not in the family's form: a gateway's or proxy's, most often.
func (a *answer) foreign(f Family, requestID string) *Error {
	e := a.refused(f, "", a.text(), requestID)
	if a.status/100 == 3 {
		e.Problem, e.Reason = BadAnswer, "a redirect, which is not followed"
		if u, err := url.Parse(hide(a.header.Get("Location"), a.secrets)); err == nil && u.Host != "" {
			e.Reason = "a redirect to " + u.Scheme + "://" + u.Host + ", which is not followed"
		}
	}
	return e
}

// bad is the error of an answer that says neither yes nor no.
func (a *answer) bad(err error) *Error {
	return &Error{Problem: BadAnswer, Status: a.status, Reason: err.Error(), RequestID: a.header.Get("Request-ID")}
}

// text is what a person would read of a foreign body: a page's title, or a short text itself.
func (a *answer) text() string {
	s := string(a.body[:min(len(a.body), 4<<10)])
	if _, after, ok := strings.Cut(s, "<title>"); ok {
		s, _, _ = strings.Cut(after, "</title>")
	} else if strings.HasPrefix(strings.TrimSpace(s), "<") {
		return ""
	}
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) || len(s) > 200 || strings.ContainsFunc(s, unicode.IsControl) {
		return ""
	}
	return s
}

// gate stands before a file that is being sent. A transport may go on reading a body after it has answered, even one that
// it has replaced; closed, the gate lets nobody through, and nobody is inside.
type gate struct {
	mu     sync.Mutex
	closed bool
	err    error // of reading the file
}

// close gives the error with which reading the file has ended, if it has so.
func (g *gate) close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	return g.err
}

// gated is a body behind a gate. It is no io.WriterTo, so that the transport copies it through a buffer of its pool.
type gated struct {
	*gate
	r io.Reader
}

func (g *gated) Read(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return 0, io.ErrClosedPipe
	}
	n := 0
	for n < len(p) { // full pieces: the fields, the file and the end are readers of their own, and each piece is a write
		more, err := g.r.Read(p[n:])
		n += more
		if err == nil {
			continue
		}
		if err != io.EOF {
			g.err = err
		}
		return n, err
	}
	return n, nil
}

func (g *gated) Close() error { return nil }
