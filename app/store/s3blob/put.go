package s3blob

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/minio/minio-go/v7"

	"github.com/wxup/wxup/app/store"
)

// Put implements [store.Blobs]. New bytes cost one request if the store honours If-None-Match, else
// two; bytes that are there already cost a HEAD (and the refused write before it).
//
// An error means that nobody knows whether the bytes are there. They are, whole, or they are not;
// and another Put of them will do.
func (b *Bucket) Put(ctx context.Context, sum string, size int64, content io.ReadSeeker) error {
	if !store.ValidDigest(sum) {
		return fmt.Errorf("%.80q is no SHA-256", sum)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	o, err := readObject(sum, size, content)
	if err != nil {
		return err
	}
	return b.try(ctx, func(ctx context.Context) error { return b.put(ctx, o) })
}

func (b *Bucket) put(ctx context.Context, o *object) error {
	if b.able.ifNoneMatch {
		if err := b.write(ctx, b.place(o.sum), o, true); !isThere(err) {
			return err
		}
	}
	there, err := b.stat(ctx, b.place(o.sum), b.able.checksums)
	switch {
	case isMissing(err) && b.able.ifNoneMatch:
		return errors.New("the same bytes were deleted just now")
	case isMissing(err):
		return b.write(ctx, b.place(o.sum), o, false)
	case err != nil:
		return err
	case there.Size == o.size && (there.sha256 == "" || there.sha256 == o.sum):
		return nil
	}
	return b.write(ctx, b.place(o.sum), o, false) // not what its name says
}

// Delete implements [store.Blobs].
func (b *Bucket) Delete(ctx context.Context, sum string) error {
	if !store.ValidDigest(sum) {
		return nil
	}
	err := b.try(ctx, func(ctx context.Context) error {
		return b.s3.RemoveObject(ctx, b.bucket, b.place(sum), minio.RemoveObjectOptions{})
	})
	if isMissing(err) {
		return nil
	}
	return err
}
