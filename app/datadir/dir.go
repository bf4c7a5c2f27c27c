package datadir

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/sqlindex"
	"github.com/wxup/wxup/devkeys"
	"github.com/wxup/wxup/server"
)

// Setting names a value that the index keeps beside the accounts.
type Setting string

const (
	ready     Setting = "ready" // "1" once everything below and the first accounts exist
	caCert    Setting = "ca_certificate"
	caKey     Setting = "ca_key"
	urlSecret Setting = "url_secret"
	movedTo   Setting = "moved_to" // where wxup migrate has copied the index; "" if this index is in use

	// The private keys of the two merchants that are handed out. In real life only the merchants
	// have them; they are kept here so that every server that shares the index can write the files
	// that a developer needs.
	merchantKey       Setting = "default_merchant_key"
	secondMerchantKey Setting = "second_merchant_key"

	adminToken        Setting = "admin_token"
	DefaultMerchant   Setting = "default_merchant"
	SecondMerchant    Setting = "second_merchant" // of the other mode
	DefaultApp        Setting = "default_app"
	DefaultComponent  Setting = "default_component"
	DefaultAuthorizer Setting = "default_authorizer"
	DefaultCompany    Setting = "default_company" // 企业微信
)

// roleKeys are the settings with the private keys of the merchants that are handed out.
var roleKeys = map[Setting]Setting{DefaultMerchant: merchantKey, SecondMerchant: secondMerchantKey}

// Dir is an open data directory.
type Dir struct {
	Path  string // absolute
	Index *sqlindex.Index
	// AdminTokenFile is a file with the operator's own admin token; "": the index has it.
	AdminTokenFile string
}

// Open opens the data directory at path, which it creates if necessary, and its index: index.db in
// the directory, or the one that index names (a file or a postgres:// URL).
func Open(ctx context.Context, path, index string) (*Dir, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, texts.Errorf("create the data directory: %w; choose another one with --data", err)
	}
	if index == "" {
		index = filepath.Join(path, "index.db")
	}
	ix, err := sqlindex.Open(ctx, index)
	if err != nil {
		return nil, err
	}
	return &Dir{Path: path, Index: ix}, nil
}

// OpenExisting is [Open] for a directory that a server has been started in before.
func OpenExisting(ctx context.Context, path, index string) (*Dir, error) {
	if index == "" {
		if _, err := os.Stat(filepath.Join(path, "index.db")); err != nil {
			return nil, texts.Errorf("there is no wxup data in %s; start wxup serve once, or name the directory with --data", path)
		}
	}
	d, err := Open(ctx, path, index)
	if err != nil {
		return nil, err
	}
	// An index without accounts cannot be the intended one: judged by it, every image would be
	// unwanted.
	if mark, err := d.Setting(ctx, ready); err != nil || mark == "" {
		d.Close()
		if err == nil {
			err = texts.Errorf("the index is empty; start wxup serve with it once, or name the right one with --index or --data")
		}
		return nil, err
	}
	return d, nil
}

// Close closes the index.
func (d *Dir) Close() error { return d.Index.Close() }

// Setting returns the value of a setting, or "" if it is not set.
func (d *Dir) Setting(ctx context.Context, name Setting) (string, error) {
	v, err := d.Index.Setting(ctx, string(name))
	if errors.Is(err, server.ErrNotFound) {
		return "", nil
	}
	return v, err
}

// settings reads several settings.
func (d *Dir) settings(ctx context.Context, names ...Setting) (map[Setting]string, error) {
	values := map[Setting]string{}
	for _, name := range names {
		v, err := d.Setting(ctx, name)
		if err != nil {
			return nil, err
		}
		values[name] = v
	}
	return values, nil
}

func (d *Dir) put(ctx context.Context, name Setting, value string) error {
	return d.Index.PutSetting(ctx, string(name), value)
}

// Store returns the store of images that seals ids with this index's secret.
func (d *Dir) Store(ctx context.Context, blobs store.Blobs) (*store.Store, error) {
	text, err := d.Setting(ctx, urlSecret)
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(text)
	if err != nil {
		return nil, texts.Errorf("the setting %s: %w", urlSecret, err)
	}
	return store.New(blobs, secret)
}

// WriteCloudToken writes the cloudbase_access_token to where a cloud container finds its own.
func (d *Dir) WriteCloudToken(token string) error {
	return devkeys.WritePrivate(cloudTokenFile(d.Path), []byte(token))
}

func cloudTokenFile(dir string) string { return filepath.Join(dir, "cloudbase_access_token") }
