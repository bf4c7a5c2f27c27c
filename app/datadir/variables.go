package datadir

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// Addresses are the URLs of a running server; "" for a listener that is off.
type Addresses struct{ HTTP, HTTPS, Admin, Proxy, SideCar string }

// Variables returns what a program needs to use the server as a merchant and an app, in the order
// of wxup.env. role is the setting that names the merchant, [DefaultMerchant] or [SecondMerchant];
// the platform's variables are those of the merchant's mode.
func (d *Dir) Variables(ctx context.Context, srv *server.Server, at Addresses, role Setting) ([]Variable, error) {
	set, err := d.settings(ctx, role, DefaultApp, DefaultComponent, DefaultAuthorizer, DefaultCompany)
	if err != nil {
		return nil, err
	}
	m, err := d.Index.Merchant(ctx, set[role])
	if err != nil {
		return nil, texts.Errorf("the setting %s, merchant %s: %w", role, set[role], err)
	}
	app, err := d.Index.App(ctx, set[DefaultApp])
	if err != nil {
		return nil, texts.Errorf("the default app %s: %w", set[DefaultApp], err)
	}
	company, err := d.Index.App(ctx, set[DefaultCompany])
	if err != nil {
		return nil, texts.Errorf("the default company %s: %w", set[DefaultCompany], err)
	}
	comp, err := d.Index.Component(ctx, set[DefaultComponent])
	if err != nil {
		return nil, texts.Errorf("the default component %s: %w", set[DefaultComponent], err)
	}
	token, err := d.AdminToken(ctx)
	if err != nil {
		return nil, err
	}
	refresh, err := srv.RefreshToken(ctx, comp.AppID, set[DefaultAuthorizer])
	if err != nil {
		return nil, err
	}
	platform, err := d.platformVariables(ctx, ModeOf(m))
	if err != nil {
		return nil, err
	}
	if m.ECommerce {
		platform = append(platform, Variable{"WXUP_ECOMMERCE", "true"})
	}
	dir := d.MerchantDir(m.MchID)
	certPEM, err := os.ReadFile(filepath.Join(dir, certFile))
	if err != nil {
		return nil, err
	}
	cert, err := sign.ParseCertificate(certPEM)
	if err != nil {
		return nil, err
	}
	return slices.Concat([]Variable{
		{"WXUP_HTTP_URL", at.HTTP}, {"WXUP_HTTPS_URL", at.HTTPS}, {"WXUP_PROXY_URL", at.Proxy},
		{"WXUP_CA_FILE", CAFile(d.Path)},
		{"WXUP_MCHID", m.MchID}, {"WXUP_MCH_SERIAL", sign.Serial(cert)},
		{"WXUP_MCH_KEY_FILE", filepath.Join(dir, keyFile)},
		{"WXUP_MCH_CERT_FILE", filepath.Join(dir, certFile)},
		{"WXUP_MCH_P12_FILE", filepath.Join(dir, p12File)},
		{"WXUP_APIV3_KEY", m.APIv3Key}, {"WXUP_APIV2_KEY", m.APIv2Key},
	}, platform, []Variable{
		{"WXUP_APPID", app.AppID}, {"WXUP_APPSECRET", app.Secret},
		{"WXUP_CORPID", company.AppID}, {"WXUP_CORPSECRET", company.Secret},
		{"WXUP_COMPONENT_APPID", comp.AppID}, {"WXUP_COMPONENT_APPSECRET", comp.Secret},
		{"WXUP_AUTHORIZER_APPID", set[DefaultAuthorizer]}, {"WXUP_AUTHORIZER_REFRESH_TOKEN", refresh},
		{"WXUP_CLOUDBASE_TOKEN_FILE", cloudTokenFile(d.Path)},
		{"WXUP_ADMIN_URL", at.Admin}, {adminTokenVariable, token},
	}), nil
}

// SecondVariables returns the variables of the merchant of the other mode; none if there is no such
// merchant.
func (d *Dir) SecondVariables(ctx context.Context, srv *server.Server, at Addresses) ([]Variable, error) {
	set, err := d.settings(ctx, DefaultMerchant, SecondMerchant)
	if err != nil || set[SecondMerchant] == "" {
		return nil, err
	}
	first, err := d.Index.Merchant(ctx, set[DefaultMerchant])
	if err != nil {
		return nil, texts.Errorf("the default merchant %s: %w", set[DefaultMerchant], err)
	}
	second, err := d.Index.Merchant(ctx, set[SecondMerchant])
	if err != nil {
		return nil, texts.Errorf("the merchant of the other mode %s: %w", set[SecondMerchant], err)
	}
	if ModeOf(first) == ModeOf(second) {
		return nil, nil
	}
	return d.Variables(ctx, srv, at, SecondMerchant)
}

// platformVariables are what a client verifies answers with: the first key of the merchant's mode.
func (d *Dir) platformVariables(ctx context.Context, mode Mode) ([]Variable, error) {
	keys, err := d.Index.PlatformKeys(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(keys, func(k server.PlatformKey) bool { return (k.Certificate == nil) == (mode == PublicKey) })
	switch {
	case i < 0:
		return nil, texts.Errorf("there is no platform key for merchants in %s mode", mode)
	case mode == PublicKey:
		return []Variable{{platformKeyID, keys[i].ID}, {"WXUP_PLATFORM_PUBKEY_FILE", platformKeyFile(d.Path)}}, nil
	}
	return []Variable{{platformSerial, keys[i].ID}, {"WXUP_PLATFORM_CERT_FILE", platformCertFile(d.Path)}}, nil
}
