// The official SDK, github.com/wechatpay-apiv3/wechatpay-go: the three uploads it has, in each of the three ways in which
// it can check the answer's signature.
package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/services/fileuploader"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"github.com/wxup/wxup/conformance/go/driver"
)

const name = "wechatpay-go"

func main() {
	driver.Route()
	for _, mode := range []struct {
		variant string
		client  func(context.Context) (*core.Client, error)
	}{
		{"public-key", withPublicKey},
		{"certificate", withCertificate},
		{"downloaded", withDownloadedCertificates},
	} {
		ctx := context.Background()
		client, err := mode.client(ctx)
		for _, api := range []struct {
			name string
			send func(context.Context, *core.Client, *os.File) (*string, error)
		}{
			{"marketing", marketing},
			{"merchant", merchant},
			{"video", video},
		} {
			driver.Upload(name, api.name+"/"+mode.variant, func(path string) (string, error) {
				if err != nil {
					return "", fmt.Errorf("new client: %w", err)
				}
				file, err := os.Open(path)
				if err != nil {
					return "", err
				}
				defer file.Close()
				answer, err := api.send(ctx, client, file)
				if err == nil && (answer == nil || *answer == "") {
					err = errors.New("the answer has neither media_url nor media_id")
				}
				if err != nil {
					return "", err
				}
				return *answer, nil
			})
		}
	}
}

// withPublicKey checks answers with the WeChat Pay public key (微信支付公钥).
func withPublicKey(ctx context.Context) (*core.Client, error) {
	key, err := utils.LoadPrivateKeyWithPath(driver.Env("WXUP_MCH_KEY_FILE"))
	if err != nil {
		return nil, err
	}
	public, err := utils.LoadPublicKeyWithPath(driver.Env("WXUP_PLATFORM_PUBKEY_FILE"))
	if err != nil {
		return nil, err
	}
	return core.NewClient(ctx, option.WithWechatPayPublicKeyAuthCipher(
		driver.Env("WXUP_MCHID"), driver.Env("WXUP_MCH_SERIAL"), key, driver.Env("WXUP_PLATFORM_PUBKEY_ID"), public))
}

// withCertificate checks answers with a platform certificate (平台证书) that is on disk.
func withCertificate(ctx context.Context) (*core.Client, error) {
	key, err := utils.LoadPrivateKeyWithPath(driver.Env("WXUP_MCH_KEY_FILE"))
	if err != nil {
		return nil, err
	}
	certificate, err := utils.LoadCertificateWithPath(driver.Env("WXUP_PLATFORM_CERT_FILE"))
	if err != nil {
		return nil, err
	}
	return core.NewClient(ctx,
		option.WithMerchantCredential(driver.Env("WXUP_MCHID"), driver.Env("WXUP_MCH_SERIAL"), key),
		option.WithWechatPayCertificate([]*x509.Certificate{certificate}))
}

// withDownloadedCertificates fetches the platform certificates first: GET /v3/certificates, deciphered with the APIv3 key.
func withDownloadedCertificates(ctx context.Context) (*core.Client, error) {
	key, err := utils.LoadPrivateKeyWithPath(driver.Env("WXUP_MCH_KEY_FILE"))
	if err != nil {
		return nil, err
	}
	return core.NewClient(ctx, option.WithWechatPayAutoAuthCipher(
		driver.Env("WXUP_MCHID"), driver.Env("WXUP_MCH_SERIAL"), key, driver.Env("WXUP_APIV3_KEY")))
}

func marketing(ctx context.Context, client *core.Client, file *os.File) (*string, error) {
	service := fileuploader.MarketingImageUploader{Client: client}
	answer, _, err := service.Upload(ctx, file, filepath.Base(file.Name()), contentType(file))
	if err != nil {
		return nil, err
	}
	return answer.MediaUrl, nil
}

func merchant(ctx context.Context, client *core.Client, file *os.File) (*string, error) {
	service := fileuploader.ImageUploader{Client: client}
	answer, _, err := service.Upload(ctx, file, filepath.Base(file.Name()), contentType(file))
	if err != nil {
		return nil, err
	}
	return answer.MediaId, nil
}

func video(ctx context.Context, client *core.Client, file *os.File) (*string, error) {
	service := fileuploader.VideoUploader{Client: client}
	answer, _, err := service.Upload(ctx, file, filepath.Base(file.Name()), contentType(file))
	if err != nil {
		return nil, err
	}
	return answer.MediaId, nil
}

// contentType is the SDK's own constant; for a JPEG that is image/jpg, which no registry knows.
func contentType(file *os.File) string {
	switch filepath.Ext(file.Name()) {
	case ".png":
		return consts.ImagePNG
	case ".mp4":
		return consts.VideoMP4
	}
	return consts.ImageJPG
}
