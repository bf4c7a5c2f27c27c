package server_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
)

// A server mounted beside the pages of another program, with one Official Account, and an upload to
// it.
func Example() {
	memory := server.NewMemory()
	memory.PutApp(server.App{AppID: "wx1234567890abcdef", Secret: "secret"})
	uploads, err := server.New(server.Config{Index: memory, Keeper: memory, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/cgi-bin/", uploads)
	mux.Handle("/mmbiz_png/", uploads) // where the images are served from
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "the rest of the program") })
	site := httptest.NewServer(mux)
	defer site.Close()

	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		log.Fatal(err)
	}
	client := &wxup.Client{BaseURL: site.URL, Auth: &wxup.App{AppID: "wx1234567890abcdef", Secret: "secret"}}
	res, err := client.Upload(context.Background(), wxup.ArticleImage, wxup.Bytes("dot.png", picture.Bytes()))
	if err != nil {
		log.Fatal(err)
	}
	resp, err := http.Get(res.URL)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status, resp.Header.Get("Content-Type"))

	for _, e := range memory.Exchanges() {
		fmt.Println(e.Endpoint, e.Account, e.Problem == "")
	}
	// Output:
	// 200 OK image/png
	//  wx1234567890abcdef true
	// article wx1234567890abcdef true
}
