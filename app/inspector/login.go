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
		// Not a redirect: the cookie is Strict, and would not be sent on one that another site's page has begun.
		in.sessions.start(w, r)
		w.Header().Set("Refresh", "0; url="+next)
		in.render(w, r, http.StatusOK, "welcome", &loginView{frame: in.frame(r, ""), Next: next})
	case in.sessions.admits(r):
		http.Redirect(w, r, next, http.StatusSeeOther)
	case once != "":
		in.showLogin(w, r, next, "This link was used before, or belongs to another start or another machine.")
	default:
		in.showLogin(w, r, next, "")
	}
}

// login is POST /login: the form with the admin token.
func (in *Inspector) login(w http.ResponseWriter, r *http.Request) {
	next := local(r.PostFormValue("next"))
	if !in.sessions.isToken(strings.TrimSpace(r.PostFormValue("token"))) {
		in.showLogin(w, r, next, "This is not the admin token.")
		return
	}
	in.sessions.start(w, r)
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (in *Inspector) logout(w http.ResponseWriter, r *http.Request) {
	in.sessions.end(w, r)
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
