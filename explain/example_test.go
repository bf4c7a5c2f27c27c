package explain_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"

	"github.com/wxup/wxup/explain"
)

// A client has signed the whole multipart body. It was answered 签名错误; this is why.
func Example() {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	body := "--b\r\nContent-Disposition: form-data; name=\"meta\"\r\n\r\n" + `{"filename":"a.jpg","sha256":"…"}` +
		"\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n\xFF\xD8\xFF…\r\n--b--\r\n"
	hash := sha256.Sum256([]byte("POST\n/v3/merchant/media/upload\n1755000000\nNONCE\n" + body + "\n"))
	signature, err := rsa.SignPKCS1v15(nil, private, crypto.SHA256, hash[:])
	if err != nil {
		panic(err)
	}

	report := explain.V3(&explain.Request{
		Method: "POST", Target: "/v3/merchant/media/upload", Host: "api.mch.weixin.qq.com", Body: []byte(body),
		Header: http.Header{
			"Accept": {"application/json"}, "User-Agent": {"example"}, "Content-Type": {"multipart/form-data; boundary=b"},
			"Authorization": {`WECHATPAY2-SHA256-RSA2048 mchid="1900009191",nonce_str="NONCE",timestamp="1755000000",serial_no="5F1C",signature="` +
				base64.StdEncoding.EncodeToString(signature) + `"`},
		},
	}, &explain.Known{
		Merchant: &explain.Merchant{ID: "1900009191", Keys: []explain.Key{{Serial: "5F1C", Public: &private.PublicKey}}},
	})
	f := report.Findings[0]
	fmt.Println(f.Cause)
	fmt.Println(f.Text("en"))
	fmt.Println(f.Text("zh"))
	fmt.Println("signed:", f.Proof.Signed)
	fmt.Println("wanted:", f.Proof.Wanted)
	// Output:
	// v3.body.whole_multipart
	// the whole multipart body was signed instead of meta
	// 签了整个 multipart 请求体，应当只签 meta
	// signed: POST⏎/v3/merchant/media/upload⏎1755000000⏎NONCE⏎--b␍⏎Content-Disposition: form-data; name="meta"␍⏎␍⏎{"filename":"a.jpg","sha256":"…"}␍⏎--b␍⏎Content-Dispositio…
	// wanted: POST⏎/v3/merchant/media/upload⏎1755000000⏎NONCE⏎{"filename":"a.jpg","sha256":"…"}⏎
}
