// The official SDK, github.com/wechatpay-apiv3/wechatpay-go: the four uploads it has, in each of
// the three ways in which it can check the answer's signature. It has no option for the host.
package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
	"github.com/wechatpay-apiv3/wechatpay-go/core/downloader"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/services/fileuploader"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"github.com/wxup/wxup/conformance/go/driver"
)

const sdk driver.SDK = "wechatpay-go"

func main() {
	ctx := context.Background()
	for _, mode := range []struct {
		variant, verified string
		client            func(context.Context) (*core.Client, error)
	}{
		{"public-key", driver.PublicKey, withPublicKey},
		{"certificate", driver.Certificate, withCertificate},
		{"downloaded", driver.Certificate, withDownloadedCertificates},
	} {
		client, err := mode.client(ctx)
		for _, api := range []struct {
			name string
			send func(context.Context, *core.Client, *os.File) (*string, error)
		}{
			{"marketing", marketing},
			{"merchant", merchant},
			{"video", video},
			{"complaint", complaint},
		} {
			sdk.Upload(api.name+"/"+mode.variant, mode.verified, func(path string) (string, error) {
				if err != nil {
					return "", fmt.Errorf("new client: %w", err)
				}
				return upload(ctx, client, api.send, path)
			})
		}
	}

	sdk.Refused("marketing/platform-serial", func(path string) (string, error) {
		client, err := core.NewClient(ctx, transport(option.WithWechatPayPublicKeyAuthCipher(driver.Env("WXUP_MCHID"),
			driver.Env("WXUP_PLATFORM_SERIAL"), privateKey(), driver.Env("WXUP_PLATFORM_PUBKEY_ID"), publicKey()))...)
		if err != nil {
			driver.Stop(err)
		}
		return upload(ctx, client, marketing, path)
	})
	sdk.Rejected("marketing/foreign-key", func(path string) (string, error) {
		foreign, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			driver.Stop(err)
		}
		client, err := core.NewClient(ctx, transport(option.WithWechatPayPublicKeyAuthCipher(driver.Env("WXUP_MCHID"),
			driver.Env("WXUP_MCH_SERIAL"), privateKey(), driver.Env("WXUP_PLATFORM_PUBKEY_ID"), &foreign.PublicKey))...)
		if err != nil {
			driver.Stop(err)
		}
		return upload(ctx, client, marketing, path)
	})
}

// transport adds, on the route "base-url", the one option by which this SDK can be led to another
// host.
func transport(options ...core.ClientOption) []core.ClientOption {
	if to := driver.ToBase(); to != nil {
		sdk.Needs("option.WithHTTPClient")
		options = append(options, option.WithHTTPClient(&http.Client{Transport: to}))
	}
	return options
}

// withPublicKey checks answers with the WeChat Pay public key (微信支付公钥).
func withPublicKey(ctx context.Context) (*core.Client, error) {
	return core.NewClient(ctx, transport(option.WithWechatPayPublicKeyAuthCipher(driver.Env("WXUP_MCHID"),
		driver.Env("WXUP_MCH_SERIAL"), privateKey(), driver.Env("WXUP_PLATFORM_PUBKEY_ID"), publicKey()))...)
}

// withCertificate checks answers with a platform certificate (平台证书) that is on disk.
func withCertificate(ctx context.Context) (*core.Client, error) {
	certificate, err := utils.LoadCertificateWithPath(driver.Env("WXUP_PLATFORM_CERT_FILE"))
	if err != nil {
		return nil, err
	}
	return core.NewClient(ctx, transport(
		option.WithMerchantCredential(driver.Env("WXUP_MCHID"), driver.Env("WXUP_MCH_SERIAL"), privateKey()),
		option.WithWechatPayCertificate([]*x509.Certificate{certificate}))...)
}

// withDownloadedCertificates fetches the platform certificates first: GET /v3/certificates,
// deciphered with the APIv3 key.
func withDownloadedCertificates(ctx context.Context) (*core.Client, error) {
	mchID, serial, key, apiV3Key := driver.Env("WXUP_MCHID"), driver.Env("WXUP_MCH_SERIAL"), privateKey(), driver.Env("WXUP_APIV3_KEY")
	if driver.Base() == "" {
		return core.NewClient(ctx, option.WithWechatPayAutoAuthCipher(mchID, serial, key, apiV3Key))
	}
	// That option's downloader has an http.Client of its own. One with ours is made as the SDK's
	// documents say.
	client, err := core.NewClient(ctx, transport(option.WithMerchantCredential(mchID, serial, key), option.WithoutValidator())...)
	if err != nil {
		return nil, err
	}
	manager := downloader.NewCertificateDownloaderMgr(ctx)
	if err := manager.RegisterDownloaderWithClient(ctx, client, mchID, apiV3Key); err != nil {
		return nil, err
	}
	return core.NewClient(ctx, transport(option.WithWechatPayAutoAuthCipherUsingDownloaderMgr(mchID, serial, key, manager))...)
}

func privateKey() *rsa.PrivateKey {
	key, err := utils.LoadPrivateKeyWithPath(driver.Env("WXUP_MCH_KEY_FILE"))
	if err != nil {
		driver.Stop(err)
	}
	return key
}

func publicKey() *rsa.PublicKey {
	key, err := utils.LoadPublicKeyWithPath(driver.Env("WXUP_PLATFORM_PUBKEY_FILE"))
	if err != nil {
		driver.Stop(err)
	}
	return key
}

func upload(ctx context.Context, client *core.Client, send func(context.Context, *core.Client, *os.File) (*string, error), path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	answer, err := send(ctx, client, file)
	if err != nil || answer == nil {
		return "", err
	}
	return *answer, nil
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

func complaint(ctx context.Context, client *core.Client, file *os.File) (*string, error) {
	service := fileuploader.MchBizUploader{Client: client}
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
