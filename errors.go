package wxup

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wxup/wxup/internal/carry"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/problem"
)

// Result is an upload that succeeded.
type Result struct {
	Endpoint  string       // the row's name
	URL       string       // public; "" if the endpoint gives none
	MediaID   string       // private; "" if the endpoint gives none
	Name      string       // the file name that was sent
	Format    media.Format // by content
	Size      int64        // bytes
	SHA256    string       // lower-case hex, whichever digest the endpoint uses
	RequestID string       // WeChat's, for asking them
	Expires   time.Time    // when the id ends; zero means never
	Cached    bool         // nothing was sent: the Ledger had it, or another upload sent it
	Change    fmt.Stringer // how the Fitter changed the file; nil means not at all
}

// Error is a refusal by the server, with Code and Message verbatim, or, if Status is 0, by the
// client.
type Error struct {
	Problem    Problem
	Endpoint   string // the row's name, or that of a call for a token, certificates or a quota
	Status     int    // HTTP; 0 if nothing was sent
	Reason     string // what the client itself found: a limit, a clock that is off
	Code       string // PARAM_ERROR, SIGNERROR, 40005, …
	Message    string
	RequestID  string          // Request-ID, or the rid of an account answer
	Detail     json.RawMessage // PayV3: the answer's detail, if any
	RetryAfter time.Duration   // how long the server asks to wait; 0 if it does not say

	cause   error  // what the Fitter said
	chinese string // the Reason in Chinese; may be empty
}

func (e *Error) Error() string { return e.In("en") }

// In returns the text of the error in English or, if lang begins with "zh", in Chinese. WeChat's
// own words stay as they are, and so do reasons that come from elsewhere.
func (e *Error) In(lang string) string {
	said := both{": ", "："}.in(lang)
	s := e.Endpoint + said + textOf(e.Problem, lang)
	if reason := (both{e.Reason, cmp.Or(e.chinese, e.Reason)}).in(lang); reason != "" {
		s += said + reason
	}
	if e.Code != "" || e.Message != "" {
		s += fmt.Sprintf(both{" (WeChat said: %s)", "（微信返回：%s）"}.in(lang), strings.TrimSpace(e.Code+" "+e.Message))
	} else if e.Status != 0 {
		s += fmt.Sprintf(both{" (HTTP %d)", "（HTTP %d）"}.in(lang), e.Status)
	}
	if e.RequestID != "" && !strings.Contains(e.Message, e.RequestID) {
		s += " [" + e.RequestID + "]"
	}
	return s
}

// Unwrap returns the Problem.
func (e *Error) Unwrap() error { return e.Problem }

// Is finds what kept a Fitter from making the file fit.
func (e *Error) Is(target error) bool { return e.cause != nil && errors.Is(e.cause, target) }

// VerifyError is an upload that was accepted by an answer without a valid proof.
type VerifyError struct {
	Endpoint  string // the row's name
	Err       error  // what is wrong with the proof
	RequestID string
	Result    *Result // what the answer says; nil if it cannot be read
}

func (e *VerifyError) Error() string { return e.In("en") }

// In returns the text of the error in a language, as [Error.In] does.
func (e *VerifyError) In(lang string) string {
	said := both{": ", "："}.in(lang)
	s := e.Endpoint + said + textOf(UnverifiedAnswer, lang) + said + errorIn(e.Err, lang)
	if e.Result != nil {
		s += both{"; if it comes from WeChat all the same, the upload has happened", "；如果应答确实来自微信，则上传已经完成"}.in(lang)
	}
	if e.RequestID != "" {
		s += " [" + e.RequestID + "]"
	}
	return s
}

// Unwrap returns [UnverifiedAnswer].
func (e *VerifyError) Unwrap() error { return UnverifiedAnswer }

// Is finds the cause, but not an [*Error] of a call for certificates.
func (e *VerifyError) Is(target error) bool { return errors.Is(e.Err, target) }

// RetryError is an upload that used up its tries, or its time.
type RetryError struct {
	Err   error         // of the last try
	Tries int           // how many there were
	Wait  time.Duration // the pause for which there was no time
	Ended error         // why there was no time; nil if all tries were used
}

func (g *RetryError) Error() string { return g.In("en") }

// In returns the text of the error in a language, as [Error.In] does.
func (g *RetryError) In(lang string) string {
	tries := fmt.Sprintf(both{"tried %d times", "已尝试 %d 次"}.in(lang), g.Tries)
	if g.Tries == 1 {
		tries = both{"tried once", "已尝试 1 次"}.in(lang)
	}
	switch {
	case g.Wait > 0 && g.Ended == nil:
		tries += both{"; the server asks to wait ", "；服务端要求等待 "}.in(lang) + span(g.Wait, lang)
	case g.Wait > 0:
		tries += fmt.Sprintf(both{"; no time left to wait %s for the next", "；已没有时间再等待 %s"}.in(lang), span(g.Wait, lang))
	case g.Ended != nil:
		tries += both{"; ", "；"}.in(lang) + g.Ended.Error()
	}
	return errorIn(g.Err, lang) + fmt.Sprintf(both{" (%s)", "（%s）"}.in(lang), tries)
}

// Unwrap returns the last try's error and the context's.
func (g *RetryError) Unwrap() []error {
	if g.Ended == nil {
		return []error{g.Err}
	}
	return []error{g.Err, g.Ended}
}

// refuse is a refusal that needs no server. The endpoint's name is added later.
func refuse(p Problem, format string, args ...any) *Error {
	e := &Error{Problem: p, Reason: fmt.Sprintf(format, args...)}
	if chinese, ok := chineseReasons[format]; ok {
		said := slices.Clone(args)
		for i, arg := range said {
			switch arg := arg.(type) {
			case both:
				said[i] = arg.zh
			case error:
				said[i] = errorIn(arg, "zh")
			}
		}
		e.chinese = fmt.Sprintf(chinese, said...)
	}
	return e
}

// textOf returns the text of a problem, which may be in no table.
func textOf(p Problem, lang string) string { return cmp.Or(p.Text(lang), p.Error()) }

// errorIn returns the text of an error in a language if it has one.
func errorIn(err error, lang string) string {
	if e, ok := err.(interface{ In(lang string) string }); ok {
		return e.In(lang)
	}
	return err.Error()
}

// tooLarge refuses a file of size bytes, or of more than limit if size is negative.
func tooLarge(size, limit int64) *Error {
	if size < 0 {
		return refuse(TooLarge, "it has more than %s", bytesText(limit))
	}
	return refuse(TooLarge, "it has %d bytes; at most %s are taken", size, bytesText(limit))
}

// named adds the endpoint to an error.
func named(endpoint string, err error) error {
	switch e := err.(type) {
	case *Error:
		if e.Endpoint == "" {
			e.Endpoint = endpoint
		}
		return err
	case *VerifyError:
		e.Endpoint = endpoint
		return err
	case *RetryError:
		e.Err = named(endpoint, e.Err)
		return err
	}
	return fmt.Errorf("%s: %w", endpoint, err)
}

// retryable reports whether a later attempt may succeed.
func retryable(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok {
		switch {
		case e.Status == 0, e.Problem == problem.BadOpenAPIPath:
			return false
		case e.Status == http.StatusRequestTimeout, e.Status >= 500 && e.Problem == BadAnswer:
			return true
		}
		return e.Problem.Temporary()
	}
	if e, ok := errors.AsType[*VerifyError](err); ok { // accepted; but the certificates to verify that could not be fetched
		return retryable(e.Err)
	}
	lost, ok := errors.AsType[*carry.Lost](err)
	return ok && !lost.Final
}
