package server

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/wxup/wxup/wire"
)

// TestTokenSecrets: a secret that is not the app's is called what it is, and nothing is guessed of
// one that nobody knows; parameters of one call that are sent to another name that call.
func TestTokenSecrets(t *testing.T) {
	g := newRig(t)
	component := g.componentToken()
	g.mem.PutMerchant(Merchant{MchID: "1900000001", APIv2Key: "0123456789abcdefghijklmnopqrstuv", APIv3Key: "vutsrqponmlkjihgfedcba9876543210"})
	ask := func(secret string) string {
		return "/cgi-bin/token?grant_type=client_credential&appid=" + appid + "&secret=" + secret
	}
	reversed := []byte(appSecret)
	slices.Reverse(reversed)
	sum := md5.Sum([]byte(appSecret))
	stable := func(more string) string {
		return `{"grant_type":"client_credential","appid":"` + appid + `","secret":"` + appSecret + `"` + more + `}`
	}
	form := "--b\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nclient_credential\r\n--b\r\nContent-Disposition: form-data; name=\"appid\"\r\n\r\n" + appid +
		"\r\n--b\r\nContent-Disposition: form-data; name=\"secret\"\r\n\r\n" + appSecret + "\r\n--b--\r\n"
	authorize := func(id, refresh string) string {
		return `{"component_appid":"` + platformID + `","authorizer_appid":"` + id + `","authorizer_refresh_token":"` + refresh + `"}`
	}
	const refresh = "refreshtoken@@@abcdefghijklmnopqrstuvwxyz0123"
	for _, c := range []struct{ name, target, body, contentType, host, want string }{
		{name: "the APIv3 key", target: ask("vutsrqponmlkjihgfedcba9876543210"), want: "account.ask.secret_other"},
		{name: "the APIv2 key", target: ask("0123456789abcdefghijklmnopqrstuv"), want: "account.ask.secret_other"},
		{name: "masked", target: ask("e21e************************ab12"), want: "account.ask.secret_masked"},
		{name: "MD5", target: ask(hex.EncodeToString(sum[:])), want: "account.ask.secret_changed"},
		{name: "reversed", target: ask(string(reversed)), want: "account.ask.secret_changed"},
		{name: "twice", target: ask(appSecret + appSecret), want: "account.ask.secret_changed"},
		{name: "base64", target: ask(url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(appSecret)))), want: "account.ask.secret_changed"},
		{name: "unknown", target: ask(strings.Repeat("cd", 16)), want: "account.ask.secret_wrong"},
		{name: "commas", target: strings.ReplaceAll(ask(appSecret), "&", ","), want: "account.ask.written"},
		{name: "semicolons", target: strings.ReplaceAll(ask(appSecret), "&", ";"), want: "account.ask.written"},
		{name: "two question marks", target: strings.Replace(ask(appSecret), "?", "??", 1), want: "account.ask.written"},
		{name: "encoded as a whole", target: "/cgi-bin/token?" + url.QueryEscape(ask(appSecret)[15:]), want: "account.ask.written"},
		{name: "colons", target: strings.ReplaceAll(ask(appSecret), "=", ":"), want: "account.ask.written"},
		{name: "two characters of the id exchanged", target: strings.Replace(ask(appSecret), appid, appid[:4]+appid[5:6]+appid[4:5]+appid[6:], 1), want: "account.ask.id_near"},
		{name: "the id cut", target: strings.Replace(ask(appSecret), appid, appid[:17], 1), want: "account.ask.id_near"},
		{name: "the id in capitals", target: strings.Replace(ask(appSecret), appid, strings.ToUpper(appid), 1), want: "account.ask.id_case"},
		{name: "get_token", target: "/cgi-bin/get_token?corpid=" + corpid + "&corpsecret=" + appSecret, host: wire.CorpHost, want: "call.path.misspelled"},
		{name: "an agentid", target: "/cgi-bin/gettoken?corpid=" + corpid + "&corpsecret=1000002", host: wire.CorpHost, want: "account.ask.secret_number"},
		{name: "an account's parameters at WeCom", target: strings.Replace(ask(appSecret), "/token", "/gettoken", 1), host: wire.CorpHost, want: "account.ask.path"},
		{name: "an account's parameters at gettoken", target: strings.Replace(ask(appSecret), "/token", "/gettoken", 1), want: "account.ask.path"},
		{name: "a company's parameters at token", target: "/cgi-bin/token?corpid=" + corpid + "&corpsecret=" + appSecret, host: wire.CorpHost, want: "account.ask.path"},
		{name: "a platform at token", target: strings.Replace(ask(appSecret), appid, platformID, 1), want: "account.ask.component"},
		{name: "an app as platform", target: "/cgi-bin/component/api_component_token",
			body: `{"component_appid":"` + appid + `","component_appsecret":"` + appSecret + `","component_verify_ticket":"t"}`, want: "account.ask.not_component"},
		{name: "a ticket as token", target: "/cgi-bin/component/api_authorizer_token?component_access_token=ticket@@@abcdefghijklmnop", body: authorize(authorizer, refresh), want: "account.ask.token_kind"},
		{name: "exchanged", target: "/cgi-bin/component/api_authorizer_token?component_access_token=" + component, body: authorize(refresh, authorizer), want: "account.ask.exchanged"},
		{name: "a code as refresh token", target: "/cgi-bin/component/api_authorizer_token?component_access_token=" + component,
			body: authorize(authorizer, "queryauthcode@@@abcdefghijklmnop"), want: "account.ask.other_kind"},
		{name: "a refresh token as platform", target: "/cgi-bin/component/api_authorizer_token?component_access_token=" + component,
			body: strings.Replace(authorize(authorizer, refresh), platformID, refresh, 1), want: "account.ask.other_kind"},
		{name: "lists", target: "/cgi-bin/stable_token", body: strings.NewReplacer(`:"`, `:["`, `",`, `"],`, `"}`, `"]}`).Replace(stable("")), want: "account.ask.type"},
		{name: "force_refresh as a text", target: "/cgi-bin/stable_token", body: stable(`,"force_refresh":"true"`), want: "account.ask.force_refresh"},
		{name: "force_refresh as a number", target: "/cgi-bin/stable_token", body: stable(`,"force_refresh":1`), want: "account.ask.force_refresh"},
		{name: "nested", target: "/cgi-bin/stable_token", body: `{"data":` + stable("") + `}`, want: "account.ask.nested"},
		{name: "gzip", target: "/cgi-bin/stable_token", body: "\x1f\x8b\x08\x00abc", want: "account.ask.encoded_body"},
		{name: "UTF-16", target: "/cgi-bin/stable_token", body: "{\x00\"\x00a\x00", want: "account.ask.encoded_body"},
		{name: "a multipart form", target: "/cgi-bin/stable_token", body: form, contentType: "multipart/form-data; boundary=b", want: "account.ask.form"},
		{name: "a near path", target: "/cgi-bin/component/component_token", body: "{}", want: "call.path.misspelled"},
		{name: "material under media", target: "/cgi-bin/media/add_material", want: "call.path.misspelled"},
		{name: "a webhook of WeCom", target: "/cgi-bin/webhook/upload_media?key=abc&type=file", host: wire.CorpHost, want: "call.path.other_api"},
		{name: "access_token as path", target: strings.Replace(ask(appSecret), "/token", "/access_token", 1), want: "call.path.misspelled"},
		{name: "oauth", target: strings.Replace(ask(appSecret), "/token", "/oauth/token", 1), want: "call.path.misspelled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			method := "POST"
			if c.body == "" {
				method = "GET"
			}
			if strings.Contains(c.target, "add_material") || strings.Contains(c.target, "webhook") {
				method = "POST"
			}
			r, w := newCallRequest(method, c.target, c.body)
			if c.contentType != "" {
				r.Header.Set("Content-Type", c.contentType)
			}
			if c.host != "" {
				r.Host = c.host
			}
			g.srv.ServeHTTP(w, r)
			e := g.lastExchange()
			var found []string
			for _, f := range e.Report.Findings {
				found = append(found, f.Cause)
			}
			if !slices.Contains(found, c.want) || len(found) > 1 && c.want != "call.path.misspelled" {
				t.Errorf("%d %s: found %v, want %s", w.Code, w.Body, e.Report.Findings, c.want)
			}
			written := string(encodeJSON(e))
			for _, secret := range []string{appSecret, component, "vutsrqponmlkjihgfedcba9876543210", string(reversed), hex.EncodeToString(sum[:])} {
				if strings.Contains(written, secret) {
					t.Errorf("a secret is in the record: %s", written)
				}
			}
		})
	}
}

// TestTokenWarnings: a call for a token that is answered here warns of a host of WeChat's that does
// not have it, and of XML in the place of the ticket.
func TestTokenWarnings(t *testing.T) {
	g := newRig(t)
	account := "/cgi-bin/token?grant_type=client_credential&appid=" + appid + "&secret=" + appSecret
	company := "/cgi-bin/gettoken?corpid=" + corpid + "&corpsecret=" + appSecret
	ticket := func(s string) string {
		return `{"component_appid":"` + platformID + `","component_appsecret":"` + appSecret + `","component_verify_ticket":"` + s + `"}`
	}
	const platform = "/cgi-bin/component/api_component_token"
	for _, c := range []struct {
		host, target, body string
		warnings           int
	}{
		{wire.AccountHost, account, "", 0}, {wire.CorpHost, account, "", 1}, {"mp.weixin.qq.com", account, "", 1},
		{wire.CorpHost, company, "", 0}, {wire.AccountHost, company, "", 1},
		{wire.AccountHost, platform, ticket("ticket@@@abc"), 0}, {wire.AccountHost, platform, ticket("<![CDATA[ticket@@@abc]]>"), 1},
	} {
		method := "GET"
		if c.body != "" {
			method = "POST"
		}
		r, w := newCallRequest(method, c.target, c.body)
		r.Host = c.host
		g.srv.ServeHTTP(w, r)
		if e := g.lastExchange(); e.Problem != "" || len(e.Warnings) != c.warnings {
			t.Errorf("%s %s: %s %v", c.host, c.target, e.Problem, e.Warnings)
		}
	}
}
