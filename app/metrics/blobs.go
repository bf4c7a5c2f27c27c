package metrics

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
)

// Blobs times the calls that uploads and downloads make to a store of images.
func (m *Metrics) Blobs(blobs store.Blobs) store.Blobs { return &timedBlobs{blobs, m} }

type timedBlobs struct {
	store.Blobs
	m *Metrics
}

func (b *timedBlobs) Put(ctx context.Context, sha256 string, size int64, content io.ReadSeeker) error {
	begun := time.Now()
	err := b.Blobs.Put(ctx, sha256, size, content)
	b.m.observeBlob("put", begun, err)
	return err
}

func (b *timedBlobs) Open(ctx context.Context, sha256 string) (*store.Blob, error) {
	begun := time.Now()
	blob, err := b.Blobs.Open(ctx, sha256)
	b.m.observeBlob("open", begun, err)
	return blob, err
}

func (m *Metrics) observeBlob(call string, begun time.Time, err error) {
	result := "ok"
	if errors.Is(err, server.ErrNotFound) {
		result = "unknown"
	} else if err != nil {
		result = "error"
	}
	m.blobs.WithLabelValues(call, result).Observe(time.Since(begun).Seconds())
}
