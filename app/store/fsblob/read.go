package fsblob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"

	"github.com/wxup/wxup/app/store"
	"github.com/wxup/wxup/server"
)

// Open implements [store.Blobs].
func (d *Dir) Open(ctx context.Context, sum string) (*store.Blob, error) {
	if !store.ValidDigest(sum) {
		return nil, server.ErrNotFound
	}
	f, err := d.root.Open(place(sum))
	if err != nil {
		return nil, unknown(err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	return &store.Blob{ReadSeekCloser: f, Info: store.Info{SHA256: sum, Size: info.Size(), Put: info.ModTime()}}, nil
}

// Stat implements [store.Blobs].
func (d *Dir) Stat(ctx context.Context, sum string) (store.Info, error) {
	if !store.ValidDigest(sum) {
		return store.Info{}, server.ErrNotFound
	}
	info, err := d.root.Lstat(place(sum))
	if err != nil {
		return store.Info{}, unknown(err)
	}
	return store.Info{SHA256: sum, Size: info.Size(), Put: info.ModTime()}, nil
}

func unknown(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return server.ErrNotFound
	}
	return err
}

// Delete implements [store.Blobs]. It is not synced: what comes back after a loss of power is found
// again.
func (d *Dir) Delete(ctx context.Context, sum string) error {
	if !store.ValidDigest(sum) {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s := d.shard(sum)
	s.Lock()
	defer s.Unlock()
	if err := d.remove(place(sum)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// List implements [store.Blobs].
func (d *Dir) List(ctx context.Context) iter.Seq2[store.Info, error] {
	return func(yield func(store.Info, error) bool) {
		for i := range d.shards {
			if !d.listShard(ctx, shardName(i), yield) {
				return
			}
		}
	}
}

func (d *Dir) listShard(ctx context.Context, name string, yield func(store.Info, error) bool) bool {
	dir, err := d.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) { // see OpenView
		return true
	}
	if err != nil {
		yield(store.Info{}, err)
		return false
	}
	defer dir.Close()
	for {
		if err := ctx.Err(); err != nil {
			yield(store.Info{}, err)
			return false
		}
		sums, err := dir.Readdirnames(1000)
		if err == io.EOF {
			return true
		}
		if err != nil {
			yield(store.Info{}, err)
			return false
		}
		for _, sum := range sums {
			info, err := d.Stat(ctx, sum)
			if errors.Is(err, server.ErrNotFound) { // gone again, or no blob
				continue
			}
			if !yield(info, err) || err != nil {
				return false
			}
		}
	}
}
