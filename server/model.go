package server

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"io"
	"net/netip"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/media"
)

// ErrUnknown is the error of a lookup that found nothing. Any other error of an [Index] or [Keeper] means that it could
// not look, and the caller gets the family's system error.
var ErrUnknown = errors.New("unknown")

// ErrUnavailable is the error of an [Index] or [Keeper] on another machine that cannot be asked just now: it is away, does
// not answer in time, is full or takes no changes. Whether a change was made is not always known. Waiting may help, and
// nothing need be changed here.
var ErrUnavailable = errors.New("unavailable")

// Index is what a server must know and remember. Several servers may share one: it is where they agree. [Memory] keeps
// it in memory, the program in SQLite or PostgreSQL.
type Index interface {
	Accounts
	Tokens
	Quotas
	Recorder
}

// Accounts knows who may upload. Each lookup may fail with [ErrUnknown].
type Accounts interface {
	Merchant(ctx context.Context, mchid string) (*Merchant, error)
	// Merchants lists some merchants, at most limit: those whose keys a refused request may have been signed with.
	Merchants(ctx context.Context, limit int) ([]Merchant, error)
	App(ctx context.Context, appid string) (*App, error)
	Component(ctx context.Context, appid string) (*Component, error)
	Authorization(ctx context.Context, component, authorizer string) (*Authorization, error)
	// PlatformKeys lists the keys that answers are signed with, the default first.
	PlatformKeys(ctx context.Context) ([]PlatformKey, error)
}

// Merchant is a WeChat Pay merchant (商户) or, under the brand scheme, a brand.
type Merchant struct {
	MchID         string
	Name          string
	APIv2Key      string
	APIv3Key      string // "": none set
	Certificates  []MerchantCertificate
	PublicKeyOnly bool     // has no platform certificate, only the WeChat Pay public key
	Endpoints     []string // the rows it may use, by name; nil means all
	Disabled      bool
}

// MerchantCertificate is an API certificate of a merchant (apiclient_cert.pem). Several may be valid at once: that is how
// one is rotated.
type MerchantCertificate struct {
	Certificate *x509.Certificate
	State       CertificateState
}

// CertificateState is what has become of a merchant's certificate.
type CertificateState string

const (
	Valid    CertificateState = ""
	Revoked  CertificateState = "revoked"
	Replaced CertificateState = "replaced"
)

// PlatformKey is a key of WeChat's side that signs answers: with a certificate, or as a WeChat Pay public key.
type PlatformKey struct {
	ID          string            // the certificate's serial number, or PUB_KEY_ID_…
	Key         crypto.Signer     // RSA
	Certificate *x509.Certificate // nil in public-key mode
}

// App is an Official Account or mini program.
type App struct {
	AppID    string
	Name     string
	Secret   string
	State    AppState
	AllowIPs []netip.Prefix // who may ask for tokens; nil means anyone
}

// AppState is what an app may not do.
type AppState string

const (
	Active       AppState = ""
	Frozen       AppState = "frozen"       // its secret is frozen: no tokens (40243)
	Limited      AppState = "limited"      // the account is restricted (50002)
	Forbidden    AppState = "forbidden"    // the API was taken from it (48004)
	Unauthorized AppState = "unauthorized" // it never had the API (48001)
)

// Component is a third-party platform (第三方平台) that acts for accounts that have authorized it.
type Component struct {
	AppID    string
	Name     string
	Secret   string
	Ticket   string // the component_verify_ticket that it must show; "" takes any
	AllowIPs []netip.Prefix
}

// Authorization is what an account allows a component: the ids of permission sets (权限集).
type Authorization struct {
	Component, Authorizer string
	Permissions           []int
}

// TokenKind is what a token is good for.
type TokenKind string

const (
	AccessToken       TokenKind = "access"     // from /cgi-bin/token
	StableToken       TokenKind = "stable"     // from /cgi-bin/stable_token
	ComponentToken    TokenKind = "component"  // component_access_token
	AuthorizerToken   TokenKind = "authorizer" // authorizer_access_token
	RefreshToken      TokenKind = "refresh"    // authorizer_refresh_token
	AuthorizationCode TokenKind = "code"       // authorization_code
	CloudToken        TokenKind = "cloud"      // cloudbase_access_token
)

// Token is one token. The tokens of a kind, subject and component form a line, numbered by Seq from 1.
type Token struct {
	Value     string
	Kind      TokenKind
	Subject   string // the appid that it speaks for
	Component string // the third party that holds it, if any
	Seq       int64
	Issued    time.Time
	Expires   time.Time // its natural end; zero: none
	Retired   time.Time // from when on a newer one, or its use, has ended it; zero: not so
}

// ErrRaced is the error of a change that another caller has made first: read again, and decide anew.
var ErrRaced = errors.New("another caller was first")

// Tokens keeps tokens. Its changes are atomic over all servers that share it, so that no two renew a token at once and
// none hands out a dead one.
type Tokens interface {
	Token(ctx context.Context, value string) (*Token, error) // may be ErrUnknown
	// TokenLike finds a token that a text, which is none, may have been: the text is its beginning, or begins with it, or
	// differs from it in the case of letters. It is one of visible ASCII characters; of any other there is none. The operator
	// is told; whoever was refused never is. May be ErrUnknown.
	TokenLike(ctx context.Context, text string) (*Token, error)
	LatestToken(ctx context.Context, kind TokenKind, subject, component string) (*Token, error) // may be ErrUnknown
	// IssueToken adds t to its line, if t.Seq is the next number there (else ErrRaced), and retires the older tokens of
	// the line at the given time if they would live longer.
	IssueToken(ctx context.Context, t Token, retireOlder time.Time) error
	// RetireToken ends a token that is not yet retired (else ErrRaced).
	RetireToken(ctx context.Context, value string, at time.Time) error
}

// Quotas counts calls exactly, over all servers that share it.
type Quotas interface {
	// Take counts one call under name in the window that begins at start, unless limit calls were counted already:
	// then it reports false and counts nothing.
	Take(ctx context.Context, name string, start time.Time, window time.Duration, limit int) (bool, error)
}

// ErrSpent is the error of recording an exchange whose nonce was spent by another one in the meantime.
var ErrSpent = errors.New("the nonce was spent by another request")

// Recorder remembers exchanges.
type Recorder interface {
	// Record makes an exchange durable, with the nonce it spends and the media it kept, in one step: all or nothing.
	// When it returns nil the answer may be given. It fails with ErrSpent if the nonce is taken.
	Record(ctx context.Context, e *Exchange) error
	// Exchange finds a recorded exchange by its Request-ID or rid; may be ErrUnknown.
	Exchange(ctx context.Context, id string) (*Exchange, error)
	// SpentBy finds the exchange that spent a nonce of an account; may be ErrUnknown. One past its time may be found still.
	SpentBy(ctx context.Context, account, nonce string) (*Exchange, error)
}

// Exchange is the record of one request and its answer, accepted or refused.
type Exchange struct {
	ID       string // Request-ID or rid, as answered
	Time     time.Time
	Took     time.Duration
	Family   wxup.Family
	Endpoint string // the row's name; "" for calls about tokens and certificates
	Account  string // mchid or appid, as claimed
	Proven   bool   // the claim was proved
	Method   string
	Path     string // with the query, secrets masked
	Remote   string
	Status   int
	Problem  wxup.Problem // "" if accepted
	Reason   string       // for the operator: what exactly was wrong; never holds a secret
	Cause    string       // why: the id of the first finding of Report; "" if none was proved
	Report   *explain.Report
	Warnings []string // what was let pass although the real service, or the documents, would not
	Steps    []Step
	Request  RequestRecord
	Answer   []byte
	Media    *Media // what was kept
	Nonce    *Nonce // what was spent
	ReplayOf string // the exchange whose answer was given again
}

// Step is one thing that was checked, when, and how it went.
type Step struct {
	Name string        `json:"name"`
	At   time.Duration `json:"at"`
	Err  string        `json:"err,omitempty"`
}

// RequestRecord is what is kept of a request: never a secret, never the file's bytes.
type RequestRecord struct {
	Proto   string              `json:"proto,omitempty"`
	Host    string              `json:"host,omitempty"`
	TLS     string              `json:"tls,omitempty"`
	Headers map[string][]string `json:"headers,omitempty"`
	Parts   []PartRecord        `json:"parts,omitempty"`
}

// Part is the first part of a name; nil if there is none.
func (r *RequestRecord) Part(name string) *PartRecord {
	for i := range r.Parts {
		if r.Parts[i].Name == name {
			return &r.Parts[i]
		}
	}
	return nil
}

// PartRecord is what is kept of a part of the form.
type PartRecord struct {
	Name     string `json:"name"`
	Filename string `json:"filename,omitempty"`
	Header   string `json:"header,omitempty"` // raw
	Text     string `json:"text,omitempty"`   // the value of a small part, raw
	Size     int64  `json:"size"`
	SHA256   string `json:"sha256,omitempty"` // of the file part

	// Of a refused file that was kept for the operator to look at (Config.KeepRefused): its id, and what it is.
	Kept   string       `json:"kept,omitempty"`
	Format media.Format `json:"format,omitempty"`
}

// Nonce is a nonce_str that an exchange spends. It may be forgotten after Expires: the clock window refuses it then.
type Nonce struct {
	Account string
	Value   string
	Digest  string // of everything that makes a replay exact
	Expires time.Time
}

// Media is a file that was kept.
type Media struct {
	ID       string // the id in the URL, or the media_id; unguessable
	URL      string // where a public file can be fetched; "" for a private one
	Account  string
	Endpoint string
	SHA256   string // hex
	Size     int64
	Format   media.Format
	Width    int
	Height   int
	Filename string // as sent; never used as a path
	Public   bool
	Created  time.Time
	Expires  time.Time // zero: never
}

// Keeper is the one choice a server makes about an accepted file: where it goes. [Memory] keeps it in memory, the
// program on disk or in S3, and a relay sends it on to WeChat.
type Keeper interface {
	// Keep stores content, which has m.Size bytes and the digest m.SHA256, and fills in m.ID (and m.URL, if the file has
	// an address of its own elsewhere). The same bytes of the same account on the same endpoint get the same ID. When it
	// returns nil, the bytes survive a loss of power.
	Keep(ctx context.Context, m *Media, content io.ReadSeeker) error
	// Open finds a kept file by its ID; may be ErrUnknown. It must not need the Index: public files are served while that
	// is away.
	Open(ctx context.Context, id string) (*Content, error)
}

// Content is an opened file.
type Content struct {
	io.ReadSeekCloser
	SHA256 string // hex
	Size   int64
	Format media.Format
	Public bool
}
