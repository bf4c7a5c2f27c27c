package datadir

import (
	"context"
	"errors"
	"net/netip"

	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
)

// AddApp adds an app. An appid or a secret that is missing is made up.
func (d *Dir) AddApp(ctx context.Context, a *server.App) error {
	if err := d.complete(ctx, &a.AppID, &a.Secret); err != nil {
		return err
	}
	return d.Index.PutApp(ctx, *a)
}

// AddComponent adds a third-party platform. An appid or a secret that is missing is made up.
func (d *Dir) AddComponent(ctx context.Context, c *server.Component) error {
	if err := d.complete(ctx, &c.AppID, &c.Secret); err != nil {
		return err
	}
	return d.Index.PutComponent(ctx, *c)
}

// complete makes up what is missing of a new app or component, and refuses what is wrong.
func (d *Dir) complete(ctx context.Context, appid, secret *string) error {
	if *appid == "" {
		*appid = devkeys.NewAppID("wx")
	} else if err := checkID("appid", *appid); err != nil {
		return err
	}
	if *secret == "" {
		*secret = devkeys.NewAppSecret()
	} else if err := checkSecret("secret", *secret); err != nil {
		return err
	}
	_, app := d.Index.App(ctx, *appid)
	_, component := d.Index.Component(ctx, *appid)
	for _, err := range []error{app, component} {
		if err == nil {
			return texts.Errorf("app %s exists already; change it with: wxup app set, wxup app rotate", *appid)
		} else if !errors.Is(err, server.ErrNotFound) {
			return err
		}
	}
	return nil
}

// ChangeApp changes an app.
func (d *Dir) ChangeApp(ctx context.Context, appid string, change sqlindex.AppChange) error {
	return Named(d.Index.ChangeApp(ctx, appid, change), "app", appid)
}

// Authorize lets a third-party platform act for an app and returns an authorization_code. component
// "" is the default platform; the one that was authorized is returned.
func (d *Dir) Authorize(ctx context.Context, a server.Authorization) (component, code string, err error) {
	if a.Component == "" {
		if a.Component, err = d.Setting(ctx, DefaultComponent); err != nil {
			return "", "", err
		}
	}
	if _, err := d.Index.App(ctx, a.Authorizer); err != nil {
		return "", "", Named(err, "app", a.Authorizer)
	}
	if _, err := d.Index.Component(ctx, a.Component); err != nil {
		return "", "", Named(err, "component", a.Component)
	}
	if err := d.Index.PutAuthorization(ctx, a); err != nil {
		return "", "", err
	}
	srv, err := server.New(server.Config{Index: d.Index, Keeper: server.NewMemory()})
	if err != nil {
		return "", "", err
	}
	code, err = srv.AuthorizationCode(ctx, a.Component, a.Authorizer)
	return a.Component, code, err
}

// ParseNetwork reads an address (192.0.2.7) or a network (192.0.2.0/24).
func ParseNetwork(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, texts.Errorf("%q is neither an address (192.0.2.7) nor a network (192.0.2.0/24)", text)
	}
	return prefix, nil
}
