package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wxup/wxup"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// withState runs a command on the data directory. A server that runs beside it sees the change at its next request.
func (p *program) withState(do func(ctx context.Context, st *state, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		st, err := p.openExisting(cmd.Context())
		if err != nil {
			return err
		}
		defer st.index.Close()
		return do(cmd.Context(), st, args)
	}
}

// group is a command that only holds others.
func group(use, short string, list ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(list...)
	return cmd
}

func (p *program) printJSON(v any) error {
	enc := json.NewEncoder(p.stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func (p *program) merchantCommand() *cobra.Command {
	var name string
	var endpoints []string
	var publicKeyOnly, asJSON, endOld bool
	var serial string

	add := &cobra.Command{
		Use: "add [MCHID]", Args: cobra.MaximumNArgs(1),
		Short: p.say("make a merchant with its keys, certificate and files", "新建商户及其密钥、证书与文件"),
		RunE: p.withState(func(ctx context.Context, st *state, args []string) error {
			mchid := devkeys.NewMchID()
			if len(args) > 0 {
				mchid = args[0]
			}
			if !validID(mchid) {
				return fmt.Errorf("%q is no merchant number: 1 to 32 letters and digits", mchid)
			}
			if _, err := st.index.Merchant(ctx, mchid); !errors.Is(err, server.ErrUnknown) {
				return errors.Join(err, fmt.Errorf("merchant %s is there already; give it a new certificate with: wxup merchant rotate %s", mchid, mchid))
			}
			if err := knownEndpoints(endpoints); err != nil {
				return err
			}
			ca, err := st.ca(ctx)
			if err != nil {
				return err
			}
			if err := st.addMerchant(ctx, ca, mchid, name); err != nil {
				return err
			}
			m, err := st.index.Merchant(ctx, mchid)
			if err != nil {
				return err
			}
			m.PublicKeyOnly, m.Endpoints = publicKeyOnly, endpoints
			if err := st.index.PutMerchant(ctx, *m); err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "%s\n", mchid)
			fmt.Fprintf(p.stderr, p.say("certificate, key and p12 (password: the number) are in %s\n", "证书、私钥与 p12（密码为商户号）在 %s\n"), st.merchantDir(mchid))
			return nil
		}),
	}
	add.Flags().StringVar(&name, "name", "", p.say("a name for people", "名称"))
	add.Flags().StringSliceVar(&endpoints, "endpoints", nil, p.say("the endpoints it may use, by name (default: all)", "允许使用的接口名（默认全部）"))
	add.Flags().BoolVar(&publicKeyOnly, "public-key-only", false, p.say("no platform certificate, only the WeChat Pay public key", "没有平台证书，仅用微信支付公钥"))

	list := &cobra.Command{
		Use: "list", Args: cobra.NoArgs,
		Short: p.say("list the merchants and their certificates", "列出商户及其证书"),
		RunE: p.withState(func(ctx context.Context, st *state, _ []string) error {
			all, err := st.index.ListMerchants(ctx)
			if err != nil {
				return err
			}
			for _, m := range all {
				if err := p.showMerchant(m, asJSON); err != nil {
					return err
				}
			}
			return nil
		}),
	}
	list.Flags().BoolVar(&asJSON, "json", false, p.say("one JSON object a line", "每行一个 JSON 对象"))

	rotate := &cobra.Command{
		Use: "rotate MCHID", Args: cobra.ExactArgs(1),
		Short: p.say("give a merchant a new certificate; the old one stays good until revoked", "为商户换发新证书；旧证书在作废前仍有效"),
		RunE: p.withState(func(ctx context.Context, st *state, args []string) error {
			m, err := st.index.Merchant(ctx, args[0])
			if err != nil {
				return unknownAccount(err, "merchant", args[0])
			}
			ca, err := st.ca(ctx)
			if err != nil {
				return err
			}
			certPEM, err := st.newCertificate(ctx, ca, m.MchID)
			if err != nil {
				return err
			}
			if endOld {
				for i := range m.Certificates {
					if m.Certificates[i].State == server.Valid {
						m.Certificates[i].State = server.Replaced
					}
				}
			}
			cert, err := sign.ParseCertificate(certPEM)
			if err != nil {
				return err
			}
			m.Certificates = append(m.Certificates, server.MerchantCertificate{Certificate: cert})
			if err := st.index.PutMerchant(ctx, *m); err != nil {
				return err
			}
			fmt.Fprintln(p.stdout, sign.Serial(cert))
			fmt.Fprintf(p.stderr, p.say("the new files are in %s, the old ones in a folder beside them; restart wxup serve to renew wxup.env\n", "新文件在 %s，旧文件在其子目录中；重启 wxup serve 以更新 wxup.env\n"), st.merchantDir(m.MchID))
			return nil
		}),
	}
	rotate.Flags().BoolVar(&endOld, "end-old", false, p.say("the old certificates are replaced at once", "旧证书立即失效"))

	revoke := &cobra.Command{
		Use: "revoke MCHID", Args: cobra.ExactArgs(1),
		Short: p.say("revoke one certificate (--serial), or disable the merchant", "作废一张证书（--serial），或停用商户"),
		RunE: p.withState(func(ctx context.Context, st *state, args []string) error {
			m, err := st.index.Merchant(ctx, args[0])
			if err != nil {
				return unknownAccount(err, "merchant", args[0])
			}
			if serial == "" {
				m.Disabled = true
				return st.index.PutMerchant(ctx, *m)
			}
			i := slices.IndexFunc(m.Certificates, func(c server.MerchantCertificate) bool { return sign.SameSerial(sign.Serial(c.Certificate), serial) })
			if i < 0 {
				return fmt.Errorf("merchant %s has no certificate %s; see: wxup merchant list", m.MchID, serial)
			}
			m.Certificates[i].State = server.Revoked
			return st.index.PutMerchant(ctx, *m)
		}),
	}
	revoke.Flags().StringVar(&serial, "serial", "", p.say("the serial number of the certificate", "证书序列号"))
	return group("merchant", p.say("the merchants of this server", "管理本服务的商户"), add, list, rotate, revoke)
}

func (p *program) showMerchant(m server.Merchant, asJSON bool) error {
	type certificate struct {
		Serial  string    `json:"serial"`
		State   string    `json:"state"`
		Expires time.Time `json:"expires"`
	}
	var certs []certificate
	for _, c := range m.Certificates {
		state := string(c.State)
		if state == "" {
			state = "valid"
		}
		certs = append(certs, certificate{sign.Serial(c.Certificate), state, c.Certificate.NotAfter})
	}
	if asJSON {
		return p.printJSON(struct {
			MchID         string        `json:"mchid"`
			Name          string        `json:"name,omitempty"`
			Disabled      bool          `json:"disabled,omitempty"`
			PublicKeyOnly bool          `json:"public_key_only,omitempty"`
			Endpoints     []string      `json:"endpoints,omitempty"`
			Certificates  []certificate `json:"certificates"`
		}{m.MchID, m.Name, m.Disabled, m.PublicKeyOnly, m.Endpoints, certs})
	}
	state := ""
	if m.Disabled {
		state = p.say(" (disabled)", "（已停用）")
	}
	fmt.Fprintf(p.stdout, "%s  %s%s\n", m.MchID, m.Name, state)
	for _, c := range certs {
		fmt.Fprintf(p.stdout, "  %s  %-8s  %s\n", c.Serial, c.State, c.Expires.Format(time.DateOnly))
	}
	return nil
}

func (p *program) appCommand() *cobra.Command {
	var app server.App
	var component, asJSON bool
	var appState string
	var allow []string
	var of string
	var permissions []int

	add := &cobra.Command{
		Use: "add [APPID]", Args: cobra.MaximumNArgs(1),
		Short: p.say("make an Official Account app, or a third-party platform (--component)", "新建公众号应用，或第三方平台（--component）"),
		RunE: p.withState(func(ctx context.Context, st *state, args []string) error {
			app.AppID, app.Secret = devkeys.NewAppID("wx"), devkeys.NewAppSecret()
			if len(args) > 0 {
				app.AppID = args[0]
			}
			if !validID(app.AppID) {
				return fmt.Errorf("%q is no appid: 1 to 32 letters and digits", app.AppID)
			}
			if _, err := st.index.App(ctx, app.AppID); !errors.Is(err, server.ErrUnknown) {
				return errors.Join(err, fmt.Errorf("app %s is there already; change it with: wxup app set, wxup app rotate", app.AppID))
			}
			prefixes, err := parseAllow(allow)
			if err != nil {
				return err
			}
			if component {
				err = st.index.PutComponent(ctx, server.Component{AppID: app.AppID, Name: app.Name, Secret: app.Secret, AllowIPs: prefixes})
			} else {
				app.AllowIPs = prefixes
				err = st.index.PutApp(ctx, app)
			}
			if err != nil {
				return err
			}
			return p.printJSON(map[string]string{"appid": app.AppID, "secret": app.Secret})
		}),
	}
	add.Flags().StringVar(&app.Name, "name", "", p.say("a name for people", "名称"))
	add.Flags().BoolVar(&component, "component", false, p.say("a third-party platform", "第三方平台"))
	add.Flags().StringSliceVar(&allow, "allow-ip", nil, p.say("addresses or networks that may ask for tokens (default: any)", "允许获取 token 的 IP 或网段（默认不限）"))

	list := &cobra.Command{
		Use: "list", Args: cobra.NoArgs,
		Short: p.say("list the apps and third-party platforms", "列出应用与第三方平台"),
		RunE: p.withState(func(ctx context.Context, st *state, _ []string) error {
			apps, err := st.index.ListApps(ctx)
			if err != nil {
				return err
			}
			components, err := st.index.ListComponents(ctx)
			if err != nil {
				return err
			}
			show := func(kind, id, name, state string) error {
				if asJSON {
					return p.printJSON(map[string]string{"kind": kind, "appid": id, "name": name, "state": state})
				}
				_, err := fmt.Fprintf(p.stdout, "%-10s %-20s %-13s %s\n", kind, id, state, name)
				return err
			}
			for _, a := range apps {
				err = errors.Join(err, show("app", a.AppID, a.Name, stateName(a.State)))
			}
			for _, c := range components {
				err = errors.Join(err, show("component", c.AppID, c.Name, "active"))
			}
			return err
		}),
	}
	list.Flags().BoolVar(&asJSON, "json", false, p.say("one JSON object a line", "每行一个 JSON 对象"))

	rotate := &cobra.Command{
		Use: "rotate APPID", Args: cobra.ExactArgs(1),
		Short: p.say("give an app a new secret; the old one ends at once", "更换应用的 secret；旧的立即失效"),
		RunE: p.withState(func(ctx context.Context, st *state, args []string) error {
			secret := devkeys.NewAppSecret()
			if err := st.changeApp(ctx, args[0], func(a *server.App) { a.Secret = secret }); err != nil {
				return err
			}
			return p.printJSON(map[string]string{"appid": args[0], "secret": secret})
		}),
	}

	set := &cobra.Command{
		Use: "set APPID", Args: cobra.ExactArgs(1),
		Short: p.say("change what an app may do (--state, --allow-ip)", "修改应用的权限（--state、--allow-ip）"),
	}
	set.RunE = p.withState(func(ctx context.Context, st *state, args []string) error {
		to, ok := appStates[appState]
		if appState != "" && !ok {
			return fmt.Errorf("--state is active, frozen, limited, forbidden or unauthorized, not %q", appState)
		}
		prefixes, err := parseAllow(allow)
		if err != nil {
			return err
		}
		return st.changeApp(ctx, args[0], func(a *server.App) {
			if appState != "" {
				a.State = to
			}
			if set.Flags().Changed("allow-ip") {
				a.AllowIPs = prefixes
			}
		})
	})
	set.Flags().StringVar(&appState, "state", "", p.say("active, frozen (40243), limited (50002), forbidden (48004), unauthorized (48001)", "active、frozen（40243）、limited（50002）、forbidden（48004）、unauthorized（48001）"))
	set.Flags().StringSliceVar(&allow, "allow-ip", nil, p.say("addresses or networks that may ask for tokens; empty is any", "允许获取 token 的 IP 或网段；空为不限"))

	authorize := &cobra.Command{
		Use: "authorize APPID", Args: cobra.ExactArgs(1),
		Short: p.say("let a third-party platform act for an app, and print an authorization_code", "授权第三方平台代公众号调用，并打印 authorization_code"),
		RunE: p.withState(func(ctx context.Context, st *state, args []string) error {
			if of == "" {
				var err error
				if of, err = st.setting(ctx, settingComponent); err != nil {
					return err
				}
			}
			if _, err := st.index.App(ctx, args[0]); err != nil {
				return unknownAccount(err, "app", args[0])
			}
			if _, err := st.index.Component(ctx, of); err != nil {
				return unknownAccount(err, "component", of)
			}
			err := st.index.PutAuthorization(ctx, server.Authorization{Component: of, Authorizer: args[0], Permissions: permissions})
			if err != nil {
				return err
			}
			srv, err := server.New(server.Config{Index: st.index, Keeper: server.NewMemory()})
			if err != nil {
				return err
			}
			code, err := srv.AuthorizationCode(ctx, of, args[0])
			if err != nil {
				return err
			}
			return p.printJSON(map[string]string{"component_appid": of, "authorizer_appid": args[0], "authorization_code": code})
		}),
	}
	authorize.Flags().StringVar(&of, "component", "", p.say("the platform's appid (default: the first)", "第三方平台 appid（默认第一个）"))
	authorize.Flags().IntSliceVar(&permissions, "permissions", []int{1, 11}, p.say("ids of permission sets; uploads need one of 1, 8, 9, 11, 18, 37, 100", "权限集 id；上传需要 1、8、9、11、18、37、100 之一"))

	revoke := &cobra.Command{
		Use: "revoke APPID", Args: cobra.ExactArgs(1),
		Short: p.say("freeze an app's secret, or take back an authorization (--component)", "冻结应用的 secret，或取消对第三方平台的授权（--component）"),
		RunE: p.withState(func(ctx context.Context, st *state, args []string) error {
			if of != "" {
				return st.index.DeleteAuthorization(ctx, of, args[0])
			}
			return st.changeApp(ctx, args[0], func(a *server.App) { a.State = server.Frozen })
		}),
	}
	revoke.Flags().StringVar(&of, "component", "", p.say("the platform's appid", "第三方平台 appid"))
	return group("app", p.say("the apps and third-party platforms of this server", "管理本服务的公众号应用与第三方平台"), add, list, rotate, set, authorize, revoke)
}

var appStates = map[string]server.AppState{
	"active": server.Active, "frozen": server.Frozen, "limited": server.Limited,
	"forbidden": server.Forbidden, "unauthorized": server.Unauthorized,
}

func stateName(s server.AppState) string {
	if s == server.Active {
		return "active"
	}
	return string(s)
}

func (s *state) changeApp(ctx context.Context, appid string, change func(*server.App)) error {
	app, err := s.index.App(ctx, appid)
	if err != nil {
		return unknownAccount(err, "app", appid)
	}
	change(app)
	return s.index.PutApp(ctx, *app)
}

func unknownAccount(err error, kind, id string) error {
	if errors.Is(err, server.ErrUnknown) {
		list := kind
		if kind == "component" {
			list = "app"
		}
		return fmt.Errorf("there is no %s %q; see: wxup %s list", kind, id, list)
	}
	return err
}

func validID(id string) bool {
	return id != "" && len(id) <= 32 && !strings.ContainsFunc(id, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	})
}

func knownEndpoints(names []string) error {
	for _, name := range names {
		if _, ok := wxup.EndpointNamed(name); !ok {
			return fmt.Errorf("there is no endpoint %q; see: wxup endpoints", name)
		}
	}
	return nil
}

func parseAllow(list []string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	for _, text := range list {
		if addr, err := netip.ParseAddr(text); err == nil {
			prefixes = append(prefixes, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("--allow-ip %q is neither an address (192.0.2.7) nor a network (192.0.2.0/24)", text)
		}
		prefixes = append(prefixes, prefix)
	}
	return prefixes, nil
}
