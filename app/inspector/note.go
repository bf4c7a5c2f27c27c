package inspector

import (
	"cmp"
	"net/http"
)

// Note logs something that was done with the operator's rights, or was refused: what, by whom, and
// from where.
func (in *Inspector) Note(r *http.Request, action string, more ...any) {
	in.note(r, cmp.Or(in.sessions.who(r), "nobody"), action, more...)
}

func (in *Inspector) note(r *http.Request, by, action string, more ...any) {
	in.Log.InfoContext(r.Context(), "admin", append([]any{"action", action, "by", by, "from", in.Caller(r)}, more...)...)
}
