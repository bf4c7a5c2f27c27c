package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// The settings that the index keeps beside the accounts.
const (
	settingReady      = "ready" // "1" once everything below and the first accounts are there
	settingCA         = "ca_certificate"
	settingCAKey      = "ca_key"
	settingURLSecret  = "url_secret"
	settingAdminToken = "admin_token"
	settingMerchant   = "default_merchant"
	settingApp        = "default_app"
	settingComponent  = "default_component"
	settingAuthorizer = "default_authorizer"
)

// state is an opened data directory.
type state struct {
	dir   string
	index *sqlindex.Index
}

func openState(ctx context.Context, dir string) (*state, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w; choose another with --data", err)
	}
	index, err := sqlindex.Open(ctx, filepath.Join(dir, "index.db"))
	if err != nil {
		return nil, fmt.Errorf("open the index in %s: %w", dir, err)
	}
	return &state{dir, index}, nil
}

// openExisting is openState for commands that make no sense before the first start.
func openExisting(ctx context.Context, dir string) (*state, error) {
	if _, err := os.Stat(filepath.Join(dir, "index.db")); err != nil {
		return nil, fmt.Errorf("there is no wxup data in %s; start wxup serve once, or name the directory with --data", dir)
	}
	return openState(ctx, dir)
}

func (s *state) setting(ctx context.Context, name string) (string, error) {
	v, err := s.index.Setting(ctx, name)
	if errors.Is(err, server.ErrUnknown) {
		return "", nil
	}
	return v, err
}

// provision makes keys and accounts at the first start. Files come first, the index after them, and the mark that all is
// there last: whatever moment a start is cut short at, the next one makes everything anew.
func (s *state) provision(ctx context.Context, now time.Time) error {
	if ready, err := s.setting(ctx, settingReady); err != nil || ready != "" {
		return err
	}
	ca, err := devkeys.NewCA(now)
	if err != nil {
		return fmt.Errorf("make the CA: %w", err)
	}
	if err := devkeys.WritePublic(filepath.Join(s.dir, "ca.pem"), ca.PEM()); err != nil {
		return err
	}
	settings := map[string]string{
		settingCA: string(ca.PEM()), settingCAKey: string(ca.KeyPEM()),
		settingURLSecret: randomHex(32), settingAdminToken: devkeys.NewToken(32),
		settingMerchant: devkeys.NewMchID(), settingApp: devkeys.NewAppID("wx"),
		settingComponent: devkeys.NewAppID("wx"), settingAuthorizer: devkeys.NewAppID("wx"),
	}
	made := make(chan error, 2)
	go func() { made <- s.addPlatform(ctx, ca, settings[settingMerchant], now) }()
	go func() { made <- s.addMerchant(ctx, ca, settings[settingMerchant], "wxup") }()
	if err := errors.Join(<-made, <-made); err != nil {
		return err
	}
	for _, app := range []string{settingApp, settingAuthorizer} {
		if err := s.index.PutApp(ctx, server.App{AppID: settings[app], Name: app, Secret: devkeys.NewAppSecret()}); err != nil {
			return err
		}
	}
	if err := s.index.PutComponent(ctx, server.Component{AppID: settings[settingComponent], Name: settingComponent, Secret: devkeys.NewAppSecret()}); err != nil {
		return err
	}
	if err := s.index.PutAuthorization(ctx, server.Authorization{
		Component: settings[settingComponent], Authorizer: settings[settingAuthorizer], Permissions: []int{1, 11},
	}); err != nil {
		return err
	}
	for name, value := range settings {
		if err := s.index.PutSetting(ctx, name, value); err != nil {
			return err
		}
	}
	return s.index.PutSetting(ctx, settingReady, "1")
}

// ca loads the local CA.
func (s *state) ca(ctx context.Context) (*devkeys.CA, error) {
	cert, err := s.setting(ctx, settingCA)
	if err != nil {
		return nil, err
	}
	key, err := s.setting(ctx, settingCAKey)
	if err != nil {
		return nil, err
	}
	return devkeys.LoadCA([]byte(cert), []byte(key))
}

// addPlatform makes the keys that answers are signed with: one under a certificate, one bare.
func (s *state) addPlatform(ctx context.Context, ca *devkeys.CA, mchid string, now time.Time) error {
	dir := filepath.Join(s.dir, "platform")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	certPEM, keyPEM, err := ca.Platform()
	if err != nil {
		return fmt.Errorf("make the platform certificate: %w", err)
	}
	if err := devkeys.WritePublic(filepath.Join(dir, "wechatpay_cert.pem"), certPEM); err != nil {
		return err
	}
	if err := s.index.PutPlatformKey(ctx, "", certPEM, keyPEM); err != nil {
		return err
	}
	pubPEM, keyPEM, err := devkeys.PlatformKey()
	if err != nil {
		return fmt.Errorf("make the platform's public key: %w", err)
	}
	if err := devkeys.WritePublic(filepath.Join(dir, "pub_key.pem"), pubPEM); err != nil {
		return err
	}
	return s.index.PutPlatformKey(ctx, devkeys.NewPublicKeyID(mchid, now), nil, keyPEM)
}

// addMerchant makes a merchant with its keys, and its files as WeChat hands them out.
func (s *state) addMerchant(ctx context.Context, ca *devkeys.CA, mchid, name string) error {
	m := server.Merchant{MchID: mchid, Name: name, APIv2Key: devkeys.NewAPIKey(), APIv3Key: devkeys.NewAPIKey()}
	certPEM, err := s.newCertificate(ca, mchid)
	if err != nil {
		return err
	}
	cert, err := sign.ParseCertificate(certPEM)
	if err != nil {
		return err
	}
	m.Certificates = []server.MerchantCertificate{{Certificate: cert}}
	return s.index.PutMerchant(ctx, m)
}

// merchantDir is where a merchant's own files lie.
func (s *state) merchantDir(mchid string) string { return filepath.Join(s.dir, "merchants", mchid) }

// newCertificate makes a merchant's API certificate and key and writes them. Files that are already there are kept under
// the name of the certificate they belong to.
func (s *state) newCertificate(ca *devkeys.CA, mchid string) ([]byte, error) {
	certPEM, keyPEM, err := ca.Merchant(mchid)
	if err != nil {
		return nil, fmt.Errorf("make the merchant's certificate: %w", err)
	}
	cert, err := sign.ParseCertificate(certPEM)
	if err != nil {
		return nil, err
	}
	key, err := sign.ParsePrivateKey(keyPEM)
	if err != nil {
		return nil, err
	}
	p12, err := pkcs12.Modern.Encode(key, cert, nil, mchid)
	if err != nil {
		return nil, fmt.Errorf("make the p12 file: %w", err)
	}
	dir := s.merchantDir(mchid)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if old, err := os.ReadFile(filepath.Join(dir, "apiclient_cert.pem")); err == nil {
		if c, err := sign.ParseCertificate(old); err == nil {
			archive := filepath.Join(dir, sign.Serial(c))
			if err := os.MkdirAll(archive, 0o700); err != nil {
				return nil, err
			}
			for _, name := range []string{"apiclient_cert.pem", "apiclient_key.pem", "apiclient_cert.p12"} {
				if err := os.Rename(filepath.Join(dir, name), filepath.Join(archive, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
					return nil, err
				}
			}
		}
	}
	for _, f := range []struct {
		name  string
		data  []byte
		write func(string, []byte) error
	}{
		{"apiclient_key.pem", keyPEM, devkeys.WritePrivate},
		{"apiclient_cert.p12", p12, devkeys.WritePrivate},
		{"apiclient_cert.pem", certPEM, devkeys.WritePublic},
	} {
		if err := f.write(filepath.Join(dir, f.name), f.data); err != nil {
			return nil, fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return certPEM, nil
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}
