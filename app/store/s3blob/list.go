package s3blob

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/wxup/wxup/app/store"
)

const pageSize = 1000 // the most that stores give at once

// List implements [store.Blobs]. A page that fails is asked for again, from the last name on.
func (b *Bucket) List(ctx context.Context) iter.Seq2[store.Info, error] {
	return func(yield func(store.Info, error) bool) {
		for after := ""; ; {
			page, err := b.page(ctx, after)
			if err != nil {
				yield(store.Info{}, err)
				return
			}
			for _, o := range page {
				sum := o.Key[strings.LastIndexByte(o.Key, '/')+1:]
				if !store.ValidDigest(sum) || o.Key != b.place(sum) { // another prefix's, or the probe
					continue
				}
				if !yield(store.Info{SHA256: sum, Size: o.Size, Put: o.LastModified.Truncate(time.Second)}, nil) {
					return
				}
			}
			if len(page) < pageSize {
				return
			}
			after = page[len(page)-1].Key
		}
	}
}

// page gives the next objects after a name, or fewer than pageSize at the end.
func (b *Bucket) page(ctx context.Context, after string) (page []minio.ObjectInfo, err error) {
	noOwner := false
	err = b.tryFor(ctx, b.patience, func(ctx context.Context) error {
		page = page[:0]
		for o := range b.s3.ListObjectsIter(ctx, b.bucket, minio.ListObjectsOptions{
			Prefix: b.prefix, Recursive: true, StartAfter: after, MaxKeys: pageSize, FetchOwner: &noOwner,
		}) {
			if o.Err != nil {
				return o.Err
			}
			if page = append(page, o); len(page) == pageSize {
				break
			}
		}
		return ctx.Err() // the iterator ends without a word when it is over
	})
	return page, err
}
