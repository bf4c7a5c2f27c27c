package explain

import "strings"

// Account explains a refused call of the Official Account API.
func Account(req *Request, known *Known) Report {
	f := readFacts(req, usualAccount)
	work := budgetOf(known)
	known = settle(known, "", nil)
	d := &draft{ep: f.ep, unknown: req.Unknown, secrets: secretsOf(f, known)}
	if req.Method != "" && req.Method != "POST" {
		d.find("account.method", req.Method, req.Method)
	}
	if req.Chunked || strings.EqualFold(req.Header.Get("Transfer-Encoding"), "chunked") {
		d.find("account.chunked", "", "Transfer-Encoding: chunked")
	}
	if req.Scheme == "http" {
		d.find("account.no_tls", "", "http://"+req.Host)
	}
	if !f.ep.Corp {
		judgeHost(d, "account.host", req.Host, notAccountHosts)
	}
	if !paySignature(f, d) {
		judgeTokens(f, d, known)
	}
	judgeForm(f, d)
	judgeFile(f, d)
	if len(d.report.Findings) == 0 {
		d.check("note.check_one_cache")
		d.check("note.check_account")
	}
	return d.finish(work)
}

// paySignature says that a request was built for WeChat Pay: it has an APIv3 signature, and no
// access_token.
func paySignature(f *facts, d *draft) bool {
	auth := strings.TrimSpace(f.Header.Get("Authorization"))
	if !strings.HasPrefix(auth, "WECHATPAY") || len(f.query("access_token")) > 0 {
		return false
	}
	d.find("account.pay_signature", "", "Authorization: "+auth[:min(len(auth), 40)])
	return true
}
