package sign

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// V3Request returns the string to sign (待签名串) of an APIv3 request: five lines, each ended by
// LF, the last one too.
//
//	POST\n
//	/v3/marketing/favor/media/image-upload\n    path, and ?query if there is one; no host
//	1554208460\n                                 Unix seconds
//	593BEC0C930BF1AFEB40B4A08C8FB242\n           nonce_str
//	{ "filename": "a.png", "sha256": "…"}\n      the body; of an upload the raw bytes of meta
//
// Source: pay.weixin.qq.com 4012365334, and image-update-signature.html for the rule about meta.
func V3Request(method, target, timestamp, nonce string, body []byte) []byte {
	b := make([]byte, 0, len(method)+len(target)+len(timestamp)+len(nonce)+len(body)+5)
	for _, line := range []string{method, target, timestamp, nonce} {
		b = append(append(b, line...), '\n')
	}
	return append(append(b, body...), '\n')
}

// V3Answer returns the string that WeChat signs for an answer: timestamp, nonce and the body as
// sent, each ended by LF.
// Source: pay.weixin.qq.com 4013053249.
func V3Answer(timestamp, nonce string, body []byte) []byte {
	b := make([]byte, 0, len(timestamp)+len(nonce)+len(body)+3)
	b = append(append(b, timestamp...), '\n')
	b = append(append(b, nonce...), '\n')
	return append(append(b, body...), '\n')
}

// RSA signs text with RSASSA-PKCS1-v1_5 over SHA-256 and returns standard base64: 344 characters
// for a 2048-bit key. The key may be in an HSM or an agent: any [crypto.Signer] with an RSA key
// works.
func RSA(key crypto.Signer, text []byte) (string, error) {
	if _, ok := key.Public().(*rsa.PublicKey); !ok {
		return "", fmt.Errorf("sign: WeChat Pay wants an RSA key, this one is %T", key.Public())
	}
	hash := sha256.Sum256(text)
	sig, err := key.Sign(rand.Reader, hash[:], crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return base64.StdEncoding.EncodeToString(sig), nil
}

// The errors of [VerifyRSA].
var (
	ErrEncoding = error(&words{"the signature is not standard base64 (A-Z a-z 0-9 + / and = padding)", "签名不是标准 base64（A-Z a-z 0-9 + /，以 = 补齐）"})
	ErrLength   = error(&words{"the signature's length is not that of the key", "签名长度与密钥不符"})
	ErrMismatch = error(&words{"the signature does not belong to this text and key", "签名与这段文本和密钥不匹配"})
)

// VerifyRSA checks a signature made by [RSA]. Its error is [ErrEncoding], [ErrLength] or
// [ErrMismatch].
func VerifyRSA(key *rsa.PublicKey, text []byte, signature string) error {
	sig, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil || strings.ContainsAny(signature, "\r\n") {
		return ErrEncoding // Go's decoder ignores line ends
	}
	if len(sig) != key.Size() {
		return ErrLength
	}
	hash := sha256.Sum256(text)
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, hash[:], sig) != nil {
		return ErrMismatch
	}
	return nil
}
