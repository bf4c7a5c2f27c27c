package server

import (
	"strings"
	"testing"

	"github.com/wxup/wxup"
)

// TestHostWarnings: an upload that names a host of WeChat's that does not take it is accepted, and
// the host that does is noted.
func TestHostWarnings(t *testing.T) {
	g := newRig(t)
	token, corp := g.token(), g.corpToken()
	for _, x := range []struct {
		ep          *wxup.Endpoint
		host, token string
		want        string
	}{
		{wxup.MarketingImage, "pay.weixin.qq.com", "", "at api.mch.weixin.qq.com"},
		{wxup.MarketingImage, "api.mch.weixin.qq.com", "", ""},
		{wxup.MarketingImage, "127.0.0.1", "", ""},
		{wxup.ArticleImage, "mp.weixin.qq.com", token, "at api.weixin.qq.com"},
		{wxup.ArticleImage, "qyapi.weixin.qq.com", token, "at api.weixin.qq.com"},
		{wxup.ArticleImage, "api.weixin.qq.com", corp, "at qyapi.weixin.qq.com"},
		{wxup.ArticleImage, "qyapi.weixin.qq.com", corp, ""},
		{wxup.ArticleImage, "api2.weixin.qq.com", token, ""},
		{wxup.ArticleImage, "localhost", corp, ""},
	} {
		a := try(x.ep)
		if x.token != "" {
			a.query = "access_token=" + x.token
		}
		hc, r := g.request(a)
		r.Host = x.host
		if got := g.do(hc, r); got.status != 200 {
			t.Fatalf("%s: %d %s", x.host, got.status, got.body)
		}
		if w := strings.Join(g.lastExchange().Warnings, "\n"); (w == "") != (x.want == "") || !strings.Contains(w, x.want) {
			t.Errorf("%s%s: warnings %q, want %q", x.host, x.ep.Path, w, x.want)
		}
	}
}
