package server

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/sign"
)

// payV2Family is APIv2: a TLS client certificate, a signed form, signed XML.
type payV2Family struct{}

// v2Call is what a v2 request showed and said.
type v2Call struct {
	certificate *x509.Certificate
	signType    string
}

func (payV2Family) newID(now time.Time) string { return payV3Family{}.newID(now) + "-0" }

func (payV2Family) admit(c *call) error {
	if c.r.Method != http.MethodPost {
		return refuse(wxup.MethodNotAllowed, "the method is %.16q", c.r.Method)
	}
	if c.r.TLS == nil || len(c.r.TLS.PeerCertificates) == 0 {
		return refuse(wxup.NoClientCertificate, "no client certificate was shown%s", map[bool]string{true: "; the request did not come over TLS"}[c.r.TLS == nil])
	}
	chain := c.r.TLS.PeerCertificates
	cert := chain[0]
	now := c.s.Now()
	if now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return refuse(wxup.UntrustedCertificate, "the client certificate is valid from %s to %s", cert.NotBefore.Format(time.DateOnly), cert.NotAfter.Format(time.DateOnly))
	}
	if cert.Subject.CommonName == "" {
		return refuse(wxup.NoCertificateName, "the client certificate's subject has no common name")
	}
	if c.s.MerchantCAs != nil {
		between := x509.NewCertPool()
		for _, c := range chain[1:] {
			between.AddCert(c)
		}
		_, err := cert.Verify(x509.VerifyOptions{
			Roots: c.s.MerchantCAs, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		})
		if err != nil {
			return refuse(wxup.UntrustedCertificate, "the client certificate: %v", err)
		}
	}
	c.v2.certificate = cert
	return nil
}

func (payV2Family) prove(c *call, f *upload) error {
	if f.err != nil {
		return refuse(formProblem(c.ep, f.err, wxup.BadForm), "%s", printable(f.err.Error()))
	}
	if len(f.twice) > 0 {
		return refuse(wxup.BadParameter, "the form holds %.64q twice", f.twice[0])
	}
	c.rec.Account, c.v2.signType = f.fields["mch_id"], f.fields["sign_type"]
	for _, name := range []string{"mch_id", c.ep.DigestField, "sign"} {
		if f.fields[name] == "" {
			return refuse(wxup.BadParameter, "the form has no %s", name)
		}
	}
	merchant, err := c.s.Index.Merchant(c.ctx, c.rec.Account)
	if errors.Is(err, ErrUnknown) {
		return refuse(wxup.UnknownMerchant, "no merchant %.64q", c.rec.Account)
	} else if err != nil {
		return internal("look up the merchant", err)
	}
	c.merchant = merchant
	if !slices.ContainsFunc(merchant.Certificates, func(mc MerchantCertificate) bool {
		return mc.State == Valid && mc.Certificate.Equal(c.v2.certificate)
	}) {
		return refuse(wxup.BadClientCertificate, "the client certificate (CN %.64q, serial %s) is not a valid one of merchant %s",
			c.v2.certificate.Subject.CommonName, sign.Serial(c.v2.certificate), merchant.MchID)
	}
	if merchant.APIv2Key == "" {
		return refuse(wxup.BadSignature, "the merchant has set no APIv2 key")
	}
	if err := c.verifyV2(f.fields); err != nil {
		return err
	}
	if merchant.Disabled || merchant.Endpoints != nil && !slices.Contains(merchant.Endpoints, c.ep.Name) {
		return refuse(wxup.NotPermitted, "the merchant may not use %s", c.ep.Name)
	}
	return nil
}

// verifyV2 checks the signature over the fields that were sent. Fields that the API does not know may be left out of it:
// the real service ignores them.
func (c *call) verifyV2(fields map[string]string) error {
	if sign.VerifyV2(fields, c.merchant.APIv2Key) {
		return nil
	}
	known := map[string]string{}
	for _, name := range []string{"mch_id", c.ep.DigestField, "sign_type", "sign"} {
		known[name] = fields[name]
	}
	if len(fields) > len(known) && sign.VerifyV2(known, c.merchant.APIv2Key) {
		c.warn("fields that the API does not know are not signed")
		return nil
	}
	return refuse(wxup.BadSignature, "the sign of %d characters is not that of the %d fields sent", len(fields["sign"]), len(fields)-1)
}

func (payV2Family) agree(c *call, f *upload) (string, error) {
	if !f.file.HasFilename {
		return "", refuse(wxup.NoFile, "%s is a text of %d bytes, not a file", c.ep.FilePart, f.file.size)
	}
	if n := utf8.RuneCountInString(f.file.Filename); n > nameMost {
		return "", refuse(wxup.BadParameter, "the filename has %d characters; at most %d are taken", n, nameMost)
	}
	return f.file.Filename, sameDigest(c, f.fields[c.ep.DigestField], f.file, true)
}

func (payV2Family) accepted(c *call, m *Media) reply {
	return c.xml(http.StatusOK, []wxup.V2Field{
		{Name: "return_code", Value: "SUCCESS"}, {Name: "return_msg", Value: "OK"},
		{Name: "result_code", Value: "SUCCESS"}, {Name: c.ep.Answer, Value: m.ID},
	})
}

func (payV2Family) refused(c *call, p refusal) reply {
	r := wxup.PayV2.Refusal(p.Problem, c.s.Profile)
	switch {
	case r.Status != http.StatusOK:
		return reply{r.Status, "text/html", nginxPage(r.Status, r.Message)}
	case r.Protocol && r.Code == "":
		return c.xml(r.Status, []wxup.V2Field{{Name: "return_code", Value: "FAIL"}, {Name: "return_msg", Value: r.Message}})
	case r.Protocol:
		return c.xml(r.Status, []wxup.V2Field{
			{Name: "return_code", Value: "FAIL"}, {Name: "return_msg", Value: r.Message},
			{Name: "result_code", Value: "FAIL"}, {Name: "err_code", Value: r.Code}, {Name: "err_code_des", Value: r.Message},
		})
	}
	return c.xml(r.Status, []wxup.V2Field{
		{Name: "return_code", Value: "SUCCESS"}, {Name: "return_msg", Value: "OK"},
		{Name: "result_code", Value: "FAIL"}, {Name: "err_code", Value: r.Code}, {Name: "err_code_des", Value: r.Message},
	})
}

// xml writes an answer, signed with the merchant's key in the way of the request once the caller is known.
func (c *call) xml(status int, fields []wxup.V2Field) reply {
	h := c.w.Header()
	h.Set("Server", "wxup")
	h.Set("Request-ID", c.rec.ID)
	h.Set("X-Content-Type-Options", "nosniff")
	if c.rec.Proven {
		signed := map[string]string{}
		for _, f := range fields {
			signed[f.Name] = f.Value
		}
		fields = append(fields, wxup.V2Field{Name: "sign", Value: sign.V2As(c.v2.signType, signed, c.merchant.APIv2Key)})
	}
	return reply{status, "text/xml; charset=utf-8", wxup.MarshalV2(fields)}
}

// nginxPage is the page with which the real service's front answers trouble with a client certificate.
func nginxPage(status int, title string) []byte {
	return fmt.Appendf(nil, "<html>\r\n<head><title>%s</title></head>\r\n<body bgcolor=\"white\">\r\n<center><h1>%d %s</h1></center>\r\n"+
		"<center>%s</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
		title, status, http.StatusText(status), strings.TrimPrefix(title, fmt.Sprintf("%d ", status)))
}
