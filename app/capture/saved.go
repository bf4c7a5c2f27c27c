package capture

import (
	"net/http"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
)

// Saved is one request that somebody saved, with what came back if that was saved too. Its slices
// may share memory with the text that was read.
type Saved struct {
	// Request is what was sent. Received is the Date of the answer, or else a HAR's
	// startedDateTime, or else zero. Body is nil where only Parts are known: a curl line does not
	// tell its boundary, and files get lost. Only a curl line tells what is shown in the TLS
	// handshake; from any other, an APIv2 upload over TLS has the Scheme "", not known.
	Request explain.Request

	Endpoint *wxup.Endpoint // the row of its path; nil if it is not an upload of WeChat's

	Status int         // of the answer; 0 if that is not known
	Header http.Header // of the answer: Date, Request-ID …; nil if there is none
	Answer []byte      // its body, unpacked; nil if there is none

	unsureEnds bool // saving has changed line ends, and those of a meta are not known

	Notes []explain.Words // what could not be read for certain
}

// What Read takes.
const (
	Max         = 64 << 20 // bytes of text, and again of all the files that curl lines name
	entriesMost = 10_000   // of a HAR, uploads or not
	savedMost   = 1000     // requests, in any format
	linesMost   = 1000     // header lines of one message
	unpackMost  = 16 << 20 // bytes of answers, when unpacked, all together
)

func isUpload(s Saved) bool { return s.Endpoint != nil }

// A reader is one call of Read.
type reader struct {
	open       func(string) ([]byte, error)
	fileLeft   int64           // bytes of files that may still be read
	unprefixed int             // times that something was taken off every line
	unpackLeft int64           // bytes that answers may still unpack to
	notes      []explain.Words // about the text as a whole
}

// Explain says why the request was refused, from the request itself and from the answer, if there
// is one.
func (s *Saved) Explain(known *explain.Known) *explain.Report {
	var report explain.Report
	family := wxup.PayV3
	if s.Endpoint != nil {
		family = s.Endpoint.Family
	}
	answered := &s.Request
	switch {
	case s.Endpoint == nil && explain.Meant(&s.Request): // a call for certificates or a token, or to a wrong path
		report, answered = explain.Call(&s.Request, known), nil
	case family == wxup.PayV2:
		report = explain.V2(&s.Request, known)
	case family == wxup.FamilyAccount:
		report = explain.Account(&s.Request, known)
	default:
		report = explain.V3(&s.Request, known)
	}
	if len(s.Answer) > 0 {
		for _, f := range explain.Observed(s.Answer, answered) {
			if !report.Has(f.Cause) {
				report.Findings = append(report.Findings, f)
			}
		}
	}
	return &report
}
