package wxuptest

import (
	"testing"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
)

// BenchmarkNewServer is what each test of a package pays.
func BenchmarkNewServer(b *testing.B) {
	NewServer(b).Close()
	for b.Loop() {
		NewServer(b).Close()
	}
}

// BenchmarkFirstServer is what the first one of a process pays: the CA and the keys on top.
func BenchmarkFirstServer(b *testing.B) {
	for b.Loop() {
		start(b, newAuthority(), server.Config{}).Close()
	}
}

// BenchmarkUpload is one upload of each family, over TLS, with all checks on both sides.
func BenchmarkUpload(b *testing.B) {
	for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.SecapiMedia, wxup.ArticleImage} {
		b.Run(ep.Name, func(b *testing.B) {
			client, image := NewServer(b).Client(), photo()
			for b.Loop() {
				if _, err := client.Upload(b.Context(), ep, wxup.Bytes("photo.jpg", image)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
