package server

import (
	"cmp"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/wxup/wxup/problem"
)

// publicURL is where a kept public file can be fetched.
func (s *Server) publicURL(r *http.Request, m *Media) string {
	if m.URL != "" {
		return m.URL
	}
	base := s.PublicURL
	if base == "" {
		base = "http://" + r.Host
		if r.TLS != nil {
			base = "https://" + r.Host
		}
	}
	return fmt.Sprintf("%s/mmbiz_%s/%s/0?wx_fmt=%s", base, m.Format.Suffix(), url.PathEscape(m.ID), m.Format)
}

// image serves a public file. It needs only the Keeper, so that images stay up while the Index is
// away. A file never changes under its address. Its content comes from strangers, so nothing in it
// may run.
func (s *Server) image(w http.ResponseWriter, r *http.Request) {
	s.file(w, r, true)
}

// privateFile serves any kept file to the operator.
func (s *Server) privateFile(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if s.OperatorToken == "" || !ok || !sameSecret(token, s.OperatorToken) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="wxup"`)
		http.Error(w, "send Authorization: Bearer with the operator's token (WXUP_ADMIN_TOKEN)", http.StatusUnauthorized)
		return
	}
	s.file(w, r, false)
}

func (s *Server) file(w http.ResponseWriter, r *http.Request, public bool) {
	if public && s.TakenDown != nil && s.TakenDown(r.Context(), r.PathValue("id")) {
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "this image was taken down", http.StatusGone)
		return
	}
	f, err := s.Keeper.Open(r.Context(), r.PathValue("id"))
	if err == nil && public && !f.Public {
		f.Close()
		err = ErrNotFound
	}
	switch {
	case errors.Is(err, ErrNotFound) && public:
		s.newCall(w, r, account{}, nil).refuse(refuse(problem.NotFound, "no image is kept under this address"))
		return
	case errors.Is(err, ErrNotFound):
		http.NotFound(w, r)
		return
	case errors.Is(err, ErrUnavailable):
		s.Log.Error("file not opened", "path", printable(r.URL.Path), "err", err)
		w.Header().Set("Retry-After", "5")
		http.Error(w, "the image store is unavailable at the moment", http.StatusServiceUnavailable)
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
		h.Set("Cache-Control", s.imageCaching())
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	http.ServeContent(w, r, "", time.Time{}, f)
}

// imageCaching is the Cache-Control of public files. A file never changes under its address, but it
// may be taken down.
func (s *Server) imageCaching() string {
	if s.ImageAge < 0 {
		return "public, no-cache"
	}
	return fmt.Sprintf("public, max-age=%d", int(cmp.Or(s.ImageAge, time.Hour)/time.Second))
}

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
