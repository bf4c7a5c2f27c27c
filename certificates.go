package wxup

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wxup/wxup/sign"
)

const (
	// answerWindow is how far the time of an answer may be off. SDKs allow five minutes.
	answerWindow = 5 * time.Minute
	// certificateAge is how long a list of platform certificates is used. WeChat asks to fetch it within 12 hours.
	certificateAge = 12 * time.Hour
	// certificatePause is how long after a refresh that failed the list at hand is used on.
	certificatePause = 5 * time.Minute
)

// certificateCache keeps the platform certificates that WeChat lists.
type certificateCache struct {
	flight flight[[]*x509.Certificate]
	mu     sync.Mutex
	list   []*x509.Certificate
	asked  time.Time // when the list was asked for
	tried  time.Time // when it was last tried to
}

// Certificates fetches the platform certificates that WeChat lists for the merchant now, decrypted with Merchant.APIv3Key.
// Uploads do so by themselves. A merchant in public-key mode has none: [NoPlatformCertificate].
func (c *Client) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	return c.refreshCertificates(ctx, &MerchantImage)
}

// cacheFor is where the certificates of an endpoint's side of the world are kept, and the path that lists them.
func (c *Client) cacheFor(ep *Endpoint) (*certificateCache, string) {
	if strings.HasPrefix(ep.Path, "/v3/global/") {
		return &c.overseas, "/v3/global/certificates"
	}
	return &c.certificates, "/v3/certificates"
}

// canFetch reports whether certificates can be asked for. Brands have no interface for it.
func (c *Client) canFetch(ep *Endpoint) bool { return c.Merchant.APIv3Key != "" && !ep.Brand }

// listed is the list at hand, and whether it was asked for at that time or later.
func (cc *certificateCache) listed(since time.Time) ([]*x509.Certificate, bool) {
	cc.mu.Lock()
	defer cc.mu.Unlock()
	return cc.list, cc.list != nil && !cc.asked.Before(since)
}

// fetched is a list that is fresh enough, fetched if need be. If that fails an older list will do.
func (c *Client) fetchedCertificates(ctx context.Context, ep *Endpoint) ([]*x509.Certificate, error) {
	cache, _ := c.cacheFor(ep)
	now := c.now()
	list, fresh := cache.listed(now.Add(-certificateAge))
	cache.mu.Lock()
	paused := list != nil && now.Before(cache.tried.Add(certificatePause))
	cache.mu.Unlock()
	if fresh || paused {
		return list, nil
	}
	newer, err := c.refreshCertificates(ctx, ep)
	if err != nil && list != nil && ctx.Err() == nil {
		return list, nil
	}
	return newer, err
}

func (c *Client) refreshCertificates(ctx context.Context, ep *Endpoint) ([]*x509.Certificate, error) {
	cache, path := c.cacheFor(ep)
	return cache.flight.do(ctx, c.callTime(), func(ctx context.Context) ([]*x509.Certificate, error) {
		began := c.now()
		list, err := c.listCertificates(ctx, ep, path)
		cache.mu.Lock()
		defer cache.mu.Unlock()
		cache.tried = began
		if err != nil {
			return nil, named("certificates", err)
		}
		cache.list, cache.asked = list, began
		return list, nil
	})
}

// listCertificates calls GET /v3/certificates. Its answer is signed with one of the certificates that it brings; what
// proves these is that Merchant.APIv3Key, known to WeChat and the merchant alone, opens them.
func (c *Client) listCertificates(ctx context.Context, ep *Endpoint, path string) ([]*x509.Certificate, error) {
	if c.Merchant == nil || c.Merchant.APIv3Key == "" {
		return nil, errors.New("set Merchant.APIv3Key: platform certificates come encrypted under it")
	}
	header, err := c.authorize(http.MethodGet, path, nil, false)
	if err != nil {
		return nil, err
	}
	u, err := c.address(ep.Host, path)
	if err != nil {
		return nil, err
	}
	a, err := c.roundTrip(c.transport(), newRequest(ctx, http.MethodGet, u, header))
	if err != nil {
		return nil, err
	}
	if !a.ok() {
		return nil, a.refusedV3()
	}
	var answer CertificateList
	if json.Unmarshal(a.body, &answer) != nil || len(answer.Data) == 0 {
		return nil, a.bad(errors.New("it lists no certificates"))
	}
	var list []*x509.Certificate
	for _, item := range answer.Data {
		text, err := item.EncryptCertificate.Open(c.Merchant.APIv3Key)
		if err != nil {
			return nil, fmt.Errorf("open certificate %.64q: %w", item.SerialNo, err)
		}
		cert, err := sign.ParseCertificate(text)
		if err != nil {
			return nil, fmt.Errorf("read certificate %.64q: %w", item.SerialNo, err)
		}
		list = append(list, cert)
	}
	if !c.SkipVerify {
		err := c.verifyAnswer(a, func(serial string) (*rsa.PublicKey, error) {
			if key, err := c.knownKey(serial); key != nil || err != nil {
				return key, err
			}
			return keyIn(list, serial, c.now())
		})
		if err != nil {
			return nil, fmt.Errorf("%w: %w", UnverifiedAnswer, err) // no VerifyError: nothing was uploaded
		}
	}
	return list, nil
}

// answerSerial names the key that the answer shall be signed with, for the request's Wechatpay-Serial: a public key
// before a certificate, as WeChat is moving to these, and of certificates the newest.
func (c *Client) answerSerial(ctx context.Context, ep *Endpoint) (string, error) {
	m := c.Merchant
	if m == nil {
		return "", nil // authorize says so
	}
	if len(m.PublicKeys) > 0 {
		return slices.Min(slices.Collect(maps.Keys(m.PublicKeys))), nil
	}
	if serial := newest(m.PlatformCertificates, c.now()); serial != "" {
		return serial, nil
	}
	switch {
	case c.SkipVerify && !ep.SerialNeeded:
		return "", nil
	case c.canFetch(ep):
		list, err := c.fetchedCertificates(ctx, ep)
		if err != nil {
			return "", err
		}
		if serial := newest(list, c.now()); serial != "" {
			return serial, nil
		}
		return "", errors.New("none of the platform certificates that WeChat lists is valid now; is the clock right?")
	case len(m.PlatformCertificates) > 0:
		return "", errors.New("none of Merchant.PlatformCertificates is valid now; get the current one, or set Merchant.APIv3Key to have it fetched")
	case ep.Brand:
		return "", errors.New("answers could not be verified: set Merchant.PublicKeys")
	}
	return "", errors.New("answers could not be verified: set Merchant.PublicKeys (微信支付公钥), Merchant.PlatformCertificates, or Merchant.APIv3Key to have the certificates fetched")
}

// newest is the serial number of the certificate that is valid now and was made last.
func newest(list []*x509.Certificate, now time.Time) string {
	var best *x509.Certificate
	for _, cert := range list {
		if !now.Before(cert.NotBefore) && !now.After(cert.NotAfter) && (best == nil || cert.NotBefore.After(best.NotBefore)) {
			best = cert
		}
	}
	if best == nil {
		return ""
	}
	return sign.Serial(best)
}

// knownKey is the key of that id among those that the Merchant was given, or nil.
func (c *Client) knownKey(serial string) (*rsa.PublicKey, error) {
	if sign.IsPublicKeyID(serial) {
		return c.Merchant.PublicKeys[serial], nil
	}
	return keyIn(c.Merchant.PlatformCertificates, serial, c.now())
}

func keyIn(list []*x509.Certificate, serial string, now time.Time) (*rsa.PublicKey, error) {
	for _, cert := range list {
		if !sign.SameSerial(serial, sign.Serial(cert)) {
			continue
		}
		if now.After(cert.NotAfter) {
			return nil, fmt.Errorf("its platform certificate %s ended on %s", serial, cert.NotAfter.Format(time.DateOnly))
		}
		key, ok := cert.PublicKey.(*rsa.PublicKey)
		if !ok {
			return nil, fmt.Errorf("its platform certificate %s holds no RSA key", serial)
		}
		return key, nil
	}
	return nil, nil
}

// verifyV3 checks that an upload's answer is WeChat's. If it names a certificate that is not at hand, those that WeChat
// lists are fetched, unless that was done since the upload began.
func (c *Client) verifyV3(ctx context.Context, ep *Endpoint, a *answer, began time.Time) error {
	return c.verifyAnswer(a, func(serial string) (*rsa.PublicKey, error) {
		key, err := c.knownKey(serial)
		if key != nil || err != nil || sign.IsPublicKeyID(serial) || !c.canFetch(ep) {
			return key, err
		}
		cache, _ := c.cacheFor(ep)
		list, fresh := cache.listed(began)
		if key, err = keyIn(list, serial, c.now()); key != nil || fresh {
			return key, err
		}
		if list, err = c.refreshCertificates(ctx, ep); err != nil {
			return nil, err
		}
		return keyIn(list, serial, c.now())
	})
}

// verifyAnswer checks the four headers that prove an answer. An answer to WeChat's probing of clients
// (WECHATPAY/SIGNTEST/…) fails as it must: it is no signature.
func (c *Client) verifyAnswer(a *answer, keyOf func(serial string) (*rsa.PublicKey, error)) error {
	var values [4]string
	for i, name := range []string{"Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial"} {
		if values[i] = a.header.Get(name); values[i] == "" {
			return fmt.Errorf("it has no %s", name)
		}
	}
	timestamp, nonce, signature, serial := values[0], values[1], values[2], values[3]
	if kind := a.header.Get("Wechatpay-Signature-Type"); kind != "" && kind != sign.SchemeRSA {
		return fmt.Errorf("it is signed as %.64q; only %s is known", kind, sign.SchemeRSA)
	}
	sent, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return fmt.Errorf("its Wechatpay-Timestamp %.32q is no number of seconds", timestamp)
	}
	now, most := c.now().Unix(), int64(answerWindow/time.Second)
	if sent < now-most || sent > now+most {
		return fmt.Errorf("its Wechatpay-Timestamp is %d, the clock here %d: more than %d seconds off", sent, now, most)
	}
	key, err := keyOf(serial)
	if err != nil {
		return err
	}
	if key == nil {
		where := "Merchant.PlatformCertificates, nor listed by WeChat"
		if sign.IsPublicKeyID(serial) {
			where = "Merchant.PublicKeys"
		}
		return fmt.Errorf("it is signed with the key %.64q, which is not in %s", serial, where)
	}
	return sign.VerifyRSA(key, sign.V3Answer(timestamp, nonce, a.body), signature)
}
