package credentials

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"net/http"
	"net/url"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/app/settings"
)

// RealWeChat is the name of the real service in place of a server's URL.
const RealWeChat = "wechat"

// ServerChoice is where to upload to, if not where the source says.
type ServerChoice struct {
	URL    string // of a server, or RealWeChat; "" leaves it to the source
	Origin string // who says so, such as --server, for errors
}

// Client returns a Client for some endpoints. The error says what one of them lacks.
func (s *Source) Client(ctx context.Context, server ServerChoice, eps ...*wxup.Endpoint) (*wxup.Client, error) {
	used := map[wxup.Family]bool{}
	var names []string // of the credentials that these endpoints can use
	for _, ep := range eps {
		family := credentialsFor(ep)
		if used[family] {
			continue
		}
		used[family] = true
		names = append(names, uses[family]...)
		if missing := s.lacking(family); len(missing) > 0 {
			return nil, s.noCredentials(ep.Name, missing)
		}
		if err := s.Fetch(ctx, family); err != nil {
			return nil, err
		}
	}
	if used[Company] && used[wxup.FamilyAccount] {
		return nil, texts.Errorf("endpoints of a company (企业微信) and of an Official Account need tokens of different kinds: upload to them in separate runs")
	}
	base, err := s.BaseURL(server)
	if err != nil {
		return nil, err
	}
	if base != "" {
		names = append(names, "ca")
	}
	c, err := s.Values.only(names).client(used[wxup.PayV2])
	if err != nil {
		return nil, s.blame(err)
	}
	c.BaseURL = base
	return c, nil
}

// only returns the values of some credentials.
func (v Values) only(names []string) Values {
	some := Values{}
	for _, name := range names {
		for _, variable := range []string{settings.Variable(name), settings.Variable(name) + "_FILE"} {
			if v[variable] != "" {
				some[variable] = v[variable]
			}
		}
	}
	return some
}

// client makes a Client as the library does of the environment.
func (v Values) client(v2 bool) (*wxup.Client, error) {
	if err := v.check(settings.CredentialNames); err != nil {
		return nil, err
	}
	if err := v.unpack(); err != nil {
		return nil, err
	}
	c, err := wxup.FromVariables(func(variable string) string { return v[variable] })
	if err != nil {
		return nil, err
	}
	if v2 && c.Merchant.Certificate.Certificate == nil {
		return nil, texts.Errorf("uploadmedia needs the merchant's client certificate: set WXUP_MCH_CERT_FILE and WXUP_MCH_KEY_FILE (apiclient_cert.pem, apiclient_key.pem), or WXUP_MCH_P12_FILE (apiclient_cert.p12)")
	}
	if t, ok := c.Auth.(wxup.Tokens); ok && t.Owner == "" { // the ledger must know whose uploads these are
		token, err := v.Line("access_token")
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256([]byte(token))
		t.Owner = "access_token " + hex.EncodeToString(sum[:8])
		c.Auth = t
	}
	return c, nil
}

// BaseURL returns the address of the server to upload to, or "" for the real WeChat.
func (s *Source) BaseURL(server ServerChoice) (string, error) {
	base, said := s.Values["WXUP_HTTPS_URL"], "WXUP_HTTPS_URL"
	if base == "" {
		base, said = s.Values["WXUP_HTTP_URL"], "WXUP_HTTP_URL"
	}
	switch server.URL {
	case "":
	case RealWeChat:
		if s.Kind == Server && len(s.Values) > 0 {
			return "", texts.Errorf("the credentials in %s are those of a local server, which the real WeChat does not know; set WXUP_MCHID and so on to your own, or choose a profile", s.envFile)
		}
		return "", nil
	default:
		base, said = server.URL, server.Origin
	}
	if base == "" {
		return "", nil
	}
	if u, err := url.Parse(base); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", texts.Errorf("%s is not an address of the form https://host:port", said)
	}
	return base, nil
}

// blame adds to an error which profile it is about.
func (s *Source) blame(err error) error {
	if s.profile == nil {
		return err
	}
	return phrase.Prefix("profile "+s.profile.Name+" ("+s.config+"): ", err)
}

// Transport returns the default transport with the CA of the values added to the system's, or nil
// if they have none.
func (v Values) Transport() (http.RoundTripper, error) {
	roots, set, err := Parsed(v, "ca", func(text []byte) (*x509.CertPool, error) {
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		if !roots.AppendCertsFromPEM(text) {
			return nil, texts.Errorf("it has no certificate")
		}
		return roots, nil
	})
	if err != nil || !set {
		return nil, err
	}
	rt := http.DefaultTransport.(*http.Transport).Clone()
	rt.TLSClientConfig = &tls.Config{RootCAs: roots}
	rt.MaxIdleConnsPerHost = 32 // as many as are ever sent at once
	rt.ResponseHeaderTimeout = time.Minute
	return rt, nil
}
