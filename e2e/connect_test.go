package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/inspector/inspectortest"
)

// TestConnectPage: the page shows the lines of each runtime, and changes by itself when a program
// arrives.
func TestConnectPage(t *testing.T) {
	g := inspectortest.New(t)
	s := chromium(t, g.Server.URL)
	complaints := s.complaints()
	s.open(strings.TrimPrefix(g.Inspector.OnceLink(g.Server.URL), g.Server.URL))
	s.until(`location.pathname === "/"`)
	s.open("/connect")
	s.until(`document.querySelectorAll("#contacts li").length === 0 && !document.querySelector("#no-contact").hidden`)
	g.Proxied()
	g.Upload(wxup.MarketingImage, "coupon.jpg", inspectortest.Photo(1))
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
