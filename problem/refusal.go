package problem

import "net/http"

// Profile chooses between two sets of answers where the documents and the real service differ.
type Profile string

const (
	// Documented answers are those of the official pages' tables.
	Documented Profile = "documented"
	// Observed answers are those that users of the real service have posted.
	Observed Profile = "observed"
)

// Refusal is how an API says one Problem.
type Refusal struct {
	Status  int    // HTTP
	Code    string // APIv3 code, APIv2 err_code, account errcode; "" is an answer without a body
	Message string // message, err_code_des, errmsg; verbatim
	Number  int    // APIv3: the number at the end of Request-ID
	Field   string // APIv3: detail.field
	Where   string // APIv3: detail.location
	// Protocol marks an APIv2 failure of the request as such (return_code FAIL). The others are
	// failures of the business (return_code SUCCESS, result_code FAIL).
	Protocol bool
}

// Row is one line of a [Table].
type Row struct {
	Problem Problem
	// Unproven marks a problem that is found before callers have proved who they are: the answer is
	// not signed, and no nonce is spent.
	Unproven   bool
	Documented Refusal
	Observed   Refusal // the zero value: as documented
	Source     string  // the page or report that has the texts; "wxup" where no source says, and the choice is ours
}

// The values of Row.Unproven.
const (
	unproven = true
	proven   = false
)

// In returns the refusal in a profile.
func (r *Row) In(p Profile) Refusal {
	if p == Observed && r.Observed != (Refusal{}) {
		return r.Observed
	}
	return r.Documented
}

// Table is how one API says its problems.
type Table struct {
	Rows []Row
	// codes holds the codes that tables elsewhere use for the same problems, and the problem that
	// best stands for a code that several rows share.
	codes    map[string]Problem
	statuses map[int]Problem // beside those of [statuses]
}

// statuses are the problems that an HTTP status alone tells, in every table.
var statuses = map[int]Problem{
	http.StatusNotFound: NotFound, http.StatusMethodNotAllowed: MethodNotAllowed, http.StatusPreconditionFailed: ChunkedBody,
	http.StatusRequestEntityTooLarge: TooLarge, http.StatusTooManyRequests: TooFrequent,
	http.StatusBadGateway: Unavailable, http.StatusServiceUnavailable: Unavailable, http.StatusGatewayTimeout: Unavailable,
}

// Row returns the line about a problem, or nil if the table has none.
func (t *Table) Row(p Problem) *Row {
	for i := range t.Rows {
		if t.Rows[i].Problem == p {
			return &t.Rows[i]
		}
	}
	return nil
}

// Refusal returns how a problem is said in a profile. A problem that the table does not have is
// said as [Internal]; the server never needs that, and a test makes sure of it.
func (t *Table) Refusal(p Problem, profile Profile) Refusal {
	row := t.Row(p)
	if row == nil {
		row = t.Row(Internal)
	}
	return row.In(profile)
}

// Problem reads a refusal back. It returns the problem with that code and message, or with that
// message if the table has it without a code, as a protocol failure of APIv2; else the one
// that stands for the code, which is the first in the table with it unless codes says otherwise;
// else what the HTTP status tells; else [Refused].
func (t *Table) Problem(status int, code, message string) Problem {
	find := func(matches func(r Refusal) bool) (Problem, bool) {
		for _, profile := range []Profile{Documented, Observed} {
			for i := range t.Rows {
				if matches(t.Rows[i].In(profile)) {
					return t.Rows[i].Problem, true
				}
			}
		}
		return "", false
	}
	exact := func(r Refusal) bool {
		return r.Message == message && (r.Code == code && (r.Code != "" || r.Status == status) || r.Code == "" && r.Protocol)
	}
	if p, ok := find(exact); ok {
		return p
	}
	if p, ok := t.codes[code]; ok {
		return p
	}
	if p, ok := find(func(r Refusal) bool { return code != "" && r.Code == code }); ok {
		return p
	}
	if p, ok := t.statuses[status]; ok {
		return p
	}
	if p, ok := statuses[status]; ok {
		return p
	}
	if status >= http.StatusInternalServerError {
		return Internal
	}
	return Refused
}
