package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wxup/wxup/sign"
)

// savedUpload is an upload as people save it: head lines, and a form of one file, before which text
// parts may stand.
func savedUpload(target, head, part string, texts ...string) string {
	var body strings.Builder
	for i := 0; i+1 < len(texts); i += 2 {
		fmt.Fprintf(&body, "--b\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", texts[i], texts[i+1])
	}
	fmt.Fprintf(&body, "--b\r\nContent-Disposition: form-data; name=%q; filename=\"photo.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n%s\r\n--b--\r\n", part, paint(".jpg", 8, 8))
	if !strings.Contains(head, "Content-Length") {
		head += fmt.Sprintf("Content-Length: %d\r\n", body.Len())
	}
	return "POST " + target + " HTTP/1.1\r\nAccept: */*\r\nUser-Agent: x\r\nContent-Type: multipart/form-data; boundary=b\r\n" + head + "\r\n" + body.String()
}

// TestReports are mistakes that wxup once explained in the wrong way: what it said was not so, was
// about something else, or showed a secret. Each says what it must say of it, and must not.
func TestReports(t *testing.T) {
	const (
		market  = "/v3/marketing/favor/media/image-upload"
		payHost = "Host: api.mch.weixin.qq.com\r\n"
		accHost = "Host: api.weixin.qq.com\r\n"
		secret  = "77_Qx8sZkT0pLw3vB9nM5cR2yH6jF4gD1aE"
		meta    = `{"filename":"photo.jpg","sha256":"0000"}`
		v3Auth  = "Authorization: WECHATPAY2-SHA256-RSA2048 mchid=\"1900009191\",nonce_str=\"abc\",timestamp=\"1700000000\",serial_no=\"5DEA10\",signature=\"QUFB\"\r\n"
	)
	t.Setenv("WXUP_LANG", "en")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	keyPEM := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	signed := func(method, target, body string) string {
		signature, err := sign.RSA(key, sign.V3Request(method, target, "1700000000", "abc", []byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Replace(v3Auth, "QUFB", signature, 1)
	}
	answered := func(request, body string) string {
		return request + "\r\nHTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + fmt.Sprint(len(body)) + "\r\n\r\n" + body
	}
	for _, c := range []struct {
		name, saved string
		want, not   []string
		key         string // --key; "": none
	}{
		{"a token in the URL", savedUpload("/cgi-bin/media/uploadimg?access_token="+secret, accHost, "file"), []string{"form.part_name", "uploadimg?access_token="}, []string{secret}, ""},
		{"the part named file", savedUpload("/cgi-bin/media/uploadimg?access_token=x", accHost, "file"), []string{"file → media", `CreateFormFile("media"`}, []string{`name="file"; filename="a.jpg"`}, ""},
		{"a v2 upload and its answer", answered(savedUpload("/secapi/mch/uploadmedia", payHost, "media", "mch_id", "1900009191", "media_hash", "00"), "<xml><return_code><![CDATA[FAIL]]></return_code></xml>"),
			[]string{"v2."}, []string{"v3.", "Authorization", "User-Agent header"}, ""},
		{"an account's upload and its answer", answered(savedUpload("/cgi-bin/media/uploadimg?access_token=x", accHost, "file"), `{"errcode":41005,"errmsg":"media data missing"}`),
			[]string{"form.part_name"}, []string{"v3.", "api.mch.weixin.qq.com"}, ""},
		{"meta that is no JSON, as WeChat says", answered(savedUpload(market, payHost+v3Auth, "file", "meta", "x=y"), `{"code":"PARAM_ERROR","message":"请求内容不是JSON格式","detail":{"field":"/body/meta"}}`),
			[]string{"form.meta_not_json"}, []string{"observed.meta_required"}, ""},
		{"the file part's type, as WeChat says", answered(savedUpload("/v3/ecommerce/account/cancel-applications/media", payHost+v3Auth, "file", "meta", `{"file_name":"photo.jpg","file_digest":"00"}`),
			`{"code":"INVALID_REQUEST","message":"图片Content-Type非法"}`), []string{"form.part_type", "image/jpeg"}, []string{"observed.file_required"}, ""},
		{"no such merchant, as WeChat says", answered(savedUpload(market, payHost+v3Auth, "file", "meta", meta), `{"code":"SIGN_ERROR","message":"Authorization不合法"}`),
			[]string{"observed.mchid"}, []string{"observed.authorization"}, ""},
		{"a Content-Length that is no number", savedUpload(market, payHost+v3Auth+"Content-Length: NaN\r\n", "file", "meta", meta), []string{"Content-Length", "NaN"}, []string{"The signature is right"}, ""},
		{"a gateway's prefix in the signed path", savedUpload(market, payHost+signed("POST", "/api-weixin"+market, meta), "file", "meta", meta), []string{"v3.url.prefix", "/api-weixin"}, nil, keyPEM},
		{"certificates, signed without the query", "GET /v3/certificates?algorithm_type=RSA HTTP/1.1\r\n" + payHost + "Accept: */*\r\nUser-Agent: x\r\n" + signed("GET", "/v3/certificates", "") + "\r\n",
			[]string{"v3.url.no_query"}, []string{"meta"}, keyPEM},
		{"a call for a token", "GET /cgi-bin/token?grant_type=client_credential&appid=wx1234567890abcdef HTTP/1.1\r\n" + accHost + "\r\n", []string{"account.ask.missing", "secret"}, []string{"meta", "Authorization"}, ""},
		{"undefined as token", savedUpload("/cgi-bin/media/uploadimg?access_token=undefined", accHost, "media"), []string{"account.token.placeholder", "undefined"}, nil, ""},
		{"a quote in a file name, meta made by formatting", savedUpload(market, payHost+v3Auth, "file", "meta", `{"filename":"a"b.jpg","sha256":"00"}`), []string{"json.inner_quote", "JSON encoder"}, []string{"send meta as a text part"}, ""},
		{"temporary material", savedUpload("/cgi-bin/media/upload?type=image&access_token=x", accHost, "file"), []string{"form.part_name"}, []string{"not that of an upload"}, ""},
		{"the old host of uploads", savedUpload("/cgi-bin/media/uploadimg?access_token=x", "Host: file.api.weixin.qq.com\r\n", "file"), []string{"form.part_name"}, []string{"not that of an upload"}, ""},
		{"a key with \\n for line breaks", savedUpload(market, payHost+signed("POST", market, ""), "file", "meta", meta), []string{"v3.body.empty"}, []string{"not a PEM"}, strings.ReplaceAll(keyPEM, "\n", `\n`)},
		{"a key with a BOM and CR LF", savedUpload(market, payHost+signed("POST", market, ""), "file", "meta", meta), []string{"v3.body.empty"}, []string{"not a PEM"}, "\ufeff" + strings.ReplaceAll(keyPEM, "\n", "\r\n")},
		{"a key with four dashes", savedUpload(market, payHost+signed("POST", market, ""), "file", "meta", meta), []string{"v3.body.empty"}, []string{"v3.serial"}, strings.ReplaceAll(keyPEM, "-----", "----")},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "request.http")
			if err := os.WriteFile(file, []byte(c.saved), 0o600); err != nil {
				t.Fatal(err)
			}
			args := []string{"why", file, "--data", dir}
			if c.key != "" {
				name := filepath.Join(dir, "key.pem")
				if err := os.WriteFile(name, []byte(c.key), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, "--key", name)
			}
			for _, format := range []string{"", "--json"} {
				var out bytes.Buffer
				run(t.Context(), append(args, strings.Fields(format)...), &out, &out)
				for _, want := range c.want {
					if format == "" && !strings.Contains(out.String(), want) {
						t.Errorf("does not say %q:\n%s", want, out.String())
					}
				}
				for _, not := range c.not {
					if strings.Contains(out.String(), not) && (format == "" || not == secret) {
						t.Errorf("says %q %s:\n%s", not, format, out.String())
					}
				}
			}
		})
	}
}

// TestReportsOfSettings are mistakes of the same kind in variables and arguments.
func TestReportsOfSettings(t *testing.T) {
	t.Setenv("WXUP_LANG", "en")
	const pemText = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"
	saved := savedUpload("/v3/marketing/favor/media/image-upload", "Host: api.mch.weixin.qq.com\r\n", "file", "meta", "{}")
	for _, c := range []struct {
		name      string
		env       map[string]string
		args      []string
		want, not string
	}{
		{"the key itself where its file belongs", map[string]string{"WXUP_MCH_KEY_FILE": pemText}, []string{"why", "request.http"}, "WXUP_MCH_KEY", "MIIEvQ"},
		{"the APIv3 key where its file belongs", map[string]string{"WXUP_APIV3_KEY_FILE": "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb"}, []string{"why", "request.http"}, "WXUP_APIV3_KEY", "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb"},
		{"a URL where a file belongs", nil, []string{"put", "https://img.example.com/a.jpg", "--to", "marketing", "--dry-run"}, "URL", "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile("request.http", []byte(saved), 0o600); err != nil {
				t.Fatal(err)
			}
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			var out bytes.Buffer
			run(t.Context(), c.args, &out, &out)
			if got := out.String(); !strings.Contains(got, c.want) || strings.Contains(got, c.not) {
				t.Errorf("says\n%s\nwant %q, not %q", got, c.want, c.not)
			}
		})
	}
}
