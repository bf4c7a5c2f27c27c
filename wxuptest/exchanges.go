package wxuptest

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/wxup/wxup/server"
)

// index is the server's memory, which tells of each exchange.
type index struct {
	*server.Memory
	mu        sync.Mutex
	exchanges []server.Exchange
	changed   chan struct{} // closed, and replaced, with each new one
	closed    bool
}

// Record is where an exchange is known for the first time: before its answer is given.
func (ix *index) Record(ctx context.Context, e *server.Exchange) error {
	if err := ix.Memory.Record(ctx, e); err != nil {
		return err
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.exchanges = append(ix.exchanges, *e)
	ix.wake()
	return nil
}

func (ix *index) wake() {
	close(ix.changed)
	ix.changed = make(chan struct{})
}

func (ix *index) close() {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.closed = true
	ix.wake()
}

// since gives the exchanges from the nth on, and what will be closed when there are more.
func (ix *index) since(n int) (list []server.Exchange, more <-chan struct{}, closed bool) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	return slices.Clone(ix.exchanges[min(n, len(ix.exchanges)):]), ix.changed, ix.closed
}

// Exchanges lists all requests and their answers, oldest first: uploads, and calls for tokens and certificates. An
// exchange is in the list before its answer is with the caller. What it points to is not to be changed.
func (s *Server) Exchanges() []server.Exchange {
	list, _, _ := s.index.since(0)
	return list
}

// Uploads is [Server.Exchanges] without the calls for tokens and certificates, and those to no API's path.
func (s *Server) Uploads() []server.Exchange {
	return slices.DeleteFunc(s.Exchanges(), func(e server.Exchange) bool { return e.Endpoint == "" })
}

// WaitFor gives the first exchange that matches, of those that happened already and those to come. It waits until ctx
// ends, without polling; its error then lists what did happen.
//
//	e, err := srv.WaitFor(ctx, func(e *server.Exchange) bool { return e.Endpoint == "marketing" && e.Problem == "" })
func (s *Server) WaitFor(ctx context.Context, match func(*server.Exchange) bool) (server.Exchange, error) {
	return s.WaitAfter(ctx, 0, match)
}

// WaitAfter is WaitFor without the first n exchanges. Count them before what is waited for can happen:
//
//	n := len(srv.Exchanges())
//	go program.Sync()
//	e, err := srv.WaitAfter(ctx, n, match)
func (s *Server) WaitAfter(ctx context.Context, n int, match func(*server.Exchange) bool) (server.Exchange, error) {
	for seen := n; ; {
		list, more, closed := s.index.since(seen)
		for i := range list {
			if match(&list[i]) {
				return list[i], nil
			}
		}
		seen += len(list)
		if closed {
			return server.Exchange{}, fmt.Errorf("wxuptest: the server was closed, and no exchange matched; %s", s.summary(n))
		}
		select {
		case <-more:
		case <-ctx.Done():
			return server.Exchange{}, fmt.Errorf("wxuptest: %w: no exchange matched; %s", context.Cause(ctx), s.summary(n))
		}
	}
}

// summaryMost is how many exchanges a summary lists.
const summaryMost = 20

// summary says in a few lines what happened.
func (s *Server) summary(after int) string {
	list, _, _ := s.index.since(after)
	if len(list) == 0 {
		return "there was none"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "there were %d:", len(list))
	for i, e := range list {
		if i == summaryMost {
			fmt.Fprintf(&b, "\n\tand %d more", len(list)-i)
			break
		}
		outcome := "accepted"
		if e.Problem != "" {
			outcome = fmt.Sprintf("refused as %s (%s)", e.Problem, e.Reason)
		}
		path, _, _ := strings.Cut(e.Path, "?")
		fmt.Fprintf(&b, "\n\t%s %s %s: %d, %s", e.Method, path, e.Account, e.Status, outcome)
	}
	return b.String()
}

// Image is a kept file.
type Image struct {
	server.Media
	Data []byte
}

// Images lists the files that were accepted and kept, in the order of their first uploads. The same bytes from the same
// account to the same endpoint are one.
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

// Image finds a kept file by the URL or the media_id that was answered; nil if there is none.
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

// Refused is the file of a refused upload, which is kept as well; nil if there was none, or only a part of one.
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
