package wxup

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Problem is the reason why an upload was refused. It is an error, the same one on both sides of the network:
//
//	if errors.Is(err, wxup.TooLarge) { … }
//
// How each family says a Problem on the wire stands in that family's file, as one table that the server writes from and
// the client reads backwards.
type Problem string

// The problems. Most are documented by WeChat; docs/errors.md lists each with its codes, causes and tests.
const (
	// What is wrong with the request as such.
	NotFound         Problem = "not_found"          // no such path
	MethodNotAllowed Problem = "method_not_allowed" // POST is wanted
	NotHTTPS         Problem = "not_https"          // plain HTTP where TLS is wanted
	ChunkedBody      Problem = "chunked_body"       // no Content-Length, where one is wanted
	MissingHeader    Problem = "missing_header"     // no Accept or no User-Agent
	BadForm          Problem = "bad_form"           // the multipart body cannot be read
	EmptyBody        Problem = "empty_body"         // no body at all
	BadParameter     Problem = "bad_parameter"      // a form field is missing or malformed

	// Who is asking.
	BadAuthorization      Problem = "bad_authorization"       // the Authorization header's form
	BadScheme             Problem = "bad_scheme"              // the Authorization header's scheme
	Expired               Problem = "expired"                 // the timestamp is too far off
	Replayed              Problem = "replayed"                // the nonce was spent on another request
	UnknownMerchant       Problem = "unknown_merchant"        // no such mchid
	UnknownSerial         Problem = "unknown_serial"          // the merchant has no certificate of that serial number
	NoCertificate         Problem = "no_certificate"          // the merchant has never had an API certificate
	CertificateExpired    Problem = "certificate_expired"     // the merchant's API certificate is past its time
	CertificateRevoked    Problem = "certificate_revoked"     // … was revoked
	CertificateReplaced   Problem = "certificate_replaced"    // … was replaced by a newer one
	NoAPIv3Key            Problem = "no_apiv3_key"            // the merchant has set no APIv3 key
	NoPlatformCertificate Problem = "no_platform_certificate" // the merchant is in public-key mode only
	BadSignature          Problem = "bad_signature"           // the signature does not belong to this request
	BadSignText           Problem = "bad_sign_text"           // … the signed text has a line too many
	NoClientCertificate   Problem = "no_client_certificate"   // PayV2: none was shown
	NoCertificateName     Problem = "no_certificate_name"     // PayV2: its subject names no merchant
	UntrustedCertificate  Problem = "untrusted_certificate"   // PayV2: expired, or no merchant CA has issued it
	BadClientCertificate  Problem = "bad_client_certificate"  // PayV2: another merchant's, or revoked
	NotPermitted          Problem = "not_permitted"           // known, but not allowed to do this

	// Account: tokens and accounts.
	NoToken            Problem = "no_token"             // access_token is missing
	BadToken           Problem = "bad_token"            // unknown, replaced, or of another kind
	MalformedToken     Problem = "malformed_token"      // cannot be a token
	TokenExpired       Problem = "token_expired"        //
	UnknownApp         Problem = "unknown_app"          // no such appid
	NoSecret           Problem = "no_secret"            // appsecret is missing
	BadSecret          Problem = "bad_secret"           // appsecret is wrong
	SecretFrozen       Problem = "secret_frozen"        // appsecret was frozen
	BadGrantType       Problem = "bad_grant_type"       // grant_type is not client_credential
	AddressNotAllowed  Problem = "address_not_allowed"  // the caller's address is not on the allow-list
	APIUnauthorized    Problem = "api_unauthorized"     // the account lacks the API
	APIForbidden       Problem = "api_forbidden"        // the API was taken from the account
	AccountLimited     Problem = "account_limited"      // the account is restricted
	NotAuthorized      Problem = "not_authorized"       // the account has not authorized this third party
	ComponentAddress   Problem = "component_address"    // the third party's address is not registered
	BadTicket          Problem = "bad_ticket"           // component_verify_ticket
	BadCode            Problem = "bad_code"             // authorization_code is unknown or spent
	CodeExpired        Problem = "code_expired"         // authorization_code is past its time
	BadRefreshToken    Problem = "bad_refresh_token"    // authorizer_refresh_token
	UnknownRID         Problem = "unknown_rid"          // no such rid, or an older one than seven days
	BadRID             Problem = "bad_rid"              // not of a rid's form
	ForeignRID         Problem = "foreign_rid"          // another account's
	BadOpenAPIPath     Problem = "bad_openapi_path"     // the side-car serves no such API
	DailyQuotaExceeded Problem = "daily_quota_exceeded" //

	// What was uploaded.
	NoMeta        Problem = "no_meta"         // the meta part is missing
	BadMeta       Problem = "bad_meta"        // meta is not the JSON object that is wanted
	NoFile        Problem = "no_file"         // the file part is missing
	EmptyFile     Problem = "empty_file"      // the file has no bytes
	NameMismatch  Problem = "name_mismatch"   // meta and file part name different files
	BadDigest     Problem = "bad_digest"      // the digest is that of other bytes
	UnknownFormat Problem = "unknown_format"  // the name's suffix is not one that is taken
	NotImage      Problem = "not_image"       // the content is not of a format that is taken, or damaged
	BadPartType   Problem = "bad_part_type"   // the file part's Content-Type
	TooLarge      Problem = "too_large"       // more bytes than are taken
	TooManyPixels Problem = "too_many_pixels" // a picture that asks for absurd memory or time

	// Not the caller's fault.
	TooFrequent Problem = "too_frequent"
	Internal    Problem = "internal"
	Unavailable Problem = "unavailable"

	// The client's own: no server says them.
	BadAnswer        Problem = "bad_answer"        // the answer says neither yes nor no
	UnverifiedAnswer Problem = "unverified_answer" // the answer says yes, but is not proved to be WeChat's
	Refused          Problem = "refused"           // the answer says no, with a code that is in no table
)

// Temporary reports whether the same request may well succeed later.
func (p Problem) Temporary() bool {
	return p == TooFrequent || p == Internal || p == Unavailable
}

func (p Problem) Error() string {
	if text, ok := problemTexts[p]; ok {
		return text.en
	}
	return strings.ReplaceAll(string(p), "_", " ")
}

// Text says what is wrong and Hint what to do about it, in "en" or "zh".
func (p Problem) Text(lang string) string { return problemTexts[p].in(lang) }

// Hint says what to do about a problem, in "en" or "zh". It may be empty.
func (p Problem) Hint(lang string) string { return problemHints[p].in(lang) }

// Error is an upload, or a call that it needed, that was refused: by the server, with Code and Message verbatim from the
// wire, or by the client before anything was sent, with Status 0 and neither.
type Error struct {
	Problem   Problem // the reason; errors.Is(err, wxup.TooLarge) looks at it
	Endpoint  string  // the row's name; token, stable_token or certificates for the calls about these
	Status    int     // HTTP; 0 if nothing was sent
	Reason    string  // what the client itself has found: a limit and the file's size, what an answer lacks, a clock that is off
	Code      string  // PARAM_ERROR, SIGNERROR, 40005, …
	Message   string
	RequestID string          // Request-ID, or the rid of an account answer
	Detail    json.RawMessage // PayV3: the answer's detail, if any
	// RetryAfter is how long the server asks to wait; 0 if it does not say.
	RetryAfter time.Duration

	cause error // what the Fitter said
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s", e.Endpoint, e.Problem.Error())
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	if e.Code != "" || e.Message != "" {
		s += fmt.Sprintf(" (WeChat said: %s)", strings.TrimSpace(e.Code+" "+e.Message))
	} else if e.Status != 0 {
		s += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	if e.RequestID != "" && !strings.Contains(e.Message, e.RequestID) {
		s += " [" + e.RequestID + "]"
	}
	return s
}

// Unwrap gives the Problem, so that errors.Is finds it.
func (e *Error) Unwrap() error { return e.Problem }

// Is finds what kept a Fitter from making the file fit.
func (e *Error) Is(target error) bool { return e.cause != nil && errors.Is(e.cause, target) }

// ProblemOf is the Problem in an error, or "" if it holds none.
func ProblemOf(err error) Problem {
	var p Problem
	errors.As(err, &p)
	return p
}

// both is a text in the two languages that people are spoken to in.
type both struct{ en, zh string }

func (b both) in(lang string) string {
	if strings.HasPrefix(lang, "zh") {
		return b.zh
	}
	return b.en
}
