package inspector

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/server"
)

// Index is what is looked through. *sqlindex.Index is one.
type Index interface {
	ListExchanges(context.Context, sqlindex.ExchangeFilter) ([]server.Exchange, error) // the newest first
	Exchange(ctx context.Context, id string) (*server.Exchange, error)                 // may be server.ErrUnknown
	ListMerchants(context.Context) ([]server.Merchant, error)
	ListApps(context.Context) ([]server.App, error)
	ListComponents(context.Context) ([]server.Component, error)
	PlatformKeys(context.Context) ([]server.PlatformKey, error)
}

var _ Index = (*sqlindex.Index)(nil)

// Variable is a line of wxup.env. One whose name does not say that anyone may know it (…_URL, …_FILE, …_ID, MCHID and the
// like) counts as secret; WXUP_ADMIN_TOKEN is never shown at all.
type Variable struct{ Name, Value string }

// Config says what is shown. Index, Keeper and AdminToken are needed.
type Config struct {
	Index      Index
	Keeper     server.Keeper
	AdminToken string // opens everything

	// Variables gives what programs need to use this server; nil: none.
	Variables func(context.Context) ([]Variable, error)
	// Visits lists what the proxy has seen of its clients, the newest first; nil: there is no proxy.
	Visits func() []Visit
	// Reaching holds the variables that send common runtimes' traffic here and make them trust the answers, as wxup env
	// prints them; nil: there is no proxy. HTTPSURL is where a program comes that is told another host.
	Reaching map[string]string
	HTTPSURL string
	// MerchantDir is the directory of a merchant's own files (apiclient_key.pem and so on); nil, or "": not on this machine.
	MerchantDir func(mchid string) string
	Endpoints   []*wxup.Endpoint // nil: wxup.Endpoints()
	Version     string

	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: slog.Default()
}

// Inspector is the handler. Make it with [New].
type Inspector struct {
	Config
	sessions *sessions
	feed     *feed
	pages    map[lang]*pages
	handler  http.Handler
}

// New makes an Inspector.
func New(c Config) (*Inspector, error) {
	if c.Index == nil || c.Keeper == nil {
		return nil, errors.New("inspector: Config needs an Index and a Keeper")
	}
	if c.AdminToken == "" {
		return nil, errors.New("inspector: Config needs an AdminToken; without one anyone could read the keys")
	}
	if c.Endpoints == nil {
		c.Endpoints = wxup.Endpoints()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	in := &Inspector{
		Config: c, sessions: newSessions(c.AdminToken, c.Now), feed: newFeed(c.Index, c.Now, c.Log), pages: parsePages(),
	}
	in.handler = in.routes()
	return in, nil
}

// ServeHTTP answers a request for a page or the API; for the paths see [Inspector.Mount].
func (in *Inspector) ServeHTTP(w http.ResponseWriter, r *http.Request) { in.handler.ServeHTTP(w, r) }

// Mount adds the inspector's paths to a mux: /, /exchanges/, /keys, /connect, /login, /logout, /static/ and /api/v1/.
func (in *Inspector) Mount(mux *http.ServeMux) {
	for _, path := range []string{"/{$}", "/exchanges/", "/keys", "/connect", "/login", "/logout", "/static/", "/api/v1/"} {
		mux.Handle(path, in)
	}
}

// Close ends the streams and waits that are open, which http.Server.Shutdown would else wait for, and takes no new ones.
func (in *Inspector) Close() { in.feed.close() }

func (in *Inspector) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /static/{version}/{name}", in.static)
	mux.HandleFunc("GET /login", in.loginPage)
	mux.HandleFunc("POST /login", in.login)
	mux.HandleFunc("POST /logout", in.logout)
	for pattern, h := range map[string]handler{
		"GET /{$}": in.listPage, "GET /exchanges/{id}": in.exchangePage,
		"GET /connect": in.connectPage, "GET /keys": in.keysPage, "POST /keys": in.keysPage, "/": in.noPage,
	} {
		mux.HandleFunc(pattern, in.page(h))
	}
	for pattern, h := range map[string]handler{
		"GET /api/v1/exchanges":        in.listExchanges,
		"GET /api/v1/exchanges/{id}":   in.oneExchange,
		"GET /api/v1/exchanges/stream": in.stream,
		"GET /api/v1/exchanges/wait":   in.wait,
		"GET /api/v1/media/{id}":       in.media,
		"GET /api/v1/merchants":        in.listMerchants,
		"GET /api/v1/apps":             in.listApps,
		"GET /api/v1/endpoints":        in.listEndpoints,
		"GET /api/v1/contacts":         in.listContacts,
		"GET /api/v1/keys":             in.listKeys,
		"POST /api/v1/keys/reveal":     in.revealKey,
		"/api/v1/":                     in.noCall,
	} {
		mux.HandleFunc(pattern, in.api(h))
	}
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(in.crossOrigin))
	return harden(crossOrigin.Handler(mux))
}

// policy is what a page may do: nothing but load its own modules, style and images, and talk to its own server. Trusted
// types close the ways from a text to markup, of which the modules use none.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// harden sets the headers that every answer has.
func harden(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, formMost)
		next.ServeHTTP(w, r)
	})
}

// formMost is the most bytes of a request's body. The forms are a token, or the name of a key.
const formMost = 8 * wxup.KB

// handler answers a request, or says why it cannot.
type handler func(w http.ResponseWriter, r *http.Request) error

// api makes an http handler of a call that needs the admin token or a session.
func (in *Inspector) api(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := error(notSignedIn)
		if in.sessions.admits(r) {
			err = h(w, r)
		}
		if err != nil {
			in.fail(w, r, err)
		}
	}
}

// page makes an http handler of a page. Without a session the page is the login form.
func (in *Inspector) page(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if chosen(w, r) {
			return
		}
		if !in.sessions.admits(r) {
			in.showLogin(w, r, r.URL.RequestURI(), "")
			return
		}
		if err := h(w, r); err != nil {
			in.failPage(w, r, err)
		}
	}
}

func (in *Inspector) noCall(_ http.ResponseWriter, r *http.Request) error {
	return fault{http.StatusNotFound, "not_found", "there is no such call: " + r.Method + " " + plain(r.URL.Path), "docs/api.md lists the calls"}
}

func (in *Inspector) noPage(http.ResponseWriter, *http.Request) error {
	return fault{http.StatusNotFound, "not_found", "there is no such page", "start from /"}
}

func (in *Inspector) crossOrigin(w http.ResponseWriter, r *http.Request) {
	f := fault{http.StatusForbidden, "cross_origin", "the request comes from a page of another site", "send it from the inspector's own pages, or with the admin token and without a browser"}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		in.fail(w, r, f)
		return
	}
	in.failPage(w, r, f)
}
