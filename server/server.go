package server

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wxup/wxup"
)

// Config says what a Server serves. Index and Keeper are needed; the zero value of everything else works.
type Config struct {
	Index  Index
	Keeper Keeper

	Endpoints []*wxup.Endpoint // nil: wxup.Endpoints()
	// PublicURL is the address that answered URLs begin with, such as https://img.example.com. Empty: the address that
	// the request was sent to.
	PublicURL string
	// Profile chooses the answers where documents and the real service differ; empty is wxup.Documented.
	Profile wxup.Profile
	// Strict refuses what is otherwise accepted with a warning: a suffix that is not the content's, .jpeg where only
	// JPG is named, a digest in upper case.
	Strict bool
	// EnforceNames refuses a file part whose filename differs from meta's; otherwise it is a warning.
	EnforceNames bool
	// RequireHTTPS refuses account calls over plain HTTP (43003), as the real service does.
	RequireHTTPS bool
	// Limit is the calls an account may make; its zero value does not limit.
	Limit Limit
	// MerchantCAs are who may have issued merchants' client certificates; nil does not check the issuer, only that the
	// certificate is the merchant's.
	MerchantCAs *x509.CertPool
	// Budget is how many bytes of uploads may be in memory at once, over all requests; 0 is 64 MB. A request that does not
	// fit waits BudgetWait at most (0 is 5 s), then is told that it is too frequent.
	Budget     int64
	BudgetWait time.Duration
	// KeepAlive, if not 0, is told to callers as Keep-Alive: timeout. It should be a little less than the http.Server's
	// IdleTimeout.
	KeepAlive time.Duration
	// GBK encodes a text in GBK, so that one that was signed in that encoding can be recognized; nil: it is not.
	GBK func(string) ([]byte, bool)
	// KeepRefused keeps the files of refused uploads too, privately, if they came from this very machine: whoever develops
	// here can look at what was sent. Those of strangers are not kept, so that nobody can fill the disk with them.
	KeepRefused bool
	// Veto, if not nil, has the last word on each upload that was found right, before it is kept. An error refuses it: a
	// [wxup.Problem] in it is said in the family's words, any other is a failure of ours. It is for rules of your own, and for
	// tests of callers. It must change neither the request, whose body is read, nor the record.
	Veto func(r *http.Request, e *Exchange) error
	// OperatorToken opens private files under /api/v1/media/; empty: nothing does.
	OperatorToken string

	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: slog.Default()
}

// Limit is how many calls accounts may make.
type Limit struct {
	Documented bool // as the documents say: each row's Quota, and the quotas of token calls
	PerMinute  int  // that many a minute for each account and row; 0: no limit of this kind
}

// Server is the handler. Make it with [New].
type Server struct {
	Config
	mux     *http.ServeMux
	budget  *budget
	stopped atomic.Bool
	busy    chan struct{} // held while a refusal is explained
}

// New makes a Server.
func New(c Config) (*Server, error) {
	if c.Index == nil || c.Keeper == nil {
		return nil, errors.New("server: Config needs an Index and a Keeper; NewMemory makes both")
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" {
			return nil, fmt.Errorf("server: the public URL %q is not of the form https://host", c.PublicURL)
		}
		c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	}
	switch c.Profile {
	case "":
		c.Profile = wxup.Documented
	case wxup.Documented, wxup.Observed:
	default:
		return nil, fmt.Errorf("server: no answer profile %q; there are %s and %s", c.Profile, wxup.Documented, wxup.Observed)
	}
	if c.Endpoints == nil {
		c.Endpoints = wxup.Endpoints()
	}
	if c.Budget == 0 {
		c.Budget = 64 * wxup.MB
	}
	if c.BudgetWait == 0 {
		c.BudgetWait = 5 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	s := &Server{Config: c, mux: http.NewServeMux(), budget: newBudget(c.Budget), busy: make(chan struct{}, runtime.GOMAXPROCS(0))}
	for _, ep := range c.Endpoints {
		if ep.MaxSize()+formMost > c.Budget {
			return nil, fmt.Errorf("server: a budget of %d bytes cannot hold one file of endpoint %s (%d bytes)", c.Budget, ep.Name, ep.MaxSize())
		}
		s.mux.HandleFunc(ep.Path, func(w http.ResponseWriter, r *http.Request) { s.upload(w, r, ep) })
	}
	for _, path := range []string{"/v3/certificates", "/v3/global/certificates", "/hk/v3/certificates"} {
		s.mux.HandleFunc(path, s.certificates)
	}
	for path, call := range tokenCalls {
		s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { s.token(w, r, call) })
	}
	s.mux.HandleFunc("/cgi-bin/openapi/rid/get", s.rid)
	s.mux.HandleFunc("/v3/", s.unknownPath(wxup.PayV3))
	s.mux.HandleFunc("/brand/", s.unknownPath(wxup.PayV3))
	s.mux.HandleFunc("/cgi-bin/", s.unknownPath(wxup.Account))
	s.mux.HandleFunc("GET /mmbiz_jpg/{id}/0", s.image)
	s.mux.HandleFunc("GET /mmbiz_png/{id}/0", s.image)
	s.mux.HandleFunc("GET /mmbiz_bmp/{id}/0", s.image)
	s.mux.HandleFunc("GET /api/v1/media/{id}", s.privateFile)
	return s, nil
}

// ServeHTTP answers a request. A path that no API has is a plain 404.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Stop lets the uploads under way finish and refuses new ones (503 SERVICE_UNAVAILABLE and its like). Kept files are
// still served. Call it before http.Server.Shutdown, so that callers on connections they keep open learn it too.
func (s *Server) Stop() { s.stopped.Store(true) }

// SideCar is the handler of 开放接口服务: account calls without a token, made in the name of appid, or of the app that
// ?from_appid= names. Whoever can reach it is trusted: it belongs on a listener of its own.
func (s *Server) SideCar(appid string) http.Handler {
	mux := http.NewServeMux()
	for _, ep := range s.Endpoints {
		if ep.Family == wxup.Account {
			mux.HandleFunc(ep.Path, func(w http.ResponseWriter, r *http.Request) {
				c := s.newCall(w, r, accountFamily{sideCar: appid}, ep)
				w.Header().Set("x-openapi-seqid", c.rec.ID)
				c.serve()
			})
		}
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		c := s.newCall(w, r, accountFamily{}, nil)
		w.Header().Set("x-openapi-seqid", c.rec.ID)
		c.finish(nil, refuse(wxup.BadOpenAPIPath, "the side-car serves the upload paths only"))
	})
	return mux
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request, ep *wxup.Endpoint) {
	s.newCall(w, r, families[ep.Family], ep).serve()
}

func (s *Server) unknownPath(f wxup.Family) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.newCall(w, r, families[f], nil).finish(nil, refuse(wxup.NotFound, "no API has this path"))
	}
}
