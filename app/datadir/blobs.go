package datadir

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/fsblob"
	"github.com/wxup/wxup/app/store/s3blob"
)

// Blobs is an open store of images.
type Blobs interface {
	store.Blobs
	Ping(context.Context) error
	Close() error
}

// OpenBlobs opens the store of images at where: a directory, a file:// URL or an s3:// URL. "" is
// the directory blobs in the data directory dir.
func OpenBlobs(ctx context.Context, where, dir string) (Blobs, error) {
	path, bucket, err := locate(where, dir)
	if err != nil {
		return nil, err
	}
	if bucket {
		b, err := s3blob.Open(ctx, where)
		if err != nil {
			return nil, err // not b, which would be a nil pointer in an interface
		}
		return b, nil
	}
	d, err := fsblob.Open(path)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, texts.Errorf("another wxup serve runs in %s; stop it, or choose another directory with --data", path)
	} else if err != nil {
		return nil, texts.Errorf("open the images in %s: %w", path, err)
	}
	return d, nil
}

// ViewBlobs is [OpenBlobs] for reading only. It works while a server has the directory open.
func ViewBlobs(ctx context.Context, where, dir string) (Blobs, error) {
	path, bucket, err := locate(where, dir)
	if err != nil {
		return nil, err
	}
	if bucket {
		return OpenBlobs(ctx, where, dir)
	}
	v, err := fsblob.OpenView(path)
	if err != nil {
		return nil, texts.Errorf("%w; is this the directory of the images (blobs in a data directory), and has wxup serve been started with it?", err)
	}
	return v, nil
}

// Shared reports whether what --index or --blobs names is on another machine, so that several nodes
// can have it in common.
func Shared(where string) bool {
	scheme, _, found := strings.Cut(where, "://")
	return found && scheme != "file" && scheme != "sqlite"
}

// locate returns the directory that where names, or bucket for an s3:// URL.
func locate(where, dir string) (path string, bucket bool, err error) {
	scheme, path, found := strings.Cut(where, "://")
	switch {
	case where == "":
		return filepath.Join(dir, "blobs"), false, nil
	case !found && strings.HasPrefix(where, "s3:"): // would be taken for a strange directory
		return "", false, texts.Errorf("--blobs: the form is s3://bucket?endpoint=https://…, with two slashes")
	case !found:
		return where, false, nil
	case scheme == "file":
		return path, false, nil
	case scheme == "s3":
		return "", true, nil
	}
	return "", false, texts.Errorf("--blobs: unknown scheme %q; use s3://bucket?endpoint=https://…, or a directory", scheme)
}

// OpenExistingBlobs opens a store of images for maintenance: for reading only if view is set.
// Unlike [OpenBlobs] it does not create a directory, whose name may be mistyped.
func OpenExistingBlobs(ctx context.Context, where, dir string, view bool) (Blobs, error) {
	_, bucket, err := locate(where, dir)
	if err != nil {
		return nil, err
	}
	if !bucket || view {
		v, err := ViewBlobs(ctx, where, dir)
		if err != nil || view {
			return v, err
		}
		v.Close()
	}
	return OpenBlobs(ctx, where, dir)
}
