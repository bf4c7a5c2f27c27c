package server

import (
	"testing"

	"github.com/wxup/wxup"
)

// BenchmarkUpload measures one accepted upload of each family without a network. It includes
// building the request, which a client does.
func BenchmarkUpload(b *testing.B) {
	for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.SecapiMedia, wxup.ArticleImage} {
		b.Run(ep.Name, func(b *testing.B) {
			g := newRig(b)
			token, data := g.token(), photo()
			b.ReportAllocs()
			for b.Loop() {
				if got := verdict(ep, g.direct(ep, "photo.jpg", data, token)); got != "200" && got != "SUCCESS" && got != "0" {
					b.Fatal(got)
				}
			}
		})
	}
}
