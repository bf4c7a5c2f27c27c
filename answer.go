package wxup

import (
	"cmp"
	"strconv"

	"github.com/wxup/wxup/internal/carry"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/wire"
)

// refused is the error of an answer that refuses in a family's words.
func refused(a *carry.Answer, f Family, code, message, requestID string) *Error {
	return &Error{
		Problem: problem.Of(f).Problem(a.Status, code, message), Status: a.Status,
		Code: a.Hide(code), Message: a.Hide(message), RequestID: a.Hide(requestID), RetryAfter: a.RetryAfter(),
	}
}

// foreign is the error of a refusal that is not in the family's format: a gateway's or a proxy's,
// most often.
func foreign(a *carry.Answer, f Family, requestID string) *Error {
	e := refused(a, f, "", a.Text(), requestID)
	if a.Status/100 == 3 {
		e.Problem, e.Reason, e.chinese = BadAnswer, "a redirect, which is not followed", "重定向，不会跟随"
		if to := a.Redirect(); to != "" {
			e.Reason, e.chinese = "a redirect to "+to+", which is not followed", "重定向到 "+to+"，不会跟随"
		}
	}
	return e
}

// bad is the error of an answer that says neither yes nor no.
func bad(a *carry.Answer, err error) *Error {
	return &Error{Problem: BadAnswer, Status: a.Status, Reason: err.Error(), RequestID: a.Header.Get(wire.RequestIDHeader)}
}

// readAccount reads an answer of the account family. A refusal is an *Error.
func readAccount(a *carry.Answer, sideCar bool) (wire.AccountAnswer, error) {
	r, err := wire.UnmarshalAccount(a.Body)
	id := a.Header.Get(wire.SideCarID)
	switch {
	case err == nil && r.ErrCode != 0:
		message, rid := wire.SplitRID(r.ErrMsg)
		e := refused(a, FamilyAccount, strconv.Itoa(r.ErrCode), message, cmp.Or(rid, id))
		e.Message = a.Hide(r.ErrMsg)
		return r, e
	case !a.OK():
		e := foreign(a, FamilyAccount, id)
		if e.Problem == problem.BadOpenAPIPath && !sideCar { // only there is a bare 502 known to mean that
			e.Problem = Unavailable
		}
		return r, e
	case err != nil:
		return r, bad(a, err)
	}
	return r, nil
}
