package wxup_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxup/wxup"
)

// hangingMain answers for the host that hangs never, and for others with answer.
func hangingMain(host string, asked map[string]int, answer string) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		asked[r.URL.Host]++
		if r.Body != nil {
			io.Copy(io.Discard, r.Body)
		}
		if r.URL.Host == host {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer))}, nil
	}
}

// TestBackupOfHangingHost: a host that hangs counts as failing, for uploads and for tokens.
func TestBackupOfHangingHost(t *testing.T) {
	for name, auth := range map[string]wxup.Auth{
		"upload": wxup.Tokens{Source: fixedToken("57_token")},
		"token":  &wxup.App{AppID: "wx1", Secret: "secretsecret"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := map[string]int{}
				c := &wxup.Client{
					BaseURL: "http://main", BackupURL: "http://backup", Timeout: time.Second, Auth: auth,
					Transport: hangingMain("main", asked, `{"access_token":"tok","expires_in":7200,"url":"http://x/1"}`),
				}
				if _, err := c.Upload(t.Context(), wxup.ArticleImage, wxup.Bytes("a.png", pngFile)); err != nil || asked["main"] != 1 {
					t.Errorf("%v, asked %v", err, asked)
				}
			})
		})
	}
}

// TestRefusedSecretIsRemembered: with a wrong appsecret or APIv3 key many files make one call.
func TestRefusedSecretIsRemembered(t *testing.T) {
	var calls atomic.Int32
	count := func(answer http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			answer(w, r)
		}
	}
	account := serve(t, count(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"errcode":40125,"errmsg":"invalid appsecret"}`)
	}))
	pay := serve(t, count(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(401)
		fmt.Fprint(w, `{"code":"SIGN_ERROR","message":"商户未设置APIv3密钥。"}`)
	}))
	merchant := *payClient(pay).Merchant
	merchant.PublicKeys, merchant.PlatformCertificates, merchant.APIv3Key = nil, nil, strings.Repeat("k", 32)
	for ep, c := range map[*wxup.Endpoint]*wxup.Client{
		wxup.ArticleImage:   {BaseURL: account.URL, Now: now, Retry: once, Auth: &wxup.App{AppID: "wx1", Secret: "wrongwrong"}},
		wxup.MarketingImage: {BaseURL: pay.URL, Now: now, Retry: once, Merchant: &merchant},
	} {
		calls.Store(0)
		n := 0
		for o := range c.UploadAll(t.Context(), func(yield func(wxup.Item) bool) {
			for range 200 {
				if !yield(wxup.Item{Endpoint: ep, Source: wxup.Bytes("a.png", pngFile)}) {
					return
				}
			}
		}) {
			if o.Err == nil {
				t.Errorf("%s: uploaded", ep.Name)
			}
			n++
		}
		if got := calls.Load(); n != 200 || got != 1 {
			t.Errorf("%s: %d files made %d calls", ep.Name, n, got)
		}
	}
}

// TestReservedFieldsV2: Source.Meta cannot replace the fields that say who is asking.
func TestReservedFieldsV2(t *testing.T) {
	for _, name := range []string{"mch_id", "sign", "sign_type", "media_hash"} {
		src := wxup.Bytes("a.png", pngFile)
		src.Meta = map[string]string{name: "x"}
		_, err := payClient(serve(t, accepted)).Upload(t.Context(), wxup.SecapiMedia, src)
		if !errors.Is(err, wxup.BadMeta) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestExtremeRetry: no setting of Retry panics.
func TestExtremeRetry(t *testing.T) {
	for _, d := range []time.Duration{math.MaxInt64, math.MaxInt64 / 4, math.MaxInt64 / 8, -1} {
		for _, asked := range []string{"", "1", "2147483647"} {
			synctest.Test(t, func(t *testing.T) {
				c := &wxup.Client{BaseURL: "http://main", Auth: wxup.Tokens{Source: fixedToken("57_token")}, Retry: wxup.Retry{Base: d, Max: d, Attempts: 3}}
				c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
					h := http.Header{}
					if asked != "" {
						h.Set("Retry-After", asked)
					}
					return &http.Response{StatusCode: 429, Header: h, Body: io.NopCloser(strings.NewReader(""))}, nil
				})
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				if _, err := c.Upload(ctx, wxup.ArticleImage, wxup.Bytes("a.png", pngFile)); !errors.Is(err, wxup.TooFrequent) {
					t.Errorf("%v, %q: %v", d, asked, err)
				}
			})
		}
	}
}

// blocking is a reader that blocks for ever after some bytes.
type blocking struct {
	io.Reader
	stop chan struct{}
}

func (b blocking) Read(p []byte) (int, error) {
	if n, _ := b.Reader.Read(p); n > 0 {
		return n, nil
	}
	<-b.stop
	return 0, io.EOF
}

type blockingSeeker struct{ blocking }

func (b blockingSeeker) Seek(off int64, whence int) (int64, error) {
	if whence == io.SeekEnd {
		return 1 << 20, nil
	}
	return off, nil
}

// TestBlockingReader: an upload ends with its context even if its reader blocks.
func TestBlockingReader(t *testing.T) {
	for _, seeks := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b := blocking{strings.NewReader(string(pngFile[:40])), make(chan struct{})}
			defer close(b.stop)
			src := wxup.Reader("a.png", b, -1)
			if seeks {
				src = wxup.Reader("a.png", blockingSeeker{b}, -1)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := payClient(&wechat{Server: httptestServer("http://main")}).Upload(ctx, wxup.MarketingImage, src)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("seeks: %v: %v", seeks, err)
			}
		})
	}
}
