package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/server"
)

// t0 is a time as it comes back from an Index: to the microsecond, UTC.
var t0 = time.Date(2026, 3, 4, 5, 6, 7, 89_012_000, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// same fails if a lookup gave anything else than it should.
func same[T any](t testing.TB, got T, err error, want T) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Index is what [TestIndex] tests: the server's interface, and what it needs to fill it.
type Index interface {
	server.Index
	PutMerchant(ctx context.Context, m server.Merchant) error
	PutApp(ctx context.Context, a server.App) error
	PutComponent(ctx context.Context, c server.Component) error
	PutAuthorization(ctx context.Context, a server.Authorization) error
	PutPlatformKey(ctx context.Context, id string, certificate, privateKey []byte) error
	Close() error
}

func unknown[T any](t *testing.T, what string) func(T, error) {
	return func(x T, err error) {
		t.Helper()
		if !errors.Is(err, server.ErrNotFound) {
			t.Errorf("%s gives %v, %v; want ErrNotFound", what, x, err)
		}
	}
}

func token(seq int64) server.Token {
	issued := t0.Add(time.Duration(seq) * time.Hour)
	return server.Token{
		Value: fmt.Sprint("token-", seq), Kind: server.AccessToken, Subject: "wx1", Seq: seq,
		Issued: issued, Expires: issued.Add(2 * time.Hour),
	}
}

// race runs try n times at once, and counts the wins.
func race(t *testing.T, n int, try func(i int) (bool, error)) int {
	t.Helper()
	var won atomic.Int64
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			ok, err := try(i)
			if err != nil {
				t.Errorf("racer %d: %v", i, err)
			} else if ok {
				won.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	return int(won.Load())
}

// NewExchange makes an accepted exchange with something in every field.
func NewExchange(i int) *server.Exchange {
	at := t0.Add(time.Duration(i) * time.Millisecond)
	return &server.Exchange{
		ID: fmt.Sprintf("08A1%06d", i), Time: at, Took: 12_345_678, Family: wxup.PayV3, Endpoint: "marketing",
		Account: "1900000001", Proven: true, Method: "POST", Path: "/v3/marketing/favor/media/image-upload?a=b&c=%E4",
		Remote: "192.0.2.1", Status: 200, Warnings: []string{"the name ends in .jpeg", "<b>"},
		Steps: []server.Step{{Name: "admit", At: 1}, {Name: "prove", At: 2_000_000, Err: "no"}},
		Request: server.RequestRecord{
			Proto: "HTTP/1.1", Host: "api.mch.weixin.qq.com", TLS: "0x304",
			Headers: map[string][]string{"Accept": {"application/json"}, "X-Two": {"1", "2"}},
			Parts: []server.PartRecord{
				{Name: "meta", Header: "Content-Disposition: form-data; name=\"meta\";\r\n", Text: `{"filename":"图.jpg"}`, Size: 23},
				{Name: "file", Filename: "图.jpg", Size: 200_000, SHA256: Sum([]byte{byte(i)})},
			},
		},
		Answer: []byte(`{"media_url":"https://wxup.example/x"}`),
		Media: &server.Media{
			ID: fmt.Sprint("media-", i), URL: "https://wxup.example/x", Account: "1900000001", Endpoint: "marketing",
			SHA256: Sum([]byte{byte(i)}), Size: 200_000, Format: media.JPEG, Width: 800, Height: 600, Filename: "图.jpg",
			Public: true, Created: at, Expires: at.AddDate(0, 0, 3),
		},
		Nonce: &server.Nonce{Account: "1900000001", Value: fmt.Sprint("nonce-", i), Digest: "d", Expires: at.Add(10 * time.Minute)},
	}
}
