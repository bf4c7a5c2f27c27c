package wxup

import (
	"cmp"
	"context"
	"crypto/x509"
	"iter"
	"net/http"
	"sync"
	"time"

	"github.com/wxup/wxup/internal/carry"
	"github.com/wxup/wxup/internal/flight"
	"github.com/wxup/wxup/internal/pace"
)

// Client uploads images to WeChat, or to a server that answers as WeChat does. It needs a Merchant
// for [PayV3] and [PayV2], an Auth for [FamilyAccount]; the zero value of everything else works.
//
// A Client is safe for concurrent use, and meant to be made once: it keeps tokens, certificates,
// and what it has learned about quotas and hosts. Do not copy or change it once it is in use.
type Client struct {
	Merchant   *Merchant
	Auth       Auth
	BaseURL    string           // where the API is; "" is WeChat's own hosts. A path in it is not signed
	BackupURL  string           // asked when BaseURL does not answer; WeChat's own hosts have theirs
	UserAgent  string           // sent with every request; "" is wxup's own
	SkipVerify bool             // accept answers of WeChat Pay without proof: for tests and diagnosis
	Now        func() time.Time // the clock of timestamps and of expiry, not of waits; nil is time.Now
	// Transport carries the requests; nil is one that all Clients share. PayV2 shows
	// Merchant.Certificate through a clone of an *http.Transport; others must show it themselves.
	Transport http.RoundTripper
	// Timeout is how long one try may take to send its file and get the answer; then the upload is
	// retried. A call for a token gets as long, and half a minute at most. 0 means no limit.
	Timeout      time.Duration
	Retry        Retry
	Rate         Rate
	Concurrency  int    // how many files UploadAll sends at once; 0 adapts to the answers, 8 to 32
	Fit          Fitter // makes pictures fit what an endpoint takes; nil sends files as they are
	Ledger       Ledger // remembers what was uploaded; nil uploads every time
	IgnoreLedger bool   // upload files even if the Ledger has them, and remember the new answers

	Progress func(Progress) // called often, from several goroutines
	Observe  func(Event)    // called with each decision, from several goroutines

	// What the Client has learned.
	token          keptToken
	home, overseas certificateList
	hosts          carry.Hosts
	paces          pace.Windows
	inFlight       flight.Group[LedgerKey, *Result]
	certified      struct {
		once sync.Once
		rt   http.RoundTripper
	}
}

// Upload uploads one file. The file is read once, to digest it and to see that the endpoint takes
// it, and then streamed from where it is.
//
// The error is an [*Error] if the upload was refused, a [*VerifyError] if it was accepted by an
// answer that is not proved to be WeChat's, a [*RetryError] around the last one if it was tried
// more than once, or another: of the file, the network, a missing setting, the context. The upload
// may have happened then; doing it again does no harm. No error holds a token or a key.
func (c *Client) Upload(ctx context.Context, ep *Endpoint, src Source) (*Result, error) {
	return c.upload(ctx, ep, src, 0, nil)
}

func (c *Client) upload(ctx context.Context, ep *Endpoint, src Source, index int, lanes *pace.Lanes) (*Result, error) {
	up, err := c.start(ep, &src)
	if err != nil {
		return nil, err
	}
	up.index, up.lanes = index, lanes
	up.family = c.family(up)
	res, err := up.run(ctx)
	if err != nil {
		up.tell(Done, 0)
		return nil, named(ep.Name, err)
	}
	sent := up.size
	if res.Cached {
		sent = 0
	}
	up.tell(Done, sent)
	return res, nil
}

// Check does all of an upload that comes before sending: would the endpoint take the file, and what
// would the Fitter change? The Result has no URL, MediaID and RequestID.
func (c *Client) Check(ctx context.Context, ep *Endpoint, src Source) (*Result, error) {
	up, err := c.start(ep, &src)
	if err != nil {
		return nil, err
	}
	if err := up.open(ctx); err != nil {
		return nil, named(ep.Name, err)
	}
	defer up.close()
	check := up.check
	if up.fitter != nil {
		check = up.fitAndCheck
	}
	if err := check(ctx); err != nil {
		return nil, named(ep.Name, err)
	}
	return up.result(), nil
}

// UploadAll uploads many files, several at once, and yields each outcome as soon as it is there.
// Items are taken, in another goroutine, only when there is room. If ctx ends, no more are taken,
// and each that was taken has its Outcome; breaking out of the loop cancels the uploads in
// progress. Nothing is left running when the loop is over: an input must not outlast ctx.
func (c *Client) UploadAll(ctx context.Context, items iter.Seq[Item]) iter.Seq[Outcome] {
	return func(yield func(Outcome) bool) {
		lanes := &pace.Lanes{Fixed: max(c.Concurrency, 0)}
		b := newBatch(lanes, func(ctx context.Context, item Item, index int) (*Result, error) {
			return c.upload(ctx, item.Endpoint, item.Source, index, lanes)
		})
		b.run(ctx, items, yield)
	}
}

// AccessToken returns the token that an upload would send now, for calls that wxup does not make.
// With a [SideCar] it is "".
func (c *Client) AccessToken(ctx context.Context) (string, error) {
	source, err := tokensOf(c.Auth, c.caller(), &c.token)
	if err != nil {
		return "", err
	}
	return source.get(ctx, "")
}

// Usage asks WeChat how often the account may call a [FamilyAccount] endpoint in a day, and how
// often it has.
func (c *Client) Usage(ctx context.Context, ep *Endpoint) (limit, used int, err error) {
	if err := ep.Check(); err != nil {
		return 0, 0, err
	}
	caller := c.caller()
	tokens, err := tokensOf(c.Auth, caller, &c.token)
	if err != nil {
		return 0, 0, err
	}
	if limit, used, err = askUsage(ctx, caller, tokens, ep); err != nil {
		return 0, 0, named("quota", err)
	}
	return limit, used, nil
}

// Certificates fetches the merchant's platform certificates, as uploads do by themselves.
func (c *Client) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	p, caller := c.payer(c.caller()), c.caller()
	return c.home.refresh(ctx, caller.now, func(ctx context.Context) ([]*x509.Certificate, error) {
		return p.listCertificates(ctx, MerchantImage)
	})
}

// start makes an upload of the Client's settings.
func (c *Client) start(ep *Endpoint, src *Source) (*upload, error) {
	if err := ep.Check(); err != nil {
		return nil, err
	}
	ep = ep.For(c.Merchant != nil && c.Merchant.ECommerce)
	caller := c.caller()
	up := &upload{
		opened: opened{facts: facts{ep: ep}, source: src, origin: src.name(), report: caller.observe, progress: c.Progress},
		memory: memory{ledger: c.Ledger, ignore: c.IgnoreLedger, inFlight: &c.inFlight},
		caller: caller, retry: c.Retry, quota: c.Rate.quota(ep, caller.bases.AtWeChat()), paces: &c.paces,
	}
	if c.Fit != nil && takesPictures(ep) {
		up.fitter = c.Fit
	}
	up.server, _ = caller.bases.Of(ep.host())
	switch {
	case ep.Family != FamilyAccount && c.Merchant != nil:
		up.account = c.Merchant.MchID
	case ep.Family == FamilyAccount && c.Auth != nil:
		up.account = c.Auth.owner()
	}
	return up, nil
}

// family is what the endpoint's family does for the upload.
func (c *Client) family(up *upload) family {
	caller := up.caller
	switch up.ep.Family {
	case PayV3:
		return &familyV3{payer: *c.payer(caller)}
	case PayV2:
		caller.Transport = c.withCertificate(caller.Transport)
		return &familyV2{caller: caller, merchant: c.Merchant, skipVerify: c.SkipVerify, ownCertificate: c.Transport != nil}
	}
	tokens, err := tokensOf(c.Auth, caller, &c.token)
	return &familyAccount{caller: caller, tokens: tokens, unset: err, observe: up.observe}
}

func (c *Client) payer(caller *caller) *payer {
	return &payer{caller: caller, merchant: c.Merchant, skipVerify: c.SkipVerify, home: &c.home, overseas: &c.overseas}
}

// withCertificate is the transport that shows the merchant's certificate; it is made once, for its
// connections.
func (c *Client) withCertificate(rt http.RoundTripper) http.RoundTripper {
	if c.Merchant == nil {
		return rt
	}
	c.certified.once.Do(func() { c.certified.rt = carry.WithCertificate(rt, c.Merchant.Certificate) })
	return c.certified.rt
}

// caller makes the Client's calls.
func (c *Client) caller() *caller {
	_, sideCar := c.Auth.(SideCar)
	caller := &caller{
		Carrier: carry.Carrier{Transport: c.Transport, UserAgent: cmp.Or(c.UserAgent, carry.UserAgent), OwnNames: c.BaseURL != "" && c.BackupURL == ""},
		bases:   carry.Bases{Main: c.BaseURL, Backup: c.BackupURL, SideCar: sideCar},
		hosts:   &c.hosts, timeout: c.Timeout, now: c.Now, observe: c.Observe,
	}
	if caller.Transport == nil {
		caller.Transport = carry.Transport
	}
	if caller.now == nil {
		caller.now = time.Now
	}
	if caller.observe == nil {
		caller.observe = func(Event) {}
	}
	caller.Failing = caller.failing
	return caller
}
