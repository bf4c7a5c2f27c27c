package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
)

// TestWaiting: while the index is away /readyz names it, and every API refuses in its family's words, so that callers who
// are sent here all the same try again.
func TestWaiting(t *testing.T) {
	n := &node{flags: serveFlags{answers: "documented", budget: 64 * wxup.MB}}
	h := n.waiting(server.ErrUnavailable)
	ask := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Accept", "application/json")
		r.Header.Set("User-Agent", "test")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if w := ask("GET", "/livez", ""); w.Code != http.StatusOK {
		t.Errorf("/livez: %d", w.Code)
	}
	for _, path := range []string{"/readyz", "/", "/mmbiz_jpg/id/0"} {
		if w := ask("GET", path, ""); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "index: ") || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
	}
	for _, ep := range wxup.Endpoints() {
		w := ask("POST", ep.Path, "x")
		var code, message string
		switch ep.Family {
		case wxup.PayV3:
			var r wxup.V3Refusal
			if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil {
				t.Errorf("%s: %v in %q", ep.Name, err, w.Body)
			}
			code, message = r.Code, r.Message
		case wxup.PayV2:
			fields, err := wxup.UnmarshalV2(w.Body.Bytes())
			if err != nil {
				t.Errorf("%s: %v in %q", ep.Name, err, w.Body)
			}
			code, message = fields["err_code"], fields["err_code_des"]
		case wxup.Account:
			a, err := wxup.UnmarshalAccount(w.Body.Bytes())
			if err != nil || a.ErrCode != -1 {
				t.Errorf("%s: %v in %q", ep.Name, err, w.Body)
			}
			code = "-1"
		}
		if p := ep.Family.Problem(w.Code, code, message); !p.Temporary() {
			t.Errorf("%s: %d %s %s is %q", ep.Name, w.Code, code, message, p)
		}
	}
	token := ask("POST", "/cgi-bin/stable_token", `{"grant_type":"client_credential","appid":"wx1","secret":"x"}`)
	if a, err := wxup.UnmarshalAccount(token.Body.Bytes()); err != nil || a.ErrCode != -1 {
		t.Errorf("a token call: %v in %q", err, token.Body)
	}
	if !unavailable(server.ErrUnavailable) || unavailable(errors.New("a wrong password")) {
		t.Error("what may pass is not told from what may not")
	}
}
