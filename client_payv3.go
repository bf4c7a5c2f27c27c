package wxup

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/sign"
)

func (c *Client) uploadV3(ctx context.Context, up *upload) (*Result, error) {
	target, err := up.target()
	if err != nil {
		return nil, err
	}
	meta, err := up.meta()
	if err != nil {
		return nil, err
	}
	body, err := form.New(up.filePart(), form.Field{Name: up.ep.MetaPart, Value: meta, ContentType: "application/json"})
	if err != nil {
		return nil, err
	}
	serial, err := c.answerSerial(ctx, up.ep)
	if err != nil {
		return nil, err
	}
	if err := c.pace(ctx, up); err != nil {
		return nil, err
	}
	began := c.now()
	header, err := c.authorize(http.MethodPost, target, []byte(meta), up.ep.Brand)
	if err != nil {
		return nil, err
	}
	if serial != "" {
		header.Set("Wechatpay-Serial", serial)
	}
	u, err := c.address(up.ep.Host, target)
	if err != nil {
		return nil, err
	}
	a, err := c.post(ctx, c.transport(), u, header, up, body)
	if err != nil {
		return nil, err
	}
	if !a.ok() {
		refused := a.refusedV3()
		if found := c.selfCheck(a, began); found != "" {
			refused.Reason = found
		}
		return nil, refused
	}
	var res *Result
	value, unread := UnmarshalV3(up.ep, a.body)
	if unread == nil {
		res = c.result(up, value, a.header.Get("Request-ID"))
	}
	if !c.SkipVerify {
		if err := c.verifyV3(ctx, up.ep, a, began); err != nil {
			return nil, &VerifyError{Err: err, RequestID: a.header.Get("Request-ID"), Result: res}
		}
	}
	if unread != nil {
		return nil, a.bad(unread)
	}
	return res, nil
}

// meta is the text of the meta part. It is made once: these bytes are signed, and these bytes are sent.
//
//	{"filename":"filea.jpg","sha256":"hjkahkjsjkfsjk78687dhjahdajhk"}
func (up *upload) meta() (string, error) {
	fields := []field{{up.ep.DigestField, up.digest}}
	if up.ep.NameField != "" {
		fields = []field{{up.ep.NameField, up.name}, {up.ep.DigestField, up.digest}}
	}
	extra, err := up.extra()
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // WeChat has none of these escapes
	text := func(s string, next byte) {
		enc.Encode(s)           // a text can always be
		b.Truncate(b.Len() - 1) // the line's end
		b.WriteByte(next)
	}
	b.WriteByte('{')
	for _, f := range append(fields, extra...) {
		text(f.name, ':')
		text(f.value, ',')
	}
	b.Truncate(b.Len() - 1)
	b.WriteByte('}')
	return b.String(), nil
}

// authorize makes the headers of a v3 request with an Authorization over body: for an upload meta, for a GET nothing.
func (c *Client) authorize(method, target string, body []byte, brand bool) (http.Header, error) {
	key, serial, err := c.Merchant.identity()
	if err != nil {
		return nil, err
	}
	a := sign.Authorization{
		Scheme: sign.SchemeRSA, MchID: c.Merchant.MchID, NonceStr: rand.Text(),
		Timestamp: strconv.FormatInt(c.now().Unix(), 10), SerialNo: serial,
	}
	if brand {
		a.Scheme = sign.SchemeBrand
	}
	if a.Signature, err = sign.RSA(key, sign.V3Request(method, target, a.Timestamp, a.NonceStr, body)); err != nil {
		return nil, err
	}
	return http.Header{"Authorization": {a.String()}}, nil
}

// identity is the key that signs requests, and the serial number of its certificate.
func (m *Merchant) identity() (crypto.Signer, string, error) {
	if m == nil {
		return nil, "", errors.New("set Client.Merchant: this endpoint is WeChat Pay's")
	}
	key, serial := m.PrivateKey, m.SerialNo
	if key == nil {
		key, _ = m.Certificate.PrivateKey.(crypto.Signer)
	}
	if serial == "" && len(m.Certificate.Certificate) > 0 {
		cert := m.Certificate.Leaf
		if cert == nil {
			var err error
			if cert, err = x509.ParseCertificate(m.Certificate.Certificate[0]); err != nil {
				return nil, "", errors.New("Merchant.Certificate cannot be read")
			}
		}
		serial = sign.Serial(cert)
	}
	if m.MchID == "" || key == nil || serial == "" {
		return nil, "", errors.New("set Merchant.MchID, PrivateKey and SerialNo (or Certificate for the last two)")
	}
	return key, serial, nil
}

// refusedV3 reads the refusal of a v3 request. It is not verified: the real service does not sign all of them.
func (a *answer) refusedV3() *Error {
	var r V3Refusal
	id := a.header.Get("Request-ID")
	if json.Unmarshal(a.body, &r) != nil || r.Code == "" {
		return a.foreign(PayV3, id)
	}
	e := a.refused(PayV3, r.Code, r.Message, id)
	e.Detail = r.Detail
	return e
}
