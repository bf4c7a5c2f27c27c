package inspector

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/wxup/wxup/server"
)

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

// frame is what every page has.
type frame struct {
	Lang      lang
	Theme     string
	PageTitle string
	Version   string
	Static    string // where the modules and the style are
	Nav       string // the part of the site: exchanges, connect, keys
	SignedIn  bool
	OtherLang string // links to the same page
	OtherLook string
}

func (in *Inspector) frame(r *http.Request, nav string) *frame {
	f := &frame{
		Lang: langOf(r), Theme: themeOf(r), Version: in.Version, Static: "/static/" + staticVersion, Nav: nav, SignedIn: in.sessions.admits(r),
	}
	f.OtherLang, f.OtherLook = withQuery(r, "lang", "zh"), withQuery(r, "theme", "dark")
	if f.Lang == "zh" {
		f.OtherLang = withQuery(r, "lang", "en")
	}
	if f.Theme == "dark" {
		f.OtherLook = withQuery(r, "theme", "light")
	}
	return f
}

// withQuery is the link to this page with one thing chosen. The secret of a link that signs in is
// not repeated.
func withQuery(r *http.Request, name, value string) string {
	query := r.URL.Query()
	query.Del("once")
	query.Set(name, value)
	u := url.URL{Path: r.URL.Path, RawQuery: query.Encode()}
	return u.String()
}

// title names the page in the browser's tab.
func (f *frame) title(s string) *frame {
	f.PageTitle = s
	return f
}

// render writes a page, whole or not at all.
func (in *Inspector) render(w http.ResponseWriter, r *http.Request, status int, name string, view any) {
	var b bytes.Buffer
	if err := (*in.pages[langOf(r)])[name].ExecuteTemplate(&b, "layout", view); err != nil {
		in.Log.ErrorContext(r.Context(), "render a page", "page", name, "err", err)
		http.Error(w, "the page could not be made; look into the server's log", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Vary", "Cookie, Accept-Language")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// asFault finds the fault in an error. Any other error is a failure of ours, whose text is for the
// log alone.
func (in *Inspector) asFault(r *http.Request, err error) fault {
	var f fault
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &tooLarge):
		return fault{http.StatusRequestEntityTooLarge, "too_large", "the request's body is too large", ""}
	case errors.Is(err, server.ErrNotFound):
		return fault{http.StatusNotFound, "not_found", "there is no such record", "it may have been forgotten; GET /api/v1/exchanges lists what is there"}
	case r.Context().Err() == nil || !errors.Is(err, context.Canceled):
		in.Log.ErrorContext(r.Context(), "inspector", "path", plain(r.URL.Path), "err", err)
	}
	return fault{http.StatusInternalServerError, "internal", "the index could not be read", "see the server's log"}
}

// fail answers a call of the API.
func (in *Inspector) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := in.asFault(r, err)
	switch f.status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="wxup"`)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "5")
	}
	type body struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Hint    string `json:"hint"`
	}
	answer(w, f.status, map[string]body{"error": {f.Code, f.Message, f.Hint}})
}

// failPage answers a request for a page.
func (in *Inspector) failPage(w http.ResponseWriter, r *http.Request, err error) {
	f := in.asFault(r, err)
	in.render(w, r, f.status, "error", &errorView{frame: in.frame(r, ""), Status: f.status, Message: f.Message, Hint: f.Hint})
}

type errorView struct {
	*frame
	Status        int
	Message, Hint string
}
