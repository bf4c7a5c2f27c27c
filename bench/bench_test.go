package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/wxuptest"
)

func TestMain(m *testing.M) {
	if isSink() {
		if err := runSink(); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

// What is measured are uploads that WeChat would take: each contender's is sent to a wxup server,
// which checks all of it.
func TestContendersAreTaken(t *testing.T) {
	srv := wxuptest.NewServer(t)
	token := accessToken(t, srv)
	cred := &credentials{
		mchID: srv.Merchant.MchID, serial: srv.Merchant.SerialNo, apiV3Key: srv.Merchant.APIv3Key, key: srv.Merchant.PrivateKey, keyPEM: srv.Merchant.KeyPEM,
		publicKeyID: srv.Platform.PublicKeyID, publicKey: srv.Platform.PublicKey, publicKeyPEM: []byte(srv.Platform.PublicKeyPEM), token: token,
	}
	dir := t.TempDir()
	for _, family := range []struct {
		ep         *wxup.Endpoint
		contenders []contender
	}{{wxup.MarketingImage, payV3}, {wxup.ArticleImage, account}, {wxup.HKFile, only(payV3, wxupWhole)}} {
		for i, c := range family.contenders {
			t.Run(family.ep.Name+"/"+c.name, func(t *testing.T) {
				path := filepath.Join(dir, family.ep.Name+".jpg")
				content := jpegOfSize(100<<10, uint64(i))
				if err := os.WriteFile(path, content, 0o600); err != nil {
					t.Fatal(err)
				}
				upload, err := c.prepare(&setup{credentials: cred, transport: srv.HTTPClient().Transport.(*http.Transport), path: path, ep: family.ep})
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					before := len(srv.Uploads())
					if err := upload(t.Context()); err != nil {
						t.Fatal(err)
					}
					if got := len(srv.Uploads()) - before; got != 1 {
						t.Errorf("%d uploads", got)
					}
				}
				images := srv.Images()
				if got := images[len(images)-1].Data; string(got) != string(content) {
					t.Errorf("%d bytes arrived, not the %d of the file", len(got), len(content))
				}
			})
		}
	}
}

func accessToken(t *testing.T, srv *wxuptest.Server) string {
	resp, err := srv.HTTPClient().Get("https://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential&appid=" + srv.App.AppID + "&secret=" + srv.App.Secret)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	_, after, ok := strings.Cut(string(body), `"access_token":"`)
	token, _, _ := strings.Cut(after, `"`)
	if err != nil || !ok {
		t.Fatalf("%s, %v", body, err)
	}
	return token
}

func TestSideBySide(t *testing.T) {
	s, err := startSink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	c, err := newComparison(s, t.TempDir(), true)
	if err != nil {
		t.Fatal(err)
	}
	c.effort = effort{rounds: 2}
	const size = 1 << 20
	for _, n := range []*network{c.plain, c.secure} {
		rows, err := c.compare(t.Context(), c.base, n, size, payV3)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if len(row.ms) != 2 || row.ms[0] <= 0 || row.bytes <= 0 || row.allocs <= 0 {
				t.Errorf("%s: %+v", row.name, row)
			}
		}
		if row := named(rows, wxupWhole); row.bytes > size/2 { // under the race detector pools forget a part of what they hold
			t.Errorf("%s: wxup allocates %.0f bytes for a file of %d", n.name, row.bytes, size)
		}
		if row := rows[len(rows)-1]; row.bytes < size {
			t.Errorf("%s: %s allocates %.0f bytes for a file of %d: is it counted?", n.name, row.name, row.bytes, size)
		}
	}
	path, err := c.file(size)
	if err != nil {
		t.Fatal(err)
	}
	setup := c.base
	setup.path = path
	for _, contender := range payV3 {
		got, err := held(t.Context(), setup, c.secure, contender, size)
		if err != nil {
			t.Fatal(err)
		}
		if whole := got > size; whole != slices.Contains([]string{fileByHand, "wechatpay-go v0.2.21", "gopay v1.5.123"}, contender.name) {
			t.Errorf("%s holds %d bytes while it sends %d", contender.name, got, size)
		}
	}
}

// The link in time that is not real: what it says it takes is what it takes.
func TestLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &link{roundTrip: 50 * time.Millisecond, rate: 1e6}
		const size = 500_000
		began := time.Now()
		since := func() time.Duration { return time.Since(began).Round(time.Millisecond) }
		arrived := make(chan time.Duration, 2)
		l.base = func(context.Context) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				if _, err := io.ReadFull(server, make([]byte, size)); err != nil {
					t.Error(err)
				}
				arrived <- since()
				server.Write([]byte("thanks"))
			}()
			return client, nil
		}
		var conns [2]net.Conn
		for i := range conns {
			var err error
			if conns[i], err = l.dial(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := since(); got != 100*time.Millisecond {
			t.Errorf("two dials took %s", got)
		}
		for _, c := range conns {
			go c.Write(make([]byte, size))
		}
		first, last := <-arrived, <-arrived
		// Two dials, a second on the wire, half a round trip; one may be ahead of the other by what
		// a connection has waiting.
		if want := 1125 * time.Millisecond; last != want || first < want-90*time.Millisecond {
			t.Errorf("arrived at %s and %s, want %s and a little before", first, last, want)
		}
		for _, c := range conns {
			p := make([]byte, 10)
			n, err := c.Read(p)
			if err != nil || string(p[:n]) != "thanks" {
				t.Errorf("%q, %v", p[:n], err)
			}
		}
		if got := since(); got != 1150*time.Millisecond {
			t.Errorf("the answers were there at %s", got)
		}
		if l.dials != 2 {
			t.Errorf("%d dials", l.dials)
		}
		conns[0].Close()
		conns[1].Close()
		if _, err := conns[0].Read(make([]byte, 1)); err == nil {
			t.Error("read from a closed connection")
		}
	})
}

func TestSpread(t *testing.T) {
	var values []float64
	for i := range 101 {
		values = append(values, float64(100-i))
	}
	if got, want := spreadOf(values), (spread{25, 50, 75, 40, 61}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := spreadOf([]float64{3}), (spread{3, 3, 3, 3, 3}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		s    spread
		want string
	}{
		{spread{median: 1.02, low: 1.01, high: 1.04}, "| met |"},
		{spread{median: 1.04, low: 1.02, high: 1.05}, "| not met, within the noise |"},
		{spread{median: 1.05, low: 1.04, high: 1.06}, "| not met, within the noise |"},
		{spread{median: 1.06, low: 1.05, high: 1.06}, "| **missed** |"},
	} {
		v := atMost("x", c.s, 1.03, 0.015)
		if got := v.String(); !strings.Contains(got, c.want) || (&report{verdicts: []verdict{v}}).missed() != strings.Contains(c.want, "missed") {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
