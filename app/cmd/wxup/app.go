package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup/app/datadir"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
)

func appCommand(p *program) *cobra.Command {
	return group("app", p.t("manage the apps and third-party platforms of this server"),
		appAdd(p), appList(p), appShow(p), appRotate(p), appSet(p), appAuthorize(p), appRevoke(p))
}

func appAdd(p *program) *cobra.Command {
	var name, secret string
	var component, asJSON bool
	var allow []string
	cmd := &cobra.Command{
		Use:   "add [APPID]",
		Short: p.t("add an Official Account app, or a third-party platform (--component)"),
		Args:  cobra.MaximumNArgs(1),
	}
	cmd.RunE = p.withData(func(ctx context.Context, d *datadir.Dir, args []string) error {
		prefixes, err := parseNetworks("allow-ip", allow)
		if err != nil {
			return err
		}
		secret = typed(cmd, "secret", secret)
		made := secret == ""
		var v *appView
		if component {
			c := server.Component{AppID: strings.Join(args, ""), Name: name, Secret: secret, AllowIPs: prefixes}
			err = d.AddComponent(ctx, &c)
			v, secret = viewComponent(&c), c.Secret
		} else {
			a := server.App{AppID: strings.Join(args, ""), Name: name, Secret: secret, AllowIPs: prefixes}
			err = d.AddApp(ctx, &a)
			v, secret = viewApp(&a), a.Secret
		}
		if err != nil {
			return err
		}
		if made {
			v.Secret = secret // shown this once
		}
		return v.print(p, asJSON)
	})
	flags := cmd.Flags()
	flags.StringVar(&name, "name", "", p.t("a name for people"))
	flags.StringVar(&secret, "secret", "", p.t("its appsecret (default: a new one)"))
	flags.BoolVar(&component, "component", false, p.t("a third-party platform"))
	flags.StringSliceVar(&allow, "allow-ip", nil, p.t("addresses or networks that may ask for tokens (default: any)"))
	jsonFlag(p, cmd, &asJSON)
	return cmd
}

func appList(p *program) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: p.t("list the apps and third-party platforms"),
		Args:  cobra.NoArgs,
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, _ []string) error {
			apps, err := d.Index.ListApps(ctx)
			if err != nil {
				return err
			}
			components, err := d.Index.ListComponents(ctx)
			if err != nil {
				return err
			}
			var all []*appView
			for i := range apps {
				all = append(all, viewApp(&apps[i]))
			}
			for i := range components {
				all = append(all, viewComponent(&components[i]))
			}
			for _, v := range all {
				if asJSON {
					err = errors.Join(err, p.printJSON(v))
				} else {
					fmt.Fprintf(p.stdout, "%-10s %-20s %-13s %s\n", v.Kind, v.AppID, v.State, v.Name)
				}
			}
			return err
		}),
	}
	jsonFlag(p, cmd, &asJSON)
	return cmd
}

func appShow(p *program) *cobra.Command {
	var asJSON, reveal bool
	cmd := &cobra.Command{
		Use:   "show APPID",
		Short: p.t("show an app or a third-party platform; its secret only with --reveal"),
		Args:  cobra.ExactArgs(1),
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, args []string) error {
			var v *appView
			var secret string
			app, err := d.Index.App(ctx, args[0])
			if err == nil {
				v, secret = viewApp(app), app.Secret
			} else if component, err := d.Index.Component(ctx, args[0]); err == nil {
				v, secret = viewComponent(component), component.Secret
			} else {
				return datadir.Named(err, "app", args[0])
			}
			if reveal {
				v.Secret = secret
			}
			return v.print(p, asJSON)
		}),
	}
	cmd.Flags().BoolVar(&reveal, "reveal", false, p.t("show the secrets too"))
	jsonFlag(p, cmd, &asJSON)
	return cmd
}

func appRotate(p *program) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "rotate APPID",
		Short: p.t("give an app a new secret; the old one is invalid at once"),
		Args:  cobra.ExactArgs(1),
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, args []string) error {
			secret := devkeys.NewAppSecret()
			if err := d.ChangeApp(ctx, args[0], sqlindex.AppChange{Secret: &secret}); err != nil {
				return err
			}
			app, err := d.Index.App(ctx, args[0])
			if err != nil {
				return err
			}
			v := viewApp(app)
			v.Secret = secret
			return v.print(p, asJSON)
		}),
	}
	jsonFlag(p, cmd, &asJSON)
	return cmd
}

func appSet(p *program) *cobra.Command {
	var state string
	var allow []string
	cmd := &cobra.Command{
		Use:   "set APPID",
		Short: p.t("change what an app may do (--state, --allow-ip)"),
		Args:  cobra.ExactArgs(1),
	}
	cmd.RunE = p.withData(func(ctx context.Context, d *datadir.Dir, args []string) error {
		to := server.Active
		if state != "" {
			var err error
			if to, err = datadir.ParseAppState(state); err != nil {
				return texts.Errorf("--state: %w", err)
			}
		}
		prefixes, err := parseNetworks("allow-ip", allow)
		if err != nil {
			return err
		}
		var change sqlindex.AppChange
		if state != "" {
			change.State = &to
		}
		if cmd.Flags().Changed("allow-ip") {
			change.AllowIPs = &prefixes
		}
		return d.ChangeApp(ctx, args[0], change)
	})
	cmd.Flags().StringVar(&state, "state", "", p.t("active, frozen (40243), limited (50002), forbidden (48004), unauthorized (48001)"))
	cmd.Flags().StringSliceVar(&allow, "allow-ip", nil, p.t("addresses or networks that may ask for tokens; empty: any"))
	return cmd
}

func appAuthorize(p *program) *cobra.Command {
	var component string
	var permissions []int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "authorize APPID",
		Short: p.t("let a third-party platform act for an app, and print an authorization_code"),
		Args:  cobra.ExactArgs(1),
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, args []string) error {
			of, code, err := d.Authorize(ctx, server.Authorization{Component: component, Authorizer: args[0], Permissions: permissions})
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(map[string]string{"component_appid": of, "authorizer_appid": args[0], "authorization_code": code})
			}
			_, err = fmt.Fprintln(p.stdout, code)
			return err
		}),
	}
	cmd.Flags().StringVar(&component, "component", "", p.t("the platform's appid (default: the first)"))
	cmd.Flags().IntSliceVar(&permissions, "permissions", []int{1, 11}, p.t("ids of permission sets; uploads need one of 1, 8, 9, 11, 18, 37, 100"))
	jsonFlag(p, cmd, &asJSON)
	return cmd
}

func appRevoke(p *program) *cobra.Command {
	var component string
	cmd := &cobra.Command{
		Use:   "revoke APPID",
		Short: p.t("freeze an app's secret, or withdraw an authorization (--component)"),
		Args:  cobra.ExactArgs(1),
		RunE: p.withData(func(ctx context.Context, d *datadir.Dir, args []string) error {
			if component != "" {
				return d.Index.DeleteAuthorization(ctx, component, args[0])
			}
			frozen := server.Frozen
			return d.ChangeApp(ctx, args[0], sqlindex.AppChange{State: &frozen})
		}),
	}
	cmd.Flags().StringVar(&component, "component", "", p.t("the platform's appid"))
	return cmd
}

// appView is an app or a third-party platform as it is shown. Its secret is empty unless it is to
// be shown.
type appView struct {
	Kind     string         `json:"kind"` // app or component
	AppID    string         `json:"appid"`
	Name     string         `json:"name,omitempty"`
	State    string         `json:"state"`
	Secret   string         `json:"secret,omitempty"`
	AllowIPs []netip.Prefix `json:"allow_ips,omitempty"`
}

func viewApp(a *server.App) *appView {
	state := string(a.State)
	if a.State == server.Active {
		state = "active"
	}
	return &appView{Kind: "app", AppID: a.AppID, Name: a.Name, State: state, AllowIPs: a.AllowIPs}
}

func viewComponent(c *server.Component) *appView {
	return &appView{Kind: "component", AppID: c.AppID, Name: c.Name, State: "active", AllowIPs: c.AllowIPs}
}

func (v *appView) print(p *program, asJSON bool) error {
	if asJSON {
		return p.printJSON(v)
	}
	fmt.Fprintln(p.stdout, v.AppID)
	var allowed []string
	for _, prefix := range v.AllowIPs {
		allowed = append(allowed, prefix.String())
	}
	printFields(p, [][2]string{
		{p.t("kind"), v.Kind}, {p.t("name"), v.Name}, {p.t("state"), v.State}, {"appsecret", v.Secret},
		{p.t("allowed addresses"), strings.Join(allowed, " ")},
	})
	return nil
}
