package checkup

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/credentials"
	"github.com/wxup/wxup/app/internal/phrase"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

const (
	askTime   = 10 * time.Second // for each request
	skewLimit = 5 * time.Minute  // WeChat Pay refuses a timestamp that is further off
	skewSmall = 30 * time.Second
)

// networkCheck checks the way to the server, and what it says about the credentials.
type networkCheck struct {
	report
	values    credentials.Values
	server    string // base URL; "" is the real WeChat
	userAgent string
	rt        http.RoundTripper
	merchant  *wxup.Merchant // nil: no check of Pay
	app       *wxup.App      // nil: no check of a token
}

func (c *networkCheck) run(ctx context.Context) {
	c.surroundings()
	c.rt = http.DefaultTransport.(*http.Transport).Clone()
	if rt, err := c.values.Transport(); err != nil {
		c.unread("CA", err, texts.Text("WXUP_CA_FILE must name the PEM file of a CA"))
	} else if rt != nil && c.server != "" {
		c.rt = rt
	}
	var hosts []string
	if c.merchant != nil {
		hosts = append(hosts, wire.PayHost)
	}
	if c.app != nil || c.merchant == nil {
		hosts = append(hosts, wire.AccountHost)
	}
	reached := map[string]bool{}
	for _, host := range hosts {
		base := "https://" + host
		if c.server != "" {
			base = strings.TrimSuffix(c.server, "/")
		}
		if _, asked := reached[base]; !asked {
			reached[base] = c.host(ctx, base)
		}
		switch {
		case !reached[base]:
		case host == wire.PayHost:
			c.signature(ctx)
		case c.app != nil:
			c.token(ctx, base)
		}
	}
}

// surroundings reports the variables that lead requests elsewhere or change what is trusted.
func (c *networkCheck) surroundings() {
	var set []string
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"} {
		if v := os.Getenv(name); v != "" {
			set = append(set, name+"="+withoutUser(v))
		}
	}
	if set == nil {
		c.pass("environment", texts.Text("no proxy, no CA of its own"))
		return
	}
	c.pass("environment", phrase.Both(strings.Join(set, " ")))
}

// withoutUser hides who logs in at the address of a proxy, even if it has no scheme or is not a
// URL.
func withoutUser(address string) string {
	at := strings.LastIndex(address, "@")
	if at < 0 {
		return address
	}
	scheme, _, ok := strings.Cut(address, "://")
	if !ok {
		return "***" + address[at:]
	}
	return scheme + "://***" + address[at:]
}

// host sends a GET to a host. Whatever it answers, it can be reached and tells the time.
func (c *networkCheck) host(ctx context.Context, base string) bool {
	name := strings.TrimPrefix(strings.TrimPrefix(base, "https://"), "http://")
	began := time.Now()
	resp, err := c.ask(ctx, base+"/")
	if err != nil {
		detail, do := unreachable(base, err)
		c.fail("host", texts.Text("%s: %s", name, detail), do)
		return false
	}
	took := time.Since(began)
	text := texts.Text("%s answers, %d ms", name, took.Milliseconds())
	if issuer := issuerOf(resp.TLS); strings.HasPrefix(issuer, "wxup local CA") {
		text = texts.Text("%s; it is wxup, not WeChat", text)
	} else if issuer != "" {
		text = texts.Text("%s, TLS by %s", text, issuer)
	}
	if proxy := proxyOf(base); proxy != "" {
		text = texts.Text("%s, through the proxy %s", text, proxy)
	}
	c.pass("host", text)
	c.clock(resp.Header.Get("Date"), began, took)
	return true
}

func issuerOf(state *tls.ConnectionState) string {
	if state == nil || len(state.PeerCertificates) == 0 {
		return ""
	}
	return state.PeerCertificates[0].Issuer.CommonName
}

func (c *networkCheck) ask(ctx context.Context, address string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", c.userAgent)
	resp, err := c.rt.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	return resp, resp.Body.Close()
}

func (c *networkCheck) clock(date string, began time.Time, took time.Duration) {
	server, err := http.ParseTime(date)
	if err != nil {
		c.skip("clock", texts.Text("the server does not tell the time"))
		return
	}
	skew := began.Add(took / 2).Sub(server.Add(500 * time.Millisecond)) // Date has no fractions
	off := skew.Abs().Round(time.Second)
	if skew.Abs() <= skewSmall {
		c.pass("clock", texts.Text("within %s of the server's", max(off, time.Second)))
		return
	}
	detail := texts.Text("%s ahead of the server's; 5 minutes are allowed", off)
	if skew < 0 {
		detail = texts.Text("%s behind the server's; 5 minutes are allowed", off)
	}
	do := texts.Text("set it right, and keep it so: timedatectl set-ntp true")
	if skew.Abs() > skewLimit-skewSmall {
		c.fail("clock", detail, do)
	} else {
		c.warn("clock", detail, do)
	}
}

// signature fetches the platform certificates. The answer tells whether WeChat knows the merchant,
// its certificate and its key, and whether WeChat's answers can be verified.
func (c *networkCheck) signature(ctx context.Context) {
	m := c.merchant
	switch {
	case m.PrivateKey == nil || m.SerialNo == "":
		c.skip("signature", texts.Text("not tried: there is no key or no serial number"))
		return
	case m.APIv3Key == "":
		c.skip("signature", texts.Text("not tried: that needs WXUP_APIV3_KEY"))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	certificates, err := c.client().Certificates(ctx)
	switch {
	case errors.Is(err, problem.NoPlatformCertificate):
		c.pass("signature", texts.Text("accepted; this merchant verifies answers with the public key"))
		if len(m.PublicKeys) == 0 {
			c.fail("platform", texts.Text("this merchant has no platform certificate, and the public key is not set"),
				texts.Text("set WXUP_PLATFORM_PUBKEY_FILE and WXUP_PLATFORM_PUBKEY_ID: both are at pay.weixin.qq.com, API security"))
		}
	case err != nil:
		c.refused("signature", "https://"+wire.PayHost, err)
	default:
		c.pass("signature", texts.Text("accepted; %d platform certificates listed and decrypted", len(certificates)))
	}
}

// token fetches the stable access_token, which does not end any other program's token.
func (c *networkCheck) token(ctx context.Context, base string) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	if _, err := c.client().AccessToken(ctx); err != nil {
		c.refused("token", base, err)
		return
	}
	c.pass("token", texts.Text("issued"))
}

// refused reports an error of the client: a refusal, or no answer.
func (c *networkCheck) refused(check, base string, err error) {
	if problem := wxup.ProblemOf(err); problem != "" {
		c.fail(check, said(err), phrase.Pair(problem.Hint("en"), problem.Hint("zh")))
		return
	}
	detail, do := unreachable(base, err)
	c.fail(check, detail, do)
}

// client returns a client that asks once, with the credentials that were read.
func (c *networkCheck) client() *wxup.Client {
	client := &wxup.Client{Merchant: c.merchant, BaseURL: c.server, Transport: c.rt, UserAgent: c.userAgent, Retry: wxup.Retry{Attempts: 1}}
	if c.app != nil {
		client.Auth = c.app
	}
	return client
}
