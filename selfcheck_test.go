package wxup_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
)

// TestSelfCheck: a refused signature comes with what is wrong on this side, where that can be told;
// and with nothing where it cannot.
func TestSelfCheck(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*wxup.Merchant)
		skew  time.Duration
		want  string // "" is no finding
	}{
		"all well":                  {func(*wxup.Merchant) {}, 0, ""},
		"no certificate to compare": {func(m *wxup.Merchant) {}, 20 * time.Second, ""},
		"slow clock":                {func(*wxup.Merchant) {}, 7*time.Minute + 12*time.Second, "clock is 7m12s behind the server's"},
		"fast clock":                {func(*wxup.Merchant) {}, -8 * time.Hour, "clock is 8h0m0s ahead of the server's"},
		"other key": {func(m *wxup.Merchant) { m.Certificate = merchant().tls(); m.PrivateKey = platform().key }, 0,
			"PrivateKey does not belong to Merchant.Certificate"},
		"other serial": {func(m *wxup.Merchant) {
			m.Certificate = merchant().tls()
			m.SerialNo = "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C"
		}, 0,
			"SerialNo is 1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C, that of Merchant.Certificate is " + merchant().serial()},
		"platform's serial": {func(m *wxup.Merchant) { m.SerialNo = strings.ToLower(platform().serial()) }, 0, "WeChat's platform certificate"},
		"other merchant":    {func(m *wxup.Merchant) { m.Certificate = merchant().tls(); m.MchID = "1900000001" }, 0, `that of "1900009191", MchID is "1900000001"`},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", clock.Add(c.skew).UTC().Format(http.TimeFormat))
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(401)
				w.Write([]byte(`{"code":"SIGN_ERROR","message":"错误的签名，验签失败"}`))
			})
			client := payClient(s)
			c.spoil(client.Merchant)
			_, err := client.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", pngOfSize(2000)))
			var e *wxup.Error
			if !errors.As(err, &e) || !errors.Is(err, wxup.BadSignature) {
				t.Fatalf("%v", err)
			}
			if c.want == "" && e.Reason != "" || !strings.Contains(e.Reason, c.want) {
				t.Errorf("found %q, want %q", e.Reason, c.want)
			}
			if c.want != "" && !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error does not say it: %v", err)
			}
		})
	}
}
