package sign

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
)

// AEADAES256GCM is the algorithm's name on the wire.
const AEADAES256GCM = "AEAD_AES_256_GCM"

// Sealed is a value encrypted under the APIv3 key, as GET /v3/certificates carries it:
//
//	{"algorithm":"AEAD_AES_256_GCM","nonce":"14b16c03dc1b","associated_data":"certificate",
//	"ciphertext":"…"}
//
// The nonce is used as its 12 ASCII bytes, not decoded; the ciphertext is the base64 of the data
// and its 16-byte tag.
// Source: pay.weixin.qq.com wiki wechatpay4_2, and the test vectors.
type Sealed struct {
	Algorithm      string `json:"algorithm"`
	Nonce          string `json:"nonce"`
	AssociatedData string `json:"associated_data"`
	Ciphertext     string `json:"ciphertext"`
}

// keySize is the length of an APIv3 key, in bytes.
const keySize = 32

// nonceSize is the length of WeChat's nonces; [Sealed.Open] accepts 1 to 64 bytes.
const nonceSize = 12

// ErrAPIv3Key reports that an APIv3 key does not decrypt a value.
var ErrAPIv3Key = error(&words{
	"sign: the APIv3 key does not decrypt this value; compare it with the merchant portal's", "APIv3 密钥无法解密；请与商户平台中的密钥核对"})

// Seal encrypts text under an APIv3 key of 32 bytes. Never use a nonce twice with one key.
func Seal(apiV3Key, nonce, associatedData string, text []byte) (Sealed, error) {
	if err := checkSealKey(apiV3Key); err != nil {
		return Sealed{}, err
	}
	if len(nonce) != nonceSize {
		return Sealed{}, fmt.Errorf("sign: the nonce has %d bytes, want %d", len(nonce), nonceSize)
	}
	aead, err := gcm(apiV3Key, nonceSize)
	if err != nil {
		return Sealed{}, err
	}
	sealed := aead.Seal(nil, []byte(nonce), text, []byte(associatedData))
	return Sealed{AEADAES256GCM, nonce, associatedData, base64.StdEncoding.EncodeToString(sealed)}, nil
}

// Open decrypts what [Seal] encrypted. If the key is not the one that sealed it, the error is
// [ErrAPIv3Key].
func (s Sealed) Open(apiV3Key string) ([]byte, error) {
	if s.Algorithm != "" && s.Algorithm != AEADAES256GCM {
		return nil, fmt.Errorf("sign: encrypted with %.64q, only %s is supported", s.Algorithm, AEADAES256GCM)
	}
	if err := checkSealKey(apiV3Key); err != nil {
		return nil, err
	}
	return s.open(apiV3Key)
}

// open decrypts with any AES key: the published vectors have keys of 16 and 24 bytes too.
func (s Sealed) open(key string) ([]byte, error) {
	sealed, err := base64.StdEncoding.DecodeString(s.Ciphertext)
	if err != nil || s.Nonce == "" || len(s.Nonce) > 64 {
		return nil, errors.New("sign: the encrypted value is malformed")
	}
	aead, err := gcm(key, len(s.Nonce))
	if err != nil {
		return nil, err
	}
	text, err := aead.Open(nil, []byte(s.Nonce), sealed, []byte(s.AssociatedData))
	if err != nil {
		return nil, ErrAPIv3Key
	}
	return text, nil
}

func checkSealKey(apiV3Key string) error {
	if len(apiV3Key) != keySize {
		return fmt.Errorf("sign: an APIv3 key has %d bytes, this one has %d", keySize, len(apiV3Key))
	}
	return nil
}

func gcm(key string, nonceSize int) (cipher.AEAD, error) {
	block, err := aes.NewCipher([]byte(key))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithNonceSize(block, nonceSize)
}
