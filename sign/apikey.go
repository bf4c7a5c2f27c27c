package sign

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
)

// CheckAPIv3Key reports what is wrong with the form of an APIv3 key: 32 ASCII characters that the
// merchant set in the merchant portal. The error is a [*KeyError] that names what the text looks
// like instead and holds no part of it.
// An APIv2 key has the same form.
func CheckAPIv3Key(key string) error {
	wrong := func(en, zh string, args ...any) error {
		return &KeyError{Want: APIv3Key, text: words{fmt.Sprintf(en, args...), fmt.Sprintf(zh, args...)}}
	}
	trimmed := strings.TrimFunc(key, func(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' })
	bare := strings.Trim(trimmed, "'\"`“”‘’")
	switch {
	case trimmed == "":
		return wrong("the APIv3 key is empty", "APIv3 密钥为空")
	case strings.HasSuffix(key, "\r"), strings.HasSuffix(key, "\r\n"):
		return wrong("the APIv3 key ends in a carriage return: the file has Windows line ends",
			"APIv3 密钥末尾有回车符：文件使用 Windows 换行")
	case strings.HasSuffix(key, "\n"):
		return wrong("the APIv3 key ends in a line break", "APIv3 密钥末尾有换行符")
	case trimmed != key:
		return wrong("the APIv3 key begins or ends with a blank", "APIv3 密钥首尾有空白字符")
	case bare != key && len(bare) == keySize:
		return wrong("the APIv3 key has quotes around it", "APIv3 密钥的值两端有引号")
	case strings.Contains(key, "BEGIN "):
		return wrong("this is a PEM file, not an APIv3 key; the APIv3 key has 32 characters",
			"这是 PEM 文件，不是 APIv3 密钥；APIv3 密钥为 32 个字符")
	case strings.Trim(key, "*") == "", strings.Trim(key, "x") == "" && len(key) != keySize:
		return wrong("this is a mask, not the APIv3 key itself", "这是掩码，不是 APIv3 密钥本身")
	case len(key) == 2*keySize && isHex(key):
		return wrong("64 hex digits are not an APIv3 key: give the 32 characters as they were set in the merchant portal",
			"64 位十六进制不是 APIv3 密钥：请使用在商户平台设置的 32 个字符")
	case len(key) == 40 && isHex(key):
		return wrong("this is a certificate's serial number, not an APIv3 key; the APIv3 key has 32 characters",
			"这是证书序列号，不是 APIv3 密钥；APIv3 密钥为 32 个字符")
	case IsPublicKeyID(key):
		return wrong("this is the ID of a public key, not an APIv3 key; the APIv3 key has 32 characters",
			"这是公钥 ID，不是 APIv3 密钥；APIv3 密钥为 32 个字符")
	case isBase64Key(key):
		return wrong("this is base64, not an APIv3 key: give the 32 characters as they were set in the merchant portal",
			"这是 base64，不是 APIv3 密钥：请使用在商户平台设置的 32 个字符")
	case len(key) != keySize:
		return wrong("the APIv3 key must have %d characters, not %d", "APIv3 密钥应为 %d 个字符，而非 %d 个", keySize, len(key))
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return wrong("the APIv3 key holds a character that is not printable ASCII", "APIv3 密钥含有不可打印或非 ASCII 字符")
	}
	return nil
}

// isBase64Key reports whether s is the base64 of 32 bytes.
func isBase64Key(s string) bool {
	if len(s) != base64.StdEncoding.EncodedLen(keySize) && len(s) != base64.RawStdEncoding.EncodedLen(keySize) {
		return false
	}
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	return err == nil && len(b) == keySize
}
