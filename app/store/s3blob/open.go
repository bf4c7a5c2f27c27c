package s3blob

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/wxup/wxup/server"
)

// Open opens the bucket of a URL:
//
//	s3://bucket/prefix?endpoint=https://host:port&region=cn-north-1&style=path&create=true&answer_within=5s
//
// endpoint is the store's address, by default AWS. region is by default AWS_REGION, or what the
// store says. style is how the bucket is named in a request, "path", "virtual" or "auto" (the
// default: by the host). create makes a bucket that is missing. answer_within is how long a call
// may take, by default [Budget].
//
// Keys are never part of the URL. They come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and
// AWS_SESSION_TOKEN), from the file ~/.aws/credentials (AWS_SHARED_CREDENTIALS_FILE, AWS_PROFILE),
// or from the role of the machine or container.
//
// Open tries out what will be needed, and its error says what to do.
func Open(ctx context.Context, rawURL string) (*Bucket, error) {
	at, err := parse(rawURL)
	if err != nil {
		return nil, err
	}
	keys, err := findKeys(ctx)
	if err != nil {
		return nil, texts.Errorf("open images in %s: %w", at, err)
	}
	return open(ctx, at, keys)
}

func open(ctx context.Context, at target, keys *credentials.Credentials) (_ *Bucket, err error) {
	b := &Bucket{
		target: at, http: newTransport(at.within / 2), // then there is time for another connection
		budget: at.within, ping: pingBudget, patience: max(30*time.Second, at.within),
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
		return nil, texts.Errorf("open images in %s: %w", at, at.advise(err))
	}
	return b, nil
}

// start makes the bucket if that was asked for, and learns what the store can do and what we may
// do.
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
	if err != nil && !errors.Is(err, server.ErrNotFound) {
		return texts.Errorf("look for an object: %w", err)
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
		return texts.Errorf("create the bucket: %w", err)
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
			return texts.Errorf("write an object: %w", err)
		case !b.able.ifNoneMatch:
			return nil
		default: // written. If that succeeds again, If-None-Match is not honoured.
			if err := b.probe(ctx); err == nil {
				b.able.ifNoneMatch = false
			} else if !isThere(err) {
				return texts.Errorf("write an object: %w", err)
			}
			return nil
		}
	}
	return texts.Errorf("the store accepts no object in any of the forms that were tried")
}

// probe writes the probe; where that can be said, only if it is not there.
func (b *Bucket) probe(ctx context.Context) error {
	return b.try(ctx, b.probeOnce)
}

func (b *Bucket) probeOnce(ctx context.Context) error {
	o := newObject([]byte("wxup writes this to see whether it may.\n"))
	return b.write(ctx, b.prefix+"probe", o, b.able.ifNoneMatch)
}

// Ping reports within a second whether the store answers for the bucket. It writes nothing: it asks
// for what [Open] has written, and only if that was removed, for the bucket.
func (b *Bucket) Ping(ctx context.Context) error {
	err := b.tryFor(ctx, b.ping, func(ctx context.Context) error {
		_, err := b.stat(ctx, b.prefix+"probe", false)
		if !isMissing(err) {
			return err
		}
		there, err := b.s3.BucketExists(ctx, b.bucket)
		if err == nil && !there {
			err = texts.Errorf("the bucket does not exist")
		}
		return err
	})
	if err != nil {
		return texts.Errorf("images in %s: %w", b.target, b.advise(err))
	}
	return nil
}
