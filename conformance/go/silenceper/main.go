// github.com/silenceper/wechat: an Official Account's article image, with a token of each kind. The SDK gives the file's
// whole path as its filename.
package main

import (
	"fmt"

	"github.com/silenceper/wechat/v2"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/officialaccount/config"

	"github.com/wxup/wxup/conformance/go/driver"
)

const name = "silenceper"

func main() {
	driver.Route()
	for _, stable := range []bool{false, true} {
		api := "article/token"
		if stable {
			api = "article/stable-token"
		}
		account := wechat.NewWechat().GetOfficialAccount(&config.Config{
			AppID:       driver.Env("WXUP_APPID"),
			AppSecret:   driver.Env("WXUP_APPSECRET"),
			Cache:       cache.NewMemory(),
			UseStableAK: stable,
		})
		driver.Upload(name, api, func(path string) (string, error) {
			url, err := account.GetMaterial().ImageUpload(path)
			if err == nil && url == "" {
				err = fmt.Errorf("the answer has no url")
			}
			return url, err
		})
	}
}
