package checkup

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/credentials"
	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/sign"
)

// expiresSoon is how long before its end a certificate is warned of.
const expiresSoon = 30 * 24 * time.Hour

var (
	mchidForm  = regexp.MustCompile(`^\d{8,10}$`)
	appidForm  = regexp.MustCompile(`^wx[0-9a-f]{16}$`)
	corpidForm = regexp.MustCompile(`^ww[0-9a-f]{16}$`)
)

// merchantCheck checks a merchant's credentials: each on its own, so that one failure does not stop
// the others, and then whether they belong together.
type merchantCheck struct {
	report
	values credentials.Values
	now    time.Time
	m      *wxup.Merchant // what could be read
	key    *rsa.PrivateKey
	cert   *x509.Certificate
}

// checkMerchant returns the merchant as far as it could be read.
func checkMerchant(r report, v credentials.Values, now time.Time) *wxup.Merchant {
	c := &merchantCheck{report: r, values: v, now: now, m: &wxup.Merchant{MchID: v.Get("mchid")}}
	if mchidForm.MatchString(c.m.MchID) {
		r.pass("mchid", phrase.Both(c.m.MchID))
	} else {
		r.warn("mchid", texts.Text("%.40q is not 8 to 10 digits", c.m.MchID), texts.Text("a merchant number is 10 digits, such as 1900009191: see pay.weixin.qq.com, Account Center"))
	}
	if err := v.Swapped(); err != nil {
		r.fail("pair", said(err), phrase.Text{})
	}
	c.privateKey()
	c.certificate()
	if c.key != nil && c.cert != nil {
		r.either(c.key.PublicKey.Equal(c.cert.PublicKey), "pair", texts.Text("key and certificate belong together"),
			texts.Text("the key is not that of the certificate: every signature will be wrong"), texts.Text("take both files from the same download"))
	}
	c.p12()
	c.serial()
	c.apiKeys()
	c.platform()
	c.payV2()
	return c.m
}

func (c *merchantCheck) privateKey() {
	key, set, err := credentials.Parsed(c.values, "mch_key", sign.ParsePrivateKey)
	switch {
	case err != nil:
		c.unread("key", err, texts.Text("it must be apiclient_key.pem, the file that the certificate tool made; not the certificate, not an API key"))
	case set:
		c.key, c.m.PrivateKey = key, key
		c.either(key.N.BitLen() == 2048, "key", texts.Text("RSA, 2048 bits"), texts.Text("RSA with %d bits", key.N.BitLen()), texts.Text("WeChat's merchant keys have 2048 bits"))
	case c.values.Has("mch_p12"):
		c.skip("key", texts.Text("not set (WXUP_MCH_KEY_FILE); that of the p12 is used"))
	case c.values.Has("apiv2_key"):
		c.skip("key", texts.Text("not set (WXUP_MCH_KEY_FILE): no Pay v3"))
	default:
		c.fail("key", texts.Text("not set"), texts.Text("set WXUP_MCH_KEY_FILE to apiclient_key.pem"))
	}
}

func (c *merchantCheck) certificate() {
	cert, set, err := credentials.Parsed(c.values, "mch_cert", sign.ParseCertificate)
	if err != nil {
		c.unread("certificate", err, texts.Text("it must be apiclient_cert.pem"))
		return
	}
	if !set {
		c.skip("certificate", texts.Text("not set (WXUP_MCH_CERT_FILE)"))
		return
	}
	c.cert = cert
	until := cert.NotAfter.Format(time.DateOnly)
	switch left := cert.NotAfter.Sub(c.now); {
	case c.now.Before(cert.NotBefore):
		c.fail("certificate", texts.Text("valid only from %s on", cert.NotBefore.Format(time.DateTime)), texts.Text("is this machine's clock right?"))
	case left < 0:
		c.fail("certificate", texts.Text("expired on %s", until), texts.Text("apply for a new one: pay.weixin.qq.com, API security"))
	case left < expiresSoon:
		c.warn("certificate", texts.Text("expires on %s", until), texts.Text("apply for a new one now; both are valid side by side"))
	default:
		c.pass("certificate", texts.Text("until %s", until))
	}
	if name := cert.Subject.CommonName; name != c.m.MchID {
		c.fail("certificate", texts.Text("it is of %.40q, not of %s", name, c.m.MchID),
			texts.Text("use the certificate of this merchant, or set WXUP_MCHID to its number; WeChat's own certificate (wechatpay_…) does not belong here"))
	}
}

func (c *merchantCheck) p12() {
	file := c.values["WXUP_MCH_P12_FILE"]
	if file == "" {
		return
	}
	pair, err := c.values.P12(c.m.MchID)
	name := filepath.Base(file)
	var unread *credentials.FileError
	switch {
	case errors.As(err, &unread):
		c.unread("p12", err, phrase.Text{})
		return
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		c.fail("p12", texts.Text("%s does not open with the merchant number as its password", name), texts.Text("its password is the merchant number, 10 digits, unless somebody has changed it"))
		return
	case err != nil:
		c.fail("p12", texts.Text("%s cannot be read as PKCS#12", name), texts.Text("it must be apiclient_cert.p12"))
		return
	case c.cert != nil && !c.cert.Equal(pair.Leaf):
		c.warn("p12", texts.Text("it holds another certificate: %s", sign.Serial(pair.Leaf)), texts.Text("Pay v2 uses the PEM files then"))
	default:
		c.pass("p12", texts.Text("opens, %s", sign.Serial(pair.Leaf)))
	}
	c.m.Certificate = pair
	if key, ok := pair.PrivateKey.(*rsa.PrivateKey); ok && c.key == nil && c.cert == nil {
		c.key, c.m.PrivateKey, c.cert = key, key, pair.Leaf
	}
}

func (c *merchantCheck) serial() {
	serial, err := c.values.Line("mch_serial")
	switch {
	case err != nil:
		c.unread("serial", err, phrase.Text{})
	case serial == "" && c.cert == nil:
		if c.key != nil {
			c.fail("serial", texts.Text("WXUP_MCH_SERIAL is not set, and there is no certificate to take it from"), phrase.Both("openssl x509 -in apiclient_cert.pem -noout -serial"))
		}
	case serial == "":
		c.m.SerialNo = sign.Serial(c.cert)
		c.pass("serial", texts.Text("%s, taken from the certificate", c.m.SerialNo))
	case sign.IsPublicKeyID(serial):
		c.fail("serial", texts.Text("it is the id of WeChat's public key"), texts.Text("WXUP_MCH_SERIAL is that of the merchant's certificate"))
	case c.cert != nil && !sign.SameSerial(serial, sign.Serial(c.cert)):
		c.fail("serial", texts.Text("%s is not the certificate's, %s", serial, sign.Serial(c.cert)), phrase.Both("WXUP_MCH_SERIAL="+sign.Serial(c.cert)))
	default:
		c.m.SerialNo = serial
		c.pass("serial", phrase.Both(serial))
	}
}

func (c *merchantCheck) apiKeys() {
	c.m.APIv3Key = c.apiKey("apiv3_key", "APIv3 key", texts.Text("the APIv3 key has 32 letters and digits: pay.weixin.qq.com, API security"))
	c.m.APIv2Key = c.apiKey("apiv2_key", "APIv2 key", texts.Text("the APIv2 key has 32 letters and digits: pay.weixin.qq.com, API security"))
	if c.m.APIv3Key != "" && c.m.APIv3Key == c.m.APIv2Key {
		c.warn("APIv3 key", texts.Text("it is the same as the APIv2 key"), texts.Text("they are set separately at pay.weixin.qq.com, API security: is WXUP_APIV3_KEY really the APIv3 key?"))
	}
}

func (c *merchantCheck) apiKey(name, check string, do phrase.Text) string {
	text, err := c.values.Line(name)
	switch {
	case err != nil:
		c.unread(check, err, phrase.Text{})
		return ""
	case text == "":
		c.skip(check, texts.Text("not set"))
	case name == "apiv3_key" && sign.CheckAPIv3Key(text) != nil:
		c.fail(check, said(sign.CheckAPIv3Key(text)), do)
	case strings.Contains(text, "-----BEGIN"):
		c.fail(check, texts.Text("it is a PEM file"), do)
	case strings.TrimSpace(text) != text:
		c.fail(check, texts.Text("there is a space at an end of it"), do)
	case len(text) != 32:
		c.fail(check, texts.Text("it has %d bytes", len(text)), do)
	default:
		c.pass(check, texts.Text("32 bytes"))
	}
	return text
}

// platform looks for the ways to verify WeChat's answers.
func (c *merchantCheck) platform() {
	found := c.platformCertificate()
	if c.publicKey() || found {
		return
	}
	if c.m.APIv3Key == "" && c.key != nil {
		c.fail("platform", texts.Text("there is no way to verify answers"), texts.Text("set WXUP_PLATFORM_PUBKEY_FILE and WXUP_PLATFORM_PUBKEY_ID (new merchants), or WXUP_APIV3_KEY"))
	}
}

func (c *merchantCheck) platformCertificate() (set bool) {
	cert, set, err := credentials.Parsed(c.values, "platform_cert", sign.ParseCertificate)
	switch {
	case err != nil:
		c.unread("platform", err, texts.Text("it must be WeChat's certificate, wechatpay_….pem"))
		return true
	case !set:
	case c.cert != nil && cert.Equal(c.cert):
		c.fail("platform", texts.Text("the platform certificate is the merchant's own"), texts.Text("it must be WeChat's: wechatpay_….pem; or leave it out and set WXUP_APIV3_KEY"))
	case c.now.After(cert.NotAfter):
		c.fail("platform", texts.Text("the platform certificate expired on %s", cert.NotAfter.Format(time.DateOnly)), texts.Text("leave it out and set WXUP_APIV3_KEY: the current one is fetched then"))
	default:
		c.m.PlatformCertificates = []*x509.Certificate{cert}
		c.pass("platform", texts.Text("certificate %s", sign.Serial(cert)))
	}
	return set
}

func (c *merchantCheck) publicKey() (set bool) {
	key, set, err := credentials.Parsed(c.values, "platform_pubkey", sign.ParsePublicKey)
	if err != nil {
		c.unread("platform", err, texts.Text("it must be pub_key.pem"))
		return true
	}
	if !set {
		return false
	}
	id, err := c.values.Line("platform_pubkey_id")
	switch {
	case err != nil:
		c.unread("platform", err, phrase.Text{})
	case !sign.IsPublicKeyID(id):
		c.fail("platform", texts.Text("the public key's id %.60q is not of the form PUB_KEY_ID_…", id), texts.Text("set WXUP_PLATFORM_PUBKEY_ID: it is shown beside the key at pay.weixin.qq.com, API security"))
	default:
		c.m.PublicKeys = map[string]*rsa.PublicKey{id: key}
		c.pass("platform", texts.Text("public key %s", id))
	}
	return true
}

// payV2 warns if there is an APIv2 key but no client certificate.
func (c *merchantCheck) payV2() {
	if c.m.APIv2Key != "" && c.m.Certificate.Certificate == nil && (c.cert == nil || c.key == nil) {
		c.warn("Pay v2", texts.Text("there is no client certificate, so uploadmedia cannot be used"), texts.Text("set WXUP_MCH_CERT_FILE and WXUP_MCH_KEY_FILE, or WXUP_MCH_P12_FILE"))
	}
}
