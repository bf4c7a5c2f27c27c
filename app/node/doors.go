package node

import (
	"io"
	"net/http"
	"net/http/pprof"
	"sync/atomic"

	"github.com/wxup/wxup/app/inspector"
	"github.com/wxup/wxup/server"
)

// switchable is a handler that can be replaced while it serves.
type switchable struct{ now atomic.Pointer[http.Handler] }

func (s *switchable) Store(h http.Handler) { s.now.Store(&h) }

func (s *switchable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	(*s.now.Load()).ServeHTTP(w, r)
}

func livez(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") }

// adminPaths are the paths of the admin door that people look for at the public one.
var adminPaths = []string{"/{$}", "/exchanges/", "/keys", "/connect", "/login", "/logout", "/api/v1/", "/metrics", "/debug/pprof/"}

// publicDoor is what strangers reach: WeChat's APIs, the images that have a URL, and what load
// balancers ask. Beside that it says where the rest is: the address itself to this machine only.
func publicDoor(apis *server.Server, ready *readiness, admin string) http.Handler {
	elsewhere := apis.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := "at the server's admin address (--admin; WXUP_ADMIN_URL in wxup.env)"
		if admin == "" {
			at = "off (--admin)"
		} else if apis.Caller(r).Local {
			at = "at " + admin
		}
		http.Error(w, "not found; the page, /api/v1, /metrics and /debug/pprof are "+at, http.StatusNotFound)
	}))
	mux := http.NewServeMux()
	for _, path := range adminPaths {
		mux.Handle(path, elsewhere)
	}
	mux.HandleFunc("GET /livez", livez)
	mux.HandleFunc("GET /readyz", ready.public)
	mux.Handle("/", apis)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ready.leaving.Load() { // the next request may go to another node
			w.Header().Set("Connection", "close")
		}
		if server.ForWeChat(r) {
			apis.ServeHTTP(w, r)
		} else {
			mux.ServeHTTP(w, r)
		}
	})
}

// adminDoor is what the operator reaches: the page and its API, the counters, profiles, and whether
// the server is ready, with the reasons. Pages and profiles need the admin token; counters and
// reasons do from other machines.
func adminDoor(apis *server.Server, pages *inspector.Inspector, metrics http.Handler, ready *readiness) http.Handler {
	trusts := func(r *http.Request) bool { return apis.Caller(r).Local || pages.Admits(r) }
	only := func(may func(*http.Request) bool, h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if !may(r) {
				w.Header().Set("WWW-Authenticate", `Bearer realm="wxup"`)
				http.Error(w, "send Authorization: Bearer with the admin token (WXUP_ADMIN_TOKEN in wxup.env)", http.StatusUnauthorized)
				return
			}
			h(w, r)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", livez)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if trusts(r) {
			ready.reasons(w, r)
		} else {
			ready.public(w, r)
		}
	})
	mux.Handle("GET /metrics", only(trusts, metrics.ServeHTTP))
	for path, h := range map[string]http.HandlerFunc{
		"": pprof.Index, "cmdline": pprof.Cmdline, "profile": pprof.Profile, "symbol": pprof.Symbol, "trace": pprof.Trace,
	} {
		mux.Handle("GET /debug/pprof/"+path, only(pages.Admits, func(w http.ResponseWriter, r *http.Request) {
			pages.Note(r, "a profile was taken", "path", r.URL.Path)
			h(w, r)
		}))
	}
	mux.Handle("/", pages)
	return apis.GuardHost(mux)
}
