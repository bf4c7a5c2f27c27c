package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxup/wxup/server"
)

// Node is what [TestNodes] tests: an Index that several servers share.
type Node interface {
	Index
	Purge(ctx context.Context, now time.Time) error
	PutSettingIfAbsent(ctx context.Context, name, value string) (string, error)
	Exclusive(ctx context.Context, name string, f func(context.Context) error) error
}

// TestNodes runs what servers that share an Index rely on. Each part opens it twice or more, in the
// same directory.
func TestNodes(t *testing.T, open func(t *testing.T, dir string) Node) {
	for _, part := range []struct {
		name string
		test func(*testing.T, []Node)
	}{
		{"nonces", nodesNonces},
		{"quotas", nodesQuotas},
		{"tokens", nodesTokens},
		{"merchants", nodesMerchants},
		{"clocks", nodesClocks},
		{"purge while writing", nodesPurge},
		{"exclusive", nodesExclusive},
		{"exclusive for nothing", nodesExclusiveFails},
		{"provision", nodesProvision},
	} {
		t.Run(part.name, func(t *testing.T) {
			dir := t.TempDir()
			nodes := make([]Node, 3)
			for i := range nodes {
				nodes[i] = open(t, dir)
				defer nodes[i].Close()
			}
			part.test(t, nodes)
		})
	}
}

// busy reports whether SQLite gave up waiting for another process, as it does after 5 seconds.
func busy(err error) bool { return err != nil && strings.Contains(err.Error(), "database is locked") }

// nodesNonces: 400 nonces, each sent to every node at once, twice. One of six gets it.
func nodesNonces(t *testing.T, nodes []Node) {
	const nonces = 400
	var winners [nonces]atomic.Int64
	var id atomic.Int64
	var wg sync.WaitGroup
	room := make(chan bool, 60)
	for n := range nonces {
		for i := range 2 * len(nodes) {
			room <- true
			wg.Go(func() {
				defer func() { <-room }()
				e := NewExchange(int(id.Add(1)))
				e.Nonce.Value, e.Nonce.Expires = fmt.Sprint("raced ", n), t0.AddDate(0, 0, 1)
				err := nodes[i%len(nodes)].Record(t.Context(), e)
				for try := 0; busy(err) && try < 10; try++ { // nothing was recorded
					err = nodes[i%len(nodes)].Record(t.Context(), e)
				}
				switch {
				case err == nil:
					winners[n].Add(1)
				case !errors.Is(err, server.ErrSpent):
					t.Errorf("nonce %d: %v", n, err)
				}
			})
		}
	}
	wg.Wait()
	for n := range winners {
		if got := winners[n].Load(); got != 1 {
			t.Errorf("%d spent nonce %d", got, n)
		}
	}
}

// nodesQuotas: 50 callers at each node, of whom exactly as many pass as the limit says.
func nodesQuotas(t *testing.T, nodes []Node) {
	const limit = 500
	var passed atomic.Int64
	var wg sync.WaitGroup
	for i := range 50 * len(nodes) {
		wg.Go(func() {
			for range 10 {
				ok, err := nodes[i%len(nodes)].Take(t.Context(), "a", t0, time.Minute, limit)
				if err != nil {
					t.Error(err)
				} else if ok {
					passed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if got := passed.Load(); got != limit {
		t.Errorf("%d calls of %d were let pass, the limit is %d", got, 500*len(nodes), limit)
	}
}

// nodesTokens: all nodes renew one token over and over, as the server does it. Each number is
// issued once, and none gets to see a token of the line that was dead when it asked.
func nodesTokens(t *testing.T, nodes []Node) {
	const rounds = 30
	issued := make([]atomic.Int64, rounds+1)
	var wg sync.WaitGroup
	for i := range 8 * len(nodes) {
		node := nodes[i%len(nodes)]
		wg.Go(func() {
			for {
				last, err := node.LatestToken(t.Context(), server.AccessToken, "wx1", "")
				if err != nil && !errors.Is(err, server.ErrNotFound) {
					t.Error(err)
					return
				}
				seq := int64(1)
				if err == nil {
					seq = last.Seq + 1
					if !last.Retired.IsZero() {
						t.Errorf("the latest token is number %d, which was retired", last.Seq)
					}
				}
				if seq > rounds {
					return
				}
				x := token(seq)
				x.Value = fmt.Sprintf("%d by %d", seq, i)
				err = node.IssueToken(t.Context(), x, x.Issued)
				switch {
				case err == nil:
					issued[seq].Add(1)
				case !errors.Is(err, server.ErrRaced):
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for seq := 1; seq <= rounds; seq++ {
		if got := issued[seq].Load(); got != 1 {
			t.Errorf("%d issued number %d", got, seq)
		}
	}
}

// nodesMerchants: a merchant that two operators put at once is one or the other, not a mixture; and
// what one node puts the others see.
func nodesMerchants(t *testing.T, nodes []Node) {
	a, b := NewCertificate(t, t0), NewCertificate(t, t0)
	versions := []server.Merchant{
		{MchID: "1900000001", Name: "a", Certificates: []server.MerchantCertificate{{Certificate: a.Certificate}}},
		{MchID: "1900000001", Name: "b", Certificates: []server.MerchantCertificate{{Certificate: b.Certificate}}},
	}
	for range 20 {
		var wg sync.WaitGroup
		for i := range versions {
			wg.Go(func() {
				if err := nodes[i].PutMerchant(t.Context(), versions[i]); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		got, err := nodes[2].Merchant(t.Context(), "1900000001")
		must(t, err)
		want := versions[0]
		if got.Name == "b" {
			want = versions[1]
		}
		if len(got.Certificates) != 1 || !got.Certificates[0].Certificate.Equal(want.Certificates[0].Certificate) {
			t.Fatalf("merchant %s has %d certificates, or the other one's", got.Name, len(got.Certificates))
		}
	}
}

// nodesClocks: a node whose clock is 2 seconds ahead takes nothing away that the others need.
func nodesClocks(t *testing.T, nodes []Node) {
	ctx, ahead := t.Context(), 2*time.Second
	e := NewExchange(1)
	must(t, nodes[0].Record(ctx, e))
	justBefore := e.Nonce.Expires.Add(-time.Millisecond)
	must(t, nodes[1].Purge(ctx, justBefore.Add(ahead)))
	again := NewExchange(2)
	again.Nonce.Value, again.Time = e.Nonce.Value, justBefore
	if err := nodes[0].Record(ctx, again); !errors.Is(err, server.ErrSpent) {
		t.Errorf("a replay, after a node whose clock is ahead has cleaned up: %v, want ErrSpent", err)
	}

	window := t0.Truncate(time.Minute)
	for range 3 {
		ok, err := nodes[0].Take(ctx, "a", window, time.Minute, 3)
		if !ok || err != nil {
			t.Errorf("Take = %t, %v", ok, err)
		}
	}
	must(t, nodes[1].Purge(ctx, window.Add(time.Minute-time.Millisecond+ahead)))
	if ok, err := nodes[0].Take(ctx, "a", window, time.Minute, 3); ok || err != nil {
		t.Errorf("a call more than the limit, after a node whose clock is ahead has cleaned up: %t, %v", ok, err)
	}

	// The node behind renews a token that the one ahead has issued "in the future".
	first := token(1)
	first.Issued, first.Expires = first.Issued.Add(ahead), first.Expires.Add(ahead)
	must(t, nodes[1].IssueToken(ctx, first, first.Issued))
	second := token(2)
	second.Issued = t0
	must(t, nodes[0].IssueToken(ctx, second, t0))
	last, err := nodes[1].LatestToken(ctx, server.AccessToken, "wx1", "")
	if err != nil || last.Value != second.Value {
		t.Errorf("the latest token is %v, %v", last, err)
	}
	if got, err := nodes[1].Token(ctx, first.Value); err != nil || !got.Retired.Equal(t0) {
		t.Errorf("the first one is %+v, %v: not retired", got, err)
	}
}

// nodesPurge: while nodes clean up, nonces that have expired are spent anew by others. None of
// those is taken away.
func nodesPurge(t *testing.T, nodes []Node) {
	ctx := t.Context()
	now := t0.Add(time.Hour)
	var purging, writing sync.WaitGroup
	stop := make(chan struct{})
	for _, node := range nodes[1:] {
		purging.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := node.Purge(ctx, now); err != nil {
					t.Error(err)
				}
			}
		})
	}
	const n = 100
	for w := range 4 {
		writing.Go(func() {
			for i := range n {
				value := fmt.Sprint(w, " ", i)
				for k, at := range []time.Time{t0, now} { // expires; is spent anew
					e := NewExchange(100_000*w + 10*i + k)
					e.Time, e.Nonce.Value, e.Nonce.Expires = at, value, at.Add(10*time.Minute)
					if err := nodes[0].Record(ctx, e); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	writing.Wait()
	close(stop)
	purging.Wait()
	for w := range 4 {
		for i := range n {
			e := NewExchange(999_999)
			e.Time, e.Nonce.Value = now, fmt.Sprint(w, " ", i)
			if err := nodes[0].Record(ctx, e); !errors.Is(err, server.ErrSpent) {
				t.Fatalf("nonce %q, which was spent anew, is free: %v", e.Nonce.Value, err)
			}
		}
	}
}

// nodesExclusive: nobody is inside while another one is.
func nodesExclusive(t *testing.T, nodes []Node) {
	var inside, times atomic.Int64
	var wg sync.WaitGroup
	for i := range 4 * len(nodes) {
		wg.Go(func() {
			err := nodes[i%len(nodes)].Exclusive(t.Context(), "x", func(context.Context) error {
				if inside.Add(1) != 1 {
					t.Error("two are inside")
				}
				times.Add(1)
				time.Sleep(time.Millisecond)
				inside.Add(-1)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if times.Load() != int64(4*len(nodes)) {
		t.Errorf("%d were inside", times.Load())
	}
}

// nodesExclusiveFails: a caller that waits too long gets an error that says so, an error comes
// through, and the index can be changed meanwhile.
func nodesExclusiveFails(t *testing.T, nodes []Node) {
	wrong := errors.New("wrong")
	err := nodes[0].Exclusive(t.Context(), "x", func(ctx context.Context) error {
		if err := nodes[0].PutMerchant(ctx, server.Merchant{MchID: "1"}); err != nil {
			t.Error(err)
		}
		short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		err := nodes[1].Exclusive(short, "x", func(context.Context) error { t.Error("two are inside"); return nil })
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "another") {
			t.Errorf("who waits is told %v", err)
		}
		return wrong
	})
	if !errors.Is(err, wrong) {
		t.Errorf("Exclusive = %v, want the error of what ran", err)
	}
	must(t, nodes[1].Exclusive(t.Context(), "x", func(context.Context) error { return nil }))
}

// nodesProvision: of nodes that start at once with nothing, one makes the secrets, and all have the
// same.
func nodesProvision(t *testing.T, nodes []Node) {
	var made atomic.Int64
	secrets := make([]string, 6*len(nodes))
	var wg sync.WaitGroup
	for i := range secrets {
		wg.Go(func() {
			node := nodes[i%len(nodes)]
			err := node.Exclusive(t.Context(), "provision", func(ctx context.Context) error {
				if _, err := node.Merchant(ctx, "1900000001"); err == nil {
					return nil
				}
				made.Add(1)
				return node.PutMerchant(ctx, server.Merchant{MchID: "1900000001"})
			})
			if err != nil {
				t.Error(err)
			}
			if secrets[i], err = node.PutSettingIfAbsent(t.Context(), "secret", fmt.Sprint("of ", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d have made it", made.Load())
	}
	for _, s := range secrets {
		if s == "" || s != secrets[0] {
			t.Errorf("the secrets are %q", secrets)
			break
		}
	}
}
