package wxuptest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
)

// Server is a WeChat for one test. Make it with [NewServer] or [NewServerWith].
type Server struct {
	URL      string // of plain HTTP: http://127.0.0.1:40001. Answered image URLs begin with it
	HTTPSURL string // of TLS, which asks for a client certificate and names WeChat's hosts
	AdminURL string // of the operator's door: GET /api/v1/media/{id} opens files that have no URL

	Merchant  Merchant
	Platform  Platform
	App       App
	Corp      Corp
	Component Component

	CAs   *x509.CertPool // what verifies the TLS listener, and the certificates of WeChat Pay
	CAPEM string         // the TLS listener's

	// Accounts holds the merchants, apps and third parties. Change them to have an upload refused
	// for its natural cause.
	//
	//	srv.Accounts.PutApp(server.App{
	//		AppID: srv.App.AppID, Secret: srv.App.Secret, State: server.Limited,
	//	})
	Accounts *server.Memory
	// Handler is the server itself, without what Refuse and Fail do. It hands out authorization
	// codes and cloud tokens.
	Handler *server.Server

	tb    testing.TB
	ctx   context.Context
	clock *clock
	index *index
	plans *plans

	plain, secure, admin *listener
	closing              chan struct{}
	once                 sync.Once

	mu         sync.Mutex
	transports []*http.Transport
	files      *Files
}

// NewServer starts a server that ends with the test. Parallel tests may call it; each server knows
// only its own credentials. It fails the test if the server cannot start.
func NewServer(t testing.TB) *Server {
	t.Helper()
	return NewServerWith(t, server.Config{})
}

// NewServerWith is NewServer with other settings: the answers' profile, quotas, strictness, rows of
// your own, a Keeper that fails. Leave Index nil. A nil Log is discarded; t.Output() is a good
// place for it.
//
//	srv := wxuptest.NewServerWith(t, server.Config{Profile: problem.Observed})
func NewServerWith(t testing.TB, c server.Config) *Server {
	t.Helper()
	if c.Index != nil {
		t.Fatal("wxuptest: leave Config.Index nil; Server.Accounts is the one in use")
	}
	return start(t, shared(), c)
}

func start(t testing.TB, a *authority, c server.Config) *Server {
	t.Helper()
	s := &Server{
		tb: t, ctx: context.Background(), clock: &clock{base: time.Now}, plans: &plans{byRow: map[string][]planned{}},
		Accounts: server.NewMemory(), closing: make(chan struct{}),
		CAs: a.ca.Pool(), CAPEM: string(a.ca.PEM()),
	}
	s.index = &index{Memory: s.Accounts, changed: make(chan struct{})}
	s.seed(a)

	if c.Now != nil {
		s.clock.base = c.Now
	}
	own := c.Veto
	c.Veto = func(r *http.Request, e *server.Exchange) error {
		if own != nil {
			if err := own(r, e); err != nil {
				return err
			}
		}
		return s.plans.veto(r, e)
	}
	c.Index, c.Now, c.KeepRefused = s.index, s.Now, true
	if c.Keeper == nil {
		c.Keeper = s.Accounts
	}
	if c.MerchantCAs == nil {
		c.MerchantCAs = s.CAs
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.OperatorToken == "" {
		c.OperatorToken = devkeys.NewToken(32)
	}
	var err error
	if s.plain, err = listen(nil); err == nil {
		s.secure, err = listen(&tls.Config{
			Certificates: []tls.Certificate{a.leaf}, MinVersion: tls.VersionTLS12,
			ClientAuth: tls.RequestClientCert, // checked by the handler, which has a documented answer for each fault
			NextProtos: []string{"http/1.1"},
		})
	}
	if err == nil {
		s.admin, err = listen(nil)
	}
	t.Cleanup(s.end)
	if err != nil {
		t.Fatalf("wxuptest: %v", err)
	}
	s.URL, s.HTTPSURL, s.AdminURL = "http://"+s.plain.addr, "https://"+s.secure.addr, "http://"+s.admin.addr
	if c.PublicURL == "" {
		c.PublicURL = s.URL
	}
	if s.Handler, err = server.New(c); err != nil {
		t.Fatalf("wxuptest: %v", err)
	}
	s.plain.serve(s)
	s.secure.serve(s)
	s.admin.serve(s.Handler.Operator())
	if s.Component.RefreshToken, err = s.Handler.RefreshToken(s.ctx, s.Component.AppID, s.Component.AuthorizerAppID); err != nil {
		t.Fatalf("wxuptest: %v", err)
	}
	return s
}

// seed makes one of everything.
func (s *Server) seed(a *authority) {
	s.Merchant = a.newMerchant(newMchID())
	s.Platform = a.newPlatform(s.Merchant.MchID)
	s.App = App{devkeys.NewAppID(""), devkeys.NewAppSecret()}
	s.Corp = Corp{devkeys.NewAppID("ww"), devkeys.NewAppSecret()}
	s.Component = Component{AppID: devkeys.NewAppID(""), Secret: devkeys.NewAppSecret(), AuthorizerAppID: devkeys.NewAppID("")}

	m := s.Accounts
	m.PutMerchant(server.Merchant{
		MchID: s.Merchant.MchID, Name: "wxuptest", APIv2Key: s.Merchant.APIv2Key, APIv3Key: s.Merchant.APIv3Key,
		Certificates: []server.MerchantCertificate{{Certificate: s.Merchant.Certificate}},
	})
	m.PutPlatformKey(server.PlatformKey{ID: s.Platform.SerialNo, Key: a.platform, Certificate: s.Platform.Certificate})
	m.PutPlatformKey(server.PlatformKey{ID: s.Platform.PublicKeyID, Key: a.public})
	m.PutApp(server.App{AppID: s.App.AppID, Secret: s.App.Secret})
	m.PutApp(server.App{AppID: s.Corp.CorpID, Secret: s.Corp.Secret})
	m.PutApp(server.App{AppID: s.Component.AuthorizerAppID, Secret: devkeys.NewAppSecret()})
	m.PutComponent(server.Component{AppID: s.Component.AppID, Secret: s.Component.Secret})
	m.PutAuthorization(server.Authorization{Component: s.Component.AppID, Authorizer: s.Component.AuthorizerAppID, Permissions: []int{1, 11}})
}

// ServeHTTP answers a request, so that the server can be mounted elsewhere too.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := newAnswer(w, r, s.Now, s.closing)
	s.Handler.ServeHTTP(a, a.r)
}

// Now is the time by the server's clock. [Server.Client] uses it too; let other clients use it
// where a test sets it.
func (s *Server) Now() time.Time { return s.clock.now() }

// SetTime sets the clock and stops it there, until it is set or advanced again.
//
// To test how a client that uses time.Now handles 401 SIGN_ERROR, set the server's clock off. The
// merchant's certificate and the CA are valid for ten years from now; a clock beyond that finds
// them expired.
func (s *Server) SetTime(t time.Time) { s.clock.set(t) }

// Advance moves the clock forward, or back. A running clock keeps running. Access tokens expire
// after two hours of it, and nonces are forgotten after ten minutes.
func (s *Server) Advance(d time.Duration) { s.clock.advance(d) }

// Close ends the server: it cuts connections and wakes those who wait. The end of the test calls it
// too; it may be called more than once.
func (s *Server) Close() {
	s.once.Do(func() {
		s.index.close()
		close(s.closing)
		for _, l := range []*listener{s.plain, s.secure, s.admin} {
			if l != nil {
				l.close()
			}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, tr := range s.transports {
			tr.CloseIdleConnections()
		}
	})
}

// end runs at the end of the test.
func (s *Server) end() {
	s.Close()
	if s.tb.Failed() && s.Handler != nil {
		report(s.tb, s.index.all(), s.plans.unmet)
	}
}
