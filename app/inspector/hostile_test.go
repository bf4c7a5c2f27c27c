package inspector_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/wxup/wxup/app/inspector/inspectortest"
)

var (
	tags    = regexp.MustCompile(`<[^>]*>`)
	harmful = regexp.MustCompile(`(?i)^<(script|img|iframe|object|embed|link|meta|base|svg:|math)\b| on[a-z]+ *=|(href|src|action)="[^"]*(javascript|data):`)
)

// TestHostileTexts: what strangers send never becomes markup, in no page and no language.
func TestHostileTexts(t *testing.T) {
	g := inspectortest.New(t)
	ids := g.Attack()
	if len(ids) < 8 {
		t.Fatalf("only %d of the attacks were answered", len(ids))
	}
	b := g.Operator()
	var list exchangeList
	b.JSON("/api/v1/exchanges", &list)
	paths := []string{"/", "/?outcome=refused", "/?q=" + "%3Cscript%3Ewindow.pwned%3D1%3C/script%3E", `/?account="><script>window.pwned=1</script>`, `/?cause=%22%3E%3Cscript%3E`, `/no?next=javascript:window.pwned=1`}
	for _, e := range list.Exchanges {
		paths = append(paths, e.Page, e.Page+`?q=%22%3E%3Cscript%3Ewindow.pwned%3D1`)
	}
	for _, path := range paths {
		for _, lang := range []string{"en", "zh"} {
			a := b.Get(path, "Cookie", cookieOf(b)+"; wxup_lang="+lang+`; wxup_theme="><script>`)
			for _, tag := range tags.FindAllString(a.Body, -1) {
				if harmful.MatchString(tag) && !ourTag(tag) {
					t.Errorf("%s holds the tag %s", path, tag)
				}
			}
			if strings.Contains(a.Body, "<script>window.pwned") || strings.Contains(a.Body, "\u202e") || strings.Contains(a.Body, "ZgotmplZ") {
				t.Errorf("%s holds what was sent as it is", path)
			}
		}
		if a := b.Get(strings.Replace(path, "/exchanges/", "/api/v1/exchanges/", 1)); strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") && strings.Contains(a.Body, "<script") {
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
