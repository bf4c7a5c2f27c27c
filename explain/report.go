package explain

import (
	"fmt"
	"strings"
)

// Report is what was found out about one request.
type Report struct {
	Findings []Finding `json:"findings,omitempty"` // the strongest first; each one proved
	RuledOut []Words   `json:"ruled_out,omitempty"`
	Check    []Words   `json:"check,omitempty"`    // when no Finding tells why: what is worth looking at
	Verified bool      `json:"verified,omitempty"` // the signature, sign or token is right as it stands
	Work     int       `json:"work"`               // hashes computed
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

// Finding is one cause that was proved.
type Finding struct {
	Cause string `json:"cause"`           // an id of the table: v3.body.whole_multipart
	Value string `json:"value,omitempty"` // what stands in the place of {} in its title: "+3 s", "SHA-1"
	Proof Proof  `json:"proof"`
}

// Proof is the evidence. Where a text was wrong in two ways, Wanted shows it with this one mended. The texts are cut to
// where they begin to differ, at most 160 bytes, and what cannot be seen in them is shown: ⏎ is LF, ␍ CR, ␉ TAB, and <FF>
// a byte that is no text. Keys and tokens are masked.
type Proof struct {
	Kind   string `json:"kind"`             // signed, mac, opened or fact
	Fact   string `json:"fact,omitempty"`   // as it stands in the request
	Signed string `json:"signed,omitempty"` // from the text that verifies: what the client has signed
	Wanted string `json:"wanted,omitempty"` // the same place in the text that should have been signed
	Offset int    `json:"offset,omitempty"` // of the first difference, in bytes from the start of both
	Line   int    `json:"line,omitempty"`   // … and on which line of the wanted text, counted from 1

	SignedLen int `json:"signed_len,omitempty"` // of the whole texts, in bytes
	WantedLen int `json:"wanted_len,omitempty"`
}

// The kinds of Proof.
const (
	ProofSigned = "signed" // the hash of the text Signed is the one that the signature holds
	ProofMAC    = "mac"    // the sign computed over the text Signed is the one that was sent
	ProofOpened = "opened" // it was seen in what the signature holds, or in whose key opens it
	ProofFact   = "fact"   // it stands in the request
)

// Text says what is wrong in one sentence, in "en" or "zh".
func (f Finding) Text(lang string) string { return f.fill(causeOf(f.Cause).Title.In(lang)) }

// Fix says what to change, in "en" or "zh".
func (f Finding) Fix(lang string) string { return f.fill(causeOf(f.Cause).Fix.In(lang)) }

// SDK is the line to change, or to write, in "go", "java", "php", "node" or "python"; "" for any other.
func (f Finding) SDK(language string) string { return causeOf(f.Cause).SDK[language] }

func (f Finding) fill(text string) string { return strings.ReplaceAll(text, "{}", f.Value) }

// String is for logs: the id, and what it is about.
func (f Finding) String() string {
	if f.Value == "" {
		return f.Cause
	}
	return f.Cause + " (" + f.Value + ")"
}

// Words is a text in the two languages that people are spoken to in.
type Words struct {
	EN string `json:"en"`
	ZH string `json:"zh"`
}

// In is the text in "en" or "zh" (also zh-CN, zh_TW and the like).
func (w Words) In(lang string) string {
	if strings.HasPrefix(lang, "zh") {
		return w.ZH
	}
	return w.EN
}

func note(en, zh string, args ...any) Words {
	if len(args) == 0 {
		return Words{en, zh}
	}
	return Words{fmt.Sprintf(en, args...), fmt.Sprintf(zh, args...)}
}
