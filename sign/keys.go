package sign

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// The sizes of RSA key that are accepted, in bits: smaller keys are weak, larger ones make every
// verification slow.
const (
	MinRSABits = 2048
	MaxRSABits = 8192
)

// ParsePrivateKey reads an RSA private key in PEM: PKCS #8 (apiclient_key.pem as WeChat issues it)
// or PKCS #1. Like [ParseCertificate] and [ParsePublicKey] it also reads text that lost its form on
// the way as long as it can mean one thing only: line breaks written as \n or replaced by blanks, a
// byte order mark, quotes, missing dashes, no BEGIN and END lines, plain DER. Of several PEM blocks
// the first of the wanted kind is taken.
//
// An error is a [*KeyError]; it names what the text is instead and holds no part of it.
func ParsePrivateKey(text []byte) (*rsa.PrivateKey, error) {
	found, err := find(text, PrivateKey)
	if err != nil {
		return nil, err
	}
	key := found.key.(*rsa.PrivateKey)
	if err := checkSize(PrivateKey, &key.PublicKey); err != nil {
		return nil, err
	}
	return key, nil
}

// ParseCertificate reads a certificate in PEM over an RSA key. See [ParsePrivateKey] for what else
// it reads.
func ParseCertificate(text []byte) (*x509.Certificate, error) {
	found, err := find(text, Certificate)
	if err != nil {
		return nil, err
	}
	key, ok := found.cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, mistaken(Certificate, ecKey)
	}
	if err := checkSize(Certificate, key); err != nil {
		return nil, err
	}
	return found.cert, nil
}

// ParsePublicKey reads an RSA public key in PEM (pub_key.pem of the public-key mode), or that of a
// certificate. See [ParsePrivateKey] for what else it reads.
func ParsePublicKey(text []byte) (*rsa.PublicKey, error) {
	found, err := find(text, PublicKey)
	if err != nil {
		return nil, err
	}
	key := found.key.(*rsa.PublicKey)
	if err := checkSize(PublicKey, key); err != nil {
		return nil, err
	}
	return key, nil
}

// maxKeyText bounds the text of a key or certificate, in bytes. A certificate takes about 2 KB, a
// long chain 20.
const maxKeyText = 64 << 10

// find returns the first thing of the wanted kind, or why there is none.
func find(text []byte, want Material) (thing, error) {
	if len(text) > maxKeyText {
		return thing{}, damaged(want, fmt.Sprintf("not a PEM file: it has %d bytes", len(text)),
			fmt.Sprintf("不是 PEM 文件：共 %d 字节", len(text)))
	}
	var first *KeyError
	for _, b := range blocks(text) {
		t := identify(b)
		if t.is == want {
			return t, nil
		}
		if want == PublicKey && t.is == Certificate {
			if key, ok := t.cert.PublicKey.(*rsa.PublicKey); ok {
				t.key = key
				return t, nil
			}
			t.is = ecKey
		}
		if first == nil && b.label != "EC PARAMETERS" {
			first = t.mistaken(want, b)
		}
	}
	if first == nil {
		first = recognise(text, want)
	}
	return thing{}, first
}

// A thing is what a DER structure is.
type thing struct {
	is   Material // "" if unknown
	key  any      // *rsa.PrivateKey, *rsa.PublicKey
	cert *x509.Certificate
}

// The object identifiers that tell containers apart, as their DER bytes.
var (
	oidSigned  = []byte{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02} // PKCS #7 signedData
	oidPBES    = []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05}                   // PKCS #5 encryption
	oidPBE     = []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x0C, 0x01}             // PKCS #12 encryption
	pfxVersion = []byte{0x02, 0x01, 0x03, 0x30}                                           // PKCS #12: INTEGER 3, SEQUENCE
)

func identify(b block) thing {
	switch {
	case b.encrypted, strings.Contains(b.label, "ENCRYPTED"):
		return thing{is: encrypted}
	case strings.Contains(b.label, "OPENSSH"):
		return thing{is: sshKey}
	case b.der == nil:
		return thing{}
	}
	if key, err := x509.ParsePKCS8PrivateKey(b.der); err == nil {
		if _, ok := key.(*rsa.PrivateKey); ok {
			return thing{is: PrivateKey, key: key}
		}
		return thing{is: ecKey}
	}
	if key, err := x509.ParsePKCS1PrivateKey(b.der); err == nil {
		return thing{is: PrivateKey, key: key}
	}
	if _, err := x509.ParseECPrivateKey(b.der); err == nil {
		return thing{is: ecKey}
	}
	if cert, err := x509.ParseCertificate(b.der); err == nil {
		return thing{is: Certificate, cert: cert}
	}
	if key, err := x509.ParsePKIXPublicKey(b.der); err == nil {
		if _, ok := key.(*rsa.PublicKey); ok {
			return thing{is: PublicKey, key: key}
		}
		return thing{is: ecKey}
	}
	if key, err := x509.ParsePKCS1PublicKey(b.der); err == nil {
		return thing{is: PublicKey, key: key}
	}
	if _, err := x509.ParseCertificateRequest(b.der); err == nil {
		return thing{is: request}
	}
	start := b.der[:min(len(b.der), 40)]
	switch {
	case bytes.Contains(start[:min(len(start), 8)], pfxVersion):
		return thing{is: PKCS12}
	case bytes.Contains(start, oidSigned):
		return thing{is: pkcs7}
	case bytes.Contains(start, oidPBES), bytes.Contains(start, oidPBE):
		return thing{is: encrypted}
	}
	return thing{}
}

func (t thing) mistaken(want Material, b block) *KeyError {
	if t.is == Certificate {
		got := Certificate
		switch organization := strings.Join(t.cert.Subject.Organization, ""); {
		case organization == "微信商户系统":
			got = merchantCert
		case organization == "Tenpay.com" && !t.cert.IsCA:
			got = platformCert
		}
		e := mistaken(want, got)
		e.Got = Certificate
		return e
	}
	if t.is != "" {
		return mistaken(want, t.is)
	}
	if b.fault != (words{}) {
		return damaged(want, b.fault.en, b.fault.zh)
	}
	return damaged(want, "there is no "+string(want)+" in the PEM text", "PEM 内容中没有"+wanted[want].name.zh)
}

// recognise names a text that holds neither PEM nor DER.
func recognise(text []byte, want Material) *KeyError {
	if bytes.HasPrefix(text, []byte{0xFE, 0xED, 0xFE, 0xED}) {
		return mistaken(want, keystore)
	}
	s := tidy(text)
	lower := strings.ToLower(s)
	oneLine := utf8.ValidString(s) && !strings.Contains(s, "\n") && len(s) < 4096
	switch {
	case s == "":
		return mistaken(want, empty)
	case strings.HasPrefix(lower, "<"):
		return mistaken(want, webPage)
	case strings.HasPrefix(lower, "{"):
		return mistaken(want, jsonText)
	case strings.HasPrefix(lower, "ssh-"):
		return mistaken(want, sshKey)
	case strings.HasPrefix(lower, "begin ") || strings.Contains(lower, "-begin "):
		return damaged(want, faultBase64.en, faultBase64.zh)
	case oneLine && isURL(lower):
		return mistaken(want, link)
	case oneLine && IsPublicKeyID(s):
		return mistaken(want, publicKeyID)
	case len(s) == 40 && isHex(s):
		return mistaken(want, serialNo)
	case len(s) == keySize && isAlphanumeric(s):
		return mistaken(want, apiKey)
	case oneLine && isPath(lower):
		return mistaken(want, path)
	}
	e := wanted[want].source
	return damaged(want, "not a PEM file; "+e.en, "不是 PEM 文件；"+e.zh)
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "file")
}

// isPath reports whether a lower-case line is a path: it has a folder, or ends as the files of keys
// do.
func isPath(s string) bool {
	for _, suffix := range []string{".pem", ".key", ".crt", ".cer", ".der", ".p12", ".pfx", ".p8", ".txt"} {
		if strings.HasSuffix(s, suffix) {
			return true
		}
	}
	for _, prefix := range []string{"/", "./", "../", "~/", `.\`, `..\`, "c:", "d:", "e:"} {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	return false
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

func isAlphanumeric(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

func checkSize(want Material, key *rsa.PublicKey) error {
	if n := key.N.BitLen(); n < MinRSABits || n > MaxRSABits {
		return damaged(want, fmt.Sprintf("an RSA key of %d bits; accepted are %d to %d", n, MinRSABits, MaxRSABits),
			fmt.Sprintf("RSA 密钥为 %d 位；应为 %d 到 %d 位", n, MinRSABits, MaxRSABits))
	}
	return nil
}
