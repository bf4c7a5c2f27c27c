package server

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

const uploadPath = "/v3/marketing/favor/media/image-upload"

// TestCalls: each refused call that is no upload has a record that names what is wrong with it, and
// nothing else.
func TestCalls(t *testing.T) {
	g := newRig(t)
	token, component := g.token(), g.componentToken()
	ask := func(appid, secret string) string {
		return "/cgi-bin/token?grant_type=client_credential&appid=" + appid + "&secret=" + secret
	}
	stable := func(appid, secret string) string {
		return `{"grant_type":"client_credential","appid":"` + appid + `","secret":"` + secret + `"}`
	}
	for _, c := range []struct {
		name, method, target, body, want string
		host                             string
		header                           map[string]string
	}{
		// The path.
		{name: "capital V", target: "/V3" + uploadPath[3:], want: "call.path.case"},
		{name: "without the version", target: uploadPath[3:], want: "call.path.no_version"},
		{name: "doubled slash", target: "/" + uploadPath, want: "call.path.slashes"},
		{name: "doubled slash inside", target: "/v3/marketing/favor//media/image-upload", want: "call.path.slashes"},
		{name: "slash at the end", target: uploadPath + "/", want: "call.path.trailing"},
		{name: "a gateway's prefix", target: "/api-weixin/cgi-bin/media/uploadimg?access_token=" + token, want: "call.path.prefix"},
		{name: "two segments before it", target: "/gw/pay" + uploadPath, want: "call.path.prefix"},
		{name: "the version twice", target: "/v3" + uploadPath, want: "call.path.prefix"},
		{name: "an encoded slash", target: "/v3%2Fmarketing/favor/media/image-upload", want: "call.path.encoded"},
		{name: "a blank at the end", target: uploadPath + "%20", want: "call.path.blanks"},
		{name: "a line break at the end", target: uploadPath + "%0A", want: "call.path.blanks"},
		{name: "an encoded question mark", target: "/cgi-bin/media/uploadimg%3Faccess_token=" + token, want: "call.path.query"},
		{name: "& in place of ?", target: "/cgi-bin/media/uploadimg&access_token=" + token, want: "call.path.query"},
		{name: "the host in the path", target: "/api.mch.weixin.qq.com" + uploadPath, want: "call.path.absolute"},
		{name: "a URL in the path", target: "/https://api.mch.weixin.qq.com" + uploadPath, want: "call.path.absolute"},
		{name: "dots", target: "/v3/./marketing/favor/media/image-upload", want: "call.path.dots"},
		{name: "misspelled", target: "/v3/marketing/favor/media/image-uplaod", want: "call.path.misspelled"},
		{name: "an underscore", target: "/v3/marketing/favor/media/image_upload", want: "call.path.misspelled"},
		{name: "cut", target: "/v3/marketing/favor/media", want: "call.path.cut"},
		{name: "continued", target: uploadPath + "/photo.jpg", want: "call.path.tail"},
		{name: "version 2", target: "/v2" + uploadPath[3:], want: "call.path.misspelled"},
		{name: "a segment missing", target: "/cgi-bin/uploadimg?access_token=" + token, want: "call.path.misspelled"},
		{name: "HTTP/2 without TLS", method: "PRI", target: "/", want: "http.http2"},
		{name: "an image", method: "GET", target: "/mmbiz_png/abc/0", want: "call.image"},
		{name: "a secret as path", target: "/v3/" + appSecret, want: "call.path.unknown"},
		{name: "upper case and prefix", target: "/api/V3" + uploadPath[3:], want: "call.path.case call.path.prefix"},
		{name: "another API", target: "/v3/pay/transactions/jsapi", want: "call.path.other_api"},
		{name: "another API of accounts", method: "GET", target: "/cgi-bin/user/info?access_token=" + token, want: "call.path.other_api"},
		{name: "nothing near, with credentials", target: "/upload", header: map[string]string{"Authorization": "WECHATPAY2-SHA256-RSA2048 x"}, want: "call.path.unknown"},
		{name: "nothing near, to WeChat's host", target: "/", host: wire.PayHost, want: "call.path.unknown"},
		{name: "v2 misspelled", target: "/secapi/mch/upload_media", want: "call.path.misspelled"},

		// The method, the host, the query.
		{name: "GET of an upload", method: "GET", target: uploadPath, want: "call.method"},
		{name: "PUT of an upload", method: "PUT", target: uploadPath, want: "call.method"},
		{name: "GET of an upload with a token", method: "GET", target: "/cgi-bin/media/uploadimg?access_token=" + token, want: "call.method"},
		{name: "POST of the certificates", target: "/v3/certificates", want: "call.method"},
		{name: "GET of the stable token", method: "GET", target: "/cgi-bin/stable_token", want: "call.method"},
		{name: "DELETE of a token", method: "DELETE", target: ask(appid, appSecret), want: "call.method"},
		{name: "no type", target: "/cgi-bin/media/upload?access_token=" + token, want: "call.query"},
		{name: "an unknown type", target: "/cgi-bin/media/upload?type=picture&access_token=" + token, want: "call.query"},
		{name: "path and method", method: "GET", target: uploadPath + "/", want: "call.path.trailing call.method"},
		{name: "path and host", target: uploadPath + "/", host: wire.AccountHost, want: "call.path.trailing call.host"},

		// Certificates.
		{name: "no Authorization", method: "GET", target: "/v3/certificates", want: "v3.authorization.missing"},
		{name: "a token as Authorization", method: "GET", target: "/v3/certificates", header: map[string]string{"Authorization": "Bearer " + token}, want: "v3.authorization.scheme"},
		{name: "no serial", method: "GET", target: "/v3/certificates", header: map[string]string{"Authorization": "WECHATPAY2-SHA256-RSA2048 mchid=\"1\""}, want: "v3.authorization.pair_missing"},

		// Tokens.
		{name: "no parameters", method: "GET", target: "/cgi-bin/token", want: "account.ask.missing"},
		{name: "no grant_type", method: "GET", target: "/cgi-bin/token?appid=" + appid + "&secret=" + appSecret, want: "account.ask.missing"},
		{name: "grant_type", method: "GET", target: strings.Replace(ask(appid, appSecret), "client_credential", "client_credentials", 1), want: "account.ask.grant_type"},
		{name: "appsecret for secret", method: "GET", target: strings.Replace(ask(appid, appSecret), "secret=", "appsecret=", 1), want: "account.ask.name"},
		{name: "app_id for appid", method: "GET", target: strings.Replace(ask(appid, appSecret), "appid=", "app_id=", 1), want: "account.ask.name"},
		{name: "swapped", method: "GET", target: ask(appSecret, appid), want: "account.ask.swapped"},
		{name: "unknown app", method: "GET", target: ask("wx0000000000000000", appSecret), want: "account.ask.unknown"},
		{name: "the app in capitals", method: "GET", target: ask("wx1234567890ABCDEF", appSecret), want: "account.ask.id_case"},
		{name: "another secret", method: "GET", target: ask(appid, strings.Repeat("ab", 16)), want: "account.ask.secret_wrong"},
		{name: "a secret in capitals", method: "GET", target: ask(appid, strings.ToUpper(appSecret)), want: "account.ask.secret_case"},
		{name: "a secret that is cut", method: "GET", target: ask(appid, appSecret[:31]), want: "account.ask.secret_length"},
		{name: "a blank behind the secret", method: "GET", target: ask(appid, appSecret+"%20"), want: "account.ask.blanks"},
		{name: "a line break behind the secret", method: "GET", target: ask(appid, appSecret+"%0D%0A"), want: "account.ask.blanks"},
		{name: "quotes", method: "GET", target: ask(appid, "%22"+appSecret+"%22"), want: "account.ask.quoted"},
		{name: "an empty secret", method: "GET", target: ask(appid, ""), want: "account.ask.empty"},
		{name: "undefined", method: "GET", target: ask(appid, "undefined"), want: "account.ask.placeholder"},
		{name: "the documents' APPID", method: "GET", target: ask("APPID", "APPSECRET"), want: "account.ask.placeholder"},
		{name: "a merchant number", method: "GET", target: ask(mchid, appSecret), want: "account.ask.not_appid"},
		{name: "an EncodingAESKey", method: "GET", target: ask(appid, strings.Repeat("aB3", 14)+"z"), want: "account.ask.aes_key"},
		{name: "a corpid", method: "GET", target: ask(corpid, appSecret), want: "account.ask.corp"},
		{name: "the parameters in a form", target: "/cgi-bin/token", body: ask(appid, appSecret)[15:], want: "account.ask.in_body"},
		{name: "the parameters in JSON", target: "/cgi-bin/token", body: stable(appid, appSecret), want: "account.ask.in_body"},
		{name: "stable: in the query", target: strings.Replace(ask(appid, appSecret), "token", "stable_token", 1), want: "account.ask.in_query"},
		{name: "stable: appId", target: "/cgi-bin/stable_token", body: strings.Replace(stable(appid, appSecret), `"appid"`, `"appId"`, 1), want: "account.ask.name"},
		{name: "&amp;", method: "GET", target: strings.ReplaceAll(ask(appid, appSecret), "&", "&amp;"), want: "account.ask.name"},
		{name: "stable: a form", target: "/cgi-bin/stable_token", body: ask(appid, appSecret)[15:], want: "account.ask.form"},
		{name: "stable: no JSON", target: "/cgi-bin/stable_token", body: "{'appid': 'x'}", want: "json.quotes"},
		{name: "stable: quotes escaped", target: "/cgi-bin/stable_token", body: `{\"appid\":\"x\"}`, want: "account.ask.json"},
		{name: "stable: encoded twice", target: "/cgi-bin/stable_token", body: `"{\"appid\":\"x\"}"`, want: "account.ask.json"},
		{name: "stable: no body", target: "/cgi-bin/stable_token", want: "account.ask.no_body"},
		{name: "stable: another secret", target: "/cgi-bin/stable_token", body: stable(appid, strings.Repeat("ab", 16)), want: "account.ask.secret_wrong"},
		{name: "company: an appid", method: "GET", target: "/cgi-bin/gettoken?corpid=" + appid + "&corpsecret=" + appSecret, want: "account.ask.not_corp"},
		{name: "company: appid and secret", method: "GET", target: "/cgi-bin/gettoken?appid=" + corpid + "&secret=" + appSecret, want: "account.ask.name"},
		{name: "company: another secret", method: "GET", target: "/cgi-bin/gettoken?corpid=" + corpid + "&corpsecret=" + strings.Repeat("ab", 16), want: "account.ask.secret_wrong"},
		{name: "component: another secret", target: "/cgi-bin/component/api_component_token",
			body: `{"component_appid":"` + platformID + `","component_appsecret":"` + strings.Repeat("ab", 16) + `","component_verify_ticket":"t"}`, want: "account.ask.secret_wrong"},
		{name: "component: no ticket", target: "/cgi-bin/component/api_component_token",
			body: `{"component_appid":"` + platformID + `","component_appsecret":"` + appSecret + `"}`, want: "account.ask.missing"},
		{name: "component: no token", target: "/cgi-bin/component/api_query_auth", body: `{"component_appid":"` + platformID + `","authorization_code":"c"}`, want: "account.ask.no_component_token"},
		{name: "component: an account's token", target: "/cgi-bin/component/api_query_auth?component_access_token=" + token,
			body: `{"component_appid":"` + platformID + `","authorization_code":"c"}`, want: "account.ask.token_kind"},
		{name: "component: a code that is not there", target: "/cgi-bin/component/api_query_auth?component_access_token=" + component,
			body: `{"component_appid":"` + platformID + `","authorization_code":"queryauthcode@@@nothing"}`, want: "account.state.code"},
		{name: "component: a refresh token that is not there", target: "/cgi-bin/component/api_authorizer_token?component_access_token=" + component,
			body: `{"component_appid":"` + platformID + `","authorizer_appid":"` + authorizer + `","authorizer_refresh_token":"refreshtoken@@@nothing"}`, want: "account.state.refresh_token"},

		// Questions.
		{name: "quota: no token", target: "/cgi-bin/openapi/quota/get", body: `{"cgi_path":"/cgi-bin/token"}`, want: "account.token.missing"},
		{name: "quota: a bad token", target: "/cgi-bin/openapi/quota/get?access_token=undefined", body: `{"cgi_path":"/cgi-bin/token"}`, want: "account.token.placeholder"},
		{name: "quota: no path", target: "/cgi-bin/openapi/quota/get?access_token=" + token, body: `{}`, want: "account.ask.missing"},
		{name: "quota: a URL", target: "/cgi-bin/openapi/quota/get?access_token=" + token, body: `{"cgi_path":"https://api.weixin.qq.com/cgi-bin/token"}`, want: "account.ask.cgi_path"},
		{name: "quota: an unknown path", target: "/cgi-bin/openapi/quota/get?access_token=" + token, body: `{"cgi_path":"/cgi-bin/nothing"}`, want: "account.state.unknown_cgi_path"},
		{name: "rid: not one", target: "/cgi-bin/openapi/rid/get?access_token=" + token, body: `{"rid":"abc"}`, want: "account.state.bad_rid"},
		{name: "rid: unknown", target: "/cgi-bin/openapi/rid/get?access_token=" + token, body: `{"rid":"61725984-6126f6f9-040f19c4"}`, want: "account.state.unknown_rid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.method == "" {
				c.method = "POST"
			}
			r, w := newCallRequest(c.method, c.target, c.body)
			for name, value := range c.header {
				r.Header.Set(name, value)
			}
			if c.host != "" {
				r.Host = c.host
			}
			before, logged := len(g.mem.Exchanges()), len(g.log.String())
			g.srv.ServeHTTP(w, r)
			if len(g.mem.Exchanges()) != before+1 {
				t.Fatalf("%d %s: not recorded", w.Code, w.Body)
			}
			e := g.lastExchange()
			var found []string
			for _, f := range e.Report.Findings {
				found = append(found, f.Cause)
			}
			slices.Sort(found)
			if want := slices.Sorted(slices.Values(strings.Fields(c.want))); !slices.Equal(found, want) {
				for _, f := range e.Report.Findings {
					t.Logf("%s: %s %s (%s)", f.Cause, f.Text("en"), f.Text("zh"), f.Proof.Fact)
				}
				t.Errorf("%d %s: found %v, want %v", w.Code, w.Body, found, want)
			}
			written := string(encodeJSON(e)) + g.log.String()[logged:]
			for _, secret := range []string{appSecret, strings.ToUpper(appSecret), token, component, apiV3Key} {
				if strings.Contains(written, secret) {
					t.Errorf("a secret is in the record or the log: %s", written)
				}
			}
		})
	}
}

// newCallRequest is a request with a body.
func newCallRequest(method, target, body string) (*http.Request, *httptest.ResponseRecorder) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Accept", "*/*")
	r.Header.Set("User-Agent", "test")
	return r, httptest.NewRecorder()
}

// TestCertificatesExplained: the first call of many SDKs is explained as an upload is.
func TestCertificatesExplained(t *testing.T) {
	k := keys()
	for _, cause := range []string{"v3.url.no_query", "v3.key.other_merchant", "v3.state.public_key_only", "v3.state.no_apiv3_key"} {
		t.Run(cause, func(t *testing.T) {
			g := newRig(t)
			target, signed, key := "/v3/certificates?algorithm_type=RSA", "", k.mine.key
			switch cause {
			case "v3.url.no_query":
				signed = "/v3/certificates"
			case "v3.key.other_merchant":
				key = k.theirs.key
			case "v3.state.public_key_only", "v3.state.no_apiv3_key":
				m := Merchant{MchID: mchid, APIv3Key: apiV3Key, PublicKeyOnly: true, Certificates: []MerchantCertificate{{Certificate: k.mine.pair.Leaf}}}
				if cause == "v3.state.no_apiv3_key" {
					m.APIv3Key, m.PublicKeyOnly = "", false
				}
				g.mem.PutMerchant(m)
			}
			if signed == "" {
				signed = target
			}
			r, w := newCallRequest("GET", target, "")
			auth := sign.Authorization{
				Scheme: sign.SchemeRSA, MchID: mchid, NonceStr: "n", SerialNo: sign.Serial(k.mine.pair.Leaf), Timestamp: strconv.FormatInt(g.now().Unix(), 10),
			}
			auth.Signature, _ = sign.RSA(key, sign.V3Request("GET", signed, auth.Timestamp, auth.NonceStr, nil))
			r.Header.Set("Authorization", auth.String())
			g.srv.ServeHTTP(w, r)
			if e := g.lastExchange(); e.Cause != cause || len(e.Report.Findings) != 1 {
				t.Errorf("%d %s: %s %+v", w.Code, w.Body, e.Cause, e.Report)
			}
		})
	}
}

// TestNotMeant: what is for none of WeChat's APIs gets a plain 404, and no record.
func TestNotMeant(t *testing.T) {
	g := newRig(t)
	for _, target := range []string{"/favicon.ico", "/wp-login.php", "/robots.txt", "/api/v1/unknown", "/index.html"} {
		r, w := newCallRequest("GET", target, "")
		g.srv.ServeHTTP(w, r)
		if n := len(g.mem.Exchanges()); w.Code != 404 || n != 0 {
			t.Errorf("%s: %d, %d records", target, w.Code, n)
		}
	}
}

// TestWrongHost: a call that names a host that is not the server's is refused, recorded and
// explained, so that the last record is that of the last call.
func TestWrongHost(t *testing.T) {
	g := newRig(t)
	for target, recorded := range map[string]bool{uploadPath: true, "/cgi-bin/token?appid=" + appid + "&secret=" + appSecret: true, "/favicon.ico": false} {
		r, w := newCallRequest("POST", target, "")
		r.Host = "pay.shop.cn:8080"
		before := len(g.mem.Exchanges())
		g.srv.ServeHTTP(w, r)
		if w.Code != http.StatusMisdirectedRequest || !strings.Contains(w.Body.String(), "--hosts") || len(g.mem.Exchanges()) != before+map[bool]int{true: 1}[recorded] {
			t.Fatalf("%s: %d %s", target, w.Code, w.Body)
		}
		if !recorded {
			continue
		}
		e := g.lastExchange()
		if e.Problem != problem.WrongHost || e.Status != w.Code || e.Cause != "call.not_here" || e.Report.Findings[0].Value != "pay.shop.cn" {
			t.Errorf("%s: recorded: %+v", target, e)
		}
		if text := string(encodeJSON(e)); strings.Contains(text, appSecret) {
			t.Errorf("%s: a secret stands in the record", target)
		}
	}
}

// TestCallsKnown: package explain knows every path that is served.
func TestCallsKnown(t *testing.T) {
	paths := []string{"/v3/certificates", "/v3/global/certificates", "/hk/v3/certificates", "/cgi-bin/openapi/rid/get", wire.QuotaPath}
	for path := range tokenCalls {
		paths = append(paths, path)
	}
	for _, ep := range wxup.Endpoints() {
		path, _ := ep.Route()
		paths = append(paths, path)
	}
	for _, path := range paths {
		report := explain.Call(&explain.Request{Method: "TRACE", Target: path}, nil)
		if !report.Has("call.method") {
			t.Errorf("%s: %+v", path, report.Findings)
		}
	}
}
