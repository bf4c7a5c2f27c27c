package inspector_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/inspector"
	"github.com/wxup/wxup/explain"
)

func (g *rig) proxied() {
	g.insp.Visits = func() []inspector.Visit {
		return []inspector.Visit{
			{Time: time.Now(), Count: 3, Remote: "127.0.0.1", Host: "api.mch.weixin.qq.com:443", Reason: explain.Words{EN: "it does not trust the CA", ZH: "它不信任该 CA"}},
			{Time: time.Now(), Count: 1, Remote: "127.0.0.1", Host: "api.weixin.qq.com:443", UserAgent: "axios/1.21.1<script>", Reached: true},
		}
	}
}

// TestContacts: what the proxy has seen and what was recorded, in the reader's language, and never a secret.
func TestContacts(t *testing.T) {
	g := newRig(t)
	g.proxied()
	g.upload(wxup.MarketingImage, "coupon.jpg", photo(1))
	var got struct {
		Contacts []struct {
			Reached     bool
			What, Where string
			Text, Page  string
			Count       int
		}
	}
	g.operator().json("/api/v1/contacts?lang=zh", &got)
	if len(got.Contacts) != 4 {
		t.Fatalf("%d contacts: %+v", len(got.Contacts), got)
	}
	first, last := got.Contacts[0], got.Contacts[2] // the last one asked for certificates
	if first.Reached || first.Text != "它不信任该 CA" || first.Count != 3 || first.What != "127.0.0.1" {
		t.Errorf("the client that does not trust: %+v", first)
	}
	if !last.Reached || !strings.HasPrefix(last.Page, "/exchanges/") || !strings.Contains(last.Where, wxup.MarketingImage.Path) {
		t.Errorf("the upload: %+v", last)
	}
}

// TestConnectData: the lines that start wxup name the data directory, so that they find this server from any other.
func TestConnectData(t *testing.T) {
	g := newRig(t)
	body := g.operator().get("/connect").body
	for _, want := range []string{"wxup exec --data /srv/wxup -- ", "wxup env --data /srv/wxup"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

// TestConnectPage: the page shows the lines of each runtime, and changes by itself when a program arrives.
func TestConnectPage(t *testing.T) {
	g := newRig(t)
	s := chromium(t, g.ts.URL)
	complaints := s.complaints()
	s.open(strings.TrimPrefix(g.insp.OnceLink(g.ts.URL), g.ts.URL))
	s.until(`location.pathname === "/"`)
	s.open("/connect")
	s.until(`document.querySelectorAll("#contacts li").length === 0 && !document.querySelector("#no-contact").hidden`)
	g.proxied()
	g.upload(wxup.MarketingImage, "coupon.jpg", photo(1))
	s.until(`document.querySelectorAll("#contacts li").length === 4 && document.querySelector("#no-contact").hidden`)
	if text := s.text(); !strings.Contains(text, "it does not trust the CA") || !strings.Contains(text, "axios/1.21.1<script>") {
		t.Errorf("the page says %q", text)
	}
	for i, want := range []string{"SSL_CERT_FILE", "-Djavax.net.ssl.trustStore", "PHP_INI_SCAN_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "https_proxy", "dotnet", "curl -x", "docker run"} {
		s.do(chromedp.Click(chromedp.CSS(fmt.Sprintf(`.tabs label:nth-of-type(%d)`, i+1))))
		if code := eval[string](s, `[...document.querySelectorAll(".tabs .text")].find((e) => e.offsetParent)?.textContent ?? ""`); !strings.Contains(code, want) || !strings.Contains(code, "8081") {
			t.Errorf("tab %d has no %q: %s", i+1, want, code)
		}
	}
	s.do(chromedp.Click(chromedp.CSS(`.tabs label:nth-of-type(1)`)))
	s.shot("connect")
	s.open("/connect?lang=zh&theme=dark")
	s.until(`document.querySelectorAll("#contacts li").length === 4`)
	s.shot("connect-zh-dark")
	if list := complaints(); len(list) > 0 {
		t.Errorf("the browser complains: %q", list)
	}
}
