package inspector

import (
	"net/http"
	"slices"
	"time"

	"github.com/wxup/wxup/media"
)

// shown are the formats that a browser shows in a page. Any other file is offered for saving.
var shown = []media.Format{media.JPEG, media.PNG, media.BMP}

// media is GET /api/v1/media/{id}: a kept file, private ones too. What is in it is a stranger's and may be an identity
// document: nothing in it may run, nothing may keep it, and its name is ours.
func (in *Inspector) media(w http.ResponseWriter, r *http.Request) error {
	f, err := in.Keeper.Open(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", f.Format.MIME())
	disposition := "attachment"
	if slices.Contains(shown, f.Format) {
		disposition = "inline"
	}
	name := "file"
	if len(f.SHA256) >= 16 {
		name = f.SHA256[:16]
	}
	h.Set("Content-Disposition", disposition+`; filename="`+name+"."+f.Format.Suffix()+`"`)
	h.Set("ETag", `"`+f.SHA256+`"`)
	h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}
