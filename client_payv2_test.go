package wxup_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// answerV2 is a handler that answers fields, signed in the way that signType names.
func answerV2(signType string, fields ...wire.Field) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		values := map[string]string{}
		for _, f := range fields {
			values[f.Name] = f.Value
		}
		w.Header().Set("Content-Type", "text/xml")
		w.Write(wire.MarshalV2(append(fields, wire.Field{Name: "sign", Value: sign.V2(signType, values, apiV2Key)})))
	}
}

var acceptedV2 = []wire.Field{{Name: "return_code", Value: "SUCCESS"}, {Name: "return_msg", Value: "OK"}, {Name: "result_code", Value: "SUCCESS"}, {Name: "media_id", Value: "m/2"}}

func TestUploadV2(t *testing.T) {
	for signType, sent := range map[string]string{"": sign.HMACSHA256, sign.MD5: sign.MD5, sign.HMACSHA256: sign.HMACSHA256} {
		s := serve(t, answerV2(sent, acceptedV2...))
		c := payClient(s)
		c.Merchant.SignType = signType
		res, err := c.Upload(t.Context(), wxup.SecapiMedia, wxup.Bytes("logo.png", pngFile))
		if err != nil {
			t.Fatal(err)
		}
		mustBe(t, "media_id", res.MediaID, "m/2")
		mustBe(t, "sha256", res.SHA256, hexSum(pngFile))
		r := s.requests("/")[0]
		mustBe(t, "request", r.method+" "+r.target, "POST /secapi/mch/uploadmedia")
		fields := map[string]string{"mch_id": mchID, "media_hash": md5Sum(pngFile), "sign_type": sent}
		want := ""
		for _, name := range []string{"mch_id", "media_hash", "sign_type"} {
			want += "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + fields[name] + "\r\n"
		}
		want += "--B\r\nContent-Disposition: form-data; name=\"sign\"\r\n\r\n" + sign.V2(fields["sign_type"], fields, apiV2Key) + "\r\n" +
			"--B\r\nContent-Disposition: form-data; name=\"media\"; filename=\"logo.png\"\r\nContent-Type: image/png\r\n\r\n" + string(pngFile) + "\r\n--B--\r\n"
		mustBe(t, "body", r.form(t), want)
		mustBe(t, "Content-Length", r.length, len(r.body))
		if r.header.Get("Authorization")+r.header.Get("Wechatpay-Serial") != "" {
			t.Error("a v2 request has v3 headers")
		}
	}
}

// The merchant's certificate is shown in the handshake, whatever *http.Transport is given, and only
// on PayV2.
func TestClientCertificate(t *testing.T) {
	s := &wechat{}
	s.Server = httptest.NewUnstartedServer(s.keeping(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v3/") {
			accepted(w, r)
		} else {
			answerV2(sign.HMACSHA256, acceptedV2...)(w, r)
		}
	}))
	s.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := payClient(s)
	c.Merchant.Certificate = merchant().tls()
	c.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	for _, ep := range []*wxup.Endpoint{wxup.SecapiMedia, wxup.MarketingImage, wxup.SecapiMedia} {
		if _, err := c.Upload(t.Context(), ep, wxup.Bytes("logo.png", pngFile)); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []int{1, 0, 1} {
		if got := s.requests("/")[i].certificates; len(got) != want || want == 1 && !got[0].Equal(merchant().cert) {
			t.Errorf("request %d shows %d certificates, want %d", i, len(got), want)
		}
	}
}

func TestVerifyV2(t *testing.T) {
	other := append([]wire.Field{}, acceptedV2...)
	other[3].Value = "m/3"
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		says   string
		id     string
	}{
		"no sign": {func(w http.ResponseWriter, r *http.Request) { w.Write(wire.MarshalV2(acceptedV2)) }, "no sign", "m/2"},
		"changed": {func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			answerV2(sign.MD5, acceptedV2...)(rec, r)
			fmt.Fprint(w, strings.Replace(rec.Body.String(), "m/2", "m/3", 1))
		}, "does not belong", "m/3"},
		"lower case": {func(w http.ResponseWriter, r *http.Request) {
			rec := httptest.NewRecorder()
			answerV2(sign.MD5, acceptedV2...)(rec, r)
			body := rec.Body.String()
			i := strings.Index(body, "<sign>")
			fmt.Fprint(w, body[:i]+strings.ReplaceAll(strings.ToLower(body[i:]), "cdata", "CDATA"))
		}, "does not belong", "m/2"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, test.answer)
			c := payClient(s)
			_, err := c.Upload(t.Context(), wxup.SecapiMedia, wxup.Bytes("a.png", pngFile))
			v, ok := errors.AsType[*wxup.VerifyError](err)
			if !ok || !errors.Is(err, wxup.UnverifiedAnswer) || !strings.Contains(err.Error(), test.says) || v.Result == nil || v.Result.MediaID != test.id {
				t.Fatalf("got %v", err)
			}
			c.SkipVerify = true
			if _, err := c.Upload(t.Context(), wxup.SecapiMedia, wxup.Bytes("a.png", pngFile)); err != nil {
				t.Errorf("with SkipVerify: %v", err)
			}
		})
	}
}

// What is neither yes nor no.
func TestBadAnswersV2(t *testing.T) {
	for body, want := range map[string]wxup.Problem{
		"":                       wxup.BadAnswer,
		"{}":                     wxup.BadAnswer,
		"<xml></xml>":            wxup.BadAnswer,
		"<xml><a><b/></a></xml>": wxup.BadAnswer,
		"<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code><sign>" +
			sign.V2("", map[string]string{"return_code": "SUCCESS", "result_code": "SUCCESS"}, apiV2Key) + "</sign></xml>": wxup.BadAnswer,
		"<xml><return_code>SUCCESS</return_code></xml>":                           wxup.Refused,
		"<xml><return_code>FAIL</return_code><return_msg>签名错误</return_msg></xml>": wxup.Refused,
	} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) })
		if _, err := payClient(s).Upload(t.Context(), wxup.SecapiMedia, wxup.Bytes("a.png", pngFile)); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %s", body, err, want)
		}
	}
}
