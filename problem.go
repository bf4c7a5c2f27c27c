package wxup

import (
	"errors"

	"github.com/wxup/wxup/problem"
)

// Problem is why an upload was refused; package problem has all of them.
type Problem = problem.Problem

// The problems that a program may want to act on.
const (
	BadSignature       = problem.BadSignature      // the signature does not belong to this request
	NotPermitted       = problem.NotPermitted      // known, but not allowed to do this
	BadToken           = problem.BadToken          // the access_token is not good
	BadSecret          = problem.BadSecret         // the appsecret is wrong
	AddressNotAllowed  = problem.AddressNotAllowed // the caller's address is not on the account's allow-list
	DailyQuotaExceeded = problem.DailyQuotaExceeded
	BadMeta            = problem.BadMeta       // a value of Source.Meta is missing or not wanted
	EmptyFile          = problem.EmptyFile     // the file has no bytes
	NotImage           = problem.NotImage      // the content is not of a format that is taken, or damaged
	TooLarge           = problem.TooLarge      // more bytes than are taken
	TooManyPixels      = problem.TooManyPixels // a picture that asks for absurd memory or time
	TooFrequent        = problem.TooFrequent
	Internal           = problem.Internal
	Unavailable        = problem.Unavailable
	BadAnswer          = problem.BadAnswer        // the answer says neither yes nor no
	UnverifiedAnswer   = problem.UnverifiedAnswer // the answer says yes, but is not proved to be WeChat's
	Refused            = problem.Refused          // the answer says no, with a code that is in no table
)

// ProblemOf returns the Problem in err, or "" if there is none.
func ProblemOf(err error) Problem {
	var p Problem
	errors.As(err, &p)
	return p
}
