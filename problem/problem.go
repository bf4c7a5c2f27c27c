// Package problem names the reasons why an upload is refused, and holds the tables of how WeChat's
// APIs say them. A server writes refusals from these tables; a client reads refusals back with
// them.
//
// A program that uploads needs only the problems that package wxup names again.
package problem

// Problem is the reason why an upload was refused. It is an error, the same one on both sides of
// the network:
//
//	if errors.Is(err, problem.TooLarge) { … }
type Problem string

// The problems. docs/errors.md lists each with its codes, causes and tests.
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
	UnknownType        Problem = "unknown_type"         // the fixed part of the query: ?type=
	UnknownCGIPath     Problem = "unknown_cgi_path"     // quota/get: no such path
	CGIPathForbidden   Problem = "cgi_path_forbidden"   // quota/get: a path whose quota cannot be asked
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

	// Of what reached no API: no API has words for it.
	Unreadable Problem = "unreadable" // what was sent is no HTTP request that can be read
	WrongHost  Problem = "wrong_host" // a host that is not the server's

	// The client's own: no server says them.
	BadAnswer        Problem = "bad_answer"        // the answer says neither yes nor no
	UnverifiedAnswer Problem = "unverified_answer" // the answer says yes, but is not proved to be WeChat's
	Refused          Problem = "refused"           // the answer says no, with a code that is in no table
)

// Temporary reports whether the same request may succeed later.
func (p Problem) Temporary() bool { return p == TooFrequent || p == Internal || p == Unavailable }
