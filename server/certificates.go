package server

import (
	"net/http"

	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// certificates is GET /v3/certificates: the platform certificates, each encrypted under the
// merchant's APIv3 key.
func (s *Server) certificates(w http.ResponseWriter, r *http.Request) {
	v := &payV3{}
	c := s.newCall(w, r, v, nil)
	rep, err := s.listCertificates(c, v)
	if err != nil {
		c.refuse(err)
		return
	}
	c.done(v.seal(c, rep))
}

func (s *Server) listCertificates(c *call, v *payV3) (reply, error) {
	if c.r.Method != http.MethodGet {
		return reply{}, refuse(problem.MethodNotAllowed, "the method is %.16q", c.r.Method)
	}
	if err := c.step("admit", v.admitHeader(c)); err != nil {
		return reply{}, err
	}
	body, err := c.readAll()
	if err != nil {
		return reply{}, refuse(problem.BadForm, "read the body: %v", err)
	}
	if err := c.step("prove", v.verify(c.r, body)); err != nil {
		return reply{}, err
	}
	c.rec.Proven = true
	switch {
	case c.merchant.PublicKeyOnly:
		return reply{}, refuse(problem.NoPlatformCertificate, "merchant %s is in public-key mode and has no platform certificates", c.merchant.MchID)
	case c.merchant.APIv3Key == "":
		return reply{}, refuse(problem.NoAPIv3Key, "the merchant has no APIv3 key")
	}
	keys, err := s.Index.PlatformKeys(c.ctx)
	if err != nil {
		return reply{}, internal("list the platform keys", err)
	}
	list := wire.CertificateList{Data: []wire.CertificateItem{}}
	for _, k := range keys {
		if k.Certificate == nil {
			continue
		}
		item, err := wire.SealCertificate(k.ID, k.Certificate, c.merchant.APIv3Key, randomHex(6))
		if err != nil {
			return reply{}, internal("encrypt the certificate", err)
		}
		list.Data = append(list.Data, item)
	}
	return reply{status: http.StatusOK, contentType: jsonUTF8, body: encodeJSON(list)}, nil
}
