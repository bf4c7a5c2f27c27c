package explain

import (
	"fmt"
	"testing"
)

// TestParts gives the form in parts, as a server has it, and not as it was received: what is found must be the same.
func TestParts(t *testing.T) {
	for _, m := range v3Mistakes {
		c := newClient()
		m.make(c)
		req := c.request()
		whole := V3(req, c.w.known)
		e := examine(req, c.w.known, usualV3)
		parts := *req
		parts.Body, parts.Parts, parts.FormErr, parts.FormWarnings = nil, e.parts, e.formErr, e.warnings
		if whole.Has("v3.body.unread_meta") || e.formErr != nil {
			continue // that can be seen in the body alone
		}
		if r := V3(&parts, c.w.known); fmt.Sprint(r.Findings) != fmt.Sprint(whole.Findings) {
			t.Errorf("%s: in parts %v, whole %v", m.name, r.Findings, whole.Findings)
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
	for _, budget := range []int64{1, 10_000, 1_000_000, 0} {
		req, known := large(setLine(3, func(*client, string) string { return "made twice" }))
		k := *known
		k.Budget = budget
		e := examine(req, &k, usualV3)
		a, _ := e.authorization()
		keys := e.holders()
		e.signature(a, keys, e.claimed(a, keys))
		if budget == 0 {
			budget = DefaultBudget
		}
		if e.spent > budget {
			t.Errorf("budget %d: %d were spent", budget, e.spent)
		}
	}
}
