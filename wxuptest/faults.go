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
	"sync"
	"time"

	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/wire"
)

// Fault is a failure between an upload and its answer.
type Fault string

const (
	// Cut: the connection is cut instead of an answer; nothing is kept.
	Cut Fault = "Cut"
	// LostAnswer: the file is kept, but the connection is cut instead of the answer. Repeating the
	// upload does no harm.
	LostAnswer Fault = "LostAnswer"
	// HalfAnswer: the file is kept, and the connection is cut in the middle of the answer's body.
	HalfAnswer Fault = "HalfAnswer"
	// Hang: there is no answer until the caller gives up, or the server is closed. Nothing is kept.
	Hang Fault = "Hang"
	// BadGateway: HTTP 502 and an HTML page, as from a gateway in between. Nothing is kept.
	BadGateway Fault = "BadGateway"
	// BadProof: the file is kept, and the answer's signature is not WeChat's. Only the WeChat Pay
	// families have it.
	BadProof Fault = "BadProof"
)

// keeps reports whether the file is kept all the same.
func (f Fault) keeps() bool { return f == LostAnswer || f == HalfAnswer || f == BadProof }

// asked begins the reason of each refusal that a test asked for.
const asked = "the test asked for it "

// planned is what shall happen to one upload.
type planned struct {
	err   error
	fault Fault
}

// plans holds what was planned for the next uploads, by the endpoint's name.
type plans struct {
	mu    sync.Mutex
	byRow map[string][]planned
}

func (p *plans) add(endpoint string, x planned, times int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.byRow[endpoint] = append(p.byRow[endpoint], slices.Repeat([]planned{x}, times)...)
}

// veto has the last word on an upload that is right: what was planned for it.
func (p *plans) veto(r *http.Request, e *server.Exchange) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.byRow[e.Endpoint]
	if len(list) == 0 {
		return nil
	}
	p.byRow[e.Endpoint] = list[1:]
	if a, ok := r.Context().Value(answerKey{}).(*answer); ok {
		a.fault = list[0].fault
	}
	return list[0].err
}

// unmet tells what was planned and did not happen.
func (p *plans) unmet(lang string) []string {
	text := "%d of the refusals and faults requested for %s did not happen: fewer valid uploads arrived"
	if lang == "zh" {
		text = "所要求的拒绝与故障有 %d 次没有在 %s 上发生：到达的正确上传没有那么多"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []string
	for _, name := range slices.Sorted(maps.Keys(p.byRow)) {
		if n := len(p.byRow[name]); n > 0 {
			list = append(list, fmt.Sprintf(text, n, name))
		}
	}
	return list
}

type answerKey struct{}

// answer is the ResponseWriter between the server and the connection. It carries out the fault; ""
// is none.
type answer struct {
	http.ResponseWriter
	r       *http.Request
	now     func() time.Time
	closing <-chan struct{} // closed with the server
	fault   Fault
	begun   bool
	swallow bool // the body was replaced
}

// newAnswer makes an answer to r whose request is a.r.
func newAnswer(w http.ResponseWriter, r *http.Request, now func() time.Time, closing <-chan struct{}) *answer {
	a := &answer{ResponseWriter: w, now: now, closing: closing}
	a.r = r.WithContext(context.WithValue(r.Context(), answerKey{}, a))
	return a
}

// Unwrap lets http.ResponseController through.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) WriteHeader(status int) {
	a.begun = true
	h := a.Header()
	h.Set("Date", a.now().UTC().Format(http.TimeFormat)) // clients compare their clock with it
	switch a.fault {
	case Cut, LostAnswer:
		panic(http.ErrAbortHandler)
	case Hang:
		// Without this the read deadline would look like the caller giving up.
		http.NewResponseController(a.ResponseWriter).SetReadDeadline(time.Time{})
		select {
		case <-a.r.Context().Done():
		case <-a.closing:
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
		if signature := h.Get(wire.SignatureHeader); signature != "" {
			h.Set(wire.SignatureHeader, spoilSignature(signature))
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
