package storetest

import (
	"net/netip"
	"reflect"
	"testing"

	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

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
	bare := server.Merchant{MchID: "1900000002", PublicKeyOnly: true, Disabled: true, ECommerce: true}
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
