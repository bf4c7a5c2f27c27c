package inspector_test

import (
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/inspector/inspectortest"
)

// TestContacts: what the proxy has seen and what was recorded, in the reader's language, and never
// a secret.
func TestContacts(t *testing.T) {
	g := inspectortest.New(t)
	g.Proxied()
	g.Upload(wxup.MarketingImage, "coupon.jpg", inspectortest.Photo(1))
	var got struct {
		Contacts []struct {
			Reached     bool
			What, Where string
			Text, Page  string
			Count       int
		}
	}
	g.Operator().JSON("/api/v1/contacts?lang=zh", &got)
	if len(got.Contacts) != 4 {
		t.Fatalf("%d contacts: %+v", len(got.Contacts), got)
	}
	first, last := got.Contacts[0], got.Contacts[2] // the last one asked for certificates
	if first.Reached || first.Text != "它不信任该 CA" || first.Count != 3 || first.What != "127.0.0.1" {
		t.Errorf("the client that does not trust: %+v", first)
	}
	if !last.Reached || !strings.HasPrefix(last.Page, "/exchanges/") || !strings.Contains(last.Where, wxup.MarketingImage.Path) {
		t.Errorf("the upload: %+v", last)
	}
}

// TestConnectData: the lines that start wxup name the data directory, so that they find this server
// from any other.
func TestConnectData(t *testing.T) {
	g := inspectortest.New(t)
	body := g.Operator().Get("/connect").Body
	for _, want := range []string{"wxup exec --data /srv/wxup -- ", "wxup env --data /srv/wxup"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}
