package server

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/problem"
)

// ErrNotFound is the error of a lookup that found nothing. Any other error of an [Index] or
// [Keeper] means that the lookup failed, and the caller gets the family's system error.
var ErrNotFound = errors.New("not found")

// ErrUnavailable is the error of an [Index] or [Keeper] on another machine that does not work at
// the moment: it is down, does not answer in time, is full, or is read-only. A change may or may
// not have been made. Waiting may help; the server itself needs no change.
var ErrUnavailable = errors.New("unavailable")

// Index is what a server must know and remember. Several servers may share one: it keeps them
// consistent. [Memory] keeps it in memory, the command wxup in SQLite or PostgreSQL.
type Index interface {
	Accounts
	Tokens
	Quotas
	Recorder
}

// Accounts knows who may upload. Each lookup may fail with [ErrNotFound].
type Accounts interface {
	Merchant(ctx context.Context, mchid string) (*Merchant, error)
	// Merchants lists up to limit merchants, whose keys are tried on a signature that does not
	// verify.
	Merchants(ctx context.Context, limit int) ([]Merchant, error)
	App(ctx context.Context, appid string) (*App, error)
	// Apps lists up to limit apps, whose secrets are compared with one that is not right.
	Apps(ctx context.Context, limit int) ([]App, error)
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
	ECommerce     bool     // uses 电商收付通, for which wxup.MerchantImage takes 5 MB
	Endpoints     []string // the rows it may use, by name; nil means all
	Disabled      bool
}

// MerchantCertificate is an API certificate of a merchant (apiclient_cert.pem). Several may be
// valid at once, while one replaces another.
type MerchantCertificate struct {
	Certificate *x509.Certificate
	State       CertificateState
}

// CertificateState says whether a merchant's certificate is still in use.
type CertificateState string

const (
	Valid    CertificateState = ""
	Revoked  CertificateState = "revoked"
	Replaced CertificateState = "replaced"
)

// PlatformKey is a key with which WeChat Pay signs answers. It has a certificate, or is a WeChat
// Pay public key.
type PlatformKey struct {
	ID          string            // the certificate's serial number, or PUB_KEY_ID_…
	Key         crypto.Signer     // RSA
	Certificate *x509.Certificate // nil in public-key mode
}

// App is an Official Account, a mini program, or an application of a company (企业微信).
type App struct {
	AppID    string // that of a company is its corpid, which begins with ww
	Name     string
	Secret   string
	State    AppState
	AllowIPs []netip.Prefix // who may ask for tokens; nil: anyone
}

// Corp reports whether the app is an application of a company.
func (a *App) Corp() bool { return strings.HasPrefix(a.AppID, "ww") }

// AppState is how an app is restricted.
type AppState string

const (
	Active       AppState = ""
	Frozen       AppState = "frozen"       // its secret is frozen: no tokens (40243)
	Limited      AppState = "limited"      // the account is restricted (50002)
	Forbidden    AppState = "forbidden"    // the API was withdrawn from it (48004)
	Unauthorized AppState = "unauthorized" // it never had the API (48001)
)

// Component is a third-party platform (第三方平台) that acts for accounts that have authorized it.
type Component struct {
	AppID    string
	Name     string
	Secret   string
	Ticket   string // the component_verify_ticket that it must send; "" accepts any
	AllowIPs []netip.Prefix
}

// Authorization is what an account allows a component to do: the ids of permission sets (权限集).
type Authorization struct {
	Component, Authorizer string
	Permissions           []int
}

// TokenKind says what a token may be used for.
type TokenKind string

const (
	AccessToken       TokenKind = "access"     // from /cgi-bin/token
	StableToken       TokenKind = "stable"     // from /cgi-bin/stable_token
	ComponentToken    TokenKind = "component"  // component_access_token
	AuthorizerToken   TokenKind = "authorizer" // authorizer_access_token
	RefreshToken      TokenKind = "refresh"    // authorizer_refresh_token
	AuthorizationCode TokenKind = "code"       // authorization_code
	CloudToken        TokenKind = "cloud"      // cloudbase_access_token
	CorpToken         TokenKind = "corp"       // from /cgi-bin/gettoken
)

// Token is one token. The tokens of one kind, subject and component form a line, numbered by Seq
// from 1.
type Token struct {
	Value     string
	Kind      TokenKind
	Subject   string // the appid that it speaks for
	Component string // the third party that holds it, if any
	Seq       int64
	Issued    time.Time
	Expires   time.Time // when it expires; zero: never
	Retired   time.Time // when a newer one, or its use, ends it; zero: not yet
}

// ErrRaced is the error of a change that another caller made first. Read again and decide anew.
var ErrRaced = errors.New("another caller was first")

// Tokens keeps tokens. Its changes are atomic over all servers that share it, so that no two
// servers renew a token at once and none hands out a dead one.
type Tokens interface {
	Token(ctx context.Context, value string) (*Token, error) // may be ErrNotFound
	// TokenLike finds a token that a text may have been before it was damaged: the text is the
	// token's beginning, begins with the token, or differs from it in the case of letters. A text
	// with other than visible ASCII characters matches none. Only the operator is told, never the
	// caller. May be ErrNotFound.
	TokenLike(ctx context.Context, text string) (*Token, error)
	LatestToken(ctx context.Context, kind TokenKind, subject, component string) (*Token, error) // may be ErrNotFound
	// IssueToken adds t to its line if t.Seq is the next number there (else ErrRaced), and retires
	// the line's older tokens at the given time if they would live longer.
	IssueToken(ctx context.Context, t Token, retireOlder time.Time) error
	// RetireToken ends a token that is not yet retired (else ErrRaced).
	RetireToken(ctx context.Context, value string, at time.Time) error
}

// Quotas counts calls, exactly, over all servers that share it.
type Quotas interface {
	// Take counts one call under name in the window that begins at start. If limit calls were
	// counted already, it reports false and counts nothing.
	Take(ctx context.Context, name string, start time.Time, window time.Duration, limit int) (bool, error)
	// Taken returns the number of calls that Take has counted under name in this window.
	Taken(ctx context.Context, name string, start time.Time, window time.Duration) (int, error)
}

// ErrKeepAgain is the error of recording media whose bytes may have been deleted since they were
// kept. The media's Seen then says what for: keep the bytes again, and record again with the same
// Media.
var ErrKeepAgain = errors.New("the bytes were deleted a moment ago, or are being deleted; keep them again")

// ErrSpent is the error of recording an exchange whose nonce another one has spent in the meantime.
var ErrSpent = errors.New("the nonce was spent by another request")

// Recorder keeps exchanges.
type Recorder interface {
	// Record makes an exchange durable with the nonce it spends and the media it kept, all or
	// nothing. The answer may be given once it returns nil. It fails with ErrSpent if the nonce is
	// spent, and with ErrKeepAgain if the file must be kept again first.
	Record(ctx context.Context, e *Exchange) error
	// Exchange finds a recorded exchange by its Request-ID or rid; may be ErrNotFound.
	Exchange(ctx context.Context, id string) (*Exchange, error)
	// SpentBy finds the exchange that spent a nonce of an account; may be ErrNotFound. It may still
	// find an expired one.
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
	Problem  problem.Problem // "" if accepted
	Reason   string          // for the operator: what exactly was wrong; never holds a secret
	Cause    string          // why: the id of the first finding of Report; "" if none was proved
	Report   *explain.Report
	Warnings []string // what was accepted although the documents or the real service would not
	Steps    []Step
	Request  RequestRecord
	Answer   []byte
	Media    *Media // what was kept
	Nonce    *Nonce // what was spent
	ReplayOf string // the exchange whose answer was given again
}

// Step is one check: when it was made and how it went.
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
	// AnswerSerial is the Wechatpay-Serial of the answer: the key that signed it. "" if the answer
	// was not signed.
	AnswerSerial string `json:"answer_serial,omitempty"`
}

// Part returns the first part with a name, or nil.
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

	// Of a refused file that was kept for the operator (Config.KeepRefused): its id and its format.
	Kept   string       `json:"kept,omitempty"`
	Format media.Format `json:"format,omitempty"`
}

// Nonce is a nonce_str that an exchange spends. It may be forgotten after Expires, when the clock
// window refuses it.
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

	// Seen is the Recorder's, from a Record that failed with ErrKeepAgain to the next one.
	Seen string
}

// Keeper decides where accepted files go. [Memory] keeps them in memory, the command wxup on disk
// or in S3, and a relay sends them on to WeChat.
type Keeper interface {
	// Keep stores content, which has m.Size bytes and the digest m.SHA256, and sets m.ID (and
	// m.URL, if the file has an address elsewhere). Equal bytes of one account on one endpoint get
	// the same ID. Once it returns nil, the bytes survive a power failure.
	Keep(ctx context.Context, m *Media, content io.ReadSeeker) error
	// Open finds a kept file by its ID; may be ErrNotFound. It must not need the Index: public
	// files are served while the Index is down.
	Open(ctx context.Context, id string) (*Content, error)
}

// Content is an opened file.
type Content struct {
	io.ReadSeekCloser
	SHA256 string // hex
	Size   int64
	Format media.Format
	Public bool
	Ends   bool // its ID ends (see [Media.Expires]): when the Index does not know it any more, it has
}
