package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup"
)

// family is what one of WeChat's three APIs does in its own way. The order of the steps is in (*Server).receive.
type family interface {
	// newID makes the id that the answer will be known by.
	newID(now time.Time) string
	// admit checks what is known before the body is read: method, headers, who claims to ask.
	admit(c *call) error
	// prove checks that the claim is true: signature, certificate, token.
	prove(c *call, f *upload) error
	// agree checks that what the caller says of the file is so, and gives the file's name.
	agree(c *call, f *upload) (name string, err error)
	// accepted and refused make the answers.
	accepted(c *call, m *Media) reply
	refused(c *call, p refusal) reply
}

var families = map[wxup.Family]family{
	wxup.PayV3:   payV3Family{},
	wxup.PayV2:   payV2Family{},
	wxup.Account: accountFamily{},
}

// refusal is a Problem with its private cause: the first is for the caller, the second for the operator.
type refusal struct {
	wxup.Problem
	reason string
	detail json.RawMessage // PayV3: in the place of the usual detail
	vetoed bool            // nothing was wrong with the request
	cause  error           // what an internal one comes from, for those who ask for a token in the program itself
}

func (r refusal) Error() string { return string(r.Problem) + ": " + r.reason }

func (r refusal) Unwrap() []error {
	if r.cause == nil {
		return []error{r.Problem}
	}
	return []error{r.Problem, r.cause}
}

func refuse(p wxup.Problem, format string, args ...any) error {
	return refusal{Problem: p, reason: fmt.Sprintf(format, args...)}
}

// internal turns an error of the Index or the Keeper into the system error. The error is the operator's to read.
func internal(doing string, err error) error {
	return refusal{Problem: wxup.Internal, reason: doing + ": " + err.Error(), cause: err}
}

// asRefusal finds the refusal in an error; any other error is a failure of ours.
func asRefusal(err error) refusal {
	var r refusal
	if !errors.As(err, &r) {
		r = refusal{Problem: wxup.Internal, reason: err.Error()}
	}
	return r
}

// reply is an answer before it is signed.
type reply struct {
	status      int
	contentType string
	body        []byte
}

// call is one request on its way.
type call struct {
	s      *Server
	w      http.ResponseWriter
	r      *http.Request
	ctx    context.Context
	family family
	ep     *wxup.Endpoint // nil where the path is no upload's
	rec    *Exchange
	begun  time.Time // on the monotonic clock
	until  time.Time // when to answer at the latest, even if the Index hangs; ctx ends then
	ended  context.CancelFunc

	merchant *Merchant // Pay: who asks, once known
	v3       v3Call
	v2       v2Call
	bodyRead bool
}

func (s *Server) newCall(w http.ResponseWriter, r *http.Request, f family, ep *wxup.Endpoint) *call {
	now := s.Now()
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(readGrace)) // for the body; read gives uploads more
	c := &call{s: s, w: w, r: r, family: f, ep: ep, begun: time.Now(), ended: func() {}}
	c.answerIn(answerTime)
	c.rec = &Exchange{
		ID: f.newID(now), Time: now, Method: r.Method, Path: maskQuery(target(r)), Remote: remoteIP(r),
		Request: RequestRecord{Proto: r.Proto, Host: r.Host, Headers: recordHeaders(r.Header)},
	}
	if r.TLS != nil {
		c.rec.Request.TLS = fmt.Sprintf("%#x", r.TLS.Version)
	}
	switch f.(type) {
	case payV3Family:
		c.rec.Family = wxup.PayV3
	case payV2Family:
		c.rec.Family = wxup.PayV2
	default:
		c.rec.Family = wxup.Account
	}
	if ep != nil {
		c.rec.Endpoint = ep.Name
	}
	return c
}

// step notes that a check was made.
func (c *call) step(name string, err error) error {
	st := Step{Name: name, At: time.Since(c.begun)}
	if err != nil {
		st.Err = asRefusal(err).reason
	}
	c.rec.Steps = append(c.rec.Steps, st)
	return err
}

// warn records a leniency.
func (c *call) warn(format string, args ...any) {
	c.rec.Warnings = append(c.rec.Warnings, fmt.Sprintf(format, args...))
}

func (c *call) serve() {
	m, err := c.s.receive(c)
	c.finish(m, err)
}

// How long an answer may take when the Index hangs, over all that it is asked: a caller who hears nothing for 3 seconds
// has given up. Only what was kept is worth a longer wait, if keeping it took the time; and a refusal leaves some for its
// record.
const (
	answerTime = 2600 * time.Millisecond
	keptTime   = 1500 * time.Millisecond
	refuseTime = 300 * time.Millisecond
)

// answerIn sets the time for the answer.
func (c *call) answerIn(d time.Duration) {
	c.ended()
	c.until = time.Now().Add(d)
	c.ctx, c.ended = context.WithDeadline(c.r.Context(), c.until)
}

// atLeast gives the rest of the way some time.
func (c *call) atLeast(d time.Duration) {
	if least := time.Now().Add(d); least.After(c.until) {
		c.until = least
	}
}

// closing is the context of what is done even if the caller has gone.
func (c *call) closing() (context.Context, context.CancelFunc) {
	return context.WithDeadline(context.WithoutCancel(c.r.Context()), c.until)
}

// finish answers: it makes the reply, records the exchange, and only then lets the caller know.
func (c *call) finish(m *Media, err error) {
	var first replay
	var rep reply
	switch {
	case errors.As(err, &first):
		rep = c.again(first.Exchange)
	case err != nil:
		c.atLeast(refuseTime)
		rep = c.say(asRefusal(err))
	default:
		c.atLeast(keptTime)
		c.rec.Media = m
		rep = c.family.accepted(c, m)
	}
	c.done(rep)
}

// done records the exchange and gives its answer.
func (c *call) done(rep reply) {
	ctx, cancel := c.closing()
	defer cancel()
	defer c.ended()
	rep = c.record(ctx, rep)
	c.drain()
	c.write(rep)
	c.log()
}

// say makes the reply of a refusal and notes it.
func (c *call) say(p refusal) reply {
	c.rec.Problem, c.rec.Reason, c.rec.Media = p.Problem, p.reason, nil
	if p.Temporary() {
		c.rec.Nonce = nil // the same request may be tried again
	}
	return c.family.refused(c, p)
}

// again gives the first answer to an exact replay.
func (c *call) again(first *Exchange) reply {
	c.rec.ReplayOf, c.rec.Problem, c.rec.Reason, c.rec.Media, c.rec.Nonce = first.ID, first.Problem, first.Reason, nil, nil
	c.rec.Cause, c.rec.Report = first.Cause, first.Report
	number := 0
	if first.Problem != "" {
		number = wxup.PayV3.Refusal(first.Problem, c.s.Profile).Number
	}
	return c.signed(reply{first.Status, jsonUTF8, first.Answer}, number)
}

// record makes the exchange durable. If that fails nothing was acknowledged yet, and the reply becomes a refusal.
func (c *call) record(ctx context.Context, rep reply) reply {
	for range 2 {
		c.rec.Status, c.rec.Answer, c.rec.Took = rep.status, rep.body, time.Since(c.begun)
		err := c.s.Index.Record(ctx, c.rec)
		if err == nil {
			return rep
		}
		if errors.Is(err, ErrSpent) { // by a request that ran beside this one
			nonce := *c.rec.Nonce
			err = c.s.replayed(ctx, &nonce, c.rec.Time)
			var first replay
			switch {
			case errors.As(err, &first):
				rep = c.again(first.Exchange)
			case err == nil: // and was forgotten again
				err = internal("spend the nonce", ErrSpent)
				fallthrough
			default:
				c.rec.Nonce = nil
				rep = c.say(asRefusal(err))
			}
			continue
		}
		c.s.Log.ErrorContext(ctx, "exchange not recorded", "id", c.rec.ID, "err", err)
		if c.rec.Problem != "" {
			return rep // a refusal may be given without a record
		}
		rep = c.say(refusal{Problem: wxup.Internal, reason: "record the exchange: " + err.Error()})
		c.rec.Status = rep.status
		return rep
	}
	return rep
}

// drainMost and drainTime bound what is read of a body after the answer is known. A caller that is still sending when the
// connection closes often sees a reset in the place of the answer.
const (
	drainMost = 16 * wxup.MB
	drainTime = 5 * time.Second
)

func (c *call) drain() {
	if !c.bodyRead && strings.EqualFold(c.r.Header.Get("Expect"), "100-continue") {
		return // it waits for our word before it sends
	}
	http.NewResponseController(c.w).SetReadDeadline(time.Now().Add(drainTime))
	io.CopyN(io.Discard, c.r.Body, drainMost)
}

func (c *call) write(rep reply) {
	h := c.w.Header()
	if rep.contentType != "" {
		h.Set("Content-Type", rep.contentType)
	}
	h.Set("Content-Length", strconv.Itoa(len(rep.body)))
	c.w.WriteHeader(rep.status)
	if c.r.Method != http.MethodHead {
		c.w.Write(rep.body)
	}
}

func (c *call) log() {
	attrs := []slog.Attr{
		slog.String("id", c.rec.ID), slog.String("endpoint", c.rec.Endpoint), slog.String("account", printable(c.rec.Account)),
		slog.Int("status", c.rec.Status), slog.Duration("took", c.rec.Took.Round(10*time.Microsecond)),
	}
	if c.rec.Endpoint == "" {
		attrs[1] = slog.String("path", printable(c.rec.Path))
	}
	level, text := slog.LevelInfo, "accepted"
	if c.rec.Problem != "" {
		level, text = slog.LevelWarn, "refused"
		attrs = append(attrs, slog.String("problem", string(c.rec.Problem)), slog.String("reason", printable(c.rec.Reason)))
		if c.rec.Cause != "" {
			attrs = append(attrs, slog.String("cause", c.rec.Cause))
		}
	}
	if c.rec.ReplayOf != "" {
		attrs = append(attrs, slog.String("replay_of", c.rec.ReplayOf))
	}
	for _, w := range c.rec.Warnings {
		attrs = append(attrs, slog.String("warning", printable(w)))
	}
	c.s.Log.LogAttrs(context.WithoutCancel(c.ctx), level, text, attrs...)
}

// target is the path and query as the caller sent them: what a v3 signature covers.
func target(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.RequestURI() // absolute form, sent through a proxy; or a test's request
}

// publicQuery are the query parameters whose values may be seen in records and logs. All others are masked.
var publicQuery = map[string]bool{"appid": true, "grant_type": true, "from_appid": true, "algorithm_type": true, "type": true}

func maskQuery(target string) string {
	path, query, ok := strings.Cut(target, "?")
	if !ok {
		return target
	}
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		if key, _, ok := strings.Cut(pair, "="); !ok || !publicQuery[key] {
			if ok {
				pairs[i] = key + "=***"
			} else {
				pairs[i] = "***"
			}
		}
	}
	return path + "?" + strings.Join(pairs, "&")
}

// secretHeaders hold credentials that could be used again. An Authorization of Pay is none: it is a signature.
var secretHeaders = map[string]bool{
	"Cookie": true, "Proxy-Authorization": true, "X-Wx-Cloudbase-Access-Token": true, "X-Wx-From-Cloudbase-Access-Token": true,
}

func recordHeaders(h http.Header) map[string][]string {
	const most = 8 * wxup.KB
	size, kept := 0, make(map[string][]string, len(h))
	for name, values := range h {
		masked := secretHeaders[name] || name == "Authorization" && !strings.HasPrefix(h.Get(name), "WECHATPAY")
		for _, v := range values {
			if masked {
				v = "***"
			}
			if size += len(name) + len(v); size > most {
				return kept
			}
			kept[name] = append(kept[name], v)
		}
	}
	return kept
}

func remoteIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// printable makes strangers' text fit for a log line.
func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) {
		return strconv.Quote(s)
	}
	return s
}

// publicURL is where a kept file can be fetched.
func (c *call) publicURL(m *Media) string {
	if m.URL != "" {
		return m.URL
	}
	base := c.s.PublicURL
	if base == "" {
		base = "http://" + c.r.Host
		if c.r.TLS != nil {
			base = "https://" + c.r.Host
		}
	}
	return fmt.Sprintf("%s/mmbiz_%s/%s/0?wx_fmt=%s", base, m.Format.Suffix(), url.PathEscape(m.ID), m.Format)
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}

func encodeJSON(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return nil // only of types that always encode
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
