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

	"github.com/wxup/wxup/app/inspector"
)

// paths are all that need a session: pages, and calls of the API.
var pagePaths = []string{"/", "/?outcome=refused", "/exchanges/x", "/keys"}

var apiPaths = []string{
	"/api/v1/exchanges", "/api/v1/exchanges/x", "/api/v1/exchanges/stream", "/api/v1/exchanges/wait?timeout=0s", "/api/v1/media/x",
	"/api/v1/merchants", "/api/v1/apps", "/api/v1/endpoints", "/api/v1/keys", "/api/v1/no-such-call",
}

// TestWhoMayLook: every path, with every kind of credential.
func TestWhoMayLook(t *testing.T) {
	g := newRig(t)
	session := g.operator().cookie()
	name, value, _ := strings.Cut(session, "=")
	end, rest, _ := strings.Cut(value, ".")
	other, err := inspector.New(inspector.Config{Index: g.index, Keeper: g.keeper, AdminToken: adminToken + "2"})
	g.must(err)
	theirs := signIn(other, adminToken+"2")
	_, theirValue, _ := strings.Cut(theirs, "=")

	for _, c := range []struct {
		credential string
		header     []string
		in         bool
	}{
		{"none", nil, false},
		{"the admin token", []string{"Authorization", "Bearer " + adminToken}, true},
		{"another token", []string{"Authorization", "Bearer " + adminToken + "x"}, false},
		{"the beginning of the token", []string{"Authorization", "Bearer " + adminToken[:5]}, false},
		{"an empty token", []string{"Authorization", "Bearer "}, false},
		{"the token in another scheme", []string{"Authorization", "Basic " + adminToken}, false},
		{"a session", []string{"Cookie", session}, true},
		{"a session among others", []string{"Cookie", "a=b; " + name + "=1.x.y; " + session}, true},
		{"a session with a later end", []string{"Cookie", name + "=9" + end + "." + rest}, false},
		{"a session cut short", []string{"Cookie", session[:len(session)-1]}, false},
		{"a session under another token", []string{"Cookie", theirs}, false},
		{"its value under our name", []string{"Cookie", name + "=" + theirValue}, false},
		{"the admin token as a session", []string{"Cookie", name + "=" + adminToken}, false},
		{"dots", []string{"Cookie", name + "=.."}, false},
		{"a bad token beside a session", []string{"Authorization", "Bearer x", "Cookie", session}, false},
	} {
		t.Run(c.credential, func(t *testing.T) {
			b := &browser{g, &http.Client{Timeout: 10 * time.Second}}
			for _, path := range pagePaths {
				a := b.get(path, c.header...)
				if form := strings.Contains(a.body, `action="/login"`); form == c.in || (a.status == http.StatusUnauthorized) == c.in {
					t.Errorf("%s: %d, login form: %t", path, a.status, form)
				}
				if !c.in && (strings.Contains(a.body, mchid) || strings.Contains(a.body, `href="/keys"`)) {
					t.Errorf("%s shows something to a stranger: %s", path, a.body)
				}
			}
			for _, path := range apiPaths {
				if path == "/api/v1/exchanges/stream" && c.in {
					continue // has no end
				}
				a := b.get(path, c.header...)
				if (a.errorOf() == "unauthorized") == c.in || (a.status == http.StatusUnauthorized) == c.in {
					t.Errorf("%s: %d %s", path, a.status, a.body)
				}
				if !c.in && a.header.Get("WWW-Authenticate") == "" {
					t.Errorf("%s: no WWW-Authenticate", path)
				}
			}
			a := b.post("/api/v1/keys/reveal", url.Values{"key": {"merchant/" + mchid + "/apiv3_key"}}, c.header...)
			if strings.Contains(a.body, apiV3Key) != c.in {
				t.Errorf("reveal: %d %s", a.status, a.body)
			}
			if a = b.post("/keys", url.Values{"key": {"merchant/" + mchid + "/apiv3_key"}}, c.header...); strings.Contains(a.body, apiV3Key) != c.in {
				t.Errorf("reveal without JavaScript: %d", a.status)
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
func (b *browser) cookie() string {
	u, _ := url.Parse(b.g.ts.URL)
	for _, c := range b.hc.Jar.Cookies(u) {
		return c.Name + "=" + c.Value
	}
	b.g.t.Fatal("there is no session")
	return ""
}

func TestSessionCookie(t *testing.T) {
	g := newRig(t)
	a := g.stranger().post("/login", url.Values{"token": {" " + adminToken + "\n"}, "next": {"/keys?a=b"}})
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/keys?a=b" {
		t.Errorf("%d to %q", a.status, a.header.Get("Location"))
	}
	cookie := a.header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie lacks %s: %s", want, cookie)
		}
	}
	if strings.Contains(cookie, "Secure") {
		t.Errorf("over plain HTTP the cookie would be lost: %s", cookie)
	}
	r := httptest.NewRequest("POST", "https://localhost/login", strings.NewReader("token="+adminToken))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.TLS = &tls.ConnectionState{}
	w := httptest.NewRecorder()
	g.insp.ServeHTTP(w, r)
	if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, "Secure") {
		t.Errorf("over TLS the cookie is not Secure: %s", got)
	}

	// Another node with the same token takes the session; after its time none does; signing out drops it.
	b := g.operator()
	second := httptest.NewServer(g.node(g.index))
	defer second.Close()
	resp, err := http.DefaultClient.Do(withCookie(t, second.URL+"/api/v1/keys", b.cookie()))
	g.must(err)
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("another node answers %d to the session", resp.StatusCode)
	}
	g.offset.Store(int64(7*24*time.Hour + time.Second))
	if a := b.get("/api/v1/keys"); a.status != 401 {
		t.Errorf("after its time a session gets %d", a.status)
	}
	g.offset.Store(0)
	if a := b.post("/logout", nil); a.status != http.StatusSeeOther || !strings.Contains(a.header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("signing out: %d %s", a.status, a.header.Get("Set-Cookie"))
	}
	if a := b.get("/"); a.status != 401 {
		t.Errorf("after signing out: %d", a.status)
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
	g := newRig(t)
	path := func() string {
		link := g.insp.OnceLink(g.ts.URL + "/")
		if !strings.HasPrefix(link, g.ts.URL+"/login?once=") {
			t.Fatalf("the link is %s", link)
		}
		return strings.TrimPrefix(link, g.ts.URL)
	}
	link := path()
	b := g.stranger()
	a := b.get(link + "&next=/keys")
	if a.status != 200 || a.header.Get("Refresh") != "0; url=/keys" || !strings.Contains(a.body, `href="/keys"`) {
		t.Fatalf("%d, Refresh: %q", a.status, a.header.Get("Refresh"))
	}
	if strings.Contains(a.body, "once=") {
		t.Error("the page repeats the secret of the link")
	}
	if a := b.get("/api/v1/keys"); a.status != 200 {
		t.Errorf("after the link: %d", a.status)
	}
	if a := b.get(link); a.status != http.StatusSeeOther {
		t.Errorf("who has signed in gets %d for a used link, not the page", a.status)
	}
	if a := g.stranger().get(link); a.status != 401 || !strings.Contains(a.body, "used before") {
		t.Errorf("the link works twice: %d", a.status)
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
		if g.insp.ServeHTTP(w, r); w.Code != 401 || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("from %s %s: %d", from.remote, from.header, w.Code)
		}
	}
	for _, remote := range []string{"127.0.0.1:1", "[::1]:1"} {
		r := httptest.NewRequest("GET", path(), nil)
		r.RemoteAddr = remote
		w := httptest.NewRecorder()
		if g.insp.ServeHTTP(w, r); w.Code != 200 {
			t.Errorf("from %s: %d", remote, w.Code)
		}
	}
	if a := g.stranger().get(link); a.status != 200 {
		t.Errorf("the link was used up by those who may not use it: %d", a.status)
	}

	// Many at once: one wins.
	link = path()
	got := make(chan int, 8)
	for range cap(got) {
		b := g.stranger()
		go func() { got <- b.get(link).status }()
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
	g := newRig(t)
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)", "http:evil", "/login", "/login?once=x", "\t//evil.example", "keys", ""} {
		a := g.stranger().post("/login", url.Values{"token": {adminToken}, "next": {next}})
		if got := a.header.Get("Location"); got != "/" {
			t.Errorf("next=%q leads to %q", next, got)
		}
	}
	a := g.stranger().post("/login", url.Values{"token": {"wrong"}, "next": {"/keys"}})
	if a.status != 401 || !strings.Contains(a.body, "This is not the admin token.") || !strings.Contains(a.body, `value="/keys"`) || a.header.Get("Set-Cookie") != "" {
		t.Errorf("a wrong token: %d %s", a.status, a.body)
	}
	if a := g.operator().get("//evil.example/?lang=zh"); a.status/100 == 3 && strings.HasPrefix(a.header.Get("Location"), "//") {
		t.Errorf("choosing a language leads to %q", a.header.Get("Location"))
	}
}

// TestCrossOrigin: no other site's page can post in the name of one who has signed in.
func TestCrossOrigin(t *testing.T) {
	g := newRig(t)
	b := g.operator()
	key := url.Values{"key": {"merchant/" + mchid + "/apiv3_key"}}
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		if a := b.post("/api/v1/keys/reveal", key, header...); a.status != 403 || a.errorOf() != "cross_origin" {
			t.Errorf("%v: %d %s", header, a.status, a.body)
		}
		for _, path := range []string{"/keys", "/logout", "/login"} {
			if a := b.post(path, key, header...); a.status != 403 || a.header.Get("Set-Cookie") != "" || strings.Contains(a.body, apiV3Key) {
				t.Errorf("%s with %v: %d", path, header, a.status)
			}
		}
	}
	for _, header := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Origin", g.ts.URL}, nil} {
		if a := b.post("/api/v1/keys/reveal", key, header...); a.status != 200 {
			t.Errorf("%v: %d %s", header, a.status, a.body)
		}
	}
}

// TestHeaders: every answer has the headers that keep a browser from harm.
func TestHeaders(t *testing.T) {
	g := newRig(t)
	g.upload(marketing, "a.jpg", photo(1))
	b := g.operator()
	var list exchangeList
	b.json("/api/v1/exchanges", &list)
	one := list.Exchanges[0]
	for _, path := range append(append([]string{"/login", "/static/x/style.css", one.Page, one.Media.Content, "/api/v1/exchanges/" + one.ID}, pagePaths...), "/api/v1/keys", "/api/v1/nothing") {
		a := b.get(path)
		policy := a.header.Get("Content-Security-Policy")
		if strings.HasPrefix(path, "/api/v1/media/") {
			if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "sandbox") {
				t.Errorf("%s: the policy is %q", path, policy)
			}
		} else if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'") {
			t.Errorf("%s: the policy is %q", path, policy)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin"} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if !strings.Contains(a.header.Get("Cache-Control"), "no-store") {
			t.Errorf("%s: Cache-Control is %q", path, a.header.Get("Cache-Control"))
		}
		if strings.Contains(a.header.Get("Content-Type"), "html") {
			for _, no := range []string{" style=", "<style", " onclick=", "javascript:", "http-equiv"} {
				if strings.Contains(a.body, no) {
					t.Errorf("%s holds %q", path, no)
				}
			}
		}
	}
}

func TestNew(t *testing.T) {
	g := newRig(t)
	for name, c := range map[string]inspector.Config{
		"nothing": {}, "no keeper": {Index: g.index, AdminToken: "x"}, "no index": {Keeper: g.keeper, AdminToken: "x"}, "no token": {Index: g.index, Keeper: g.keeper},
	} {
		if _, err := inspector.New(c); err == nil {
			t.Errorf("%s: made an inspector", name)
		}
	}
	if s := fmt.Sprint(inspector.New(inspector.Config{Index: g.index, Keeper: g.keeper, AdminToken: "x"})); strings.Contains(s, "error") {
		t.Error(s)
	}
}
