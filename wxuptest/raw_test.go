package wxuptest

import (
	"bytes"
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
)

// The uploads below are written as somebody else would write them, from WeChat's pages alone: the
// standard library, no line of wxup's.

func mustRead(t *testing.T, resp *http.Response, err error) (int, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// rawV3 sends an image as WeChat Pay's page has it. newline is what ends the signed text.
func rawV3(t *testing.T, srv *Server, hc *http.Client, image []byte, newline string) (*http.Response, string) {
	t.Helper()
	sum := sha256.Sum256(image)
	meta := fmt.Sprintf(`{"filename":"raw.jpg","sha256":"%x"}`, sum)
	timestamp, nonce := fmt.Sprint(time.Now().Unix()), rand.Text()
	text := "POST\n/v3/marketing/favor/media/image-upload\n" + timestamp + "\n" + nonce + "\n" + meta + newline
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, srv.Merchant.PrivateKey, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, _ := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="meta"`}, "Content-Type": {"application/json"}})
	io.WriteString(part, meta)
	part, _ = form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="raw.jpg"`}, "Content-Type": {"image/jpg"}})
	part.Write(image)
	form.Close()
	req, err := http.NewRequestWithContext(t.Context(), "POST", "https://api.mch.weixin.qq.com/v3/marketing/favor/media/image-upload", &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "raw")
	req.Header.Set("Authorization", fmt.Sprintf(`WECHATPAY2-SHA256-RSA2048 mchid="%s",nonce_str="%s",signature="%s",timestamp="%s",serial_no="%s"`,
		srv.Merchant.MchID, nonce, base64.StdEncoding.EncodeToString(signature), timestamp, srv.Merchant.SerialNo))
	resp, err := hc.Do(req)
	_, answer := mustRead(t, resp, err)
	return resp, answer
}

func TestRawV3(t *testing.T) {
	srv := NewServer(t)
	resp, body := rawV3(t, srv, srv.HTTPClient(), photo(), "\n")
	var answer struct {
		MediaURL string `json:"media_url"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || resp.StatusCode != 200 || srv.Image(answer.MediaURL) == nil {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	text := resp.Header.Get("Wechatpay-Timestamp") + "\n" + resp.Header.Get("Wechatpay-Nonce") + "\n" + body + "\n"
	signature, _ := base64.StdEncoding.DecodeString(resp.Header.Get("Wechatpay-Signature"))
	digest := sha256.Sum256([]byte(text))
	key := srv.Platform.Certificate.PublicKey.(*rsa.PublicKey)
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature); err != nil || resp.Header.Get("Wechatpay-Serial") != srv.Platform.SerialNo {
		t.Errorf("the answer's signature under %s: %v", resp.Header.Get("Wechatpay-Serial"), err)
	}

	e := srv.Uploads()[0]
	if got := e.Request.Part("meta").Text; !strings.HasPrefix(got, `{"filename":"raw.jpg","sha256":"`) || e.Request.Headers["User-Agent"][0] != "raw" || e.Request.Host != "api.mch.weixin.qq.com" {
		t.Errorf("recorded: %+v", e.Request)
	}

	resp, body = rawV3(t, srv, srv.HTTPClient(), photo(), "") // the mistake that everybody makes once
	if resp.StatusCode != 403 || !strings.Contains(body, "签名信息不匹配") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if e = srv.Uploads()[1]; e.Problem != wxup.BadSignature || e.Cause == "" || !strings.Contains(Why(e, "en"), e.Cause) {
		t.Error(Why(e, "en"))
	}
	if got := srv.Refused(e); !bytes.Equal(got, photo()) {
		t.Errorf("the refused file: %d bytes", len(got))
	}
	if srv.Refused(srv.Uploads()[0]) != nil || len(srv.Images()) != 1 {
		t.Error("refused and kept files are mixed up")
	}
}

func TestRawV2(t *testing.T) {
	srv := NewServer(t)
	sum := md5.Sum(photo())
	fields := map[string]string{"mch_id": srv.Merchant.MchID, "media_hash": hex.EncodeToString(sum[:]), "sign_type": "HMAC-SHA256"}
	text := "mch_id=" + fields["mch_id"] + "&media_hash=" + fields["media_hash"] + "&sign_type=HMAC-SHA256&key=" + srv.Merchant.APIv2Key
	mac := hmac.New(sha256.New, []byte(srv.Merchant.APIv2Key))
	io.WriteString(mac, text)
	fields["sign"] = strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		form.WriteField(name, value)
	}
	part, _ := form.CreateFormFile("media", "licence.jpg")
	part.Write(photo())
	form.Close()
	resp, err := srv.HTTPClient().Post("https://api.mch.weixin.qq.com/secapi/mch/uploadmedia", form.FormDataContentType(), &body)
	_, got := mustRead(t, resp, err)
	var answer struct {
		ReturnCode string `xml:"return_code"`
		ResultCode string `xml:"result_code"`
		MediaID    string `xml:"media_id"`
	}
	if err := xml.Unmarshal([]byte(got), &answer); err != nil || answer.ResultCode != "SUCCESS" {
		t.Fatalf("%v: %s", err, got)
	}
	if img := srv.Image(answer.MediaID); img == nil || img.Filename != "licence.jpg" || !bytes.Equal(img.Data, photo()) {
		t.Errorf("kept: %+v", img)
	}
}

func TestRawAccount(t *testing.T) {
	srv := NewServer(t)
	hc := srv.HTTPClient()
	var token struct {
		Value string `json:"access_token"`
	}
	resp, err := hc.Get("https://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential&appid=" + srv.App.AppID + "&secret=" + srv.App.Secret)
	_, got := mustRead(t, resp, err)
	if err := json.Unmarshal([]byte(got), &token); err != nil || token.Value == "" {
		t.Fatal(got)
	}
	upload := func() string {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, _ := form.CreateFormFile("media", "cover.jpg")
		part.Write(photo())
		form.Close()
		resp, err := hc.Post("https://api.weixin.qq.com/cgi-bin/media/uploadimg?access_token="+token.Value, form.FormDataContentType(), &body)
		_, got := mustRead(t, resp, err)
		return got
	}
	var answer struct {
		URL string `json:"url"`
	}
	got = upload()
	if err := json.Unmarshal([]byte(got), &answer); err != nil || srv.Image(answer.URL) == nil {
		t.Fatal(got)
	}
	srv.Advance(2 * time.Hour)
	if got = upload(); !strings.Contains(got, `"errcode":42001`) {
		t.Errorf("after two hours: %s", got)
	}
	if len(srv.Uploads()) != 2 || len(srv.Exchanges()) != 3 {
		t.Errorf("%d uploads in %d exchanges", len(srv.Uploads()), len(srv.Exchanges()))
	}
}

// TestRawComponent: a third party uploads in the name of the account that has authorized it.
func TestRawComponent(t *testing.T) {
	srv := NewServer(t)
	hc := srv.HTTPClient()
	post := func(path string, ask, into any) {
		t.Helper()
		b, _ := json.Marshal(ask)
		resp, err := hc.Post("https://api.weixin.qq.com/cgi-bin/component/"+path, "application/json", bytes.NewReader(b))
		_, got := mustRead(t, resp, err)
		if err := json.Unmarshal([]byte(got), into); err != nil {
			t.Fatal(got)
		}
	}
	var own struct {
		Token string `json:"component_access_token"`
	}
	c := srv.Component
	post("api_component_token", map[string]string{"component_appid": c.AppID, "component_appsecret": c.Secret, "component_verify_ticket": "any"}, &own)
	var granted struct {
		Token string `json:"authorizer_access_token"`
	}
	post("api_authorizer_token?component_access_token="+own.Token, map[string]string{
		"component_appid": c.AppID, "authorizer_appid": c.AuthorizerAppID, "authorizer_refresh_token": c.RefreshToken,
	}, &granted)
	client := srv.Client()
	client.Auth = wxup.Tokens{Source: func(context.Context, string) (string, error) { return granted.Token, nil }}
	if _, err := client.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("photo.jpg", photo())); err != nil {
		t.Fatal(err)
	}
	if e := srv.Uploads()[0]; e.Account != c.AuthorizerAppID {
		t.Errorf("uploaded in the name of %s", e.Account)
	}
}
