package sign

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"
)

// samples are one key in all the forms that a person may have of it.
var samples = sync.OnceValue(func() (s struct{ key, pkcs1, cert, platform, public, ec, request string }) {
	text := func(kind string, der []byte, err error) string {
		if err != nil {
			panic(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	key := testKey()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	s.key = text("PRIVATE KEY", der, err)
	s.pkcs1 = text("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key), nil)
	der, err = x509.MarshalPKIXPublicKey(&key.PublicKey)
	s.public = text("PUBLIC KEY", der, err)
	cert := func(organization string) string {
		tmpl := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{Organization: []string{organization}}}
		der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
		return text("CERTIFICATE", der, err)
	}
	s.cert, s.platform = cert("微信商户系统"), cert("Tenpay.com")
	der, err = x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	s.request = text("CERTIFICATE REQUEST", der, err)
	ec, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	der, err = x509.MarshalECPrivateKey(ec)
	s.ec = text("EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7}, nil) + text("EC PRIVATE KEY", der, err)
	return s
})

// bodyOf is the base64 between BEGIN and END.
func bodyOf(text string) string {
	_, body, _ := strings.Cut(text, "-----\n")
	body, _, _ = strings.Cut(body, "-----END")
	return body
}

func derOf(text string) string {
	b, _ := pem.Decode([]byte(text))
	return string(b.Bytes)
}

func utf16Of(s string, bigEndian bool) string {
	b := "\xFF\xFE"
	if bigEndian {
		b = "\xFE\xFF"
	}
	for _, u := range utf16.Encode([]rune(s)) {
		if bigEndian {
			b += string([]byte{byte(u >> 8), byte(u)})
		} else {
			b += string([]byte{byte(u), byte(u >> 8)})
		}
	}
	return b
}

// nearMisses are the ways in which a text loses its form without losing its meaning.
var nearMisses = map[string]func(text string) string{
	"as it is":           func(s string) string { return s },
	"literal \\n":        func(s string) string { return strings.ReplaceAll(s, "\n", `\n`) },
	"literal \\r\\n":     func(s string) string { return strings.ReplaceAll(s, "\n", `\r\n`) },
	"escaped twice":      func(s string) string { return strings.ReplaceAll(s, "\n", `\\n`) },
	"CR LF":              func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
	"CR":                 func(s string) string { return strings.ReplaceAll(s, "\n", "\r") },
	"BOM":                func(s string) string { return "\uFEFF" + s },
	"UTF-16LE":           func(s string) string { return utf16Of(s, false) },
	"UTF-16BE":           func(s string) string { return utf16Of(s, true) },
	"one line":           func(s string) string { return strings.ReplaceAll(s, "\n", " ") },
	"one line, no blank": func(s string) string { return strings.ReplaceAll(s, "\n", "") },
	"double quotes":      func(s string) string { return `"` + strings.ReplaceAll(s, "\n", `\n`) + `"` },
	"single quotes":      func(s string) string { return "'" + s + "'" },
	"indented":           func(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") },
	"four dashes":        func(s string) string { return strings.ReplaceAll(s, "-----", "----") },
	"four at the start":  func(s string) string { return strings.TrimPrefix(s, "-") },
	"six dashes":         func(s string) string { return strings.ReplaceAll(s, "-----", "------") },
	"long dashes":        func(s string) string { return strings.ReplaceAll(s, "-----", "——-") },
	"no dashes":          func(s string) string { return strings.ReplaceAll(s, "-----", "") },
	"the body alone":     bodyOf,
	"the body, one line": func(s string) string { return strings.Join(strings.Fields(bodyOf(s)), "") },
	"no padding":         func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\n", " "), "=", "") },
	"no END":             func(s string) string { return strings.Split(s, "-----END")[0] },
	"DER":                derOf,
	"text before it":     func(s string) string { return "Bag Attributes\n    friendlyName: 商户\n" + s },
}

func TestNearMisses(t *testing.T) {
	s := samples()
	key := testKey()
	for name, miss := range nearMisses {
		for _, text := range []string{s.key, s.pkcs1} {
			if got, err := ParsePrivateKey([]byte(miss(text))); err != nil || !got.Equal(key) {
				t.Errorf("private key, %s: %v", name, err)
			}
		}
		for _, text := range []string{s.public, s.cert} {
			if got, err := ParsePublicKey([]byte(miss(text))); err != nil || !got.Equal(&key.PublicKey) {
				t.Errorf("public key, %s: %v", name, err)
			}
		}
		if got, err := ParseCertificate([]byte(miss(s.cert))); err != nil || Serial(got) != "07" {
			t.Errorf("certificate, %s: %v", name, err)
		}
		// The wrong kind is named in any form.
		for _, c := range []struct {
			text string
			read func([]byte) error
			got  Material
			want string
		}{
			{s.cert, privateKeyError, Certificate, "this is the merchant certificate (apiclient_cert.pem), not a private key; the private key is in apiclient_key.pem"},
			{s.platform, privateKeyError, Certificate, "this is a platform certificate, not a private key"},
			{s.public, privateKeyError, PublicKey, "this is a public key (pub_key.pem), not a private key"},
			{s.key, certificateError, PrivateKey, "this is a private key (apiclient_key.pem), not a certificate"},
			{s.public, certificateError, PublicKey, "this is a public key (pub_key.pem), not a certificate"},
			{s.key, publicKeyError, PrivateKey, "this is a private key (apiclient_key.pem), not a public key; WeChat Pay's public key is in pub_key.pem"},
			{s.request, certificateError, request, "this is a certificate request (CSR), not a certificate"},
		} {
			err := c.read([]byte(miss(c.text)))
			if e, ok := errors.AsType[*KeyError](err); !ok || e.Got != c.got || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		if err := privateKeyError([]byte(miss(s.ec))); name != "DER" && name != "the body alone" && name != "no END" && !strings.HasPrefix(name, "the body,") &&
			(err == nil || !strings.Contains(err.Error(), "elliptic curve")) {
			t.Errorf("EC key, %s: %v", name, err)
		}
	}
	both := s.cert + s.key
	if got, err := ParsePrivateKey([]byte(both)); err != nil || !got.Equal(key) {
		t.Errorf("a key after a certificate: %v", err)
	}
}

func privateKeyError(text []byte) error {
	_, err := ParsePrivateKey(text)
	return err
}

func certificateError(text []byte) error {
	_, err := ParseCertificate(text)
	return err
}

func publicKeyError(text []byte) error {
	_, err := ParsePublicKey(text)
	return err
}

// Generated once with openssl 3.0: pkcs12 -export -passout pass:x; crl2pkcs7 -nocrl; the first 64
// bytes are enough.
const (
	p12Start = "\x30\x82\x09\x3f\x02\x01\x03\x30\x82\x08\xf5\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x82"
	p7bStart = "\x30\x82\x03\x1e\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x82\x03\x0f\x30\x82\x03\x0b\x02"
	// EncryptedPrivateKeyInfo: SEQUENCE, SEQUENCE, OID PBES2
	encryptedStart = "\x30\x82\x05\x2c\x30\x56\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d\x30\x49\x30\x29\x06\x09\x2a"
)

// filled pads the start of a DER structure to the size that it states.
func filled(start string) string {
	return start + strings.Repeat("\x00", 4+int(start[2])<<8+int(start[3])-len(start))
}

func TestMistakenTexts(t *testing.T) {
	s := samples()
	encode := func(kind, der string) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte(der)}))
	}
	b64 := func(der string) string { return base64.StdEncoding.EncodeToString([]byte(der)) }
	dek := "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0102030405060708090A0B0C0D0E0F10\n\n" + bodyOf(s.pkcs1) + "-----END RSA PRIVATE KEY-----\n"
	for name, c := range map[string]struct{ text, en, zh string }{
		"nothing":             {"", "it is empty", "内容为空"},
		"blanks":              {" \r\n", "it is empty", "内容为空"},
		"quotes alone":        {`""`, "it is empty", "内容为空"},
		"hello":               {"hello", "not a PEM file; the private key is in apiclient_key.pem, which begins with -----BEGIN PRIVATE KEY-----", "不是 PEM 文件"},
		"URL":                 {"https://pay.weixin.qq.com/apiclient_key.pem", "this is a URL, not a private key", "这是网址，不是私钥"},
		"path":                {"./cert/apiclient_key.pem", "this is the path of a file", "这是文件路径"},
		"Windows path":        {`C:\cert\apiclient_key.pem`, "this is the path of a file", "这是文件路径"},
		"file name":           {"apiclient_key.pem", "this is the path of a file", "这是文件路径"},
		"web page":            {"<!DOCTYPE html>\n<html>", "this is a web page", "这是网页"},
		"JSON":                {`{"code":"SUCCESS"}`, "this is JSON", "这是 JSON"},
		"API key":             {strings.Repeat("Ab1d", 8), "this is an API key (32 characters)", "这是 API 密钥"},
		"serial":              {"5DEA10EF55877E3CF6C33255C2E7DEFFF7E427EC", "this is a certificate's serial number", "这是证书序列号"},
		"public key id":       {"PUB_KEY_ID_0000000000000024101100397200000006", "this is the ID of a public key", "这是公钥 ID"},
		"p12":                 {filled(p12Start), "this is a PKCS #12 archive (apiclient_cert.p12)", "这是 PKCS #12 文件"},
		"p12, base64":         {b64(filled(p12Start)), "this is a PKCS #12 archive (apiclient_cert.p12)", "这是 PKCS #12 文件"},
		"p7b":                 {encode("PKCS7", filled(p7bStart)), "this is a PKCS #7 file (CertTrustChain.p7b)", "这是 PKCS #7 文件"},
		"encrypted":           {encode("ENCRYPTED PRIVATE KEY", filled(encryptedStart)), "the private key is encrypted; decrypt it first: openssl pkey", "私钥已加密"},
		"encrypted body":      {b64(filled(encryptedStart)), "the private key is encrypted", "私钥已加密"},
		"encrypted, old":      {dek, "the private key is encrypted", "私钥已加密"},
		"encrypted, one line": {strings.ReplaceAll(dek, "\n", `\n`), "the private key is encrypted", "私钥已加密"},
		"OpenSSH":             {encode("OPENSSH PRIVATE KEY", "openssh-key-v1\x00"), "this is an OpenSSH key", "这是 OpenSSH 密钥"},
		"ssh public":          {"ssh-rsa AAAAB3NzaC1yc2E me@host", "this is an OpenSSH key", "这是 OpenSSH 密钥"},
		"keystore":            {"\xFE\xED\xFE\xED\x00\x00\x00\x02\x00", "this is a Java keystore", "这是 Java 密钥库"},
		"EC":                  {s.ec, "this is an elliptic curve key; WeChat Pay uses RSA", "这是椭圆曲线密钥"},
		"cut":                 {s.key[:200], "the PEM text is cut off", "PEM 内容不完整"},
		"cut body":            {bodyOf(s.key)[:65*3], "the PEM text is cut off", "PEM 内容不完整"},
		"masked":              {strings.Replace(s.key, bodyOf(s.key)[100:120], "********************", 1), "the base64 of the PEM text is damaged", "base64 已损坏"},
		"rubbish":             {encode("PRIVATE KEY", "x"), "there is no private key in the PEM text", "PEM 内容中没有私钥"},
		"large":               {strings.Repeat("x", maxKeyText+1), "not a PEM file: it has 65537 bytes", "不是 PEM 文件"},
	} {
		_, err := ParsePrivateKey([]byte(c.text))
		e, ok := errors.AsType[*KeyError](err)
		if !ok || !strings.HasPrefix(err.Error(), c.en) || !strings.Contains(e.In("zh-CN"), c.zh) {
			t.Errorf("%s: %v, %q; want %s, %s", name, err, e.In("zh"), c.en, c.zh)
		}
		for _, read := range []func([]byte) error{privateKeyError, certificateError, publicKeyError} {
			if err := read([]byte(c.text)); err == nil || leaks(err.Error(), c.text) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// leaks reports whether an error holds 12 characters of a text that no message has of its own.
func leaks(message, text string) bool {
	for _, known := range []string{"apiclient_key.pem", "BEGIN PRIVATE KEY", " PRIVATE KEY", "-----", "apiclient_cert"} {
		text = strings.ReplaceAll(text, known, "\x00")
	}
	for i := 0; i+12 <= len(text); i++ {
		if strings.Contains(message, text[i:i+12]) {
			return true
		}
	}
	return false
}

func FuzzPEM(f *testing.F) {
	s := samples()
	for _, miss := range nearMisses {
		f.Add([]byte(miss(s.public)))
	}
	for _, text := range []string{s.key, s.cert, s.ec, s.request} {
		f.Add([]byte(text))
	}
	for _, start := range []string{p12Start, p7bStart, encryptedStart, "http://", "/a.pem", "<html>", "PUB_KEY_ID_01"} {
		f.Add([]byte(start))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		for _, read := range []func([]byte) error{privateKeyError, certificateError, publicKeyError} {
			err := read(text)
			if err == nil {
				continue
			}
			e, ok := errors.AsType[*KeyError](err)
			if !ok || e.Error() == "" || e.In("zh") == "" || e.In("zh") == e.Error() || len(e.Error()) > 200 {
				t.Errorf("%#v", err)
			}
		}
		if !bytes.Equal(before, text) {
			t.Error("the text was changed")
		}
	})
}

func TestCheckAPIv3Key(t *testing.T) {
	good := "0123456789abcdefABCDEF0123456789"
	for key, want := range map[string]string{
		good:                    "",
		strings.Repeat("k", 32): "",
		"":                      "is empty",
		good + "\r":             "carriage return",
		good + "\r\n":           "carriage return",
		good + "\n":             "ends in a line break",
		" " + good:              "begins or ends with a blank",
		`"` + good + `"`:        "has quotes",
		good[:31]:               "must have 32 characters, not 31",
		good[:30] + "é":         "not printable ASCII",
		fmt.Sprintf("%x", good): "64 hex digits",
		base64.StdEncoding.EncodeToString([]byte(good)):    "this is base64",
		base64.RawStdEncoding.EncodeToString([]byte(good)): "this is base64",
		strings.Repeat("*", 32):                            "this is a mask",
		samples().key:                                      "ends in a line break",
		strings.TrimSpace(samples().key):                   "this is a PEM file",
		"5DEA10EF55877E3CF6C33255C2E7DEFFF7E427EC":         "serial number",
		"PUB_KEY_ID_0000000000000024101100397200000006":    "ID of a public key",
	} {
		err := CheckAPIv3Key(key)
		if want == "" && err == nil {
			continue
		}
		e, ok := errors.AsType[*KeyError](err)
		if want == "" || !ok || !strings.Contains(err.Error(), want) || e.In("zh") == "" || key != "" && leaks(err.Error(), key) {
			t.Errorf("%q: %v, want %s", key, err, want)
		}
	}
}
