package inspector_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// script is what a stranger would like to run.
const script = `<script>window.pwned=1</script><img src=x onerror=window.pwned=1>`

// attack sends it wherever a request has room for it.
func (g *rig) attack() []string {
	g.t.Helper()
	var ids []string
	for _, a := range []attempt{
		{name: `x"onmouseover="pwned=1.jpg`},
		{name: "a.jpg", meta: `{"filename":"` + script + `.jpg","sha256":"` + digest(photo(0)) + `"}`},
		{name: strings.ReplaceAll(script, `"`, "'") + ".jpg"},
		{name: "{{.}}${pwned}`.jpg"},
		{name: "\u202egpj.jpg"},
		{mchid: script},
		{mchid: "javascript:window.pwned=1"},
		{meta: script},
		{meta: "]]>--><!--\x00\xff" + script},
		{timestamp: "1<b>"},
		{header: http.Header{"X-Note": {script}, "User-Agent": {script}}},
		{signed: func(string, string) string { return script }},
	} {
		if _, id := g.send(a); id != "" {
			ids = append(ids, id)
		}
	}
	r, err := http.NewRequest("POST", g.ts.URL+"/cgi-bin/media/uploadimg?access_token=%3Cscript%3E&x="+`%22%3E<script>`, strings.NewReader("x"))
	g.must(err)
	r.URL.RawQuery = `access_token=<script>&"><script>window.pwned=1</script>=1`
	if resp, err := http.DefaultClient.Do(r); err == nil {
		resp.Body.Close()
	}
	r, err = http.NewRequest("POST", g.ts.URL+"/v3/%3Cscript%3Ewindow.pwned=1%3C/script%3E", nil)
	g.must(err)
	resp, err := http.DefaultClient.Do(r)
	g.must(err)
	resp.Body.Close()
	return ids
}

var (
	tags    = regexp.MustCompile(`<[^>]*>`)
	harmful = regexp.MustCompile(`(?i)^<(script|img|iframe|object|embed|link|meta|base|svg:|math)\b| on[a-z]+ *=|(href|src|action)="[^"]*(javascript|data):`)
)

// TestHostileTexts: what strangers send never becomes markup, in no page and no language.
func TestHostileTexts(t *testing.T) {
	g := newRig(t)
	ids := g.attack()
	if len(ids) < 8 {
		t.Fatalf("only %d of the attacks were answered", len(ids))
	}
	b := g.operator()
	var list exchangeList
	b.json("/api/v1/exchanges", &list)
	paths := []string{"/", "/?outcome=refused", "/?q=" + "%3Cscript%3Ewindow.pwned%3D1%3C/script%3E", `/?account="><script>window.pwned=1</script>`, `/?cause=%22%3E%3Cscript%3E`, `/no?next=javascript:window.pwned=1`}
	for _, e := range list.Exchanges {
		paths = append(paths, e.Page, e.Page+`?q=%22%3E%3Cscript%3Ewindow.pwned%3D1`)
	}
	for _, path := range paths {
		for _, lang := range []string{"en", "zh"} {
			a := b.get(path, "Cookie", b.cookie()+"; wxup_lang="+lang+`; wxup_theme="><script>`)
			for _, tag := range tags.FindAllString(a.body, -1) {
				if harmful.MatchString(tag) && !ourTag(tag) {
					t.Errorf("%s holds the tag %s", path, tag)
				}
			}
			if strings.Contains(a.body, "<script>window.pwned") || strings.Contains(a.body, "\u202e") || strings.Contains(a.body, "ZgotmplZ") {
				t.Errorf("%s holds what was sent as it is", path)
			}
		}
		if a := b.get(strings.Replace(path, "/exchanges/", "/api/v1/exchanges/", 1)); strings.HasPrefix(a.header.Get("Content-Type"), "application/json") && strings.Contains(a.body, "<script") {
			t.Errorf("the JSON of %s holds markup", path)
		}
	}
}

func ourTag(tag string) bool {
	for _, ours := range []string{
		`<script type="module" src="/static/`, `<link rel="icon" type="image/svg+xml" href="/static/`, `<link rel="stylesheet" href="/static/`,
		`<meta charset="utf-8">`, `<meta name="viewport" `, `<meta name="robots" `, `<img src="/api/v1/media/`,
	} {
		if strings.HasPrefix(tag, ours) && strings.Count(tag, "<") == 1 {
			return true
		}
	}
	return false
}

// TestHostileTextsInBrowser: nor do they in a browser, where rows come live.
func TestHostileTextsInBrowser(t *testing.T) {
	g := newRig(t)
	s := chromium(t, g.ts.URL)
	s.open(strings.TrimPrefix(g.insp.OnceLink(g.ts.URL), g.ts.URL))
	s.until(`document.querySelector("#live")?.dataset.state === "live"`)
	ids := g.attack()
	s.until(fmt.Sprintf(`document.querySelectorAll("#rows .row").length >= %d`, len(ids)))
	check := func(where string) {
		t.Helper()
		if eval[bool](s, `"pwned" in window`) {
			t.Fatalf("%s: a stranger's script has run", where)
		}
		if n := eval[int](s, `document.querySelectorAll("main script, main img:not([src^='/api/v1/media/']), main [onerror], main [onmouseover]").length`); n != 0 {
			t.Errorf("%s: %d elements that a stranger has made", where, n)
		}
	}
	check("the live list")
	s.open("/")
	check("the list")
	for _, id := range ids {
		s.open("/exchanges/" + id)
		check("the page of " + id)
	}
	// The policy itself: a script that got in would not run, and no text can be made markup by a script.
	s.do(chromedp.Evaluate[chromedp.Void](`{ const e = document.createElement("script"); e.append("window.pwned = 1"); try { document.body.append(e) } catch {} }`))
	check("a script put in")
	if !eval[bool](s, `(() => { try { document.body.innerHTML += "<b>x</b>"; return false } catch { return true } })()`) {
		t.Error("a text can be made markup")
	}
}
