package sqlindex

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"net/netip"
	"strconv"
	"time"

	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// PutMerchant adds a merchant, or replaces the one with its mchid, certificates and all.
func (ix *Index) PutMerchant(ctx context.Context, m server.Merchant) error {
	list := []statement{
		stmt(`INSERT INTO merchant (mchid, name, apiv2_key, apiv3_key, public_key_only, endpoints, disabled, ecommerce)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (mchid) DO UPDATE SET name = excluded.name, apiv2_key = excluded.apiv2_key,
				apiv3_key = excluded.apiv3_key, public_key_only = excluded.public_key_only,
				endpoints = excluded.endpoints, disabled = excluded.disabled, ecommerce = excluded.ecommerce`,
			m.MchID, m.Name, m.APIv2Key, m.APIv3Key, m.PublicKeyOnly, asJSON(m.Endpoints), m.Disabled, m.ECommerce),
		stmt(`DELETE FROM merchant_certificate WHERE mchid = $1`, m.MchID),
	}
	for _, x := range m.Certificates {
		list = append(list, addCertificate(m.MchID, x))
	}
	return doing("put merchant", ix.do(ctx, nil, list...))
}

// AddMerchantCertificate gives a merchant a certificate in PEM, or replaces the one with its serial
// number. It fails with [server.ErrNotFound] if there is no such merchant.
func (ix *Index) AddMerchantCertificate(ctx context.Context, mchid string, text []byte, state server.CertificateState) error {
	cert, err := sign.ParseCertificate(text)
	if err == nil {
		err = ix.do(ctx, server.ErrNotFound, addCertificate(mchid, server.MerchantCertificate{Certificate: cert, State: state}))
	}
	return doing("add merchant certificate", err)
}

func addCertificate(mchid string, x server.MerchantCertificate) statement {
	return stmt(`INSERT INTO merchant_certificate (mchid, serial, pem, state, not_before)
		SELECT mchid, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT)
		FROM merchant WHERE mchid = $1
		ON CONFLICT (mchid, serial) DO UPDATE SET pem = excluded.pem, state = excluded.state, not_before = excluded.not_before`,
		mchid, serial(x.Certificate), certificatePEM(x.Certificate), string(x.State), micros(x.Certificate.NotBefore))
}

// SetCertificateState says what has become of a merchant's certificate; the serial number may be
// spelled in any way. It fails with [server.ErrNotFound] if there is none.
func (ix *Index) SetCertificateState(ctx context.Context, mchid, serial string, state server.CertificateState) error {
	return doing("set the state of a certificate", ix.do(ctx, server.ErrNotFound, stmt(
		`UPDATE merchant_certificate SET state = $3 WHERE mchid = $1 AND serial = $2`,
		mchid, sign.CanonicalSerial(serial), string(state))))
}

// DisableMerchant refuses a merchant's calls from now on; it fails with [server.ErrNotFound] if
// there is no such merchant.
func (ix *Index) DisableMerchant(ctx context.Context, mchid string) error {
	return doing("disable merchant", ix.do(ctx, server.ErrNotFound, stmt(`UPDATE merchant SET disabled = $2 WHERE mchid = $1`, mchid, true)))
}

// ChangeApp changes those columns of an app that are not nil; it fails with [server.ErrNotFound] if
// there is none of that appid.
func (ix *Index) ChangeApp(ctx context.Context, appid string, c AppChange) error {
	var ips *string
	if c.AllowIPs != nil {
		text := asJSON(*c.AllowIPs)
		ips = &text
	}
	return doing("change app", ix.do(ctx, server.ErrNotFound, stmt(`UPDATE app SET name = COALESCE($2, name), secret = COALESCE($3, secret),
		state = COALESCE($4, state), allow_ips = COALESCE($5, allow_ips) WHERE appid = $1`, appid, orNull(c.Name), orNull(c.Secret), orNull((*string)(c.State)), orNull(ips))))
}

// AppChange says what [Index.ChangeApp] changes.
type AppChange struct {
	Name, Secret *string
	State        *server.AppState
	AllowIPs     *[]netip.Prefix
}

func orNull(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

// PutPlatformKey adds a key that answers are signed with, after those that are there, or replaces
// the one with its id. With a certificate the id is its serial number, and the id given must be
// empty or the same; without one it is the PUB_KEY_ID_… of a WeChat Pay public key.
func (ix *Index) PutPlatformKey(ctx context.Context, id string, certificate, privateKey []byte) error {
	err := checkPlatformKey(&id, certificate, privateKey)
	if err == nil {
		err = ix.do(ctx, nil, stmt(`INSERT INTO platform_key (id, place, certificate, private_key)
			VALUES ($1, (SELECT COALESCE(MAX(place), 0) + 1 FROM platform_key), $2, $3)
			ON CONFLICT (id) DO UPDATE SET certificate = excluded.certificate, private_key = excluded.private_key`,
			id, string(certificate), string(privateKey)))
	}
	return doing("put platform key", err)
}

// checkPlatformKey refuses what could not be read back, and completes the id.
func checkPlatformKey(id *string, certificate, privateKey []byte) error {
	key, err := sign.ParsePrivateKey(privateKey)
	if err != nil {
		return err
	}
	if len(certificate) == 0 {
		if !sign.IsPublicKeyID(*id) {
			return texts.Errorf("the id of a key without a certificate begins with PUB_KEY_ID_")
		}
		return nil
	}
	cert, err := sign.ParseCertificate(certificate)
	if err != nil {
		return err
	}
	if !key.PublicKey.Equal(cert.PublicKey) {
		return texts.Errorf("the private key does not belong to the certificate")
	}
	if *id != "" && !sign.SameSerial(*id, sign.Serial(cert)) {
		return texts.Errorf("the id %q is not the certificate's serial number %s", *id, sign.Serial(cert))
	}
	*id = sign.Serial(cert)
	return nil
}

// PreferPlatformKey makes a key the default; it fails with [server.ErrNotFound] if there is none of
// that id.
func (ix *Index) PreferPlatformKey(ctx context.Context, id string) error {
	return doing("prefer platform key", ix.do(ctx, server.ErrNotFound, stmt(
		`UPDATE platform_key SET place = (SELECT MIN(place) - 1 FROM platform_key) WHERE id = $1`, id)))
}

// DeletePlatformKey forgets a key; it fails with [server.ErrNotFound] if there is none of that id.
func (ix *Index) DeletePlatformKey(ctx context.Context, id string) error {
	return doing("delete platform key", ix.do(ctx, server.ErrNotFound, stmt(`DELETE FROM platform_key WHERE id = $1`, id)))
}

// PutApp adds an app, or replaces the one with its appid.
func (ix *Index) PutApp(ctx context.Context, a server.App) error {
	return doing("put app", ix.do(ctx, nil, stmt(
		`INSERT INTO app (appid, name, secret, state, allow_ips) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (appid) DO UPDATE SET name = excluded.name, secret = excluded.secret, state = excluded.state,
				allow_ips = excluded.allow_ips`,
		a.AppID, a.Name, a.Secret, string(a.State), asJSON(a.AllowIPs))))
}

// PutComponent adds a third-party platform, or replaces the one with its appid.
func (ix *Index) PutComponent(ctx context.Context, x server.Component) error {
	return doing("put component", ix.do(ctx, nil, stmt(
		`INSERT INTO component (appid, name, secret, ticket, allow_ips) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (appid) DO UPDATE SET name = excluded.name, secret = excluded.secret, ticket = excluded.ticket,
				allow_ips = excluded.allow_ips`,
		x.AppID, x.Name, x.Secret, x.Ticket, asJSON(x.AllowIPs))))
}

// PutAuthorization lets a component act for an account, with these permissions and no others.
func (ix *Index) PutAuthorization(ctx context.Context, a server.Authorization) error {
	return doing("put authorization", ix.do(ctx, nil, stmt(
		`INSERT INTO component_authorization (component, authorizer, permissions) VALUES ($1, $2, $3)
			ON CONFLICT (component, authorizer) DO UPDATE SET permissions = excluded.permissions`,
		a.Component, a.Authorizer, asJSON(a.Permissions))))
}

// DeleteAuthorization takes it back; it fails with [server.ErrNotFound] if there is none.
func (ix *Index) DeleteAuthorization(ctx context.Context, component, authorizer string) error {
	return doing("delete authorization", ix.do(ctx, server.ErrNotFound, stmt(
		`DELETE FROM component_authorization WHERE component = $1 AND authorizer = $2`, component, authorizer)))
}

// Setting is a value that the program keeps for itself, such as the secret of its URLs; it may be
// [server.ErrNotFound].
func (ix *Index) Setting(ctx context.Context, name string) (string, error) {
	return value[string](ctx, ix, "read setting "+name, `SELECT value FROM setting WHERE name = $1`, name)
}

// PutSetting sets it.
func (ix *Index) PutSetting(ctx context.Context, name, value string) error {
	return doing("put setting "+name, ix.do(ctx, nil, putSetting(name, value)))
}

func putSetting(name, value string) statement {
	return stmt(`INSERT INTO setting (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
}

// Due reports whether something is to be done that is done once in a while, by one of all servers:
// it is due if nobody was told so for that long, and then not for the others.
func (ix *Index) Due(ctx context.Context, what string, every time.Duration, now time.Time) (bool, error) {
	n, err := ix.db.change(ctx, []statement{stmt(`INSERT INTO setting (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE CAST(setting.value AS BIGINT) <= $3`,
		"last "+what, strconv.FormatInt(micros(now), 10), micros(now.Add(-every)))})
	return err == nil && n[0] == 1, doing("see whether the "+what+" is due", err)
}

// PutSettingIfAbsent sets it if it is not set, and gives what it is then: of several processes that
// make up a secret at once, all get the same.
func (ix *Index) PutSettingIfAbsent(ctx context.Context, name, value string) (winner string, err error) {
	if err := ix.do(ctx, nil, stmt(
		`INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, value)); err != nil {
		return "", doing("put setting "+name, err)
	}
	return ix.Setting(ctx, name)
}

func serial(cert *x509.Certificate) string { return sign.CanonicalSerial(sign.Serial(cert)) }

func certificatePEM(cert *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
}
