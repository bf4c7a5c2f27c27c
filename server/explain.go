package server

import (
	"crypto/rsa"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/form"
)

// othersMost is how many other merchants' keys are tried on a signature that does not verify.
const othersMost = 64

// explainWait is how long a refusal waits for its turn to be explained. Beyond it there is no explanation: a flood of bad
// requests must not cost more than the processors have.
const explainWait = 50 * time.Millisecond

// explain finds out why an upload was refused, and notes it in the record. It never changes the answer, but for a caller on
// this very machine who asks with Wxup-Explain: 1. Accepted uploads do not come here.
func (c *call) explain(f *upload, err error) {
	var r refusal
	if err == nil || !errors.As(err, &r) || r.vetoed || r.Temporary() || r.Problem == wxup.NotFound || r.Problem == wxup.MethodNotAllowed {
		return
	}
	turn := time.NewTimer(explainWait)
	defer turn.Stop()
	select {
	case c.s.busy <- struct{}{}:
		defer func() { <-c.s.busy }()
	case <-turn.C:
		return
	case <-c.ctx.Done():
		return
	}
	req, known := c.question(f), c.known()
	var report explain.Report
	switch c.ep.Family {
	case wxup.PayV3:
		report = explain.V3(req, known)
	case wxup.PayV2:
		report = explain.V2(req, known)
	case wxup.Account:
		c.knownTokens(req, known)
		report = explain.Account(req, known)
	}
	c.rec.Report = &report
	if len(report.Findings) > 0 {
		c.rec.Cause = report.Findings[0].Cause
	}
	if c.r.Header.Get("Wxup-Explain") == "1" && isLoopback(c.rec.Remote) {
		var causes []string
		for _, finding := range report.Findings {
			if !whispered[finding.Cause] {
				causes = append(causes, finding.Cause)
			}
		}
		c.w.Header().Set("Wxup-Cause", strings.Join(causes, ", "))
	}
}

func isLoopback(ip string) bool {
	addr := net.ParseIP(ip)
	return addr != nil && addr.IsLoopback()
}

// question is what there is to be explained.
func (c *call) question(f *upload) *explain.Request {
	req := &explain.Request{
		Endpoint: explain.Endpoint{
			Path: c.ep.Path, FilePart: c.ep.FilePart, MetaPart: c.ep.MetaPart, NameField: c.ep.NameField,
			DigestField: c.ep.DigestField, Digest: c.ep.Digest, Brand: c.ep.Brand,
		},
		Method: c.r.Method, Target: target(c.r), Host: c.r.Host, Header: c.r.Header, Received: c.rec.Time,
		Scheme: "http", Chunked: c.r.ContentLength < 0,
	}
	if c.ep.Family == wxup.Account && !c.s.RequireHTTPS {
		req.Scheme = "" // plain HTTP is as good here
	}
	for _, a := range c.ep.Accepts {
		req.Endpoint.Formats = append(req.Endpoint.Formats, a.Format)
	}
	if c.r.TLS != nil {
		req.Scheme, req.ClientCertificates = "https", c.r.TLS.PeerCertificates
	}
	if req.Unread = f == nil; f != nil {
		req.Body, req.Parts, req.FormErr, req.FormWarnings = f.raw, f.parts, f.err, f.warnings
	}
	return req
}

// known is what the server knows of who may have sent the request.
func (c *call) known() *explain.Known {
	k := &explain.Known{MerchantCAs: c.s.MerchantCAs, GBK: c.s.GBK, App: c.rec.Account}
	if c.ep.Family == wxup.Account {
		return k
	}
	merchant := c.merchant
	if merchant == nil { // refused before anyone looked
		merchant, _ = c.s.Index.Merchant(c.ctx, c.rec.Account)
	}
	if merchant != nil {
		k.Merchant = explainMerchant(merchant)
	}
	others, err := c.s.Index.Merchants(c.ctx, othersMost)
	if err != nil {
		return k // less is known; what is said is still proved
	}
	for i := range others {
		if merchant == nil || others[i].MchID != merchant.MchID {
			k.Others = append(k.Others, explainMerchant(&others[i]))
		}
	}
	keys, err := c.s.Index.PlatformKeys(c.ctx)
	if err != nil {
		return k
	}
	for _, key := range keys {
		x := explain.Key{Serial: key.ID, Certificate: key.Certificate}
		if public, ok := key.Key.Public().(*rsa.PublicKey); ok {
			x.Public = public
		}
		k.Platform = append(k.Platform, x)
	}
	return k
}

func explainMerchant(m *Merchant) *explain.Merchant {
	x := &explain.Merchant{ID: m.MchID, APIv2Key: m.APIv2Key, APIv3Key: m.APIv3Key}
	for _, mc := range m.Certificates {
		x.Keys = append(x.Keys, explain.CertificateKey(mc.Certificate, explain.State(mc.State)))
	}
	return x
}

// Of a text that is no token, a token like it is looked for if the text is long enough not to be found by guessing.
const (
	alikeLeast = 16 // characters
	alikeMost  = 4  // texts of one request
)

// knownTokens looks up what the request may have meant as its token.
func (c *call) knownTokens(req *explain.Request, k *explain.Known) {
	add := func(t *Token) {
		k.Tokens = append(k.Tokens, explain.Token{Value: t.Value, Kind: string(t.Kind), App: t.Subject, Expires: t.Expires, Retired: t.Retired})
	}
	var none []string
	for _, text := range explain.TokenTexts(req) {
		switch t, err := c.s.Index.Token(c.ctx, text); {
		case err == nil:
			add(t)
		case errors.Is(err, ErrUnknown) && len(text) >= alikeLeast:
			none = append(none, text)
		}
	}
	if len(k.Tokens) > 0 {
		return
	}
	for _, text := range none[:min(len(none), alikeMost)] {
		if t, err := c.s.Index.TokenLike(c.ctx, text); err == nil {
			add(t)
			return
		}
	}
}

// whispered are causes that are told to the operator alone. From an answer that names them, whoever holds a part of a token
// could learn the rest, character by character.
var whispered = map[string]bool{"account.token.cut": true, "account.token.case": true}

// explainPart keeps what explain needs of a part; its content is filled in when it was read.
func explainPart(p *form.Part, content []byte, size int64) explain.Part {
	return explain.Part{
		Name: p.Name, Filename: p.Filename, HasFilename: p.HasFilename, FilenameStar: p.FilenameStar,
		ContentType: p.ContentType, Header: slices.Clone(p.Header), Content: content, Size: size,
	}
}
