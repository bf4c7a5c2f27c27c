package inspector_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
)

var marketing = wxup.MarketingImage

// exchange and exchangeList are as much of the answers as the tests read.
type exchange struct {
	ID, Page, Family, Endpoint, Account, Outcome, Problem, Cause, Title string
	Path, Hint, Curl                                                    string
	Status                                                              int
	Time                                                                time.Time
	Warnings                                                            []string
	ReplayOf                                                            string `json:"replay_of"`
	StringToSign                                                        string `json:"string_to_sign"`
	Answer                                                              any
	Media                                                               *struct {
		ID, URL, Content, SHA256, Format, Filename string
		Size                                       int64
		Public                                     bool
	}
	Steps    []struct{ Name, Error string }
	Findings []struct {
		Cause, Title, Fix string
		SDKs              []struct{ Language, Code string }
	}
	Snippets []struct{ Language, Code string }
	Request  struct {
		Headers map[string][]string
		Parts   []struct {
			Name, Filename, SHA256 string
			Text                   any
			Size                   int64
		}
	}
}

type exchangeList struct {
	Exchanges  []exchange
	Next       string
	SearchedTo string `json:"searched_to"`
}

func (l exchangeList) ids() (ids []string) {
	for _, e := range l.Exchanges {
		ids = append(ids, e.ID)
	}
	return ids
}

// TestFilters: each filter alone, against what was sent.
func TestFilters(t *testing.T) {
	g := newRig(t)
	g.crowd()
	_, whole := g.send(attempt{signed: wholeBody, name: "needle-in-hay.jpg"})
	b := g.operator()
	var all exchangeList
	b.json("/api/v1/exchanges", &all)
	if len(all.Exchanges) < 12 || all.Exchanges[0].ID != whole || !slices.IsSortedFunc(all.Exchanges, func(a, b exchange) int { return b.Time.Compare(a.Time) }) {
		t.Fatalf("the list is %q", all.ids())
	}
	byID := map[string]exchange{}
	for _, e := range all.Exchanges {
		byID[e.ID] = e
	}
	first := all.Exchanges[len(all.Exchanges)-1]
	for query, want := range map[string]func(exchange) bool{
		"family=payv3":            func(e exchange) bool { return e.Family == "payv3" },
		"family=account":          func(e exchange) bool { return e.Family == "account" },
		"family=payv2":            func(e exchange) bool { return false },
		"endpoint=marketing":      func(e exchange) bool { return e.Endpoint == "marketing" },
		"endpoint=family:payv3":   func(e exchange) bool { return e.Family == "payv3" },
		"endpoint=-":              func(e exchange) bool { return e.Endpoint == "" },
		"outcome=refused":         func(e exchange) bool { return e.Problem != "" },
		"outcome=accepted":        func(e exchange) bool { return e.Problem == "" },
		"outcome=warned":          func(e exchange) bool { return e.Outcome == "warned" },
		"account=" + appid:        func(e exchange) bool { return e.Account == appid },
		"account=1900000109":      func(e exchange) bool { return e.Account == "1900000109" },
		"cause=bad_signature":     func(e exchange) bool { return e.Problem == "bad_signature" },
		"cause=v3.body":           func(e exchange) bool { return strings.HasPrefix(e.Cause, "v3.body.") },
		"cause=v3.bod":            func(e exchange) bool { return false },
		"q=NEEDLE":                func(e exchange) bool { return e.ID == whole },
		"q=" + first.ID:           func(e exchange) bool { return e.ID == first.ID },
		"q=" + first.ID[3:20]:     func(e exchange) bool { return e.ID == first.ID },
		"q=no+such+text+anywhere": func(e exchange) bool { return false },
		"outcome=refused&family=payv3&endpoint=marketing&account=" + mchid: func(e exchange) bool { return e.Problem != "" && e.Account == mchid },
	} {
		var want2, got []string
		for _, e := range all.Exchanges {
			if want(e) {
				want2 = append(want2, e.ID)
			}
		}
		var list exchangeList
		b.json("/api/v1/exchanges?"+query, &list)
		if got = list.ids(); !slices.Equal(got, want2) {
			t.Errorf("%s: got %q, want %q", query, got, want2)
		}
		page := b.get("/?" + query)
		for id := range byID {
			if shown := strings.Contains(page.body, `data-id="`+id+`"`); shown != slices.Contains(want2, id) {
				t.Errorf("the page with %s shows %s: %t", query, id, shown)
			}
		}
	}
	if e := byID[whole]; e.Outcome != "refused" || e.Cause != "v3.body.whole_multipart" {
		t.Errorf("the whole body signed: %s, %q", e.Outcome, e.Cause)
	}
}

// TestPages: paging gives every exchange once, also while new ones come, and looks no further than it may at once.
func TestPages(t *testing.T) {
	g := newRig(t)
	b := g.operator()
	const n = 137
	for i := range n {
		g.record(fmt.Sprintf("%026d-0", i), time.Now().Add(time.Duration(i-n)*time.Second), "note", i%3 == 0)
	}
	var ids []string
	next := ""
	for page := 0; ; page++ {
		var list exchangeList
		b.json("/api/v1/exchanges?limit=10&before="+url.QueryEscape(next), &list)
		ids = append(ids, list.ids()...)
		g.record(fmt.Sprintf("new-%d", page), time.Now(), "", false)
		if next = list.Next; next == "" {
			break
		}
		if len(list.Exchanges) != 10 {
			t.Errorf("page %d has %d", page, len(list.Exchanges))
		}
	}
	slices.Sort(ids)
	if len(ids) != n || len(slices.Compact(ids)) != n {
		t.Errorf("%d exchanges were listed, want %d", len(ids), n)
	}
	var html int
	for path := "/?outcome=refused"; path != ""; {
		a := b.get(path)
		html += strings.Count(a.body, `class="row refused"`)
		path = ""
		if _, rest, ok := strings.Cut(a.body, `rel="next" href="`); ok {
			path, _, _ = strings.Cut(rest, `"`)
			path = strings.ReplaceAll(path, "&amp;", "&")
		}
	}
	if want := (n + 2) / 3; html != want {
		t.Errorf("the pages show %d refused ones, want %d", html, want)
	}
}

// record puts an exchange into the index as a server would.
func (g *rig) record(id string, at time.Time, reason string, refused bool) {
	g.t.Helper()
	e := &server.Exchange{ID: id, Time: at, Took: time.Millisecond, Family: wxup.PayV3, Endpoint: "marketing", Account: mchid, Method: "POST", Path: marketing.Path, Status: 200, Reason: reason}
	if refused {
		e.Status, e.Problem = 403, wxup.BadSignature
	}
	g.must(g.index.Record(context.Background(), e))
}

func TestBounds(t *testing.T) {
	g := newRig(t)
	b := g.operator()
	for path, code := range map[string]string{
		"/api/v1/exchanges?limit=0":                               "bad_parameter",
		"/api/v1/exchanges?limit=201":                             "bad_parameter",
		"/api/v1/exchanges?limit=x":                               "bad_parameter",
		"/api/v1/exchanges?before=yesterday":                      "bad_parameter",
		"/api/v1/exchanges?family=payv4":                          "bad_parameter",
		"/api/v1/exchanges?outcome=maybe":                         "bad_parameter",
		"/api/v1/exchanges?q=" + strings.Repeat("x", 201):         "bad_parameter",
		"/api/v1/exchanges/none":                                  "not_found",
		"/api/v1/exchanges/wait?timeout=soon":                     "bad_parameter",
		"/api/v1/exchanges/wait?after=none":                       "bad_parameter",
		"/api/v1/media/none":                                      "not_found",
		"/api/v1/nothing":                                         "not_found",
		"/api/v1/keys/reveal":                                     "not_found",
		"/api/v1/exchanges/stream?outcome=maybe":                  "bad_parameter",
		"/api/v1/exchanges?account=" + strings.Repeat("9", 300):   "bad_parameter",
		"/api/v1/exchanges/wait?timeout=0s&cause=nothing_like_it": "timeout",
	} {
		if a := b.get(path); a.errorOf() != code || a.status < 400 || !strings.Contains(a.body, `"hint"`) {
			t.Errorf("%.60s: %d %s", path, a.status, a.body)
		}
	}
	if a := b.get("/api/v1/exchanges?limit=200"); a.status != 200 {
		t.Errorf("limit=200: %d", a.status)
	}
	if a := b.get("/exchanges/none"); a.status != 404 || !strings.Contains(a.body, "There is no such exchange.") {
		t.Errorf("no such exchange: %d %s", a.status, a.body)
	}
	if a := b.get("/?outcome=maybe"); a.status != 400 {
		t.Errorf("a bad filter on the page: %d", a.status)
	}
	if a := b.post("/api/v1/keys/reveal", url.Values{"key": {strings.Repeat("x", 9<<10)}}); a.status/100 != 4 {
		t.Errorf("a large body: %d", a.status)
	}
	g.index.Close()
	if a := b.get("/api/v1/exchanges"); a.status != 500 || a.errorOf() != "internal" || strings.Contains(a.body, "sql") {
		t.Errorf("with the index away: %d %s", a.status, a.body)
	}
	if a := b.get("/"); a.status != 500 || !strings.Contains(a.body, "The index could not be read.") {
		t.Errorf("the page with the index away: %d", a.status)
	}
}

// TestOneExchange: a refused one and an accepted one, whole.
func TestOneExchange(t *testing.T) {
	g := newRig(t)
	const fixed = "593BEC0C930BF1AFEB40B4A08C8FB242"
	_, id := g.send(attempt{signed: wholeBody, nonce: fixed, timestamp: fmt.Sprint(time.Now().Unix())})
	b := g.operator()
	var e exchange
	b.json("/api/v1/exchanges/"+id, &e)
	if e.ID != id || e.Outcome != "refused" || e.Problem != "bad_signature" || e.Status != 403 || e.Account != mchid {
		t.Errorf("%+v", e)
	}
	if len(e.Findings) == 0 || e.Findings[0].Cause != e.Cause || e.Findings[0].Title == "" || e.Findings[0].Fix == "" || len(e.Findings[0].SDKs) != 5 {
		t.Errorf("the findings are %+v", e.Findings)
	}
	lines := strings.Split(e.StringToSign, "\n")
	if len(lines) != 6 || lines[0] != "POST" || lines[1] != marketing.Path || lines[3] != fixed || !strings.HasPrefix(lines[4], `{"filename":"photo.jpg"`) || lines[5] != "" {
		t.Errorf("the string to sign is %q", e.StringToSign)
	}
	if len(e.Request.Parts) != 2 || e.Request.Parts[0].Text != lines[4] || e.Request.Parts[1].SHA256 != digest(photo(0)) {
		t.Errorf("the parts are %+v", e.Request.Parts)
	}
	var languages []string
	for _, s := range e.Snippets {
		languages = append(languages, s.Language)
		if !strings.Contains(s.Code, "photo.jpg") || !strings.Contains(s.Code, marketing.Path) {
			t.Errorf("the snippet of %s lacks the request's own values: %s", s.Language, s.Code)
		}
	}
	if got := strings.Join(languages, " "); got != "go java php node python" {
		t.Errorf("the snippets are in %s", got)
	}
	if last := e.Steps[len(e.Steps)-1]; last.Name != "prove" || last.Error == "" {
		t.Errorf("the last step is %+v", last)
	}
	if answer, _ := e.Answer.(string); !strings.Contains(answer, "REQUEST_BLOCKED") {
		t.Errorf("the answer is %q", e.Answer)
	}
	zh := b.get("/api/v1/exchanges/"+id, "Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")
	if !strings.Contains(zh.body, "签名与请求不符") {
		t.Errorf("in Chinese: %s", zh.body)
	}

	res := g.upload(marketing, "cup.jpg", photo(1))
	e = exchange{}
	b.json("/api/v1/exchanges/"+res.RequestID, &e)
	if e.Outcome != "accepted" || e.Media == nil || e.Media.URL != res.URL || e.Media.Filename != "cup.jpg" || !e.Media.Public || e.Title != "cup.jpg · 320 × 200 · jpg · 4.6 KB" {
		t.Errorf("%+v %+v", e, e.Media)
	}
	page := b.get(e.Page)
	for _, want := range []string{"cup.jpg", e.Media.URL, `src="` + e.Media.Content + `"`, res.SHA256, "Accepted"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestReplay: the same request again is told as such.
func TestReplay(t *testing.T) {
	g := newRig(t)
	a := attempt{nonce: nonce(), timestamp: fmt.Sprint(time.Now().Unix())}
	_, first := g.send(a)
	g.send(a)
	var list exchangeList
	g.operator().json("/api/v1/exchanges", &list)
	e := list.Exchanges[0]
	if e.ReplayOf != first || e.ID == first {
		t.Errorf("%s is a replay of %q, want %s", e.ID, e.ReplayOf, first)
	}
	if page := g.operator().get(e.Page); !strings.Contains(page.body, `href="/exchanges/`+first+`"`) {
		t.Error("the page has no link to the first one")
	}
}

// TestMedia: files are given to who has signed in, private ones too, as what they are and as nothing else.
func TestMedia(t *testing.T) {
	g := newRig(t)
	b := g.operator()
	data := photo(2)
	private := g.upload(wxup.MerchantImage, "licence.jpg", data)
	path := "/api/v1/media/" + private.MediaID
	a := b.get(path)
	if a.status != 200 || a.body != string(data) || a.header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(a.header.Get("Content-Disposition"), "inline; ") {
		t.Errorf("%d %v", a.status, a.header)
	}
	if got := a.header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
	if a := b.get(path, "Range", "bytes=0-1"); a.status != 206 || a.body != "\xff\xd8" {
		t.Errorf("a range: %d %q", a.status, a.body)
	}
	if a := g.stranger().get(path); a.status != 401 || strings.Contains(a.body, "\xff\xd8") {
		t.Errorf("a stranger gets %d", a.status)
	}
	pdf := []byte("%PDF-1.7\n" + strings.Repeat("x", 100))
	res, err := g.client.Upload(t.Context(), wxup.HKFile, wxup.Bytes("a.pdf", pdf))
	g.must(err)
	a = b.get("/api/v1/media/" + res.MediaID)
	if a.body != string(pdf) || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment; ") || !strings.Contains(a.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("a PDF: %d %v", a.status, a.header)
	}
	var e exchange
	b.json("/api/v1/exchanges/"+res.RequestID, &e)
	if page := b.get(e.Page); strings.Contains(page.body, "<img") || !strings.Contains(page.body, "download") {
		t.Error("the page of a PDF shows it, or does not offer it")
	}
}

func TestAccountsAndKeys(t *testing.T) {
	g := newRig(t)
	b := g.operator()
	var keySet struct {
		Variables []struct{ Name, Value, Secret string }
		Merchants []struct {
			MchID, Name  string
			Files        []string
			Certificates []struct {
				SerialNo string `json:"serial_no"`
				State    string
			}
			APIv3Key string `json:"apiv3_key_secret"`
		}
		Apps, Components []struct {
			AppID  string
			Secret string `json:"appsecret_secret"`
		}
		PlatformKeys []struct{ ID, Kind string } `json:"platform_keys"`
	}
	a := b.json("/api/v1/keys", &keySet)
	if len(keySet.Variables) != 5 || len(keySet.Merchants) != 1 || len(keySet.Apps) != 1 || len(keySet.Components) != 1 || len(keySet.PlatformKeys) != 1 {
		t.Fatalf("%s", a.body)
	}
	m := keySet.Merchants[0]
	if m.MchID != mchid || m.Certificates[0].State != "valid" || len(m.Certificates[0].SerialNo) < 30 || len(m.Files) != 1 || !strings.HasSuffix(m.Files[0], "/apiclient_key.pem") {
		t.Errorf("%+v", m)
	}
	for key, want := range map[string]string{
		m.APIv3Key: apiV3Key, keySet.Apps[0].Secret: appSecret, keySet.Components[0].Secret: appSecret, "variable/WXUP_APIV3_KEY": apiV3Key,
		"merchant/" + mchid + "/apiv2_key": apiV2Key, "variable/WXUP_ADMIN_TOKEN": "", "variable/none": "", "merchant/1/apiv3_key": "", "merchant/" + mchid + "/name": "", "": "", "app": "",
	} {
		a := b.post("/api/v1/keys/reveal", url.Values{"key": {key}})
		if want == "" && (a.status != 404 || a.errorOf() != "not_found") || want != "" && !strings.Contains(a.body, want) {
			t.Errorf("reveal %q: %d %s", key, a.status, a.body)
		}
	}
	if log := g.log.String(); !strings.Contains(log, "a secret was shown") || !strings.Contains(log, "merchant/"+mchid+"/apiv2_key") {
		t.Error("the log does not say that secrets were shown")
	}
	// Without JavaScript: a form, and the one value that was asked for.
	a = b.post("/keys", url.Values{"key": {keySet.Apps[0].Secret}})
	if a.status != 200 || strings.Count(a.body, ">"+appSecret+"<") != 1 || strings.Contains(a.body, apiV3Key) {
		t.Errorf("the page with one secret: %d, %d times", a.status, strings.Count(a.body, appSecret))
	}
	for path, want := range map[string]string{"/api/v1/merchants": mchid, "/api/v1/apps": appid, "/api/v1/endpoints": "/cgi-bin/media/uploadimg", "/api/v1/endpoints?lang=zh": "公众号图文消息内图片"} {
		if a := b.get(path); a.status != 200 || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	for _, ep := range wxup.Endpoints() {
		if page := b.get("/keys"); !strings.Contains(page.body, strings.ReplaceAll(ep.Path, "+", "&#43;")) {
			t.Errorf("the page of keys lacks %s", ep.Path)
		}
	}
}

// TestSecretsStaySecret: none is in any page or answer, nor in the log, until it is asked for.
func TestSecretsStaySecret(t *testing.T) {
	g := newRig(t)
	g.crowd()
	g.send(attempt{header: http.Header{"Cookie": {"session=cookie-of-a-stranger"}}})
	b := g.operator()
	var list exchangeList
	b.json("/api/v1/exchanges", &list)
	paths := []string{"/", "/keys", "/api/v1/exchanges", "/api/v1/keys", "/api/v1/merchants", "/api/v1/apps", "/api/v1/endpoints", "/login"}
	for _, e := range list.Exchanges {
		paths = append(paths, e.Page, "/api/v1/exchanges/"+e.ID)
	}
	for _, path := range paths {
		a := b.get(path)
		for _, secret := range append([]string{"cookie-of-a-stranger", "access_token=4"}, secrets...) {
			if strings.Contains(a.body, secret) {
				t.Errorf("%s holds %q", path, secret)
			}
		}
	}
	for _, secret := range secrets {
		if strings.Contains(g.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}
