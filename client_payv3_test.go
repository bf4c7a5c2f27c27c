package wxup_test

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// proveV3 checks the Authorization of a request over body.
func proveV3(t *testing.T, r received, scheme, body string) {
	t.Helper()
	a, err := sign.ParseAuthorization(r.header.Get("Authorization"))
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "scheme", a.Scheme, scheme)
	mustBe(t, "mchid", a.MchID, mchID)
	mustBe(t, "serial_no", a.SerialNo, merchant().serial())
	mustBe(t, "timestamp", a.Timestamp, strconv.FormatInt(clock.Unix(), 10))
	if n := len(a.NonceStr); n < 16 || n > 32 {
		t.Errorf("nonce_str has %d characters", n)
	}
	text := sign.V3Request(r.method, r.target, a.Timestamp, a.NonceStr, []byte(body))
	if err := sign.VerifyRSA(&merchant().key.PublicKey, text, a.Signature); err != nil {
		t.Errorf("signature over %q: %v", text, err)
	}
}

func TestUploadV3(t *testing.T) {
	s := serve(t, accepted)
	res, err := payClient(s).Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("logo.png", pngFile))
	if err != nil {
		t.Fatal(err)
	}
	want := wxup.Result{
		Endpoint: "marketing", URL: mediaURL, Name: "logo.png", Format: media.PNG,
		Size: int64(len(pngFile)), SHA256: hexSum(pngFile), RequestID: "08C6AADAAF0120BF1F28E3BE04-0",
	}
	mustBe(t, "result", *res, want)

	got := s.requests("/")
	if len(got) != 1 {
		t.Fatalf("%d requests", len(got))
	}
	r := got[0]
	mustBe(t, "request", r.method+" "+r.target, "POST /v3/marketing/favor/media/image-upload")
	meta := `{"filename":"logo.png","sha256":"` + hexSum(pngFile) + `"}`
	mustBe(t, "body", r.form(t), "--B\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n"+meta+
		"\r\n--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"logo.png\"\r\nContent-Type: image/png\r\n\r\n"+string(pngFile)+"\r\n--B--\r\n")
	proveV3(t, r, sign.SchemeRSA, meta)
	mustBe(t, "Content-Length", r.length, len(r.body))
	mustBe(t, "Accept", r.header.Get("Accept"), "application/json")
	mustBe(t, "Wechatpay-Serial", r.header.Get("Wechatpay-Serial"), platform().serial())
	if !strings.HasPrefix(r.header.Get("User-Agent"), "wxup ") {
		t.Errorf("User-Agent %q", r.header.Get("User-Agent"))
	}
	for _, name := range []string{"Transfer-Encoding", "Expect", "Idempotency-Key", "Referer", "Cookie"} {
		if v, ok := r.header[name]; ok {
			t.Errorf("%s: %q was sent", name, v)
		}
	}
}

// What the meta part looks like, for every kind of row.
func TestMeta(t *testing.T) {
	const text = `大 & <b> é`
	for _, test := range []struct {
		ep   *wxup.Endpoint
		src  wxup.Source
		want string // DIGEST for the digest
		path string
	}{
		{wxup.MarketingImage, wxup.Source{Name: text + ".png"}, `{"filename":"` + text + `.png","sha256":"DIGEST"}`, ""},
		{wxup.CancelImage, wxup.Source{Name: "a.png"}, `{"file_name":"a.png","file_digest":"DIGEST"}`, ""},
		{wxup.ReceiptImage, wxup.Source{Meta: map[string]string{"openid": "o1", "transaction_id": "t1", "upload_time": "u", "out_trade_no": "<1>"}},
			`{"sha256":"DIGEST","transaction_id":"t1","openid":"o1","out_trade_no":"<1>","upload_time":"u"}`, ""},
		{wxup.SubmissionFile, wxup.Source{Name: "a.png", Path: map[string]string{"sub_mchid": "19/00 1"}, Meta: map[string]string{"item_id": "7"}},
			`{"file_name":"a.png","file_digest":"DIGEST","item_id":"7"}`, "/v3/mch-manage/submission-files/sub-mchid/19%2F00%201/upload"},
	} {
		t.Run(test.ep.Name, func(t *testing.T) {
			answer, err := wire.MarshalV3(wire.Member{Name: test.ep.Answer(), Value: "value"})
			if err != nil {
				t.Fatal(err)
			}
			s := serve(t, answerV3(string(answer)))
			src := wxup.Bytes(test.src.Name, pngFile)
			src.Meta, src.Path = test.src.Meta, test.src.Path
			res, err := payClient(s).Upload(t.Context(), test.ep, src)
			if err != nil {
				t.Fatal(err)
			}
			mustBe(t, "value", res.URL+res.MediaID, "value")
			r := s.requests("/")[0]
			want := strings.ReplaceAll(test.want, "DIGEST", hexSum(pngFile))
			_, part, _ := strings.Cut(r.form(t), "\r\n\r\n")
			part, _, _ = strings.Cut(part, "\r\n--B")
			mustBe(t, "meta", part, want)
			proveV3(t, r, sign.SchemeRSA, want)
			if test.path != "" {
				mustBe(t, "path", r.target, test.path)
			}
		})
	}
}

func TestMetaRefusals(t *testing.T) {
	s := serve(t, accepted)
	for name, test := range map[string]struct {
		ep   *wxup.Endpoint
		meta map[string]string
		path map[string]string
		want wxup.Problem
		says string
	}{
		"required":      {wxup.ReceiptImage, map[string]string{"openid": "o"}, nil, wxup.BadMeta, "transaction_id"},
		"own digest":    {wxup.MarketingImage, map[string]string{"sha256": "0"}, nil, wxup.BadMeta, "sha256"},
		"own name":      {wxup.MarketingImage, map[string]string{"filename": "x"}, nil, wxup.BadMeta, "filename"},
		"no segment":    {wxup.SubmissionFile, nil, nil, problem.BadParameter, "sub_mchid"},
		"dots":          {wxup.SubmissionFile, nil, map[string]string{"sub_mchid": ".."}, problem.BadParameter, "sub_mchid"},
		"other name":    {wxup.SubmissionFile, nil, map[string]string{"sub_mchid": "1", "x": "2"}, problem.BadParameter, "{x}"},
		"none is there": {wxup.MarketingImage, nil, map[string]string{"sub_mchid": "1"}, problem.BadParameter, "sub_mchid"},
	} {
		t.Run(name, func(t *testing.T) {
			src := wxup.Bytes("a.png", pngFile)
			src.Meta, src.Path = test.meta, test.path
			_, err := payClient(s).Upload(t.Context(), test.ep, src)
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %s that says %s", err, test.want, test.says)
			}
			if e, ok := errors.AsType[*wxup.Error](err); !ok || e.Status != 0 || e.Code != "" || e.Endpoint != test.ep.Name {
				t.Errorf("got %#v", err)
			}
		})
	}
	if n := len(s.requests("/")); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// A brand signs under its own scheme, and its answer's key must be named.
func TestBrand(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		const body = `{"image_url":"` + mediaURL + `"}`
		signV3(w.Header(), platform().key, publicKeyID, body, clock)
		fmt.Fprint(w, body)
	})
	c := payClient(s)
	c.Merchant.PlatformCertificates = nil
	c.Merchant.APIv3Key = apiV3Key
	if _, err := c.Upload(t.Context(), wxup.BrandImage, wxup.Bytes("a.jpg", jpgFile)); err == nil || !strings.Contains(err.Error(), "PublicKeys") {
		t.Errorf("without a public key: %v", err)
	}
	c.Merchant.PublicKeys = map[string]*rsa.PublicKey{publicKeyID: &platform().key.PublicKey}
	if _, err := c.Upload(t.Context(), wxup.BrandImage, wxup.Bytes("a.jpg", jpgFile)); err != nil {
		t.Fatal(err)
	}
	r := s.requests("/")[0]
	mustBe(t, "Wechatpay-Serial", r.header.Get("Wechatpay-Serial"), publicKeyID)
	if a := r.header.Get("Authorization"); !strings.HasPrefix(a, sign.SchemeBrand+` brand_id="`+mchID+`"`) {
		t.Errorf("Authorization %q", a)
	}
}

// The id of an invoice lives three days.
func TestExpires(t *testing.T) {
	s := serve(t, answerV3(`{"fapiao_media_id":"f1"}`))
	ep := *wxup.FapiaoFile
	ep.Accepts = []wxup.Accept{{Format: media.PNG, Max: 1 << 20}}
	res, err := payClient(s).Upload(t.Context(), &ep, wxup.Bytes("a.png", pngFile))
	if err != nil {
		t.Fatal(err)
	}
	mustBe(t, "id", res.MediaID, "f1")
	if !res.Expires.Equal(clock.Add(72 * time.Hour)) {
		t.Errorf("expires %v", res.Expires)
	}
}

// Merchant.Certificate, as tls.LoadX509KeyPair reads it, stands for key and serial number; a leaf
// is not needed.
func TestIdentityFromCertificate(t *testing.T) {
	s := serve(t, accepted)
	c := payClient(s)
	c.Merchant.SerialNo, c.Merchant.PrivateKey = "", nil
	c.Merchant.Certificate = merchant().tls()
	c.Merchant.Certificate.Leaf = nil
	if _, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", pngFile)); err != nil {
		t.Fatal(err)
	}
	proveV3(t, s.requests("/")[0], sign.SchemeRSA, `{"filename":"a.png","sha256":"`+hexSum(pngFile)+`"}`)
}

// A path in BaseURL is where a gateway stands: it is asked there, and what is signed is WeChat's
// path.
func TestBaseURLWithPath(t *testing.T) {
	s := serve(t, accepted)
	c := payClient(s)
	c.BaseURL += "/wechat/"
	if _, err := c.Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", pngFile)); err != nil {
		t.Fatal(err)
	}
	r := s.requests("/")[0]
	mustBe(t, "asked", r.target, "/wechat"+wxup.MarketingImage.Path)
	r.target = wxup.MarketingImage.Path
	proveV3(t, r, sign.SchemeRSA, `{"filename":"a.png","sha256":"`+hexSum(pngFile)+`"}`)
}

// Settings that lack are said before anything is sent, each with the field to set.
func TestMissingSettings(t *testing.T) {
	s := serve(t, accepted)
	for name, test := range map[string]struct {
		ep    *wxup.Endpoint
		wreck func(*wxup.Client)
		says  string
	}{
		"no merchant":       {wxup.MarketingImage, func(c *wxup.Client) { c.Merchant = nil }, "Client.Merchant"},
		"no mchid":          {wxup.MarketingImage, func(c *wxup.Client) { c.Merchant.MchID = "" }, "Merchant.MchID"},
		"no key":            {wxup.MarketingImage, func(c *wxup.Client) { c.Merchant.PrivateKey = nil }, "PrivateKey"},
		"no serial":         {wxup.MarketingImage, func(c *wxup.Client) { c.Merchant.SerialNo = "" }, "SerialNo"},
		"nothing to verify": {wxup.MarketingImage, func(c *wxup.Client) { c.Merchant.PlatformCertificates = nil }, "PublicKeys"},
		"only an old one":   {wxup.MarketingImage, func(c *wxup.Client) { c.Merchant.PlatformCertificates = []*x509.Certificate{oldPlatform().cert} }, "valid now"},
		"serial needed":     {wxup.ReceiptImage, func(c *wxup.Client) { c.Merchant.PlatformCertificates, c.SkipVerify = nil, true }, "PublicKeys"},
		"base":              {wxup.MarketingImage, func(c *wxup.Client) { c.BaseURL = "localhost:80" }, "BaseURL"},
		"base with user":    {wxup.MarketingImage, func(c *wxup.Client) { c.BaseURL = "http://u:secret@localhost" }, "BaseURL"},
		"base with query":   {wxup.MarketingImage, func(c *wxup.Client) { c.BaseURL += "?x=" }, "BaseURL"},
		"v2 merchant":       {wxup.SecapiMedia, func(c *wxup.Client) { c.Merchant = nil }, "Client.Merchant"},
		"v2 key":            {wxup.SecapiMedia, func(c *wxup.Client) { c.Merchant.APIv2Key = "" }, "APIv2Key"},
		"v2 certificate":    {wxup.SecapiMedia, func(c *wxup.Client) { c.BaseURL = "" }, "Merchant.Certificate"},
		"no app":            {wxup.ArticleImage, func(c *wxup.Client) {}, "Client.Auth"},
		"no secret":         {wxup.ArticleImage, func(c *wxup.Client) { c.Auth = &wxup.App{AppID: "wx1"} }, "Secret"},
		"empty token":       {wxup.ArticleImage, func(c *wxup.Client) { c.Auth = wxup.Tokens{Source: fixedToken("")} }, "empty token"},
		"family":            {&wxup.Endpoint{Name: "own", Family: "v4"}, func(c *wxup.Client) {}, `unknown family "v4"`},
		"path":              {&wxup.Endpoint{Name: "own", Family: wxup.PayV3, Path: "v3/x"}, func(c *wxup.Client) {}, `"v3/x" is not a path`},
		"accepts":           {&wxup.Endpoint{Name: "own", Family: wxup.FamilyAccount, Path: "/x", FilePart: "f", AnswerURL: "url"}, func(c *wxup.Client) {}, "Accepts"},
		"meta": {&wxup.Endpoint{Name: "own", Family: wxup.PayV3, Path: "/x", FilePart: "f", AnswerURL: "url",
			Accepts: wxup.MarketingImage.Accepts, DigestField: "sha256", Digest: "sha256"}, func(c *wxup.Client) {}, "MetaPart"},
		"digest": {&wxup.Endpoint{Name: "own", Family: wxup.PayV2, Path: "/x", FilePart: "f", AnswerURL: "url",
			Accepts: wxup.MarketingImage.Accepts, DigestField: "d", Digest: "sha1"}, func(c *wxup.Client) {}, "digest"},
	} {
		t.Run(name, func(t *testing.T) {
			c := payClient(s)
			test.wreck(c)
			src := wxup.Bytes("a.png", pngFile)
			src.Meta = map[string]string{"transaction_id": "1", "openid": "1"}
			if test.ep.Family == wxup.PayV2 || test.ep.Family == wxup.FamilyAccount {
				src.Meta = nil
			}
			_, err := c.Upload(t.Context(), test.ep, src)
			if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "secret@") {
				t.Errorf("got %v, want something about %s", err, test.says)
			}
		})
	}
	if n := len(s.requests("/")); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// The answer of a refusal keeps its detail.
func TestDetail(t *testing.T) {
	const detail = `{"detail":{"issue":"sign not match"},"field":"signature","location":"authorization","sign_information":{"method":"POST","sign_message_length":89,"truncated_sign_message":"POST\n/v3/marketing/favor/media/image-upload\n1600233831\n01f12c9fd9c92f936ed33a3a4ea817e3\n\n","url":"/v3/marketing/favor/media/image-upload"}}`
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Request-ID", "ABC-268443699")
		w.Header().Set("Date", clock.Format(http.TimeFormat))
		w.WriteHeader(401)
		fmt.Fprint(w, `{"code":"SIGN_ERROR","detail":`+detail+`,"message":"错误的签名，验签失败"}`)
	})
	_, err := payClient(s).Upload(t.Context(), wxup.MarketingImage, wxup.Bytes("a.png", pngFile))
	e, ok := errors.AsType[*wxup.Error](err)
	if !ok {
		t.Fatal(err)
	}
	mustBe(t, "error", *e, wxup.Error{
		Problem: wxup.BadSignature, Endpoint: "marketing", Status: 401, Code: "SIGN_ERROR",
		Message: "错误的签名，验签失败", RequestID: "ABC-268443699", Detail: json.RawMessage(detail),
	})
	if text := err.Error(); !strings.Contains(text, "SIGN_ERROR 错误的签名，验签失败") || !strings.Contains(text, "ABC-268443699") {
		t.Error(text)
	}
}
