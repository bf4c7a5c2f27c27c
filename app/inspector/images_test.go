package inspector_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/app/inspector/inspectortest"
)

// TestTakeDown takes an image down with the page's buttons, and lists it by the API.
func TestTakeDown(t *testing.T) {
	g := inspectortest.New(t)
	b := g.Operator()
	res := g.Upload(wxup.MarketingImage, "coupon.jpg", inspectortest.Photo(2))
	g.Upload(wxup.ArticleImage, "coupon.jpg", inspectortest.Photo(2)) // the same bytes
	page := "/exchanges/" + res.RequestID
	var list struct {
		Media []struct{ ID, URL, Endpoint string }
		Next  string
	}
	b.JSON("/api/v1/media?limit=1", &list)
	if len(list.Media) != 1 || list.Media[0].Endpoint != wxup.ArticleImage.Name || list.Next == "" {
		t.Fatalf("the newest: %+v", list)
	}
	b.JSON("/api/v1/media?limit=1&before="+url.QueryEscape(list.Next), &list)
	if len(list.Media) != 1 || list.Media[0].URL != res.URL {
		t.Fatalf("the one before: %+v, want %s", list, res.URL)
	}
	id := list.Media[0].ID

	press := func(do string) int {
		t.Helper()
		return b.Post(page+"/image", url.Values{"do": {do}}).Status
	}
	if got := b.Get(page).Body; !strings.Contains(got, "Take down") || strings.Contains(got, "answers 410") {
		t.Error("the page offers no takedown")
	}
	if got := press("burn"); got != http.StatusBadRequest {
		t.Errorf("an unknown button: %d", got)
	}
	if got := press("takedown"); got != http.StatusOK && got != http.StatusSeeOther {
		t.Errorf("take down: %d", got)
	}
	if got := b.Get(page).Body; !strings.Contains(got, "answers 410") || !strings.Contains(got, "Serve it again") {
		t.Error("the page does not say that the image was taken down")
	}
	var down struct {
		Takedowns []struct {
			ID      string
			Blocked bool
		}
	}
	b.JSON("/api/v1/takedowns", &down)
	if len(down.Takedowns) != 1 || down.Takedowns[0].ID != id || down.Takedowns[0].Blocked {
		t.Errorf("takedowns: %+v", down)
	}
	press("revive")
	b.JSON("/api/v1/takedowns", &down)
	if len(down.Takedowns) != 0 {
		t.Errorf("takedowns after a revival: %+v", down)
	}
	a := b.Post("/api/v1/media/"+id+"/takedown", url.Values{"block": {"1"}})
	if a.Status != http.StatusOK { // a revival brings no record back, but the image is served
		t.Errorf("take down what is served without a record: %d %s", a.Status, a.Body)
	}
	if a := b.Post("/api/v1/media/nobody/takedown", nil); a.Status != http.StatusNotFound {
		t.Errorf("take down what was never there: %d %s", a.Status, a.Body)
	}
	press("revive")
	g.Upload(wxup.MarketingImage, "coupon.jpg", inspectortest.Photo(2))
	if a = b.Post("/api/v1/media/"+id+"/takedown", url.Values{"block": {"1"}}); a.Status != http.StatusOK || !strings.Contains(a.Body, `"blocked": true`) || !strings.Contains(a.Body, `"others": 1`) {
		t.Errorf("block: %d %s", a.Status, a.Body)
	}
	if a := g.Stranger().Post("/api/v1/media/"+id+"/revive", nil); a.Status != http.StatusUnauthorized {
		t.Errorf("a stranger revives: %d", a.Status)
	}
	if !strings.Contains(g.Log.String(), "an image was taken down") {
		t.Error("the log does not say it")
	}
}
