package main

import (
	"cmp"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/sign"
)

// Every credential is a variable: WXUP_APIV3_KEY is the key itself, WXUP_APIV3_KEY_FILE a file that holds it. They come
// from the chosen profile, else from the environment, else from a running server's wxup.env; never from two of these, so
// that nobody signs with one merchant's key for another.

// families says which credentials a family's uploads can use; those of needs it cannot do without.
var (
	families = map[wxup.Family][]string{
		wxup.PayV3:   {"mchid", "mch_serial", "mch_key", "mch_cert", "mch_p12", "apiv3_key", "platform_cert", "platform_pubkey_id", "platform_pubkey"},
		wxup.PayV2:   {"mchid", "mch_key", "mch_cert", "mch_p12", "apiv2_key"},
		wxup.Account: {"appid", "appsecret", "access_token"},
	}
	needs = map[wxup.Family][]string{
		wxup.PayV3:   {"mchid", "mch_key"},
		wxup.PayV2:   {"mchid", "apiv2_key"},
		wxup.Account: {"appid", "appsecret"},
	}
	insteadOf = map[string]string{"mch_key": "mch_p12", "appid": "access_token", "appsecret": "access_token"}
)

// client makes a Client for some endpoints. It says what is missing for one.
func (p *program) client(ctx context.Context, server string, eps ...wxup.Endpoint) (*wxup.Client, error) {
	vars, from := p.credentials()
	get := func(name string) string { return vars[name] }
	used := map[wxup.Family]bool{}
	for _, ep := range eps {
		if used[ep.Family] {
			continue
		}
		used[ep.Family] = true
		if p.chosen != nil {
			if err := p.chosen.fetch(ctx, vars, families[ep.Family]...); err != nil {
				return nil, err
			}
		}
		if missing := lacking(get, ep.Family); len(missing) > 0 {
			return nil, p.noCredentials(ep.Name, missing, from.EN)
		}
	}
	c := &wxup.Client{BaseURL: get("WXUP_HTTPS_URL"), UserAgent: "wxup/" + version()}
	said := "WXUP_HTTPS_URL"
	if c.BaseURL == "" {
		c.BaseURL, said = get("WXUP_HTTP_URL"), "WXUP_HTTP_URL"
	}
	switch {
	case server == "wechat":
		c.BaseURL = ""
	case server != "":
		c.BaseURL, said = server, p.origins["server"]
	}
	if c.BaseURL != "" {
		if u, err := url.Parse(c.BaseURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("%s: that is no address of the form https://host:port", said)
		}
		var err error
		if c.Transport, err = trusting(get); err != nil {
			return nil, p.blame(err)
		}
	}
	if used[wxup.Account] {
		if err := actAsApp(c, get); err != nil {
			return nil, p.blame(err)
		}
	}
	for _, family := range []wxup.Family{wxup.PayV3, wxup.PayV2} { // the second looks for all that the first does, and more
		if used[family] {
			m, err := merchantFrom(get, family)
			if err != nil {
				return nil, p.blame(err)
			}
			c.Merchant = m
		}
	}
	return c, nil
}

// blame says which profile an error about credentials is of.
func (p *program) blame(err error) error {
	if p.chosen == nil {
		return err
	}
	return fmt.Errorf("profile %s (in %s): %w", p.chosen.name, p.conf.path, err)
}

// lacking names the credentials that are not there.
func lacking(get func(string) string, family wxup.Family) (missing []string) {
	there := func(name string) bool { return get(flagTwin(name)) != "" || get(flagTwin(name)+"_FILE") != "" }
	for _, name := range needs[family] {
		if !there(name) && !(insteadOf[name] != "" && there(insteadOf[name])) {
			missing = append(missing, name)
		}
	}
	return missing
}

func (p *program) noCredentials(endpoint string, missing []string, from string) error {
	if p.chosen != nil {
		return fmt.Errorf("no credentials for %s: the profile %s in %s lacks %s", endpoint, p.chosen.name, p.conf.path, strings.Join(missing, " and "))
	}
	var vars []string
	for _, name := range missing {
		variable := flagTwin(name)
		if slices.Contains(pemNames, name) {
			variable += "_FILE"
		}
		vars = append(vars, variable)
	}
	profiles := ""
	if names := p.conf.profileNames(); len(names) > 0 {
		profiles = fmt.Sprintf("; or choose a profile with --profile: %s", strings.Join(names, " "))
	}
	return fmt.Errorf("no credentials for %s: set %s, or start wxup serve and run this in the same directory (or with --data); looked in %s%s",
		endpoint, strings.Join(vars, " and "), from, profiles)
}

// credentials are the WXUP_* variables: those of the chosen profile, else of the environment, else, if the environment
// names nobody, of a running server's wxup.env. What a profile's commands give is not among them, see fetch.
func (p *program) credentials() (vars map[string]string, from explain.Words) {
	return p.credentialsFrom(awaitEnv)
}

// credentialsNow does not wait for a server that is starting.
func (p *program) credentialsNow() (vars map[string]string, from explain.Words) {
	return p.credentialsFrom(readEnv)
}

func (p *program) credentialsFrom(read func(string) (map[string]string, error)) (vars map[string]string, from explain.Words) {
	if p.chosen != nil {
		return p.chosen.variables(), explain.Words{EN: "the profile " + p.chosen.name, ZH: "配置 " + p.chosen.name}
	}
	vars = map[string]string{}
	for _, pair := range os.Environ() {
		if name, value, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "WXUP_") && value != "" {
			vars[name] = value
		}
	}
	if vars["WXUP_MCHID"] != "" || vars["WXUP_APPID"] != "" {
		return vars, explain.Words{EN: "the environment", ZH: "环境变量"}
	}
	from = explain.Words{EN: "the environment and " + envFile(p.data), ZH: "环境变量与 " + envFile(p.data)}
	file, err := read(envFile(p.data))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return vars, explain.Words{EN: from.EN + ", which is not there", ZH: from.ZH + "（不存在）"}
	case err != nil:
		return vars, explain.Words{EN: from.EN + ", which cannot be read", ZH: from.ZH + "（无法读取）"}
	}
	for name, value := range vars {
		file[name] = value
	}
	return file, from
}

// startTime is how long a command waits for a server that was just started and is still making its keys.
const startTime = 3 * time.Second

// awaitEnv reads wxup.env, and waits a little if it is not there yet: wxup serve & wxup put … are often typed together.
func awaitEnv(file string) (map[string]string, error) {
	for deadline := time.Now().Add(startTime); ; time.Sleep(50 * time.Millisecond) {
		vars, err := readEnv(file)
		if err == nil || time.Now().After(deadline) {
			return vars, err
		}
	}
}

// credentialText is a credential: the text of its variable, or what the file holds that its other variable names. label is the
// variable, for errors.
func credentialText(get func(string) string, name string) (text []byte, label string, err error) {
	label = flagTwin(name)
	if file := get(label + "_FILE"); file != "" {
		label += "_FILE"
		if slices.Contains(secretNames, name) {
			if err := devkeys.CheckKeyFile(file); err != nil {
				return nil, label, fmt.Errorf("%s: %w", label, err)
			}
		}
		if text, err = readSmall(file); err != nil {
			return nil, label, fmt.Errorf("%s: %w", label, err)
		}
		return text, label, nil
	}
	return []byte(get(label)), label, nil
}

// credentialLine is a credential of one line.
func credentialLine(get func(string) string, name string) (string, error) {
	text, _, err := credentialText(get, name)
	return strings.TrimRight(string(text), "\r\n"), err
}

// credentialParsed is a credential that is a key or a certificate; the zero value if it is not there.
func credentialParsed[T any](get func(string) string, name string, parse func([]byte) (T, error)) (v T, there bool, err error) {
	text, label, err := credentialText(get, name)
	if err != nil || len(text) == 0 {
		return v, false, err
	}
	if v, err = parse(text); err != nil {
		if file := get(label); strings.HasSuffix(label, "_FILE") {
			err = fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
		return v, false, fmt.Errorf("%s: %w", label, err)
	}
	return v, true, nil
}

func readSmall(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, secretMost+1))
	if err == nil && len(b) > secretMost {
		err = fmt.Errorf("%s is larger than %d bytes: it is not what is wanted here", file, secretMost)
	}
	return b, err
}

// trusting is the default transport with one more root, if there is one.
func trusting(get func(string) string) (http.RoundTripper, error) {
	roots, there, err := credentialParsed(get, "ca", func(text []byte) (*x509.CertPool, error) {
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		if !roots.AppendCertsFromPEM(text) {
			return nil, errors.New("no certificate in it")
		}
		return roots, nil
	})
	if err != nil || !there {
		return nil, err
	}
	rt := http.DefaultTransport.(*http.Transport).Clone()
	rt.TLSClientConfig = &tls.Config{RootCAs: roots}
	rt.MaxIdleConnsPerHost = 32 // as many as are ever sent at once
	rt.ResponseHeaderTimeout = time.Minute
	return rt, nil
}

func actAsApp(c *wxup.Client, get func(string) string) error {
	appid, err1 := credentialLine(get, "appid")
	secret, err2 := credentialLine(get, "appsecret")
	token, err3 := credentialLine(get, "access_token")
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	c.App = &wxup.App{AppID: appid, Secret: secret, Stable: true}
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		c.Account = cmp.Or(appid, "access_token "+hex.EncodeToString(sum[:8])) // whose uploads these are, for the ledger
		c.Tokens = wxup.TokenFunc(func(context.Context, string) (string, error) { return token, nil })
	}
	return nil
}

func merchantFrom(get func(string) string, family wxup.Family) (*wxup.Merchant, error) {
	m := &wxup.Merchant{}
	var errs [4]error
	m.MchID, errs[0] = credentialLine(get, "mchid")
	m.SerialNo, errs[1] = credentialLine(get, "mch_serial")
	m.APIv2Key, errs[2] = credentialLine(get, "apiv2_key")
	m.APIv3Key, errs[3] = credentialLine(get, "apiv3_key")
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	key, there, err := credentialParsed(get, "mch_key", sign.ParsePrivateKey)
	if err != nil {
		return nil, err
	}
	if there {
		m.PrivateKey = key
		pem, _, err1 := credentialText(get, "mch_key")
		cert, label, err2 := credentialText(get, "mch_cert")
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		if len(cert) > 0 {
			if m.Certificate, err = tls.X509KeyPair(cert, pem); err != nil {
				return nil, fmt.Errorf("%s and the key: %w; are they a pair?", label, err)
			}
		}
	}
	if file := get("WXUP_MCH_P12_FILE"); file != "" && m.Certificate.Certificate == nil {
		cert, err := readP12(file, m.MchID)
		if err != nil {
			return nil, fmt.Errorf("WXUP_MCH_P12_FILE: %w", err)
		}
		m.Certificate = cert
	}
	if family == wxup.PayV2 && m.Certificate.Certificate == nil {
		return nil, errors.New("uploadmedia needs the merchant's client certificate: set WXUP_MCH_CERT_FILE and WXUP_MCH_KEY_FILE (apiclient_cert.pem, apiclient_key.pem), or WXUP_MCH_P12_FILE (apiclient_cert.p12)")
	}
	if cert, there, err := credentialParsed(get, "platform_cert", sign.ParseCertificate); err != nil {
		return nil, err
	} else if there {
		m.PlatformCertificates = []*x509.Certificate{cert}
	}
	if key, there, err := credentialParsed(get, "platform_pubkey", sign.ParsePublicKey); err != nil {
		return nil, err
	} else if there {
		id, err := credentialLine(get, "platform_pubkey_id")
		if err != nil {
			return nil, err
		}
		if !sign.IsPublicKeyID(id) {
			return nil, errors.New("WXUP_PLATFORM_PUBKEY_FILE needs its id as well: set WXUP_PLATFORM_PUBKEY_ID (PUB_KEY_ID_…)")
		}
		m.PublicKeys = map[string]*rsa.PublicKey{id: key}
	}
	return m, nil
}

func parseFile[T any](file string, parse func([]byte) (T, error)) (T, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		var none T
		return none, err
	}
	v, err := parse(text)
	if err != nil {
		return v, fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	return v, nil
}

// readP12 reads apiclient_cert.p12. Its password is the merchant number, as WeChat makes it.
func readP12(file, password string) (tls.Certificate, error) {
	data, err := readSmall(file)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, cert, _, err := pkcs12.DecodeChain(data, password)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s does not open with the merchant number as its password: %w", filepath.Base(file), err)
	}
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}, nil
}
