package wxup_test

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/sign"
)

func read(path string) []byte {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	return text
}

// A merchant with the WeChat Pay public key (微信支付公钥).
func ExampleClient_publicKey() {
	key, err := sign.ParsePrivateKey(read("apiclient_key.pem"))
	if err != nil {
		log.Fatal(err)
	}
	public, err := sign.ParsePublicKey(read("pub_key.pem"))
	if err != nil {
		log.Fatal(err)
	}
	client := &wxup.Client{Merchant: &wxup.Merchant{
		MchID:      "1900009191",
		SerialNo:   "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C",
		PrivateKey: key,
		PublicKeys: map[string]*rsa.PublicKey{"PUB_KEY_ID_0119000091912026030400000000000000": public},
	}}
	res, err := client.Upload(context.Background(), wxup.MarketingImage, wxup.File("coupon.png"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.URL)
}

// A merchant with platform certificates (平台证书): the APIv3 key lets the Client fetch them. SerialNo
// and PrivateKey come from the merchant's certificate.
func ExampleClient_platformCertificates() {
	cert, err := tls.LoadX509KeyPair("apiclient_cert.pem", "apiclient_key.pem")
	if err != nil {
		log.Fatal(err)
	}
	client := &wxup.Client{Merchant: &wxup.Merchant{
		MchID:       "1900009191",
		Certificate: cert,
		APIv3Key:    os.Getenv("WXUP_APIV3_KEY"),
	}}
	res, err := client.Upload(context.Background(), wxup.MerchantImage, wxup.File("licence.jpg"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.MediaID)
}

// APIv2: the same certificate in the TLS handshake, and the APIv2 key.
func ExampleClient_apiv2() {
	cert, err := tls.LoadX509KeyPair("apiclient_cert.pem", "apiclient_key.pem")
	if err != nil {
		log.Fatal(err)
	}
	client := &wxup.Client{Merchant: &wxup.Merchant{
		MchID:       "1900009191",
		Certificate: cert,
		APIv2Key:    os.Getenv("WXUP_APIV2_KEY"),
	}}
	res, err := client.Upload(context.Background(), wxup.SecapiMedia, wxup.File("licence.jpg"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.MediaID)
}

// An Official Account, and what to do about errors.
func ExampleClient_officialAccount() {
	client := &wxup.Client{Auth: &wxup.App{AppID: "wxd930ea5d5a258f4f", Secret: os.Getenv("WXUP_APPSECRET"), Stable: true}}
	res, err := client.Upload(context.Background(), wxup.ArticleImage, wxup.File("cover.jpg"))
	switch p := wxup.ProblemOf(err); {
	case err == nil:
		fmt.Println(res.URL)
	case errors.Is(err, wxup.TooLarge):
		fmt.Println("make it smaller than", wxup.ArticleImage.MaxSize(), "bytes")
	case p.Temporary():
		fmt.Println("try again later")
	default:
		fmt.Println(err, p.Hint("en"))
	}
}

// A directory of pictures, many at once, with a line for each file that is under way and each
// decision of the Client's.
func ExampleClient_UploadAll() {
	client := &wxup.Client{
		Auth: &wxup.App{AppID: "wxd930ea5d5a258f4f", Secret: os.Getenv("WXUP_APPSECRET"), Stable: true},
		Progress: func(p wxup.Progress) {
			if p.Phase == wxup.Sending {
				fmt.Printf("%s %d%%\r", p.Name, 100*p.Sent/p.Size)
			}
		},
		Observe: func(e wxup.Event) { log.Print(e.Name, " ", e) },
	}
	names, err := filepath.Glob("pictures/*.jpg")
	if err != nil {
		log.Fatal(err)
	}
	items := func(yield func(wxup.Item) bool) {
		for _, name := range names {
			if !yield(wxup.Item{Endpoint: wxup.ArticleImage, Source: wxup.File(name)}) {
				return
			}
		}
	}
	for o := range client.UploadAll(context.Background(), items) { // as they are done, not in their order
		if o.Err != nil {
			fmt.Println(names[o.Index], o.Err)
			continue
		}
		fmt.Println(names[o.Index], o.Result.URL)
	}
}

// How long to go on trying is for the context to say; how often, and with what pauses, for Retry.
func ExampleRetry() {
	client := &wxup.Client{
		Auth:  &wxup.App{AppID: "wxd930ea5d5a258f4f", Secret: os.Getenv("WXUP_APPSECRET"), Stable: true},
		Retry: wxup.Retry{Attempts: 10, Max: time.Minute},
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	_, err := client.Upload(ctx, wxup.ArticleImage, wxup.File("cover.jpg"))
	if gave, ok := errors.AsType[*wxup.RetryError](err); ok {
		fmt.Println(gave.Tries, "tries, the last of them:", gave.Err)
	}
}

// The same file is uploaded once. A Ledger that outlives the process keeps its keys and results in
// a database.
func ExampleLedger() {
	account := httptest.NewServer(http.HandlerFunc(acceptedArticle))
	defer account.Close()
	client := &wxup.Client{
		BaseURL: account.URL,
		Auth:    wxup.Tokens{Source: fixedToken("57_token"), Owner: "wxd930ea5d5a258f4f"},
		Ledger:  &wxup.MemoryLedger{},
	}
	for _, name := range []string{"cover.png", "the same.png"} {
		res, err := client.Upload(context.Background(), wxup.ArticleImage, wxup.Bytes(name, pngFile))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(res.Name, res.Cached)
	}
	// Output:
	// cover.png false
	// cover.png true
}

// A third party (第三方平台) that keeps the tokens which accounts have granted it.
func ExampleTokens() {
	granted := map[string]string{} // appid → authorizer_access_token
	renew := func(ctx context.Context, appid string) error { return errors.New("see api_authorizer_token") }
	const appid = "wxd930ea5d5a258f4f"
	source := func(ctx context.Context, rejected string) (string, error) {
		if granted[appid] == rejected { // WeChat has refused the one that we have
			if err := renew(ctx, appid); err != nil {
				return "", err
			}
		}
		return granted[appid], nil
	}
	client := &wxup.Client{Auth: wxup.Tokens{Source: source, Owner: appid}}
	_, err := client.Upload(context.Background(), wxup.ArticleImage, wxup.Bytes("cover.png", pngFile))
	fmt.Println(err)
	// Output: article: see api_authorizer_token
}

// An endpoint that the table lacks: copy a row like it, and change what differs.
func ExampleEndpoint() {
	thumb := *wxup.ArticleImage
	thumb.Name = "thumb"
	thumb.Path = "/cgi-bin/material/add_material?type=thumb"
	thumb.Accepts = []wxup.Accept{{Format: media.JPEG, Max: 64 << 10}}
	thumb.AnswerID, thumb.AnswerURL = "media_id", ""

	res, err := new(wxup.Client).Check(context.Background(), &thumb, wxup.Bytes("cover.png", pngFile))
	fmt.Println(res, err)
	// Output: <nil> thumb: the content is not an image of an accepted format, or is damaged: the content is png; thumb takes jpg
}

// Check tells whether an endpoint would take a file, without a Client.
func ExampleClient_Check() {
	res, err := new(wxup.Client).Check(context.Background(), wxup.MarketingImage, wxup.Bytes("C:\\pics\\logo", jpgFile))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Name, res.Format)
	// Output: logo.jpg jpeg
}
