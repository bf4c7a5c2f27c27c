package wxuptest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/wxuptest"
)

// t is what a test function is given; an example has none, and makes do with this.
var t = &exampleTB{}

type exampleTB struct {
	testing.TB
	cleanup []func()
}

func (*exampleTB) Helper()                   {}
func (*exampleTB) Failed() bool              { return false }
func (t *exampleTB) Cleanup(f func())        { t.cleanup = append(t.cleanup, f) }
func (*exampleTB) Fatal(a ...any)            { panic(fmt.Sprint(a...)) }
func (*exampleTB) Fatalf(s string, a ...any) { panic(fmt.Sprintf(s, a...)) }
func (*exampleTB) Context() context.Context  { return context.Background() }

// logo is a PNG.
var logo = func() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		panic(err)
	}
	return b.Bytes()
}()

// Test a program of yours that uploads with wxup: give it the server's client, and look at what
// arrived.
func Example() {
	srv := wxuptest.NewServer(t)

	client := srv.Client() // hand it to the program under test
	res, err := client.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("logo.png", logo))
	if err != nil {
		panic(err)
	}

	img := srv.Image(res.URL)
	fmt.Println(img.Filename, img.Format, img.Width, img.Height, bytes.Equal(img.Data, logo))
	e := srv.Uploads()[0]
	fmt.Println(e.Endpoint, e.Account == srv.Merchant.MchID, e.Request.Part("file").Filename)
	// Output:
	// logo.png png 8 8 true
	// marketing true logo.png
}

// Test a program that uploads with another library, or with net/http alone: give it the HTTP
// client. WeChat's own addresses work, and no others.
func ExampleServer_HTTPClient() {
	srv := wxuptest.NewServer(t)
	hc := srv.HTTPClient()

	resp, err := hc.Get("https://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential&appid=" + srv.App.AppID + "&secret=wrong")
	if err != nil {
		panic(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	fmt.Printf("%.44s\n", body)

	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, _ := w.CreateFormFile("media", "logo.png")
	part.Write(logo)
	w.Close()
	resp, err = hc.Post("https://api.weixin.qq.com/cgi-bin/media/uploadimg", w.FormDataContentType(), &form)
	if err != nil {
		panic(err)
	}
	resp.Body.Close()
	fmt.Println(srv.Uploads()[0].Problem)

	_, err = hc.Get("https://example.com/")
	fmt.Println(err != nil)
	// Output:
	// {"errcode":40125,"errmsg":"invalid appsecret
	// the access_token is missing
	// true
}

// Have WeChat refuse what is right, to see what your program makes of it: here, that it tries
// again.
func ExampleServer_Refuse() {
	srv := wxuptest.NewServer(t)
	srv.Refuse(wxup.MarketingImage, wxup.TooFrequent, 2)

	client := srv.Client()
	for {
		_, err := client.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("logo.png", logo))
		var refused *wxup.Error
		if !errors.As(err, &refused) {
			break
		}
		fmt.Println(refused.Status, refused.Code, refused.Message)
	}
	fmt.Println(len(srv.Uploads()), "tries,", len(srv.Images()), "image")
	// Output:
	// 429 RATELIMIT_EXCEEDED 操作过快,请稍后重试
	// 429 RATELIMIT_EXCEEDED 操作过快,请稍后重试
	// 3 tries, 1 image
}

// Lose an answer: the image was taken, and the program does not know.
func ExampleServer_Fail() {
	srv := wxuptest.NewServer(t)
	client := srv.Client()
	client.Transport.(*http.Transport).DisableKeepAlives = true

	srv.Fail(wxup.MerchantImage, wxuptest.LostAnswer, 1)
	_, err := client.Upload(t.Context(), wxup.MerchantImage, wxup.Bytes("licence.png", logo))
	fmt.Println(err != nil, len(srv.Images()))

	res, err := client.Upload(t.Context(), wxup.MerchantImage, wxup.Bytes("licence.png", logo))
	fmt.Println(err, srv.Images()[0].ID == res.MediaID, len(srv.Images()))
	// Output:
	// true 1
	// <nil> true 1
}

// Wait for what a program does in its own time.
func ExampleServer_WaitFor() {
	srv := wxuptest.NewServer(t)
	client := srv.Client()
	go client.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("cover.png", logo)) // some job in the background

	e, err := srv.WaitFor(t.Context(), func(e *server.Exchange) bool { return e.Endpoint == wxup.ArticleImage.Name })
	fmt.Println(err, e.Status, e.Media.Format)
	// Output: <nil> 200 png
}
