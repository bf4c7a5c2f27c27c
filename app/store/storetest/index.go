package storetest

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/media"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

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

// TestIndex runs the suite. Each part opens an Index in a directory of its own, and closes it.
func TestIndex(t *testing.T, open func(t *testing.T, dir string) Index) {
	for _, part := range []struct {
		name string
		test func(*testing.T, Index)
	}{
		{"unknown", testUnknown},
		{"merchants", testMerchants},
		{"platform keys", testPlatformKeys},
		{"apps", testApps},
		{"tokens", testTokens},
		{"tokens raced", testTokensRaced},
		{"tokens alike", testTokensAlike},
		{"quotas", testQuotas},
		{"quotas raced", testQuotasRaced},
		{"exchanges", testExchanges},
		{"strange bytes", testStrangeBytes},
		{"long texts", testLongTexts},
		{"nonces", testNonces},
		{"nonces raced", testNoncesRaced},
	} {
		t.Run(part.name, func(t *testing.T) {
			ix := open(t, t.TempDir())
			defer ix.Close()
			part.test(t, ix)
		})
	}
}

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

func unknown[T any](t *testing.T, what string) func(T, error) {
	return func(x T, err error) {
		t.Helper()
		if !errors.Is(err, server.ErrUnknown) {
			t.Errorf("%s gives %v, %v; want ErrUnknown", what, x, err)
		}
	}
}

func testUnknown(t *testing.T, ix Index) {
	ctx := t.Context()
	for _, name := range []string{"1900000001", "", "'; DROP TABLE merchant; --", "\xff\x00"} {
		unknown[*server.Merchant](t, "Merchant")(ix.Merchant(ctx, name))
		unknown[*server.App](t, "App")(ix.App(ctx, name))
		unknown[*server.Component](t, "Component")(ix.Component(ctx, name))
		unknown[*server.Authorization](t, "Authorization")(ix.Authorization(ctx, name, name))
		unknown[*server.Token](t, "Token")(ix.Token(ctx, name))
		unknown[*server.Token](t, "LatestToken")(ix.LatestToken(ctx, server.AccessToken, name, name))
		unknown[*server.Exchange](t, "Exchange")(ix.Exchange(ctx, name))
		unknown[*server.Exchange](t, "SpentBy")(ix.SpentBy(ctx, name, name))
	}
	keys, err := ix.PlatformKeys(ctx)
	if err != nil || len(keys) != 0 {
		t.Errorf("PlatformKeys gives %d, %v", len(keys), err)
	}
	if err := ix.RetireToken(ctx, "none", t0); !errors.Is(err, server.ErrRaced) {
		t.Errorf("RetireToken of none = %v, want ErrRaced", err)
	}
}

func testMerchants(t *testing.T, ix Index) {
	ctx := t.Context()
	older, newer := NewCertificate(t, t0), NewCertificate(t, t0.AddDate(1, 0, 0))
	full := server.Merchant{
		MchID: "1900000001", Name: "商户", APIv2Key: "k2", APIv3Key: "k3",
		Certificates: []server.MerchantCertificate{
			{Certificate: newer.Certificate}, {Certificate: older.Certificate, State: server.Replaced},
		},
		Endpoints: []string{"marketing", "merchant"},
	}
	bare := server.Merchant{MchID: "1900000002", PublicKeyOnly: true, Disabled: true}
	must(t, ix.PutMerchant(ctx, full))
	must(t, ix.PutMerchant(ctx, bare))
	for _, want := range []server.Merchant{full, bare} {
		got, err := ix.Merchant(ctx, want.MchID)
		same(t, got, err, &want)
		got, err = ix.Merchant(ctx, want.MchID) // perhaps from a cache
		same(t, got, err, &want)
	}
	full.Name, full.APIv3Key, full.Endpoints, full.Disabled = "", "", []string{}, true
	full.Certificates = []server.MerchantCertificate{{Certificate: newer.Certificate, State: server.Revoked}}
	must(t, ix.PutMerchant(ctx, full))
	got, err := ix.Merchant(ctx, full.MchID)
	same(t, got, err, &full)
	for limit, want := range map[int][]server.Merchant{0: {}, 1: {full}, 2: {full, bare}, 9: {full, bare}} {
		list, err := ix.Merchants(ctx, limit)
		if err != nil || len(list) != len(want) {
			t.Fatalf("Merchants(%d) = %d, %v", limit, len(list), err)
		}
		for i := range list {
			same(t, &list[i], nil, &want[i])
		}
	}
}

func testPlatformKeys(t *testing.T, ix Index) {
	ctx := t.Context()
	a, b := NewCertificate(t, t0), NewCertificate(t, t0)
	must(t, ix.PutPlatformKey(ctx, "", a.PEM, a.KeyPEM))
	must(t, ix.PutPlatformKey(ctx, "PUB_KEY_ID_0119000000012026", nil, b.KeyPEM))
	must(t, ix.PutPlatformKey(ctx, sign.Serial(b.Certificate), b.PEM, b.KeyPEM))
	want := []server.PlatformKey{
		{ID: sign.Serial(a.Certificate), Key: a.Key, Certificate: a.Certificate},
		{ID: "PUB_KEY_ID_0119000000012026", Key: b.Key},
		{ID: sign.Serial(b.Certificate), Key: b.Key, Certificate: b.Certificate},
	}
	got, err := ix.PlatformKeys(ctx)
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d keys, %v; want %d", len(got), err, len(want))
	}
	for i := range want {
		if got[i].ID != want[i].ID || !a.Key.Equal(got[0].Key) || !reflect.DeepEqual(got[i].Certificate, want[i].Certificate) {
			t.Errorf("key %d is %s, want %s", i, got[i].ID, want[i].ID)
		}
	}
}

func testApps(t *testing.T, ix Index) {
	ctx := t.Context()
	ips := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::1/128")}
	for _, a := range []server.App{
		{AppID: "wx0000000000000001", Name: "公众号", Secret: "s", State: server.Frozen, AllowIPs: ips},
		{AppID: "wx0000000000000002"},
		{AppID: "wx0000000000000001", Secret: "new", AllowIPs: []netip.Prefix{}},
	} {
		must(t, ix.PutApp(ctx, a))
		got, err := ix.App(ctx, a.AppID)
		same(t, got, err, &a)
	}
	for _, c := range []server.Component{
		{AppID: "wxc000000000000001", Name: "第三方平台", Secret: "s", Ticket: "ticket@@@x", AllowIPs: ips},
		{AppID: "wxc000000000000001", Secret: "new"},
	} {
		must(t, ix.PutComponent(ctx, c))
		got, err := ix.Component(ctx, c.AppID)
		same(t, got, err, &c)
	}
	for _, a := range []server.Authorization{
		{Component: "wxc000000000000001", Authorizer: "wx0000000000000001", Permissions: []int{1, 11}},
		{Component: "wxc000000000000001", Authorizer: "wx0000000000000002"},
		{Component: "wxc000000000000001", Authorizer: "wx0000000000000001", Permissions: []int{7}},
	} {
		must(t, ix.PutAuthorization(ctx, a))
		got, err := ix.Authorization(ctx, a.Component, a.Authorizer)
		same(t, got, err, &a)
	}
	unknown[*server.Authorization](t, "Authorization the other way round")(
		ix.Authorization(ctx, "wx0000000000000001", "wxc000000000000001"))
}

func token(seq int64) server.Token {
	issued := t0.Add(time.Duration(seq) * time.Hour)
	return server.Token{
		Value: fmt.Sprint("token-", seq), Kind: server.AccessToken, Subject: "wx1", Seq: seq,
		Issued: issued, Expires: issued.Add(2 * time.Hour),
	}
}

func testTokens(t *testing.T, ix Index) {
	ctx := t.Context()
	first, second, third := token(1), token(2), token(3)
	for _, seq := range []int64{0, 2, -1} {
		if err := ix.IssueToken(ctx, token(seq), t0); !errors.Is(err, server.ErrRaced) {
			t.Errorf("IssueToken with number %d in an empty line = %v, want ErrRaced", seq, err)
		}
	}
	must(t, ix.IssueToken(ctx, first, t0))
	if err := ix.IssueToken(ctx, server.Token{Value: "other", Kind: first.Kind, Subject: "wx1", Seq: 1}, t0); !errors.Is(err, server.ErrRaced) {
		t.Errorf("a second number 1 = %v, want ErrRaced", err)
	}
	unknown[*server.Token](t, "Token that was refused")(ix.Token(ctx, "other"))
	got, err := ix.Token(ctx, first.Value)
	same(t, got, err, &first)

	// The next one retires it five minutes later.
	must(t, ix.IssueToken(ctx, second, second.Issued.Add(5*time.Minute)))
	first.Retired = second.Issued.Add(5 * time.Minute)
	got, err = ix.Token(ctx, first.Value)
	same(t, got, err, &first)
	got, err = ix.LatestToken(ctx, server.AccessToken, "wx1", "")
	same(t, got, err, &second)

	// One more: the first is past saving, the second gets an end.
	must(t, ix.IssueToken(ctx, third, third.Issued.Add(5*time.Minute)))
	second.Retired = third.Issued.Add(5 * time.Minute)
	for _, want := range []server.Token{first, second, third} {
		got, err = ix.Token(ctx, want.Value)
		same(t, got, err, &want)
	}

	// Retired at once, although it would have been at some later time: but once only.
	soon := third.Issued.Add(time.Minute)
	must(t, ix.RetireToken(ctx, second.Value, soon))
	second.Retired = soon
	got, err = ix.Token(ctx, second.Value)
	same(t, got, err, &second)
	for _, at := range []time.Time{soon, soon.Add(time.Second)} {
		if err := ix.RetireToken(ctx, second.Value, at); !errors.Is(err, server.ErrRaced) {
			t.Errorf("a second RetireToken = %v, want ErrRaced", err)
		}
	}

	// Lines are apart by kind, subject and component; a refresh token has no end.
	for i, x := range []server.Token{
		{Kind: server.StableToken, Subject: "wx1"},
		{Kind: server.AccessToken, Subject: "wx2"},
		{Kind: server.AuthorizerToken, Subject: "wx1", Component: "wxc1"},
		{Kind: server.AuthorizerToken, Subject: "wx1", Component: "wxc2"},
		{Kind: server.RefreshToken, Subject: "wx1", Component: "wxc1"},
	} {
		x.Value, x.Seq, x.Issued = fmt.Sprint("line-", i), 1, t0
		must(t, ix.IssueToken(ctx, x, t0))
		got, err := ix.LatestToken(ctx, x.Kind, x.Subject, x.Component)
		same(t, got, err, &x)
	}
	got, err = ix.LatestToken(ctx, server.AccessToken, "wx1", "")
	same(t, got, err, &third)
}

// testTokensRaced: of many that renew a token at once, one does.
func testTokensRaced(t *testing.T, ix Index) {
	for seq := int64(1); seq <= 3; seq++ {
		won := race(t, 32, func(i int) (bool, error) {
			x := token(seq)
			x.Value = fmt.Sprintf("%d by %d", seq, i)
			err := ix.IssueToken(t.Context(), x, x.Issued)
			if errors.Is(err, server.ErrRaced) {
				return false, nil
			}
			return true, err
		})
		if won != 1 {
			t.Errorf("%d of 32 issued number %d", won, seq)
		}
	}
	last, err := ix.LatestToken(t.Context(), server.AccessToken, "wx1", "")
	must(t, err)
	won := race(t, 32, func(int) (bool, error) {
		err := ix.RetireToken(t.Context(), last.Value, t0)
		if errors.Is(err, server.ErrRaced) {
			return false, nil
		}
		return true, err
	})
	if won != 1 {
		t.Errorf("%d of 32 retired it", won)
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

func testQuotas(t *testing.T, ix Index) {
	take := func(name string, start time.Time, window time.Duration, limit int, want bool) {
		t.Helper()
		got, err := ix.Take(t.Context(), name, start, window, limit)
		if err != nil || got != want {
			t.Errorf("Take(%q, %s, %s, %d) = %t, %v; want %t", name, start.Format(time.TimeOnly), window, limit, got, err, want)
		}
	}
	minute := t0.Truncate(time.Minute)
	for range 3 {
		take("a", minute, time.Minute, 3, true)
	}
	for range 2 {
		take("a", minute, time.Minute, 3, false)
	}
	take("b", minute, time.Minute, 3, true)
	take("a", minute, time.Minute, 4, true) // the limit was raised
	take("a", minute, time.Minute, 4, false)
	take("a", minute.Add(time.Minute), time.Minute, 3, true)
	take("none", minute, time.Minute, 0, false)
	take("none", minute, time.Minute, -1, false)
}

func testQuotasRaced(t *testing.T, ix Index) {
	won := race(t, 200, func(int) (bool, error) {
		return ix.Take(t.Context(), "a", t0, time.Minute, 100)
	})
	if won != 100 {
		t.Errorf("%d of 200 calls were let pass, the limit is 100", won)
	}
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

func testExchanges(t *testing.T, ix Index) {
	ctx := t.Context()
	accepted := NewExchange(1)
	refused := &server.Exchange{
		ID: "refused", Time: t0, Family: wxup.Account, Method: "GET", Path: "/", Status: 404, Problem: wxup.NotFound, Reason: "no such path",
		Cause: "v3.body.empty", Report: &explain.Report{
			Findings: []explain.Finding{{Cause: "v3.body.empty", Proof: explain.Proof{Kind: explain.ProofSigned, Signed: "⏎", Wanted: "{\"图\"", Offset: 7}}}, Work: 3,
		},
	}
	again := NewExchange(3)
	again.ReplayOf, again.Nonce, again.Media = accepted.ID, nil, nil
	for _, e := range []*server.Exchange{accepted, refused, again} {
		must(t, ix.Record(ctx, e))
	}
	for _, want := range []*server.Exchange{accepted, refused, again} {
		got, err := ix.Exchange(ctx, want.ID)
		same(t, got, err, want)
	}
	got, err := ix.SpentBy(ctx, accepted.Account, accepted.Nonce.Value)
	same(t, got, err, accepted)
	// The same file again: the same ID, another name.
	twin := NewExchange(4)
	twin.Media.ID, twin.Media.Filename = accepted.Media.ID, "copy.jpg"
	must(t, ix.Record(ctx, twin))
	got, err = ix.Exchange(ctx, twin.ID)
	same(t, got, err, twin)
}

// testStrangeBytes: what strangers send comes back byte by byte.
func testStrangeBytes(t *testing.T, ix Index) {
	ctx := t.Context()
	for i, s := range []string{"\xcd\xbc.jpg" /* GBK */, "a\x00b", "\xff\xfe\xfd", "\U0010FF41", "\U0010FFFF\xff", "\ufffd", "' \" \\ \u2028 <>&", ""} {
		e := NewExchange(i)
		e.Account, e.Path, e.Reason, e.Remote, e.Method = s, "/"+s, s, s, "P"+s
		e.Warnings, e.Steps[0].Err = []string{s, "x" + s}, s
		e.Request.Host, e.Request.Headers = s, map[string][]string{"X-" + s: {s}}
		e.Request.Parts[0] = server.PartRecord{Name: s, Filename: s, Header: s, Text: s}
		e.Media.Filename, e.Nonce.Account, e.Answer = s, s, []byte("a"+s)
		must(t, ix.Record(ctx, e))
		got, err := ix.Exchange(ctx, e.ID)
		same(t, got, err, e)
		got, err = ix.SpentBy(ctx, s, e.Nonce.Value)
		same(t, got, err, e)
	}
}

// testLongTexts: a stranger may send an account or a nonce as long as a header. It is no reason to fail.
func testLongTexts(t *testing.T, ix Index) {
	ctx := t.Context()
	long := make([]byte, 20_000) // of which nothing can be saved by compressing
	random := rand.NewChaCha8([32]byte{1})
	random.Read(long)
	for i, s := range []string{string(long), hex.EncodeToString(long)} {
		e := NewExchange(2 * i)
		e.Account, e.Path, e.Reason, e.Media.Filename = s, s, s, s
		e.Nonce.Account, e.Nonce.Value = s, s
		must(t, ix.Record(ctx, e))
		got, err := ix.Exchange(ctx, e.ID)
		if err != nil || got.Path != s || got.Reason != s || got.Media.Filename != s {
			t.Errorf("an exchange with long texts does not come back: %v", err)
		}
		if got, err := ix.SpentBy(ctx, s, s); err != nil || got.ID != e.ID || got.Nonce.Value != s {
			t.Errorf("SpentBy with a long nonce: %v", err)
		}
		unknown[*server.Exchange](t, "SpentBy with another long nonce")(ix.SpentBy(ctx, s, s[:len(s)-1]))
		twin := NewExchange(2*i + 1)
		twin.Nonce = e.Nonce
		if err := ix.Record(ctx, twin); !errors.Is(err, server.ErrSpent) {
			t.Errorf("Record with the same long nonce = %v, want ErrSpent", err)
		}
		for _, want := range []bool{true, false} {
			if ok, err := ix.Take(ctx, s, t0, time.Minute, 1); ok != want || err != nil {
				t.Errorf("Take with a long name = %t, %v; want %t", ok, err, want)
			}
		}
		unknown[*server.Merchant](t, "Merchant")(ix.Merchant(ctx, s))
		unknown[*server.Token](t, "Token")(ix.Token(ctx, s))
	}
}

func testNonces(t *testing.T, ix Index) {
	ctx := t.Context()
	first := NewExchange(1)
	must(t, ix.Record(ctx, first))

	second := NewExchange(2)
	second.Nonce.Value = first.Nonce.Value
	if err := ix.Record(ctx, second); !errors.Is(err, server.ErrSpent) {
		t.Errorf("Record with a spent nonce = %v, want ErrSpent", err)
	}
	unknown[*server.Exchange](t, "Exchange that lost its nonce")(ix.Exchange(ctx, second.ID))
	got, err := ix.SpentBy(ctx, first.Account, first.Nonce.Value)
	same(t, got, err, first)

	// Without the nonce it can be recorded.
	lost := *second
	lost.Nonce, lost.Media, lost.Problem = nil, nil, wxup.Replayed
	must(t, ix.Record(ctx, &lost))

	// Another account has its own nonces.
	other := NewExchange(3)
	other.Nonce.Account, other.Nonce.Value = "1900000002", first.Nonce.Value
	must(t, ix.Record(ctx, other))
	got, err = ix.SpentBy(ctx, "1900000002", first.Nonce.Value)
	same(t, got, err, other)

	// One that has expired may be taken over, but not a moment earlier.
	late := NewExchange(4)
	late.Nonce.Value = first.Nonce.Value
	late.Time = first.Nonce.Expires.Add(-time.Microsecond)
	if err := ix.Record(ctx, late); !errors.Is(err, server.ErrSpent) {
		t.Errorf("a microsecond before it expires: %v, want ErrSpent", err)
	}
	late.Time = first.Nonce.Expires
	late.Nonce.Expires = late.Time.Add(10 * time.Minute)
	must(t, ix.Record(ctx, late))
	got, err = ix.SpentBy(ctx, first.Account, first.Nonce.Value)
	same(t, got, err, late)
	got, err = ix.Exchange(ctx, first.ID)
	same(t, got, err, first)
}

// testNoncesRaced: of many exchanges with one nonce, one is recorded; and those beside them, with nonces of their own,
// are not hurt.
func testNoncesRaced(t *testing.T, ix Index) {
	const racers = 64
	won := race(t, 2*racers, func(i int) (bool, error) {
		e := NewExchange(i)
		if i%2 == 0 {
			return false, ix.Record(t.Context(), e)
		}
		e.Nonce.Value = "the same"
		err := ix.Record(t.Context(), e)
		if errors.Is(err, server.ErrSpent) {
			return false, nil
		}
		return true, err
	})
	if won != 1 {
		t.Errorf("%d of %d spent the nonce", won, racers)
	}
	recorded := 0
	for i := range 2 * racers {
		_, err := ix.Exchange(t.Context(), NewExchange(i).ID)
		switch {
		case err == nil && i%2 == 1:
			recorded++
		case err != nil && (i%2 == 0 || !errors.Is(err, server.ErrUnknown)):
			t.Errorf("exchange %d: %v", i, err)
		}
	}
	if recorded != 1 {
		t.Errorf("%d of the racers are recorded", recorded)
	}
}

// TestReopen: what was put is there after the Index was closed and opened again in the same directory.
func TestReopen(t *testing.T, open func(t *testing.T, dir string) Index) {
	ctx, dir := t.Context(), t.TempDir()
	c := NewCertificate(t, t0)
	m := server.Merchant{MchID: "1900000001", Certificates: []server.MerchantCertificate{{Certificate: c.Certificate}}}
	x, e := token(1), NewExchange(1)
	ix := open(t, dir)
	must(t, ix.PutMerchant(ctx, m))
	must(t, ix.PutPlatformKey(ctx, "", c.PEM, c.KeyPEM))
	must(t, ix.IssueToken(ctx, x, t0))
	must(t, ix.Record(ctx, e))
	for range 2 {
		if ok, err := ix.Take(ctx, "a", t0, time.Minute, 3); !ok || err != nil {
			t.Errorf("Take = %t, %v", ok, err)
		}
	}
	must(t, ix.Close())

	ix = open(t, dir)
	defer ix.Close()
	gotM, err := ix.Merchant(ctx, m.MchID)
	same(t, gotM, err, &m)
	gotK, err := ix.PlatformKeys(ctx)
	if err != nil || len(gotK) != 1 || !c.Key.Equal(gotK[0].Key) {
		t.Errorf("%d platform keys, %v", len(gotK), err)
	}
	gotX, err := ix.Token(ctx, x.Value)
	same(t, gotX, err, &x)
	gotE, err := ix.SpentBy(ctx, e.Account, e.Nonce.Value)
	same(t, gotE, err, e)
	for _, want := range []bool{true, false} {
		if ok, err := ix.Take(ctx, "a", t0, time.Minute, 3); ok != want || err != nil {
			t.Errorf("Take = %t, %v; want %t", ok, err, want)
		}
	}
}
