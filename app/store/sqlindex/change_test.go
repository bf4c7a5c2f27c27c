package sqlindex

import (
	"fmt"
	"net/netip"
	"sync"
	"testing"

	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/server"
)

// TestParallelChanges: changes of one account that are made at once all hold.
func TestParallelChanges(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		ctx, ix := t.Context(), open(t, t.TempDir())
		const rounds = 10
		c := storetest.NewCertificate(t, t0)
		for i := range rounds {
			id := fmt.Sprint("wx", i)
			must(t, ix.PutMerchant(ctx, server.Merchant{MchID: id, Name: "a"}))
			must(t, ix.PutApp(ctx, server.App{AppID: id, Name: "a", Secret: "old"}))
			secret, state, ips := "new", server.Frozen, []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
			var all sync.WaitGroup
			for _, change := range []func() error{
				func() error { return ix.DisableMerchant(ctx, id) },
				func() error { return ix.AddMerchantCertificate(ctx, id, c.PEM, server.Valid) },
				func() error { return ix.ChangeApp(ctx, id, AppChange{Secret: &secret}) },
				func() error { return ix.ChangeApp(ctx, id, AppChange{State: &state}) },
				func() error { return ix.ChangeApp(ctx, id, AppChange{AllowIPs: &ips}) },
			} {
				all.Go(func() {
					if err := change(); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			m, err := ix.Merchant(ctx, id)
			must(t, err)
			if !m.Disabled || len(m.Certificates) != 1 || m.Name != "a" {
				t.Errorf("the merchant is %+v", m)
			}
			app, err := ix.App(ctx, id)
			must(t, err)
			if app.Secret != secret || app.State != state || len(app.AllowIPs) != 1 || app.Name != "a" {
				t.Errorf("the app is %+v", app)
			}
		}
		wantErr(t, "no app", ix.ChangeApp(ctx, "none", AppChange{}), server.ErrNotFound)
		wantErr(t, "no merchant", ix.DisableMerchant(ctx, "none"), server.ErrNotFound)
	})
}
