package wxup

import (
	"context"
	"crypto/rand"
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
	"time"

	"github.com/wxup/wxup/internal/carry"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// payer makes APIv3 calls for a merchant, and verifies their answers.
type payer struct {
	caller         *caller
	merchant       *Merchant
	skipVerify     bool
	home, overseas *certificateList
}

// authorize adds an Authorization over body: meta for an upload, nothing for a GET.
func (p *payer) authorize(header http.Header, method, target, body string, brand bool) error {
	key, serial, err := p.merchant.identity()
	if err != nil {
		return err
	}
	a := sign.Authorization{
		Scheme: sign.SchemeRSA, MchID: p.merchant.MchID, NonceStr: rand.Text(),
		Timestamp: strconv.FormatInt(p.caller.now().Unix(), 10), SerialNo: serial,
	}
	if brand {
		a.Scheme = sign.SchemeBrand
	}
	if a.Signature, err = sign.RSA(key, sign.V3Request(method, target, a.Timestamp, a.NonceStr, []byte(body))); err != nil {
		return err
	}
	header["Authorization"] = []string{a.String()}
	return nil
}

// listFor returns where the certificates of an endpoint's side of the world are kept.
func (p *payer) listFor(ep *Endpoint) *certificateList {
	if isOverseas(ep) {
		return p.overseas
	}
	return p.home
}

func isOverseas(ep *Endpoint) bool { return strings.HasPrefix(ep.Path, "/v3/global/") }

// canFetch reports whether certificates can be asked for. Brands have no interface for it.
func (p *payer) canFetch(ep *Endpoint) bool { return p.merchant.APIv3Key != "" && !ep.Brand }

// answerSerial names the key that the answer is to be signed with: a public key before a
// certificate, as WeChat is moving to these, and of the certificates the newest.
func (p *payer) answerSerial(ctx context.Context, ep *Endpoint) (string, error) {
	m, now := p.merchant, p.caller.now
	if _, _, err := m.identity(); err != nil {
		return "", err
	}
	if len(m.PublicKeys) > 0 {
		return slices.Min(slices.Collect(maps.Keys(m.PublicKeys))), nil
	}
	if serial := newest(m.PlatformCertificates, now()); serial != "" {
		return serial, nil
	}
	switch {
	case p.skipVerify && !ep.SerialNeeded:
		return "", nil
	case p.canFetch(ep):
		list, err := p.listFor(ep).current(ctx, now, func(ctx context.Context) ([]*x509.Certificate, error) { return p.listCertificates(ctx, ep) })
		if err != nil {
			return "", err
		}
		if serial := newest(list, now()); serial != "" {
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

// listCertificates calls GET /v3/certificates. Its answer is signed with one of the certificates
// that it brings; what proves these is that Merchant.APIv3Key, known to WeChat and the merchant
// alone, opens them.
func (p *payer) listCertificates(ctx context.Context, ep *Endpoint) ([]*x509.Certificate, error) {
	m := p.merchant
	if m == nil || m.APIv3Key == "" {
		return nil, errors.New("set Merchant.APIv3Key: platform certificates come encrypted under it")
	}
	path := "/v3/certificates"
	if isOverseas(ep) {
		path = "/v3/global/certificates"
	}
	header := http.Header{}
	if err := p.authorize(header, http.MethodGet, path, "", false); err != nil {
		return nil, err
	}
	a, err := p.caller.call(ctx, http.MethodGet, ep.host(), path, header, nil)
	if err != nil {
		return nil, err
	}
	if !a.OK() {
		return nil, refusedV3(a)
	}
	var answer wire.CertificateList
	if json.Unmarshal(a.Body, &answer) != nil || len(answer.Data) == 0 {
		return nil, bad(a, errors.New("it lists no certificates"))
	}
	var list []*x509.Certificate
	for _, item := range answer.Data {
		cert, err := item.Open(m.APIv3Key)
		if err != nil {
			return nil, err
		}
		list = append(list, cert)
	}
	if p.skipVerify {
		return list, nil
	}
	now := p.caller.now()
	err = verifyAnswer(a, now, func(serial string) (*rsa.PublicKey, error) {
		if key, err := m.knownKey(serial, now); key != nil || err != nil {
			return key, err
		}
		return keyIn(list, serial, now)
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", UnverifiedAnswer, err) // not a VerifyError: nothing was uploaded
	}
	return list, nil
}

// verifyAnswer checks the headers that prove an answer. An answer to WeChat's probing of clients
// (WECHATPAY/SIGNTEST/…) fails, as it must: it is not a signature.
func verifyAnswer(a *carry.Answer, now time.Time, keyOf func(serial string) (*rsa.PublicKey, error)) error {
	proof, err := wire.ReadProof(a.Header)
	if err != nil {
		return err
	}
	if err := proof.Within(now); err != nil {
		return err
	}
	key, err := keyOf(proof.Serial)
	if err != nil {
		return err
	}
	if key == nil {
		where := both{"Merchant.PlatformCertificates, nor listed by WeChat", " Merchant.PlatformCertificates 中，微信也没有列出"}
		if sign.IsPublicKeyID(proof.Serial) {
			where = both{"Merchant.PublicKeys", " Merchant.PublicKeys 中"}
		}
		return bothError{both{fmt.Sprintf("it is signed with the key %.64q, which is not in %s", proof.Serial, where.en),
			fmt.Sprintf("应答由密钥 %.64q 签名，该密钥不在%s", proof.Serial, where.zh)}}
	}
	return sign.VerifyRSA(key, sign.V3Answer(proof.Timestamp, proof.Nonce, a.Body), proof.Signature)
}

// refusedV3 reads the refusal of an APIv3 request. It is not verified: the real service does not
// sign all of them.
func refusedV3(a *carry.Answer) *Error {
	var r wire.V3Refusal
	id := a.Header.Get(wire.RequestIDHeader)
	if json.Unmarshal(a.Body, &r) != nil || r.Code == "" {
		return foreign(a, PayV3, id)
	}
	e := refused(a, PayV3, r.Code, r.Message, id)
	e.Detail = r.Detail
	return e
}
