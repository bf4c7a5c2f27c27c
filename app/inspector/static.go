package inspector

import (
	"bytes"
	"mime"
	"net/http"
	"path"
	"time"
)

// static gives the modules, the style and the icon: they hold no data, and the login form needs
// them.
func (in *Inspector) static(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	data, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	if r.PathValue("version") == staticVersion {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}
