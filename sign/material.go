package sign

import "strings"

// Material is a kind of text or file that a person may give for a key or a certificate.
type Material string

// The kinds that have a place in a configuration. KeyError.Got may be another string, for display
// only.
const (
	PrivateKey  Material = "private key" // apiclient_key.pem
	Certificate Material = "certificate" // apiclient_cert.pem, a platform certificate (平台证书), a CA's
	PublicKey   Material = "public key"  // pub_key.pem (微信支付公钥)
	PKCS12      Material = "PKCS #12"    // apiclient_cert.p12
	APIv3Key    Material = "APIv3 key"   // 32 characters
)

const (
	empty       Material = "empty"
	encrypted   Material = "encrypted private key"
	ecKey       Material = "EC key"
	sshKey      Material = "OpenSSH key"
	request     Material = "certificate request"
	pkcs7       Material = "PKCS #7"
	keystore    Material = "Java keystore"
	webPage     Material = "web page"
	jsonText    Material = "JSON"
	link        Material = "URL"
	path        Material = "path"
	apiKey      Material = "API key"
	serialNo    Material = "serial number"
	publicKeyID Material = "public key ID"

	merchantCert Material = "merchant certificate"
	platformCert Material = "platform certificate"
)

type words struct{ en, zh string }

func (w *words) Error() string { return w.en }

// In returns the text of an error in a language.
func (w *words) In(lang string) string {
	if lang == "zh" {
		return w.zh
	}
	return w.en
}

// names are the kinds as a message names them.
var names = map[Material]words{
	PrivateKey:  {"a private key (apiclient_key.pem)", "私钥（apiclient_key.pem）"},
	Certificate: {"a certificate", "证书"},
	PublicKey:   {"a public key (pub_key.pem)", "公钥（pub_key.pem）"},
	PKCS12:      {"a PKCS #12 archive (apiclient_cert.p12)", " PKCS #12 文件（apiclient_cert.p12）"},
	ecKey:       {"an elliptic curve key", "椭圆曲线密钥"},
	sshKey:      {"an OpenSSH key", " OpenSSH 密钥"},
	request:     {"a certificate request (CSR)", "证书请求（CSR）"},
	pkcs7:       {"a PKCS #7 file (CertTrustChain.p7b)", " PKCS #7 文件（CertTrustChain.p7b）"},
	keystore:    {"a Java keystore", " Java 密钥库"},
	webPage:     {"a web page", "网页"},
	jsonText:    {"JSON", " JSON"},
	link:        {"a URL", "网址"},
	path:        {"the path of a file", "文件路径"},
	apiKey:      {"an API key (32 characters)", " API 密钥（32 个字符）"},
	serialNo:    {"a certificate's serial number", "证书序列号"},
	publicKeyID: {"the ID of a public key", "公钥 ID"},

	merchantCert: {"the merchant certificate (apiclient_cert.pem)", "商户 API 证书（apiclient_cert.pem）"},
	platformCert: {"a platform certificate", "平台证书"},
}

// wanted are the kinds that the readers return: their names, and where to find one.
var wanted = map[Material]struct{ name, source words }{
	PrivateKey: {words{"a private key", "私钥"},
		words{"the private key is in apiclient_key.pem, which begins with -----BEGIN PRIVATE KEY-----",
			"私钥在 apiclient_key.pem 中，以 -----BEGIN PRIVATE KEY----- 开头"}},
	Certificate: {words{"a certificate", "证书"},
		words{"a certificate begins with -----BEGIN CERTIFICATE-----", "证书以 -----BEGIN CERTIFICATE----- 开头"}},
	PublicKey: {words{"a public key", "公钥"},
		words{"WeChat Pay's public key is in pub_key.pem, which begins with -----BEGIN PUBLIC KEY-----",
			"微信支付公钥在 pub_key.pem 中，以 -----BEGIN PUBLIC KEY----- 开头"}},
}

// A KeyError says why a text is not the key or certificate that was wanted. It never holds any part
// of the text.
type KeyError struct {
	Want Material
	Got  Material // what the text is instead; "" if it is the right thing but damaged, or nothing known

	text words
}

func (e *KeyError) Error() string { return e.text.en }

// In returns the message in "en" or "zh".
func (e *KeyError) In(lang string) string {
	if strings.HasPrefix(lang, "zh") {
		return e.text.zh
	}
	return e.text.en
}

// mistaken is the error of a text that is got where want is needed.
func mistaken(want, got Material) *KeyError {
	w := wanted[want]
	e := &KeyError{Want: want, Got: got}
	switch got {
	case empty:
		e.text = words{"it is empty; " + w.source.en, "内容为空；" + w.source.zh}
	case encrypted:
		e.text = words{"the private key is encrypted; decrypt it first: openssl pkey -in KEY -out apiclient_key.pem",
			"私钥已加密，请先解密：openssl pkey -in KEY -out apiclient_key.pem"}
	case ecKey:
		e.text = words{"this is an elliptic curve key; WeChat Pay uses RSA", "这是椭圆曲线密钥；微信支付使用 RSA"}
	case path:
		e.text = words{"this is the path of a file, where the file's content is expected", "这是文件路径，此处应为文件内容"}
	default:
		name := names[got]
		e.text = words{"this is " + name.en + ", not " + w.name.en + "; " + w.source.en,
			"这是" + name.zh + "，不是" + w.name.zh + "；" + w.source.zh}
	}
	return e
}

// damaged is the error of a text that may be what is wanted, but cannot be read.
func damaged(want Material, en, zh string) *KeyError {
	return &KeyError{Want: want, text: words{en, zh}}
}
