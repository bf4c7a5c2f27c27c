package wxup

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/wxup/wxup/internal/carry"
	"github.com/wxup/wxup/sign"
)

// FromEnv makes a Client from the environment:
//
//	WXUP_MCHID WXUP_MCH_SERIAL WXUP_MCH_KEY WXUP_MCH_CERT WXUP_APIV2_KEY WXUP_APIV3_KEY
//	WXUP_ECOMMERCE (true: Merchant.ECommerce)
//	WXUP_PLATFORM_PUBKEY_ID WXUP_PLATFORM_PUBKEY WXUP_PLATFORM_CERT
//	WXUP_APPID WXUP_APPSECRET, or WXUP_ACCESS_TOKEN; without these WXUP_CORPID WXUP_CORPSECRET
//	WXUP_HTTPS_URL or WXUP_HTTP_URL, WXUP_CA        a server other than WeChat
//
// WXUP_MCH_KEY_FILE and so on name a file that holds the value.
func FromEnv() (*Client, error) { return FromVariables(os.Getenv) }

// FromVariables is [FromEnv] with variables from elsewhere; get returns "" for one that is not set.
func FromVariables(get func(name string) string) (*Client, error) {
	v := &variables{get: get}
	c := &Client{BaseURL: get("WXUP_HTTPS_URL"), Merchant: v.merchant(), Auth: v.auth()}
	if c.BaseURL == "" {
		c.BaseURL = get("WXUP_HTTP_URL")
	}
	if roots := parsed(v, "WXUP_CA", parseRoots); roots != nil {
		rt := carry.Transport.Clone()
		rt.TLSClientConfig = &tls.Config{RootCAs: roots}
		c.Transport = rt
	}
	switch {
	case v.err != nil:
		return nil, v.err
	case c.Merchant == nil && c.Auth == nil:
		return nil, errors.New("no credentials: set WXUP_MCHID and WXUP_MCH_KEY_FILE (WeChat Pay), or WXUP_APPID and WXUP_APPSECRET (Official Account)")
	}
	return c, nil
}

// variables reads variables, and keeps the first error.
type variables struct {
	get func(name string) string
	err error
}

// maxVariable is the maximum size of a file that a variable names, in bytes. A certificate chain
// has some kilobytes.
const maxVariable = 64 << 10

// text returns a variable's value, or the content of the file that it names, and which of the two
// variables is set.
func (v *variables) text(name string) (text []byte, label string) {
	file := v.get(name + "_FILE")
	if file == "" {
		return []byte(v.get(name)), name
	}
	label = name + "_FILE"
	f, err := os.Open(file)
	if err == nil {
		defer f.Close()
		text, err = io.ReadAll(io.LimitReader(f, maxVariable+1))
		if err == nil && len(text) > maxVariable {
			err = fmt.Errorf("%s is larger than %d bytes", file, maxVariable)
		}
	}
	v.fail(label, err)
	return text, label
}

func (v *variables) line(name string) string {
	text, _ := v.text(name)
	return strings.TrimRight(string(text), "\r\n")
}

func (v *variables) fail(label string, err error) {
	if err != nil && v.err == nil {
		v.err = &variableError{label, err}
	}
}

// variableError is an error about a variable's value.
type variableError struct {
	label string
	err   error
}

func (e *variableError) Error() string { return e.In("en") }
func (e *variableError) Unwrap() error { return e.err }

// In returns the text in a language.
func (e *variableError) In(lang string) string {
	return e.label + both{": ", "："}.in(lang) + errorIn(e.err, lang)
}

// parsed is a variable that holds a key or certificates; the zero value if it is not set.
func parsed[T any](v *variables, name string, parse func([]byte) (T, error)) T {
	var none T
	text, label := v.text(name)
	if len(text) == 0 {
		return none
	}
	value, err := parse(text)
	v.fail(label, err)
	return value
}

func parseRoots(text []byte) (*x509.CertPool, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, errors.New("it holds no certificate")
	}
	return roots, nil
}

func parseAPIv3Key(text []byte) (string, error) {
	key := strings.TrimRight(string(text), "\r\n")
	return key, sign.CheckAPIv3Key(key)
}

func parseBool(text []byte) (bool, error) {
	yes, err := strconv.ParseBool(strings.TrimSpace(string(text)))
	if err != nil {
		return false, errors.New("it must be true or false")
	}
	return yes, nil
}

func (v *variables) merchant() *Merchant {
	m := &Merchant{
		MchID: v.line("WXUP_MCHID"), SerialNo: v.line("WXUP_MCH_SERIAL"), APIv2Key: v.line("WXUP_APIV2_KEY"),
	}
	if m.MchID == "" {
		return nil
	}
	m.APIv3Key = parsed(v, "WXUP_APIV3_KEY", parseAPIv3Key)
	m.ECommerce = parsed(v, "WXUP_ECOMMERCE", parseBool)
	key := parsed(v, "WXUP_MCH_KEY", sign.ParsePrivateKey)
	if key != nil {
		m.PrivateKey = key
	}
	cert, label := v.text("WXUP_MCH_CERT")
	switch p12 := v.get("WXUP_MCH_P12_FILE") + v.get("WXUP_MCH_P12"); {
	case len(cert) > 0 && key != nil:
		text, _ := v.text("WXUP_MCH_KEY")
		var err error
		m.Certificate, err = tls.X509KeyPair(cert, text)
		v.fail(label+" and the key", err)
	case p12 != "" && key == nil:
		v.fail("WXUP_MCH_P12_FILE", errors.New("a .p12 file cannot be read here: set WXUP_MCH_CERT_FILE and WXUP_MCH_KEY_FILE (apiclient_cert.pem, apiclient_key.pem)"))
	}
	if cert := parsed(v, "WXUP_PLATFORM_CERT", sign.ParseCertificate); cert != nil {
		m.PlatformCertificates = []*x509.Certificate{cert}
	}
	if key := parsed(v, "WXUP_PLATFORM_PUBKEY", sign.ParsePublicKey); key != nil {
		id := v.line("WXUP_PLATFORM_PUBKEY_ID")
		if !sign.IsPublicKeyID(id) {
			v.fail("WXUP_PLATFORM_PUBKEY_ID", errors.New("the public key needs its id, PUB_KEY_ID_…"))
		}
		m.PublicKeys = map[string]*rsa.PublicKey{id: key}
	}
	return m
}

func (v *variables) auth() Auth {
	appid := v.line("WXUP_APPID")
	if token := v.line("WXUP_ACCESS_TOKEN"); token != "" {
		source := func(context.Context, string) (string, error) { return token, nil }
		return Tokens{Source: source, Owner: appid}
	}
	if appid != "" {
		return &App{AppID: appid, Secret: v.line("WXUP_APPSECRET"), Stable: true}
	}
	if corp := v.line("WXUP_CORPID"); corp != "" {
		return &Corp{CorpID: corp, Secret: v.line("WXUP_CORPSECRET")}
	}
	return nil
}
