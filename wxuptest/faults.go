package wxuptest

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
)

// Fault is what goes wrong between an upload and its answer.
type Fault string

const (
	// Cut: the connection is cut in the place of an answer, and nothing was kept.
	Cut Fault = "Cut"
	// LostAnswer: the file is kept, but the connection is cut in the place of the answer. Doing it again does no harm.
	LostAnswer Fault = "LostAnswer"
	// HalfAnswer: the file is kept, and the connection is cut in the middle of the answer's body.
	HalfAnswer Fault = "HalfAnswer"
	// Hang: there is no answer until the caller gives up, or the server is closed. Nothing was kept.
	Hang Fault = "Hang"
	// BadGateway: HTTP 502 and a page of HTML, as a gateway in between answers. Nothing was kept.
	BadGateway Fault = "BadGateway"
	// BadProof: the file is kept, and the answer's signature is not WeChat's. It is of the WeChat Pay families alone.
	BadProof Fault = "BadProof"
)

// keeps reports whether the upload happens all the same.
func (f Fault) keeps() bool { return f == LostAnswer || f == HalfAnswer || f == BadProof }

// Refuse has the next times uploads to an endpoint refused for a reason, in WeChat's own words, status and signature:
//
//	srv.Refuse(wxup.MarketingImage, wxup.TooFrequent, 2)  // 429 RATELIMIT_EXCEEDED, 操作过快,请稍后重试; twice
//
// Only an upload that is right in all else is refused so, and counts. One with a fault of its own gets the answer to that:
// what a test has asked for never hides a mistake. So does the exact repetition of a request that was answered before,
// which gets its first answer again, unless that was one that may pass (429, 5xx).
//
// Refuse and [Server.Fail] take turns in the order of the calls. Calls for tokens and certificates are not uploads: change
// the accounts themselves for those ([Server.Accounts]), which works for uploads too.
func (s *Server) Refuse(ep wxup.Endpoint, problem wxup.Problem, times int) {
	s.tb.Helper()
	if !slices.ContainsFunc(ep.Family.Refusals(), func(r wxup.RefusalText) bool { return r.Problem == problem }) {
		s.tb.Fatalf("wxuptest: Refuse: %s has no words for %s; docs/errors.md lists what it can say", ep.Family, string(problem))
	}
	s.plan(ep, planned{err: fmt.Errorf("the test asked for it (Refuse): %w", problem)}, times)
}

// Fail has the next times uploads to an endpoint meet with a fault. What [Server.Refuse] says of uploads that are not
// right counts here too.
//
// A request that is lost on a connection which was kept open some clients send again by themselves, wxup's too; on a new
// one they do not (http.Transport.DisableKeepAlives).
//
// Cut, Hang and BadGateway are in the records as refused: what the server had decided. The answer was not given.
func (s *Server) Fail(ep wxup.Endpoint, fault Fault, times int) {
	s.tb.Helper()
	switch {
	case !slices.Contains([]Fault{Cut, LostAnswer, HalfAnswer, Hang, BadGateway, BadProof}, fault):
		s.tb.Fatalf("wxuptest: Fail: there is no fault %q", string(fault))
	case fault == BadProof && ep.Family == wxup.Account:
		s.tb.Fatalf("wxuptest: Fail: answers of the account family are not signed, so %s has no BadProof", ep.Name)
	}
	p := planned{fault: fault}
	if !fault.keeps() {
		p.err = fmt.Errorf("the test asked for it (Fail, %s): %w", fault, wxup.Unavailable)
	}
	s.plan(ep, p, times)
}

// planned is what is to become of an upload.
type planned struct {
	err   error
	fault Fault
}

func (s *Server) plan(ep wxup.Endpoint, p planned, times int) {
	s.tb.Helper()
	if times < 1 {
		s.tb.Fatalf("wxuptest: %d times makes no sense; give 1 or more", times)
	}
	if !slices.ContainsFunc(s.Handler.Endpoints, func(x *wxup.Endpoint) bool { return x.Name == ep.Name }) {
		s.tb.Fatalf("wxuptest: this server has no endpoint %q", ep.Name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plans[ep.Name] = append(s.plans[ep.Name], slices.Repeat([]planned{p}, times)...)
}

// veto is the server's last word on an upload: what was planned for it.
func (s *Server) veto(r *http.Request, e *server.Exchange) error {
	if s.userVeto != nil {
		if err := s.userVeto(r, e); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.plans[e.Endpoint]
	if len(list) == 0 {
		return nil
	}
	s.plans[e.Endpoint] = list[1:]
	if w, ok := r.Context().Value(answerKey{}).(*answer); ok {
		w.fault = list[0].fault
	}
	return list[0].err
}

// unmet tells of what was planned and did not come about.
func (s *Server) unmet(lang string) []string {
	text := "%d of the refusals and faults that were asked for on %s did not come about: so many right uploads never arrived"
	if lang == "zh" {
		text = "所要求的拒绝与故障有 %d 次没有在 %s 上发生：没有那么多正确的上传到达"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, name := range slices.Sorted(maps.Keys(s.plans)) {
		if n := len(s.plans[name]); n > 0 {
			list = append(list, fmt.Sprintf(text, n, name))
		}
	}
	return list
}

type answerKey struct{}

// answer stands between the server and the connection. Nothing happens to an answer whose fault is "".
type answer struct {
	http.ResponseWriter
	s       *Server
	r       *http.Request
	fault   Fault
	begun   bool
	swallow bool // the body was replaced
}

// ServeHTTP answers a request, so that the server can be mounted elsewhere too.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := &answer{ResponseWriter: w, s: s}
	a.r = r.WithContext(context.WithValue(r.Context(), answerKey{}, a))
	s.Handler.ServeHTTP(a, a.r)
}

// Unwrap lets http.ResponseController through.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) WriteHeader(status int) {
	a.begun = true
	h := a.Header()
	h.Set("Date", a.s.Now().UTC().Format(http.TimeFormat)) // by the clock that clients are to compare theirs with
	switch a.fault {
	case Cut, LostAnswer:
		panic(http.ErrAbortHandler)
	case Hang:
		http.NewResponseController(a.ResponseWriter).SetReadDeadline(time.Time{}) // else its end would be taken for the caller's
		select {
		case <-a.r.Context().Done():
		case <-a.s.closing:
		}
		panic(http.ErrAbortHandler)
	case BadGateway:
		a.swallow = true
		clear(h)
		h.Set("Content-Type", "text/html")
		h.Set("Content-Length", strconv.Itoa(len(gatewayPage)))
		a.ResponseWriter.WriteHeader(http.StatusBadGateway)
		a.ResponseWriter.Write([]byte(gatewayPage))
		return
	case BadProof:
		if signature := h.Get("Wechatpay-Signature"); signature != "" {
			h.Set("Wechatpay-Signature", spoilSignature(signature))
		}
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if !a.begun {
		a.WriteHeader(http.StatusOK)
	}
	switch {
	case a.swallow:
		return len(b), nil
	case a.fault == HalfAnswer:
		a.ResponseWriter.Write(b[:len(b)/2])
		http.NewResponseController(a.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	case a.fault == BadProof:
		return a.ResponseWriter.Write(spoilSign(b))
	}
	return a.ResponseWriter.Write(b)
}

const gatewayPage = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n" +
	"<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"

// spoilSignature makes another signature of the same length.
func spoilSignature(s string) string {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(raw) == 0 {
		return s
	}
	raw[len(raw)/2] ^= 1
	return base64.StdEncoding.EncodeToString(raw)
}

// spoilSign changes one character of an APIv2 answer's sign.
func spoilSign(body []byte) []byte {
	const before = "<sign><![CDATA["
	at := bytes.Index(body, []byte(before))
	if at < 0 || at+len(before) >= len(body) {
		return body
	}
	body = bytes.Clone(body)
	digit := &body[at+len(before)]
	if *digit == '0' {
		*digit = '1'
	} else {
		*digit = '0'
	}
	return body
}
