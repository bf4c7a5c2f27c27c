package inspector_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/inspector/inspectortest"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/problem"
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
	g := inspectortest.New(t)
	g.Crowd()
	_, whole := g.Send(inspectortest.Attempt{Signed: inspectortest.WholeBody, Name: "needle-in-hay.jpg"})
	b := g.Operator()
	var all exchangeList
	b.JSON("/api/v1/exchanges", &all)
	if len(all.Exchanges) < 12 || all.Exchanges[0].ID != whole || !slices.IsSortedFunc(all.Exchanges, func(a, b exchange) int { return b.Time.Compare(a.Time) }) {
		t.Fatalf("the list is %q", all.ids())
	}
	byID := map[string]exchange{}
	for _, e := range all.Exchanges {
		byID[e.ID] = e
	}
	first := all.Exchanges[len(all.Exchanges)-1]
	for query, want := range map[string]func(exchange) bool{
		"family=payv3":                   func(e exchange) bool { return e.Family == "payv3" },
		"family=account":                 func(e exchange) bool { return e.Family == "account" },
		"family=payv2":                   func(e exchange) bool { return false },
		"endpoint=marketing":             func(e exchange) bool { return e.Endpoint == "marketing" },
		"endpoint=family:payv3":          func(e exchange) bool { return e.Family == "payv3" },
		"endpoint=-":                     func(e exchange) bool { return e.Endpoint == "" },
		"outcome=refused":                func(e exchange) bool { return e.Problem != "" },
		"outcome=accepted":               func(e exchange) bool { return e.Problem == "" },
		"outcome=warned":                 func(e exchange) bool { return e.Outcome == "warned" },
		"account=" + inspectortest.AppID: func(e exchange) bool { return e.Account == inspectortest.AppID },
		"account=1900000109":             func(e exchange) bool { return e.Account == "1900000109" },
		"cause=bad_signature":            func(e exchange) bool { return e.Problem == "bad_signature" },
		"cause=v3.body":                  func(e exchange) bool { return strings.HasPrefix(e.Cause, "v3.body.") },
		"cause=v3.bod":                   func(e exchange) bool { return false },
		"q=NEEDLE":                       func(e exchange) bool { return e.ID == whole },
		"q=" + first.ID:                  func(e exchange) bool { return e.ID == first.ID },
		"q=" + first.ID[3:20]:            func(e exchange) bool { return e.ID == first.ID },
		"q=no+such+text+anywhere":        func(e exchange) bool { return false },
		"outcome=refused&family=payv3&endpoint=marketing&account=" + inspectortest.MchID: func(e exchange) bool { return e.Problem != "" && e.Account == inspectortest.MchID },
	} {
		var want2, got []string
		for _, e := range all.Exchanges {
			if want(e) {
				want2 = append(want2, e.ID)
			}
		}
		var list exchangeList
		b.JSON("/api/v1/exchanges?"+query, &list)
		if got = list.ids(); !slices.Equal(got, want2) {
			t.Errorf("%s: got %q, want %q", query, got, want2)
		}
		page := b.Get("/?" + query)
		for id := range byID {
			if shown := strings.Contains(page.Body, `data-id="`+id+`"`); shown != slices.Contains(want2, id) {
				t.Errorf("the page with %s shows %s: %t", query, id, shown)
			}
		}
	}
	if e := byID[whole]; e.Outcome != "refused" || e.Cause != "v3.body.whole_multipart" {
		t.Errorf("the whole body signed: %s, %q", e.Outcome, e.Cause)
	}
}

// TestPages: paging gives every exchange once, also while new ones come, and looks no further than
// it may at once.
func TestPages(t *testing.T) {
	g := inspectortest.New(t)
	b := g.Operator()
	const n = 137
	for i := range n {
		record(g, fmt.Sprintf("%026d-0", i), time.Now().Add(time.Duration(i-n)*time.Second), "note", i%3 == 0)
	}
	var ids []string
	next := ""
	for page := 0; ; page++ {
		var list exchangeList
		b.JSON("/api/v1/exchanges?limit=10&before="+url.QueryEscape(next), &list)
		ids = append(ids, list.ids()...)
		record(g, fmt.Sprintf("new-%d", page), time.Now(), "", false)
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
		a := b.Get(path)
		html += strings.Count(a.Body, `class="row refused"`)
		path = ""
		if _, rest, ok := strings.Cut(a.Body, `rel="next" href="`); ok {
			path, _, _ = strings.Cut(rest, `"`)
			path = strings.ReplaceAll(path, "&amp;", "&")
		}
	}
	if want := (n + 2) / 3; html != want {
		t.Errorf("the pages show %d refused ones, want %d", html, want)
	}
}

// record puts an exchange into the index as a server would.
func record(g *inspectortest.Rig, id string, at time.Time, reason string, refused bool) {
	g.T.Helper()
	e := &server.Exchange{ID: id, Time: at, Took: time.Millisecond, Family: wxup.PayV3, Endpoint: "marketing", Account: inspectortest.MchID, Method: "POST", Path: marketing.Path, Status: 200, Reason: reason}
	if refused {
		e.Status, e.Problem = 403, wxup.BadSignature
	}
	g.Must(g.Index.Record(context.Background(), e))
}

func TestBounds(t *testing.T) {
	g := inspectortest.New(t)
	b := g.Operator()
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
		if a := b.Get(path); a.ErrorOf() != code || a.Status < 400 || !strings.Contains(a.Body, `"hint"`) {
			t.Errorf("%.60s: %d %s", path, a.Status, a.Body)
		}
	}
	if a := b.Get("/api/v1/exchanges?limit=200"); a.Status != 200 {
		t.Errorf("limit=200: %d", a.Status)
	}
	if a := b.Get("/exchanges/none"); a.Status != 404 || !strings.Contains(a.Body, "Request not found.") {
		t.Errorf("no such exchange: %d %s", a.Status, a.Body)
	}
	if a := b.Get("/?outcome=maybe"); a.Status != 400 {
		t.Errorf("a bad filter on the page: %d", a.Status)
	}
	if a := b.Post("/api/v1/keys/reveal", url.Values{"key": {strings.Repeat("x", 9<<10)}}); a.Status/100 != 4 {
		t.Errorf("a large body: %d", a.Status)
	}
	g.Index.Close()
	if a := b.Get("/api/v1/exchanges"); a.Status != 500 || a.ErrorOf() != "internal" || strings.Contains(a.Body, "sql") {
		t.Errorf("with the index away: %d %s", a.Status, a.Body)
	}
	if a := b.Get("/"); a.Status != 500 || !strings.Contains(a.Body, "The index could not be read.") {
		t.Errorf("the page with the index away: %d", a.Status)
	}
}

// TestOneExchange: a refused one and an accepted one, whole.
func TestOneExchange(t *testing.T) {
	g := inspectortest.New(t)
	const fixed = "593BEC0C930BF1AFEB40B4A08C8FB242"
	_, id := g.Send(inspectortest.Attempt{Signed: inspectortest.WholeBody, Nonce: fixed, Timestamp: fmt.Sprint(time.Now().Unix())})
	b := g.Operator()
	var e exchange
	b.JSON("/api/v1/exchanges/"+id, &e)
	if e.ID != id || e.Outcome != "refused" || e.Problem != "bad_signature" || e.Status != 403 || e.Account != inspectortest.MchID {
		t.Errorf("%+v", e)
	}
	if len(e.Findings) == 0 || e.Findings[0].Cause != e.Cause || e.Findings[0].Title == "" || e.Findings[0].Fix == "" || len(e.Findings[0].SDKs) != 6 {
		t.Errorf("the findings are %+v", e.Findings)
	}
	lines := strings.Split(e.StringToSign, "\n")
	if len(lines) != 6 || lines[0] != "POST" || lines[1] != marketing.Path || lines[3] != fixed || !strings.HasPrefix(lines[4], `{"filename":"photo.jpg"`) || lines[5] != "" {
		t.Errorf("the string to sign is %q", e.StringToSign)
	}
	if len(e.Request.Parts) != 2 || e.Request.Parts[0].Text != lines[4] || e.Request.Parts[1].SHA256 != inspectortest.Digest(inspectortest.Photo(0)) {
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
	zh := b.Get("/api/v1/exchanges/"+id, "Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")
	if !strings.Contains(zh.Body, "签名与请求不符") {
		t.Errorf("in Chinese: %s", zh.Body)
	}

	res := g.Upload(marketing, "cup.jpg", inspectortest.Photo(1))
	e = exchange{}
	b.JSON("/api/v1/exchanges/"+res.RequestID, &e)
	if e.Outcome != "accepted" || e.Media == nil || e.Media.URL != res.URL || e.Media.Filename != "cup.jpg" || !e.Media.Public || e.Title != "cup.jpg · 320 × 200 · jpg · 4.6 KB" {
		t.Errorf("%+v %+v", e, e.Media)
	}
	page := b.Get(e.Page)
	for _, want := range []string{"cup.jpg", e.Media.URL, `src="` + e.Media.Content + `"`, res.SHA256, "Accepted"} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestUnexplained: the page and the API say why a refusal has no explanation.
func TestUnexplained(t *testing.T) {
	g := inspectortest.New(t)
	report := explain.Unexplained(explain.Gone)
	g.Must(g.Index.Record(t.Context(), &server.Exchange{
		ID: "086B0CA585-1", Time: time.Now(), Family: wxup.PayV3, Method: "POST", Path: marketing.Path, Problem: problem.Unreadable, Report: &report,
	}))
	b := g.Operator()
	for _, path := range []string{"/api/v1/exchanges/086B0CA585-1", "/exchanges/086B0CA585-1"} {
		for lang, want := range map[string]string{"en": report.Unexplained.EN, "zh-CN": report.Unexplained.ZH} {
			got := strings.ToLower(html.UnescapeString(b.Get(path, "Accept-Language", lang).Body))
			if !strings.Contains(got, strings.ToLower(want)) {
				t.Errorf("%s in %s lacks %q", path, lang, want)
			}
		}
	}
	if page := b.Get("/exchanges/086B0CA585-1").Body; !strings.Contains(page, "no answer") {
		t.Error("the page does not say that there was no answer")
	}
}

// TestReplay: the same request again is told as such.
func TestReplay(t *testing.T) {
	g := inspectortest.New(t)
	a := inspectortest.Attempt{Nonce: inspectortest.Nonce(), Timestamp: fmt.Sprint(time.Now().Unix())}
	_, first := g.Send(a)
	g.Send(a)
	var list exchangeList
	g.Operator().JSON("/api/v1/exchanges", &list)
	e := list.Exchanges[0]
	if e.ReplayOf != first || e.ID == first {
		t.Errorf("%s is a replay of %q, want %s", e.ID, e.ReplayOf, first)
	}
	if page := g.Operator().Get(e.Page); !strings.Contains(page.Body, `href="/exchanges/`+first+`"`) {
		t.Error("the page has no link to the first one")
	}
}

// TestExpiredMedia: the id of an invoice opens for three days, and not again: neither while its
// record is there nor when that is deleted, although another file has the same bytes. Uploaded
// again, it opens again.
func TestExpiredMedia(t *testing.T) {
	g := inspectortest.New(t)
	b := g.Operator()
	pdf := []byte("%PDF-1.7\n" + strings.Repeat("x", 100))
	upload := func(ep *wxup.Endpoint) (path, page string) {
		t.Helper()
		res, err := g.Client.Upload(t.Context(), ep, wxup.Bytes("a.pdf", pdf))
		g.Must(err)
		var e exchange
		b.JSON("/api/v1/exchanges/"+res.RequestID, &e)
		return "/api/v1/media/" + res.MediaID, e.Page
	}
	invoice, page := upload(wxup.FapiaoFile)
	other, _ := upload(wxup.HKFile)
	opens := func(when string, path string, want int) {
		t.Helper()
		if a := b.Get(path); a.Status != want || want == 200 && a.Body != string(pdf) || want == 410 && a.ErrorOf() != "expired" {
			t.Errorf("%s: %d %q, want %d", when, a.Status, a.Body, want)
		}
	}
	opens("at first", invoice, 200)
	g.Offset.Store(int64(71 * time.Hour))
	opens("after 71 hours", invoice, 200)
	g.Offset.Store(int64(73 * time.Hour))
	opens("after 73 hours", invoice, 410)
	if a := b.Get(page); a.Status != 200 || strings.Contains(a.Body, "download") {
		t.Errorf("its page: %d, or it still offers the file", a.Status)
	}
	dropped, err := g.Index.DropEndedMedia(t.Context(), time.Now().Add(200*time.Hour), false)
	g.Must(err)
	if dropped != 1 {
		t.Fatalf("%d records of ids that have ended were deleted", dropped)
	}
	opens("when its record is deleted", invoice, 410)
	opens("the other one", other, 200)
	g.Offset.Store(0)
	if again, _ := upload(wxup.FapiaoFile); again != invoice {
		t.Errorf("uploaded again it is %s, not %s", again, invoice)
	}
	opens("uploaded again", invoice, 200)
}

// TestMedia: files are given to who has signed in, private ones too, as what they are and as
// nothing else.
func TestMedia(t *testing.T) {
	g := inspectortest.New(t)
	b := g.Operator()
	data := inspectortest.Photo(2)
	private := g.Upload(wxup.MerchantImage, "licence.jpg", data)
	path := "/api/v1/media/" + private.MediaID
	a := b.Get(path)
	if a.Status != 200 || a.Body != string(data) || a.Header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "inline; ") {
		t.Errorf("%d %v", a.Status, a.Header)
	}
	if got := a.Header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
	if a := b.Get(path, "Range", "bytes=0-1"); a.Status != 206 || a.Body != "\xff\xd8" {
		t.Errorf("a range: %d %q", a.Status, a.Body)
	}
	if a := g.Stranger().Get(path); a.Status != 401 || strings.Contains(a.Body, "\xff\xd8") {
		t.Errorf("a stranger gets %d", a.Status)
	}
	pdf := []byte("%PDF-1.7\n" + strings.Repeat("x", 100))
	res, err := g.Client.Upload(t.Context(), wxup.HKFile, wxup.Bytes("a.pdf", pdf))
	g.Must(err)
	a = b.Get("/api/v1/media/" + res.MediaID)
	if a.Body != string(pdf) || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment; ") || !strings.Contains(a.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("a PDF: %d %v", a.Status, a.Header)
	}
	var e exchange
	b.JSON("/api/v1/exchanges/"+res.RequestID, &e)
	if page := b.Get(e.Page); strings.Contains(page.Body, "<img") || !strings.Contains(page.Body, "download") {
		t.Error("the page of a PDF shows it, or does not offer it")
	}
}

func TestAccountsAndKeys(t *testing.T) {
	g := inspectortest.New(t)
	b := g.Operator()
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
	a := b.JSON("/api/v1/keys", &keySet)
	if len(keySet.Variables) != 5 || len(keySet.Merchants) != 1 || len(keySet.Apps) != 1 || len(keySet.Components) != 1 || len(keySet.PlatformKeys) != 1 {
		t.Fatalf("%s", a.Body)
	}
	m := keySet.Merchants[0]
	if m.MchID != inspectortest.MchID || m.Certificates[0].State != "valid" || len(m.Certificates[0].SerialNo) < 30 || len(m.Files) != 1 || !strings.HasSuffix(m.Files[0], "/apiclient_key.pem") {
		t.Errorf("%+v", m)
	}
	for key, want := range map[string]string{
		m.APIv3Key: inspectortest.APIv3Key, keySet.Apps[0].Secret: inspectortest.AppSecret, keySet.Components[0].Secret: inspectortest.AppSecret, "variable/WXUP_APIV3_KEY": inspectortest.APIv3Key,
		"merchant/" + inspectortest.MchID + "/apiv2_key": inspectortest.APIv2Key, "variable/WXUP_ADMIN_TOKEN": "", "variable/none": "", "merchant/1/apiv3_key": "", "merchant/" + inspectortest.MchID + "/name": "", "": "", "app": "",
	} {
		a := b.Post("/api/v1/keys/reveal", url.Values{"key": {key}})
		if want == "" && (a.Status != 404 || a.ErrorOf() != "not_found") || want != "" && !strings.Contains(a.Body, want) {
			t.Errorf("reveal %q: %d %s", key, a.Status, a.Body)
		}
	}
	if log := g.Log.String(); !strings.Contains(log, "a secret was shown") || !strings.Contains(log, "merchant/"+inspectortest.MchID+"/apiv2_key") {
		t.Error("the log does not say that secrets were shown")
	}
	// Without JavaScript: a form, and the one value that was asked for.
	a = b.Post("/keys", url.Values{"key": {keySet.Apps[0].Secret}})
	if a.Status != 200 || strings.Count(a.Body, ">"+inspectortest.AppSecret+"<") != 1 || strings.Contains(a.Body, inspectortest.APIv3Key) {
		t.Errorf("the page with one secret: %d, %d times", a.Status, strings.Count(a.Body, inspectortest.AppSecret))
	}
	for path, want := range map[string]string{"/api/v1/merchants": inspectortest.MchID, "/api/v1/apps": inspectortest.AppID, "/api/v1/endpoints": "/cgi-bin/media/uploadimg", "/api/v1/endpoints?lang=zh": "公众号图文消息内图片"} {
		if a := b.Get(path); a.Status != 200 || !strings.Contains(a.Body, want) {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	for _, ep := range wxup.Endpoints() {
		if page := b.Get("/keys"); !strings.Contains(page.Body, strings.ReplaceAll(ep.Path, "+", "&#43;")) {
			t.Errorf("the page of keys lacks %s", ep.Path)
		}
	}
}

// TestSecretsStaySecret: none is in any page or answer, nor in the log, until it is asked for.
func TestSecretsStaySecret(t *testing.T) {
	g := inspectortest.New(t)
	g.Crowd()
	g.Send(inspectortest.Attempt{Header: http.Header{"Cookie": {"session=cookie-of-a-stranger"}}})
	b := g.Operator()
	var list exchangeList
	b.JSON("/api/v1/exchanges", &list)
	paths := []string{"/", "/keys", "/api/v1/exchanges", "/api/v1/keys", "/api/v1/merchants", "/api/v1/apps", "/api/v1/endpoints", "/login"}
	for _, e := range list.Exchanges {
		paths = append(paths, e.Page, "/api/v1/exchanges/"+e.ID)
	}
	for _, path := range paths {
		a := b.Get(path)
		for _, secret := range append([]string{"cookie-of-a-stranger", "access_token=4"}, inspectortest.Secrets...) {
			if strings.Contains(a.Body, secret) {
				t.Errorf("%s holds %q", path, secret)
			}
		}
	}
	for _, secret := range inspectortest.Secrets {
		if strings.Contains(g.Log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}
