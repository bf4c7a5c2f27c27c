package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

func (*payV3) accepted(c *call, m *Media) reply {
	body, _ := wire.MarshalV3(members(c.ep, m)...) // texts always encode
	return reply{status: http.StatusOK, contentType: jsonUTF8, body: body}
}

func (v *payV3) refused(c *call, p refusal) reply {
	r := problem.V3.Refusal(p.Problem, c.profile)
	if r.Code == "" {
		return reply{status: r.Status, number: r.Number}
	}
	answer := wire.V3Refusal{Code: r.Code, Message: r.Message}
	switch {
	case p.Problem == problem.BadSignature && r.Code == "SIGN_ERROR":
		answer.Detail = v.signDetail(c.r)
	case r.Field != "":
		answer.Detail = encodeJSON(wire.V3Detail{Field: r.Field, Location: r.Where})
	}
	return reply{status: r.Status, contentType: jsonUTF8, body: encodeJSON(answer), number: r.Number}
}

// signDetail is what the real service tells of its own string to sign.
func (v *payV3) signDetail(r *http.Request) json.RawMessage {
	without := sign.V3Request(r.Method, target(r), v.auth.Timestamp, v.auth.NonceStr, nil)
	detail, _ := wire.SignDetail(r.Method, target(r), v.text, len(v.text)-len(without))
	return detail
}

// seal completes a v3 answer: the headers that all of them carry, and the signature. Only callers
// that have proved who they are get a signature; the real service was seen to sign its 200s and
// 400s, not its 401s.
func (*payV3) seal(c *call, rep reply) reply {
	base, _, _ := strings.Cut(c.rec.ID, "-")
	c.rec.ID = base + "-" + strconv.Itoa(rep.number)
	h := c.w.Header()
	h.Set("Server", "wxup")
	h.Set("Cache-Control", "no-cache, must-revalidate")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Language", "zh-CN")
	h[wire.RequestIDHeader] = []string{c.rec.ID}
	if c.s.KeepAlive > 0 && c.r.ProtoMajor == 1 && h.Get("Connection") == "" { // closeChunked sets it
		h.Set("Connection", "keep-alive")
		h.Set("Keep-Alive", fmt.Sprintf("timeout=%d", int(c.s.KeepAlive/time.Second)))
	}
	if !c.rec.Proven {
		return rep
	}
	if err := signAnswer(c, rep.body); err != nil {
		c.s.Log.Error("answer not signed", "id", c.rec.ID, "err", err)
	}
	return rep
}

func signAnswer(c *call, body []byte) error {
	ctx, cancel := c.closing()
	defer cancel()
	key, err := answerKey(ctx, c)
	if err != nil {
		return err
	}
	timestamp, nonce := strconv.FormatInt(c.s.Now().Unix(), 10), randomHex(16)
	signature, err := sign.RSA(key.Key, sign.V3Answer(timestamp, nonce, body))
	if err != nil {
		return err
	}
	c.rec.Request.AnswerSerial = key.ID
	wire.Proof{Timestamp: timestamp, Nonce: nonce, Signature: signature, Serial: key.ID}.Set(c.w.Header())
	return nil
}

// answerKey chooses the key that signs an answer: the one that the request's Wechatpay-Serial
// names, or else the first of the merchant's mode.
func answerKey(ctx context.Context, c *call) (PlatformKey, error) {
	keys, err := c.s.Index.PlatformKeys(ctx)
	if err != nil {
		return PlatformKey{}, err
	}
	if len(keys) == 0 {
		return PlatformKey{}, errors.New("there is no platform key")
	}
	asked := c.r.Header.Get(wire.SerialHeader)
	onlyPublic := c.merchant != nil && c.merchant.PublicKeyOnly
	wantCertificate := c.ep == nil // GET /v3/certificates: signed by one of the certificates in the answer
	best := -1                     // the first of the merchant's mode
	for i, k := range keys {
		if asked != "" && sign.SameSerial(asked, k.ID) && !(wantCertificate && k.Certificate == nil) {
			return k, nil
		}
		if best < 0 && (k.Certificate == nil) == (onlyPublic && !wantCertificate) {
			best = i
		}
	}
	return keys[max(best, 0)], nil
}
