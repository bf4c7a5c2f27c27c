package explain

import (
	"crypto/rsa"
	"crypto/x509"
	"net/http"
	"time"

	"github.com/wxup/wxup/form"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/sign"
)

// Request is one upload as it arrived. A server fills in what it has; whoever reads a request offline needs no more than
// Method, Target, Host, Header and Body. It is not changed.
type Request struct {
	Endpoint Endpoint // zero: the family's usual names

	Method   string
	Target   string // path and query as sent, not decoded
	Host     string
	Header   http.Header
	Received time.Time // by the clock of who received it; zero: clocks are not judged
	Scheme   string    // http or https; "": not known
	Chunked  bool      // there was no Content-Length

	// ClientCertificates is what the caller showed in the TLS handshake, its own certificate first. PayV2 only.
	ClientCertificates []*x509.Certificate

	// Unknown are texts in the request that stand for others which are not known, such as the $SIG of a curl line that was
	// saved before the shell read it. Nothing is said against what holds one of them.
	Unknown []string

	Unread       bool   // the body was not read: nothing is said about it
	Body         []byte // as received; nil: it is put together from Parts
	Parts        []Part // nil: they are read out of Body
	FormErr      error  // why the form could not be read to its end; with Parts
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
	Size         int64  // more than len(Content) if not all was kept; -1 if that is not known
	SHA256       string // of the whole, in hex, if it was computed
}

func (p *Part) whole() bool { return p.Size == int64(len(p.Content)) }

// Endpoint is what the row of an endpoint says, as far as it matters here.
type Endpoint struct {
	Path        string // with its {name} segments
	FilePart    string
	MetaPart    string // PayV3
	NameField   string // the member of meta that holds the file's name; "" if there is none
	DigestField string // the member of meta (PayV2: the field) that holds the digest
	Digest      string // sha256, md5 or sm3
	Formats     []media.Format
	Brand       bool
}

// Known is what the receiver knows about who may have sent a request. It is not changed. A nil *Known knows nothing.
type Known struct {
	Merchant *Merchant   // the one that the request claims to come from; nil if there is none of that number
	Others   []*Merchant // others whose keys may have been mixed up with it; the first 64 keys are tried
	Platform []Key       // keys of WeChat's side

	MerchantCAs *x509.CertPool // who issues the certificates of merchants; nil: not judged

	App    string  // the appid that the caller means to be; "" if that is not known
	Tokens []Token // those of [TokenTexts] that exist, and others that may have been meant

	// GBK encodes a text in GBK and reports whether it could; nil: texts in GBK are not tried.
	GBK func(string) ([]byte, bool)

	// Budget bounds the search: bytes that are hashed, a call counted as 300. Zero is DefaultBudget. Reading the form
	// and the digest of its file come on top.
	Budget int64
}

// DefaultBudget is some 15 milliseconds of hashing: every small text, and a few passes over a body of 2 MB.
const DefaultBudget = 16 << 20

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

// State is what has become of a certificate.
type State string

const (
	Valid    State = ""
	Revoked  State = "revoked"
	Replaced State = "replaced"
)

// CertificateKey makes a Key of an RSA certificate. Public is nil if it is none.
func CertificateKey(cert *x509.Certificate, state State) Key {
	public, _ := cert.PublicKey.(*rsa.PublicKey)
	return Key{Serial: sign.Serial(cert), Public: public, Certificate: cert, State: state}
}

// Token is an access_token, or another of the texts that are mistaken for one.
type Token struct {
	Value   string
	Kind    string // access, stable, authorizer and cloud may upload; component, refresh, code, secret, ticket may not
	App     string // the appid that it speaks for
	Expires time.Time
	Retired time.Time // when a newer one has ended it
}
