package node

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/wxup/wxup/server"
)

// waiting are the doors of a server whose index or images (down names which) cannot be reached yet.
// A load balancer that does not ask /readyz sends uploads too; they are refused in the words of
// their API. All other requests get the reason at the admin door, and none at the public one.
func waiting(c server.Config, down string, why error) (public, admin http.Handler) {
	says := func(text string) *http.ServeMux {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /livez", livez)
		mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "1")
			http.Error(w, text, http.StatusServiceUnavailable)
		})
		return mux
	}
	mask := func(text string) string { return text }
	if c.Secrets != nil {
		mask = c.Secrets.Mask
	}
	mux, reasons := says("not ready"), says(mask(fmt.Sprintf("not ready: %s: %v", down, why)))
	nothing := absent{texts.Errorf("not ready: %w", why)}
	apis, err := server.New(server.Config{
		Index: nothing, Keeper: nothing, Endpoints: c.Endpoints, Profile: c.Profile, Budget: c.Budget, Hosts: c.Hosts, PublicURL: c.PublicURL, Secrets: c.Secrets, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil { // Config.check has made one with the same values
		return mux, reasons
	}
	apis.Stop()
	paths := map[string]bool{} // rows may share one
	for _, ep := range apis.Endpoints {
		path, _ := ep.Route()
		if !paths[path] {
			mux.Handle(path, apis)
		}
		paths[path] = true
	}
	for _, others := range []string{"/v3/", "/brand/", "/hk/", "/cgi-bin/"} {
		mux.Handle(others, apis)
	}
	return mux, apis.GuardHost(reasons)
}

// absent is an index and a store of images that cannot be reached.
type absent struct{ error }

func (a absent) Merchant(context.Context, string) (*server.Merchant, error)        { return nil, a }
func (a absent) Apps(context.Context, int) ([]server.App, error)                   { return nil, a }
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

func (a absent) Taken(context.Context, string, time.Time, time.Duration) (int, error) {
	return 0, a
}

func (a absent) Take(context.Context, string, time.Time, time.Duration, int) (bool, error) {
	return false, a
}
