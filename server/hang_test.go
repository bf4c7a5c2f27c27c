package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/problem"
)

// TestHang: whichever question to the Index is the first that hangs, the caller is told of a system
// error within three seconds, in its family's words.
func TestHang(t *testing.T) {
	g := newRig(t)
	for _, ep := range []*wxup.Endpoint{wxup.MarketingImage, wxup.ArticleImage} {
		token := g.token()
		for answered := 0; ; answered++ {
			var err error
			synctest.Test(t, func(t *testing.T) {
				index := &hanging{Index: g.srv.Index, answers: answered}
				err = hangUp(t, g, index, g.srv.Keeper, ep, token)
			})
			if err == nil { // it has asked no more than that
				if answered < 3 {
					t.Errorf("%s: an upload asks the Index %d times: this has tested little", ep.Name, answered)
				}
				break
			}
			if !errors.Is(err, problem.Internal) {
				t.Errorf("%s, the Index hangs after %d answers: %v", ep.Name, answered, err)
			}
		}
	}
}

// TestHangKeep: so it is when the images take long, and fail in the end.
func TestHangKeep(t *testing.T) {
	g := newRig(t)
	synctest.Test(t, func(t *testing.T) {
		err := hangUp(t, g, &hanging{Index: g.srv.Index, answers: 2}, slowKeeper{g.srv.Keeper}, wxup.MarketingImage, "")
		if !errors.Is(err, problem.Internal) {
			t.Error(err)
		}
	})
}

// hangUp uploads to a server with this Index and Keeper, in a time that only moves when all wait.
func hangUp(t *testing.T, g *rig, index Index, keeper Keeper, ep *wxup.Endpoint, token string) error {
	config := g.srv.Config
	config.Index, config.Keeper = index, keeper
	srv, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	c := g.client()
	c.BaseURL, c.Transport, c.SkipVerify, c.Retry.Attempts = "http://server.test", within{srv}, true, 1
	c.Auth = wxup.Tokens{Source: func(context.Context, string) (string, error) { return token, nil }}
	data, name := sample(ep)
	began := time.Now()
	_, err = c.Upload(t.Context(), ep, wxup.Bytes(name, data))
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("the answer took %s: %v", took, err)
	}
	return err
}

// within calls a handler without a network.
type within struct{ http.Handler }

func (w within) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, gone := context.WithCancel(r.Context())
	defer gone()
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r.WithContext(ctx))
	return answer.Result(), nil
}

// hanging is an Index that gives some answers, and then none until its caller has waited enough.
type hanging struct {
	Index
	answers int
}

func (h *hanging) ask(ctx context.Context) error {
	if h.answers--; h.answers >= 0 {
		return nil
	}
	select {
	case <-ctx.Done():
	case <-time.After(time.Hour):
	}
	return errors.New("no answer")
}

func (h *hanging) Merchant(ctx context.Context, mchid string) (*Merchant, error) {
	if err := h.ask(ctx); err != nil {
		return nil, err
	}
	return h.Index.Merchant(ctx, mchid)
}

func (h *hanging) App(ctx context.Context, appid string) (*App, error) {
	if err := h.ask(ctx); err != nil {
		return nil, err
	}
	return h.Index.App(ctx, appid)
}

func (h *hanging) Token(ctx context.Context, value string) (*Token, error) {
	if err := h.ask(ctx); err != nil {
		return nil, err
	}
	return h.Index.Token(ctx, value)
}

func (h *hanging) PlatformKeys(ctx context.Context) ([]PlatformKey, error) {
	if err := h.ask(ctx); err != nil {
		return nil, err
	}
	return h.Index.PlatformKeys(ctx)
}

func (h *hanging) SpentBy(ctx context.Context, account, nonce string) (*Exchange, error) {
	if err := h.ask(ctx); err != nil {
		return nil, err
	}
	return h.Index.SpentBy(ctx, account, nonce)
}

func (h *hanging) Record(ctx context.Context, e *Exchange) error {
	if err := h.ask(ctx); err != nil {
		return err
	}
	return h.Index.Record(ctx, e)
}

// slowKeeper fails after two and a half seconds.
type slowKeeper struct{ Keeper }

func (slowKeeper) Keep(ctx context.Context, _ *Media, _ io.ReadSeeker) error {
	time.Sleep(2500 * time.Millisecond)
	return errors.New("given up")
}
