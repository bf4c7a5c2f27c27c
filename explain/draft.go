package explain

import (
	"cmp"
	"slices"
	"strings"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain/text"
)

// draft is a report while it is written. Whatever goes into it is masked.
type draft struct {
	report  Report
	ep      *wxup.Endpoint // that of the request, or one like it; nil if there is none
	unknown []string       // nothing is said against a value that contains one of them
	secrets secrets

	otherwise *Finding // what is certain, and said if nothing else is found
}

// find adds a finding that is proved by what the request says, fact.
func (d *draft) find(cause, value, fact string) { d.findAs(Proved, cause, value, fact) }

// suspect adds a finding about what the request says that is only likely to be the cause.
func (d *draft) suspect(cause, value, fact string) { d.findAs(Likely, cause, value, fact) }

func (d *draft) findAs(c Certainty, cause, value, fact string) {
	if !d.report.Has(cause) && firstIn(d.unknown, fact) == "" { // a header may have 8,000 mistakes of one kind
		d.put(Finding{cause, value, c, "", Proof{Kind: ProofFact, Fact: text.Visible(d.secrets.mask(fact[:min(len(fact), maxMasked)]), 200)}})
	}
}

// atLeast notes what is certain, proved by what the request says, and is said if nothing else is
// found.
func (d *draft) atLeast(cause, value, fact string) {
	if d.otherwise == nil {
		d.otherwise = &Finding{cause, text.Visible(d.secrets.mask(value[:min(len(value), maxMasked)]), maxValue), Proved, "", Proof{Kind: ProofFact, Fact: text.Visible(d.secrets.mask(fact), 200)}}
	}
}

// remark adds a finding about a form that can be read, and that the real service is known to refuse
// or to misread. It is not the cause of a signature that no key opens, or that is right for no text
// that was tried.
func (d *draft) remark(cause, value, fact string) {
	if !d.report.Has("v3.key.unknown") && !d.report.Has("v3.text.unknown") && !d.found("v3.signature.") {
		d.find(cause, value, fact)
	}
}

// prove adds a finding with its proof.
func (d *draft) prove(cause, value string, proof Proof) {
	d.put(Finding{cause, value, Proved, "", proof})
}

func (d *draft) proveAll(flaws []text.Flaw, proof Proof) {
	for _, f := range flaws {
		d.prove(f.Cause, f.Value, proof)
	}
}

func (d *draft) put(f Finding) {
	if !d.report.Has(f.Cause) {
		f.Value = text.Visible(d.secrets.mask(f.Value[:min(len(f.Value), maxMasked)]), maxValue)
		d.report.Findings = append(d.report.Findings, f)
	}
}

// drop takes findings back.
func (d *draft) drop(causes ...string) {
	d.report.Findings = slices.DeleteFunc(d.report.Findings, func(f Finding) bool { return slices.Contains(causes, f.Cause) })
}

// found reports whether a cause was found whose id begins with prefix.
func (d *draft) found(prefix string) bool {
	return slices.ContainsFunc(d.report.Findings, func(f Finding) bool { return strings.HasPrefix(f.Cause, prefix) })
}

func (d *draft) ruledOut(note string, values ...any) {
	d.report.RuledOut = append(d.report.RuledOut, fillNote(note, values...))
}

func (d *draft) check(note string, values ...any) {
	d.report.Check = append(d.report.Check, fillNote(note, values...))
}

// verified notes that the signature, sign or token is right.
func (d *draft) verified(note string, values ...any) {
	d.report.Verified = true
	d.ruledOut(note, values...)
}

// unjudged notes that something cannot be judged because it contains a text that is not known. The
// name of that text is shown, but not a command: $TOKEN, $….
func (d *draft) unjudged(what Words, unknown string) {
	shown := unknown
	if i := strings.IndexFunc(unknown, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("$%{}_", r))
	}); i >= 0 {
		shown = unknown[:i] + "…"
	}
	d.ruledOut("note.unjudged", what, text.Visible(shown, 40))
}

// finish sorts the findings: what is proved comes first, and what a key proves before what is in
// the request.
func (d *draft) finish(work *text.Budget) Report {
	rank := func(f Finding) int {
		switch {
		case f.Certainty == Likely:
			return 2
		case f.Proof.Kind == ProofFact:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(d.report.Findings, func(a, b Finding) int { return cmp.Compare(rank(a), rank(b)) })
	explained := slices.ContainsFunc(d.report.Findings, func(f Finding) bool {
		return f.Cause != "file.name_and_content" && f.Cause != "file.suffix" // which explain nothing else
	})
	if !explained && d.otherwise != nil {
		d.report.Findings = append([]Finding{*d.otherwise}, d.report.Findings...)
	}
	if len(d.report.Findings) > 0 {
		d.report.Check = nil
	}
	for i := range d.report.Findings {
		f := &d.report.Findings[i]
		f.Lines = catalog().linesFor(f.Cause, d.ep)
	}
	d.report.Work = work.Calls
	return d.report
}
