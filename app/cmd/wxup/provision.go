package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/wxup/wxup/app/store"
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
	settingMoved      = "moved_to" // where wxup migrate has carried the index; "" if this is the one in use
	// The private key of the default merchant, which only the merchant has in real life: so that any server that shares
	// this index can write the files that a developer needs.
	settingMerchantKey = "default_merchant_key"
)

// state is an opened data directory.
type state struct {
	dir   string
	index *sqlindex.Index
}

// openState opens the index, in the data directory unless --index says where, and the directory, which is made.
func (p *program) openState(ctx context.Context) (*state, error) {
	dir, err := filepath.Abs(p.data)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w; choose another with --data", err)
	}
	where := p.index
	if where == "" {
		where = filepath.Join(dir, "index.db")
	}
	index, err := sqlindex.Open(ctx, where)
	if err != nil {
		return nil, err
	}
	return &state{dir, index}, nil
}

// openExisting is openState for commands that make no sense before the first start.
func (p *program) openExisting(ctx context.Context) (*state, error) {
	if p.index == "" {
		if _, err := os.Stat(filepath.Join(p.data, "index.db")); err != nil {
			return nil, fmt.Errorf("there is no wxup data in %s; start wxup serve once, or name the directory with --data", p.data)
		}
	}
	st, err := p.openState(ctx)
	if err != nil {
		return nil, err
	}
	// An index without accounts is not the one that was meant: by it, all images would be nobody's.
	if ready, err := st.setting(ctx, settingReady); err != nil || ready == "" {
		st.index.Close()
		if err == nil {
			err = errors.New("the index is empty; start wxup serve with it once, or name the right one with --index or --data")
		}
		return nil, err
	}
	return st, nil
}

// inUse refuses an index that was carried elsewhere: it does not know what was uploaded since.
func (s *state) inUse(ctx context.Context) error {
	to, err := s.setting(ctx, settingMoved)
	if err == nil && to != "" {
		err = fmt.Errorf("the index %s was migrated to %s, and does not know what was uploaded since; name that one with --index, or, to go on with this one, start wxup serve with it", s.index.Where(), to)
	}
	return err
}

// use takes an index into use again that was carried elsewhere, and tells where to.
func (s *state) use(ctx context.Context) (moved string, err error) {
	if moved, err = s.setting(ctx, settingMoved); err == nil && moved != "" {
		err = s.index.PutSetting(ctx, settingMoved, "")
	}
	return moved, err
}

func (s *state) setting(ctx context.Context, name string) (string, error) {
	v, err := s.index.Setting(ctx, name)
	if errors.Is(err, server.ErrUnknown) {
		return "", nil
	}
	return v, err
}

// provision makes keys and accounts at the first start of the first server, and writes the files of them that are not
// here. The index is the truth, and the mark that all is there comes last: whatever moment a start is cut short at, the
// next one makes everything anew.
func (s *state) provision(ctx context.Context, now time.Time) error {
	err := s.index.Exclusive(ctx, "provision", func(ctx context.Context) error { return s.provisionIndex(ctx, now) })
	if err != nil {
		return err
	}
	return s.writeFiles(ctx)
}

func (s *state) provisionIndex(ctx context.Context, now time.Time) error {
	if ready, err := s.setting(ctx, settingReady); err != nil || ready != "" {
		return err
	}
	ca, err := devkeys.NewCA(now)
	if err != nil {
		return fmt.Errorf("make the CA: %w", err)
	}
	mchid := devkeys.NewMchID()
	var keys struct{ merchantCert, merchantKey, platformCert, platformKey, bareKey []byte }
	var making sync.WaitGroup // RSA keys take their time
	var errs [3]error
	making.Go(func() { keys.merchantCert, keys.merchantKey, errs[0] = ca.Merchant(mchid) })
	making.Go(func() { keys.platformCert, keys.platformKey, errs[1] = ca.Platform() })
	making.Go(func() { _, keys.bareKey, errs[2] = devkeys.PlatformKey() })
	making.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	cert, err := sign.ParseCertificate(keys.merchantCert)
	if err != nil {
		return err
	}
	settings := map[string]string{
		settingCA: string(ca.PEM()), settingCAKey: string(ca.KeyPEM()), settingMerchantKey: string(keys.merchantKey),
		settingURLSecret: randomHex(store.SecretSize), settingAdminToken: devkeys.NewToken(32),
		settingMerchant: mchid, settingApp: devkeys.NewAppID("wx"),
		settingComponent: devkeys.NewAppID("wx"), settingAuthorizer: devkeys.NewAppID("wx"),
	}
	app := func(name string) server.App {
		return server.App{AppID: settings[name], Name: name, Secret: devkeys.NewAppSecret()}
	}
	if err := errors.Join(
		s.index.PutMerchant(ctx, server.Merchant{
			MchID: mchid, Name: "wxup", APIv2Key: devkeys.NewAPIKey(), APIv3Key: devkeys.NewAPIKey(),
			Certificates: []server.MerchantCertificate{{Certificate: cert}},
		}),
		s.index.PutPlatformKey(ctx, "", keys.platformCert, keys.platformKey),
		s.index.PutPlatformKey(ctx, devkeys.NewPublicKeyID(mchid, now), nil, keys.bareKey),
		s.index.PutApp(ctx, app(settingApp)),
		s.index.PutApp(ctx, app(settingAuthorizer)),
		s.index.PutComponent(ctx, server.Component{AppID: settings[settingComponent], Name: settingComponent, Secret: devkeys.NewAppSecret()}),
		s.index.PutAuthorization(ctx, server.Authorization{
			Component: settings[settingComponent], Authorizer: settings[settingAuthorizer], Permissions: []int{1, 11},
		}),
	); err != nil {
		return err
	}
	for name, value := range settings {
		if err := s.index.PutSetting(ctx, name, value); err != nil {
			return err
		}
	}
	return s.index.PutSetting(ctx, settingReady, "1")
}

// writeFiles writes what developers need of the index: the CA, the platform's certificate and public key, and, where it
// has no files yet, the default merchant's.
func (s *state) writeFiles(ctx context.Context) error {
	ca, err := s.setting(ctx, settingCA)
	if err != nil {
		return err
	}
	platform := filepath.Join(s.dir, "platform")
	if err := os.MkdirAll(platform, 0o700); err != nil {
		return err
	}
	if err := writeChanged(filepath.Join(s.dir, "ca.pem"), []byte(ca)); err != nil {
		return err
	}
	keys, err := s.index.PlatformKeys(ctx)
	if err != nil {
		return err
	}
	for _, k := range slices.Backward(keys) { // the default comes first, and is to stay
		name, text := "pub_key.pem", []byte(nil)
		if k.Certificate != nil {
			name, text = "wechatpay_cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: k.Certificate.Raw})
		} else if public, ok := k.Key.Public().(*rsa.PublicKey); ok {
			text = devkeys.PublicKeyPEM(public)
		}
		if err := writeChanged(filepath.Join(platform, name), text); err != nil {
			return err
		}
	}
	mchid, err := s.setting(ctx, settingMerchant)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.merchantDir(mchid), "apiclient_cert.pem")); err == nil {
		return nil
	}
	return s.writeDefaultMerchant(ctx, mchid)
}

// writeDefaultMerchant writes the default merchant's files: its key, and the certificate that belongs to it.
func (s *state) writeDefaultMerchant(ctx context.Context, mchid string) error {
	keyPEM, err := s.setting(ctx, settingMerchantKey)
	if err != nil {
		return err
	}
	key, err := sign.ParsePrivateKey([]byte(keyPEM))
	if err != nil {
		return fmt.Errorf("the setting %s: %w", settingMerchantKey, err)
	}
	m, err := s.index.Merchant(ctx, mchid)
	if err != nil {
		return fmt.Errorf("the default merchant %s: %w", mchid, err)
	}
	for _, c := range m.Certificates {
		if key.PublicKey.Equal(c.Certificate.PublicKey) {
			return s.writeMerchant(mchid, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate.Raw}), []byte(keyPEM))
		}
	}
	return fmt.Errorf("the default merchant %s has no certificate for its key; give it one: wxup merchant rotate %s", mchid, mchid)
}

// writeChanged writes a file that anyone may read, if it is not there as it should be.
func writeChanged(path string, data []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	return devkeys.WritePublic(path, data)
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

// addMerchant makes a merchant with its keys, and its files as WeChat hands them out.
func (s *state) addMerchant(ctx context.Context, ca *devkeys.CA, mchid, name string) error {
	m := server.Merchant{MchID: mchid, Name: name, APIv2Key: devkeys.NewAPIKey(), APIv3Key: devkeys.NewAPIKey()}
	certPEM, err := s.newCertificate(ctx, ca, mchid)
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

// newCertificate makes a merchant's API certificate and key and writes them.
func (s *state) newCertificate(ctx context.Context, ca *devkeys.CA, mchid string) ([]byte, error) {
	certPEM, keyPEM, err := ca.Merchant(mchid)
	if err != nil {
		return nil, fmt.Errorf("make the merchant's certificate: %w", err)
	}
	if standard, err := s.setting(ctx, settingMerchant); err != nil {
		return nil, err
	} else if standard == mchid {
		if err := s.index.PutSetting(ctx, settingMerchantKey, string(keyPEM)); err != nil {
			return nil, err
		}
	}
	return certPEM, s.writeMerchant(mchid, certPEM, keyPEM)
}

// writeMerchant writes a merchant's files as WeChat hands them out. Files that are already there are kept under the name of
// the certificate they belong to.
func (s *state) writeMerchant(mchid string, certPEM, keyPEM []byte) error {
	cert, err := sign.ParseCertificate(certPEM)
	if err != nil {
		return err
	}
	key, err := sign.ParsePrivateKey(keyPEM)
	if err != nil {
		return err
	}
	p12, err := pkcs12.Modern.Encode(key, cert, nil, mchid)
	if err != nil {
		return fmt.Errorf("make the p12 file: %w", err)
	}
	dir := s.merchantDir(mchid)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if old, err := os.ReadFile(filepath.Join(dir, "apiclient_cert.pem")); err == nil {
		if c, err := sign.ParseCertificate(old); err == nil {
			archive := filepath.Join(dir, sign.Serial(c))
			if err := os.MkdirAll(archive, 0o700); err != nil {
				return err
			}
			for _, name := range []string{"apiclient_cert.pem", "apiclient_key.pem", "apiclient_cert.p12"} {
				if err := os.Rename(filepath.Join(dir, name), filepath.Join(archive, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
					return err
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
		{"apiclient_cert.pem", certPEM, devkeys.WritePublic}, // the last: it says that the others are there
	} {
		if err := f.write(filepath.Join(dir, f.name), f.data); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return nil
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}
