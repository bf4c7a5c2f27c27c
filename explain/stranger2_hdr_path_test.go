package explain

import (
	"strings"
	"testing"
)

// pathRows are paths that no call has, with the call that is named and why.
var pathRows = []struct{ method, target, want, named string }{
	{"POST", "/v3/marketing/media/favor/image-upload", "call.path.misspelled", "/v3/marketing/favor/media/image-upload"},
	{"POST", "/v3/marketing/favor/image-upload", "call.path.misspelled", "/v3/marketing/favor/media/image-upload"},
	{"POST", "/v3/marketing/busifavor/media/image-upload", "call.path.misspelled", "/v3/marketing/favor/media/image-upload"},
	{"POST", "/v3/marketing/favor/media/upload-image", "call.path.misspelled", "/v3/marketing/favor/media/image-upload"},
	{"POST", "/v3/marketing/favor/image/upload", "call.path.misspelled", "/v3/marketing/favor/media/image-upload"},
	{"POST", "/v3/marketing/favor/media/upload", "call.path.misspelled", "/v3/marketing/favor/media/image-upload"},
	{"POST", "/v3/marketing/media/image-upload", "call.path.misspelled", "/v3/marketing/favor/media/image-upload"},
	{"POST", "/v3/marketing/favor/media/imag%D0%B5-upload", "call.path.misspelled", "/v3/marketing/favor/media/image-upload"},
	{"POST", "/v3/media/upload", "call.path.misspelled", "/v3/merchant/media/upload"},
	{"POST", "/v3/merchant/upload", "call.path.misspelled", "/v3/merchant/media/upload"},
	{"POST", "/v3/merchant/upload/media", "call.path.misspelled", "/v3/merchant/media/upload"},
	{"POST", "/v3/merchant/media/image_upload", "call.path.misspelled", "/v3/merchant/media/upload"},
	{"POST", "/secapi/pay/uploadmedia", "call.path.misspelled", "/secapi/mch/uploadmedia"},
	{"POST", "/cgi-bin/material/uploadimg", "call.path.misspelled", "/cgi-bin/media/uploadimg"},
	{"POST", "/cgi-bin/media/img/upload", "call.path.misspelled", "/cgi-bin/media/uploadimg"},
	{"POST", "/pay/uploadmedia", "call.path.misspelled", "/secapi/mch/uploadmedia"},
	{"POST", "/cgi_bin/media/uploadimg", "call.path.misspelled", "/cgi-bin/media/uploadimg"},
	{"POST", "/wxa/media/uploadimg", "call.path.misspelled", "/cgi-bin/media/uploadimg"},
	{"POST", "/gateway/merchant/media/upload", "call.path.misspelled", "/v3/merchant/media/upload"},
	{"POST", "/pay/unifiedorder", "call.path.other_api", "/pay/unifiedorder"},
	{"POST", "/merchant/common/upload_img", "call.path.other_api", "/merchant/common/upload_img"},
	{"POST", "/cgi-bin/media/uploadnews", "call.path.other_api", "/cgi-bin/media/uploadnews"},
	{"POST", "/cgi-bin/material/add_news", "call.path.other_api", "/cgi-bin/material/add_news"},
	{"POST", "/v3/pay/transactions/jsapi", "call.path.other_api", "/v3/pay/transactions/jsapi"},
	{"post", "/v3/merchant/media/upload", "call.method_case", "POST"},
	{"GET", "/v3/merchant/media/upload", "call.method", "POST"},
}

func TestStranger2Paths(t *testing.T) {
	for _, row := range pathRows {
		r := Call(&Request{Method: row.method, Target: row.target, Host: "api.example.com"}, nil)
		if len(r.Findings) != 1 || r.Findings[0].Cause != row.want || !strings.Contains(r.Findings[0].Value, row.named) {
			t.Errorf("%s %s: %v, want %s %s", row.method, row.target, r.Findings, row.want, row.named)
		}
	}
}

// accountHeaderRows are mistakes in the token.
var accountHeaderRows = []accountMistake{
	{"a URL", "account.token.url", sentToken(func(s string) string { return "https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token=" + s })},
	{"a URL and more", "account.token.url", sentToken(func(s string) string { return "https://a.example/x?type=image&access_token=" + s + "&b=1" })},
	{"a URL without a token", "account.token.address", withToken("https://api.weixin.qq.com/cgi-bin/token")},
	{"an object of Java", "account.token.placeholder", withToken("com.app.AccessToken@3f2c9a77")},
	{"a character lost", "account.token.misspelled", sentToken(func(s string) string { return s[:40] + s[41:] })},
	{"a character doubled", "account.token.misspelled", sentToken(func(s string) string { return s[:40] + s[39:] })},
	{"APIv3", "account.pay_signature", func(c *accountClient) {
		c.target = uploadimg
		c.headers["Authorization"] = `WECHATPAY2-SHA256-RSA2048 mchid="1900009191",nonce_str="593BEC0C930BF1AFEB40B4A08C8Fb242"`
	}},
}

func TestStranger2Account(t *testing.T) {
	for _, m := range accountHeaderRows {
		c := newAccount()
		m.make(c)
		r := Account(c.request(), c.known)
		if len(r.Findings) != 1 || r.Findings[0].Cause != m.want {
			t.Errorf("%s: %v, want %s", m.name, r.Findings, m.want)
		}
	}
}
