package inspector

import (
	"net/http"
	"net/url"
	"strings"
)

type loginView struct {
	*frame
	Next, Error string
}

// showLogin shows the form in the place of a page that needs a session.
func (in *Inspector) showLogin(w http.ResponseWriter, r *http.Request, next, problem string) {
	in.render(w, r, http.StatusUnauthorized, "login", &loginView{in.frame(r, ""), next, problem})
}

// loginPage is GET /login: the form, or a link that was printed at the start.
func (in *Inspector) loginPage(w http.ResponseWriter, r *http.Request) {
	if chosen(w, r) {
		return
	}
	query := r.URL.Query()
	next := local(query.Get("next"))
	switch once := query.Get("once"); {
	case once != "" && in.sessions.useOnce(r, once):
		// Not a redirect: the cookie is Strict, and would not be sent on one that another site's
		// page has begun.
		in.note(r, in.sessions.start(w, r), "sign in with a link")
		w.Header().Set("Refresh", "0; url="+next)
		in.render(w, r, http.StatusOK, "welcome", &loginView{frame: in.frame(r, ""), Next: next})
	case in.sessions.admits(r):
		http.Redirect(w, r, next, http.StatusSeeOther)
	case once != "":
		in.Note(r, "a link was refused")
		in.showLogin(w, r, next, "This link has been used, or belongs to another run or another machine.")
	default:
		in.showLogin(w, r, next, "")
	}
}

// login is POST /login: the form with the admin token.
func (in *Inspector) login(w http.ResponseWriter, r *http.Request) {
	next := local(r.PostFormValue("next"))
	if !in.sessions.isToken(r.Context(), strings.TrimSpace(r.PostFormValue("token"))) {
		in.Note(r, "a wrong admin token was refused")
		in.showLogin(w, r, next, "This is not the admin token.")
		return
	}
	in.note(r, in.sessions.start(w, r), "sign in with the token")
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (in *Inspector) logout(w http.ResponseWriter, r *http.Request) {
	in.Note(r, "sign out")
	if err := in.sessions.end(w, r); err != nil {
		in.failPage(w, r, err)
		return
	}
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// local gives an address to go on to, if it is one of this server's pages, else "/".
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") || strings.HasPrefix(u.Path, "/login") {
		return "/"
	}
	return next
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

// OnceLink makes a link that signs in the first person who opens it, from this machine: for the
// program to print at its start. The base is where the inspector is, such as
// http://127.0.0.1:8082.
func (in *Inspector) OnceLink(base string) string {
	return strings.TrimSuffix(base, "/") + "/login?once=" + url.QueryEscape(in.sessions.newOnce())
}
