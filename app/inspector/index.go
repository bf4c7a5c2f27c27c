package inspector

import (
	"context"
	"time"

	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/server"
)

// Index is what is looked through. *sqlindex.Index is one.
type Index interface {
	ListExchanges(context.Context, sqlindex.ExchangeFilter) ([]server.Exchange, error) // the newest first
	Exchange(ctx context.Context, id string) (*server.Exchange, error)                 // may be server.ErrNotFound
	Recorded() <-chan struct{}                                                         // gets a value when there are new ones
	ListMerchants(context.Context) ([]server.Merchant, error)
	ListApps(context.Context) ([]server.App, error)
	ListComponents(context.Context) ([]server.Component, error)
	PlatformKeys(context.Context) ([]server.PlatformKey, error)
	images
	settings
}

// images are the files that were uploaded, and what was taken down.
type images interface {
	ListMedia(context.Context, sqlindex.MediaFilter) ([]server.Media, error) // the newest first
	MediaByID(ctx context.Context, id string) (*server.Media, error)         // may be server.ErrNotFound
	TakeDown(ctx context.Context, id string, made, block bool, now time.Time) (others int, err error)
	Revive(ctx context.Context, id string) error
	TakenDown(ctx context.Context, id string) (bool, error)
	Takedowns(context.Context) ([]sqlindex.Takedown, error)
}

// hiding is an Index whose exchanges hold no secrets, not even those that an older version
// recorded.
type hiding struct {
	Index
	secrets server.Secrets
}

func (x hiding) ListExchanges(ctx context.Context, f sqlindex.ExchangeFilter) ([]server.Exchange, error) {
	list, err := x.Index.ListExchanges(ctx, f)
	for i := range list {
		list[i].Hide(x.secrets)
	}
	return list, err
}

func (x hiding) Exchange(ctx context.Context, id string) (*server.Exchange, error) {
	e, err := x.Index.Exchange(ctx, id)
	if err == nil {
		e.Hide(x.secrets)
	}
	return e, err
}

var _ Index = (*sqlindex.Index)(nil)

// Visit is what the proxy has seen of a client.
type Visit struct {
	Time      time.Time     // of the last
	Count     int           // how often
	Remote    string        // the client's address
	Host      string        // what it asked for: api.mch.weixin.qq.com:443
	UserAgent string        // "" where TLS did not come about
	Reached   bool          // a request arrived here
	Reason    explain.Words // why not, and what to do
}
