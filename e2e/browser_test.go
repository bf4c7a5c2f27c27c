package e2e_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/inspector/inspectortest"
	"github.com/wxup/wxup/internal/need"
)

// screen is a browser without a window.
type screen struct {
	t   *testing.T
	ctx context.Context
	url string
}

// chromium starts the system's Chromium.
func chromium(t *testing.T, url string) *screen {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		need.That(t, false, "Chromium", need.Setup)
	}
	temp, err := os.MkdirTemp("", "c") // t.TempDir's path is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(temp) })
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.WSURLReadTimeout(3*time.Minute), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1360, 860),
		chromedp.Env("TMPDIR="+temp), // what it leaves there goes with the test
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en-US"),
		chromedp.Flag("accept-lang", "en-US"), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("no-proxy-server", true),
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // starts it; it lives as long as this context
		t.Fatal(err)
	}
	s := &screen{t, ctx, url}
	s.do(chromedp.EmulateViewport(1360, 860))
	return s
}

func (s *screen) do(steps ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, 3*time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		s.t.Fatalf("%v\nthe page: %.3000s", err, s.text())
	}
}

func (s *screen) text() string {
	text, _ := chromedp.Run(s.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	return text
}

func (s *screen) open(path string) {
	s.t.Helper()
	s.do(chromedp.Navigate(s.url + path))
}

// eval gives the value of an expression.
func eval[T any](s *screen, expression string) T {
	s.t.Helper()
	v, err := chromedp.Run(s.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		s.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for a condition, also over the loading of another page.
func (s *screen) until(expression string) {
	s.t.Helper()
	var err error
	for range 9000 { // three minutes, or more
		var ok bool
		if ok, err = chromedp.Run(s.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")")); ok {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Fatalf("never came true: %s: %v\nthe page at %s: %.3000s", expression, err, eval[string](s, "location.href"), s.text())
}

// key presses a key and waits for the page it leads to, if any.
func (s *screen) key(keys string) {
	s.t.Helper()
	s.do(chromedp.KeyEvent(keys))
}

// shot saves a picture of the page where WXUP_SCREENSHOTS says.
func (s *screen) shot(name string) {
	s.t.Helper()
	dir := os.Getenv("WXUP_SCREENSHOTS")
	if dir == "" {
		return
	}
	s.do(chromedp.Evaluate[chromedp.Void](`document.activeElement?.blur()`))
	height := eval[int64](s, `document.documentElement.scrollHeight`)
	width := eval[int64](s, `innerWidth`)
	s.do(chromedp.EmulateViewport(width, max(min(height, 1280), 600), chromedp.EmulateScale(2)))
	png, err := chromedp.Run(s.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		s.t.Fatalf("save a picture: %v", err)
	}
	s.do(chromedp.EmulateViewport(width, 860))
}

// complaints collects what the browser holds against the pages: errors of scripts, violations of
// the policy.
func (s *screen) complaints() func() []string {
	var list []string
	err := chromedp.Listen(s.ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			list = append(list, e.ExceptionDetails.Text)
		}
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return func() []string { return list }
}

func TestBrowser(t *testing.T) {
	g := inspectortest.New(t)
	s := chromium(t, g.Server.URL)
	complaints := s.complaints()
	g.Crowd()

	s.open("/exchanges/someone-else")
	s.shot("login")

	// The link that the program prints signs in, once.
	link := strings.TrimPrefix(g.Inspector.OnceLink(g.Server.URL), g.Server.URL)
	s.open(link)
	s.until(`location.pathname === "/" && document.querySelector("#live")?.dataset.state === "live"`)
	before := eval[int](s, `document.querySelectorAll("#rows .row").length`)

	// A success and a failure appear while one looks on.
	g.Upload(wxup.MarketingImage, "winter-coupon.jpg", inspectortest.Photo(9))
	s.until(`document.querySelector("#rows .row.accepted .title")?.textContent.startsWith("winter-coupon.jpg")`)
	_, id := g.Send(inspectortest.Attempt{Signed: inspectortest.WholeBody, Name: "coupon.jpg"})
	s.until(fmt.Sprintf(`document.querySelector("#rows .row")?.dataset.id === %q`, id))
	if after := eval[int](s, `document.querySelectorAll("#rows .row").length`); after != before+2 {
		t.Errorf("%d rows, then %d", before, after)
	}
	if got, want := eval[string](s, `document.querySelector("#rows .row .title").textContent`), "The signature does not match the request"; got != want {
		t.Errorf("the live row says %q, want %q", got, want)
	}
	live := eval[string](s, rowText)
	s.open("/")
	if loaded := eval[string](s, rowText); loaded != live {
		t.Errorf("the row that came live is\n%q, the same one loaded\n%q", live, loaded)
	}
	s.shot("list")

	// Filters: refused, by the choice that a click makes.
	s.do(chromedp.Click(chromedp.CSS(`.segments label:nth-of-type(4) span`)))
	s.until(`location.search === "?outcome=refused"`)
	if n := eval[int](s, `document.querySelectorAll("#rows .row:not(.refused)").length`); n != 0 {
		t.Errorf("%d rows that were not refused are shown", n)
	}

	// The keyboard: the first row, open it, read the finding.
	s.until(`document.querySelector("#live")?.dataset.state === "live"`)
	s.key("j")
	if got := eval[string](s, `document.activeElement.dataset.id`); got != id {
		t.Errorf("j has put the focus on %q, want %s", got, id)
	}
	s.key(kb.Enter)
	s.until(`location.pathname === "/exchanges/` + id + `" && document.documentElement.classList.contains("live-page")`)
	text := s.text()
	for _, want := range []string{"Refused", id, inspectortest.MchID, "POST", "string to sign"} {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
			t.Errorf("the page of the failure does not say %q: %s", want, text)
		}
	}
	if cause := eval[string](s, `document.querySelector("#why .chip.cause")?.textContent ?? ""`); !strings.HasPrefix(cause, "v3.body.") {
		t.Errorf("the cause shown is %q", cause)
	}
	for _, half := range []string{".signed del", ".wanted ins"} {
		if eval[string](s, `document.querySelector("`+half+`")?.textContent ?? ""`) == "" {
			t.Errorf("no %s in the comparison", half)
		}
	}
	s.do(chromedp.Click(chromedp.CSS(`#again .tabs label:nth-of-type(3)`)))
	if code := eval[string](s, `[...document.querySelectorAll("#again .tabs .text")].find((e) => e.offsetParent)?.textContent`); !strings.Contains(code, `\WeChatPay\Formatter::request`) {
		t.Errorf("the tab of PHP shows %q", code)
	}
	s.do(chromedp.Click(chromedp.CSS(`#again .tabs label:nth-of-type(1)`)))
	s.shot("refused")

	// j goes on to the next one of the filtered list, Escape back to it.
	s.key("j")
	s.until(`location.pathname.startsWith("/exchanges/") && !location.pathname.endsWith("` + id + `") && document.querySelector(".head.refused") !== null`)
	s.until(`document.documentElement.classList.contains("live-page")`)
	s.key(kb.Escape)
	s.until(`location.pathname === "/" && location.search === "?outcome=refused" && document.querySelector("#live")?.dataset.state === "live"`)
	s.key("/")
	if got := eval[string](s, `document.activeElement.name`); got != "q" {
		t.Errorf("/ has put the focus on %q", got)
	}
	s.do(chromedp.KeyEvent(kb.Backspace + "coupon" + kb.Enter)) // a simulated key types its character in any case
	s.until(`location.search.includes("q=coupon")`)

	// 中文 and dark; both stay.
	s.open("/exchanges/" + id)
	s.do(chromedp.Click(chromedp.ID("lang")))
	s.until(`document.documentElement.lang === "zh-CN" && document.documentElement.classList.contains("live-page")`)
	s.do(chromedp.Click(chromedp.ID("theme")))
	s.until(`getComputedStyle(document.body).colorScheme === "dark"`)
	s.open("/exchanges/" + id)
	if !strings.Contains(s.text(), "待签名串") || eval[string](s, `document.documentElement.dataset.theme`) != "dark" {
		t.Errorf("中文 and dark were not kept: %.300s", s.text())
	}
	s.shot("refused-zh-dark")
	s.open("/")
	s.until(`document.querySelector("#live")?.dataset.state === "live"`)
	s.shot("list-zh-dark")

	// Keys: hidden until asked for.
	s.open("/keys?lang=en&theme=light")
	if html := eval[string](s, `document.documentElement.outerHTML`); strings.Contains(html, inspectortest.APIv3Key) || strings.Contains(html, inspectortest.AppSecret) {
		t.Error("a secret is in the page of keys")
	}
	s.shot("keys")
	s.do(chromedp.Click(chromedp.CSS(`.cards .secret button`)))
	s.until(`[...document.querySelectorAll(".cards code")].some((e) => e.textContent === "` + inspectortest.APIv3Key + `")`)

	// A telephone: nothing is wider than it.
	s.do(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	for name, path := range map[string]string{"phone-list": "/", "phone-refused": "/exchanges/" + id, "phone-keys": "/keys", "phone-connect": "/connect", "": "/?q=nothing-is-like-this", "phone-accepted": acceptedPage(g)} {
		for _, lang := range []string{"zh", "en"} {
			s.open(path)
			s.do(chromedp.Evaluate[chromedp.Void](`document.cookie = "wxup_lang=` + lang + `; path=/"`))
			s.open(path)
			if got := eval[int](s, `document.documentElement.scrollWidth`); got > 360 {
				t.Errorf("%s in %s is %d wide on a screen of 360: %s", path, lang, got, eval[string](s, widest))
			}
		}
		if name != "" && os.Getenv("WXUP_SCREENSHOTS") != "" {
			s.shot(name)
			s.do(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
		}
	}
	s.do(chromedp.EmulateViewport(1360, 860))
	s.open(acceptedPage(g))
	s.until(`document.querySelector(".frame img")?.complete`)
	if w := eval[int](s, `document.querySelector(".frame img").naturalWidth`); w != 320 {
		t.Errorf("the image that was kept is %d wide in the page, want 320", w)
	}
	s.shot("accepted")
	if list := complaints(); len(list) > 0 {
		t.Errorf("the browser complains: %q", list)
	}
}

// rowText is all that the first row shows.
const rowText = `[...document.querySelectorAll("#rows .row:first-of-type")][0].className + [...document.querySelector("#rows .row").querySelectorAll("*")].map((e) => e.hidden ? "" : e.childElementCount ? "|" : e.textContent).join("|")`

// widest names what is too wide.
const widest = `[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > 361).slice(0, 5).map((e) => e.tagName + "." + (e.getAttribute("class") ?? "")).join(" ")`

// acceptedPage is where the newest accepted image is shown.
func acceptedPage(g *inspectortest.Rig) string {
	var list struct{ Exchanges []struct{ Page string } }
	g.Operator().JSON("/api/v1/exchanges?outcome=accepted&endpoint=marketing&limit=1", &list)
	return list.Exchanges[0].Page
}
