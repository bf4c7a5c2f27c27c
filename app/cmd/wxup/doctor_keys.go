package main

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/sign"
)

// soon is how long before its end a certificate is warned of.
const soon = 30 * 24 * time.Hour

// keys looks over what is on this machine: each thing for itself, then whether they belong together.
func (d *doctor) keys() {
	if d.get("WXUP_MCHID") == "" && d.get("WXUP_APPID") == "" && d.get("WXUP_ACCESS_TOKEN") == "" {
		d.fail("credentials", failed, "there are none", "没有任何凭据",
			"set WXUP_MCHID and WXUP_MCH_KEY_FILE (Pay), WXUP_APPID and WXUP_APPSECRET (Official Account), or start wxup serve",
			"设置 WXUP_MCHID 与 WXUP_MCH_KEY_FILE（支付）、WXUP_APPID 与 WXUP_APPSECRET（公众号），或启动 wxup serve")
		return
	}
	if d.get("WXUP_MCHID") != "" {
		d.merchantKeys()
	}
	if d.get("WXUP_APPID") != "" {
		d.appKeys()
	}
}

func (d *doctor) merchantKeys() {
	m := &wxup.Merchant{MchID: d.get("WXUP_MCHID")}
	d.merchant = m
	if ok, _ := regexp.MatchString(`^\d{8,10}$`, m.MchID); ok {
		d.pass("mchid", m.MchID, m.MchID)
	} else {
		d.fail("mchid", warned, fmt.Sprintf("%.40q is not 8 to 10 digits", m.MchID), fmt.Sprintf("%.40q 不是 8 到 10 位数字", m.MchID),
			"a merchant number is 10 digits, such as 1900009191: see pay.weixin.qq.com, Account Center", "商户号是 10 位数字，如 1900009191：见 pay.weixin.qq.com 账户中心")
	}
	key := d.privateKey()
	cert := d.certificate(m.MchID)
	d.pair(key, cert)
	if key != nil {
		m.PrivateKey = key
	}
	d.serial(cert)
	d.p12(key, cert)
	d.apiKeys()
	d.platform(cert)
}

// unread tells of a credential's file that is not there, or that this user cannot read, or too many others can. It reports
// whether err was one of these.
func (d *doctor) unread(check, name string, err error) bool {
	variable := flagTwin(name) + "_FILE"
	file := d.get(variable)
	if err == nil || file == "" {
		return false
	}
	mode := devkeys.CheckKeyFile(file)
	fi, there := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.fail(check, failed, file+" is not there", file+" 不存在", "set "+variable+" to where it is", variable+" 应为文件所在的路径")
	case errors.Is(err, fs.ErrPermission):
		d.fail(check, failed, file+" cannot be read by this user", "当前用户无法读取 "+file, "run this as its owner, or change the owner", "请以文件所有者身份运行，或更改所有者")
	case there == nil && fi.Mode().IsRegular() && mode != nil && strings.HasSuffix(err.Error(), mode.Error()):
		perm := fi.Mode().Perm()
		d.fail(check, failed, fmt.Sprintf("%s can be reached by its group or by others (mode %04o)", file, perm), fmt.Sprintf("%s 可被同组或其他用户访问（权限 %04o）", file, perm),
			"chmod 600 "+quoteValue(file), "chmod 600 "+quoteValue(file))
	default:
		return false
	}
	return true
}

func (d *doctor) privateKey() *rsa.PrivateKey {
	key, there, err := credentialParsed(d.get, "mch_key", sign.ParsePrivateKey)
	switch {
	case d.unread("key", "mch_key", err):
	case err != nil:
		d.fail("key", failed, err.Error(), err.Error(), "it must be apiclient_key.pem, the file that the certificate tool made; not the certificate, not an API key",
			"应当是证书工具生成的 apiclient_key.pem，而不是证书或 API 密钥")
	case !there:
		d.pass("key", "none is set (WXUP_MCH_KEY_FILE): no Pay v3", "未设置（WXUP_MCH_KEY_FILE）：无法使用支付 v3", skipped)
	case key.N.BitLen() != 2048:
		d.fail("key", failed, fmt.Sprintf("RSA with %d bits", key.N.BitLen()), fmt.Sprintf("RSA %d 位", key.N.BitLen()), "WeChat's merchant keys have 2048", "微信的商户私钥为 2048 位")
	default:
		d.pass("key", "RSA, 2048 bits", "RSA 2048 位")
	}
	return key
}

func (d *doctor) certificate(mchid string) *x509.Certificate {
	cert, there, err := credentialParsed(d.get, "mch_cert", sign.ParseCertificate)
	switch {
	case d.unread("certificate", "mch_cert", err):
		return nil
	case err != nil:
		d.fail("certificate", failed, err.Error(), err.Error(), "it must be apiclient_cert.pem", "应当是 apiclient_cert.pem")
		return nil
	case !there:
		d.pass("certificate", "none is set (WXUP_MCH_CERT_FILE)", "未设置（WXUP_MCH_CERT_FILE）", skipped)
		return nil
	}
	now := time.Now()
	left := cert.NotAfter.Sub(now)
	until := cert.NotAfter.Format(time.DateOnly)
	switch {
	case now.Before(cert.NotBefore):
		d.fail("certificate", failed, "valid only from "+cert.NotBefore.Format(time.DateTime)+" on", "自 "+cert.NotBefore.Format(time.DateTime)+" 起才有效", "is this machine's clock right?", "本机时钟是否准确？")
	case left < 0:
		d.fail("certificate", failed, "ended on "+until, "已于 "+until+" 过期", "apply for a new one: pay.weixin.qq.com, API security", "请申请新证书：pay.weixin.qq.com → API 安全")
	case left < soon:
		d.fail("certificate", warned, "ends on "+until, "将于 "+until+" 过期", "apply for a new one now; both are valid side by side", "现在就申请新证书；新旧证书可并存")
	default:
		d.pass("certificate", "until "+until, "有效期至 "+until)
	}
	if name := cert.Subject.CommonName; name != mchid {
		d.fail("certificate", failed, fmt.Sprintf("it is of %.40q, not of %s", name, mchid), fmt.Sprintf("属于 %.40q，而不是 %s", name, mchid),
			"use the certificate of this merchant, or set WXUP_MCHID to its number; WeChat's own certificate (wechatpay_…) has no place here",
			"使用该商户的证书，或把 WXUP_MCHID 改为证书的商户号；不要使用平台证书（wechatpay_…）")
	}
	return cert
}

func (d *doctor) pair(key *rsa.PrivateKey, cert *x509.Certificate) {
	if key == nil || cert == nil {
		return
	}
	if key.PublicKey.Equal(cert.PublicKey) {
		d.pass("pair", "key and certificate belong together", "私钥与证书匹配")
		return
	}
	d.fail("pair", failed, "the key is not that of the certificate: every signature will be wrong", "私钥与证书不匹配：所有签名都会错误",
		"take both files from the same download", "两个文件应来自同一次下载")
}

func (d *doctor) serial(cert *x509.Certificate) {
	serial, err := credentialLine(d.get, "mch_serial")
	switch {
	case d.unread("serial", "mch_serial", err):
	case err != nil:
		d.fail("serial", failed, err.Error(), err.Error(), "", "")
	case serial == "" && cert == nil:
		if d.merchant.PrivateKey != nil {
			d.fail("serial", failed, "WXUP_MCH_SERIAL is not set, and there is no certificate to take it from", "未设置 WXUP_MCH_SERIAL，也没有证书可取",
				"openssl x509 -in apiclient_cert.pem -noout -serial", "openssl x509 -in apiclient_cert.pem -noout -serial")
		}
	case serial == "":
		d.merchant.SerialNo = sign.Serial(cert)
		d.pass("serial", d.merchant.SerialNo+", taken from the certificate", d.merchant.SerialNo+"（取自证书）")
	case sign.IsPublicKeyID(serial):
		d.fail("serial", failed, "it is the id of WeChat's public key", "这是微信支付公钥的 ID", "WXUP_MCH_SERIAL is that of the merchant's certificate", "WXUP_MCH_SERIAL 应为商户证书的序列号")
	case cert != nil && !sign.SameSerial(serial, sign.Serial(cert)):
		d.fail("serial", failed, serial+" is not the certificate's, "+sign.Serial(cert), serial+" 不是证书的序列号 "+sign.Serial(cert), "WXUP_MCH_SERIAL="+sign.Serial(cert), "WXUP_MCH_SERIAL="+sign.Serial(cert))
	default:
		d.merchant.SerialNo = serial
		d.pass("serial", serial, serial)
	}
}

func (d *doctor) p12(key *rsa.PrivateKey, cert *x509.Certificate) {
	file := d.get("WXUP_MCH_P12_FILE")
	if file == "" {
		return
	}
	pair, err := readP12(file, d.merchant.MchID)
	switch {
	case d.unread("p12", "mch_p12", err):
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		d.fail("p12", failed, err.Error(), filepath.Base(file)+" 的密码不是商户号", "its password is the merchant number, 10 digits, unless somebody has changed it", "密码默认为 10 位商户号")
	case err != nil:
		d.fail("p12", failed, filepath.Base(file)+" cannot be read as PKCS#12", filepath.Base(file)+" 不是可读取的 PKCS#12 文件", "it must be apiclient_cert.p12", "应当是 apiclient_cert.p12")
	case cert != nil && !cert.Equal(pair.Leaf):
		d.fail("p12", warned, "it holds another certificate: "+sign.Serial(pair.Leaf), "其中是另一张证书："+sign.Serial(pair.Leaf), "Pay v2 uses the PEM files then", "支付 v2 将使用 PEM 文件")
	default:
		d.pass("p12", "opens, "+sign.Serial(pair.Leaf), "可以打开，"+sign.Serial(pair.Leaf))
	}
	if err == nil {
		d.merchant.Certificate = pair
	}
}

func (d *doctor) apiKeys() {
	for _, k := range []struct{ name, check, en, zh string }{
		{"apiv3_key", "APIv3 key", "the APIv3 key has 32 bytes: pay.weixin.qq.com, API security", "APIv3 密钥为 32 字节：pay.weixin.qq.com → API 安全"},
		{"apiv2_key", "APIv2 key", "the APIv2 key has 32 letters and digits: pay.weixin.qq.com, API security", "APIv2 密钥为 32 位字母数字：pay.weixin.qq.com → API 安全"},
	} {
		text, err := credentialLine(d.get, k.name)
		switch {
		case d.unread(k.check, k.name, err):
		case err != nil:
			d.fail(k.check, failed, err.Error(), err.Error(), "", "")
		case text == "":
			d.pass(k.check, "not set", "未设置", skipped)
		case len(text) != 32:
			d.fail(k.check, failed, fmt.Sprintf("it has %d bytes", len(text)), fmt.Sprintf("长度为 %d 字节", len(text)), k.en, k.zh)
		case strings.TrimSpace(text) != text:
			d.fail(k.check, failed, "there is a space at an end of it", "首尾有空格", k.en, k.zh)
		default:
			d.pass(k.check, "32 bytes", "32 字节")
		}
		if k.name == "apiv3_key" && err == nil {
			d.merchant.APIv3Key = text
		}
	}
}

// platform looks for the ways to verify WeChat's answers.
func (d *doctor) platform(own *x509.Certificate) {
	known := 0
	cert, there, err := credentialParsed(d.get, "platform_cert", sign.ParseCertificate)
	switch {
	case d.unread("platform", "platform_cert", err):
	case err != nil:
		d.fail("platform", failed, err.Error(), err.Error(), "it must be WeChat's certificate, wechatpay_….pem", "应当是平台证书 wechatpay_….pem")
	case there:
		known++
		switch {
		case own != nil && cert.Equal(own):
			d.fail("platform", failed, "the platform certificate is the merchant's own", "平台证书填成了商户自己的证书", "it must be WeChat's: wechatpay_….pem, or leave it out and set WXUP_APIV3_KEY", "应为微信的 wechatpay_….pem；也可不填，改设 WXUP_APIV3_KEY")
		case time.Now().After(cert.NotAfter):
			d.fail("platform", failed, "the platform certificate ended on "+cert.NotAfter.Format(time.DateOnly), "平台证书已于 "+cert.NotAfter.Format(time.DateOnly)+" 过期", "leave it out and set WXUP_APIV3_KEY: the current one is fetched then", "去掉它并设置 WXUP_APIV3_KEY，即可自动下载当前证书")
		default:
			d.merchant.PlatformCertificates = []*x509.Certificate{cert}
			d.pass("platform", "certificate "+sign.Serial(cert), "平台证书 "+sign.Serial(cert))
		}
	}
	public, there, err := credentialParsed(d.get, "platform_pubkey", sign.ParsePublicKey)
	switch {
	case d.unread("platform", "platform_pubkey", err):
	case err != nil:
		d.fail("platform", failed, err.Error(), err.Error(), "it must be pub_key.pem", "应当是 pub_key.pem")
	case there:
		known++
		id, _ := credentialLine(d.get, "platform_pubkey_id")
		switch {
		case !sign.IsPublicKeyID(id):
			d.fail("platform", failed, fmt.Sprintf("the public key's id %.60q is not of the form PUB_KEY_ID_…", id), fmt.Sprintf("公钥 ID %.60q 的格式不是 PUB_KEY_ID_…", id), "set WXUP_PLATFORM_PUBKEY_ID: it stands beside the key at pay.weixin.qq.com, API security", "设置 WXUP_PLATFORM_PUBKEY_ID：见 pay.weixin.qq.com → API 安全")
		default:
			d.merchant.PublicKeys = map[string]*rsa.PublicKey{id: public}
			d.pass("platform", "public key "+id, "微信支付公钥 "+id)
		}
	}
	if known == 0 && d.merchant.APIv3Key == "" && d.merchant.PrivateKey != nil {
		d.fail("platform", failed, "there is no way to verify answers", "没有任何验证应答的方式",
			"set WXUP_PLATFORM_PUBKEY_FILE and WXUP_PLATFORM_PUBKEY_ID (new merchants), or WXUP_APIV3_KEY", "设置 WXUP_PLATFORM_PUBKEY_FILE 与 WXUP_PLATFORM_PUBKEY_ID（新商户），或 WXUP_APIV3_KEY")
	}
}

func (d *doctor) appKeys() {
	app := &wxup.App{AppID: d.get("WXUP_APPID"), Stable: true}
	if ok, _ := regexp.MatchString(`^wx[0-9a-f]{16}$`, app.AppID); ok {
		d.pass("appid", app.AppID, app.AppID)
	} else {
		d.fail("appid", warned, fmt.Sprintf("%.40q is not wx and 16 hex digits", app.AppID), fmt.Sprintf("%.40q 不是 wx 加 16 位十六进制", app.AppID), "see mp.weixin.qq.com, Basic configuration; a gh_… id is something else", "见 mp.weixin.qq.com → 基本配置；gh_… 是原始 ID，不是 AppID")
	}
	secret, err := credentialLine(d.get, "appsecret")
	switch {
	case d.unread("appsecret", "appsecret", err):
	case err != nil:
		d.fail("appsecret", failed, err.Error(), err.Error(), "", "")
	case secret == "":
		d.pass("appsecret", "not set", "未设置", skipped)
	case len(secret) != 32:
		d.fail("appsecret", failed, fmt.Sprintf("it has %d characters, not 32", len(secret)), fmt.Sprintf("长度为 %d，应为 32", len(secret)), "copy it again: mp.weixin.qq.com, Basic configuration", "请重新复制：mp.weixin.qq.com → 基本配置")
	default:
		app.Secret = secret
		d.app = app
		d.pass("appsecret", "32 characters", "32 位")
	}
}
