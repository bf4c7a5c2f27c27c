package wxuptest

import (
	"context"
	"crypto/rsa"
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

	Merchant  Merchant
	Platform  Platform
	App       App
	Component Component

	CAs   *x509.CertPool // what verifies the TLS listener, and the certificates of WeChat Pay
	CAPEM string         // the TLS listener's

	// Accounts holds the merchants, apps and third parties: change them to have something refused for its natural cause.
	//
	//	srv.Accounts.PutApp(server.App{AppID: srv.App.AppID, Secret: srv.App.Secret, State: server.Limited})
	Accounts *server.Memory
	// Handler is the server itself, without what Refuse and Fail do. It hands out authorization codes and cloud tokens.
	Handler *server.Server

	tb       testing.TB
	ctx      context.Context
	clock    *clock
	index    *index
	userVeto func(*http.Request, *server.Exchange) error

	plain, secure *listener
	closing       chan struct{}
	once          sync.Once

	mu         sync.Mutex
	plans      map[string][]planned // by the endpoint's name
	transports []*http.Transport
	files      *Files
}

// Merchant is a WeChat Pay merchant with one API certificate, in the forms that SDKs want. Every server has another
// MchID, since SDKs keep things by it; the PrivateKey is the same one everywhere, and public.
type Merchant struct {
	MchID    string
	SerialNo string // of Certificate, 40 hex digits
	APIv3Key string
	APIv2Key string

	PrivateKey  *rsa.PrivateKey
	Certificate *x509.Certificate
	KeyPEM      string // apiclient_key.pem
	CertPEM     string // apiclient_cert.pem
}

// TLS is the merchant's certificate for a handshake.
func (m Merchant) TLS() tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{m.Certificate.Raw}, PrivateKey: m.PrivateKey, Leaf: m.Certificate}
}

// Platform is what answers of WeChat Pay are verified with. They are signed with the key that the request's
// Wechatpay-Serial names, else with the certificate's.
type Platform struct {
	SerialNo    string
	Certificate *x509.Certificate // 平台证书
	CertPEM     string

	PublicKeyID  string // PUB_KEY_ID_…
	PublicKey    *rsa.PublicKey
	PublicKeyPEM string // pub_key.pem
}

// App is an Official Account.
type App struct{ AppID, Secret string }

// Component is a third-party platform (第三方平台) and an account that has authorized it.
type Component struct {
	AppID, Secret   string
	AuthorizerAppID string
	RefreshToken    string // authorizer_refresh_token
}

// NewServer starts a server that ends with the test. It may be called from parallel tests; each server knows only its own
// credentials. It fails the test if it cannot start.
func NewServer(t testing.TB) *Server {
	t.Helper()
	return NewServerWith(t, server.Config{})
}

// NewServerWith is NewServer with other settings: the answers' profile, quotas, strictness, rows of your own, a Keeper
// that fails. Index must be left nil. Log is discarded if it is nil; t.Output() is a good place for it.
//
//	srv := wxuptest.NewServerWith(t, server.Config{Profile: wxup.Observed})
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
		tb: t, ctx: context.Background(), clock: &clock{base: time.Now}, userVeto: c.Veto,
		Accounts: server.NewMemory(), closing: make(chan struct{}), plans: map[string][]planned{},
		CAs: a.ca.Pool(), CAPEM: string(a.ca.PEM()),
	}
	s.index = &index{Memory: s.Accounts, changed: make(chan struct{})}
	s.seed(a)

	if c.Now != nil {
		s.clock.base = c.Now
	}
	c.Index, c.Now, c.Veto, c.KeepRefused = s.index, s.Now, s.veto, true
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
	t.Cleanup(s.end)
	if err != nil {
		t.Fatalf("wxuptest: %v", err)
	}
	s.URL, s.HTTPSURL = "http://"+s.plain.addr, "https://"+s.secure.addr
	if c.PublicURL == "" {
		c.PublicURL = s.URL
	}
	if s.Handler, err = server.New(c); err != nil {
		t.Fatalf("wxuptest: %v", err)
	}
	s.plain.serve(s)
	s.secure.serve(s)
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
	s.Component = Component{AppID: devkeys.NewAppID(""), Secret: devkeys.NewAppSecret(), AuthorizerAppID: devkeys.NewAppID("")}

	m := s.Accounts
	m.PutMerchant(server.Merchant{
		MchID: s.Merchant.MchID, Name: "wxuptest", APIv2Key: s.Merchant.APIv2Key, APIv3Key: s.Merchant.APIv3Key,
		Certificates: []server.MerchantCertificate{{Certificate: s.Merchant.Certificate}},
	})
	m.PutPlatformKey(server.PlatformKey{ID: s.Platform.SerialNo, Key: a.platform, Certificate: s.Platform.Certificate})
	m.PutPlatformKey(server.PlatformKey{ID: s.Platform.PublicKeyID, Key: a.public})
	m.PutApp(server.App{AppID: s.App.AppID, Secret: s.App.Secret})
	m.PutApp(server.App{AppID: s.Component.AuthorizerAppID, Secret: devkeys.NewAppSecret()})
	m.PutComponent(server.Component{AppID: s.Component.AppID, Secret: s.Component.Secret})
	m.PutAuthorization(server.Authorization{Component: s.Component.AppID, Authorizer: s.Component.AuthorizerAppID, Permissions: []int{1, 11}})
}

// Close ends the server: connections are cut, and whoever waits is told. The end of the test does it too, and it may be
// called more than once.
func (s *Server) Close() {
	s.once.Do(func() {
		s.index.close()
		close(s.closing)
		for _, l := range []*listener{s.plain, s.secure} {
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

// end is the end of the test.
func (s *Server) end() {
	s.Close()
	if s.tb.Failed() && s.Handler != nil {
		s.report()
	}
}
