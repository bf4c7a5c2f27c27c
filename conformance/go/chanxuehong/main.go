// github.com/chanxuehong/wechat: an Official Account's article image, from a file and from a
// reader.
package main

import (
	"bytes"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/chanxuehong/wechat/mp/base"
	"github.com/chanxuehong/wechat/mp/core"

	"github.com/wxup/wxup/conformance/go/driver"
)

const sdk driver.SDK = "chanxuehong"

func main() {
	var client *http.Client // nil: the SDK's own
	if to := driver.ToBase(); to != nil {
		sdk.Needs("core.NewClient(…, *http.Client)")
		client = &http.Client{Transport: to}
	}
	account := core.NewClient(core.NewDefaultAccessTokenServer(driver.Env("WXUP_APPID"), driver.Env("WXUP_APPSECRET"), client), client)

	sdk.Upload("article/file", driver.Nothing, func(path string) (string, error) { return base.UploadImage(account, path) })
	sdk.Upload("article/reader", driver.Nothing, func(path string) (string, error) {
		return base.UploadImageFromReader(account, filepath.Base(path), bytes.NewReader(driver.Read(path)))
	})
	sdk.Refused("article/name-without-suffix", func(path string) (string, error) {
		name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		return base.UploadImageFromReader(account, name, bytes.NewReader(driver.Read(path)))
	})
}
