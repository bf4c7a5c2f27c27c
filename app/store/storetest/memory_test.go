package storetest_test

import (
	"context"
	"testing"

	"github.com/wxup/wxup/app/store/storetest"
	"github.com/wxup/wxup/server"
	"github.com/wxup/wxup/sign"
)

// TestMemory holds the server's own index to the same rules.
func TestMemory(t *testing.T) {
	storetest.TestIndex(t, func(*testing.T, string) storetest.Index { return memory{server.NewMemory()} })
}

// memory gives a server.Memory the methods of storetest.Index.
type memory struct{ *server.Memory }

func (m memory) PutMerchant(_ context.Context, x server.Merchant) error {
	m.Memory.PutMerchant(x)
	return nil
}

func (m memory) PutApp(_ context.Context, x server.App) error { m.Memory.PutApp(x); return nil }

func (m memory) PutComponent(_ context.Context, x server.Component) error {
	m.Memory.PutComponent(x)
	return nil
}

func (m memory) PutAuthorization(_ context.Context, x server.Authorization) error {
	m.Memory.PutAuthorization(x)
	return nil
}

func (m memory) PutPlatformKey(_ context.Context, id string, certificate, privateKey []byte) error {
	k := server.PlatformKey{ID: id}
	key, err := sign.ParsePrivateKey(privateKey)
	if err != nil {
		return err
	}
	k.Key = key
	if certificate != nil {
		if k.Certificate, err = sign.ParseCertificate(certificate); err != nil {
			return err
		}
		k.ID = sign.Serial(k.Certificate)
	}
	m.Memory.PutPlatformKey(k)
	return nil
}

func (m memory) Close() error { return nil }
