package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/internal/need"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
)

// TestAccountContentType: JSON by the documents, text/plain as the real media APIs answer.
func TestAccountContentType(t *testing.T) {
	for profile, want := range map[problem.Profile]string{problem.Documented: "application/json; charset=utf-8", problem.Observed: "text/plain"} {
		g := newRig(t, func(c *Config) { c.Profile = profile })
		for _, name := range []string{"photo.jpg", "photo.gif"} {
			a := try(wxup.ArticleImage)
			a.name = name
			if got := g.send(a).header.Get("Content-Type"); got != want {
				t.Errorf("%s, %s: %q, want %q", profile, name, got, want)
			}
		}
	}
}

// TestStrictSerial: a row that needs Wechatpay-Serial gets it from careful clients, and is lenient
// with others.
func TestStrictSerial(t *testing.T) {
	for _, strict := range []bool{false, true} {
		g := newRig(t, func(c *Config) { c.Strict = strict })
		a := try(wxup.ReceiptImage)
		a.data, a.name = drawing(), "r.png"
		if got := g.send(a); (got.status == 200) == strict {
			t.Errorf("strict %v, without Wechatpay-Serial: %d %s", strict, got.status, got.body)
		}
		a.header["Wechatpay-Serial"] = pubKeyID
		if got := g.send(a); got.status != 200 {
			t.Errorf("strict %v, with it: %d %s", strict, got.status, got.body)
		}
	}
}

// TestUnknownFields: fields that APIv2 does not know may be signed or not.
func TestUnknownFields(t *testing.T) {
	g := newRig(t)
	for _, signed := range []bool{true, false} {
		a := try(wxup.SecapiMedia)
		a.fields = map[string]string{"mch_id": mchid, "media_hash": a.digest(), "sign_type": sign.HMACSHA256}
		if signed {
			a.fields["hack"] = "X"
		}
		a.fields["sign"] = sign.V2(a.fields["sign_type"], a.fields, apiV2Key)
		a.fields["hack"] = "X"
		if got := g.send(a); !strings.Contains(got.body, "media_id") {
			t.Errorf("signed %v: %s", signed, got.body)
		}
	}
}

// TestRID: an account learns what was asked and answered under a rid of its own, without the token
// that was used.
func TestRID(t *testing.T) {
	g := newRig(t)
	a := try(wxup.ArticleImage)
	a.name = "photo.gif"
	refused := g.send(a)
	rid := g.lastExchange().ID
	got := g.post("/cgi-bin/openapi/rid/get?access_token="+g.token(), map[string]string{"rid": rid})
	var answer struct {
		Request struct {
			RequestURL   string `json:"request_url"`
			ResponseBody string `json:"response_body"`
			ClientIP     string `json:"client_ip"`
			InvokeTime   int64  `json:"invoke_time"`
		}
	}
	if err := json.Unmarshal([]byte(got.body), &answer); err != nil || answer.Request.ResponseBody != refused.body ||
		answer.Request.RequestURL != "access_token=***" || answer.Request.ClientIP != "127.0.0.1" || answer.Request.InvokeTime == 0 {
		t.Errorf("%v: %s", err, got.body)
	}
	g.advance(ridLife + time.Hour)
	if got := g.post("/cgi-bin/openapi/rid/get?access_token="+g.token(), map[string]string{"rid": rid}); !strings.Contains(got.body, "76001") {
		t.Errorf("after seven days: %s", got.body)
	}
}

// TestQuotaGet: an account can ask how many calls are left to it.
func TestQuotaGet(t *testing.T) {
	for _, c := range []struct {
		limit   Limit
		uploads int
		path    string
		want    string
	}{
		{Limit{Documented: true}, 3, "/cgi-bin/media/uploadimg", `"quota":{"daily_limit":1000,"used":3,"remain":997}}`},
		{Limit{Documented: true}, 0, "/cgi-bin/token", `"quota":{"daily_limit":2000,"used":2,"remain":1998}}`},
		{Limit{Documented: true}, 0, "/cgi-bin/stable_token", `"quota":{"daily_limit":100000,"used":0,"remain":100000},"rate_limit":{"call_count":10000,"refresh_second":60}}`},
		{Limit{PerMinute: 5}, 1, "/cgi-bin/media/uploadimg", `"quota":{"daily_limit":1000,"used":0,"remain":1000},"rate_limit":{"call_count":5,"refresh_second":60}}`},
		{Limit{}, 1, "/cgi-bin/media/uploadimg", `"quota":{"daily_limit":1000,"used":0,"remain":1000}}`},
	} {
		g := newRig(t, func(conf *Config) { conf.Limit = c.limit })
		a := try(wxup.ArticleImage)
		a.query = "access_token=" + g.token()
		for range c.uploads {
			g.send(a)
		}
		got := g.post("/cgi-bin/openapi/quota/get?access_token="+g.token(), map[string]string{"cgi_path": c.path})
		if want := `{"errcode":0,"errmsg":"ok",` + c.want; got.body != want {
			t.Errorf("%+v, %s after %d uploads: %s\nwant %s", c.limit, c.path, c.uploads, got.body, want)
		}
	}
}

// TestKeepRefused: the operator can look at a refused file of this machine; nobody else can, and
// strangers' are not kept.
func TestKeepRefused(t *testing.T) {
	for _, keep := range []bool{true, false} {
		g := newRig(t, func(c *Config) { c.KeepRefused = keep })
		a := try(wxup.MarketingImage)
		a.signed = new(string)
		g.send(a)
		parts := g.lastExchange().Request.Parts
		file := parts[len(parts)-1]
		if (file.Kept != "") != keep {
			t.Fatalf("KeepRefused %v: kept %q", keep, file.Kept)
		}
		if !keep {
			continue
		}
		if ans, got := g.fetch(file.Kept); ans.status != 200 || string(got) != string(a.data) || file.Format != "jpeg" {
			t.Errorf("%d, %d bytes of %s", ans.status, len(got), file.Format)
		}
		if ans := g.get("/mmbiz_jpg/" + file.Kept + "/0"); ans.status != 404 {
			t.Errorf("a refused file is public: %d", ans.status)
		}
	}
	g := newRig(t, func(c *Config) { c.KeepRefused = true })
	r := httptest.NewRequest("POST", wxup.ArticleImage.Path+"?access_token="+g.token(), strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.jpg\"\r\n\r\nx\r\n--b--\r\n"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=b") // from 192.0.2.1, as httptest has it
	g.srv.ServeHTTP(httptest.NewRecorder(), r)
	if e := g.lastExchange(); e.Problem != problem.NotImage || len(g.mem.files) != 0 {
		t.Errorf("%s; %d files of a stranger were kept", e.Problem, len(g.mem.files))
	}
}

// TestSizes is exact at the limit of every row.
func TestSizes(t *testing.T) {
	g := newRig(t)
	for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.MerchantImage, wxup.SecapiMedia, wxup.ArticleImage} {
		for _, over := range []int{-1, 0, 1} {
			a := try(ep)
			a.data = sized(int(ep.MaxSize()) + over)
			if len(a.data) != int(ep.MaxSize())+over {
				t.Fatalf("made %d bytes", len(a.data))
			}
			got := g.send(a)
			if ok := strings.Contains(got.body, `"errmsg":"ok"`) || strings.Contains(got.body, "media_url") || strings.Contains(got.body, "media_id"); ok != (over <= 0) {
				t.Errorf("%s, %d bytes over the limit: %d %s", ep.Name, over, got.status, got.body)
			}
		}
	}
}

// TestHugeBody: a body far above any limit is refused without being read.
func TestHugeBody(t *testing.T) {
	g := newRig(t)
	for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.SecapiMedia, wxup.ArticleImage} {
		a := try(ep)
		a.data = make([]byte, maxBody+1)
		g.send(a)
		if p := g.lastExchange().Problem; p != problem.TooLarge {
			t.Errorf("%s with a Content-Length: %s", ep.Name, p)
		}
		if ep.Family != wxup.PayV3 { // whose meta comes first here, but is read before the file
			continue
		}
		a.chunked = true
		g.send(a)
		if p := g.lastExchange().Problem; p != problem.TooLarge {
			t.Errorf("%s chunked: %s", ep.Name, p)
		}
	}
}

// TestCutBody: a form cut at many places leaves nothing behind and is never accepted.
func TestCutBody(t *testing.T) {
	need.Time(t)
	g := newRig(t)
	for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.SecapiMedia, wxup.ArticleImage} {
		token := "access_token=" + g.token()
		for _, order := range [][]string{{"meta", "file"}, {"file", "meta"}} {
			whole := try(ep)
			whole.order, whole.query = order, token
			g.send(whole) // fills in meta and fields
			body := string(whole.form())
			kept := len(g.mem.files)
			for cut := 0; cut < len(body)-4; cut += 97 {
				a := *whole
				part := body[:cut]
				a.body, a.header = &part, map[string]string{}
				if got := g.send(&a); strings.Contains(got.body, "media_url") || strings.Contains(got.body, "media_id") || strings.Contains(got.body, `"ok"`) {
					t.Fatalf("%s, cut at %d of %d: %s", ep.Name, cut, len(body), got.body)
				}
			}
			if len(g.mem.files) != kept {
				t.Errorf("%s: cut uploads were kept", ep.Name)
			}
		}
	}
}

// TestAbsoluteForm: a request sent through a plain proxy has a whole URL in its first line; the
// signature covers the path.
func TestAbsoluteForm(t *testing.T) {
	g := newRig(t)
	a := try(wxup.MarketingImage)
	g.send(a)
	a.auth = nil
	g.send(a)
	r, w := newRequest("POST", "http://api.mch.weixin.qq.com"+a.path+"?x=1&access_token=secret")
	r.Header = http.Header{}
	if target(r) != a.path+"?x=1&access_token=secret" {
		t.Errorf("target %q", target(r))
	}
	g.srv.ServeHTTP(w, r)
	if e := g.lastExchange(); strings.Contains(e.Path, "secret") {
		t.Errorf("the record's path holds a token: %s", e.Path)
	}
}

// TestDocsDifferences: every test that docs/differences.md names is there.
func TestDocsDifferences(t *testing.T) {
	doc, err := os.ReadFile("../docs/differences.md")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, dir := range []string{".", "..", "../sign", "../form", "../media", "../explain", "../app/intercept", "../app/inspector"} {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f.Name(), "_test.go") {
				text, err := os.ReadFile(dir + "/" + f.Name())
				if err != nil {
					t.Fatal(err)
				}
				code.Write(text)
			}
		}
	}
	for _, name := range regexp.MustCompile(`\b(Test|Example)[A-Z]\w*`).FindAllString(string(doc), -1) {
		if !strings.Contains(code.String(), "func "+name+"(") {
			t.Errorf("docs/differences.md names %s, which is not there", name)
		}
	}
}

// TestECommerce: a merchant of 电商收付通 may upload 5 MB where others may upload 2 MB, and to no other
// row.
func TestECommerce(t *testing.T) {
	const mb = 1 << 20
	g := newRig(t, func(c *Config) {
		c.Endpoints = []*wxup.Endpoint{wxup.MerchantImage, wxup.MarketingImage}
		c.Budget = leastBudget(5*mb+maxForm+formWindow, 5*mb+maxForm+formWindow)
	})
	client := g.client()
	client.Merchant.ECommerce = true // so that the client sends what the server has to judge
	m, err := g.mem.Merchant(t.Context(), mchid)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		eCommerce bool
		row       *wxup.Endpoint
		size      int
		taken     bool
	}{
		{false, wxup.MerchantImage, 2 * mb, true},
		{false, wxup.MerchantImage, 2*mb + 1, false},
		{true, wxup.MerchantImage, 2*mb + 1, true},
		{true, wxup.MerchantImage, 5 * mb, true},
		{true, wxup.MerchantImage, 5*mb + 1, false},
		{true, wxup.MarketingImage, 2*mb + 1, false},
	} {
		m.ECommerce = c.eCommerce
		g.mem.PutMerchant(*m)
		a := try(c.row)
		a.data = sized(c.size)
		if ans := g.send(a); (ans.status == 200) != c.taken {
			t.Errorf("%s, %d bytes, e-commerce %t: %d %s", c.row.Name, c.size, c.eCommerce, ans.status, ans.body)
		}
		if e := g.lastExchange(); !c.taken && e.Problem != problem.TooLarge {
			t.Errorf("%s, %d bytes, e-commerce %t: refused as %s: %s", c.row.Name, c.size, c.eCommerce, e.Problem, e.Reason)
		}
		res, err := client.Upload(t.Context(), c.row, wxup.Bytes("photo.jpg", sized(c.size)))
		switch {
		case c.taken && (err != nil || res.Size != int64(c.size)):
			t.Errorf("the client: %s, %d bytes, e-commerce %t: %+v, %v", c.row.Name, c.size, c.eCommerce, res, err)
		case !c.taken && !errors.Is(err, wxup.TooLarge):
			t.Errorf("the client: %s, %d bytes, e-commerce %t: %v", c.row.Name, c.size, c.eCommerce, err)
		}
	}
	if _, err := New(Config{Index: g.mem, Keeper: g.mem, Budget: leastBudget(5*mb+maxForm+formWindow, 5*mb+maxForm+formWindow) - 1, Endpoints: []*wxup.Endpoint{wxup.MerchantImage}}); err == nil {
		t.Error("a budget that cannot hold the largest file is accepted")
	}
}
