package wxuptest

import (
	"context"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/wxup/wxup/server"
)

// Exchanges lists all requests and their answers, oldest first: uploads, and calls for tokens and
// certificates. An exchange is listed before the caller gets its answer. Do not change what it
// points to.
func (s *Server) Exchanges() []server.Exchange {
	return s.index.all()
}

// Uploads is [Server.Exchanges] without the calls for tokens and certificates, and without unknown
// paths.
func (s *Server) Uploads() []server.Exchange {
	return slices.DeleteFunc(s.Exchanges(), func(e server.Exchange) bool { return e.Endpoint == "" })
}

// WaitFor returns the first exchange that matches, among past ones and those to come. It waits
// until ctx ends, without polling; its error then lists what did happen.
//
//	e, err := srv.WaitFor(ctx, func(e *server.Exchange) bool {
//		return e.Endpoint == "marketing" && e.Problem == ""
//	})
func (s *Server) WaitFor(ctx context.Context, match func(*server.Exchange) bool) (server.Exchange, error) {
	return s.WaitAfter(ctx, 0, match)
}

// WaitAfter is WaitFor without the first n exchanges. Count them before the awaited exchange can
// happen:
//
//	n := len(srv.Exchanges())
//	go program.Sync()
//	e, err := srv.WaitAfter(ctx, n, match)
func (s *Server) WaitAfter(ctx context.Context, n int, match func(*server.Exchange) bool) (server.Exchange, error) {
	return s.index.wait(ctx, n, match)
}

// Image is a kept file.
type Image struct {
	server.Media
	Data []byte
}

// Images lists the files that were accepted and kept, in the order of their first uploads. Equal
// bytes from one account to one endpoint are listed once.
func (s *Server) Images() []Image {
	var list []Image
	seen := map[string]bool{}
	for _, e := range s.Exchanges() {
		if e.Media == nil || seen[e.Media.ID] {
			continue
		}
		seen[e.Media.ID] = true
		if data := s.content(e.Media.ID); data != nil {
			list = append(list, Image{*e.Media, data})
		}
	}
	return list
}

// Image finds a kept file by the URL or the media_id of the answer. It is nil if there is none.
func (s *Server) Image(urlOrMediaID string) *Image {
	id := urlOrMediaID
	if u, err := url.Parse(id); err == nil && u.Host != "" {
		parts := strings.Split(u.Path, "/") // /mmbiz_jpg/<id>/0
		if len(parts) != 4 {
			return nil
		}
		id = parts[2]
	}
	for _, x := range s.Images() {
		if x.ID == id || x.URL == urlOrMediaID && x.URL != "" {
			return &x
		}
	}
	return nil
}

// Refused returns the file of a refused upload, which is kept as well. It is nil if there was none,
// or only a part of one.
func (s *Server) Refused(e server.Exchange) []byte {
	for _, p := range e.Request.Parts {
		if p.Kept != "" {
			return s.content(p.Kept)
		}
	}
	return nil
}

func (s *Server) content(id string) []byte {
	f, err := s.Handler.Keeper.Open(context.Background(), id)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil
	}
	return data
}
