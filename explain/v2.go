package explain

import (
	"slices"
	"strings"

	"github.com/wxup/wxup/explain/text"
)

// V2 explains a refused APIv2 upload.
func V2(req *Request, known *Known) Report { return explainV2(req, known, budgetOf(known)) }

func explainV2(req *Request, known *Known, work *text.Budget) Report {
	f := readFacts(req, usualV2)
	d := &draft{ep: f.ep, unknown: req.Unknown}
	id := sentMchID(f)
	if slices.Contains(sampleValues, id) && !isKnown(known, id) {
		id = "" // that of the documentation: the certificate says whose it is
	}
	known = settle(known, id, hasCertificate(req.ClientCertificates))
	d.secrets = secretsOf(f, known)
	if req.Method != "" && req.Method != "POST" {
		d.find("v2.method", req.Method, req.Method)
	}
	judgeHost(d, "v2.host", req.Host, notPayHosts)
	_, signed := f.field("sign")
	if auth := strings.TrimSpace(req.Header.Get("Authorization")); strings.HasPrefix(auth, "WECHATPAY") && !signed {
		d.find("v2.apiv3_request", "", "Authorization: "+auth[:min(len(auth), 40)]) // built for another API: nothing else counts
		return d.finish(work)
	}
	clientCertificate(f, d, known)
	judgeFields(f, d, known)
	judgeSentKey(f, d, known)
	sums := &digests{facts: f, work: work}
	if sent, ok := f.field("sign"); ok && sent != "" && !d.found("v2.form.") {
		if u := unknownField(f); u != "" {
			d.unjudged(Words{"the sign", "sign"}, u)
		} else {
			judgeSign(f, d, known, sums, sent)
		}
	}
	reconcile(f, d, known)
	judgeForm(f, d)
	if f.file != nil && !holdsKey(f.sentDigest(), ownKey(known)) {
		judgeDigest(f, d, sums, secretKeys(known.Merchant), f.ep.DigestField, f.sentDigest())
	}
	judgeFile(f, d)
	return d.finish(work)
}

// unknownField returns the first unknown text in the fields, or "".
func unknownField(f *facts) string {
	for _, x := range f.fields {
		if u := f.unknown(x.Value); u != "" {
			return u
		}
	}
	return ""
}
