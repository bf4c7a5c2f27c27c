package checkup

import "github.com/wxup/wxup/app/internal/phrase"

// Finding is the result of one check.
type Finding struct {
	Check  string      `json:"check"`
	State  State       `json:"state"`
	Detail phrase.Text `json:"detail"`
	Do     phrase.Text `json:"do,omitzero"` // what the user can do about it
}

// State is how a check ended.
type State string

// The states of a [Finding].
const (
	Passed  State = "passed"
	Warning State = "warning"
	Failed  State = "failed"
	Skipped State = "skipped"
)

// report passes findings on.
type report func(Finding)

func (r report) pass(check string, detail phrase.Text) {
	r(Finding{check, Passed, detail, phrase.Text{}})
}
func (r report) skip(check string, detail phrase.Text) {
	r(Finding{check, Skipped, detail, phrase.Text{}})
}
func (r report) warn(check string, detail, do phrase.Text) { r(Finding{check, Warning, detail, do}) }
func (r report) fail(check string, detail, do phrase.Text) { r(Finding{check, Failed, detail, do}) }

// either reports a pass, or a failure with what to do.
func (r report) either(ok bool, check string, good, bad, do phrase.Text) {
	if ok {
		r.pass(check, good)
	} else {
		r.fail(check, bad, do)
	}
}

// said returns an error as a text.
func said(err error) phrase.Text { return texts.Text("%s", err) }
