// github.com/silenceper/wechat: an Official Account's article image, with a token of each kind. The
// SDK gives the file's whole path as its filename.
package main

import (
	"strings"

	"github.com/silenceper/wechat/v2"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/officialaccount"
	"github.com/silenceper/wechat/v2/officialaccount/config"
	"github.com/silenceper/wechat/v2/util"

	"github.com/wxup/wxup/conformance/go/driver"
)

const sdk driver.SDK = "silenceper"

func main() {
	if base := driver.Base(); base != "" {
		sdk.Needs("util.SetURIModifier")
		util.SetURIModifier(func(uri string) string { return strings.Replace(uri, "https://api.weixin.qq.com", base, 1) })
	}
	sdk.Upload("article/token", driver.Nothing, account(false).GetMaterial().ImageUpload)
	sdk.Upload("article/stable-token", driver.Nothing, account(true).GetMaterial().ImageUpload)

	wrong := account(false)
	wrong.SetAccessTokenHandle(secretAsToken{})
	sdk.Refused("article/secret-as-token", wrong.GetMaterial().ImageUpload)
}

func account(stable bool) *officialaccount.OfficialAccount {
	return wechat.NewWechat().GetOfficialAccount(&config.Config{
		AppID:       driver.Env("WXUP_APPID"),
		AppSecret:   driver.Env("WXUP_APPSECRET"),
		Cache:       cache.NewMemory(),
		UseStableAK: stable,
	})
}

// secretAsToken gives the appsecret where the token should be.
type secretAsToken struct{}

func (secretAsToken) GetAccessToken() (string, error) { return driver.Env("WXUP_APPSECRET"), nil }
