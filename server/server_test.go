package server

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// TestEveryRow is the whole way for every row of the table: the library, over TLS, to the server,
// into the Keeper, and the bytes fetched back from what was answered.
func TestEveryRow(t *testing.T) {
	for _, ep := range wxup.Endpoints() {
		t.Run(ep.Name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			data, name := sample(ep)
			src := wxup.Bytes(name, data)
			src.Path = map[string]string{}
			for _, segment := range regexp.MustCompile(`{(\w+)}`).FindAllStringSubmatch(ep.Path, -1) {
				src.Path[segment[1]] = "1900000001"
			}
			src.Meta = map[string]string{}
			for _, f := range ep.Fields {
				if f.Required {
					src.Meta[f.Name] = "x"
				}
			}
			c := g.client()
			if ep.Brand { // a brand has no certificates to fetch
				c.Merchant.PublicKeys = map[string]*rsa.PublicKey{pubKeyID: keys().public.Key.Public().(*rsa.PublicKey)}
			}
			if ep.Corp {
				c.Auth = &wxup.Corp{CorpID: corpid, Secret: appSecret}
			}
			first, err := c.Upload(t.Context(), ep, src)
			if err != nil {
				t.Fatal(err)
			}
			if (first.URL != "") != (ep.AnswerURL != "") || (first.MediaID != "") != (ep.AnswerID != "") {
				t.Errorf("URL %q, MediaID %q; want %s", first.URL, first.MediaID, ep.Answer())
			}
			ans, got := g.fetch(cmpOr(first.URL, first.MediaID))
			if ans.status != 200 || !bytes.Equal(got, data) {
				t.Fatalf("fetched back: %d, %d bytes; sent %d", ans.status, len(got), len(data))
			}
			again, err := c.Upload(t.Context(), ep, src)
			if err != nil || again.URL != first.URL || again.MediaID != first.MediaID {
				t.Errorf("the same bytes again: %v, %v; want %s%s", again, err, first.URL, first.MediaID)
			}
			if e := g.lastExchange(); e.Problem != "" || !e.Proven || len(e.Warnings) > 0 || e.Media == nil || e.Media.SHA256 != first.SHA256 {
				t.Errorf("the record: %+v", e)
			}
			if ans := g.get("/mmbiz_jpg/" + first.MediaID + "/0"); !ep.Public() && ans.status != 404 {
				t.Errorf("a private file is served to anyone: %d", ans.status)
			}
		})
	}
}

// TestAccountsDoNotShare: the same bytes of another merchant get another id.
func TestAccountsDoNotShare(t *testing.T) {
	g, k := newRig(t), keys()
	c := g.client()
	mine, err := c.Upload(t.Context(), wxup.MerchantImage, wxup.Bytes("photo.jpg", photo()))
	if err != nil {
		t.Fatal(err)
	}
	c = g.client()
	c.Merchant = &wxup.Merchant{MchID: otherMchID, Certificate: k.theirs.pair, APIv3Key: strings.Repeat("3", 32)}
	theirs, err := c.Upload(t.Context(), wxup.MerchantImage, wxup.Bytes("photo.jpg", photo()))
	if err != nil {
		t.Fatal(err)
	}
	if mine.MediaID == theirs.MediaID {
		t.Error("two merchants share a media_id")
	}
}

// TestReplay: the exact request again gets its first answer again, newly signed; anything else with
// its nonce is refused.
func TestReplay(t *testing.T) {
	t.Run("accepted", func(t *testing.T) {
		g := newRig(t)
		a := try(wxup.MarketingImage)
		first := g.send(a)
		a.keep = true
		again := g.send(a)
		if again.status != 200 || again.body != first.body {
			t.Errorf("again: %d %s, first: %s", again.status, again.body, first.body)
		}
		if again.header.Get("Request-ID") == first.header.Get("Request-ID") || again.header.Get("Wechatpay-Nonce") == first.header.Get("Wechatpay-Nonce") {
			t.Error("the second answer has the id or the nonce of the first")
		}
		verifyAnswer(t, again, keys().platform)
		if e := g.lastExchange(); e.ReplayOf != first.header.Get("Request-ID") || e.ID != again.header.Get("Request-ID") {
			t.Errorf("recorded as %q, a replay of %q", e.ID, e.ReplayOf)
		}
	})
	t.Run("refused", func(t *testing.T) {
		g := newRig(t)
		a := try(wxup.MarketingImage)
		a.data = []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;")
		first := g.send(a)
		a.keep = true
		again := g.send(a)
		if again.status != first.status || again.body != first.body {
			t.Errorf("again: %d %s, first: %d %s", again.status, again.body, first.status, first.body)
		}
		verifyAnswer(t, again, keys().platform)
	})
	t.Run("another file under the same signature", func(t *testing.T) {
		g := newRig(t)
		a := try(wxup.MarketingImage)
		g.send(a)
		a.keep, a.data = true, drawing()
		if again := g.send(a); !strings.Contains(again.body, "nonce_str") || g.lastExchange().Problem != problem.Replayed {
			t.Errorf("%d %s", again.status, again.body)
		}
	})
	t.Run("after a failure of ours", func(t *testing.T) {
		g := newRig(t)
		keeper := g.srv.Keeper
		g.srv.Keeper = brokenKeeper{}
		a := try(wxup.MarketingImage)
		if first := g.send(a); first.status != 500 {
			t.Fatalf("%d %s", first.status, first.body)
		}
		g.srv.Keeper = keeper
		a.keep = true
		if again := g.send(a); again.status != 200 {
			t.Errorf("the retry: %d %s", again.status, again.body)
		}
	})
	t.Run("a forged request does not spend", func(t *testing.T) {
		g := newRig(t)
		a := try(wxup.MarketingImage)
		a.key = keys().theirs.key
		g.send(a)
		a.key, a.auth = nil, func(x *sign.Authorization) { x.NonceStr = a.last.NonceStr }
		if ok := g.send(a); ok.status != 200 {
			t.Errorf("%d %s", ok.status, ok.body)
		}
	})
	t.Run("two at once", func(t *testing.T) {
		g := newRig(t)
		a := try(wxup.MarketingImage)
		g.send(a)
		b := try(wxup.MarketingImage)
		nonce := "together"
		bodies := make([]answer, 8)
		var wg sync.WaitGroup
		for i := range bodies {
			wg.Go(func() {
				x := *b
				x.header = map[string]string{}
				x.data = sized(len(photo()) + 100 + i%2*100)
				x.auth = func(au *sign.Authorization) { au.NonceStr = nonce; au.Timestamp = a.last.Timestamp }
				bodies[i] = g.send(&x)
			})
		}
		wg.Wait()
		accepted := map[string]bool{}
		for _, x := range bodies {
			if x.status == 200 {
				accepted[x.body] = true
			} else if !strings.Contains(x.body, "nonce_str") {
				t.Errorf("%d %s", x.status, x.body)
			}
		}
		if len(accepted) != 1 {
			t.Errorf("%d different answers were accepted under one nonce", len(accepted))
		}
	})
}

// TestClock is exact at the borders of the window.
func TestClock(t *testing.T) {
	g := newRig(t)
	base := time.Now().Truncate(time.Second)
	g.srv.Now = func() time.Time { return base }
	for _, c := range []struct {
		timestamp string
		ok        bool
	}{
		{shiftTime(base, -301), false}, {shiftTime(base, -300), true}, {shiftTime(base, -299), true}, {shiftTime(base, 0), true},
		{shiftTime(base, 299), true}, {shiftTime(base, 300), true}, {shiftTime(base, 301), false},
		{shiftTime(base, 0) + "000", false}, {"-1", false}, {"9223372036854775808", false}, {"9223372036854775807", false}, {"-9223372036854775808", false},
		{"+" + shiftTime(base, 0), false}, {"0x10", false}, {shiftTime(base, 0) + ".5", false}, {"٣", false},
	} {
		a := try(wxup.MarketingImage)
		a.auth = func(x *sign.Authorization) { x.Timestamp = c.timestamp }
		got := g.send(a)
		if (got.status == 200) != c.ok {
			t.Errorf("timestamp %s at %d: %d %s", c.timestamp, base.Unix(), got.status, got.body)
		}
	}
}

func shiftTime(t time.Time, seconds int64) string { return fmt.Sprint(t.Unix() + seconds) }

// TestAnswerKey: the key that Wechatpay-Serial asks for signs; an unknown or empty one gets the
// default.
func TestAnswerKey(t *testing.T) {
	g, k := newRig(t), keys()
	for _, c := range []struct {
		asked string
		want  PlatformKey
	}{
		{"", k.platform}, {k.platform.ID, k.platform}, {strings.ToLower(k.platform.ID), k.platform}, {"00" + k.platform.ID, k.platform},
		{pubKeyID, k.public}, {"PUB_KEY_ID_00", k.platform}, {"5DEA10EF55877E3CF6C33255C2E7DEFFF7E427EC", k.platform},
	} {
		for _, name := range []string{"photo.jpg", "photo.gif"} { // accepted and refused alike
			a := try(wxup.MarketingImage)
			a.name = name
			a.header["Wechatpay-Serial"] = c.asked
			got := g.send(a)
			if id := got.header.Get("Wechatpay-Serial"); id != c.want.ID {
				t.Errorf("asked %q: signed with %q, want %q", c.asked, id, c.want.ID)
			}
			verifyAnswer(t, got, c.want)
			if e, err := g.mem.Exchange(t.Context(), got.header.Get("Request-ID")); err != nil || e.Request.AnswerSerial != c.want.ID {
				t.Errorf("asked %q: the record names %q, %v", c.asked, e.Request.AnswerSerial, err)
			}
		}
	}
	g.mem.PutMerchant(Merchant{MchID: mchid, PublicKeyOnly: true, Certificates: []MerchantCertificate{{k.mine.pair.Leaf, Valid}}})
	verifyAnswer(t, g.send(try(wxup.MarketingImage)), k.public)
}

func verifyAnswer(t *testing.T, got answer, key PlatformKey) {
	t.Helper()
	h := got.header
	text := sign.V3Answer(h.Get("Wechatpay-Timestamp"), h.Get("Wechatpay-Nonce"), []byte(got.body))
	if err := sign.VerifyRSA(key.Key.Public().(*rsa.PublicKey), text, h.Get("Wechatpay-Signature")); err != nil {
		t.Errorf("the answer's signature: %v", err)
	}
}

// TestHeaders: every header of a real answer is there.
func TestHeaders(t *testing.T) {
	g := newRig(t)
	got := g.send(try(wxup.MarketingImage))
	for name, want := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "Content-Language": "zh-CN", "Cache-Control": "no-cache, must-revalidate",
		"X-Content-Type-Options": "nosniff", "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048", "Keep-Alive": "timeout=55",
		"Connection": "keep-alive", "Content-Length": fmt.Sprint(len(got.body)), "Server": "wxup",
	} {
		if v := got.header.Get(name); v != want {
			t.Errorf("%s: %q, want %q", name, v, want)
		}
	}
	for name, pattern := range map[string]string{
		"Request-ID": "08[0-9A-F]{24}-0", "Wechatpay-Nonce": "[0-9a-f]{32}", "Wechatpay-Timestamp": "[0-9]{10}", "Date": ".+ GMT",
	} {
		if v := got.header.Get(name); !matches(pattern, v) {
			t.Errorf("%s: %q, want the form %s", name, v, pattern)
		}
	}
	bad := g.send(func() *attempt { a := try(wxup.MarketingImage); a.key = keys().theirs.key; return a }())
	if id := bad.header.Get("Request-ID"); !matches("08[0-9A-F]{24}-268443699", id) {
		t.Errorf("Request-ID of a bad signature: %q", id)
	}
}

// TestObservedSignError: what the real service was seen to tell about a signature that does not
// match.
func TestObservedSignError(t *testing.T) {
	g := newRig(t, func(c *Config) { c.Profile = problem.Observed })
	for _, c := range []struct {
		name   string
		change func(*attempt)
		length int
		tail   string
	}{
		{"no readable meta", func(a *attempt) { a.order = []string{"file"}; x := "x"; a.signed = &x }, 89, "\n\n"},
		{"another meta", func(a *attempt) { x := "x"; a.signed = &x }, 0, "\n{\"filena\n"},
	} {
		a := try(wxup.MarketingImage)
		a.meta = `{"filename":"photo.jpg","sha256":"` + a.digest() + `"}`
		a.auth = func(x *sign.Authorization) { x.NonceStr = "01f12c9fd9c92f936ed33a3a4ea817e3" }
		c.change(a)
		got := g.send(a)
		var e struct {
			Code   string
			Detail struct {
				Field, Location string
				Detail          struct{ Issue string }
				Info            struct {
					Method string
					Length int    `json:"sign_message_length"`
					Text   string `json:"truncated_sign_message"`
					URL    string
				} `json:"sign_information"`
			}
		}
		if err := json.Unmarshal([]byte(got.body), &e); err != nil {
			t.Fatalf("%v: %s", err, got.body)
		}
		want := c.length
		if want == 0 {
			want = 89 + len(a.meta)
		}
		if got.status != 401 || e.Code != "SIGN_ERROR" || e.Detail.Info.Length != want || !strings.HasSuffix(e.Detail.Info.Text, c.tail) ||
			e.Detail.Info.URL != a.path || e.Detail.Detail.Issue != "sign not match" || e.Detail.Location != "authorization" {
			t.Errorf("%s: %d %s, want a length of %d", c.name, got.status, got.body, want)
		}
	}
}

// TestCertificates: the list decrypts under the merchant's key, and a certificate in it signs it.
func TestCertificates(t *testing.T) {
	g, k := newRig(t), keys()
	for _, asked := range []string{"", pubKeyID} {
		got := g.certificates("Wechatpay-Serial", asked)
		var list wire.CertificateList
		if err := json.Unmarshal([]byte(got.body), &list); err != nil || len(list.Data) != 1 {
			t.Fatalf("%d %s: %v", got.status, got.body, err)
		}
		text, err := list.Data[0].EncryptCertificate.Open(apiV3Key)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := sign.ParseCertificate(text)
		if err != nil || sign.Serial(cert) != k.platform.ID || list.Data[0].SerialNo != k.platform.ID {
			t.Errorf("certificate %s, %v; want %s", list.Data[0].SerialNo, err, k.platform.ID)
		}
		verifyAnswer(t, got, k.platform)
	}
}

// TestTokens: which token is good when.
func TestTokens(t *testing.T) {
	upload := func(g *rig, query string) string {
		a := try(wxup.ArticleImage)
		a.query = query
		g.send(a)
		return string(g.lastExchange().Problem)
	}
	t.Run("a new access_token leaves the old one five minutes", func(t *testing.T) {
		g := newRig(t)
		old := g.token()
		fresh := g.token()
		for _, token := range []string{old, fresh} {
			if p := upload(g, "access_token="+token); p != "" {
				t.Errorf("at once: %s", p)
			}
		}
		g.advance(tokenGrace - time.Second)
		if p := upload(g, "access_token="+old); p != "" {
			t.Errorf("a second before the end of the overlap: %s", p)
		}
		g.advance(2 * time.Second)
		if p := upload(g, "access_token="+old); p != string(problem.BadToken) {
			t.Errorf("after the overlap: %q", p)
		}
		if p := upload(g, "access_token="+fresh); p != "" {
			t.Errorf("the new one: %s", p)
		}
	})
	stable := func(g *rig, force bool) (string, float64) {
		ans := g.post("/cgi-bin/stable_token", map[string]any{"grant_type": "client_credential", "appid": appid, "secret": appSecret, "force_refresh": force})
		var a wire.Token
		if err := json.Unmarshal([]byte(ans.body), &a); err != nil || a.AccessToken == "" {
			g.t.Fatalf("stable_token: %s", ans.body)
		}
		return a.AccessToken, float64(a.ExpiresIn)
	}
	t.Run("a stable token stays, and is renewed with an overlap", func(t *testing.T) {
		g := newRig(t)
		first, life := stable(g, false)
		if life != 7200 {
			t.Errorf("expires_in %v", life)
		}
		plain := g.token() // another family of tokens: neither ends the other
		g.advance(tokenLife - tokenGrace - 2*time.Second)
		if same, life := stable(g, false); same != first || life > 303 || life < 300 {
			t.Errorf("near the end: another token, or expires_in %v", life)
		}
		g.advance(3 * time.Second)
		second, _ := stable(g, false)
		if second == first {
			t.Error("five minutes before its end the token was not renewed")
		}
		for _, token := range []string{first, second, plain} {
			if p := upload(g, "access_token="+token); p != "" {
				t.Errorf("in the overlap: %s", p)
			}
		}
	})
	t.Run("force ends the old one at once", func(t *testing.T) {
		g := newRig(t)
		first, _ := stable(g, false)
		g.advance(31 * time.Second)
		second, _ := stable(g, true)
		if p := upload(g, "access_token="+first); p != string(problem.BadToken) {
			t.Errorf("the old token: %q", p)
		}
		if p := upload(g, "access_token="+second); p != "" {
			t.Errorf("the new token: %s", p)
		}
	})
	t.Run("only twenty forced renewals a day", func(t *testing.T) {
		g := newRig(t, func(c *Config) { c.Limit.Documented = true })
		day := g.now().Truncate(24 * time.Hour).Add(25 * time.Hour)
		g.advance(day.Sub(g.now()))
		stable(g, false)
		for range forcePerDay {
			g.advance(31 * time.Second)
			stable(g, true)
		}
		g.advance(31 * time.Second)
		ans := g.post("/cgi-bin/stable_token", map[string]any{"grant_type": "client_credential", "appid": appid, "secret": appSecret, "force_refresh": true})
		if !strings.Contains(ans.body, "45009") {
			t.Errorf("the 21st: %s", ans.body)
		}
	})
	t.Run("a third party acts for an account", func(t *testing.T) {
		g := newRig(t)
		for _, id := range []int{1, 8, 9, 11, 18, 37, 100} {
			g.mem.PutAuthorization(Authorization{Component: platformID, Authorizer: authorizer, Permissions: []int{2, id}})
			if p := upload(g, "access_token="+g.authorizerToken()); p != "" {
				t.Errorf("permission set %d: %s", id, p)
			}
		}
		if e := g.lastExchange(); e.Account != authorizer {
			t.Errorf("recorded for %q", e.Account)
		}
		code, err := g.srv.AuthorizationCode(t.Context(), platformID, authorizer)
		if err != nil {
			t.Fatal(err)
		}
		ans := g.post("/cgi-bin/component/api_query_auth?component_access_token="+g.componentToken(), map[string]string{"component_appid": platformID, "authorization_code": code})
		var a struct {
			Info struct {
				Token   string    `json:"authorizer_access_token"`
				Refresh string    `json:"authorizer_refresh_token"`
				Scopes  []scopeID `json:"func_info"`
			} `json:"authorization_info"`
		}
		if err := json.Unmarshal([]byte(ans.body), &a); err != nil || a.Info.Refresh == "" || len(a.Info.Scopes) != 2 || a.Info.Scopes[1].Category.ID != 100 {
			t.Fatalf("api_query_auth: %s", ans.body)
		}
		if p := upload(g, "access_token="+a.Info.Token); p != "" {
			t.Errorf("the token of api_query_auth: %s", p)
		}
	})
	t.Run("cloud call", func(t *testing.T) {
		g := newRig(t)
		token, err := g.srv.CloudToken(t.Context(), appid)
		if err != nil {
			t.Fatal(err)
		}
		if p := upload(g, "cloudbase_access_token="+token); p != "" {
			t.Errorf("%s", p)
		}
		if _, err := g.srv.CloudToken(t.Context(), appid); err != nil {
			t.Fatal(err)
		}
		if p := upload(g, "cloudbase_access_token="+token); p != "" {
			t.Errorf("after the next one was made: %s", p)
		}
		if p := upload(g, "cloudbase_access_token="+g.token()); p != string(problem.BadToken) {
			t.Errorf("an access_token as cloudbase_access_token: %q", p)
		}
	})
}

// TestSideCar: no token, the app is the listener's or the one that from_appid names.
func TestSideCar(t *testing.T) {
	g := newRig(t)
	ts := httptest.NewServer(g.srv.SideCar(appid))
	defer ts.Close()
	c := &wxup.Client{BaseURL: ts.URL, Auth: wxup.SideCar{}}
	res, err := c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("photo.jpg", photo()))
	if err != nil || res.URL == "" {
		t.Fatal(res, err)
	}
	if e := g.lastExchange(); e.Account != appid {
		t.Errorf("recorded for %q", e.Account)
	}
	a := try(wxup.ArticleImage)
	post := func(query string) (int, string, string) {
		resp, err := http.Post(ts.URL+a.path+query, "multipart/form-data; boundary=----boundary7MA4YWxk", bytes.NewReader(a.form()))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, resp.Header.Get("x-openapi-seqid"), string(body)
	}
	if status, seq, body := post("?from_appid=" + authorizer); status != 200 || seq == "" || !strings.Contains(body, "url") || g.lastExchange().Account != authorizer {
		t.Errorf("from_appid: %d %q %s", status, seq, body)
	}
	if _, _, body := post("?from_appid=wx0"); !strings.Contains(body, "40013") {
		t.Errorf("an unknown from_appid: %s", body)
	}
}

// TestQuotaExact: 200 calls at once under a quota of 20 are 20 accepted ones.
func TestQuotaExact(t *testing.T) {
	g := newRig(t, func(c *Config) { c.Limit.PerMinute = 20 })
	base := time.Now()
	g.srv.Now = func() time.Time { return base } // one window
	var accepted, refused atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				switch got := g.send(try(wxup.MarketingImage)); got.status {
				case 200:
					accepted.Add(1)
				case 429:
					refused.Add(1)
				default:
					t.Errorf("%d %s", got.status, got.body)
				}
			}
		})
	}
	wg.Wait()
	if accepted.Load() != 20 || refused.Load() != 60 {
		t.Errorf("accepted %d, refused %d; want 20, 60", accepted.Load(), refused.Load())
	}
	base = base.Add(time.Minute)
	if got := g.send(try(wxup.MarketingImage)); got.status != 200 {
		t.Errorf("in the next minute: %d %s", got.status, got.body)
	}
}

// TestServing: how a public image is served.
func TestServing(t *testing.T) {
	g := newRig(t)
	res, err := g.client().Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("图片.jpg", photo()))
	if err != nil {
		t.Fatal(err)
	}
	get := func(header, value string) answer {
		r, _ := http.NewRequest("GET", res.URL, nil)
		r.Header.Set(header, value)
		return g.do(g.http(), r)
	}
	ans := get("Accept", "*/*")
	for name, want := range map[string]string{
		"Content-Type": "image/jpeg", "Etag": `"` + res.SHA256 + `"`, "Cache-Control": "public, max-age=3600",
		"X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes",
	} {
		if v := ans.header.Get(name); v != want {
			t.Errorf("%s: %q, want %q", name, v, want)
		}
	}
	if !strings.Contains(ans.header.Get("Content-Security-Policy"), "sandbox") {
		t.Error("nothing keeps scripts in the image from running")
	}
	if ans := get("Range", "bytes=2-5"); ans.status != 206 || ans.body != string(photo()[2:6]) {
		t.Errorf("range: %d, %d bytes", ans.status, len(ans.body))
	}
	if ans := get("If-None-Match", `"`+res.SHA256+`"`); ans.status != 304 {
		t.Errorf("If-None-Match: %d", ans.status)
	}
	if !strings.Contains(res.URL, "/mmbiz_jpg/") || !strings.HasSuffix(res.URL, "/0?wx_fmt=jpeg") {
		t.Errorf("the URL is not of WeChat's form: %s", res.URL)
	}
	if ans := g.get("/mmbiz_jpg/" + strings.Repeat("A", 83) + "/0"); ans.status != 404 {
		t.Errorf("a guessed id: %d", ans.status)
	}
	if ans := g.get("/api/v1/media/x"); ans.status != 401 {
		t.Errorf("the operator's door without a token: %d", ans.status)
	}
	for err, want := range map[error]int{fmt.Errorf("given up: %w", ErrUnavailable): 503, errors.New("bad sector"): 500} {
		g.srv.Keeper = unopened{g.srv.Keeper, err}
		if ans := get("Accept", "*/*"); ans.status != want || (ans.header.Get("Retry-After") != "") != (want == 503) || strings.Contains(ans.body, "sector") {
			t.Errorf("while it cannot be opened (%v): %d %s", err, ans.status, ans.body)
		}
	}
}

// unopened gives no file.
type unopened struct {
	Keeper
	err error
}

func (u unopened) Open(context.Context, string) (*Content, error) { return nil, u.err }

// TestMount shows that a server fits into someone's own mux and keeps its paths to itself.
func TestMount(t *testing.T) {
	g := newRig(t)
	mux := http.NewServeMux()
	mux.Handle("/v3/", g.srv)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "mine") })
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("POST", wxup.MarketingImage.Path, nil))
	//lint:ignore SA1008 WeChat's spelling is on the wire
	if len(w.Header()[wire.RequestIDHeader]) == 0 {
		t.Error("the upload path did not reach the server")
	}
}

// TestConfig: what New refuses.
func TestConfig(t *testing.T) {
	m := NewMemory()
	for name, c := range map[string]Config{
		"no index":        {Keeper: m},
		"no keeper":       {Index: m},
		"public URL":      {Index: m, Keeper: m, PublicURL: "img.example.com"},
		"profile":         {Index: m, Keeper: m, Profile: "real"},
		"budget too slim": {Index: m, Keeper: m, Budget: 1 << 20},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%s: New did not refuse", name)
		}
	}
}

// failingIndex fails to record.
type failingIndex struct{ Index }

func (failingIndex) Record(context.Context, *Exchange) error { return errors.New("disk full") }

// TestRecordFails: an upload that cannot be recorded is not acknowledged.
func TestRecordFails(t *testing.T) {
	g := newRig(t)
	g.srv.Index = failingIndex{g.mem}
	if got := g.send(try(wxup.MarketingImage)); got.status != 500 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if strings.Contains(g.log.String(), "msg=accepted") {
		t.Error("the log calls it accepted")
	}
}

// TestSlowBody: a body that does not come is given up, and its memory with it.
func TestBudgetReturns(t *testing.T) {
	g := newRig(t)
	for _, ep := range wxup.Endpoints()[:5] {
		data, name := sample(ep)
		for _, change := range []func(*attempt){
			func(*attempt) {}, func(a *attempt) { a.data = nil }, func(a *attempt) { a.partName = "x" },
			func(a *attempt) { a.data = make([]byte, ep.MaxSize()+10) }, func(a *attempt) { s := "x"; a.body = &s },
			func(a *attempt) { a.header["Authorization"] = "x" }, func(a *attempt) { a.chunked = true },
		} {
			a := try(ep)
			a.data, a.name = data, name
			change(a)
			g.send(a)
		}
	}
	if lent, _ := g.srv.Memory(); lent != 0 || len(g.srv.budget.shares) > 0 {
		t.Errorf("%d bytes of the budget were not given back; shares: %d", lent, len(g.srv.budget.shares))
	}
}

// TestWarnings: what the real service would not take, or the documents do not allow, is accepted
// and noted.
func TestWarnings(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*attempt)
		want   string
	}{
		"quoted boundary": {func(a *attempt) { a.ctype = `multipart/form-data; boundary="----boundary7MA4YWxk"` }, string(form.WarnQuotedBoundary)},
		"other name":      {func(a *attempt) { a.partHead = `form-data; name="file"; filename="other.jpg"` }, "the documents want them the same"},
		"meta in GBK": {func(a *attempt) {
			a.partHead = `form-data; name="file"; filename="图片.jpg"`
			a.meta = `{"filename":"` + "\xCD\xBC\xC6\xAC" + `.jpg","sha256":"` + a.digest() + `"}`
		}, "meta is in GBK"},
		"PNG named .jpg": {func(a *attempt) { a.data = drawing() }, "named as jpeg, but the content is png"},
		"upper-case hex": {func(a *attempt) { a.meta = `{"filename":"photo.jpg","sha256":"` + strings.ToUpper(a.digest()) + `"}` }, "upper case"},
		"meta with a name": {func(a *attempt) {
			a.meta = `{"filename":"photo.jpg","sha256":"` + a.digest() + `"}`
			a.order = []string{"file"}
			a.extra = "------boundary7MA4YWxk\r\nContent-Disposition: form-data; name=\"meta\"; filename=\"blob\"\r\n\r\n" + a.meta + "\r\n"
		}, "the meta part has a filename"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newRig(t, func(c *Config) {
				c.GBK = func(s string) ([]byte, bool) { return []byte("\xCD\xBC\xC6\xAC.jpg"), s == "图片.jpg" }
			})
			a := try(wxup.MarketingImage)
			c.change(a)
			if got := g.send(a); got.status != 200 {
				t.Fatalf("%d %s", got.status, got.body)
			}
			if w := strings.Join(g.lastExchange().Warnings, "\n"); !strings.Contains(w, c.want) {
				t.Errorf("warnings %q, want one with %q", w, c.want)
			}
		})
	}
}

// TestRequestIDSpelling reads answers off the socket: the header must be spelled as WeChat spells
// it.
func TestRequestIDSpelling(t *testing.T) {
	g := newRig(t)
	plain := httptest.NewServer(g.srv)
	defer plain.Close()
	for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.SecapiMedia} {
		conn, err := net.Dial("tcp", plain.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(time.Minute))
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", ep.Path)
		got, err := io.ReadAll(conn)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(got, []byte("\r\nRequest-ID: 08")); n != 1 || bytes.Contains(got, []byte("Request-Id")) {
			t.Errorf("%s: Request-ID is there %d times:\n%s", ep.Name, n, got)
		}
	}
}
