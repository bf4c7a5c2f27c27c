package node

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/wire"
)

// TestWaiting: while the index is away /readyz says so, and every API refuses in its own words, so
// that callers that are sent here nevertheless try again.
func TestWaiting(t *testing.T) {
	public, admin := waiting(server.Config{}, "index", server.ErrUnavailable)
	askAt := func(h http.Handler, method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Accept", "application/json")
		r.Header.Set("User-Agent", "test")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	ask := func(method, path, body string) *httptest.ResponseRecorder { return askAt(public, method, path, body) }
	if w := ask("GET", "/livez", ""); w.Code != http.StatusOK {
		t.Errorf("/livez: %d", w.Code)
	}
	for _, path := range []string{"/readyz", "/", "/mmbiz_jpg/id/0"} {
		w, reasons := ask("GET", path, ""), askAt(admin, "GET", path, "")
		if w.Code != http.StatusServiceUnavailable || w.Body.String() != "not ready\n" || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
		if reasons.Code != http.StatusServiceUnavailable || !strings.Contains(reasons.Body.String(), "index: ") {
			t.Errorf("%s at the admin door: %d %q", path, reasons.Code, reasons.Body)
		}
	}
	for _, ep := range wxup.Endpoints() {
		w := ask("POST", ep.Path, "x")
		var code, message string
		switch ep.Family {
		case wxup.PayV3:
			var r wire.V3Refusal
			if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil {
				t.Errorf("%s: %v in %q", ep.Name, err, w.Body)
			}
			code, message = r.Code, r.Message
		case wxup.PayV2:
			fields, err := wire.UnmarshalV2(w.Body.Bytes())
			if err != nil {
				t.Errorf("%s: %v in %q", ep.Name, err, w.Body)
			}
			code, message = fields["err_code"], fields["err_code_des"]
		case wxup.FamilyAccount:
			a, err := wire.UnmarshalAccount(w.Body.Bytes())
			if err != nil || a.ErrCode != -1 {
				t.Errorf("%s: %v in %q", ep.Name, err, w.Body)
			}
			code = "-1"
		}
		if p := problem.Of(ep.Family).Problem(w.Code, code, message); !p.Temporary() {
			t.Errorf("%s: %d %s %s is %q", ep.Name, w.Code, code, message, p)
		}
	}
	token := ask("POST", "/cgi-bin/stable_token", `{"grant_type":"client_credential","appid":"wx1","secret":"x"}`)
	if a, err := wire.UnmarshalAccount(token.Body.Bytes()); err != nil || a.ErrCode != -1 {
		t.Errorf("a token call: %v in %q", err, token.Body)
	}
	if !unavailable(server.ErrUnavailable) || unavailable(errors.New("a wrong password")) {
		t.Error("what may pass is not told from what may not")
	}
}
