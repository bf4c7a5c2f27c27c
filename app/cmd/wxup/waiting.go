package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/server"
)

// waiting is the front of a server whose index or images cannot be reached yet. It says so to whoever asks for anything
// but an API; a balancer that does not ask /readyz sends uploads as well, and they are refused in their family's words.
func (n *node) waiting(why error) http.Handler {
	down := "index" // as readyz names them
	if n.state != nil && n.blobs == nil {
		down = "blobs"
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "1")
		http.Error(w, fmt.Sprintf("not ready: %s: %v", down, why), http.StatusServiceUnavailable)
	})
	nothing := absent{fmt.Errorf("not ready: %w", why)}
	apis, err := server.New(server.Config{
		Index: nothing, Keeper: nothing, Profile: wxup.Profile(n.flags.answers), Budget: n.flags.budget, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil { // readFlags has made one of the same flags
		return mux
	}
	apis.Stop()
	for _, ep := range wxup.Endpoints() {
		mux.Handle(ep.Path, apis)
	}
	for _, others := range []string{"/v3/", "/brand/", "/hk/", "/cgi-bin/"} {
		mux.Handle(others, apis)
	}
	return mux
}

// absent is an index and a store of images that cannot be asked.
type absent struct{ error }

func (a absent) Merchant(context.Context, string) (*server.Merchant, error)        { return nil, a }
func (a absent) Merchants(context.Context, int) ([]server.Merchant, error)         { return nil, a }
func (a absent) App(context.Context, string) (*server.App, error)                  { return nil, a }
func (a absent) Component(context.Context, string) (*server.Component, error)      { return nil, a }
func (a absent) PlatformKeys(context.Context) ([]server.PlatformKey, error)        { return nil, a }
func (a absent) Token(context.Context, string) (*server.Token, error)              { return nil, a }
func (a absent) TokenLike(context.Context, string) (*server.Token, error)          { return nil, a }
func (a absent) IssueToken(context.Context, server.Token, time.Time) error         { return a }
func (a absent) RetireToken(context.Context, string, time.Time) error              { return a }
func (a absent) Record(context.Context, *server.Exchange) error                    { return a }
func (a absent) Exchange(context.Context, string) (*server.Exchange, error)        { return nil, a }
func (a absent) SpentBy(context.Context, string, string) (*server.Exchange, error) { return nil, a }
func (a absent) Keep(context.Context, *server.Media, io.ReadSeeker) error          { return a }
func (a absent) Open(context.Context, string) (*server.Content, error)             { return nil, a }

func (a absent) Authorization(context.Context, string, string) (*server.Authorization, error) {
	return nil, a
}

func (a absent) LatestToken(context.Context, server.TokenKind, string, string) (*server.Token, error) {
	return nil, a
}

func (a absent) Take(context.Context, string, time.Time, time.Duration, int) (bool, error) {
	return false, a
}
