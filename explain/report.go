package explain

import (
	"cmp"
	"strings"
)

// Report is what was found out about one request.
type Report struct {
	Findings []Finding `json:"findings,omitempty"` // what is proved before what is likely, the strongest first
	RuledOut []Words   `json:"ruled_out,omitempty"`
	Check    []Words   `json:"check,omitempty"`    // what to check; only if there are no findings
	Verified bool      `json:"verified,omitempty"` // the signature, sign or token is right
	Work     int       `json:"work"`               // hashes computed

	// Unexplained says why nothing was looked for; empty if something was.
	Unexplained Words `json:"unexplained,omitzero"`
}

// Has reports whether a cause was found.
func (r *Report) Has(cause string) bool {
	for _, f := range r.Findings {
		if f.Cause == cause {
			return true
		}
	}
	return false
}

// Finding is one cause that was found.
type Finding struct {
	Cause     string    `json:"cause"`           // v3.body.whole_multipart; see [Causes]
	Value     string    `json:"value,omitempty"` // replaces {} in the title: "+3 s", "SHA-1"
	Certainty Certainty `json:"certainty"`
	Lines     string    `json:"lines,omitempty"` // the lines of code that fit the API, if not the cause's own: form.v2
	Proof     Proof     `json:"proof"`
}

// Certainty says how sure a [Finding] is.
type Certainty string

const (
	// Proved: a text verifies, a key opens the signature, a digest matches, or the request
	// literally says so.
	Proved Certainty = "proved"
	// Likely: it is in the request, but whether WeChat's servers refuse it is not known.
	Likely Certainty = "likely"
)

// Proof is the evidence for a finding. If the signed text was wrong in two ways, Wanted is it with
// this one corrected. The texts are cut to 160 bytes around the first difference, and characters
// that cannot be seen are replaced: ⏎ is LF, ␍ CR, ␉ TAB, and <FF> a byte that is not text. Keys
// and tokens are masked.
type Proof struct {
	Kind   string `json:"kind"`             // signed, mac, opened or fact
	Fact   string `json:"fact,omitempty"`   // as in the request
	Signed string `json:"signed,omitempty"` // the text that verifies, which the client signed
	Wanted string `json:"wanted,omitempty"` // the same place of the text that should have been signed
	Offset int    `json:"offset,omitempty"` // of the first difference, in bytes from the start of both
	Line   int    `json:"line,omitempty"`   // of the first difference in the wanted text, from 1

	SignedLen int `json:"signed_len,omitempty"` // of the whole texts, in bytes
	WantedLen int `json:"wanted_len,omitempty"`
}

// The kinds of [Proof].
const (
	ProofSigned = "signed" // the signature holds the hash of Signed
	ProofMAC    = "mac"    // the sign computed over Signed is the one that was sent
	ProofOpened = "opened" // it shows in what the signature holds, or in whose key opens it
	ProofFact   = "fact"   // it is in the request
)

// Text says what is wrong in one sentence, in "en" or "zh".
func (f Finding) Text(lang string) string { return f.fill(causeOf(f.Cause).Title.In(lang)) }

// Label returns the id of the cause, and says if the finding is only likely, in "en" or "zh".
func (f Finding) Label(lang string) string {
	if f.Certainty == Likely {
		return f.Cause + Words{", likely", "，可能"}.In(lang)
	}
	return f.Cause
}

// Fix says what to change, in "en" or "zh".
func (f Finding) Fix(lang string) string { return f.fill(causeOf(f.Cause).Fix.In(lang)) }

// SDK returns the line to change or to write in one of [Languages], or "".
func (f Finding) SDK(language string) string {
	return catalog().sdks[cmp.Or(f.Lines, causeOf(f.Cause).lines)][language]
}

func (f Finding) fill(text string) string { return strings.ReplaceAll(text, "{}", f.Value) }

// String is for logs: the id and the value.
func (f Finding) String() string {
	if f.Value == "" {
		return f.Cause
	}
	return f.Cause + " (" + f.Value + ")"
}
