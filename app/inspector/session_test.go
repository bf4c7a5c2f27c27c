package inspector_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/inspector"
	"github.com/wxup/wxup/app/inspector/inspectortest"
)

// paths are all that need a session: pages, and calls of the API.
var pagePaths = []string{"/", "/?outcome=refused", "/exchanges/x", "/keys"}

var apiPaths = []string{
	"/api/v1/exchanges", "/api/v1/exchanges/x", "/api/v1/exchanges/stream", "/api/v1/exchanges/wait?timeout=0s", "/api/v1/media/x",
	"/api/v1/merchants", "/api/v1/apps", "/api/v1/endpoints", "/api/v1/keys", "/api/v1/no-such-call",
}

// TestWhoMayLook: every path, with every kind of credential.
func TestWhoMayLook(t *testing.T) {
	g := inspectortest.New(t)
	session := cookieOf(g.Operator())
	name, value, _ := strings.Cut(session, "=")
	end, rest, _ := strings.Cut(value, ".")
	other, err := inspector.New(inspector.Config{Index: g.Index, Keeper: g.Keeper, AdminToken: inspectortest.Always(inspectortest.AdminToken + "2")})
	g.Must(err)
	theirs := signIn(other, inspectortest.AdminToken+"2")
	_, theirValue, _ := strings.Cut(theirs, "=")

	for _, c := range []struct {
		credential string
		header     []string
		in         bool
	}{
		{"none", nil, false},
		{"the admin token", []string{"Authorization", "Bearer " + inspectortest.AdminToken}, true},
		{"another token", []string{"Authorization", "Bearer " + inspectortest.AdminToken + "x"}, false},
		{"the beginning of the token", []string{"Authorization", "Bearer " + inspectortest.AdminToken[:5]}, false},
		{"an empty token", []string{"Authorization", "Bearer "}, false},
		{"the token in another scheme", []string{"Authorization", "Basic " + inspectortest.AdminToken}, false},
		{"a session", []string{"Cookie", session}, true},
		{"a session among others", []string{"Cookie", "a=b; " + name + "=1.x.y; " + session}, true},
		{"a session with a later end", []string{"Cookie", name + "=9" + end + "." + rest}, false},
		{"a session cut short", []string{"Cookie", session[:len(session)-1]}, false},
		{"a session under another token", []string{"Cookie", theirs}, false},
		{"its value under our name", []string{"Cookie", name + "=" + theirValue}, false},
		{"the admin token as a session", []string{"Cookie", name + "=" + inspectortest.AdminToken}, false},
		{"dots", []string{"Cookie", name + "=.."}, false},
		{"a bad token beside a session", []string{"Authorization", "Bearer x", "Cookie", session}, false},
	} {
		t.Run(c.credential, func(t *testing.T) {
			b := &inspectortest.Browser{Rig: g, HC: &http.Client{Timeout: time.Minute}}
			for _, path := range pagePaths {
				a := b.Get(path, c.header...)
				if form := strings.Contains(a.Body, `action="/login"`); form == c.in || (a.Status == http.StatusUnauthorized) == c.in {
					t.Errorf("%s: %d, login form: %t", path, a.Status, form)
				}
				if !c.in && (strings.Contains(a.Body, inspectortest.MchID) || strings.Contains(a.Body, `href="/keys"`)) {
					t.Errorf("%s shows something to a stranger: %s", path, a.Body)
				}
			}
			for _, path := range apiPaths {
				if path == "/api/v1/exchanges/stream" && c.in {
					continue // has no end
				}
				a := b.Get(path, c.header...)
				if (a.ErrorOf() == "unauthorized") == c.in || (a.Status == http.StatusUnauthorized) == c.in {
					t.Errorf("%s: %d %s", path, a.Status, a.Body)
				}
				if !c.in && a.Header.Get("WWW-Authenticate") == "" {
					t.Errorf("%s: no WWW-Authenticate", path)
				}
			}
			a := b.Post("/api/v1/keys/reveal", url.Values{"key": {"merchant/" + inspectortest.MchID + "/apiv3_key"}}, c.header...)
			if strings.Contains(a.Body, inspectortest.APIv3Key) != c.in {
				t.Errorf("reveal: %d %s", a.Status, a.Body)
			}
			if a = b.Post("/keys", url.Values{"key": {"merchant/" + inspectortest.MchID + "/apiv3_key"}}, c.header...); strings.Contains(a.Body, inspectortest.APIv3Key) != c.in {
				t.Errorf("reveal without JavaScript: %d", a.Status)
			}
		})
	}
}

// signIn gives the session cookie of an inspector.
func signIn(in http.Handler, token string) string {
	r := httptest.NewRequest("POST", "/login", strings.NewReader(url.Values{"token": {token}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	in.ServeHTTP(w, r)
	cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	return cookie
}

// cookie is the session as a Cookie header.
func cookieOf(b *inspectortest.Browser) string {
	u, _ := url.Parse(b.Rig.Server.URL)
	for _, c := range b.HC.Jar.Cookies(u) {
		return c.Name + "=" + c.Value
	}
	b.Rig.T.Fatal("there is no session")
	return ""
}

func TestSessionCookie(t *testing.T) {
	g := inspectortest.New(t)
	a := g.Stranger().Post("/login", url.Values{"token": {" " + inspectortest.AdminToken + "\n"}, "next": {"/keys?a=b"}})
	if a.Status != http.StatusSeeOther || a.Header.Get("Location") != "/keys?a=b" {
		t.Errorf("%d to %q", a.Status, a.Header.Get("Location"))
	}
	cookie := a.Header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie lacks %s: %s", want, cookie)
		}
	}
	if strings.Contains(cookie, "Secure") {
		t.Errorf("over plain HTTP the cookie would be lost: %s", cookie)
	}
	r := httptest.NewRequest("POST", "https://localhost/login", strings.NewReader("token="+inspectortest.AdminToken))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.TLS = &tls.ConnectionState{}
	w := httptest.NewRecorder()
	g.Inspector.ServeHTTP(w, r)
	if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, "Secure") {
		t.Errorf("over TLS the cookie is not Secure: %s", got)
	}

	// Another node with the same token takes the session; after its time none does; signing out
	// drops it.
	b := g.Operator()
	second := httptest.NewServer(g.Node(g.Index))
	defer second.Close()
	elsewhere := func(cookie string) int {
		resp, err := http.DefaultClient.Do(withCookie(t, second.URL+"/api/v1/keys", cookie))
		g.Must(err)
		resp.Body.Close()
		return resp.StatusCode
	}
	copied := cookieOf(b)
	if status := elsewhere(copied); status != 200 {
		t.Errorf("another node answers %d to the session", status)
	}
	g.Offset.Store(int64(7*24*time.Hour + time.Second))
	if a := b.Get("/api/v1/keys"); a.Status != 401 {
		t.Errorf("after its time a session gets %d", a.Status)
	}
	g.Offset.Store(0)
	if a := b.Post("/logout", nil); a.Status != http.StatusSeeOther || !strings.Contains(a.Header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("signing out: %d %s", a.Status, a.Header.Get("Set-Cookie"))
	}
	if a := b.Get("/"); a.Status != 401 {
		t.Errorf("after signing out: %d", a.Status)
	}
	if status := elsewhere(copied); status != 401 {
		t.Errorf("a copy of the session that was signed out gets %d at another node", status)
	}
}

// TestNewToken: with a new admin token everything ends that the old one has opened: calls,
// sessions, links, and streams that are open.
func TestNewToken(t *testing.T) {
	g := inspectortest.New(t)
	b := g.Operator()
	link := strings.TrimPrefix(g.Inspector.OnceLink(g.Server.URL), g.Server.URL)
	stream := listen(g, t, g.Server.URL, "", "")
	waited := make(chan inspectortest.Reply, 1)
	go func() { waited <- b.Get("/api/v1/exchanges/wait?timeout=60s") }()
	for g.Inspector.Listeners() < 2 {
		time.Sleep(time.Millisecond)
	}
	renewed := "another-admin-token"
	g.NewToken.Store(&renewed)
	for _, header := range [][]string{nil, {"Authorization", "Bearer " + inspectortest.AdminToken}} {
		if a := b.Get("/api/v1/keys", header...); a.Status != 401 {
			t.Errorf("with what the old token opened: %d", a.Status)
		}
	}
	if a := g.Stranger().Get(link); a.Status != 401 {
		t.Errorf("a link from before: %d", a.Status)
	}
	g.Upload(wxup.MarketingImage, "photo.jpg", inspectortest.Photo(0))
	if a := <-waited; a.Status != 401 {
		t.Errorf("a wait from before: %d", a.Status)
	}
	if e, ok := stream.next(); ok {
		t.Errorf("a stream from before got %v", e.ID)
	}
	if a := g.Stranger().Get("/api/v1/keys", "Authorization", "Bearer "+renewed); a.Status != 200 {
		t.Errorf("the new token: %d", a.Status)
	}
}

// TestNotes: the log says who did what, and holds no secret.
func TestNotes(t *testing.T) {
	g := inspectortest.New(t)
	private := g.Upload(wxup.MerchantImage, "photo.jpg", inspectortest.Photo(0))
	g.Stranger().Get(strings.TrimPrefix(g.Inspector.OnceLink(g.Server.URL), g.Server.URL))
	g.Stranger().Get("/login?once=wrong-link")
	g.Stranger().Post("/login", url.Values{"token": {"wrong-token"}})
	b := g.Operator()
	b.Get("/api/v1/media/" + private.MediaID)
	b.Post("/api/v1/keys/reveal", url.Values{"key": {"merchant/" + inspectortest.MchID + "/apiv3_key"}})
	cookie := cookieOf(b)
	b.Post("/logout", nil)
	log := g.Log.String()
	for _, want := range []string{
		`action="sign in with a link" by="session `, `action="a link was refused" by=nobody from=127.0.0.1`, `action="a wrong admin token was refused"`,
		`action="sign in with the token" by="session `, `action="a private file was opened" by="session `, `action="a secret was shown" by="session `, `action="sign out" by="session `,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
	for _, secret := range append([]string{"wrong-link", "wrong-token", strings.SplitN(cookie, "=", 2)[1]}, inspectortest.Secrets...) {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %s", secret)
		}
	}
}

func withCookie(t *testing.T, url, cookie string) *http.Request {
	t.Helper()
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Cookie", cookie)
	return r
}

func TestOnceLink(t *testing.T) {
	g := inspectortest.New(t)
	path := func() string {
		link := g.Inspector.OnceLink(g.Server.URL + "/")
		if !strings.HasPrefix(link, g.Server.URL+"/login?once=") {
			t.Fatalf("the link is %s", link)
		}
		return strings.TrimPrefix(link, g.Server.URL)
	}
	link := path()
	b := g.Stranger()
	a := b.Get(link + "&next=/keys")
	if a.Status != 200 || a.Header.Get("Refresh") != "0; url=/keys" || !strings.Contains(a.Body, `href="/keys"`) {
		t.Fatalf("%d, Refresh: %q", a.Status, a.Header.Get("Refresh"))
	}
	if strings.Contains(a.Body, "once=") {
		t.Error("the page repeats the secret of the link")
	}
	if a := b.Get("/api/v1/keys"); a.Status != 200 {
		t.Errorf("after the link: %d", a.Status)
	}
	if a := b.Get(link); a.Status != http.StatusSeeOther {
		t.Errorf("who has signed in gets %d for a used link, not the page", a.Status)
	}
	if a := g.Stranger().Get(link); a.Status != 401 || !strings.Contains(a.Body, "has been used") {
		t.Errorf("the link works twice: %d", a.Status)
	}

	// Not from elsewhere, nor passed on by a proxy; and that does not use it up.
	link = path()
	for _, from := range []struct{ remote, header string }{
		{"192.0.2.7:1234", ""}, {"[2001:db8::1]:1234", ""}, {"127.0.0.1:1234", "X-Forwarded-For"}, {"127.0.0.1:1234", "Forwarded"}, {"127.0.0.1:1234", "X-Real-Ip"}, {"nowhere", ""},
	} {
		r := httptest.NewRequest("GET", link, nil)
		r.RemoteAddr = from.remote
		if from.header != "" {
			r.Header.Set(from.header, "192.0.2.7")
		}
		w := httptest.NewRecorder()
		if g.Inspector.ServeHTTP(w, r); w.Code != 401 || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("from %s %s: %d", from.remote, from.header, w.Code)
		}
	}
	for _, remote := range []string{"127.0.0.1:1", "[::1]:1"} {
		r := httptest.NewRequest("GET", path(), nil)
		r.RemoteAddr = remote
		w := httptest.NewRecorder()
		if g.Inspector.ServeHTTP(w, r); w.Code != 200 {
			t.Errorf("from %s: %d", remote, w.Code)
		}
	}
	if a := g.Stranger().Get(link); a.Status != 200 {
		t.Errorf("the link was used up by those who may not use it: %d", a.Status)
	}

	// Many at once: one wins.
	link = path()
	got := make(chan int, 8)
	for range cap(got) {
		b := g.Stranger()
		go func() { got <- b.Get(link).Status }()
	}
	won := 0
	for range cap(got) {
		if <-got == 200 {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d of %d have signed in by one link", won, cap(got))
	}
}

func TestLoginGoesNowhereElse(t *testing.T) {
	g := inspectortest.New(t)
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)", "http:evil", "/login", "/login?once=x", "\t//evil.example", "keys", ""} {
		a := g.Stranger().Post("/login", url.Values{"token": {inspectortest.AdminToken}, "next": {next}})
		if got := a.Header.Get("Location"); got != "/" {
			t.Errorf("next=%q leads to %q", next, got)
		}
	}
	a := g.Stranger().Post("/login", url.Values{"token": {"wrong"}, "next": {"/keys"}})
	if a.Status != 401 || !strings.Contains(a.Body, "This is not the admin token.") || !strings.Contains(a.Body, `value="/keys"`) || a.Header.Get("Set-Cookie") != "" {
		t.Errorf("a wrong token: %d %s", a.Status, a.Body)
	}
	if a := g.Operator().Get("//evil.example/?lang=zh"); a.Status/100 == 3 && strings.HasPrefix(a.Header.Get("Location"), "//") {
		t.Errorf("choosing a language leads to %q", a.Header.Get("Location"))
	}
}

// TestCrossOrigin: no other site's page can post in the name of one who has signed in.
func TestCrossOrigin(t *testing.T) {
	g := inspectortest.New(t)
	b := g.Operator()
	key := url.Values{"key": {"merchant/" + inspectortest.MchID + "/apiv3_key"}}
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		if a := b.Post("/api/v1/keys/reveal", key, header...); a.Status != 403 || a.ErrorOf() != "cross_origin" {
			t.Errorf("%v: %d %s", header, a.Status, a.Body)
		}
		for _, path := range []string{"/keys", "/logout", "/login"} {
			if a := b.Post(path, key, header...); a.Status != 403 || a.Header.Get("Set-Cookie") != "" || strings.Contains(a.Body, inspectortest.APIv3Key) {
				t.Errorf("%s with %v: %d", path, header, a.Status)
			}
		}
	}
	for _, header := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Origin", g.Server.URL}, nil} {
		if a := b.Post("/api/v1/keys/reveal", key, header...); a.Status != 200 {
			t.Errorf("%v: %d %s", header, a.Status, a.Body)
		}
	}
}

// TestHeaders: every answer has the headers that keep a browser from harm.
func TestHeaders(t *testing.T) {
	g := inspectortest.New(t)
	g.Upload(marketing, "a.jpg", inspectortest.Photo(1))
	b := g.Operator()
	var list exchangeList
	b.JSON("/api/v1/exchanges", &list)
	one := list.Exchanges[0]
	for _, path := range append(append([]string{"/login", "/static/x/style.css", one.Page, one.Media.Content, "/api/v1/exchanges/" + one.ID}, pagePaths...), "/api/v1/keys", "/api/v1/nothing") {
		a := b.Get(path)
		policy := a.Header.Get("Content-Security-Policy")
		if strings.HasPrefix(path, "/api/v1/media/") {
			if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "sandbox") {
				t.Errorf("%s: the policy is %q", path, policy)
			}
		} else if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'") {
			t.Errorf("%s: the policy is %q", path, policy)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin"} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if !strings.Contains(a.Header.Get("Cache-Control"), "no-store") {
			t.Errorf("%s: Cache-Control is %q", path, a.Header.Get("Cache-Control"))
		}
		if strings.Contains(a.Header.Get("Content-Type"), "html") {
			for _, no := range []string{" style=", "<style", " onclick=", "javascript:", "http-equiv"} {
				if strings.Contains(a.Body, no) {
					t.Errorf("%s holds %q", path, no)
				}
			}
		}
	}
}

func TestNew(t *testing.T) {
	g := inspectortest.New(t)
	for name, c := range map[string]inspector.Config{
		"nothing": {}, "no keeper": {Index: g.Index, AdminToken: inspectortest.Always("x")}, "no index": {Keeper: g.Keeper, AdminToken: inspectortest.Always("x")}, "no token": {Index: g.Index, Keeper: g.Keeper},
	} {
		if _, err := inspector.New(c); err == nil {
			t.Errorf("%s: made an inspector", name)
		}
	}
	if s := fmt.Sprint(inspector.New(inspector.Config{Index: g.Index, Keeper: g.Keeper, AdminToken: inspectortest.Always("x")})); strings.Contains(s, "error") {
		t.Error(s)
	}
}
