package explain

import (
	"fmt"
	"strings"
	"testing"
)

// TestNothingLoaded: of what was not loaded nothing is said. A token and an account that are not
// known are wrong only if all that exist are.
func TestNothingLoaded(t *testing.T) {
	said := func(issuer bool, target string) string {
		c := newAccount()
		c.target = target
		if strings.Contains(target, "component") {
			c.contentType = "application/json"
			c.body = []byte(`{"component_appid":"wx2222222222222222","authorizer_appid":"wxd930ea5d5a258f4f","authorizer_refresh_token":"refreshtoken@@@abcdefghijklmnopqrstuvwxyz"}`)
		}
		req, known := c.request(), &Known{Issuer: issuer}
		if strings.HasPrefix(target, uploadimg) {
			r := Account(req, known)
			return fmt.Sprint(r.Findings, r.RuledOut)
		}
		r := Call(req, known)
		return fmt.Sprint(r.Findings, r.RuledOut)
	}
	for _, x := range []struct{ target, claim string }{
		{uploadimg + "?access_token=" + goodToken, "not issued here"},
		{uploadimg + "?access_token=" + goodToken, "account.token.unknown"},
		{"/cgi-bin/token?grant_type=client_credential&appid=wxd930ea5d5a258f4f&secret=0123456789abcdef0123456789abcdef", "account.ask.unknown"},
		{"/cgi-bin/component/api_authorizer_token?component_access_token=" + goodToken, "account.ask.token_unknown"},
	} {
		if got := said(true, x.target); !strings.Contains(got, x.claim) {
			t.Errorf("%.60s: all is known, and %s is not said: %s", x.target, x.claim, got)
		}
		if got := said(false, x.target); strings.Contains(got, x.claim) {
			t.Errorf("%.60s: nothing is known, and %s is said: %s", x.target, x.claim, got)
		}
	}
}

// TestRightHost: hosts of WeChat's that have none of the APIs are told apart from those that do.
func TestRightHost(t *testing.T) {
	for _, x := range []struct{ host, target, want string }{
		{"pay.weixin.qq.com", "/v3/marketing/favor/media/image-upload", "api.mch.weixin.qq.com"},
		{"pay.weixin.qq.com", "/secapi/mch/uploadmedia", "api.mch.weixin.qq.com"},
		{"mp.weixin.qq.com", uploadimg, "api.weixin.qq.com"},
		{"api.weixin.qq.com", "/secapi/mch/uploadmedia", "api.mch.weixin.qq.com"},
		{"api2.mch.weixin.qq.com", "/secapi/mch/uploadmedia", ""},
		{"api.weixin.qq.com", uploadimg, ""},
		{"127.0.0.1:8080", uploadimg, ""},
	} {
		if got := RightHost(&Request{Method: "POST", Host: x.host, Target: x.target}); got != x.want {
			t.Errorf("%s%s: %q, want %q", x.host, x.target, got, x.want)
		}
	}
}
