package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/go-pay/gopay"
	"github.com/go-pay/gopay/pkg/xhttp"
	"github.com/go-pay/gopay/wechat/v3"
	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
	"github.com/wechatpay-apiv3/wechatpay-go/services/fileuploader"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/devkeys"
)

// credentials are what the contenders have of the merchant's, of WeChat Pay's and of an Official
// Account's.
type credentials struct {
	mchID, serial, apiV3Key string
	key                     *rsa.PrivateKey
	keyPEM                  string
	publicKeyID             string
	publicKey               *rsa.PublicKey
	publicKeyPEM            []byte
	token                   string // an access_token
}

// newCredentials makes a merchant's key, and takes from the sink what its answers are verified
// with.
func newCredentials(s *sink) (*credentials, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	public, err := s.publicKey()
	if err != nil {
		return nil, err
	}
	return &credentials{
		mchID: "1900009191", serial: "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C", apiV3Key: devkeys.NewAPIKey(),
		key: key, keyPEM: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		publicKeyID: s.PublicKeyID, publicKey: public, publicKeyPEM: s.PublicKey, token: "57_" + devkeys.NewToken(100),
	}, nil
}

// setup is what a contender works with: the same for all of a table.
type setup struct {
	*credentials
	transport *http.Transport
	path      string // the file, which is in the page cache
	ep        *wxup.Endpoint
}

// contender is one way to upload a file. It is ready once prepare has returned: what a program does
// once, at its start, is not measured.
type contender struct {
	name    string
	prepare func(*setup) (upload func(context.Context) error, err error)
}

const (
	bareVerified   = "net/http, answer verified"
	fileByHand     = "net/http, file read and form made each time"
	wxupWhole      = "wxup"
	wxupSkipVerify = "wxup, SkipVerify"
	wxupInMemory   = "wxup, file in memory"
)

// payV3 uploads to /v3/marketing/favor/media/image-upload.
var payV3 = []contender{
	{"net/http", func(s *setup) (func(context.Context) error, error) { return bareV3(s, false) }},
	{bareVerified, func(s *setup) (func(context.Context) error, error) { return bareV3(s, true) }},
	{fileByHand, fileV3},
	{wxupWhole, func(s *setup) (func(context.Context) error, error) { return uploadWith(s.client(), s), nil }},
	{wxupSkipVerify, func(s *setup) (func(context.Context) error, error) {
		client := s.client()
		client.SkipVerify = true
		return uploadWith(client, s), nil
	}},
	{wxupInMemory, func(s *setup) (func(context.Context) error, error) {
		content, err := os.ReadFile(s.path)
		return uploadFrom(s.client(), s, wxup.Bytes(filepath.Base(s.path), content)), err
	}},
	{"wechatpay-go v0.2.21", wechatpayGo},
	{"gopay v1.5.123", gopayV3},
}

const marketingPath = "/v3/marketing/favor/media/image-upload"

// bareV3 is the least that has to be done, by hand: the digest of a file in memory, a signature,
// and a POST of a body that lies ready. It looks at nothing: the file may be no picture, the answer
// may be anyone's.
func bareV3(s *setup, verify bool) (func(context.Context) error, error) {
	content, err := os.ReadFile(s.path)
	if err != nil {
		return nil, err
	}
	body, contentType, err := s.form(content, s.meta(content))
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: s.transport}
	return func(ctx context.Context) error {
		return s.post(ctx, client, s.meta(content), body, contentType, verify)
	}, nil
}

// fileV3 is what one would write by hand for a file on disk: read it, lay out the form in memory,
// sign, POST, verify.
func fileV3(s *setup) (func(context.Context) error, error) {
	client := &http.Client{Transport: s.transport}
	return func(ctx context.Context) error {
		content, err := os.ReadFile(s.path)
		if err != nil {
			return err
		}
		meta := s.meta(content)
		body, contentType, err := s.form(content, meta)
		if err != nil {
			return err
		}
		return s.post(ctx, client, meta, body, contentType, true)
	}, nil
}

func (s *setup) meta(content []byte) string {
	sum := sha256.Sum256(content)
	return `{"filename":"` + filepath.Base(s.path) + `","sha256":"` + hex.EncodeToString(sum[:]) + `"}`
}

// form is the multipart form; for an account there is no meta in it.
func (s *setup) form(content []byte, meta string) (body []byte, contentType string, err error) {
	var b bytes.Buffer
	b.Grow(len(content) + 1024)
	form := multipart.NewWriter(&b)
	if meta != "" {
		part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="meta"`}, "Content-Type": {"application/json"}})
		if err != nil {
			return nil, "", err
		}
		io.WriteString(part, meta)
	}
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="` + s.ep.FilePart + `"; filename="` + filepath.Base(s.path) + `"`}, "Content-Type": {"image/jpeg"}})
	if err != nil {
		return nil, "", err
	}
	part.Write(content)
	err = form.Close()
	return b.Bytes(), form.FormDataContentType(), err
}

// post signs and sends.
func (s *setup) post(ctx context.Context, client *http.Client, meta string, body []byte, contentType string, verify bool) error {
	timestamp, nonce := strconv.FormatInt(time.Now().Unix(), 10), rand.Text()
	hash := sha256.Sum256([]byte("POST\n" + marketingPath + "\n" + timestamp + "\n" + nonce + "\n" + meta + "\n"))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, hash[:])
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://api.mch.weixin.qq.com"+marketingPath, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "bench")
	req.Header.Set("Wechatpay-Serial", s.publicKeyID)
	req.Header.Set("Authorization", `WECHATPAY2-SHA256-RSA2048 mchid="`+s.mchID+`",nonce_str="`+nonce+`",timestamp="`+timestamp+
		`",serial_no="`+s.serial+`",signature="`+base64.StdEncoding.EncodeToString(signature)+`"`)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("net/http: %s %s %v", resp.Status, answer, err)
	}
	if !verify {
		return nil
	}
	signature, err = base64.StdEncoding.DecodeString(resp.Header.Get("Wechatpay-Signature"))
	if err != nil {
		return err
	}
	hash = sha256.Sum256([]byte(resp.Header.Get("Wechatpay-Timestamp") + "\n" + resp.Header.Get("Wechatpay-Nonce") + "\n" + string(answer) + "\n"))
	return rsa.VerifyPKCS1v15(s.publicKey, crypto.SHA256, hash[:], signature)
}

// client is wxup as its documents show it, with all its checks. The pace is off, since this is not
// WeChat.
func (s *setup) client() *wxup.Client {
	return &wxup.Client{
		Transport: s.transport, Rate: wxup.Rate{Off: true}, Auth: wxup.Tokens{Source: fixedToken(s.token).Token},
		Merchant: &wxup.Merchant{
			MchID: s.mchID, SerialNo: s.serial, PrivateKey: s.key, PublicKeys: map[string]*rsa.PublicKey{s.publicKeyID: s.publicKey},
		},
	}
}

func uploadWith(client *wxup.Client, s *setup) func(context.Context) error {
	return uploadFrom(client, s, wxup.File(s.path))
}

func uploadFrom(client *wxup.Client, s *setup, src wxup.Source) func(context.Context) error {
	return func(ctx context.Context) error {
		res, err := client.Upload(ctx, s.ep, src)
		if err == nil && res.URL == "" && res.MediaID == "" {
			err = errors.New("wxup: no URL")
		}
		return err
	}
}

// wechatpayGo is the official SDK.
func wechatpayGo(s *setup) (func(context.Context) error, error) {
	client, err := wechatpayClient(s, &http.Client{Transport: s.transport, Timeout: consts.DefaultTimeout})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error { return wechatpayUpload(ctx, client, s.path) }, nil
}

func wechatpayClient(s *setup, client *http.Client) (*core.Client, error) {
	return core.NewClient(context.Background(), option.WithHTTPClient(client),
		option.WithWechatPayPublicKeyAuthCipher(s.mchID, s.serial, s.key, s.publicKeyID, s.publicKey))
}

func wechatpayUpload(ctx context.Context, client *core.Client, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	service := fileuploader.MarketingImageUploader{Client: client}
	answer, _, err := service.Upload(ctx, file, filepath.Base(path), consts.ImageJPG)
	if err == nil && (answer.MediaUrl == nil || *answer.MediaUrl == "") {
		err = errors.New("wechatpay-go: no URL")
	}
	return err
}

// gopayV3 leaves it to the caller to read the file and to compute its digest.
func gopayV3(s *setup) (func(context.Context) error, error) {
	client, err := wechat.NewClientV3(s.mchID, s.serial, s.apiV3Key, s.keyPEM)
	if err != nil {
		return nil, err
	}
	client.SetHttpClient(xhttp.NewClient().SetTransport(s.transport))
	if err := client.AutoVerifySignByPublicKey(s.publicKeyPEM, s.publicKeyID); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		content, err := os.ReadFile(s.path)
		if err != nil {
			return err
		}
		sum, name := sha256.Sum256(content), filepath.Base(s.path)
		answer, err := client.V3FavorMediaUploadImage(ctx, name, hex.EncodeToString(sum[:]), &gopay.File{Name: name, Content: content})
		if err == nil && (answer.Code != wechat.Success || answer.Response.MediaUrl == "") {
			err = fmt.Errorf("gopay: %d %s", answer.Code, answer.Error)
		}
		return err
	}, nil
}

// fixedToken is an access_token that another part of a program keeps.
type fixedToken string

func (t fixedToken) Token(context.Context, string) (string, error) { return string(t), nil }
