package server

import (
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
	"github.com/wxup/wxup/wire"
)

// payV2 is APIv2: a TLS client certificate, a signed form, signed XML.
type payV2 struct {
	certificate *x509.Certificate // as shown in the handshake
	signType    string
}

func (*payV2) kind() wxup.Family { return wxup.PayV2 }

func (*payV2) newID(now time.Time) string { return requestID(now) + "-0" }

func (v *payV2) admit(c *call) error {
	if c.r.Method != http.MethodPost {
		return refuse(problem.MethodNotAllowed, "the method is %.16q", c.r.Method)
	}
	if c.r.TLS == nil || len(c.r.TLS.PeerCertificates) == 0 {
		return refuse(problem.NoClientCertificate, "no client certificate was shown%s", map[bool]string{true: "; the request did not come over TLS"}[c.r.TLS == nil])
	}
	chain := c.r.TLS.PeerCertificates
	cert := chain[0]
	now := c.s.Now()
	if now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return refuse(problem.UntrustedCertificate, "the client certificate is valid from %s to %s", cert.NotBefore.Format(time.DateOnly), cert.NotAfter.Format(time.DateOnly))
	}
	if cert.Subject.CommonName == "" {
		return refuse(problem.NoCertificateName, "the client certificate's subject has no common name")
	}
	if c.s.MerchantCAs != nil {
		between := x509.NewCertPool()
		for _, ca := range chain[1:] {
			between.AddCert(ca)
		}
		_, err := cert.Verify(x509.VerifyOptions{
			Roots: c.s.MerchantCAs, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		})
		if err != nil {
			return refuse(problem.UntrustedCertificate, "the client certificate: %v", err)
		}
	}
	v.certificate = cert
	return nil
}

// recognize takes the handshake as proof, if a CA of the operator's has issued the certificate.
func (v *payV2) recognize(c *call, _ *upload) (account string) {
	if c.s.MerchantCAs == nil {
		return ""
	}
	return v.certificate.Subject.CommonName
}

func (v *payV2) prove(c *call, u *upload) error {
	if u.err != nil {
		return refuse(formProblem(c.ep, u.err, problem.BadForm), "%s", printable(u.err.Error()))
	}
	if len(u.twice) > 0 {
		return refuse(problem.BadParameter, "the form contains %.64q twice", u.twice[0])
	}
	c.rec.Account, v.signType = u.fields["mch_id"], u.fields["sign_type"]
	for _, name := range []string{"mch_id", c.ep.DigestField, "sign"} {
		if name != "" && u.fields[name] == "" {
			return refuse(problem.BadParameter, "the form has no %s", name)
		}
	}
	merchant, err := c.s.Index.Merchant(c.ctx, c.rec.Account)
	if errors.Is(err, ErrNotFound) {
		return refuse(problem.UnknownMerchant, "no merchant %.64q", c.rec.Account)
	} else if err != nil {
		return internal("look up the merchant", err)
	}
	c.merchant = merchant
	if !slices.ContainsFunc(merchant.Certificates, func(mc MerchantCertificate) bool {
		return mc.State == Valid && mc.Certificate.Equal(v.certificate)
	}) {
		return refuse(problem.BadClientCertificate, "the client certificate (CN %.64q, serial %s) is not a valid certificate of merchant %s",
			v.certificate.Subject.CommonName, sign.Serial(v.certificate), merchant.MchID)
	}
	if merchant.APIv2Key == "" {
		return refuse(problem.BadSignature, "the merchant has no APIv2 key")
	}
	if err := verifyV2(c, u.fields); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(u.fields)) {
		if sameSecret(strings.TrimSpace(u.fields[name]), merchant.APIv2Key) {
			c.warn("the APIv2 key was sent as %.64q; it is only appended to the text that is signed, and must be set anew: it is now in logs", name)
		}
	}
	if merchant.Disabled || merchant.Endpoints != nil && !slices.Contains(merchant.Endpoints, c.ep.Name) {
		return refuse(problem.NotPermitted, "the merchant may not use %s", c.ep.Name)
	}
	return nil
}

// verifyV2 checks the signature over the fields that were sent. It may leave out fields that the
// API does not know: the real service ignores them.
func verifyV2(c *call, fields map[string]string) error {
	if sign.VerifyV2(fields, c.merchant.APIv2Key) {
		return nil
	}
	known := map[string]string{}
	for name, value := range fields {
		if slices.Contains([]string{"mch_id", c.ep.DigestField, "sign_type", "sign"}, name) || slices.ContainsFunc(c.ep.Fields, func(f wxup.Field) bool { return f.Name == name }) {
			known[name] = value
		}
	}
	if len(fields) > len(known) && sign.VerifyV2(known, c.merchant.APIv2Key) {
		c.warn("fields that the API does not know are not signed")
		return nil
	}
	return refuse(problem.BadSignature, "the sign of %d characters does not match the %d fields sent", len(fields["sign"]), len(fields)-1)
}

func (v *payV2) agree(c *call, u *upload) (string, error) {
	if !u.file.HasFilename {
		return "", refuse(problem.NoFile, "%s is a text part of %d bytes, not a file", c.ep.FilePart, u.file.size)
	}
	if n := utf8.RuneCountInString(u.file.Filename); n > maxName {
		return "", refuse(problem.BadParameter, "the filename has %d characters; at most %d are taken", n, maxName)
	}
	if err := requiredFields(c.ep, u); err != nil {
		return "", err
	}
	return u.file.Filename, sameDigest(c, u.fields[c.ep.DigestField], u.file, true)
}

func (v *payV2) accepted(c *call, m *Media) reply {
	fields := []wire.Field{
		{Name: "return_code", Value: "SUCCESS"}, {Name: "return_msg", Value: "OK"}, {Name: "result_code", Value: "SUCCESS"},
	}
	for _, x := range members(c.ep, m) {
		fields = append(fields, wire.Field{Name: x.Name, Value: x.Value.(string)})
	}
	return v.xml(c, http.StatusOK, fields)
}

func (v *payV2) refused(c *call, p refusal) reply {
	r := problem.V2.Refusal(p.Problem, c.profile)
	switch {
	case r.Status != http.StatusOK:
		return reply{status: r.Status, contentType: "text/html", body: nginxPage(r.Status, r.Message)}
	case r.Protocol && r.Code == "":
		return v.xml(c, r.Status, []wire.Field{{Name: "return_code", Value: "FAIL"}, {Name: "return_msg", Value: r.Message}})
	case r.Protocol:
		return v.xml(c, r.Status, []wire.Field{
			{Name: "return_code", Value: "FAIL"}, {Name: "return_msg", Value: r.Message},
			{Name: "result_code", Value: "FAIL"}, {Name: "err_code", Value: r.Code}, {Name: "err_code_des", Value: r.Message},
		})
	}
	return v.xml(c, r.Status, []wire.Field{
		{Name: "return_code", Value: "SUCCESS"}, {Name: "return_msg", Value: "OK"},
		{Name: "result_code", Value: "FAIL"}, {Name: "err_code", Value: r.Code}, {Name: "err_code_des", Value: r.Message},
	})
}

// xml writes an answer. Once the caller is known it is signed with the merchant's key, by the
// request's sign_type.
func (v *payV2) xml(c *call, status int, fields []wire.Field) reply {
	if c.rec.Proven {
		signed := map[string]string{}
		for _, f := range fields {
			signed[f.Name] = f.Value
		}
		fields = append(fields, wire.Field{Name: "sign", Value: sign.V2(v.signType, signed, c.merchant.APIv2Key)})
	}
	return reply{status: status, contentType: "text/xml; charset=utf-8", body: wire.MarshalV2(fields)}
}

func (*payV2) seal(c *call, rep reply) reply {
	h := c.w.Header()
	h.Set("Server", "wxup")
	h[wire.RequestIDHeader] = []string{c.rec.ID}
	h.Set("X-Content-Type-Options", "nosniff")
	return rep
}

// nginxPage is the page that the real service's front end sends for a problem with a client
// certificate.
func nginxPage(status int, title string) []byte {
	return fmt.Appendf(nil, "<html>\r\n<head><title>%s</title></head>\r\n<body bgcolor=\"white\">\r\n<center><h1>%d %s</h1></center>\r\n"+
		"<center>%s</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
		title, status, http.StatusText(status), strings.TrimPrefix(title, fmt.Sprintf("%d ", status)))
}
