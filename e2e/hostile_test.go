package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/wxup/wxup/app/inspector/inspectortest"
)

// TestHostileTextsInBrowser: nor do they in a browser, where rows come live.
func TestHostileTextsInBrowser(t *testing.T) {
	g := inspectortest.New(t)
	s := chromium(t, g.Server.URL)
	s.open(strings.TrimPrefix(g.Inspector.OnceLink(g.Server.URL), g.Server.URL))
	s.until(`document.querySelector("#live")?.dataset.state === "live"`)
	ids := g.Attack()
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
	// The policy itself: a script that got in would not run, and no text can be made markup by a
	// script.
	s.do(chromedp.Evaluate[chromedp.Void](`{ const e = document.createElement("script"); e.append("window.pwned = 1"); try { document.body.append(e) } catch {} }`))
	check("a script put in")
	if !eval[bool](s, `(() => { try { document.body.innerHTML += "<b>x</b>"; return false } catch { return true } })()`) {
		t.Error("a text can be made markup")
	}
}
