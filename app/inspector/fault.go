package inspector

import (
	"encoding/json"
	"net/http"
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

// answer writes JSON, for people to read as well.
func answer(w http.ResponseWriter, status int, x any) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.Encode(x) // the caller has gone if it fails
	return nil
}
