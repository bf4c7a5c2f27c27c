package datadir

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// Provision makes keys and accounts at the first start of the first server, and writes those of
// their files that are missing. The mark that everything exists is set last: if a start is
// interrupted, the next one makes everything anew.
func (d *Dir) Provision(ctx context.Context, now time.Time) error {
	err := d.Index.Exclusive(ctx, "provision", func(ctx context.Context) error {
		if err := d.provisionIndex(ctx, now); err != nil {
			return err
		}
		if err := d.addCompany(ctx); err != nil {
			return err
		}
		return d.addSecondMerchant(ctx)
	})
	if err != nil {
		return err
	}
	return d.writeFiles(ctx)
}

// firstKeys are the keys that take time to make.
type firstKeys struct{ merchantCert, merchantKey, secondCert, secondKey, platformCert, platformKey, bareKey []byte }

func newFirstKeys(ca *devkeys.CA, mchid, second string) (keys firstKeys, err error) {
	var making sync.WaitGroup
	var errs [4]error
	making.Go(func() { keys.merchantCert, keys.merchantKey, errs[0] = ca.Merchant(mchid) })
	making.Go(func() { keys.secondCert, keys.secondKey, errs[1] = ca.Merchant(second) })
	making.Go(func() { keys.platformCert, keys.platformKey, errs[2] = ca.Platform() })
	making.Go(func() { _, keys.bareKey, errs[3] = devkeys.PlatformKey() })
	making.Wait()
	return keys, errors.Join(errs[:]...)
}

func (d *Dir) provisionIndex(ctx context.Context, now time.Time) error {
	if mark, err := d.Setting(ctx, ready); err != nil || mark != "" {
		return err
	}
	ca, err := devkeys.NewCA(now)
	if err != nil {
		return texts.Errorf("make the CA: %w", err)
	}
	mchid, second := devkeys.NewMchID(), devkeys.NewMchID()
	for second == mchid {
		second = devkeys.NewMchID()
	}
	keys, err := newFirstKeys(ca, mchid, second)
	if err != nil {
		return err
	}
	first, err := firstMerchant(mchid, keys.merchantCert, true)
	if err != nil {
		return err
	}
	other, err := firstMerchant(second, keys.secondCert, false)
	if err != nil {
		return err
	}
	settings := map[Setting]string{
		caCert: string(ca.PEM()), caKey: string(ca.KeyPEM()), merchantKey: string(keys.merchantKey), secondMerchantKey: string(keys.secondKey),
		urlSecret: randomHex(store.SecretSize), adminToken: devkeys.NewToken(32),
		DefaultMerchant: mchid, SecondMerchant: second, DefaultApp: devkeys.NewAppID("wx"),
		DefaultComponent: devkeys.NewAppID("wx"), DefaultAuthorizer: devkeys.NewAppID("wx"),
	}
	app := func(name Setting) server.App {
		return server.App{AppID: settings[name], Name: string(name), Secret: devkeys.NewAppSecret()}
	}
	if err := errors.Join(
		d.Index.PutMerchant(ctx, first),
		d.Index.PutMerchant(ctx, other),
		d.Index.PutPlatformKey(ctx, "", keys.platformCert, keys.platformKey),
		d.Index.PutPlatformKey(ctx, devkeys.NewPublicKeyID(mchid, now), nil, keys.bareKey),
		d.Index.PutApp(ctx, app(DefaultApp)),
		d.Index.PutApp(ctx, app(DefaultAuthorizer)),
		d.Index.PutComponent(ctx, server.Component{
			AppID: settings[DefaultComponent], Name: string(DefaultComponent), Secret: devkeys.NewAppSecret(),
		}),
		d.Index.PutAuthorization(ctx, server.Authorization{
			Component: settings[DefaultComponent], Authorizer: settings[DefaultAuthorizer], Permissions: []int{1, 11},
		}),
	); err != nil {
		return err
	}
	for name, value := range settings {
		if err := d.put(ctx, name, value); err != nil {
			return err
		}
	}
	return d.put(ctx, ready, "1")
}

// addCompany adds an application of a company (企业微信), if the installation has none to hand out.
func (d *Dir) addCompany(ctx context.Context) error {
	if corpid, err := d.Setting(ctx, DefaultCompany); err != nil || corpid != "" {
		return err
	}
	corpid := devkeys.NewAppID("ww")
	if err := d.Index.PutApp(ctx, server.App{AppID: corpid, Name: string(DefaultCompany), Secret: devkeys.NewAppSecret()}); err != nil {
		return err
	}
	return d.put(ctx, DefaultCompany, corpid) // last: if this is interrupted, the next start adds another one
}

// addSecondMerchant adds the merchant of the other mode to an installation that has one merchant
// only, which stays the default.
func (d *Dir) addSecondMerchant(ctx context.Context) error {
	if second, err := d.Setting(ctx, SecondMerchant); err != nil || second != "" {
		return err
	}
	mchid, err := d.Setting(ctx, DefaultMerchant)
	if err != nil {
		return err
	}
	first, err := d.Index.Merchant(ctx, mchid)
	if err != nil {
		return texts.Errorf("the default merchant %s: %w", mchid, err)
	}
	ca, err := d.CA(ctx)
	if err != nil {
		return texts.Errorf("load the CA: %w", err)
	}
	second := devkeys.NewMchID()
	for _, err := d.Index.Merchant(ctx, second); !errors.Is(err, server.ErrNotFound); _, err = d.Index.Merchant(ctx, second) {
		if err != nil {
			return err
		}
		second = devkeys.NewMchID()
	}
	certPEM, keyPEM, err := ca.Merchant(second)
	if err != nil {
		return err
	}
	m, err := firstMerchant(second, certPEM, !first.PublicKeyOnly)
	if err != nil {
		return err
	}
	if err := d.Index.PutMerchant(ctx, m); err != nil {
		return err
	}
	if err := d.put(ctx, secondMerchantKey, string(keyPEM)); err != nil {
		return err
	}
	return d.put(ctx, SecondMerchant, second) // last: if this is interrupted, the next start adds another one
}

// firstMerchant is a merchant of the first start: in public-key mode, as WeChat Pay's new merchants
// are, or with platform certificates.
func firstMerchant(mchid string, certPEM []byte, publicKey bool) (server.Merchant, error) {
	cert, err := sign.ParseCertificate(certPEM)
	m := server.Merchant{
		MchID: mchid, Name: "public key", PublicKeyOnly: publicKey, APIv2Key: devkeys.NewAPIKey(), APIv3Key: devkeys.NewAPIKey(),
		Certificates: []server.MerchantCertificate{{Certificate: cert}},
	}
	if !publicKey {
		m.Name = "certificate"
	}
	return m, err
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}
