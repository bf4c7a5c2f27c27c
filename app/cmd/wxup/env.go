package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/wxup/wxup/app/inspector"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// variable is one line of wxup.env.
type variable struct{ name, value string }

// addresses are where a server can be reached.
type addresses struct{ http, https, proxy, sideCar string }

// variables are what a program needs to use this server, in the order of wxup.env.
func (s *state) variables(ctx context.Context, srv *server.Server, at addresses) ([]variable, error) {
	set := map[string]string{}
	for _, name := range []string{settingMerchant, settingApp, settingComponent, settingAuthorizer, settingAdminToken} {
		v, err := s.setting(ctx, name)
		if err != nil {
			return nil, err
		}
		set[name] = v
	}
	m, err := s.index.Merchant(ctx, set[settingMerchant])
	if err != nil {
		return nil, fmt.Errorf("the default merchant %s: %w", set[settingMerchant], err)
	}
	app, err := s.index.App(ctx, set[settingApp])
	if err != nil {
		return nil, fmt.Errorf("the default app %s: %w", set[settingApp], err)
	}
	comp, err := s.index.Component(ctx, set[settingComponent])
	if err != nil {
		return nil, fmt.Errorf("the default component %s: %w", set[settingComponent], err)
	}
	refresh, err := srv.RefreshToken(ctx, comp.AppID, set[settingAuthorizer])
	if err != nil {
		return nil, err
	}
	keys, err := s.index.PlatformKeys(ctx)
	if err != nil {
		return nil, err
	}
	var certID, pubID string
	for _, k := range keys {
		if k.Certificate != nil && certID == "" {
			certID = k.ID
		} else if k.Certificate == nil && pubID == "" {
			pubID = k.ID
		}
	}
	dir := s.merchantDir(m.MchID)
	certPEM, err := os.ReadFile(filepath.Join(dir, "apiclient_cert.pem"))
	if err != nil {
		return nil, err
	}
	cert, err := sign.ParseCertificate(certPEM)
	if err != nil {
		return nil, err
	}
	return []variable{
		{"WXUP_HTTP_URL", at.http}, {"WXUP_HTTPS_URL", at.https}, {"WXUP_PROXY_URL", at.proxy},
		{"WXUP_CA_FILE", filepath.Join(s.dir, "ca.pem")},
		{"WXUP_MCHID", m.MchID}, {"WXUP_MCH_SERIAL", sign.Serial(cert)},
		{"WXUP_MCH_KEY_FILE", filepath.Join(dir, "apiclient_key.pem")},
		{"WXUP_MCH_CERT_FILE", filepath.Join(dir, "apiclient_cert.pem")},
		{"WXUP_MCH_P12_FILE", filepath.Join(dir, "apiclient_cert.p12")},
		{"WXUP_APIV3_KEY", m.APIv3Key}, {"WXUP_APIV2_KEY", m.APIv2Key},
		{"WXUP_PLATFORM_SERIAL", certID},
		{"WXUP_PLATFORM_CERT_FILE", filepath.Join(s.dir, "platform", "wechatpay_cert.pem")},
		{"WXUP_PLATFORM_PUBKEY_ID", pubID},
		{"WXUP_PLATFORM_PUBKEY_FILE", filepath.Join(s.dir, "platform", "pub_key.pem")},
		{"WXUP_APPID", app.AppID}, {"WXUP_APPSECRET", app.Secret},
		{"WXUP_COMPONENT_APPID", comp.AppID}, {"WXUP_COMPONENT_APPSECRET", comp.Secret},
		{"WXUP_AUTHORIZER_APPID", set[settingAuthorizer]}, {"WXUP_AUTHORIZER_REFRESH_TOKEN", refresh},
		{"WXUP_CLOUDBASE_TOKEN_FILE", filepath.Join(s.dir, "cloudbase_access_token")},
		{"WXUP_ADMIN_TOKEN", set[settingAdminToken]},
	}, nil
}

// shown is variables for the inspector.
func (s *state) shown(ctx context.Context, srv *server.Server, at addresses) ([]inspector.Variable, error) {
	vars, err := s.variables(ctx, srv, at)
	var list []inspector.Variable
	for _, v := range vars {
		list = append(list, inspector.Variable{Name: v.name, Value: v.value})
	}
	return list, err
}

func envFile(dir string) string { return filepath.Join(dir, "wxup.env") }

// writeEnv writes wxup.env, whole or not at all.
func (s *state) writeEnv(vars []variable) error {
	var b strings.Builder
	for _, v := range vars {
		fmt.Fprintf(&b, "%s=%s\n", v.name, quoteValue(v.value))
	}
	return devkeys.WritePrivate(envFile(s.dir), []byte(b.String()))
}

// quoteValue writes a value so that both a shell and a dotenv reader take it.
func quoteValue(v string) string {
	if v != "" && !strings.ContainsFunc(v, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+=,", r))
	}) {
		return v
	}
	return "'" + strings.ReplaceAll(v, "'", `'\''`) + "'"
}

// readEnv reads what writeEnv wrote.
func readEnv(file string) (map[string]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	vars := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), "="); ok {
			if quoted, ok := strings.CutPrefix(value, "'"); ok {
				value = strings.ReplaceAll(strings.TrimSuffix(quoted, "'"), `'\''`, "'")
			}
			vars[name] = value
		}
	}
	return vars, nil
}
