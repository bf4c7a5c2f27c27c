package sign

import (
	"crypto/x509"
	"fmt"
	"strings"
)

// Serial returns a certificate's serial number as WeChat and openssl write it: its bytes in
// upper-case hex, as a rule 40 digits.
//
//	5DEA10EF55877E3CF6C33255C2E7DEFFF7E427EC
func Serial(cert *x509.Certificate) string { return fmt.Sprintf("%02X", cert.SerialNumber.Bytes()) }

// SameSerial reports whether two serial numbers or public key IDs are the same. SDKs send them in
// lower case and with leading zeros; openssl prints colons.
func SameSerial(a, b string) bool { return CanonicalSerial(a) == CanonicalSerial(b) }

// CanonicalSerial returns the form in which serial numbers are compared and looked up: upper case,
// no leading zeros.
func CanonicalSerial(s string) string {
	if IsPublicKeyID(s) {
		return s
	}
	s = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(s), ":", ""))
	return strings.TrimLeft(s, "0")
}

// IsPublicKeyID reports whether a Wechatpay-Serial names a WeChat Pay public key (微信支付公钥),
// not a certificate.
func IsPublicKeyID(s string) bool { return strings.HasPrefix(s, "PUB_KEY_ID_") }
