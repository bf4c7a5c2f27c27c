package storetest

import (
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/explain"
	"github.com/wxup/wxup/problem"
	"github.com/wxup/wxup/server"
)

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

func testExchanges(t *testing.T, ix Index) {
	ctx := t.Context()
	accepted := NewExchange(1)
	refused := &server.Exchange{
		ID: "refused", Time: t0, Family: wxup.FamilyAccount, Method: "GET", Path: "/", Status: 404, Problem: problem.NotFound, Reason: "no such path",
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

// testLongTexts: a stranger may send an account or a nonce as long as a header. It is no reason to
// fail.
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
	lost.Nonce, lost.Media, lost.Problem = nil, nil, problem.Replayed
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

// testNoncesRaced: of many exchanges with one nonce, one is recorded; and those beside them, with
// nonces of their own, are not hurt.
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
		case err != nil && (i%2 == 0 || !errors.Is(err, server.ErrNotFound)):
			t.Errorf("exchange %d: %v", i, err)
		}
	}
	if recorded != 1 {
		t.Errorf("%d of the racers are recorded", recorded)
	}
}

// TestReopen: what was put is there after the Index was closed and opened again in the same
// directory.
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
