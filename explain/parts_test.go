package explain

import (
	"fmt"
	"testing"
)

// TestParts gives the form in parts, as a server has it, and not as it was received: what is found
// must be the same.
func TestParts(t *testing.T) {
	t.Parallel()
	for _, m := range everyMistake() {
		if m.family != "v3" {
			continue
		}
		f := readFacts(m.request, usualV3)
		parts := *m.request
		parts.Body, parts.Parts, parts.FormErr, parts.FormWarnings = nil, f.parts, f.formErr, f.warnings
		if m.report.Has("v3.body.unread_meta") || f.formErr != nil {
			continue // that can be seen in the body alone
		}
		if r := V3(&parts, m.known); fmt.Sprint(r.Findings) != fmt.Sprint(m.report.Findings) {
			t.Errorf("%s: in parts %v, whole %v", m.name, r.Findings, m.report.Findings)
		}
	}
}

// TestCertificatesCall explains a call without a form.
func TestCertificatesCall(t *testing.T) {
	c := newClient()
	c.method, c.target, c.meta, c.body = "GET", "/v3/certificates", "", []byte{}
	c.contentType = "none"
	noLastLF(c)
	r := V3(c.request(), c.w.known)
	if fmt.Sprint(r.Findings) != "[v3.frame.no_last_lf]" && fmt.Sprint(r.Findings) != "[v3.frame.no_body_line]" {
		t.Errorf("%+v", r)
	}
}

// TestNothingKnown gives no knowledge at all, and requests that are hardly any.
func TestNothingKnown(t *testing.T) {
	for _, req := range []*Request{{}, {Method: "POST"}, {Target: "?"}, newClient().request()} {
		for _, explain := range []func(*Request, *Known) Report{V3, V2, Account} {
			explain(req, nil)
			explain(req, &Known{})
			explain(req, &Known{Merchant: &Merchant{Keys: []Key{{}}}, Others: []*Merchant{{}}})
		}
		TokenTexts(req)
		Observed(nil, req)
	}
	r := V3(newClient().request(), nil)
	if r.Verified || len(r.Findings) > 0 || len(r.RuledOut) == 0 {
		t.Errorf("%+v", r)
	}
}

// TestBudget bounds the work.
func TestBudget(t *testing.T) {
	t.Parallel()
	for _, budget := range []int64{1, 10_000, 1_000_000, 0} {
		req, known := large(setLine(3, func(*client, string) string { return "made twice" }))
		k := *known
		k.Budget = budget
		f, d, work := readFacts(req, usualV3), &draft{}, budgetOf(&k)
		a, _ := readAuthorization(f, d)
		keys := holders(&k)
		x := &signer{f, d, &k, a, keys, claimedKey(f, d, a, keys)}
		x.explain(newSearch(sourceOf(f, &k, a, &digests{facts: f, work: work}, work)))
		if work.Spent > work.Limit {
			t.Errorf("budget %d: %d were spent", budget, work.Spent)
		}
	}
}
