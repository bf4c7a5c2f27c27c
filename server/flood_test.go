package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/sign"
)

// paced calls a handler with bodies that come slowly, as over a network: some bytes at once, then
// one piece after every pause. Time only moves when all wait.
type paced struct {
	srv    *Server
	addr   string
	atOnce int
	piece  int           // 0: nothing more comes
	pause  time.Duration // before each piece
	forge  bool          // spoils the signature
}

func (p paced) RoundTrip(r *http.Request) (*http.Response, error) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	ctx, gone := context.WithCancel(r.Context())
	defer gone()
	r = r.Clone(ctx)
	r.RemoteAddr = p.addr + ":4711"
	if p.forge {
		h := r.Header.Get("Authorization")
		r.Header.Set("Authorization", regexp.MustCompile(`signature="[^"]*"`).ReplaceAllString(h, `signature="QUFB"`))
	}
	answer := httptest.NewRecorder()
	conn := &slowConn{ResponseWriter: answer, paced: p, data: data, moved: make(chan struct{})}
	r.Body = conn
	p.srv.ServeHTTP(conn, r)
	return answer.Result(), nil
}

// slowConn is the body that a paced request reads, and where it sets its deadline.
type slowConn struct {
	http.ResponseWriter
	paced
	data []byte
	sent int

	mu    sync.Mutex
	until time.Time
	moved chan struct{}
}

func (c *slowConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = t
	close(c.moved)
	c.moved = make(chan struct{})
	return nil
}

func (c *slowConn) Read(b []byte) (int, error) {
	if c.sent == len(c.data) {
		return 0, io.EOF
	}
	var next <-chan time.Time
	n := c.atOnce - c.sent
	switch {
	case n > 0:
		next = time.After(0)
	case c.piece > 0:
		n, next = c.piece, time.After(c.pause)
	}
	for {
		c.mu.Lock()
		until, moved := c.until, c.moved
		c.mu.Unlock()
		select {
		case <-next:
			n = copy(b, c.data[c.sent:min(c.sent+n, len(c.data))])
			c.sent += n
			return n, nil
		case <-time.After(time.Until(until)):
			return 0, os.ErrDeadlineExceeded
		case <-moved:
		}
	}
}

func (c *slowConn) Close() error { return nil }

// crowd is a server in a bubble, with callers at it.
type crowd struct {
	*rig
	t   *testing.T
	srv *Server
}

func inCrowd(t *testing.T, run func(c crowd)) {
	g := newRig(t)
	synctest.Test(t, func(t *testing.T) {
		srv, err := New(g.srv.Config)
		if err != nil {
			t.Fatal(err)
		}
		run(crowd{g, t, srv})
		synctest.Wait()
		if lent, waiting := srv.Memory(); lent != 0 || waiting != 0 || len(srv.budget.shares) != 0 {
			t.Errorf("in the end %d bytes are lent, %d requests wait, there are %d shares", lent, waiting, len(srv.budget.shares))
		}
	})
}

// upload uploads as a merchant, and returns how long that took.
func (c crowd) upload(p paced, id string, ep *wxup.Endpoint, size int) (time.Duration, error) {
	p.srv = c.srv
	client := c.client()
	client.BaseURL, client.Transport, client.SkipVerify, client.Retry.Attempts = "http://server.test", p, true, 1
	client.Timeout = time.Hour
	if id == otherMchID {
		client.Merchant = &wxup.Merchant{MchID: id, Certificate: keys().theirs.pair, APIv3Key: strings.Repeat("3", 32)}
	}
	began := time.Now()
	_, err := client.Upload(c.t.Context(), ep, wxup.Bytes("photo.jpg", sized(size)))
	return time.Since(began), err
}

// strangers send forms that nobody has signed, file first, and stop after a part of each.
func (c crowd) strangers(n int, addr func(int) string, atOnce, piece int) (gone func()) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			a := try(wxup.MarketingImage)
			a.order, a.meta, a.data = []string{"file", "meta"}, "{}", make([]byte, 2<<20)
			form := a.form()
			r := httptest.NewRequestWithContext(c.t.Context(), "POST", a.path, bytes.NewReader(form))
			r.Header = http.Header{"Content-Type": {a.ctype}, "Accept": {"*/*"}, "User-Agent": {"x"}, "Authorization": {sign.Authorization{
				Scheme: sign.SchemeRSA, MchID: mchid, NonceStr: fmt.Sprint(i), Timestamp: fmt.Sprint(time.Now().Unix()),
				SerialNo: sign.Serial(keys().mine.pair.Leaf), Signature: "QUFB",
			}.String()}}
			paced{srv: c.srv, addr: addr(i), atOnce: atOnce, piece: piece, pause: time.Second}.RoundTrip(r)
		})
	}
	synctest.Wait()
	return all.Wait
}

func everywhere(i int) string { return fmt.Sprintf("192.0.%d.%d", 2+i/250, 1+i%250) }
func oneAddress(int) string   { return "192.0.2.7" }

const honest = "198.51.100.9"

// TestAnnounced: who announces much and sends little holds little, and nothing before the first
// byte; uploads beside it wait for nobody.
func TestAnnounced(t *testing.T) {
	for name, addr := range map[string]func(int) string{"many addresses": everywhere, "one address": oneAddress} {
		for _, atOnce := range []int{0, 600, 9000} {
			inCrowd(t, func(c crowd) {
				const n = 60
				gone := c.strangers(n, addr, atOnce, 1)
				lent, waiting := c.srv.Memory()
				if lent > int64(n*2*(formWindow+atOnce)) || atOnce <= freeStep && lent > 0 || waiting > 0 {
					t.Errorf("%s: %d callers who have sent %d bytes each hold %d bytes; %d wait", name, n, atOnce, lent, waiting)
				}
				for _, from := range []string{honest, addr(0)} {
					if took, err := c.upload(paced{addr: from, atOnce: 4 << 20}, mchid, wxup.MarketingImage, 2<<20); err != nil || took > 0 {
						t.Errorf("%s, an upload from %s: %v after %s", name, from, err, took)
					}
				}
				gone()
			})
		}
	}
}

// TestStalled: strangers who have really sent as much as they can leave the part of those who have
// proved who they are alone. They lose what they hold when another upload without proof needs it.
func TestStalled(t *testing.T) {
	for name, addr := range map[string]func(int) string{"many addresses": everywhere, "one address": oneAddress} {
		inCrowd(t, func(c crowd) {
			gone := c.strangers(30, addr, 2<<20, 1)
			lent, _ := c.srv.Memory()
			if lent > c.srv.Budget/4 {
				t.Errorf("%s: strangers hold %d of %d bytes", name, lent, c.srv.Budget)
			}
			time.Sleep(2 * stallTime)
			for _, from := range []string{honest, addr(0)} {
				took, err := c.upload(paced{addr: from, atOnce: 4 << 20}, mchid, wxup.MarketingImage, 2<<20)
				if err != nil || took > stallTime {
					t.Errorf("%s, an upload from %s: %v after %s", name, from, err, took)
				}
			}
			gone()
		})
	}
}

// TestAccountShare: one account, however many uploads it has begun, leaves room for the others, and
// is not in their way while it waits.
func TestAccountShare(t *testing.T) {
	inCrowd(t, func(c crowd) {
		var all sync.WaitGroup
		var done atomic.Int32
		for range 40 {
			all.Go(func() {
				if _, err := c.upload(paced{addr: everywhere(rand.IntN(250)), atOnce: 1100 << 10, piece: 32 << 10, pause: stallTime / 2}, mchid, wxup.MarketingImage, 2<<20); err == nil {
					done.Add(1)
				}
			})
		}
		time.Sleep(2 * time.Second)
		lent, waiting := c.srv.Memory()
		if lent < c.srv.Budget/5 || lent > c.srv.Budget*3/8 || waiting == 0 {
			t.Errorf("one account holds %d of %d bytes; %d of its uploads wait", lent, c.srv.Budget, waiting)
		}
		if took, err := c.upload(paced{addr: honest, atOnce: 4 << 20}, otherMchID, wxup.MarketingImage, 2<<20); err != nil || took > 0 {
			t.Errorf("another account's upload: %v after %s", err, took)
		}
		all.Wait()
		if done.Load() == 0 {
			t.Error("none of its uploads came to its end")
		}
	})
}

// TestSlowBodies: what counts is that bytes keep coming, not how long all of them take.
func TestSlowBodies(t *testing.T) {
	for _, x := range []struct {
		name            string
		atOnce, piece   int
		pause           time.Duration
		ends            bool
		soonest, latest time.Duration
	}{
		{"steadily, for minutes", 0, 9 << 10, time.Second, true, 200 * time.Second, 300 * time.Second},
		{"in bursts", 0, 16 << 10, 1900 * time.Millisecond, true, 200 * time.Second, 300 * time.Second},
		{"almost all, then nothing", 2 << 20, 0, 0, false, 14 * time.Second, 21 * time.Second},
		{"half, then a byte a second", 1 << 20, 1, time.Second, false, 14 * time.Second, 21 * time.Second},
		{"nothing", 0, 0, 0, false, 14 * time.Second, 21 * time.Second},
		{"half as fast as it must be", 0, 4 << 10, time.Second, false, 25 * time.Second, 35 * time.Second},
	} {
		inCrowd(t, func(c crowd) {
			took, err := c.upload(paced{addr: honest, atOnce: x.atOnce, piece: x.piece, pause: x.pause}, mchid, wxup.MarketingImage, 2<<20)
			if (err == nil) != x.ends || took < x.soonest || took > x.latest {
				t.Errorf("%s: %v after %s", x.name, err, took)
			}
		})
	}
}

// TestBudgetEnds: uploads that grow side by side never wait for each other for ever, however small
// the budget is and in whatever order their bytes come.
func TestBudgetEnds(t *testing.T) {
	const largest = 1 << 20
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			b := newBudget(leastBudget(largest, largest)+random.Int64N(8<<20), largest, largest)
			var all sync.WaitGroup
			var failed atomic.Int32
			for i := range 300 {
				pause, account, first := time.Duration(random.Int64N(int64(50*time.Millisecond))), fmt.Sprint(i%7), random.IntN(2) == 0
				all.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
					defer cancel()
					l := b.begin(fmt.Sprint("10.0.0.", i%5), largest, func() {})
					defer l.giveBack()
					ok := true
					if first {
						ok = l.take(ctx, freeStep) && l.prove(ctx, account)
					}
					for n := int64(freeStep); ok && n < largest-freeStep; n *= 2 {
						time.Sleep(pause)
						l.arrived(int(n))
						ok = !l.lost.Load() && l.take(ctx, n)
					}
					if !ok {
						failed.Add(1)
					}
					l.end()
				})
			}
			all.Wait()
			if lent, waiting := b.state(); failed.Load() > 0 || lent != 0 || waiting != 0 || len(b.shares) != 0 {
				t.Errorf("seed %d: %d of 300 uploads had no room in an hour; %d bytes are lent, %d wait", seed, failed.Load(), lent, waiting)
			}
		})
	}
}

// TestRoomIsSaid: an upload that finds no room in time is told so, and may be sent again.
func TestRoomIsSaid(t *testing.T) {
	inCrowd(t, func(c crowd) {
		c.srv.budget.proved.held = c.srv.Budget
		_, err := c.upload(paced{addr: honest, atOnce: 4 << 20}, mchid, wxup.MarketingImage, 2<<20)
		if !errors.Is(err, wxup.TooFrequent) {
			t.Error(err)
		}
		synctest.Wait()
		c.srv.budget.proved.held = 0
	})
}
