package inspector

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/internal/secret"
)

// New makes an Inspector.
func New(c Config) (*Inspector, error) {
	if c.Index == nil || c.Keeper == nil {
		return nil, errors.New("inspector: Config needs an Index and a Keeper")
	}
	if c.AdminToken == nil {
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
	if c.Secrets == nil {
		c.Secrets = secret.New()
	}
	c.Index = hiding{c.Index, c.Secrets}
	if c.Caller == nil {
		c.Caller = func(r *http.Request) string {
			host, _, _ := net.SplitHostPort(r.RemoteAddr)
			return host
		}
	}
	in := &Inspector{
		Config: c, feed: newFeed(c.Index, c.Now, c.Log), pages: parsePages(),
		sessions: &sessions{now: c.Now, token: c.AdminToken, ended: c.Index, log: c.Log, secrets: c.Secrets, remote: c.LinkFromAnywhere},
	}
	in.handler = in.routes()
	return in, nil
}

// ServeHTTP answers a request for a page or the API.
func (in *Inspector) ServeHTTP(w http.ResponseWriter, r *http.Request) { in.handler.ServeHTTP(w, r) }

// Admits reports whether a request shows the admin token or a session.
func (in *Inspector) Admits(r *http.Request) bool { return in.sessions.admits(r) }

// Close ends the streams and waits that are open, which http.Server.Shutdown would else wait for,
// and takes no new ones.
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
		"POST /exchanges/{id}/image": in.actOnImage,
	} {
		mux.HandleFunc(pattern, in.page(h))
	}
	for pattern, h := range map[string]handler{
		"GET /api/v1/exchanges":            in.listExchanges,
		"GET /api/v1/exchanges/{id}":       in.oneExchange,
		"GET /api/v1/exchanges/stream":     in.stream,
		"GET /api/v1/exchanges/wait":       in.wait,
		"GET /api/v1/media":                in.listMedia,
		"GET /api/v1/media/{id}":           in.media,
		"POST /api/v1/media/{id}/takedown": in.takeDown,
		"POST /api/v1/media/{id}/revive":   in.revive,
		"GET /api/v1/takedowns":            in.listTakedowns,
		"GET /api/v1/merchants":            in.listMerchants,
		"GET /api/v1/apps":                 in.listApps,
		"GET /api/v1/endpoints":            in.listEndpoints,
		"GET /api/v1/contacts":             in.listContacts,
		"GET /api/v1/keys":                 in.listKeys,
		"POST /api/v1/keys/reveal":         in.revealKey,
		"/api/v1/":                         in.noCall,
	} {
		mux.HandleFunc(pattern, in.api(h))
	}
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(in.crossOrigin))
	return harden(crossOrigin.Handler(mux))
}

// policy is what a page may do: nothing but load its own modules, style and images, and talk to its
// own server. Trusted types close the ways from a text to markup, of which the modules use none.
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
const formMost = 8 << 10

func (in *Inspector) noCall(_ http.ResponseWriter, r *http.Request) error {
	return fault{http.StatusNotFound, "not_found", "there is no such call: " + r.Method + " " + plain(r.URL.Path), "docs/api.md lists the calls"}
}

func (in *Inspector) noPage(http.ResponseWriter, *http.Request) error {
	return fault{http.StatusNotFound, "not_found", "page not found", "go to /"}
}

func (in *Inspector) crossOrigin(w http.ResponseWriter, r *http.Request) {
	f := fault{http.StatusForbidden, "cross_origin", "the request comes from another site", "send it from this server's own pages, or with the admin token and without a browser"}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		in.fail(w, r, f)
		return
	}
	in.failPage(w, r, f)
}
