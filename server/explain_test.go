package server

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
)

// TestExplain: a refused upload's record says why, with the proof; an accepted one has no such
// thing. The causes themselves are tested in package explain: here is shown that the server asks
// with all that it has.
func TestExplain(t *testing.T) {
	market, secapi, article := wxup.MarketingImage, wxup.SecapiMedia, wxup.ArticleImage
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
		"form.part_type": {wxup.CancelImage, func(g *rig, a *attempt) {
			a.partHead = "form-data; name=\"file\"; filename=\"photo.jpg\"\r\nContent-Type: application/octet-stream"
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
	a := try(wxup.MarketingImage)
	a.signed = new(string)
	if got := g.send(a); got.header.Get("Wxup-Cause") != "" || strings.Contains(got.body, "v3.") {
		t.Errorf("%v %s", got.header, got.body)
	}
	if got := g.send(try(wxup.MarketingImage)); got.status != 200 {
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

// TestExplainCrowd: when all turns are taken a refusal is answered all the same, and its record
// says why it has no explanation.
func TestExplainCrowd(t *testing.T) {
	g := newRig(t)
	for range cap(g.srv.turns) {
		g.srv.turns <- struct{}{}
	}
	a := try(wxup.MarketingImage)
	a.signed = new(string)
	if got := g.send(a); got.status != 403 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if e := g.lastExchange(); !unexplained(e, explain.Busy) {
		t.Errorf("explained out of turn: %+v", e.Report)
	}
}

// TestExplainHostile: while three clients send what takes long to explain, one of their requests is
// explained at a time. The others are answered and recorded without, and an honest upload waits for
// none of them.
func TestExplainHostile(t *testing.T) {
	var inFlight, most atomic.Int32
	held, release := make(chan struct{}, 3), make(chan struct{})
	g := newRig(t, func(c *Config) {
		c.GBK = func(string) ([]byte, bool) { // which is called in the middle of an explanation
			most.Store(max(most.Load(), inFlight.Add(1)))
			defer inFlight.Add(-1)
			select {
			case held <- struct{}{}:
			default:
			}
			<-release
			return nil, false
		}
	})
	g.srv.turns = make(chan struct{}, 1)
	answers := make(chan answer, 3)
	for range cap(answers) {
		go func() {
			a := try(wxup.MarketingImage)
			a.meta = strings.Replace(a.metaWith(a.digest()), "photo", "照片", 1)
			other := a.meta + "?"
			a.signed = &other
			answers <- g.send(a)
		}()
	}
	<-held // the first is being explained
	for range cap(answers) - 1 {
		if got := <-answers; got.status != 403 {
			t.Errorf("a refused request: %d %s", got.status, got.body)
		}
	}
	if got := g.send(try(wxup.MarketingImage)); got.status != 200 {
		t.Errorf("an honest upload: %d %s", got.status, got.body)
	}
	close(release)
	if got := <-answers; got.status != 403 {
		t.Errorf("the request that was explained: %d %s", got.status, got.body)
	}
	explained, busy, accepted := 0, 0, 0
	for _, e := range g.mem.Exchanges() {
		switch {
		case e.Problem == "":
			accepted++
		case unexplained(e, explain.Busy):
			busy++
		case e.Cause != "":
			explained++
		}
	}
	if explained != 1 || busy != 2 || accepted != 1 || most.Load() != 1 || len(g.srv.turns) != 0 {
		t.Errorf("%d explained, %d at a time; %d recorded without; %d accepted; %d turns not given back", explained, most.Load(), busy, accepted, len(g.srv.turns))
	}
}

// unexplained reports whether a record says that it has no explanation, and why.
func unexplained(e Exchange, why string) bool {
	return e.Cause == "" && e.Report != nil && len(e.Report.Findings) == 0 && e.Report.Unexplained == explain.Unexplained(why).Unexplained
}

func signedWith(a *attempt, key string) map[string]string {
	f := map[string]string{"mch_id": mchid, "media_hash": a.digest()}
	f["sign"] = sign.V2(f["sign_type"], f, key)
	return f
}

func signedLower(a *attempt) map[string]string {
	f := signedWith(a, apiV2Key)
	f["sign"] = strings.ToLower(f["sign"])
	return f
}

// TestExplainToken: a token that was spoiled on its way is named in the record. That a text is a
// part of one is never told to the caller, not even to one on this machine.
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
		"cut too short":        {live[:15], "account.token.short", ""},
		"its end":              {live[1:], "account.token.start_lost", ""},
		"cut, in another case": {strings.Map(swap, live[:64]), "account.token.unknown", ""},
		"a letter changed":     {live[:63] + "~" + live[64:], "account.token.misspelled", ""},
		"unknown":              {"57_" + strings.Repeat("unknown-", 16), "account.token.unknown", ""},
		"a label":              {"refreshtoken@@@a", "account.token.kind", "account.token.kind"},
	} {
		a := try(wxup.ArticleImage)
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

// TestExplainKeyPart: that a form was signed with a part of the key is told to the operator alone.
func TestExplainKeyPart(t *testing.T) {
	g := newRig(t)
	for key, want := range map[string]string{
		apiV2Key[:16]:                           "v2.key.cut",
		apiV2Key[:len(apiV2Key)-1]:              "v2.key.cut",
		strings.ToUpper(apiV2Key):               "v2.key.case",
		strings.ToUpper(apiV2Key[:20]) + "none": "",
	} {
		a := try(wxup.SecapiMedia)
		a.fields = signedWith(a, key)
		a.header["Wxup-Explain"] = "1"
		got := g.send(a)
		e := g.lastExchange()
		if e.Report == nil || want != "" && !e.Report.Has(want) {
			t.Errorf("%s: not in the record: %+v", want, e.Report)
		}
		if told := got.header.Get("Wxup-Cause"); strings.Contains(told, "v2.key") || strings.Contains(got.body, "v2.key") {
			t.Errorf("%s: the caller was told %q\n%s", want, told, got.body)
		}
	}
}

// TestExplainSender: a refusal that comes before the merchant is looked up is explained with that
// merchant all the same. The sender must never be taken for another merchant.
func TestExplainSender(t *testing.T) {
	for name, c := range map[string]struct {
		ep    *wxup.Endpoint
		spoil func(*attempt)
	}{
		"no Accept":                 {wxup.MarketingImage, func(a *attempt) { a.header["Accept"] = "" }},
		"the name inside the value": {wxup.MarketingImage, authorization(`mchid="`, `mchid="mchid=`)},
		"a blank in serial_no":      {wxup.MarketingImage, authorization(`serial_no="`, `serial_no=" `)},
		"no quotes":                 {wxup.MarketingImage, authorization(`"`, ``)},
		"no mchid":                  {wxup.MarketingImage, authorization(`mchid="`+mchid+`",`, ``)},
		"another scheme":            {wxup.MarketingImage, authorization(sign.SchemeRSA, "Bearer")},
		"an old timestamp":          {wxup.MarketingImage, func(a *attempt) { a.auth = func(x *sign.Authorization) { x.Timestamp = shift(x.Timestamp, -3600) } }},
		"v2: bare line feeds": {wxup.SecapiMedia, func(a *attempt) {
			a.fields = signedWith(a, apiV2Key)
			body := strings.ReplaceAll(string(a.form()), "\r\n", "\n")
			a.body = &body
		}},
		"v2: no mch_id": {wxup.SecapiMedia, func(a *attempt) {
			a.fields = signedWith(a, apiV2Key)
			delete(a.fields, "mch_id")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			a := try(c.ep)
			c.spoil(a)
			g.send(a)
			e := g.lastExchange()
			if e.Problem == "" || e.Report == nil {
				t.Fatalf("%s: %s; not explained", e.Problem, e.Reason)
			}
			for _, f := range e.Report.Findings {
				if strings.Contains(f.Cause, "other") || f.Cause == "v3.mchid.other" || strings.Contains(f.Proof.Fact, otherMchID) {
					t.Errorf("%s: %+v", f.Cause, f.Proof)
				}
			}
		})
	}
}

// authorization changes the Authorization header of an attempt that is right in all else.
func authorization(from, to string) func(*attempt) {
	return func(a *attempt) {
		a.meta = a.metaWith(a.digest())
		x := sign.Authorization{
			Scheme: sign.SchemeRSA, MchID: mchid, NonceStr: rand.Text(),
			Timestamp: strconv.FormatInt(time.Now().Unix(), 10), SerialNo: sign.Serial(keys().mine.pair.Leaf),
		}
		x.Signature, _ = sign.RSA(keys().mine.key, sign.V3Request("POST", a.path, x.Timestamp, x.NonceStr, []byte(a.meta)))
		a.header["Authorization"] = strings.ReplaceAll(x.String(), from, to)
	}
}

// TestExplainPanic: a panic in the explanation costs the explanation, and nothing else.
func TestExplainPanic(t *testing.T) {
	for _, gbk := range []func(string) ([]byte, bool){
		func(string) ([]byte, bool) { panic("a secret of the request") },
		func(s string) ([]byte, bool) { return []byte(s)[len(s)+1:], true },
	} {
		g := newRig(t, func(c *Config) { c.GBK = gbk })
		a := try(wxup.MarketingImage)
		a.meta = strings.Replace(a.metaWith(a.digest()), "photo", "照片", 1)
		other := a.meta + "?"
		a.signed = &other
		if got := g.send(a); got.status != 403 || !strings.Contains(got.body, "REQUEST_BLOCKED") {
			t.Errorf("%d %s", got.status, got.body)
		}
		e := g.lastExchange()
		if !unexplained(e, explain.Panicked) || e.Problem != problem.BadSignature {
			t.Errorf("%s, explained as %q", e.Problem, e.Cause)
		}
		if log := g.log.String(); !strings.Contains(log, "the explanation panicked") || strings.Contains(log, "a secret of the request") {
			t.Errorf("the log: %s", log)
		}
		if len(g.srv.turns) != 0 {
			t.Error("the turn was not given back")
		}
		if got := g.send(try(wxup.MarketingImage)); got.status != 200 {
			t.Errorf("the next upload: %d %s", got.status, got.body)
		}
	}
}
