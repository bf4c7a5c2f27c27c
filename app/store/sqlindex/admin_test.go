package sqlindex

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

var t0 = time.Date(2026, 3, 4, 5, 6, 7, 89_012_000, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t testing.TB, doing string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s = %v, want %v", doing, got, want)
	}
}

func TestMerchantCertificates(t *testing.T) { onEach(t, testMerchantCertificates) }

func testMerchantCertificates(t *testing.T, open opener) {
	ctx, ix := t.Context(), open(t, t.TempDir())
	a, b := storetest.NewCertificate(t, t0), storetest.NewCertificate(t, t0.AddDate(1, 0, 0))
	wantErr(t, "a certificate for nobody", ix.AddMerchantCertificate(ctx, "1900000001", a.PEM, server.Valid), server.ErrNotFound)
	must(t, ix.PutMerchant(ctx, server.Merchant{MchID: "1900000001"}))
	must(t, ix.PutMerchant(ctx, server.Merchant{MchID: "1900000002"}))
	if err := ix.AddMerchantCertificate(ctx, "1900000001", a.KeyPEM, server.Valid); err == nil || strings.Contains(err.Error(), "BEGIN PRIVATE") {
		t.Errorf("a private key for a certificate: %v", err)
	}
	must(t, ix.AddMerchantCertificate(ctx, "1900000001", a.PEM, server.Valid))
	must(t, ix.AddMerchantCertificate(ctx, "1900000001", b.PEM, server.Valid))
	must(t, ix.AddMerchantCertificate(ctx, "1900000001", b.PEM, server.Valid)) // again
	must(t, ix.AddMerchantCertificate(ctx, "1900000002", a.PEM, server.Valid)) // the same for two

	serial := sign.Serial(a.Certificate)
	for i, spelling := range []string{serial, strings.ToLower(serial), "00" + serial, serial[:2] + ":" + serial[2:]} {
		state := []server.CertificateState{server.Replaced, server.Revoked}[i%2]
		must(t, ix.SetCertificateState(ctx, "1900000001", spelling, state))
		got, err := ix.Merchant(ctx, "1900000001")
		want := []server.MerchantCertificate{{Certificate: b.Certificate}, {Certificate: a.Certificate, State: state}}
		if err != nil || !reflect.DeepEqual(got.Certificates, want) {
			t.Errorf("after SetCertificateState(%q): %v, %v", spelling, got, err)
		}
	}
	wantErr(t, "the state of none", ix.SetCertificateState(ctx, "1900000001", "AB", server.Revoked), server.ErrNotFound)
	wantErr(t, "the state of another's", ix.SetCertificateState(ctx, "1900000002", sign.Serial(b.Certificate), server.Revoked), server.ErrNotFound)

	list, err := ix.ListMerchants(ctx)
	must(t, err)
	if len(list) != 2 || len(list[0].Certificates) != 2 || len(list[1].Certificates) != 1 || list[1].MchID != "1900000002" {
		t.Errorf("ListMerchants gives %+v", list)
	}
	first, _ := ix.Merchant(ctx, "1900000001")
	again, _ := ix.Merchant(ctx, "1900000001")
	if first.Certificates[0].Certificate != again.Certificates[0].Certificate {
		t.Error("the certificate was parsed again")
	}
}

func TestPlatformKeys(t *testing.T) { onEach(t, testPlatformKeys) }

func testPlatformKeys(t *testing.T, open opener) {
	ctx, ix := t.Context(), open(t, t.TempDir())
	a, b := storetest.NewCertificate(t, t0), storetest.NewCertificate(t, t0)
	idA, idB := sign.Serial(a.Certificate), sign.Serial(b.Certificate)
	const pub = "PUB_KEY_ID_01"
	for _, x := range []struct {
		id        string
		cert, key []byte
	}{
		{"", nil, a.KeyPEM}, {idA, nil, a.KeyPEM}, {"", a.PEM, b.KeyPEM}, {"", a.PEM, nil}, {"", a.KeyPEM, a.KeyPEM},
		{idB, a.PEM, a.KeyPEM}, {pub, a.PEM, a.KeyPEM},
	} {
		if err := ix.PutPlatformKey(ctx, x.id, x.cert, x.key); err == nil {
			t.Errorf("PutPlatformKey(%q, %.20q, …) succeeds", x.id, x.cert)
		}
	}
	ids := func() string {
		keys, err := ix.PlatformKeys(ctx)
		must(t, err)
		var ids []string
		for _, k := range keys {
			ids = append(ids, k.ID)
		}
		return strings.Join(ids, " ")
	}
	want := func(list ...string) {
		t.Helper()
		if got := ids(); got != strings.Join(list, " ") {
			t.Errorf("the keys are %s, want %s", got, list)
		}
	}
	must(t, ix.PutPlatformKey(ctx, strings.ToLower(idA), a.PEM, a.KeyPEM))
	must(t, ix.PutPlatformKey(ctx, pub, nil, a.KeyPEM))
	must(t, ix.PutPlatformKey(ctx, "", b.PEM, b.KeyPEM))
	want(idA, pub, idB)
	must(t, ix.PutPlatformKey(ctx, "", a.PEM, a.KeyPEM)) // stays the first
	want(idA, pub, idB)
	must(t, ix.PreferPlatformKey(ctx, idB))
	want(idB, idA, pub)
	must(t, ix.PreferPlatformKey(ctx, pub))
	want(pub, idB, idA)
	must(t, ix.DeletePlatformKey(ctx, idB))
	want(pub, idA)
	wantErr(t, "prefer none", ix.PreferPlatformKey(ctx, idB), server.ErrNotFound)
	wantErr(t, "delete none", ix.DeletePlatformKey(ctx, idB), server.ErrNotFound)
}

func TestListAccounts(t *testing.T) { onEach(t, testListAccounts) }

func testListAccounts(t *testing.T, open opener) {
	ctx, ix := t.Context(), open(t, t.TempDir())
	for _, id := range []string{"b", "a"} {
		must(t, ix.PutApp(ctx, server.App{AppID: id}))
		must(t, ix.PutComponent(ctx, server.Component{AppID: id}))
		must(t, ix.PutAuthorization(ctx, server.Authorization{Component: "a", Authorizer: id}))
	}
	apps, err := ix.ListApps(ctx)
	if err != nil || len(apps) != 2 || apps[0].AppID != "a" {
		t.Errorf("ListApps gives %v, %v", apps, err)
	}
	components, err := ix.ListComponents(ctx)
	if err != nil || len(components) != 2 || components[0].AppID != "a" {
		t.Errorf("ListComponents gives %v, %v", components, err)
	}
	must(t, ix.DeleteAuthorization(ctx, "a", "b"))
	wantErr(t, "delete none", ix.DeleteAuthorization(ctx, "a", "b"), server.ErrNotFound)
	authorizations, err := ix.ListAuthorizations(ctx, "a")
	if err != nil || len(authorizations) != 1 || authorizations[0].Authorizer != "a" {
		t.Errorf("ListAuthorizations gives %v, %v", authorizations, err)
	}
}

func TestSettings(t *testing.T) { onEach(t, testSettings) }

func testSettings(t *testing.T, open opener) {
	ctx, dir := t.Context(), t.TempDir()
	ix := open(t, dir)
	_, err := ix.Setting(ctx, "secret")
	wantErr(t, "Setting of none", err, server.ErrNotFound)
	must(t, ix.PutSetting(ctx, "a", "1"))
	must(t, ix.PutSetting(ctx, "a", "2"))
	if got, err := ix.Setting(ctx, "a"); got != "2" || err != nil {
		t.Errorf("Setting = %q, %v", got, err)
	}

	// Many make up a secret, in two programs at that: all get the same.
	other := open(t, dir)
	winners := make([]string, 20)
	var wg sync.WaitGroup
	for i := range winners {
		wg.Go(func() {
			winner, err := []*Index{ix, other}[i%2].PutSettingIfAbsent(ctx, "secret", fmt.Sprint("of ", i))
			if err != nil {
				t.Error(err)
			}
			winners[i] = winner
		})
	}
	wg.Wait()
	for _, w := range winners {
		if w == "" || w != winners[0] {
			t.Errorf("the winners are %q", winners)
			break
		}
	}
	if got, err := ix.Setting(ctx, "secret"); got != winners[0] || err != nil {
		t.Errorf("Setting = %q, %v; want %q", got, err, winners[0])
	}
}

// TestRetireOlder: a token that is over already is not retired at a later time.
func TestRetireOlder(t *testing.T) { onEach(t, testRetireOlder) }

func testRetireOlder(t *testing.T, open opener) {
	ctx, ix := t.Context(), open(t, t.TempDir())
	ends := t0.Add(2 * time.Hour)
	must(t, ix.IssueToken(ctx, server.Token{Value: "1", Kind: server.AccessToken, Seq: 1, Issued: t0, Expires: ends}, t0))
	must(t, ix.IssueToken(ctx, server.Token{Value: "2", Kind: server.AccessToken, Seq: 2, Issued: ends, Expires: ends.Add(time.Hour)}, ends))
	if got, err := ix.Token(ctx, "1"); err != nil || !got.Retired.IsZero() {
		t.Errorf("it is %+v, %v", got, err)
	}
}

// TestTwoPrograms: two that have the same database open agree on nonces and quotas.
func TestTwoPrograms(t *testing.T) { onEach(t, testTwoPrograms) }

func testTwoPrograms(t *testing.T, open opener) {
	dir := t.TempDir()
	both := []*Index{open(t, dir), open(t, dir)}
	var mu sync.Mutex
	taken, spent := 0, 0
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			ix := both[i%2]
			ok, err := ix.Take(t.Context(), "a", t0, time.Minute, 20)
			if err != nil {
				t.Error(err)
			}
			e := storetest.NewExchange(i)
			e.Nonce.Value = "the same"
			err = ix.Record(t.Context(), e)
			if err != nil && !errors.Is(err, server.ErrSpent) {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if ok {
				taken++
			}
			if err == nil {
				spent++
			}
		})
	}
	wg.Wait()
	if taken != 20 || spent != 1 {
		t.Errorf("%d calls were let pass of 20, %d spent the nonce", taken, spent)
	}
}
