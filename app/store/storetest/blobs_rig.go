package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/wxup/wxup/app/store"
)

// Bytes makes n bytes that depend on the seed alone.
func Bytes(seed uint64, n int) []byte {
	var key [32]byte
	copy(key[:], fmt.Sprint(seed))
	b := make([]byte, n)
	rand.NewChaCha8(key).Read(b)
	return b
}

// Sum is the SHA-256 in hex.
func Sum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func put(t *testing.T, b store.Blobs, data []byte) string {
	t.Helper()
	if err := b.Put(t.Context(), Sum(data), int64(len(data)), bytes.NewReader(data)); err != nil {
		t.Fatalf("Put of %d bytes: %v", len(data), err)
	}
	return Sum(data)
}

func get(ctx context.Context, b store.Blobs, sum string) ([]byte, error) {
	f, err := b.Open(ctx, sum)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err == nil && int64(len(data)) != f.Size {
		err = fmt.Errorf("%d bytes came, Size is %d", len(data), f.Size)
	}
	return data, err
}

func list(t *testing.T, b store.Blobs) map[string]store.Info {
	t.Helper()
	all := map[string]store.Info{}
	for info, err := range b.List(t.Context()) {
		if err != nil {
			t.Fatalf("List: %v", err)
		}
		if _, twice := all[info.SHA256]; twice {
			t.Fatalf("List gives %s twice", info.SHA256)
		}
		all[info.SHA256] = info
	}
	return all
}

// lying is content that gives other bytes than its Seek has promised.
type lying struct {
	*bytes.Reader
	size int64
}

func (l lying) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekEnd {
		return l.size + offset, nil
	}
	return l.Reader.Seek(offset, whence)
}

// breaking is content that cannot be read to its end.
type breaking struct {
	r   *bytes.Reader // not embedded: its WriteTo would be used
	err error
}

func (c *breaking) Seek(offset int64, whence int) (int64, error) { return c.r.Seek(offset, whence) }

func (c *breaking) Read(p []byte) (int, error) {
	if c.r.Len() < 50_000 {
		return 0, c.err
	}
	return c.r.Read(p[:min(len(p), 10_000)])
}
