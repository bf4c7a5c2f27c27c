package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/app/store/fsblob"
	"github.com/wxup/wxup/app/store/s3blob"
	"github.com/wxup/wxup/server"
)

// blobs is a store of images that can be closed, and asked whether it is there.
type blobs interface {
	store.Blobs
	Ping(context.Context) error
	Close() error
}

// openBlobs opens the store that an URL names; "" is the directory blobs below dir.
func openBlobs(ctx context.Context, where, dir string) (blobs, error) {
	scheme, path, found := strings.Cut(where, "://")
	switch {
	case where == "":
		return openDirectory(filepath.Join(dir, "blobs"))
	case !found && strings.HasPrefix(where, "s3:"):
		return nil, errBucketForm
	case !found:
		return openDirectory(where)
	case scheme == "file":
		return openDirectory(path)
	case scheme == "s3":
		b, err := s3blob.Open(ctx, where)
		if err != nil {
			return nil, err
		}
		return b, nil
	}
	return nil, fmt.Errorf("--blobs: no store is known for %q URLs; use s3://bucket?endpoint=https://…, or a directory", scheme)
}

// errBucketForm is the error of what would be a strange directory.
var errBucketForm = errors.New("--blobs: the form is s3://bucket?endpoint=https://…, with two slashes")

// viewBlobs is openBlobs for reading, also where a server has the directory open.
func viewBlobs(ctx context.Context, where, dir string) (blobs, error) {
	scheme, path, found := strings.Cut(where, "://")
	switch {
	case where == "":
		path = filepath.Join(dir, "blobs")
	case !found && strings.HasPrefix(where, "s3:"):
		return nil, errBucketForm
	case !found:
		path = where
	case scheme != "file":
		return openBlobs(ctx, where, dir)
	}
	v, err := fsblob.OpenView(path)
	if err != nil {
		return nil, fmt.Errorf("%w; is that the directory (in a data directory it is blobs), and was wxup serve ever started with it?", err)
	}
	return v, nil
}

// unavailable reports whether waiting may help: the index or the images are on another machine that does not answer.
func unavailable(err error) bool { return errors.Is(err, server.ErrUnavailable) }

func openDirectory(path string) (blobs, error) {
	d, err := fsblob.Open(path)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("another wxup serve runs in %s; stop it, or choose another directory with --data", path)
	} else if err != nil {
		return nil, fmt.Errorf("open the images in %s: %w", path, err)
	}
	return d, nil
}
