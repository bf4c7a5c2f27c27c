package server

import (
	"errors"
	"net/http"
	"strings"
	"time"
)

// image serves a public file. It needs the Keeper alone, so that images stay up while the Index is away. A file never
// changes under its address; what it holds is a stranger's, so nothing in it may run.
func (s *Server) image(w http.ResponseWriter, r *http.Request) {
	s.file(w, r, true)
}

// privateFile serves any kept file to the operator.
func (s *Server) privateFile(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if s.OperatorToken == "" || !ok || !sameSecret(token, s.OperatorToken) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="wxup"`)
		http.Error(w, "send Authorization: Bearer and the operator's token (WXUP_ADMIN_TOKEN)", http.StatusUnauthorized)
		return
	}
	s.file(w, r, false)
}

func (s *Server) file(w http.ResponseWriter, r *http.Request, public bool) {
	f, err := s.Keeper.Open(r.Context(), r.PathValue("id"))
	if err == nil && public && !f.Public {
		f.Close()
		err = ErrUnknown
	}
	switch {
	case errors.Is(err, ErrUnknown):
		http.NotFound(w, r)
		return
	case errors.Is(err, ErrUnavailable):
		s.Log.Error("file not opened", "path", printable(r.URL.Path), "err", err)
		w.Header().Set("Retry-After", "5")
		http.Error(w, "the store of images is away at the moment", http.StatusServiceUnavailable)
		return
	case err != nil:
		s.Log.Error("file not opened", "path", printable(r.URL.Path), "err", err)
		http.Error(w, "the file cannot be read at the moment", http.StatusInternalServerError)
		return
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", f.Format.MIME())
	h.Set("ETag", `"`+f.SHA256+`"`)
	h.Set("Content-Disposition", `inline; filename="`+f.SHA256[:16]+"."+f.Format.Suffix()+`"`)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox")
	h.Set("Cache-Control", "private, no-store")
	if public {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	http.ServeContent(w, r, "", time.Time{}, f)
}
