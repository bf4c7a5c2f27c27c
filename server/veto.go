package server

import (
	"slices"

	"github.com/wxup/wxup"
)

// veto asks Config.Veto, and gives its error the form that it would have had by its natural cause.
func (c *call) veto() error {
	err := c.s.Veto(c.r, c.rec)
	if err == nil {
		return nil
	}
	p := wxup.ProblemOf(err)
	if !slices.ContainsFunc(c.ep.Family.Refusals(), func(r wxup.RefusalText) bool { return r.Problem == p }) {
		return internal("veto", err)
	}
	r := refusal{Problem: p, reason: err.Error(), vetoed: true}
	if slices.Contains(beforeProof, p) {
		c.rec.Proven, c.rec.Nonce = false, nil
		if p == wxup.BadSignature && c.ep.Family == wxup.PayV3 {
			r.detail = c.signDetail()
		}
	}
	return r
}

// beforeProof are the problems that are found before the caller has proved who it is. Their answers are not signed, and
// spend no nonce.
var beforeProof = []wxup.Problem{
	wxup.MethodNotAllowed, wxup.NotHTTPS, wxup.ChunkedBody, wxup.MissingHeader, wxup.BadForm, wxup.EmptyBody, wxup.BadParameter,
	wxup.BadAuthorization, wxup.BadScheme, wxup.Expired, wxup.UnknownMerchant, wxup.UnknownSerial, wxup.NoCertificate,
	wxup.CertificateExpired, wxup.CertificateRevoked, wxup.CertificateReplaced, wxup.BadSignature, wxup.BadSignText,
	wxup.NoClientCertificate, wxup.NoCertificateName, wxup.UntrustedCertificate, wxup.BadClientCertificate, wxup.NotPermitted,
	wxup.NoToken, wxup.BadToken, wxup.MalformedToken, wxup.TokenExpired, wxup.UnknownApp, wxup.APIUnauthorized,
	wxup.APIForbidden, wxup.AccountLimited, wxup.NotAuthorized, wxup.Unavailable,
}
