package server

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
)

// maxOthers is how many other merchants' keys, and how many apps' secrets, are tried on a signature
// that does not verify.
const maxOthers = 64

// explainWait is how long a refusal waits for its turn to be explained. After that it goes without
// an explanation: a flood of bad requests costs half of the processors at most.
const explainWait = 50 * time.Millisecond

// explain finds out why an upload was refused, and notes it in the record. It never changes the
// answer, except that a caller on this machine who sends Wxup-Explain: 1 is told the causes in a
// header.
func (c *call) explain(u *upload, err error) {
	var first replay
	if err == nil || errors.As(err, &first) {
		return
	}
	report := c.explanation(u, asRefusal(err))
	c.rec.Report = report
	if len(report.Findings) > 0 {
		c.rec.Cause = report.Findings[0].Cause
	}
	if c.from.Local && c.r.Header.Get("Wxup-Explain") == "1" {
		var causes []string
		for _, finding := range report.Findings {
			if !whispered[finding.Cause] {
				causes = append(causes, finding.Cause)
			}
		}
		c.w.Header().Set("Wxup-Cause", strings.Join(causes, ", "))
	}
}

// explanation explains a refusal, or says why it is not explained.
func (c *call) explanation(u *upload, r refusal) *explain.Report {
	if report := c.framing.report(c.r.ContentLength); report != nil && (u == nil || u.err != nil) {
		return report
	}
	why := ""
	switch {
	case r.vetoed:
		why = explain.Vetoed
	case r.Temporary():
		why = explain.Temporary
	default:
		why = c.turn()
	}
	if why == "" {
		defer func() { <-c.s.turns }()
		if report := c.report(u, r); report != nil {
			return report
		}
		why = explain.Panicked
	}
	none := explain.Unexplained(why)
	return &none
}

// turn waits for one of the turns to explain, which the caller gives back. If it gets none, it
// tells why.
func (c *call) turn() (why string) {
	select {
	case c.s.turns <- struct{}{}: // even if the caller has gone
		return ""
	default:
	}
	turn := time.NewTimer(explainWait)
	defer turn.Stop()
	select {
	case c.s.turns <- struct{}{}:
		return ""
	case <-turn.C:
		return explain.Busy
	case <-c.ctx.Done():
		return explain.Gone
	}
}

// report has the refused request explained. It is nil if that panics: what a stranger sent is
// searched in many ways, and a mistake there may cost no more than the explanation.
func (c *call) report(u *upload, r refusal) (report *explain.Report) {
	defer func() {
		if v := recover(); v != nil {
			report = nil
			c.s.Log.Error("the explanation panicked", "id", c.rec.ID, "panic", panicText(v), "stack", string(debug.Stack()))
		}
	}()
	var found explain.Report
	req := c.question(u)
	req.Problem, req.ProblemValue = r.Problem, c.rec.Account
	if r.Problem == problem.AddressNotAllowed || r.Problem == problem.ComponentAddress {
		req.ProblemValue = c.rec.Remote
	}
	switch family := c.family.kind(); {
	case c.ep == nil || r.Problem == problem.NotFound || r.Problem == problem.MethodNotAllowed || len(c.rows) == 0:
		req.Unread, req.Body = false, c.body
		var known *explain.Known
		if family == wxup.FamilyAccount {
			known = c.knownTokens(req)
			c.knownSecrets(known)
		} else {
			known = c.knownMerchants(u)
		}
		known.Apps = c.knownApps(req)
		found = explain.Call(req, known)
	case family == wxup.PayV3:
		found = explain.V3(req, c.knownMerchants(u))
	case family == wxup.PayV2:
		found = explain.V2(req, c.knownMerchants(u))
	default:
		found = explain.Account(req, c.knownTokens(req))
	}
	return &found
}

// panicText is the text of a panic, if it cannot hold anything of the request.
func panicText(v any) string {
	if err, ok := v.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", v)
}

// question is the request as package explain wants it.
func (c *call) question(u *upload) *explain.Request {
	req := &explain.Request{
		Endpoint: c.ep,
		Method:   c.r.Method, Target: target(c.r), Host: c.r.Host, Header: c.r.Header, Received: c.rec.Time,
		Scheme: "http", Chunked: c.r.ContentLength < 0,
	}
	if c.family.kind() == wxup.FamilyAccount && !c.s.RequireHTTPS {
		req.Scheme = "" // plain HTTP is as good here
	}
	if a, ok := c.family.(interface{ takesNoToken() bool }); ok {
		req.NoToken = a.takesNoToken()
	}
	if c.r.TLS != nil {
		req.Scheme, req.ClientCertificates = "https", c.r.TLS.PeerCertificates
	}
	if req.Unread = u == nil; u != nil {
		req.Body, req.Parts, req.FormErr, req.FormWarnings = u.raw, u.parts, u.err, u.warnings
	}
	return req
}

// bases lists the addresses by which the request may have been sent here, whatever host it names.
func (c *call) bases() (list []string) {
	if c.s.PublicURL != "" {
		list = append(list, c.s.PublicURL)
	}
	if addr, ok := c.r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		host, port, _ := net.SplitHostPort(addr.String())
		for _, name := range []string{"localhost", "127.0.0.1", host} {
			list = append(list, "http://"+net.JoinHostPort(name, port), "https://"+net.JoinHostPort(name, port))
		}
	}
	return list
}

// knownMerchants is what the server knows of who may have signed a request of WeChat Pay: the
// merchant that the request names, the others, and the keys of WeChat's side.
func (c *call) knownMerchants(u *upload) *explain.Known {
	k := &explain.Known{Bases: c.bases(), MerchantCAs: c.s.MerchantCAs, GBK: c.s.GBK, FromGBK: c.s.FromGBK, Mask: c.s.Secrets.Mask}
	if keys, err := c.s.Index.PlatformKeys(c.ctx); err == nil {
		for _, key := range keys {
			x := explain.Key{Serial: key.ID, Certificate: key.Certificate}
			if public, ok := key.Key.Public().(*rsa.PublicKey); ok {
				x.Public = public
			}
			k.Platform = append(k.Platform, x)
		}
	}
	if apps, err := c.s.Index.Apps(c.ctx, maxOthers); err == nil {
		for _, app := range apps {
			k.Secrets = append(k.Secrets, explain.Secret{Of: app.AppID, Value: app.Secret})
		}
	}
	others, err := c.s.Index.Merchants(c.ctx, maxOthers)
	if err != nil {
		others = nil // less is known; what is said is still proved
	}
	sender, named := c.sender(u, others)
	if sender != nil {
		k.Merchant = explainMerchant(sender)
	} else if !named {
		return k // the sender may be any of the others, so that none may be called another
	}
	for i := range others {
		if sender == nil || others[i].MchID != sender.MchID {
			k.Others = append(k.Others, explainMerchant(&others[i]))
		}
	}
	return k
}

// sender finds the merchant that a request comes from, even if it was refused before its claim was
// looked at: the one that it names, else the one whose certificate it names or shows, else the only
// one there is. named reports whether the request names a merchant, known or not.
func (c *call) sender(u *upload, all []Merchant) (m *Merchant, named bool) {
	if c.merchant != nil {
		return c.merchant, true
	}
	auth := c.r.Header.Get("Authorization")
	claims := []string{c.rec.Account, firstMatch(mchidPair, auth)}
	if u != nil {
		claims = append(claims, strings.TrimSpace(u.fields["mch_id"]))
	}
	for _, mchid := range claims {
		if mchid == "" {
			continue
		}
		named = true
		if m, err := c.s.Index.Merchant(c.ctx, mchid); err == nil {
			return m, true
		}
	}
	if named {
		return nil, true
	}
	serial := firstMatch(serialPair, auth)
	for i := range all {
		for _, mc := range all[i].Certificates {
			if serial != "" && sign.SameSerial(serial, sign.Serial(mc.Certificate)) || c.r.TLS != nil && slices.ContainsFunc(c.r.TLS.PeerCertificates, mc.Certificate.Equal) {
				return &all[i], false
			}
		}
	}
	if len(all) == 1 {
		return &all[0], false
	}
	return nil, false
}

// between matches what stands between a name and its value, with quotes that were escaped or are
// others.
const between = `(?:&quot;|%22|%3[AD]|%20|[^0-9A-Za-z,]){1,8}`

// mchidPair and serialPair find mchid (brand_id) and serial_no in an Authorization header, however
// it is malformed.
var (
	mchidPair  = regexp.MustCompile(`(?i)\b(?:mch_?id|brand_id)` + between + `([0-9]+)`)
	serialPair = regexp.MustCompile(`(?i)\bserial_?no` + between + `([0-9A-Fa-f]+)`)
)

func firstMatch(re *regexp.Regexp, text string) string {
	if m := re.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

func explainMerchant(m *Merchant) *explain.Merchant {
	x := &explain.Merchant{ID: m.MchID, APIv2Key: m.APIv2Key, APIv3Key: m.APIv3Key}
	for _, mc := range m.Certificates {
		x.Keys = append(x.Keys, explain.CertificateKey(mc.Certificate, explain.State(mc.State)))
	}
	return x
}

// knownApps looks up the accounts that a call for a token may be made for.
func (c *call) knownApps(req *explain.Request) (list []explain.App) {
	for _, id := range explain.AppTexts(req) {
		if app, err := c.s.Index.App(c.ctx, id); err == nil {
			list = append(list, explain.App{ID: app.AppID, Secret: app.Secret})
		}
		if comp, err := c.s.Index.Component(c.ctx, id); err == nil {
			list = append(list, explain.App{ID: comp.AppID, Secret: comp.Secret, Component: true})
		}
	}
	return list
}

// knownSecrets adds the secrets that may have been sent in place of an app's.
func (c *call) knownSecrets(k *explain.Known) {
	if merchants, err := c.s.Index.Merchants(c.ctx, maxOthers); err == nil {
		for _, m := range merchants {
			k.Others = append(k.Others, &explain.Merchant{ID: m.MchID, APIv2Key: m.APIv2Key, APIv3Key: m.APIv3Key})
		}
	}
	if apps, err := c.s.Index.Apps(c.ctx, maxOthers); err == nil {
		for _, app := range apps {
			k.Secrets = append(k.Secrets, explain.Secret{Of: app.AppID, Value: app.Secret})
		}
	}
}

// A text that is not a token is compared with the tokens if it is too long to be found by guessing.
const (
	minAlike = 16 // characters
	maxAlike = 4  // texts of one request
)

// knownTokens looks up what the request may have meant as its token, and the app that it speaks
// for.
func (c *call) knownTokens(req *explain.Request) *explain.Known {
	k := &explain.Known{App: c.rec.Account, Issuer: true, Mask: c.s.Secrets.Mask}
	add := func(t *Token) {
		k.Tokens = append(k.Tokens, explain.Token{Value: t.Value, Kind: string(t.Kind), App: t.Subject, Expires: t.Expires, Retired: t.Retired})
	}
	var none []string
	for _, text := range explain.TokenTexts(req) {
		switch t, err := c.s.Index.Token(c.ctx, text); {
		case err == nil:
			add(t)
		case errors.Is(err, ErrNotFound) && len(text) >= minAlike:
			none = append(none, text)
		}
	}
	if len(k.Tokens) > 0 {
		return k
	}
	for _, text := range none[:min(len(none), maxAlike)] {
		if t, err := c.s.Index.TokenLike(c.ctx, text); err == nil {
			add(t)
			return k
		}
	}
	if len(none) > 0 {
		c.newestTokens(add)
	}
	return k
}

// maxNewest is how many apps' newest tokens a text is compared with.
const maxNewest = 20

// newestTokens adds the tokens that the apps use now: the text may be one of them, misspelled.
func (c *call) newestTokens(add func(*Token)) {
	apps, err := c.s.Index.Apps(c.ctx, maxNewest)
	if err != nil {
		return
	}
	for _, app := range apps {
		for _, kind := range []TokenKind{AccessToken, StableToken} {
			if t, err := c.s.Index.LatestToken(c.ctx, kind, app.AppID, ""); err == nil {
				add(t)
			}
		}
	}
}

// whispered lists the causes that only the operator is told. From an answer that names them, the
// holder of a part of a token or key could learn the rest, character by character.
var whispered = map[string]bool{
	"account.token.cut": true, "account.token.start_lost": true, "account.token.misspelled": true, "account.token.unknown": true, "account.token.short": true, "account.token.case": true,
	"account.ask.secret_cut": true, "account.ask.secret_case": true, "account.ask.secret_wrong": true,
	"v2.key.cut": true, "v2.key.case": true, "v2.sign.secret": true, "v3.signature.secret": true,
	"account.ask.secret_changed": true, "account.ask.secret_other": true, "v2.key.masked": true, "v2.key.misspelled": true,
}
