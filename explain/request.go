package explain

import (
	"crypto/rsa"
	"crypto/x509"
	"net/http"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/sign"
)

// Request is one upload as it arrived. A server fills in what it has; to explain a saved request,
// Method, Target, Host, Header and Body are enough. It is not changed.
type Request struct {
	Endpoint *wxup.Endpoint // nil: the usual names of the family

	Method   string
	Target   string // path and query as sent, not decoded
	Host     string
	Header   http.Header
	Received time.Time // by the receiver's clock; zero: clocks are not judged
	Scheme   string    // http or https; "": not known
	Chunked  bool      // the request had no Content-Length

	// Why the receiver refused the request, if that is known and a state of the account's is the
	// reason, which the request does not show; and the account or address that it is about.
	Problem      problem.Problem
	ProblemValue string

	NoToken bool // the receiver knows who asks: it takes no token

	// ClientCertificates are those of the TLS handshake, the caller's own first. PayV2 only.
	ClientCertificates []*x509.Certificate

	// Unknown are texts in the request that stand for others which are not known, such as the $SIG
	// of a curl command that was saved before the shell expanded it. Nothing is said against a
	// value that contains one of them.
	Unknown []string

	// Unshown are the names of headers whose absence says nothing: what has shown the request leaves
	// them out.
	Unshown []string

	Unread       bool   // the body was not read: nothing is said about it
	Body         []byte // as received; nil: it is put together from Parts
	Parts        []Part // nil: they are read from Body
	FormErr      error  // with Parts: why the form could not be read to its end
	FormWarnings []form.Warning
}

// Part is one part of the form.
type Part struct {
	Name         string
	Filename     string
	HasFilename  bool
	FilenameStar bool   // only filename*= was there
	ContentType  string // as sent
	Header       []byte // the header lines as received
	Content      []byte // all of it, or as much as was kept
	Size         int64  // more than len(Content) if not all was kept; -1 if unknown
}

func (p *Part) whole() bool { return p.Size == int64(len(p.Content)) }

// Known is what the receiver knows about who may have sent a request. It is not changed. A nil
// *Known knows nothing.
type Known struct {
	Merchant *Merchant   // the one that the request claims to come from; nil if there is none with that number
	Others   []*Merchant // others whose keys may have been used by mistake; the sender may be among them
	Platform []Key       // WeChat Pay's own keys

	MerchantCAs *x509.CertPool // issuers of merchants' certificates; nil: not judged

	Secrets []Secret // secrets of other APIs, which may have been used by mistake

	Bases []string // URLs without a path by which the receiver can be reached, whatever host a request names

	Apps   []App   // those of [AppTexts] that exist
	App    string  // the appid that the caller means to be; "" if unknown
	Issuer bool    // a token that is not among Tokens was never issued, an app not among Apps does not exist
	Tokens []Token // those of [TokenTexts] that exist, and others that may have been meant

	// Mask hides in what is reported the secrets that are not named here; nil: there are none.
	Mask func(string) string

	// GBK encodes a text in GBK and reports whether it could; nil: texts in GBK are not tried.
	GBK func(string) ([]byte, bool)
	// FromGBK reads a text in GBK, with U+FFFD for what is not; nil: texts that were read so by
	// mistake are not tried.
	FromGBK func([]byte) string

	// Budget bounds the search in bytes hashed; each call of a hash counts as 300 bytes more. Zero
	// means DefaultBudget. Reading the form and the digest of its file are not counted.
	Budget int64
}

// DefaultBudget is about 15 milliseconds of hashing: the small texts, and a few passes over a body
// of 2 MB.
const DefaultBudget = 24 << 20

// Merchant is a merchant, or a brand.
type Merchant struct {
	ID       string // mchid
	Keys     []Key  // of its API certificates
	APIv2Key string
	APIv3Key string
}

// Key is the public half of a key that signs.
type Key struct {
	Serial      string // serial_no, or PUB_KEY_ID_…
	Public      *rsa.PublicKey
	Certificate *x509.Certificate // nil if only the key is known
	State       State
}

// State is the state of a certificate.
type State string

const (
	Valid    State = ""
	Revoked  State = "revoked"
	Replaced State = "replaced"
)

// CertificateKey returns the Key of an RSA certificate. For another kind of certificate Public is
// nil.
func CertificateKey(cert *x509.Certificate, state State) Key {
	public, _ := cert.PublicKey.(*rsa.PublicKey)
	return Key{Serial: sign.Serial(cert), Public: public, Certificate: cert, State: state}
}

// Secret is the secret of an app.
type Secret struct{ Of, Value string }

// App is an account that asks for tokens, a company's application, or a third-party platform.
type App struct {
	ID, Secret string
	Component  bool // a third-party platform
}

// Token is an access_token, or a text that is mistaken for one.
type Token struct {
	Value   string
	Kind    string // access, stable, authorizer and cloud may upload; component, refresh, code, secret, ticket may not
	App     string // the appid that it speaks for
	Expires time.Time
	Retired time.Time // when a newer token invalidated it
}
