package wxup_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/wxup/wxup"
)

// BenchmarkUpload uploads files of several sizes from disk: the bytes allocated for each (B/op, the
// server's in the same process included) must not grow with the file.
func BenchmarkUpload(b *testing.B) {
	buf := make(chan []byte, 64)
	server := func(answer http.HandlerFunc) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var p []byte
			select {
			case p = <-buf:
			default:
				p = make([]byte, 64<<10)
			}
			for {
				if _, err := r.Body.Read(p); err == io.EOF {
					break
				} else if err != nil {
					return
				}
			}
			buf <- p
			answer(w, r)
		}))
		b.Cleanup(s.Close)
		return s
	}
	dir := b.TempDir()
	for _, bench := range []struct {
		ep     *wxup.Endpoint
		name   string
		file   []byte
		answer http.HandlerFunc
	}{
		{wxup.MarketingImage, "100KB", pngOfSize(100 << 10), accepted},
		{wxup.MarketingImage, "1MB", pngOfSize(1 << 20), accepted},
		{wxup.MarketingImage, "2MB", pngOfSize(2 << 20), accepted},
		{wxup.MerchantVideo, "5MB", mp4OfSize(5 << 20), answerV3(`{"media_id":"m"}`)},
		{wxup.ArticleImage, "1MB", pngOfSize(1<<20 - 1), acceptedArticle},
		{wxup.SecapiMedia, "2MB", pngOfSize(2 << 20), answerV2("HMAC-SHA256", acceptedV2...)},
	} {
		b.Run(bench.ep.Name+"/"+bench.name, func(b *testing.B) {
			path := filepath.Join(dir, bench.ep.Name+bench.name+"."+bench.ep.Accepts[0].Format.Suffix())
			if err := os.WriteFile(path, bench.file, 0o600); err != nil {
				b.Fatal(err)
			}
			c := payClient(&wechat{Server: server(bench.answer)})
			c.Auth = wxup.Tokens{Source: fixedToken("57_tokenTOKENtoken")}
			b.SetBytes(int64(len(bench.file)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Upload(b.Context(), bench.ep, wxup.File(path)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("check/2MB", func(b *testing.B) {
		file := pngOfSize(2 << 20)
		b.SetBytes(int64(len(file)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := new(wxup.Client).Check(b.Context(), wxup.MarketingImage, wxup.Bytes("a.png", file)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
