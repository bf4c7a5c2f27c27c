package wxup_test

import (
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/wxuptest"
)

// TestUsage: an account learns how many uploads it has left; a merchant has no such call.
func TestUsage(t *testing.T) {
	srv := wxuptest.NewServerWith(t, server.Config{Limit: server.Limit{Documented: true}})
	c := srv.Client()
	for want := range 3 {
		limit, used, err := c.Usage(t.Context(), wxup.ArticleImage)
		if err != nil || limit != wxup.ArticleImage.Quota.Calls || used != want {
			t.Errorf("limit %d, used %d, %v", limit, used, err)
		}
		if err := uploadArticle(t, c); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := c.Usage(t.Context(), wxup.MarketingImage); err == nil {
		t.Error("a merchant's quota was asked")
	}
}
