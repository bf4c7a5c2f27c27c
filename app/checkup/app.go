package checkup

import (
	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/credentials"
	"github.com/wxup/wxup/app/internal/phrase"
)

// checkApp returns the app if a token can be fetched for it, else nil.
func checkApp(r report, v credentials.Values) *wxup.App {
	appid := v.Get("appid")
	if appid != "" {
		if appidForm.MatchString(appid) {
			r.pass("appid", phrase.Both(appid))
		} else {
			r.warn("appid", texts.Text("%.40q is not wx and 16 hex digits", appid), texts.Text("see mp.weixin.qq.com, Basic configuration; a gh_… id is something else"))
		}
	}
	token, tokenErr := v.Line("access_token")
	if tokenErr != nil {
		r.unread("access_token", tokenErr, phrase.Text{})
	} else if token != "" {
		r.skip("access_token", texts.Text("set, %d characters; not tried", len(token)))
	}
	secret, secretErr := v.Line("appsecret")
	do := texts.Text("copy it again: mp.weixin.qq.com, Basic configuration")
	switch {
	case secretErr != nil:
		r.unread("appsecret", secretErr, phrase.Text{})
	case secret == "" && token != "":
		r.skip("appsecret", texts.Text("not set"))
	case secret == "":
		r.fail("appsecret", texts.Text("not set"), texts.Text("set WXUP_APPSECRET, or WXUP_ACCESS_TOKEN"))
	case len(secret) != 32:
		r.fail("appsecret", texts.Text("it has %d characters, not 32", len(secret)), do)
	case appid == "":
		r.fail("appid", texts.Text("not set"), texts.Text("set WXUP_APPID"))
	default:
		r.pass("appsecret", texts.Text("32 characters"))
		return &wxup.App{AppID: appid, Secret: secret, Stable: true}
	}
	return nil
}

// checkCompany checks the credentials of a company (企业微信), without asking for a token.
func checkCompany(r report, v credentials.Values) {
	if corpid := v.Get("corpid"); corpid != "" {
		if corpidForm.MatchString(corpid) {
			r.pass("corpid", phrase.Both(corpid))
		} else {
			r.warn("corpid", texts.Text("%.40q is not ww and 16 hex digits", corpid), texts.Text("see work.weixin.qq.com, My company"))
		}
	}
	switch secret, err := v.Line("corpsecret"); {
	case err != nil:
		r.unread("corpsecret", err, phrase.Text{})
	case secret == "":
		r.fail("corpsecret", texts.Text("not set"), texts.Text("set WXUP_CORPSECRET"))
	default:
		r.skip("corpsecret", texts.Text("set, %d characters; not tried", len(secret)))
	}
}
