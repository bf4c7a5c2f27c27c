package inspector

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/server"
)

// storedFile is a file in the list of them.
type storedFile struct {
	ID       string       `json:"id"`
	URL      string       `json:"url,omitempty"` // of a public one
	Account  string       `json:"account"`
	Endpoint string       `json:"endpoint"`
	SHA256   string       `json:"sha256"`
	Size     int64        `json:"size"`
	Format   media.Format `json:"format"`
	Width    int          `json:"width,omitempty"`
	Height   int          `json:"height,omitempty"`
	Filename string       `json:"filename"`
	Public   bool         `json:"public"`
	Created  time.Time    `json:"created"`
	Expires  time.Time    `json:"expires,omitzero"`
}

// listMedia is GET /api/v1/media: the newest first. The answer's next, if there is one, is the
// before= of what follows.
func (in *Inspector) listMedia(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	before, err := parseBefore(query.Get("before"))
	if err != nil {
		return err
	}
	limit, err := parseLimit(query.Get("limit"))
	if err != nil {
		return err
	}
	found, err := in.Index.ListMedia(r.Context(), sqlindex.MediaFilter{
		Account: query.Get("account"), Endpoint: query.Get("endpoint"), After: before, Limit: limit,
	})
	if err != nil {
		return err
	}
	list := struct {
		Media []storedFile `json:"media"`
		Next  string       `json:"next,omitempty"`
	}{Media: []storedFile{}}
	for _, m := range found {
		list.Media = append(list.Media, storedFile{m.ID, m.URL, m.Account, m.Endpoint, m.SHA256, m.Size, m.Format, m.Width, m.Height,
			plain(m.Filename), m.Public, m.Created, m.Expires})
	}
	if len(found) == limit {
		last := found[len(found)-1]
		list.Next = sqlindex.Cursor{Time: last.Created, ID: last.ID}.String()
	}
	return answer(w, http.StatusOK, list)
}

// takeDown is POST /api/v1/media/{id}/takedown. With block=1 uploading the image again does not
// bring it back.
func (in *Inspector) takeDown(w http.ResponseWriter, r *http.Request) error {
	id, do := r.PathValue("id"), takeDown
	if r.FormValue("block") == "1" {
		do = block
	}
	now := in.Now()
	others, err := in.act(r, id, do)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, struct {
		ID          string    `json:"id"`
		TakenDown   time.Time `json:"taken_down"`
		Blocked     bool      `json:"blocked"`
		Others      int       `json:"others"`       // other files with the same bytes, which are still served
		CachedUntil time.Time `json:"cached_until"` // what browsers and caches may still show it until
	}{id, now, do == block, others, now.Add(max(0, cmp.Or(in.ImageAge, time.Hour)))})
}

// revive is POST /api/v1/media/{id}/revive.
func (in *Inspector) revive(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if _, err := in.act(r, id, revive); err != nil {
		return err
	}
	return answer(w, http.StatusOK, struct {
		ID string `json:"id"`
	}{id})
}

// actOnImage is POST /exchanges/{id}/image: the buttons of the page.
func (in *Inspector) actOnImage(w http.ResponseWriter, r *http.Request) error {
	e, err := in.Index.Exchange(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if e.Media == nil {
		return badParameter("this request has kept no image", "open one that was accepted")
	}
	if _, err := in.act(r, e.Media.ID, r.PostFormValue("do")); err != nil {
		return err
	}
	http.Redirect(w, r, "/exchanges/"+e.ID, http.StatusSeeOther)
	return nil
}

// What is done with an image.
const (
	takeDown = "takedown"
	block    = "block" // and uploading it again does not bring it back
	revive   = "revive"
)

// act does it, and notes it in the log. others is how many images have the same bytes.
func (in *Inspector) act(r *http.Request, id, do string) (others int, err error) {
	switch do {
	case revive:
		err = in.Index.Revive(r.Context(), id)
	case takeDown, block:
		others, err = in.Index.TakeDown(r.Context(), id, in.served(r.Context(), id), do == block, in.Now())
	default:
		err = badParameter("do is neither takedown, block nor revive", "use the buttons of the page")
	}
	if err != nil {
		return 0, err
	}
	if do == revive {
		in.Note(r, "the takedown of an image has ended", "id", plain(id))
	} else {
		in.Note(r, "an image was taken down", "id", plain(id), "blocked", do == block)
	}
	if in.TookDown != nil {
		err = in.TookDown(r.Context())
	}
	return others, err
}

// served reports whether there is a file of an ID, or was one whose place does not answer.
func (in *Inspector) served(ctx context.Context, id string) bool {
	content, err := in.Keeper.Open(ctx, id)
	if err == nil {
		content.Close()
	}
	return !errors.Is(err, server.ErrNotFound)
}

// listTakedowns is GET /api/v1/takedowns: the newest first.
func (in *Inspector) listTakedowns(w http.ResponseWriter, r *http.Request) error {
	type takedown struct {
		ID        string    `json:"id"`
		TakenDown time.Time `json:"taken_down"`
		Blocked   bool      `json:"blocked"`
	}
	found, err := in.Index.Takedowns(r.Context())
	if err != nil {
		return err
	}
	list := []takedown{}
	for _, t := range found {
		list = append(list, takedown{t.ID, t.At, t.Blocked})
	}
	return answer(w, http.StatusOK, struct {
		Takedowns []takedown `json:"takedowns"`
	}{list})
}
