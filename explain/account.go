package explain

import (
	"slices"
	"strings"

	"github.com/wxup/wxup/problem"
)

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
	if !f.ep.Corp && !(atCorpUpload(f) && hasCorpToken(f, known)) {
		judgeHost(d, "account.host", req.Host, notAccountHosts)
	}
	if !req.NoToken && !paySignature(f, d) {
		judgeTokens(f, d, known)
	}
	if cause := uploadStates[req.Problem]; cause != "" && !d.found("account.token.") {
		d.find(cause, req.ProblemValue, req.Method+" "+pathOf(req.Target))
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

// uploadStates are the causes of refused uploads that the request does not show.
var uploadStates = map[problem.Problem]string{
	problem.NotPermitted: "account.state.permission", problem.AccountLimited: "account.state.limited", problem.APIForbidden: "account.state.forbidden",
	problem.APIUnauthorized: "account.state.unauthorized", problem.NotAuthorized: "account.state.not_authorized", problem.UnknownApp: "account.ask.unknown",
}

// hasCorpToken reports whether the request has a token of WeCom.
func hasCorpToken(f *facts, known *Known) bool {
	return slices.ContainsFunc(known.Tokens, func(k Token) bool {
		return k.Kind == "corp" && slices.ContainsFunc(tokenTexts(f), func(t tokenText) bool { return t.text == k.Value })
	})
}
