package inspector

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/wxup/wxup/server"
)

// fault is an error of the API, on the wire
//
//	{"error":{"code":"bad_parameter","message":"limit is not a number","hint":"give a number from 1 to 200"}}
type fault struct {
	status  int
	Code    string
	Message string
	Hint    string
}

func (f fault) Error() string { return f.Message }

var (
	notSignedIn = fault{http.StatusUnauthorized, "unauthorized", "the request shows neither a session nor the admin token",
		"send Authorization: Bearer and the token that WXUP_ADMIN_TOKEN in wxup.env holds"}
	crowded = fault{http.StatusServiceUnavailable, "too_many_listeners", "too many streams are open",
		"close some of them, or ask for GET /api/v1/exchanges"}
	closing = fault{http.StatusServiceUnavailable, "stopping", "the server is stopping", "ask again when it runs"}
)

func badParameter(message, hint string) error {
	return fault{http.StatusBadRequest, "bad_parameter", message, hint}
}

// asFault finds the fault in an error. Any other error is a failure of ours, whose text is for the log alone.
func (in *Inspector) asFault(r *http.Request, err error) fault {
	var f fault
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &tooLarge):
		return fault{http.StatusRequestEntityTooLarge, "too_large", "the request's body is too large", ""}
	case errors.Is(err, server.ErrUnknown):
		return fault{http.StatusNotFound, "not_found", "there is no such record", "it may have been forgotten; GET /api/v1/exchanges lists what is there"}
	case r.Context().Err() == nil || !errors.Is(err, context.Canceled):
		in.Log.ErrorContext(r.Context(), "inspector", "path", plain(r.URL.Path), "err", err)
	}
	return fault{http.StatusInternalServerError, "internal", "the index could not be read", "look into the server's log"}
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

// answer writes JSON, for people to read as well.
func answer(w http.ResponseWriter, status int, x any) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.Encode(x) // the caller has gone if it fails
	return nil
}
