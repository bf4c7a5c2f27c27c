package sign

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// The values of sign_type. Any other value, or none, means MD5 (official page of uploadmedia:
// 其他或者不填为MD5).
const (
	MD5        = "MD5"
	HMACSHA256 = "HMAC-SHA256"
)

// V2Text returns the bytes that an APIv2 signature covers: the non-empty fields without sign,
// sorted by name in byte order, as k=v joined by & and not URL-encoded, then &key=KEY. The file
// (media) is not a field and is not signed.
//
//	media_hash=3eacd0132310ea44cad756b378a3bc07&mch_id=1900009191&sign_type=MD5&key=1920…6a2d
//
// Source: pay.weixin.qq.com wiki, 签名算法.
func V2Text(fields map[string]string, key string) []byte {
	names := make([]string, 0, len(fields))
	for name, value := range fields {
		if value != "" && name != "sign" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		b.WriteString(name + "=" + fields[name] + "&")
	}
	if len(names) == 0 {
		b.WriteByte('&')
	}
	b.WriteString("key=" + key)
	return []byte(b.String())
}

// V2 signs fields with an APIv2 key: upper-case hex, 64 characters for the sign_type [HMACSHA256],
// 32 characters of MD5 for any other. The algorithm is an argument because an answer uses the
// request's sign_type without repeating it.
func V2(signType string, fields map[string]string, key string) string {
	text := V2Text(fields, key)
	if signType == HMACSHA256 {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write(text)
		return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
	}
	sum := md5.Sum(text)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// VerifyV2 reports whether fields["sign"] is the signature of a request's fields, in constant time.
func VerifyV2(fields map[string]string, key string) bool {
	return hmac.Equal([]byte(fields["sign"]), []byte(V2(fields["sign_type"], fields, key)))
}

// VerifyV2Answer reports whether fields["sign"] is the signature of an answer's fields. An answer
// does not name its algorithm; the length of sign tells it: 64 characters are HMAC-SHA256.
func VerifyV2Answer(fields map[string]string, key string) bool {
	signType := MD5
	if len(fields["sign"]) == 2*sha256.Size {
		signType = HMACSHA256
	}
	return hmac.Equal([]byte(fields["sign"]), []byte(V2(signType, fields, key)))
}
