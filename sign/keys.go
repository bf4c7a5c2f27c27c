package sign

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// The sizes of RSA key that are accepted, in bits: below is weak, above burns the processor of whoever verifies.
const (
	MinRSABits = 2048
	MaxRSABits = 8192
)

// ParsePrivateKey reads an RSA private key in PEM, PKCS#8 (apiclient_key.pem as WeChat hands it out) or PKCS#1.
// No error of it holds any part of the key.
func ParsePrivateKey(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("not a PEM file; apiclient_key.pem begins with -----BEGIN PRIVATE KEY-----")
	}
	if block.Type == "CERTIFICATE" {
		return nil, errors.New("this is a certificate; the private key is in apiclient_key.pem")
	}
	if strings.Contains(block.Type, "ENCRYPTED") || block.Headers["DEK-Info"] != "" {
		return nil, errors.New("the private key is encrypted; decrypt it first: openssl pkey -in KEY -out apiclient_key.pem")
	}
	var key any
	var err error
	if block.Type == "RSA PRIVATE KEY" {
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	} else {
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, fmt.Errorf("no private key in the %q block", block.Type)
	}
	k, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("a private key of type %T; WeChat Pay wants RSA", key)
	}
	return k, checkSize(&k.PublicKey)
}

// ParseCertificate reads the first certificate in PEM. Its public key must be RSA.
func ParseCertificate(text []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("no certificate in PEM; it begins with -----BEGIN CERTIFICATE-----")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("a certificate over a key of type %T; WeChat Pay wants RSA", cert.PublicKey)
	}
	return cert, checkSize(key)
}

// ParsePublicKey reads an RSA public key in PEM (pub_key.pem of the public-key mode), or that of a certificate.
func ParsePublicKey(text []byte) (*rsa.PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("not a PEM file; pub_key.pem begins with -----BEGIN PUBLIC KEY-----")
	}
	if block.Type == "CERTIFICATE" {
		cert, err := ParseCertificate(text)
		if err != nil {
			return nil, err
		}
		return cert.PublicKey.(*rsa.PublicKey), nil
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("no public key in the %q block", block.Type)
	}
	k, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("a public key of type %T; WeChat Pay wants RSA", key)
	}
	return k, checkSize(k)
}

func checkSize(key *rsa.PublicKey) error {
	if n := key.N.BitLen(); n < MinRSABits || n > MaxRSABits {
		return fmt.Errorf("an RSA key of %d bits; accepted are %d to %d", n, MinRSABits, MaxRSABits)
	}
	return nil
}

// Serial is a certificate's serial number as WeChat writes it: the bytes in upper-case hex, 40 digits as a rule.
func Serial(cert *x509.Certificate) string { return fmt.Sprintf("%X", cert.SerialNumber.Bytes()) }

// SameSerial reports whether two serial numbers or public key ids are the same one, however they are spelled: SDKs send
// lower case and leading zeros, and openssl prints colons.
func SameSerial(a, b string) bool { return CanonicalSerial(a) == CanonicalSerial(b) }

// CanonicalSerial is the spelling in which serial numbers are compared and looked up: upper case, no leading zeros.
func CanonicalSerial(s string) string {
	if IsPublicKeyID(s) {
		return s
	}
	s = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(s), ":", ""))
	return strings.TrimLeft(s, "0")
}

// IsPublicKeyID reports whether a Wechatpay-Serial names a WeChat Pay public key (微信支付公钥) and not a certificate.
func IsPublicKeyID(s string) bool { return strings.HasPrefix(s, "PUB_KEY_ID_") }
