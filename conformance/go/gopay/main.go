// github.com/go-pay/gopay: four uploads of APIv3, their answers checked with the public key and
// with downloaded certificates. The caller computes the digest. A refusal is not an error in this
// SDK: the caller must look at Code.
package main

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"path/filepath"

	"github.com/go-pay/gopay"
	"github.com/go-pay/gopay/wechat/v3"

	"github.com/wxup/wxup/conformance/go/driver"
)

const sdk driver.SDK = "gopay"

func main() {
	ctx := context.Background()
	for _, mode := range []struct{ variant, verified string }{
		{"public-key", driver.PublicKey}, {"downloaded", driver.Certificate},
	} {
		client, err := newClient(mode.variant)
		for _, api := range []struct {
			name string
			send func(context.Context, string, string, *gopay.File) (*wechat.MediaUploadRsp, error)
		}{
			{"merchant", client.V3MediaUploadImage},
			{"video", client.V3MediaUploadVideo},
			{"complaint", client.V3ComplaintUploadImage},
		} {
			sdk.Upload(api.name+"/"+mode.variant, mode.verified, func(path string) (string, error) {
				if err != nil {
					return "", fmt.Errorf("new client: %w", err)
				}
				name, digest, file := load(path)
				answer, err := api.send(ctx, name, digest, file)
				if err != nil {
					return "", err
				}
				if answer.Code != wechat.Success {
					return "", fmt.Errorf("%d %s", answer.Code, answer.Error)
				}
				return answer.Response.MediaId, nil
			})
		}
		sdk.Upload("marketing/"+mode.variant, mode.verified, func(path string) (string, error) {
			if err != nil {
				return "", fmt.Errorf("new client: %w", err)
			}
			name, digest, file := load(path)
			return marketing(ctx, client, name, digest, file)
		})
	}

	client, err := newClient("public-key")
	sdk.Refused("marketing/md5-as-sha256", func(path string) (string, error) {
		if err != nil {
			driver.Stop(err)
		}
		name, _, file := load(path)
		sum := md5.Sum(file.Content)
		return marketing(ctx, client, name, hex.EncodeToString(sum[:]), file)
	})
	sdk.Rejected("marketing/foreign-key", func(path string) (string, error) {
		client, err := newClient("none")
		if err != nil {
			driver.Stop(err)
		}
		if err := client.AutoVerifySignByPublicKey(foreignKey(), driver.Env("WXUP_PLATFORM_PUBKEY_ID")); err != nil {
			driver.Stop(err)
		}
		name, digest, file := load(path)
		return marketing(ctx, client, name, digest, file)
	})
}

func newClient(verify string) (*wechat.ClientV3, error) {
	client, err := wechat.NewClientV3(driver.Env("WXUP_MCHID"), driver.Env("WXUP_MCH_SERIAL"), driver.Env("WXUP_APIV3_KEY"),
		string(driver.Read(driver.Env("WXUP_MCH_KEY_FILE"))))
	if err != nil {
		return nil, err
	}
	if base := driver.Base(); base != "" {
		sdk.Needs("SetProxyHost")
		client.SetProxyHost(base)
		wechat.SetProxyHost(base) // for the certificates
	}
	switch verify {
	case "public-key":
		err = client.AutoVerifySignByPublicKey(driver.Read(driver.Env("WXUP_PLATFORM_PUBKEY_FILE")), driver.Env("WXUP_PLATFORM_PUBKEY_ID"))
	case "downloaded":
		err = client.AutoVerifySign(false)
	}
	return client, err
}

func marketing(ctx context.Context, client *wechat.ClientV3, name, digest string, file *gopay.File) (string, error) {
	answer, err := client.V3FavorMediaUploadImage(ctx, name, digest, file)
	if err != nil {
		return "", err
	}
	if answer.Code != wechat.Success {
		return "", fmt.Errorf("%d %s", answer.Code, answer.Error)
	}
	return answer.Response.MediaUrl, nil
}

func load(path string) (name, digest string, file *gopay.File) {
	content := driver.Read(path)
	sum := sha256.Sum256(content)
	name = filepath.Base(path)
	return name, hex.EncodeToString(sum[:]), &gopay.File{Name: name, Content: content}
}

// foreignKey is a public key that has signed nothing.
func foreignKey() []byte {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		driver.Stop(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		driver.Stop(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}
