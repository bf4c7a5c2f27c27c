package server

import (
	"errors"
	"fmt"

	"github.com/wxup/wxup/problem"
)

// refusal is a Problem with its private reason: the caller is told the first, the operator the
// second.
type refusal struct {
	problem.Problem
	reason string
	vetoed bool  // by Config.Veto: the request itself is right
	cause  error // of an internal one, for callers of the exported methods
}

func (r refusal) Error() string { return string(r.Problem) + ": " + r.reason }

func (r refusal) Unwrap() []error {
	if r.cause == nil {
		return []error{r.Problem}
	}
	return []error{r.Problem, r.cause}
}

func refuse(p problem.Problem, format string, args ...any) error {
	return refusal{Problem: p, reason: fmt.Sprintf(format, args...)}
}

// internal turns an error of the Index or the Keeper into the family's system error. Only the
// operator reads err.
func internal(doing string, err error) error {
	return refusal{Problem: problem.Internal, reason: doing + ": " + err.Error(), cause: err}
}

// asRefusal finds the refusal in an error. Any other error is an internal one.
func asRefusal(err error) refusal {
	var r refusal
	if !errors.As(err, &r) {
		r = refusal{Problem: problem.Internal, reason: err.Error()}
	}
	return r
}
