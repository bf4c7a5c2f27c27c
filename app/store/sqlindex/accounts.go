package sqlindex

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

const merchantColumns = `
	SELECT m.mchid, m.name, m.apiv2_key, m.apiv3_key, m.public_key_only, m.endpoints, m.disabled, m.ecommerce,
	       COALESCE(c.pem, ''), COALESCE(c.state, '')
	FROM merchant m LEFT JOIN merchant_certificate c ON c.mchid = m.mchid `

// merchantRow is a merchant with one of its certificates, if it has any.
type merchantRow struct {
	server.Merchant
	pem   string
	state server.CertificateState
}

func scanMerchant(row scanner) (r merchantRow, err error) {
	var endpoints string
	err = row.Scan(&r.MchID, &r.Name, &r.APIv2Key, &r.APIv3Key, &r.PublicKeyOnly, &endpoints, &r.Disabled, &r.ECommerce, &r.pem, &r.state)
	if err != nil {
		return r, err
	}
	return r, fromJSON(endpoints, &r.Endpoints)
}

// Merchant finds a merchant with its certificates, the newest first.
func (ix *Index) Merchant(ctx context.Context, mchid string) (*server.Merchant, error) {
	list, err := ix.merchants(ctx, merchantColumns+`WHERE m.mchid = $1 ORDER BY c.not_before DESC, c.serial`, escape(mchid))
	if err != nil {
		return nil, fmt.Errorf("look up merchant: %w", err)
	}
	if len(list) == 0 {
		return nil, server.ErrNotFound
	}
	return &list[0], nil
}

// ListMerchants lists all merchants by mchid.
func (ix *Index) ListMerchants(ctx context.Context) ([]server.Merchant, error) {
	list, err := ix.merchants(ctx, merchantColumns+`ORDER BY m.mchid, c.not_before DESC, c.serial`)
	if err != nil {
		return nil, fmt.Errorf("list merchants: %w", err)
	}
	return list, nil
}

// Merchants lists some merchants, at most limit.
func (ix *Index) Merchants(ctx context.Context, limit int) ([]server.Merchant, error) {
	list, err := ix.merchants(ctx, merchantColumns+`WHERE m.mchid IN (SELECT mchid FROM merchant ORDER BY mchid LIMIT $1)
		ORDER BY m.mchid, c.not_before DESC, c.serial`, limit)
	if err != nil {
		return nil, fmt.Errorf("list merchants: %w", err)
	}
	return list, nil
}

// merchants gathers rows of the same merchant, which must follow each other.
func (ix *Index) merchants(ctx context.Context, query string, args ...any) ([]server.Merchant, error) {
	rows, err := all(ctx, ix, scanMerchant, query, args...)
	if err != nil {
		return nil, err
	}
	var list []server.Merchant
	for _, r := range rows {
		if len(list) == 0 || list[len(list)-1].MchID != r.MchID {
			list = append(list, r.Merchant)
		}
		if r.pem == "" {
			continue
		}
		cert, err := ix.certificates.get(r.pem)
		if err != nil {
			return nil, fmt.Errorf("certificate of %s: %w", r.MchID, err)
		}
		m := &list[len(list)-1]
		m.Certificates = append(m.Certificates, server.MerchantCertificate{Certificate: cert, State: r.state})
	}
	return list, nil
}

const platformKeyColumns = `SELECT id, certificate, private_key FROM platform_key `

// PlatformKeys lists the keys that answers are signed with, the default first.
func (ix *Index) PlatformKeys(ctx context.Context) ([]server.PlatformKey, error) {
	list, err := all(ctx, ix, ix.scanPlatformKey, platformKeyColumns+`ORDER BY place, id`)
	if err != nil {
		return nil, fmt.Errorf("list platform keys: %w", err)
	}
	return list, nil
}

func (ix *Index) scanPlatformKey(row scanner) (k server.PlatformKey, err error) {
	var certificate, private string
	if err := row.Scan(&k.ID, &certificate, &private); err != nil {
		return k, err
	}
	key, err := ix.privateKeys.get(private)
	if err != nil {
		return k, fmt.Errorf("platform key %s: %w", k.ID, err)
	}
	k.Key = key
	if sign.IsPublicKeyID(k.ID) {
		return k, nil
	}
	if k.Certificate, err = ix.certificates.get(certificate); err != nil {
		return k, fmt.Errorf("platform certificate %s: %w", k.ID, err)
	}
	return k, nil
}

const appColumns = `SELECT appid, name, secret, state, allow_ips FROM app `

func scanApp(row scanner) (a server.App, err error) {
	var ips string
	if err := row.Scan(&a.AppID, &a.Name, &a.Secret, &a.State, &ips); err != nil {
		return a, err
	}
	return a, fromJSON(ips, &a.AllowIPs)
}

// App finds an Official Account or mini program.
func (ix *Index) App(ctx context.Context, appid string) (*server.App, error) {
	return one(ctx, ix, "look up app", scanApp, appColumns+`WHERE appid = $1`, escape(appid))
}

// Apps lists some apps, at most limit.
func (ix *Index) Apps(ctx context.Context, limit int) ([]server.App, error) {
	list, err := all(ctx, ix, scanApp, appColumns+`ORDER BY appid LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("list apps: %w", err)
	}
	return list, nil
}

// ListApps lists all apps by appid.
func (ix *Index) ListApps(ctx context.Context) ([]server.App, error) {
	list, err := all(ctx, ix, scanApp, appColumns+`ORDER BY appid`)
	if err != nil {
		return nil, fmt.Errorf("list apps: %w", err)
	}
	return list, nil
}

const componentColumns = `SELECT appid, name, secret, ticket, allow_ips FROM component `

func scanComponent(row scanner) (c server.Component, err error) {
	var ips string
	if err := row.Scan(&c.AppID, &c.Name, &c.Secret, &c.Ticket, &ips); err != nil {
		return c, err
	}
	return c, fromJSON(ips, &c.AllowIPs)
}

// Component finds a third-party platform.
func (ix *Index) Component(ctx context.Context, appid string) (*server.Component, error) {
	return one(ctx, ix, "look up component", scanComponent, componentColumns+`WHERE appid = $1`, escape(appid))
}

// ListComponents lists all third-party platforms by appid.
func (ix *Index) ListComponents(ctx context.Context) ([]server.Component, error) {
	list, err := all(ctx, ix, scanComponent, componentColumns+`ORDER BY appid`)
	if err != nil {
		return nil, fmt.Errorf("list components: %w", err)
	}
	return list, nil
}

const authorizationColumns = `SELECT component, authorizer, permissions FROM component_authorization `

func scanAuthorization(row scanner) (a server.Authorization, err error) {
	var permissions string
	if err := row.Scan(&a.Component, &a.Authorizer, &permissions); err != nil {
		return a, err
	}
	return a, fromJSON(permissions, &a.Permissions)
}

// Authorization finds what an account allows a component.
func (ix *Index) Authorization(ctx context.Context, component, authorizer string) (*server.Authorization, error) {
	return one(ctx, ix, "look up authorization", scanAuthorization,
		authorizationColumns+`WHERE component = $1 AND authorizer = $2`, escape(component), escape(authorizer))
}

// ListAuthorizations lists what accounts allow a component, by authorizer.
func (ix *Index) ListAuthorizations(ctx context.Context, component string) ([]server.Authorization, error) {
	list, err := all(ctx, ix, scanAuthorization, authorizationColumns+`WHERE component = $1 ORDER BY authorizer`, escape(component))
	if err != nil {
		return nil, fmt.Errorf("list authorizations: %w", err)
	}
	return list, nil
}

// Secrets lists the secrets that the index holds: API keys, app secrets and tickets, private keys,
// the program's own, and the newest tokens.
func (ix *Index) Secrets(ctx context.Context) ([]string, error) {
	list, err := all(ctx, ix, func(row scanner) (s string, err error) { return s, row.Scan(&s) },
		`SELECT apiv2_key FROM merchant UNION SELECT apiv3_key FROM merchant UNION SELECT secret FROM app
		UNION SELECT secret FROM component UNION SELECT ticket FROM component UNION SELECT private_key FROM platform_key
		UNION SELECT value FROM setting WHERE name LIKE '%key' OR name LIKE '%secret' OR name LIKE '%token'
		UNION SELECT value FROM (SELECT value FROM token ORDER BY issued DESC LIMIT 20000) newest`)
	return list, doing("list secrets", err)
}

// asJSON and fromJSON turn what is only read whole into a column and back. A nil slice is null.
func asJSON(x any) string {
	text, err := json.Marshal(x)
	if err != nil {
		panic(err) // none of our types can fail
	}
	return string(text)
}

func fromJSON(text string, x any) error { return json.Unmarshal([]byte(text), x) }
