package inspector

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/server"
)

// shown are the formats that a browser shows in a page. Any other file is offered for saving.
var shown = []media.Format{media.JPEG, media.PNG, media.BMP}

// media is GET /api/v1/media/{id}: a kept file, private ones too. What is in it is a stranger's and
// may be an identity document: nothing in it may run, nothing may keep it, and its name is ours.
func (in *Inspector) media(w http.ResponseWriter, r *http.Request) error {
	f, err := in.open(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	defer f.Close()
	if !f.Public {
		in.Note(r, "a private file was opened", "id", plain(r.PathValue("id")))
	}
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

// open opens a kept file, unless its ID has ended. Its bytes may be there all the same: of another
// file, or for some days yet.
func (in *Inspector) open(ctx context.Context, id string) (*server.Content, error) {
	f, err := in.Keeper.Open(ctx, id)
	if err != nil || f.Public {
		return f, err
	}
	m, err := in.Index.MediaByID(ctx, id)
	switch {
	case errors.Is(err, server.ErrNotFound) && !f.Ends: // a refused file has no record
		return f, nil
	case err == nil && (m.Expires.IsZero() || in.Now().Before(m.Expires)):
		return f, nil
	case err == nil || errors.Is(err, server.ErrNotFound):
		err = fault{http.StatusGone, "expired", "this id has expired", "upload the file again"}
	}
	f.Close()
	return nil, err
}
