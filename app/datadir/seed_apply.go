package datadir

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// Apply gives an installation the accounts and keys of a seed. What it has beyond them stays, and
// so do secrets and certificates that the seed leaves out.
func (d *Dir) Apply(ctx context.Context, s *Seed) error {
	err := d.Index.Exclusive(ctx, "provision", func(ctx context.Context) error {
		if err := d.applyPlatform(ctx, &s.platform); err != nil {
			return err
		}
		for _, m := range s.merchants {
			m.Certificates = slices.Clone(m.Certificates)
			if err := d.applyMerchant(ctx, &m); err != nil {
				return texts.Errorf("merchant %s: %w", m.MchID, err)
			}
		}
		for _, a := range s.apps {
			if err := d.applyApp(ctx, a); err != nil {
				return texts.Errorf("app %s: %w", a.AppID, err)
			}
		}
		for _, c := range s.components {
			if err := d.applyComponent(ctx, c); err != nil {
				return texts.Errorf("component %s: %w", c.AppID, err)
			}
		}
		if s.adminToken != "" {
			return d.put(ctx, adminToken, s.adminToken)
		}
		return nil
	})
	if err != nil {
		return texts.Errorf("apply the seed: %w", err)
	}
	return d.writeFiles(ctx)
}

// applyPlatform adds the platform's keys and makes each the first of its kind.
func (d *Dir) applyPlatform(ctx context.Context, p *seedPlatform) error {
	var wanted []string
	if p.id != "" {
		if err := d.Index.PutPlatformKey(ctx, p.id, nil, p.publicKey); err != nil {
			return err
		}
		wanted = append(wanted, p.id)
	}
	if len(p.certificate) > 0 {
		if err := d.Index.PutPlatformKey(ctx, "", p.certificate, p.certificateKey); err != nil {
			return err
		}
		cert, err := sign.ParseCertificate(p.certificate)
		if err != nil {
			return err
		}
		wanted = append(wanted, sign.Serial(cert))
	}
	for _, id := range wanted {
		keys, err := d.Index.PlatformKeys(ctx)
		if err != nil {
			return err
		}
		first := slices.IndexFunc(keys, func(k server.PlatformKey) bool { return sign.IsPublicKeyID(k.ID) == sign.IsPublicKeyID(id) })
		if first >= 0 && sign.SameSerial(keys[first].ID, id) {
			continue
		}
		if err := d.Index.PreferPlatformKey(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dir) applyMerchant(ctx context.Context, m *seedMerchant) error {
	old, err := d.Index.Merchant(ctx, m.MchID)
	if err != nil && !errors.Is(err, server.ErrNotFound) {
		return err
	}
	if m.standard {
		if err := d.makeDefault(ctx, m.MchID, ModeOf(&m.Merchant)); err != nil {
			return err
		}
	}
	if old == nil {
		return d.putMerchant(ctx, &m.NewMerchant)
	}
	if m.APIv2Key == "" {
		m.APIv2Key = old.APIv2Key
	}
	if m.APIv3Key == "" {
		m.APIv3Key = old.APIv3Key
	}
	has := len(m.Cert) == 0
	for _, c := range old.Certificates {
		if len(m.Cert) > 0 && c.Certificate.Equal(m.Certificates[0].Certificate) {
			has = true
		} else {
			m.Certificates = append(m.Certificates, c)
		}
	}
	if has {
		if err := d.keepDefaultKey(ctx, m); err != nil {
			return err
		}
		return d.Index.PutMerchant(ctx, m.Merchant)
	}
	return d.putMerchant(ctx, &m.NewMerchant)
}

// makeDefault hands out a merchant in the place of the default one, which becomes the second if it
// is of the other mode and the second is not.
func (d *Dir) makeDefault(ctx context.Context, mchid string, mode Mode) error {
	set, err := d.settings(ctx, DefaultMerchant, merchantKey, SecondMerchant)
	if err != nil || set[DefaultMerchant] == mchid {
		return err
	}
	first, err := d.Index.Merchant(ctx, set[DefaultMerchant])
	if err != nil {
		return Named(err, "merchant", set[DefaultMerchant])
	}
	second, err := d.Index.Merchant(ctx, set[SecondMerchant])
	if err != nil && !errors.Is(err, server.ErrNotFound) {
		return err
	}
	if ModeOf(first) != mode && (second == nil || ModeOf(second) == mode) {
		if err := d.put(ctx, secondMerchantKey, set[merchantKey]); err != nil {
			return err
		}
		if err := d.put(ctx, SecondMerchant, first.MchID); err != nil {
			return err
		}
	}
	return d.put(ctx, DefaultMerchant, mchid)
}

// keepDefaultKey keeps the private key of a merchant that exists already and has become the
// default.
func (d *Dir) keepDefaultKey(ctx context.Context, m *seedMerchant) error {
	if !m.standard {
		return nil
	}
	keyPEM := m.Key
	if len(keyPEM) == 0 {
		if set, err := d.settings(ctx, merchantKey); err != nil || holds(m, set[merchantKey]) {
			return err
		}
		var err error
		if keyPEM, err = os.ReadFile(filepath.Join(d.MerchantDir(m.MchID), keyFile)); err != nil {
			return texts.Errorf("its private key is not on this machine; the seed must name cert and key")
		}
	}
	return d.put(ctx, merchantKey, string(keyPEM))
}

// holds reports whether a private key belongs to one of a merchant's certificates.
func holds(m *seedMerchant, keyPEM string) bool {
	key, err := sign.ParsePrivateKey([]byte(keyPEM))
	return err == nil && slices.ContainsFunc(m.Certificates, func(c server.MerchantCertificate) bool {
		return key.PublicKey.Equal(c.Certificate.PublicKey)
	})
}

func (d *Dir) applyApp(ctx context.Context, a seedApp) error {
	if old, err := d.Index.App(ctx, a.AppID); err == nil && a.Secret == "" {
		a.Secret = old.Secret
	} else if err != nil && !errors.Is(err, server.ErrNotFound) {
		return err
	}
	if a.Secret == "" {
		a.Secret = devkeys.NewAppSecret()
	}
	if err := d.Index.PutApp(ctx, a.App); err != nil || !a.standard {
		return err
	}
	if a.Corp() {
		return d.put(ctx, DefaultCompany, a.AppID)
	}
	return d.put(ctx, DefaultApp, a.AppID)
}

func (d *Dir) applyComponent(ctx context.Context, c seedComponent) error {
	if old, err := d.Index.Component(ctx, c.AppID); err == nil && c.Secret == "" {
		c.Secret = old.Secret
	} else if err != nil && !errors.Is(err, server.ErrNotFound) {
		return err
	}
	if c.Secret == "" {
		c.Secret = devkeys.NewAppSecret()
	}
	if err := d.Index.PutComponent(ctx, c.Component); err != nil {
		return err
	}
	for _, appid := range c.authorizers {
		if _, err := d.Index.App(ctx, appid); err != nil {
			return Named(err, "app", appid)
		}
		a := server.Authorization{Component: c.AppID, Authorizer: appid, Permissions: []int{1, 11}}
		if err := d.Index.PutAuthorization(ctx, a); err != nil {
			return err
		}
	}
	if !c.standard || len(c.authorizers) == 0 {
		return nil
	}
	if err := d.put(ctx, DefaultAuthorizer, c.authorizers[0]); err != nil {
		return err
	}
	return d.put(ctx, DefaultComponent, c.AppID)
}
