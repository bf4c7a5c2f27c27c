package main

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/silenceper/wechat/v2"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/officialaccount/config"
	"github.com/silenceper/wechat/v2/util"
	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/services/fileuploader"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

// wechatpay is the official SDK. It verifies each answer with the WeChat Pay public key.
func (l *load) wechatpay(rt http.RoundTripper) (func(context.Context, []byte) (string, string, error), error) {
	key, err := utils.LoadPrivateKeyWithPath(l.vars["WXUP_MCH_KEY_FILE"])
	if err != nil {
		return nil, err
	}
	public, err := publicKey(l.vars)
	if err != nil {
		return nil, err
	}
	client, err := core.NewClient(context.Background(),
		option.WithWechatPayPublicKeyAuthCipher(l.vars["WXUP_MCHID"], l.vars["WXUP_MCH_SERIAL"], key, l.vars["WXUP_PLATFORM_PUBKEY_ID"], public),
		option.WithHTTPClient(&http.Client{Transport: elsewhere{l.fleet.plain.address(), rt}}))
	if err != nil {
		return nil, err
	}
	service := fileuploader.MarketingImageUploader{Client: client}
	return func(ctx context.Context, data []byte) (string, string, error) {
		answer, _, err := service.Upload(ctx, bytes.NewReader(data), "picture.jpg", consts.ImageJPG)
		if err != nil {
			return "", "", err
		}
		return "marketing", *answer.MediaUrl, nil
	}, nil
}

// elsewhere sends an SDK's requests to another host than the one it has built in.
type elsewhere struct {
	host string
	rt   http.RoundTripper
}

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = "http", e.host, e.host
	return e.rt.RoundTrip(r)
}

// silenceper is the most used SDK for Official Accounts. It takes files, not bytes, and knows no
// context.
func (l *load) silenceper(rt http.RoundTripper) func(context.Context, []byte) (string, string, error) {
	base := url.URL{Scheme: "http", Host: l.fleet.plain.address()}
	util.SetURIModifier(func(uri string) string { return strings.Replace(uri, "https://api.weixin.qq.com", base.String(), 1) })
	util.DefaultHTTPClient = &http.Client{Transport: rt}
	account := wechat.NewWechat().GetOfficialAccount(&config.Config{
		AppID: l.vars["WXUP_APPID"], AppSecret: l.vars["WXUP_APPSECRET"], Cache: cache.NewMemory(), UseStableAK: true,
	}).GetMaterial()
	return func(_ context.Context, data []byte) (string, string, error) {
		f, err := os.CreateTemp("", "picture-*.jpg")
		if err != nil {
			return "", "", err
		}
		defer os.Remove(f.Name())
		defer f.Close()
		if _, err := f.Write(data); err != nil {
			return "", "", err
		}
		where, err := account.ImageUpload(f.Name())
		return "article", where, err
	}
}
