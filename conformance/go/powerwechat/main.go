// github.com/ArtisanCloud/PowerWeChat: uploads of APIv3, whose answers it does not verify, and an
// Official Account's article image. Its payment client returns a refusal as an answer without media
// id.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ArtisanCloud/PowerLibs/v3/object"
	"github.com/ArtisanCloud/PowerWeChat/v3/src/officialAccount"
	"github.com/ArtisanCloud/PowerWeChat/v3/src/payment"
	"github.com/ArtisanCloud/PowerWeChat/v3/src/payment/merchant/request"

	"github.com/wxup/wxup/conformance/go/driver"
)

const sdk driver.SDK = "powerwechat"

func main() {
	ctx := context.Background()
	pay, err := newPayment()
	if err != nil {
		driver.Stop(err)
	}
	account, err := newAccount()
	if err != nil {
		driver.Stop(err)
	}

	sdk.Upload("merchant/upload-img", driver.Nothing, func(path string) (string, error) {
		return merchant(ctx, pay, path, meta(path))
	})
	sdk.Upload("marketing/http-upload-json", driver.Nothing, func(path string) (string, error) {
		return marketing(ctx, pay, path, meta(path))
	})
	sdk.Refused("marketing/digest-of-name", func(path string) (string, error) {
		m := meta(path)
		sum := sha256.Sum256([]byte(filepath.Base(path)))
		m.Sha256 = hex.EncodeToString(sum[:])
		return marketing(ctx, pay, path, m)
	})

	sdk.Upload("article/upload-article-image", driver.Nothing, func(path string) (string, error) {
		answer, err := account.Material.UploadArticleImage(ctx, path)
		if err != nil {
			return "", err
		}
		if answer.URL == "" {
			return "", fmt.Errorf("%d %s", answer.ErrCode, answer.ErrMsg)
		}
		return answer.URL, nil
	})
}

func newPayment() (*payment.Payment, error) {
	config := &payment.UserConfig{
		AppID:       driver.Env("WXUP_APPID"),
		MchID:       driver.Env("WXUP_MCHID"),
		MchApiV3Key: driver.Env("WXUP_APIV3_KEY"),
		Key:         driver.Env("WXUP_APIV2_KEY"),
		CertPath:    driver.Env("WXUP_MCH_CERT_FILE"),
		KeyPath:     driver.Env("WXUP_MCH_KEY_FILE"),
		SerialNo:    driver.Env("WXUP_MCH_SERIAL"),
	}
	config.Log.File, config.Log.Error = os.DevNull, os.DevNull
	if base := driver.Base(); base != "" {
		sdk.Needs("Http.BaseURI")
		config.Http.BaseURI = base
	}
	return payment.NewPayment(config)
}

func newAccount() (*officialAccount.OfficialAccount, error) {
	config := &officialAccount.UserConfig{AppID: driver.Env("WXUP_APPID"), Secret: driver.Env("WXUP_APPSECRET")}
	config.Log.File, config.Log.Error = os.DevNull, os.DevNull
	base := driver.Base()
	if base != "" {
		config.Http.BaseURI = base + "/"
	}
	account, err := officialAccount.NewOfficialAccount(config)
	if err == nil && base != "" { // the token's address does not follow BaseURI
		sdk.Needs("AccessToken.EndpointToGetToken")
		account.AccessToken.EndpointToGetToken = base + "/cgi-bin/token"
	}
	return account, err
}

// meta is what is signed and sent about the file.
func meta(path string) *request.Meta {
	sum := sha256.Sum256(driver.Read(path))
	return &request.Meta{Filename: filepath.Base(path), Sha256: hex.EncodeToString(sum[:])}
}

func merchant(ctx context.Context, pay *payment.Payment, path string, m *request.Meta) (string, error) {
	answer, err := pay.Merchant.UploadImg(ctx, &request.RequestMediaUpload{File: path, Meta: m})
	if err != nil {
		return "", err
	}
	if answer.MediaId == "" {
		return "", fmt.Errorf("%s %s", answer.Code, answer.Message)
	}
	return answer.MediaId, nil
}

// marketing is the call under UploadImg, for an address that the SDK has no method for.
func marketing(ctx context.Context, pay *payment.Payment, path string, m *request.Meta) (string, error) {
	var answer struct {
		MediaURL string `json:"media_url"`
		Code     string `json:"code"`
		Message  string `json:"message"`
	}
	options, err := object.StructToHashMap(m)
	if err != nil {
		return "", err
	}
	_, err = pay.Merchant.HttpUploadJson(ctx, "/v3/marketing/favor/media/image-upload", &object.HashMap{"file": path}, nil, options, nil, nil, &answer)
	if err != nil {
		return "", err
	}
	if answer.MediaURL == "" {
		return "", fmt.Errorf("%s %s", answer.Code, answer.Message)
	}
	return answer.MediaURL, nil
}
