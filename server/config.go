package server

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/internal/secret"
	"github.com/wxup/wxup/problem"
)

// Config says what a Server serves. Index and Keeper are required; every other zero value works.
type Config struct {
	Index  Index
	Keeper Keeper

	Endpoints []*wxup.Endpoint // nil: wxup.Endpoints()
	// PublicURL is the address that answered URLs begin with, such as https://img.example.com.
	// Empty: the address that the request was sent to.
	PublicURL string
	// Hosts are further names that the server is reached by, beside those that [Server.Guard]
	// knows: wechat.example.cn, *.example.cn for all names under it, * for any.
	Hosts []string
	// Profile chooses the answers where the documents and the real service differ; empty is
	// problem.Documented.
	Profile problem.Profile
	// Strict refuses what is otherwise accepted with a warning: a suffix that differs from the
	// content's format, .jpeg where the documents name only JPG, a digest in upper case, and an odd
	// form, in the words of the real service.
	Strict bool
	// EnforceNames refuses a file part whose filename differs from meta's; otherwise that is a
	// warning.
	EnforceNames bool
	// RequireHTTPS refuses account calls over plain HTTP (43003), as the real service does.
	RequireHTTPS bool
	// Limit bounds the calls of each account; its zero value sets no limit.
	Limit Limit
	// MerchantCAs are the CAs that may issue merchants' client certificates. With nil, the issuer
	// is not checked, only that the certificate is one of the merchant's.
	MerchantCAs *x509.CertPool
	// Budget bounds the bytes of uploads in memory, over all requests; 0 is 64 MB. It must hold the
	// largest file of all rows and the largest of WeChat Pay's beside each other, and 2 MB. Callers
	// who have not proved yet who they are share a quarter of it; of each part, an account (or,
	// without proof, an address) has half at most. A request that does not fit waits up to
	// BudgetWait (0 is 5 s) and is then refused as too frequent.
	Budget     int64
	BudgetWait time.Duration
	// KeepAlive, if not 0, is sent to callers as Keep-Alive: timeout. Set it a little below the
	// http.Server's IdleTimeout.
	KeepAlive time.Duration
	// GBK encodes a text in GBK, so that the server recognizes one that was signed in that
	// encoding; nil: it does not.
	GBK func(string) ([]byte, bool)
	// FromGBK reads a text in GBK, with U+FFFD for what is not, so that the server recognizes one
	// that was read in that encoding by mistake; nil: it does not.
	FromGBK func([]byte) string
	// KeepRefused keeps the files of refused uploads too, privately, if they come from this
	// machine, so that a developer can look at what was sent. Files from elsewhere are not kept:
	// strangers could fill the disk with them.
	KeepRefused bool
	// Veto, if not nil, has the last word on each upload that passed every check, before it is
	// kept. Its error refuses the upload: a [problem.Problem] in it is answered in the family's
	// words, any other error as a failure of the server. Use it for rules of your own and for tests
	// of clients. It must not change the request, whose body is read, nor the record.
	Veto func(r *http.Request, e *Exchange) error
	// Proved, if not nil, is called once it is proved who sends a request: before the file is read
	// where the API allows that. A listener that is full may spare its connection.
	Proved func(r *http.Request)
	// TrustedProxies are the reverse proxies whose X-Forwarded-For or Forwarded tells who the
	// caller is. Each must append the address it sees, or set the header. Without one of them, a
	// request that came through a proxy counts as the proxy's own, and never as one from this
	// machine. See [Server.Caller].
	TrustedProxies []netip.Prefix
	// TakenDown, if not nil, reports whether a public file is not to be served any more, though it
	// is kept: its URL answers 410. It must not need the Index.
	TakenDown func(ctx context.Context, id string) bool
	// ImageAge is how long browsers and caches may show a public file without asking whether it is
	// still served; 0 is an hour, less than 0 that they must always ask.
	ImageAge time.Duration
	// Secrets hides secrets in records and logs; nil makes one. It learns those of the Index as
	// they pass. Add the program's own, and those that others may have added to the Index.
	Secrets Secrets
	// OperatorToken opens files at [Server.Operator]. If it is empty, nothing does.
	OperatorToken string

	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: slog.Default()
}

// Limit bounds how many calls an account may make.
type Limit struct {
	Documented bool // as documented: each row's Quota, and the quotas of token calls
	PerMinute  int  // calls a minute for each account and row; 0: no limit of this kind
}

// Server is the handler of the public door. Make it with [New].
type Server struct {
	Config
	mux     *http.ServeMux
	public  http.Handler // mux, guarded
	budget  *budget
	stopped atomic.Bool
	turns   chan struct{} // one for each refusal that may be explained at a time: half of the processors
}

// settle fills in defaults and reports what cannot work.
func (c *Config) settle() error {
	if c.Index == nil || c.Keeper == nil {
		return errors.New("server: Config needs an Index and a Keeper; NewMemory makes both")
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" {
			return fmt.Errorf("server: the public URL %q is not of the form https://host", c.PublicURL)
		}
		c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	}
	switch c.Profile {
	case "":
		c.Profile = problem.Documented
	case problem.Documented, problem.Observed:
	default:
		return fmt.Errorf("server: unknown answer profile %q; the profiles are %s and %s", c.Profile, problem.Documented, problem.Observed)
	}
	if c.Endpoints == nil {
		c.Endpoints = wxup.Endpoints()
	}
	if c.Budget == 0 {
		c.Budget = 64 << 20
	}
	if c.BudgetWait == 0 {
		c.BudgetWait = 5 * time.Second
	}
	for i, ep := range c.Endpoints {
		if err := ep.Check(); err != nil {
			return fmt.Errorf("server: %w", err)
		}
		if largest, late := largestBodies(c.Endpoints[:i+1]); leastBudget(largest, late) > c.Budget {
			return fmt.Errorf("server: endpoint %s: a budget of %d bytes is too small for files of %d bytes; use at least %d", ep.Name, c.Budget, ep.For(true).MaxSize(), leastBudget(largest, late))
		}
		for _, other := range c.Endpoints[:i] {
			if ep.Name == other.Name {
				return fmt.Errorf("server: endpoint %s: another endpoint has this name", ep.Name)
			}
			if path, _ := ep.Route(); ep.Path == other.Path && ep.Corp == other.Corp || samePath(other, path) && ep.Family != other.Family {
				return fmt.Errorf("server: endpoint %s: endpoint %s has the same path, %s", ep.Name, other.Name, ep.Path)
			}
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Secrets == nil {
		c.Secrets = secret.New()
	}
	c.Secrets.Add(c.OperatorToken)
	c.Index = &learning{c.Index, c.Secrets}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return nil
}

// largestBodies tells how much memory an upload may need, and one whose caller may be unknown until
// all of it has come.
func largestBodies(rows []*wxup.Endpoint) (largest, late int64) {
	for _, ep := range rows {
		n := ep.For(true).MaxSize() + maxForm + formWindow
		largest = max(largest, n)
		if ep.Family != wxup.FamilyAccount {
			late = max(late, n)
		}
	}
	return largest, late
}

func samePath(ep *wxup.Endpoint, path string) bool {
	own, _ := ep.Route()
	return own == path
}
