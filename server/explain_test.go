package server

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/sign"
)

// TestExplain: a refused upload's record says why, with the proof; an accepted one has no such thing. The causes
// themselves are tested in package explain: here is shown that the server asks with all that it has.
func TestExplain(t *testing.T) {
	market, secapi, article := &wxup.MarketingImage, &wxup.SecapiMedia, &wxup.ArticleImage
	for cause, c := range map[string]struct {
		ep    *wxup.Endpoint
		spoil func(g *rig, a *attempt)
	}{
		"v3.body.whole_multipart": {market, func(g *rig, a *attempt) {
			a.meta = a.metaWith(a.digest())
			whole := string(a.form())
			a.signed = &whole
		}},
		"v3.body.empty":         {market, func(g *rig, a *attempt) { a.signed = new(string) }},
		"v3.key.other_merchant": {market, func(g *rig, a *attempt) { a.key = keys().theirs.key }},
		"v3.serial.platform":    {market, func(g *rig, a *attempt) { a.auth = func(x *sign.Authorization) { x.SerialNo = keys().platform.ID } }},
		"v3.signature.hex": {market, func(g *rig, a *attempt) {
			a.meta = a.metaWith(a.digest())
			a.auth = func(x *sign.Authorization) {
				text, _ := sign.RSA(keys().mine.key, sign.V3Request("POST", a.path, x.Timestamp, x.NonceStr, []byte(a.meta)))
				x.Signature = hex.EncodeToString(decode64(text))
			}
		}},
		"clock.milliseconds":            {market, func(g *rig, a *attempt) { a.auth = func(x *sign.Authorization) { x.Timestamp += "000" } }},
		"v2.sign.lower_case":            {secapi, func(g *rig, a *attempt) { a.fields = signedLower(a) }},
		"v2.key.apiv3":                  {secapi, func(g *rig, a *attempt) { a.fields = signedWith(a, apiV3Key) }},
		"v2.certificate.missing":        {secapi, func(g *rig, a *attempt) { a.noCert = true }},
		"v2.certificate.other_merchant": {secapi, func(g *rig, a *attempt) { a.show = &keys().theirs.pair }},
		"account.token.in_header": {article, func(g *rig, a *attempt) {
			a.query = "-"
			a.header["Authorization"] = "Bearer " + g.token()
		}},
		"account.token.replaced": {article, func(g *rig, a *attempt) {
			old := g.token()
			g.token()
			g.advance(tokenGrace)
			a.query = "access_token=" + old
		}},
		"form.no_filename": {article, func(g *rig, a *attempt) { a.partHead = `form-data; name="media"` }},
	} {
		t.Run(cause, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			a := try(c.ep)
			a.header["Wxup-Explain"] = "1"
			c.spoil(g, a)
			got := g.send(a)
			e := g.lastExchange()
			if e.Problem == "" || e.Report == nil || !e.Report.Has(cause) {
				t.Fatalf("%s: found %q (%+v); the answer: %d %s", e.Problem, e.Cause, e.Report, got.status, got.body)
			}
			if e.Cause != cause && cause != "v3.serial.platform" { // there the certificate that does verify comes first
				t.Errorf("the first finding is %s", e.Cause)
			}
			if h := got.header.Get("Wxup-Cause"); !strings.Contains(h, cause) {
				t.Errorf("Wxup-Cause: %q", h)
			}
			if !strings.Contains(g.log.String(), "cause="+e.Cause) {
				t.Error("the log does not name the cause")
			}
			text := string(encodeJSON(e))
			for _, secret := range []string{apiV2Key, apiV3Key, appSecret} {
				if strings.Contains(text, secret) {
					t.Error("a secret stands in the record")
				}
			}
		})
	}
}

// TestExplainIsPrivate: nothing of it is in an answer, unless one on this machine has asked.
func TestExplainIsPrivate(t *testing.T) {
	g := newRig(t)
	a := try(&wxup.MarketingImage)
	a.signed = new(string)
	if got := g.send(a); got.header.Get("Wxup-Cause") != "" || strings.Contains(got.body, "v3.") {
		t.Errorf("%v %s", got.header, got.body)
	}
	if got := g.send(try(&wxup.MarketingImage)); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if e := g.lastExchange(); e.Report != nil || e.Cause != "" {
		t.Errorf("an accepted upload was explained: %+v", e.Report)
	}
	r, w := newRequest("POST", "/v3/marketing/favor/media/image-upload")
	r.Header = http.Header{"Wxup-Explain": {"1"}, "Accept": {"*/*"}, "User-Agent": {"x"}}
	r.RemoteAddr = "192.0.2.7:1234"
	g.srv.ServeHTTP(w, r)
	if w.Header().Get("Wxup-Cause") != "" {
		t.Error("a stranger was told the cause")
	}
}

// TestExplainCrowd: when all turns are taken a refusal is answered all the same, without an explanation.
func TestExplainCrowd(t *testing.T) {
	g := newRig(t)
	for range cap(g.srv.busy) {
		g.srv.busy <- struct{}{}
	}
	a := try(&wxup.MarketingImage)
	a.signed = new(string)
	if got := g.send(a); got.status != 403 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if e := g.lastExchange(); e.Report != nil {
		t.Error("explained out of turn")
	}
}

func signedWith(a *attempt, key string) map[string]string {
	f := map[string]string{"mch_id": mchid, "media_hash": a.digest()}
	f["sign"] = sign.V2(f, key)
	return f
}

func signedLower(a *attempt) map[string]string {
	f := signedWith(a, apiV2Key)
	f["sign"] = strings.ToLower(f["sign"])
	return f
}

// TestExplainToken: a token that was spoiled on its way is named in the record. That a text is a part of one is never told
// to the caller, not even to one on this machine.
func TestExplainToken(t *testing.T) {
	g := newRig(t)
	live := g.token()
	swap := func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z':
			return c - 32
		case c >= 'A' && c <= 'Z':
			return c + 32
		}
		return c
	}
	for name, x := range map[string]struct{ token, want, told string }{
		"cut at 64":            {live[:64], "account.token.cut", ""},
		"cut at 16":            {live[:16], "account.token.cut", ""},
		"all but the last":     {live[:len(live)-1], "account.token.cut", ""},
		"lower case":           {strings.ToLower(live), "account.token.case", ""},
		"upper case":           {strings.ToUpper(live), "account.token.case", ""},
		"the other case":       {strings.Map(swap, live), "account.token.case", ""},
		"quoted and cut":       {`"` + live[:80], "account.token.quoted account.token.cut", "account.token.quoted"},
		"quoted":               {`"` + live + `"`, "account.token.quoted", "account.token.quoted"},
		"line end behind":      {live + "\n", "account.token.blanks", "account.token.blanks"},
		"parameter behind":     {live + "&type=image", "account.token.tail", "account.token.tail"},
		"undefined behind":     {live + "undefined", "account.token.tail", "account.token.tail"},
		"twice":                {live + live, "account.token.doubled", "account.token.doubled"},
		"cut too short":        {live[:15], "", ""},
		"its end":              {live[1:], "", ""},
		"cut, in another case": {strings.Map(swap, live[:64]), "", ""},
		"a letter changed":     {live[:63] + "~" + live[64:], "", ""},
		"unknown":              {"57_" + strings.Repeat("unknown-", 16), "", ""},
		"a label":              {"refreshtoken@@@a", "account.token.kind", "account.token.kind"},
	} {
		a := try(&wxup.ArticleImage)
		a.query = "access_token=" + url.QueryEscape(x.token)
		a.header["Wxup-Explain"] = "1"
		got := g.send(a)
		var causes []string
		e := g.lastExchange()
		if e.Report != nil {
			for _, f := range e.Report.Findings {
				if f.Cause != "account.no_tls" {
					causes = append(causes, f.Cause)
				}
			}
		}
		if found := strings.Join(causes, " "); found != x.want || e.Problem == "" {
			t.Errorf("%s: refused for %q, found %q, want %q", name, e.Problem, found, x.want)
		}
		if h := got.header.Get("Wxup-Cause"); h != x.told {
			t.Errorf("%s: the caller was told %q, want %q", name, h, x.told)
		}
		text := string(encodeJSON(e))
		if strings.Contains(got.body, "account.token") || strings.Contains(text, live) || len(x.token) >= 64 && strings.Contains(text, x.token[:40]) {
			t.Errorf("%s: too much is told: %s\n%s", name, got.body, text)
		}
	}
}
