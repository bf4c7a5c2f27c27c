package wxup

// Profile chooses between two sets of answers where the documents and the real service differ.
type Profile string

const (
	// Documented answers are those of the official pages' tables.
	Documented Profile = "documented"
	// Observed answers are those that users of the real service have been seen to get.
	Observed Profile = "observed"
)

// Refusal is how one Problem is said on the wire.
type Refusal struct {
	Status  int    // HTTP
	Code    string // PayV3 code, PayV2 err_code, Account errcode; "" is an answer without a body
	Message string // message, err_code_des, errmsg; verbatim
	Number  int    // PayV3: the number at the end of Request-ID
	Field   string // PayV3: detail.field
	Where   string // PayV3: detail.location
	// Protocol marks a PayV2 failure of the request as such (return_code FAIL); the others are failures of the business
	// (return_code SUCCESS, result_code FAIL).
	Protocol bool
}

// refusalRow is a line of a family's table.
type refusalRow struct {
	problem    Problem
	documented Refusal
	observed   Refusal // its zero value: as documented
	source     string  // the page or report that has the texts; "wxup" where no source speaks and the choice is ours
}

func (r *refusalRow) in(p Profile) Refusal {
	if p == Observed && r.observed != (Refusal{}) {
		return r.observed
	}
	return r.documented
}

var refusalTables = map[Family][]refusalRow{PayV3: v3Refusals, PayV2: v2Refusals, Account: accountRefusals}

// Refusal is how a family says a problem in a profile. A problem that the family has no words for is said as [Internal]:
// the server never sends it, and a test keeps it so.
func (f Family) Refusal(p Problem, profile Profile) Refusal {
	var internal Refusal
	for i := range refusalTables[f] {
		row := &refusalTables[f][i]
		if row.problem == p {
			return row.in(profile)
		}
		if row.problem == Internal {
			internal = row.in(profile)
		}
	}
	return internal
}

// Problem reads a refusal backwards: the problem whose code and message these are, else the one that stands for the
// code (the first of the table with it), else the one that the HTTP status tells, else [Refused], which is no server's
// fault as far as anyone can tell.
func (f Family) Problem(status int, code, message string) Problem {
	table := refusalTables[f]
	for _, profile := range []Profile{Documented, Observed} {
		for i := range table {
			if r := table[i].in(profile); r.Code == code && r.Message == message && (r.Code != "" || r.Status == status) {
				return table[i].problem
			}
		}
	}
	if p, ok := alsoSeen[f][code]; ok {
		return p
	}
	for _, profile := range []Profile{Documented, Observed} {
		for i := range table {
			if r := table[i].in(profile); code != "" && r.Code == code {
				return table[i].problem
			}
		}
	}
	switch {
	case status == 404:
		return NotFound
	case status == 405:
		return MethodNotAllowed
	case status == 412:
		return ChunkedBody
	case status == 413:
		return TooLarge
	case status == 429:
		return TooFrequent
	case status == 401 && f == PayV3:
		return BadSignature
	case status == 502 || status == 503 || status == 504:
		return Unavailable
	case status >= 500:
		return Internal
	}
	return Refused
}

// alsoSeen holds the codes that tables elsewhere use for the same problems, and the problem that best stands for a code
// that several rows share.
var alsoSeen = map[Family]map[string]Problem{
	PayV3: {
		"RATE_LIMITED": TooFrequent, "FREQUENCY_LIMIT_EXCEED": TooFrequent, "FREQUENCY_LIMITED": TooFrequent, "RATELIMIT_EXCEEDED": TooFrequent,
		"SYSTEMERROR": Internal, "SIGN_ERROR": BadSignature, "NO_AUTH": NotPermitted, "PARAM_ERROR": BadParameter, "INVALID_REQUEST": BadParameter,
		"REQUEST_BLOCKED": BadSignature, "RESOURCE_NOT_EXISTS": NotFound,
	},
	PayV2: {
		"SIGN_ERROR": BadSignature, "PARAM_ERROR": BadParameter, "INVALID_REQUEST": BadParameter, "NVALID_REQUEST": MethodNotAllowed,
		"SYSTEM_ERROR": Internal, "NOAUTH": NotPermitted,
	},
	Account: {"40006": TooLarge, "45001": TooLarge, "40113": UnknownFormat, "40137": NotImage, "40005": UnknownFormat, "41005": NoFile},
}

// RefusalText is one line of a family's table for those who document it.
type RefusalText struct {
	Problem              Problem
	Documented, Observed Refusal
	Source               string
}

// Refusals lists how a family says its problems, for documents and tests.
func (f Family) Refusals() []RefusalText {
	var list []RefusalText
	for i := range refusalTables[f] {
		r := &refusalTables[f][i]
		list = append(list, RefusalText{r.problem, r.in(Documented), r.in(Observed), r.source})
	}
	return list
}
