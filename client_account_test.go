package wxup_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/problem"
)

// countingTokens gives the tokens of its list one after the other, a new one for each that has
// died.
type countingTokens struct {
	mu   sync.Mutex
	list []string
	dead []string
}

func (c *countingTokens) Token(_ context.Context, dead string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead = append(c.dead, dead)
	if len(c.list) > 1 && dead == c.list[0] {
		c.list = c.list[1:]
	}
	return c.list[0], nil
}

const articleURL = "http://mmbiz.qpic.cn/mmbiz_png/abc/0?wx_fmt=png"

func acceptedArticle(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain") // as the real one says in practice
	fmt.Fprintf(w, `{"url":%q}`, articleURL)     // older answers lack errcode
}

func TestUploadAccount(t *testing.T) {
	for _, body := range []string{`{"url":"` + articleURL + `"}`, `{"url":"` + strings.ReplaceAll(articleURL, "/", `\/`) + `","errcode":0,"errmsg":"ok"}`} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) })
		c := accountClient(s)
		c.Auth = wxup.Tokens{Source: fixedToken("a+b/c")}
		res, err := c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("图 1.png", pngFile))
		if err != nil {
			t.Fatal(err)
		}
		mustBe(t, "result", *res, wxup.Result{Endpoint: "article", URL: articleURL, Name: "图 1.png", Format: media.PNG, Size: int64(len(pngFile)), SHA256: hexSum(pngFile)})
		r := s.requests("/")[0]
		mustBe(t, "request", r.method+" "+r.target, "POST /cgi-bin/media/uploadimg?access_token=a%2Bb%2Fc")
		mustBe(t, "body", r.form(t), "--B\r\nContent-Disposition: form-data; name=\"media\"; filename=\"图 1.png\"\r\nContent-Type: image/png\r\n\r\n"+string(pngFile)+"\r\n--B--\r\n")
		mustBe(t, "Content-Length", r.length, len(r.body))
	}
}

// Where the token comes from decides how it is sent.
func TestTokenParameter(t *testing.T) {
	for name, test := range map[string]struct {
		set  func(*wxup.Client)
		want string
	}{
		"tokens":   {func(c *wxup.Client) {}, "?access_token=57_tokenTOKENtoken"},
		"cloud":    {func(c *wxup.Client) { c.Auth = wxup.Tokens{Source: fixedToken("cloud"), Cloud: true} }, "?cloudbase_access_token=cloud"},
		"side car": {func(c *wxup.Client) { c.Auth = wxup.SideCar{} }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, acceptedArticle)
			c := accountClient(s)
			test.set(c)
			if _, err := c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("a.png", pngFile)); err != nil {
				t.Fatal(err)
			}
			mustBe(t, "target", s.requests("/")[0].target, "/cgi-bin/media/uploadimg"+test.want)
		})
	}
}

// Without BaseURL each family goes to WeChat's own host; only the side-car is spoken to over http.
func TestRealHosts(t *testing.T) {
	for _, test := range []struct {
		ep      *wxup.Endpoint
		sideCar bool
		want    string
	}{
		{wxup.MarketingImage, false, "https://api.mch.weixin.qq.com/v3/marketing/favor/media/image-upload"},
		{wxup.HKFile, false, "https://apihk.mch.weixin.qq.com/v3/global/merchant-storage/file/upload"},
		{wxup.SecapiMedia, false, "https://api.mch.weixin.qq.com/secapi/mch/uploadmedia"},
		{wxup.ArticleImage, false, "https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token=57_tokenTOKENtoken"},
		{wxup.ArticleImage, true, "http://api.weixin.qq.com/cgi-bin/media/uploadimg"},
	} {
		var asked string
		c := payClient(&wechat{Server: httptestServer("")})
		c.Auth = wxup.Tokens{Source: fixedToken("57_tokenTOKENtoken")}
		if test.sideCar {
			c.Auth = wxup.SideCar{}
		}
		c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			asked = r.URL.String()
			return nil, errors.New("no network here")
		})
		_, err := c.Upload(t.Context(), test.ep, wxup.Bytes("a.png", pngFile))
		mustBe(t, "asked", asked, test.want)
		want := test.ep.Name + ": POST " + strings.TrimSuffix(test.want, "?access_token=57_tokenTOKENtoken") + ": no network here"
		mustBe(t, "error", err, want)
	}
}

// tokenServer answers /cgi-bin/token, stable_token and uploadimg: a token is good for uploads while
// it is in good.
type tokenServer struct {
	*wechat
	mu      sync.Mutex
	made    int
	good    map[string]bool
	life    int
	sayBad  string // the errmsg and errcode for a bad one
	refuse  string // an answer to token calls, in the place of a token
	holding chan struct{}
	asked   chan struct{}
}

func newTokenServer(t *testing.T) *tokenServer {
	s := &tokenServer{good: map[string]bool{}, life: 7200, sayBad: `{"errcode":42001,"errmsg":"access_token expired rid: 5f5b3894-6f7cfd2e-24149285"}`}
	s.wechat = serve(t, s.answer)
	return s
}

func (s *tokenServer) answer(w http.ResponseWriter, r *http.Request) {
	if s.asked != nil && r.URL.Path != "/cgi-bin/media/uploadimg" {
		s.asked <- struct{}{}
		<-s.holding
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.URL.Path {
	case "/cgi-bin/token", "/cgi-bin/stable_token":
		if s.refuse != "" {
			fmt.Fprint(w, s.refuse)
			return
		}
		last := fmt.Sprintf("token%d", s.made)
		if r.URL.Path == "/cgi-bin/token" || !s.good[last] {
			s.made++
			last = fmt.Sprintf("token%d", s.made)
			s.good[last] = true
		}
		fmt.Fprintf(w, `{"access_token":%q,"expires_in":%d}`, last, s.life)
	default:
		if !s.good[r.URL.Query().Get("access_token")] {
			fmt.Fprint(w, s.sayBad)
			return
		}
		acceptedArticle(w, r)
	}
}

// kill makes WeChat forget a token.
func (s *tokenServer) kill(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.good, token)
}

func (s *tokenServer) client(stable bool) *wxup.Client {
	return &wxup.Client{BaseURL: s.URL, Now: now, Retry: once, Auth: &wxup.App{AppID: "wxd930ea5d5a258f4f", Secret: appSecret, Stable: stable}}
}

const appSecret = "s3cr3t+ofTheApp/"

func uploadArticle(t *testing.T, c *wxup.Client) error {
	t.Helper()
	_, err := c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("a.png", pngFile))
	return err
}

func TestTokenIsFetchedOnceAndKept(t *testing.T) {
	for _, stable := range []bool{false, true} {
		s := newTokenServer(t)
		c := s.client(stable)
		for range 3 {
			if err := uploadArticle(t, c); err != nil {
				t.Fatal(err)
			}
		}
		calls := append(s.requests("/cgi-bin/token"), s.requests("/cgi-bin/stable_token")...)
		if len(calls) != 1 {
			t.Fatalf("%d calls for tokens", len(calls))
		}
		r := calls[0]
		if stable {
			mustBe(t, "request", r.method+" "+r.target+" "+string(r.body),
				`POST /cgi-bin/stable_token {"appid":"wxd930ea5d5a258f4f","force_refresh":false,"grant_type":"client_credential","secret":"`+appSecret+`"}`)
		} else {
			mustBe(t, "request", r.method+" "+r.target,
				"GET /cgi-bin/token?appid=wxd930ea5d5a258f4f&grant_type=client_credential&secret="+url.QueryEscape(appSecret))
		}
	}
}

// TestAccessToken: it is the token of the uploads, and not one more.
func TestAccessToken(t *testing.T) {
	s := newTokenServer(t)
	c := s.client(true)
	token, err := c.AccessToken(t.Context())
	if err != nil || token == "" {
		t.Fatalf("%q, %v", token, err)
	}
	if err := uploadArticle(t, c); err != nil {
		t.Fatal(err)
	}
	if n := len(s.requests("/cgi-bin/stable_token")); n != 1 {
		t.Errorf("%d tokens were fetched", n)
	}
	uploads := s.requests(wxup.ArticleImage.Path)
	if len(uploads) != 1 || !strings.HasSuffix(uploads[0].target, "access_token="+url.QueryEscape(token)) {
		t.Errorf("the token is %q, and it was uploaded with %v", token, uploads)
	}
	if _, err := (&wxup.Client{}).AccessToken(t.Context()); err == nil {
		t.Error("a token of nobody was given")
	}
}

// A token is renewed five minutes before its end, and one that lives shorter at half its life.
func TestTokenIsRenewedBeforeItsEnd(t *testing.T) {
	for _, test := range []struct {
		life       int
		still, not time.Duration
	}{
		{7200, 6899 * time.Second, 6900 * time.Second},
		{300, 149 * time.Second, 150 * time.Second},
		{0, -1, 0},
	} {
		s := newTokenServer(t)
		s.life = test.life
		c := s.client(false)
		var past time.Duration
		c.Now = func() time.Time { return clock.Add(past) }
		fetches := func(after time.Duration, want int) {
			t.Helper()
			past = after
			if err := uploadArticle(t, c); err != nil {
				t.Fatal(err)
			}
			if n := len(s.requests("/cgi-bin/token")); n != want {
				t.Errorf("life %ds, after %v: %d tokens were fetched, want %d", test.life, after, n, want)
			}
		}
		fetches(0, 1)
		if test.still > 0 {
			fetches(test.still, 1)
		}
		fetches(test.not, 2)
	}
}

// A token that WeChat refuses is replaced once, and the file sent again whole.
func TestTokenIsRenewedWhenRefused(t *testing.T) {
	for _, code := range []string{"40001", "40014", "42001"} {
		s := newTokenServer(t)
		s.sayBad = `{"errcode":` + code + `,"errmsg":"some words rid: 5f5b3894-6f7cfd2e-24149285"}`
		c := s.client(false)
		if err := uploadArticle(t, c); err != nil {
			t.Fatal(err)
		}
		s.kill("token1")
		if err := uploadArticle(t, c); err != nil {
			t.Fatal(err)
		}
		ups := s.requests("/cgi-bin/media/uploadimg")
		if len(ups) != 3 || len(s.requests("/cgi-bin/token")) != 2 {
			t.Fatalf("%s: %d uploads, %d tokens", code, len(ups), len(s.requests("/cgi-bin/token")))
		}
		mustBe(t, "first", ups[1].target, "/cgi-bin/media/uploadimg?access_token=token1")
		mustBe(t, "again", ups[2].target, "/cgi-bin/media/uploadimg?access_token=token2")
		mustBe(t, "body", string(ups[2].body), string(ups[1].body))
	}
}

// Refused again, the upload fails: there is no third try.
func TestTokenIsRenewedOnlyOnce(t *testing.T) {
	s := newTokenServer(t)
	tokens := &countingTokens{list: []string{"bad1", "bad2", "bad3"}}
	c := s.client(false)
	c.Auth = wxup.Tokens{Source: tokens.Token}
	err := uploadArticle(t, c)
	if !errors.Is(err, problem.TokenExpired) {
		t.Errorf("got %v", err)
	}
	mustBe(t, "asked for", tokens.dead, []string{"", "bad1"})
	if e, _ := errors.AsType[*wxup.Error](err); e.RequestID != "5f5b3894-6f7cfd2e-24149285" || strings.Count(err.Error(), e.RequestID) != 1 {
		t.Errorf("the rid is to be there once: %v", err)
	}
}

// stable_token may give the dead token again; then it is forced.
func TestStableTokenIsForced(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {})
	s.Config.Handler = s.keeping(func(w http.ResponseWriter, r *http.Request) {
		forced := false
		for _, r := range s.requests("/cgi-bin/stable_token") {
			forced = forced || strings.Contains(string(r.body), `"force_refresh":true`)
		}
		token := map[bool]string{false: "old", true: "new"}[forced]
		switch {
		case r.URL.Path == "/cgi-bin/stable_token":
			fmt.Fprintf(w, `{"access_token":%q,"expires_in":7200}`, token)
		case r.URL.Query().Get("access_token") == "new":
			acceptedArticle(w, r)
		default:
			fmt.Fprint(w, `{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest"}`)
		}
	})
	c := &wxup.Client{BaseURL: s.URL, Now: now, Retry: once, Auth: &wxup.App{AppID: "wx1", Secret: appSecret, Stable: true}}
	if err := uploadArticle(t, c); err != nil {
		t.Fatal(err)
	}
	mustBe(t, "calls", len(s.requests("/cgi-bin/stable_token")), 3)
}

// Uploads at once share one call for a token, and one caller's giving up fails no other.
func TestTokenIsShared(t *testing.T) {
	s := newTokenServer(t)
	s.asked, s.holding = make(chan struct{}, 1), make(chan struct{})
	c := s.client(false)
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error)
	go func() {
		_, err := c.Upload(ctx, wxup.ArticleImage, wxup.Bytes("a.png", pngFile))
		first <- err
	}()
	<-s.asked // the first caller's call is under way
	const others = 20
	errs := make(chan error, others)
	for range others {
		go func() { errs <- uploadArticle(t, c) }()
	}
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first caller got %v", err)
	}
	close(s.holding)
	for range others {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	mustBe(t, "calls", len(s.requests("/cgi-bin/token")), 1)
}

// Many uploads whose one token dies renew it once.
func TestTokenIsRenewedOnceForMany(t *testing.T) {
	s := newTokenServer(t)
	c := s.client(false)
	if err := uploadArticle(t, c); err != nil {
		t.Fatal(err)
	}
	s.kill("token1")
	errs := make(chan error)
	for range 20 {
		go func() { errs <- uploadArticle(t, c) }()
	}
	for range 20 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	mustBe(t, "calls", len(s.requests("/cgi-bin/token")), 2)
}

func TestTokenRefusals(t *testing.T) {
	for answer, want := range map[string]wxup.Problem{
		`{"errcode":40013,"errmsg":"invalid appid rid: 1-2-3"}`:                        problem.UnknownApp,
		`{"errcode":40125,"errmsg":"invalid appsecret, rid: 1-2-3"}`:                   wxup.BadSecret,
		`{"errcode":40164,"errmsg":"invalid ip 1.2.3.4, not in whitelist rid: 1-2-3"}`: wxup.AddressNotAllowed,
		`{"errcode":40243,"errmsg":"x"}`:                                               problem.SecretFrozen,
		`{"errcode":45009,"errmsg":"reach max api daily quota limit rid: 1-2-3"}`:      wxup.DailyQuotaExceeded,
		`{"errcode":-1,"errmsg":"system error"}`:                                       wxup.Internal,
		`{}`:                                                                           wxup.BadAnswer, ``: wxup.BadAnswer, `<html>`: wxup.BadAnswer, `{"access_token":7}`: wxup.BadAnswer,
		`{"errcode":12345,"errmsg":"something new"}`: wxup.Refused,
	} {
		for _, stable := range []bool{false, true} {
			s := newTokenServer(t)
			s.refuse = answer
			if answer == "" {
				s.refuse = " "
			}
			c := s.client(stable)
			err := uploadArticle(t, c)
			e, ok := errors.AsType[*wxup.Error](err)
			if !ok || e.Problem != want || !strings.HasSuffix(e.Endpoint, "token") {
				t.Errorf("%s: got %v, want %s", answer, err, want)
			}
			// What WeChat refuses is not asked again for a minute; other failures are not kept.
			s.mu.Lock()
			s.refuse = ""
			s.mu.Unlock()
			kept := e.Code != "" && !want.Temporary()
			if err := uploadArticle(t, c); (err != nil) != kept || kept && wxup.ProblemOf(err) != want {
				t.Errorf("after %s: %v", answer, err)
			}
			c.Now = func() time.Time { return now().Add(time.Minute) }
			if err := uploadArticle(t, c); err != nil {
				t.Errorf("a minute after %s: %v", answer, err)
			}
		}
	}
}

// A row of a user's own: the member of the answer is the row's, its query goes along, its fields
// are in the form.
func TestOwnAccountRow(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"media_id":"m1","url":"http://x"}`) })
	ep := *wxup.ArticleImage
	ep.Name, ep.Path, ep.AnswerID, ep.AnswerURL = "thumb", "/cgi-bin/material/add_material?type=thumb", "media_id", ""
	ep.Accepts = []wxup.Accept{{Format: media.GIF, Max: 64 << 10}}
	src := wxup.Bytes("a.gif", gifFile)
	src.Meta = map[string]string{"description": "d"}
	res, err := accountClient(s).Upload(t.Context(), &ep, src)
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "id", res.MediaID, "m1")
	r := s.requests("/")[0]
	mustBe(t, "target", r.target, "/cgi-bin/material/add_material?type=thumb&access_token=57_tokenTOKENtoken")
	if want := "--B\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nd\r\n"; !strings.HasPrefix(r.form(t), want) {
		t.Errorf("body %q", r.form(t))
	}
}

// TestTokenTimeout: Client.Timeout holds for the call for a token too.
func TestTokenTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		c := &wxup.Client{Auth: &wxup.App{AppID: "wx1", Secret: "secret"}, Retry: wxup.Retry{Attempts: 1}, Timeout: 50 * time.Millisecond, Transport: hangs}
		began := time.Now()
		_, err := c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("a.png", pngFile))
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != c.Timeout {
			t.Errorf("got %v after %v", err, took)
		}
	})
}
