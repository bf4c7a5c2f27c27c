package wxup

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/wxup/wxup/media"
)

// Client uploads images to WeChat, or to whatever answers as WeChat does. Fill in who is asking (Merchant for the
// WeChat Pay families, App or one of its alternatives for Official Accounts) and leave the rest.
//
// A Client is safe for concurrent use, and meant to be made once: it keeps access tokens, platform certificates, and what
// it has learned about quotas and hosts. Do not copy it, nor change its fields or what they point to, once it is in use.
type Client struct {
	Merchant *Merchant // PayV3 and PayV2

	// Where the Account family's access_token comes from. One of these is set; if several are, the first of SideCar,
	// CloudTokens, Tokens, App counts.
	App         *App        // fetched here with appid and appsecret, kept and renewed
	Tokens      TokenSource // kept by another part of the program, or a third party's authorizer_access_token
	CloudTokens TokenSource // a cloud container's own (云托管): sent as cloudbase_access_token
	SideCar     bool        // 开放接口服务: none is sent, the container's side-car adds it; the scheme is http

	// BaseURL is where the API is, "" meaning WeChat's own host for each endpoint, over https. A path in it is put in
	// front of the endpoint's, and not signed: it is for gateways that take it off again.
	BaseURL string
	// Transport carries the requests; nil is one shared by all Clients, which heeds HTTPS_PROXY and has time-outs for
	// connecting and for the answer's header, not for the whole: that is for the context. PayV2 shows
	// Merchant.Certificate through a clone of an *http.Transport; a RoundTripper of another type must show it itself.
	// Redirects are never followed.
	Transport http.RoundTripper
	// Now is the clock of timestamps and of expiry; nil is time.Now. Waits are not measured by it.
	Now func() time.Time
	// SkipVerify takes answers of WeChat Pay without proof that they come from WeChat. It is for tests and diagnosis.
	SkipVerify bool
	// UserAgent is sent with every request (WeChat Pay wants one); "" is wxup's own.
	UserAgent string

	// TokenStore keeps App's tokens where other processes find them: see package tokenstore. nil keeps them in this Client.
	TokenStore TokenStore
	// Backup is asked instead of BaseURL when that does not answer. With BaseURL "", WeChat's own back-up hosts are asked
	// (api2.mch.weixin.qq.com, api2.weixin.qq.com), and Backup is not used.
	Backup string
	// Retry says how often and after what pauses an upload is tried again.
	Retry Retry
	// Timeout is how long one try may take to send its file and get the answer, whatever waits there are before; then it
	// is tried again. A call for a token or for certificates gets as long, and half a minute at most. 0 leaves it to the
	// context.
	Timeout time.Duration
	// Rate paces the uploads, so that the endpoints' quotas are not hit.
	Rate Rate
	// Parallel is how many files UploadAll sends at once; 0 adapts to what the server answers, from 8 to at most 32.
	Parallel int
	// Fit makes pictures fit what an endpoint takes; nil sends files as they are.
	Fit Fitter
	// Ledger remembers what was uploaded, and gives the first answer again; nil uploads every time.
	Ledger Ledger
	// Again uploads even what the Ledger knows, and remembers the new answer.
	Again bool
	// Account names the account in the Ledger where the Client cannot know it: with Tokens, CloudTokens or SideCar, an
	// appid. While it is not known nothing is remembered.
	Account string
	// Progress is told how far each upload has come: at each phase, and with each piece of the file that is sent. It is
	// called from several goroutines, and must be fast.
	Progress func(Progress)
	// Observe is told of each decision: another try, another host, a wait. It is called from several goroutines.
	Observe func(Event)

	accessToken  tokenCache
	certificates certificateCache // of /v3/certificates
	overseas     certificateCache // of /v3/global/certificates
	hosts        hosts
	pacers       pacers
	underway     underway
	withCert     struct {
		once sync.Once
		rt   http.RoundTripper
	}
}

// Merchant is who a WeChat Pay merchant is, and how it proves it. APIv3 needs MchID, SerialNo, PrivateKey, and a way to
// verify answers: PublicKeys, PlatformCertificates or APIv3Key, or several of them while a merchant moves from one to
// the other. APIv2 needs MchID, APIv2Key and Certificate.
type Merchant struct {
	MchID      string        // 1900009191; for the brand endpoints the brand's id
	SerialNo   string        // of the API certificate, apiclient_cert.pem; "" takes it from Certificate
	PrivateKey crypto.Signer // RSA: apiclient_key.pem, read by sign.ParsePrivateKey; nil takes it from Certificate

	// PublicKeys are WeChat Pay public keys (微信支付公钥) by their ids, PUB_KEY_ID_….
	PublicKeys map[string]*rsa.PublicKey
	// PlatformCertificates are WeChat's, not the merchant's (微信支付平台证书).
	PlatformCertificates []*x509.Certificate
	// APIv3Key, of 32 bytes, lets the Client fetch platform certificates from GET /v3/certificates: at the first upload if
	// it has no other key, every 12 hours, and when an answer names one that it does not know.
	APIv3Key string

	// Certificate is apiclient_cert.pem and apiclient_key.pem, as tls.LoadX509KeyPair reads them.
	Certificate tls.Certificate
	APIv2Key    string
	SignType    string // sign.MD5, or sign.HMACSHA256, which "" is too
}

// App is an Official Account or mini program.
type App struct {
	AppID  string
	Secret string
	// Stable fetches tokens from /cgi-bin/stable_token: every process gets the same one. From /cgi-bin/token each fetch
	// ends the token before, so that two programs with one appid keep throwing each other out.
	Stable bool
}

// Result is an upload that succeeded.
type Result struct {
	Endpoint  string       // the row's name
	URL       string       // where anyone can fetch the image, if the endpoint gives such
	MediaID   string       // else the private id to use in later calls
	Name      string       // the file name that was sent
	Format    media.Format // by content
	Size      int64        // bytes
	SHA256    string       // lower-case hex, whichever digest the endpoint uses
	RequestID string       // WeChat's, for asking them
	Expires   time.Time    // when the id ends; zero means never
	Cached    bool         // nothing was sent: the Ledger knew it, or the same file was being uploaded already
	Fitted    fmt.Stringer // how the file was changed before it was sent; nil means not at all
}

// Upload uploads one file. Before anything is sent the file is read once, to digest it and to see that the endpoint will
// take it; then it is streamed from where it is. The memory used does not grow with the file.
//
// The errors are
//
//   - [*Error]: refused, by the server or, when Status is 0, before sending. errors.Is(err, wxup.TooLarge) and the like
//     tell why; [Problem.Temporary] tells whether to try again.
//   - [*VerifyError]: accepted, by an answer that does not prove to be WeChat's. errors.Is(err, wxup.UnverifiedAnswer).
//   - [*GaveUp]: tried more than once; in it is one of the others.
//   - others: the file could not be read, the Client lacks a setting, the network failed or the context ended. Unless
//     nothing was sent the upload may have happened; doing it again does no harm.
//
// No error holds an access_token, an appsecret or a key.
//
// What may pass is tried again, as Client.Retry says, and so is, once, with a new one, an upload whose access_token was
// refused. That is safe: the same bytes are sent, a v3 request is signed anew with its own time and nonce, and if WeChat
// had kept the file already, nobody refers to what it kept first. The time that there is for all of it is the context's.
func (c *Client) Upload(ctx context.Context, ep Endpoint, src Source) (*Result, error) {
	return c.upload(ctx, &upload{ep: &ep, src: &src})
}

// named says in an error which endpoint it is about.
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
	case *GaveUp:
		e.Err = named(endpoint, e.Err)
		return err
	}
	return fmt.Errorf("%s: %w", endpoint, err)
}

// VerifyError is an upload that was answered as accepted, without proof that the answer is WeChat's. If it is, the upload
// has happened.
type VerifyError struct {
	Endpoint  string // the row's name
	Err       error  // what is wrong with the proof
	RequestID string
	Result    *Result // what the answer says; nil if it cannot be read
}

func (e *VerifyError) Error() string {
	s := fmt.Sprintf("%s: %s: %v", e.Endpoint, UnverifiedAnswer.Error(), e.Err)
	if e.Result != nil {
		s += "; if it comes from WeChat all the same, the upload has happened"
	}
	if e.RequestID != "" {
		s += " [" + e.RequestID + "]"
	}
	return s
}

// Unwrap gives [UnverifiedAnswer].
func (e *VerifyError) Unwrap() error { return UnverifiedAnswer }

// Is finds the cause too. It does not unwrap: an [*Error] in there would be that of a call for certificates.
func (e *VerifyError) Is(target error) bool { return errors.Is(e.Err, target) }

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}
