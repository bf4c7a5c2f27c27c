// Package s3blob keeps blobs in a bucket of any S3-compatible store: AWS S3, MinIO, versitygw, Ceph, Aliyun OSS,
// Tencent COS. Any number of processes share one bucket and need nothing else in common.
//
//	<prefix>/ab/abcd…        the blobs, each an object named by its digest; the same tree as fsblob makes
//	<prefix>/deleting/abcd…  a Delete is at work on this one: see delete.go
//	<prefix>/probe           what Open and Ping write to learn whether they may
//
// Only what every such store can do is used: PUT of a whole object, GET with a range, HEAD, DELETE, LIST. A store shows
// an object whole or not at all, and what it has acknowledged it keeps; on that this package builds, and adds the rest:
//
//   - Nothing is sent before it was found to have its digest. The digest is part of each upload's signature, so the store
//     refuses bytes that were changed on their way; what it answers is checked again.
//   - If-None-Match, where the store honours it, makes an upload of new bytes one request. Where it does not, an upload
//     costs a HEAD more. Which of both it is, Open tries out.
//   - Put, Open, Stat and each Read have [Budget] to succeed in, repeated requests and all. Whatever a store does, or
//     does not do, an answer is there by then; and an upload of which it is not known whether it arrived has failed.
//
// Times are the store's. Where an age matters it is the difference of two times of the store, so that a clock that is
// wrong here or there costs nothing (until the store refuses the signatures, at 15 minutes).
package s3blob

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
)

// Budget is how long a call may take, all its requests together. List and Delete are not in a hurry: they have it for
// each step.
const Budget = 2 * time.Second

// Bucket is [store.Blobs] in a bucket. Make it with [Open].
type Bucket struct {
	target
	s3   *minio.Core
	http *transport
	able abilities

	// Tests make these shorter.
	budget   time.Duration // for a call
	patience time.Duration // for a page of a list; some stores walk directories for it
	settle   time.Duration // until every Put that may not have seen an announcement is over
	lease    time.Duration // for which an announcement holds
	fresh    time.Duration // as long as which bytes that are put again are not written again
}

// abilities are what the store was seen to do when the bucket was opened. Not all stores do more than S3 did in 2010.
type abilities struct {
	ifNoneMatch bool // refuses to write what is there
	checksums   bool // takes x-amz-checksum-sha256
}

// Open opens the bucket of a URL:
//
//	s3://bucket/prefix?endpoint=https://host:port&region=cn-north-1&style=path&create=true
//
// endpoint is the store's address, by default AWS. region is by default AWS_REGION, or what the store says. style is how
// the bucket is named in a request, "path", "virtual" or "auto" (the default: by the host). create makes a bucket that is
// missing.
//
// Keys are never part of the URL. They come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), from
// the file ~/.aws/credentials (AWS_SHARED_CREDENTIALS_FILE, AWS_PROFILE), or from the role of the machine or container.
//
// Open tries out what will be needed, and its error says what to do.
func Open(ctx context.Context, rawURL string) (*Bucket, error) {
	at, err := parse(rawURL)
	if err != nil {
		return nil, err
	}
	keys, err := findKeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("open images in %s: %w", at, err)
	}
	return open(ctx, at, keys)
}

func open(ctx context.Context, at target, keys *credentials.Credentials) (_ *Bucket, err error) {
	b := &Bucket{
		target: at, http: newTransport(),
		budget: Budget, patience: 30 * time.Second, settle: 2 * Budget, lease: time.Minute, fresh: 10 * time.Minute,
	}
	b.s3, err = minio.NewCore(at.endpoint.Host, &minio.Options{
		Creds: keys, Secure: at.endpoint.Scheme == "https", Region: at.region, BucketLookup: at.style,
		Transport:  b.http,
		MaxRetries: 1, // see try
	})
	if err == nil {
		err = b.start(ctx)
	}
	if err != nil {
		b.Close()
		return nil, fmt.Errorf("open images in %s: %w", at, at.advise(err))
	}
	return b, nil
}

// start makes the bucket if that was asked for, and learns what the store can do and what we may do.
func (b *Bucket) start(ctx context.Context) error {
	if b.create {
		if err := b.makeBucket(ctx); err != nil {
			return err
		}
	}
	if err := b.learn(ctx); err != nil {
		return err
	}
	// What is not there must be told from what may not be seen.
	_, err := b.Stat(ctx, strings.Repeat("0", 64))
	if err != nil && !errors.Is(err, server.ErrUnknown) {
		return fmt.Errorf("look for an object: %w", err)
	}
	return nil
}

func (b *Bucket) makeBucket(ctx context.Context) error {
	there := false
	err := b.try(ctx, func(ctx context.Context) (err error) {
		there, err = b.s3.BucketExists(ctx, b.bucket)
		return err
	})
	if err != nil || there {
		return err
	}
	err = b.try(ctx, func(ctx context.Context) error {
		return b.s3.MakeBucket(ctx, b.bucket, minio.MakeBucketOptions{Region: b.region})
	})
	if code := code(err); code == "BucketAlreadyOwnedByYou" || code == "BucketAlreadyExists" {
		return nil // another process was faster; if it is a stranger's, learn will fail
	} else if err != nil {
		return fmt.Errorf("make the bucket: %w", err)
	}
	return nil
}

// learn writes the probe, twice if it was not there, and so finds out what the store honours.
func (b *Bucket) learn(ctx context.Context) error {
	b.able = abilities{ifNoneMatch: true, checksums: true}
	for range 4 {
		err := b.probe(ctx)
		switch {
		case isThere(err): // and it was not overwritten
			return nil
		case isUnimplemented(err) && b.able.ifNoneMatch:
			b.able.ifNoneMatch = false
		case isUnimplemented(err) && b.able.checksums:
			b.able = abilities{ifNoneMatch: true, checksums: false}
		case err != nil:
			return fmt.Errorf("write an object: %w", err)
		case !b.able.ifNoneMatch:
			return nil
		default: // written. If that succeeds again, If-None-Match is not honoured.
			if err := b.probe(ctx); err == nil {
				b.able.ifNoneMatch = false
			} else if !isThere(err) {
				return fmt.Errorf("write an object: %w", err)
			}
			return nil
		}
	}
	return errors.New("the store takes no object in any of the forms that were tried")
}

// probe writes the probe; where that can be said, only if it is not there.
func (b *Bucket) probe(ctx context.Context) error {
	return b.try(ctx, b.probeOnce)
}

func (b *Bucket) probeOnce(ctx context.Context) error {
	o := newObject([]byte("wxup writes this to see whether it may.\n"))
	return b.write(ctx, b.prefix+"probe", o, b.able.ifNoneMatch)
}

// Ping reports within a second whether the store answers and the bucket can be written.
func (b *Bucket) Ping(ctx context.Context) error {
	if err := b.tryFor(ctx, time.Second, b.probeOnce); err != nil && !isThere(err) {
		return fmt.Errorf("images in %s: %w", b.target, b.advise(err))
	}
	return nil
}

// Close closes the connections that are not in use.
func (b *Bucket) Close() error {
	b.http.CloseIdleConnections()
	return nil
}

// place is the name of a blob's object.
func (b *Bucket) place(sum string) string { return b.prefix + sum[:2] + "/" + sum }

var _ store.Blobs = (*Bucket)(nil)
