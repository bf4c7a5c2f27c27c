package inspector

import (
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/internal/secret"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// signText is the string to sign (待签名串) of a recorded request, as the server built it.
type signText struct {
	Text []byte

	// APIv3: the lines.
	Method, Target, Timestamp, Nonce string
	Body                             []byte // the raw meta

	// APIv2: the fields that were sent. The key is not in the record, and masked in Text.
	Fields   map[string]string
	SignType string
}

// keyMask stands for the APIv2 key.
const keyMask = secret.Hidden

// stringToSign rebuilds it from the record; nil if the family signs nothing, or the request did not
// get so far.
func stringToSign(e *server.Exchange, ep *wxup.Endpoint) *signText {
	switch e.Family {
	case wxup.PayV3:
		return v3SignText(e, ep)
	case wxup.PayV2:
		return v2SignText(e, ep)
	}
	return nil
}

func v3SignText(e *server.Exchange, ep *wxup.Endpoint) *signText {
	a, err := sign.ParseAuthorization(header(e, "Authorization"))
	if err != nil {
		return nil
	}
	s := &signText{Method: e.Method, Target: e.Path, Timestamp: a.Timestamp, Nonce: a.NonceStr}
	if ep != nil {
		for _, p := range e.Request.Parts {
			if p.Name == ep.MetaPart {
				s.Body = []byte(p.Text)
				break
			}
		}
	}
	s.Text = sign.V3Request(s.Method, s.Target, s.Timestamp, s.Nonce, s.Body)
	return s
}

func v2SignText(e *server.Exchange, ep *wxup.Endpoint) *signText {
	if ep == nil || len(e.Request.Parts) == 0 {
		return nil
	}
	s := &signText{Fields: map[string]string{}, SignType: sign.MD5}
	for _, p := range e.Request.Parts {
		if _, twice := s.Fields[p.Name]; p.Name != "" && p.Name != ep.FilePart && p.Name != "sign" && p.Text != "" && !twice {
			s.Fields[p.Name] = p.Text
		}
	}
	if s.Fields["sign_type"] == sign.HMACSHA256 {
		s.SignType = sign.HMACSHA256
	}
	s.Text = sign.V2Text(s.Fields, keyMask)
	return s
}

// header gives a recorded header's value.
func header(e *server.Exchange, name string) string {
	return strings.Join(e.Request.Headers[name], ",")
}
